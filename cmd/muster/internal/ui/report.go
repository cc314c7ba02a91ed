package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"muster/provision"
	"muster/provision/apply"
	"muster/provision/plan"
)

// Run is a plan that is about to be applied, with its warnings.
type Run struct {
	Plan
	// Warnings are those of the sources and of the rooms derived from them.
	Warnings []string
	// News are those of the warnings and conflicts that begin with this run, have
	// changed, or were last reported a day ago.
	News []string
	// NotOffered are notes on wanted settings that the server lacks.
	NotOffered []string
}

// Report shows an apply: what to know before the changes, and their results.
type Report interface {
	// Before shows what to know before the changes.
	Before(r Run)
	// After shows the results. Notes are those on settings of which the run
	// did not know before.
	After(r Run, applied apply.Outcome, notes []string)
}

// FullReport returns the report of a run that a user follows.
func (c *Console) FullReport() Report { return fullReport{c} }

// ChangesReport returns the report of a run by cron: nothing unless something
// was changed, failed or is unknown, or there are news.
func (c *Console) ChangesReport() Report { return changesReport{c} }

// fullReport is the report of a run that a user follows.
type fullReport struct{ c *Console }

// Before shows the warnings.
func (f fullReport) Before(r Run) { f.c.Notices(r) }

// After shows every result and the summary.
func (f fullReport) After(r Run, applied apply.Outcome, notes []string) {
	f.c.notOffered(notes)
	f.c.failures(applied)
	if f.c.Options.Format == JSON {
		f.c.resultRecords(applied, r)
		return
	}
	f.c.resultLines(applied)
	if n := len(r.Refused); n > 0 && r.ByHand == "" {
		f.c.out.line("skipped, invalid room name: %d", n)
		f.c.out.blank()
	}
	if text := nothingToDo(r.Plan); text != "" {
		f.c.out.line("%s", text)
	}
	f.c.out.line("%s", applyLine(r.Plan, applied.Counts))
}

type changesReport struct{ c *Console }

func (q changesReport) Before(r Run) {
	for _, text := range r.News {
		q.c.Warn("%s", text)
	}
}

func (q changesReport) After(r Run, applied apply.Outcome, _ []string) {
	if n := applied.Counts; n.Changes()+n.Failed+n.Skipped+n.Unknown == 0 {
		if len(r.News) > 0 || r.Missing.Refused+r.Missing.Unread > 0 {
			q.c.Summarize(n, r.Missing)
		}
		return
	}
	q.c.failures(applied)
	if q.c.Options.Format == JSON {
		q.c.resultRecords(applied, r)
		return
	}
	q.c.out.line("%s", applyLine(r.Plan, applied.Counts))
	for _, text := range changedRooms(applied) {
		q.c.out.line("%s", text)
	}
}

// Notices shows the warnings of a run, its conflicts, and what the server does
// not offer.
func (c *Console) Notices(r Run) {
	for _, w := range r.Warnings {
		c.Warn("%s", w)
	}
	for _, text := range Conflicts(r.Plan.Plan) {
		c.Warn("%s", text)
	}
	c.notOffered(r.NotOffered)
}

// adoptable reports whether a change is a conflict that adopting the room ends. A
// room that two groups claim is an error of the run, and is not adopted.
func adoptable(c provision.Change) bool {
	return c.Action == provision.Conflict && c.Room.Decision.Desired != provision.Contested
}

// Conflicts returns the warnings about rooms in conflict.
func Conflicts(p plan.Plan) []string {
	var texts []string
	for _, c := range p.Changes() {
		if adoptable(c) {
			texts = append(texts, conflictText(c))
		}
	}
	return texts
}

// conflictText returns the warning about a room in conflict.
func conflictText(c provision.Change) string {
	return fmt.Sprintf("room %q is in conflict: %s; muster adopt %s takes ownership", c.Room.Name, c.Reason, c.Room.Name)
}

// notOffered shows, with --verbose, what the server does not offer; doctor
// shows it in any case.
func (c *Console) notOffered(notes []string) {
	for _, n := range notes {
		if c.Options.Verbose {
			c.Note("%s", n)
		}
	}
}

// failures shows the errors of rooms, the same error of several rooms once; in
// JSON the results have them.
func (c *Console) failures(applied apply.Outcome) {
	var first []apply.Result
	others := make(map[string][]string) // further rooms, by the text of the error
	for _, r := range applied.Results {
		if r.Err == nil || r.Status != apply.Failed && r.Action != provision.Unknown {
			continue
		}
		text := cause(r)
		if _, seen := others[text]; seen {
			others[text] = append(others[text], r.Room.Name)
			continue
		}
		others[text] = nil
		first = append(first, r)
	}
	for _, r := range first {
		err := r.Err
		if more := others[cause(r)]; len(more) > 0 {
			err = fmt.Errorf("%w (also %s)", err, some(more))
		}
		c.errorLine(err)
	}
}

// cause returns the text of a room's error without the room's name.
func cause(r apply.Result) string {
	return strings.ReplaceAll(r.Err.Error(), strconv.Quote(r.Room.Name), "")
}

func (c *Console) resultRecords(applied apply.Outcome, r Run) {
	for _, result := range applied.Results {
		c.record(resultOf(result))
	}
	c.Summarize(applied.Counts, r.Missing)
}

func (c *Console) resultLines(applied apply.Outcome) {
	colour := c.colourful(c.out)
	for _, r := range applied.Results {
		if c.Options.Format == Markdown {
			c.out.line("- %s %s: %s", r.Action, r.Room.Name, r.Status)
			continue
		}
		s := sign(r.Action)
		status := span{text: fmt.Sprintf(" %-8s", r.Status)}
		if r.Status == apply.Failed {
			status.style = red
		}
		c.out.spans(colour, span{s.style, fmt.Sprintf("%s %-8s", s.text, r.Action)}, status, span{text: " " + r.Room.Name})
	}
	if len(applied.Results) > 0 {
		c.out.blank()
	}
}

// applyLine is the last line of an apply; scripts read it. A command by hand has
// one of its own.
func applyLine(p Plan, c provision.Counts) string {
	done := map[provision.Action]string{
		provision.Archive: fmt.Sprintf("archive: %d archived", c.Archive),
		provision.Reopen:  fmt.Sprintf("reopen: %d reopened", c.Reopen),
		provision.Adopt:   fmt.Sprintf("adopt: %d adopted", c.Adopt),
	}
	if text := done[p.ByHand]; text != "" {
		return fmt.Sprintf("%s, %d unknown, %d failed", text, c.Unknown, c.Failed) + more(c.Skipped, ", %d skipped")
	}
	line := fmt.Sprintf("apply: %d wanted: %d created, %d updated, %d archived, %d reopened, %d unchanged, %d in conflict, %d unknown, %d failed",
		c.Wanted, c.Create, c.Update, c.Archive, c.Reopen, c.Unchanged, c.Conflict, c.Unknown, c.Failed)
	return line + more(c.Adopt, ", %d adopted") + more(c.Skipped, ", %d skipped")
}

// maxListed is how many changed rooms a ChangesReport lists; the audit trail
// has them all.
const maxListed = 20

// changedRooms returns a line for each room that was changed: what was done,
// and why.
func changedRooms(applied apply.Outcome) []string {
	var lines []string
	for _, r := range applied.Results {
		if r.Status == apply.Done {
			lines = append(lines, fmt.Sprintf("  %s %s: %s", r.Action, r.Room.Name, whyChanged(r.Change)))
		}
	}
	if rest := len(lines) - maxListed; rest > 0 {
		lines = append(slices.Clip(lines[:maxListed]), fmt.Sprintf("  and %d more", rest))
	}
	return lines
}

// whyChanged returns the settings that differ of a room that is updated, and
// the reasons of any other change.
func whyChanged(c provision.Change) string {
	if c.Action != provision.Update {
		return strings.Join(reasonsOf(c), "; ")
	}
	var names []string
	for _, f := range c.Fields {
		names = append(names, string(f.Name))
	}
	return strings.Join(names, ", ")
}
