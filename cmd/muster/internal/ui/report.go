package ui

import (
	"fmt"
	"slices"
	"strings"

	"muster/provision"
	"muster/provision/apply"
)

// Run is a plan that is about to be applied, with what there is to know of it.
type Run struct {
	Plan
	// Warnings are those of the sources and of the rooms derived from them.
	Warnings []string
	// NotOffered are notes on wanted settings that the server lacks.
	NotOffered []string
}

// Report shows an apply: what to know before the changes, and their results.
type Report interface {
	Before(r Run)
	// After shows the results. Notes are those on settings of which the run
	// did not know before.
	After(r Run, applied apply.Outcome, notes []string)
}

// FullReport returns the report of a run with a person in front of it.
func (c *Console) FullReport() Report { return fullReport{c} }

// ChangesReport returns the report of a run by cron: nothing unless something
// was changed, failed or is unknown.
func (c *Console) ChangesReport() Report { return changesReport{c} }

type fullReport struct{ c *Console }

func (f fullReport) Before(r Run) { f.c.Remarks(r) }

func (f fullReport) After(r Run, applied apply.Outcome, notes []string) {
	for _, n := range notes {
		f.c.Note("%s", n)
	}
	f.c.failures(applied)
	if f.c.Options.Format == JSON {
		f.c.resultRecords(applied, r)
		return
	}
	f.c.resultLines(applied)
	if n := len(r.Refused); n > 0 {
		f.c.out.line("skipped, invalid room name: %d", n)
		f.c.out.blank()
	}
	f.c.out.line("%s", applyLine(applied.Counts))
}

type changesReport struct{ c *Console }

func (changesReport) Before(Run) {}

func (q changesReport) After(r Run, applied apply.Outcome, _ []string) {
	if n := applied.Counts; n.Changes()+n.Failed+n.Skipped+n.Unknown == 0 {
		return
	}
	for _, w := range r.Warnings {
		q.c.Warn("%s", w)
	}
	q.c.failures(applied)
	if q.c.Options.Format == JSON {
		q.c.resultRecords(applied, r)
		return
	}
	q.c.out.line("%s", applyLine(applied.Counts))
	for _, text := range changedRooms(applied) {
		q.c.out.line("%s", text)
	}
}

// Remarks shows the warnings of a run, its conflicts, and what the server does
// not offer.
func (c *Console) Remarks(r Run) {
	for _, w := range r.Warnings {
		c.Warn("%s", w)
	}
	for _, change := range r.Changes() {
		// A contested room is an error of the run, and is not adopted.
		if change.Action == provision.Conflict && change.Room.Decision.Desired != provision.Contested {
			c.Warn("room %q is in conflict: %s; muster adopt %s takes ownership", change.Room.Name, change.Reason, change.Room.Name)
		}
	}
	for _, n := range r.NotOffered {
		c.Note("%s", n)
	}
}

// failures shows the errors of rooms; in JSON the results have them.
func (c *Console) failures(applied apply.Outcome) {
	for _, r := range applied.Results {
		if r.Err != nil && (r.Status == apply.Failed || r.Action == provision.Unknown) {
			c.errorLine(r.Err)
		}
	}
}

func (c *Console) resultRecords(applied apply.Outcome, r Run) {
	for _, result := range applied.Results {
		c.record(resultOf(result))
	}
	c.Summarize(applied.Counts, len(r.Refused))
}

func (c *Console) resultLines(applied apply.Outcome) {
	colour := c.colourful(c.out)
	for _, r := range applied.Results {
		if c.Options.Format == Markdown {
			c.out.line("- %s %s: %s", r.Action, r.Room.Name, r.Status)
			continue
		}
		c.out.spans(colour, sign(r.Action), span{text: fmt.Sprintf(" %-8s %-8s %s", r.Action, r.Status, r.Room.Name)})
	}
	if len(applied.Results) > 0 {
		c.out.blank()
	}
}

// applyLine is the last line of an apply; scripts read it.
func applyLine(c provision.Counts) string {
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
