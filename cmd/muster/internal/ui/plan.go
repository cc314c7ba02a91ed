package ui

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"muster/provision"
	"muster/provision/plan"
	"muster/provision/want"
	"muster/xmppadmin"
)

// Plan is a plan as it is shown.
type Plan struct {
	plan.Plan
	// Meetings names the meetings, such as "IETF 126".
	Meetings string
	// Refused are the names that no room can have.
	Refused []want.Refusal
	// Roomless are the groups with sessions that get no room because of their
	// type.
	Roomless []want.Roomless
	// ShowUnchanged lists the unchanged rooms, too.
	ShowUnchanged bool
	// ByHand is the one action of a plan for rooms that were named; empty for a
	// plan of all wanted rooms.
	ByHand provision.Action
}

// Plan writes a plan on standard output.
func (c *Console) Plan(p Plan) {
	switch c.Options.Format {
	case JSON:
		for _, change := range p.Changes() {
			c.record(changeOf(change))
		}
		c.Summarize(p.Counts, len(p.Refused), roomless(p.Roomless))
	case Markdown:
		c.planMarkdown(c.out, p)
	default:
		c.planText(c.out, p)
	}
}

// PlanToConfirm writes a plan on standard error, where the question follows.
func (c *Console) PlanToConfirm(p Plan) {
	if c.Options.Format == Text {
		c.planText(c.err, p)
	} else {
		c.planMarkdown(c.err, p)
	}
}

// signs are the marks in front of the lines of a plan.
func sign(a provision.Action) span {
	switch a {
	case provision.Create:
		return span{green, "+"}
	case provision.Update:
		return span{yellow, "~"}
	case provision.Archive:
		return span{red, "-"}
	case provision.Reopen:
		return span{green, "^"}
	case provision.Adopt:
		return span{cyan, "&"}
	case provision.Conflict:
		return span{purple, "!"}
	case provision.Unknown:
		return span{purple, "?"}
	}
	return span{plain, "="}
}

func (c *Console) planText(w *sink, p Plan) {
	colour := c.colourful(w)
	w.line("%s, for %s", p.Service, p.Meetings)
	w.blank()
	changes := p.Changes()
	shared := sharedDetails(changes)
	for _, change := range changes {
		s := sign(change.Action)
		w.spans(colour, span{s.style, fmt.Sprintf("%s %-8s", s.text, change.Action)}, span{text: fmt.Sprintf(" %s%s", change.Room.Name, gist(change))})
		for _, text := range details(change) {
			if len(shared[text]) == 0 {
				w.line("      %s", text)
			}
		}
	}
	for _, text := range slices.Sorted(maps.Keys(shared)) {
		w.line("      %s: %s", some(shared[text]), text)
	}
	if p.ShowUnchanged {
		for _, r := range p.Select(unchanged) {
			w.line("= %-8s %s", "same", r.Found.Name)
		}
	}
	if len(changes) > 0 || p.ShowUnchanged && p.Counts.Unchanged > 0 {
		w.blank()
	}
	c.planEnd(w, p, func(s string) string { return s })
}

// planEnd writes what a plan leaves alone and its summary: in words where there
// is nothing to do, and as the line that scripts read.
func (c *Console) planEnd(w *sink, p Plan, clean func(string) string) {
	lines := leftAlone(p)
	if c.warnings > 0 && !c.Options.Quiet {
		lines = append(lines, counted(c.warnings, "warning")+" on standard error")
	}
	for _, text := range lines {
		w.line("%s", clean(text))
	}
	if len(lines) > 0 {
		w.blank()
	}
	if text := nothingToDo(p); text != "" {
		w.line("%s", text)
	}
	w.line("%s", planLine(p))
}

// nothingToDo returns in words that a plan changes nothing; empty where it does,
// or where rooms are unknown.
func nothingToDo(p Plan) string {
	n := p.Counts
	switch {
	case n.Changes()+n.Unknown > 0:
		return ""
	case n.Conflict > 0:
		return fmt.Sprintf("nothing to do; %s in conflict left alone", counted(n.Conflict, "room"))
	case n.Withheld > 0:
		return fmt.Sprintf("nothing to do; %s held back by the policy %s", counted(n.Withheld, "change"), p.Policy)
	case p.ByHand != "" || n.Wanted == 0:
		return "nothing to do"
	}
	return fmt.Sprintf("nothing to do: %s as wanted", counted(n.Wanted, "room"))
}

// counted returns a number of things, in the plural where it is not one.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// sharedBy is the number of rooms from which a detail that they have in common
// is shown once for all of them.
const sharedBy = 3

// sharedDetails returns the rooms of each detail that is shown once.
func sharedDetails(changes []provision.Change) map[string][]string {
	rooms := make(map[string][]string)
	for _, c := range changes {
		for _, text := range details(c) {
			rooms[text] = append(rooms[text], c.Room.Name)
		}
	}
	maps.DeleteFunc(rooms, func(_ string, names []string) bool { return len(names) < sharedBy })
	return rooms
}

// some returns the first of some names, and how many more there are.
func some(names []string) string {
	const shown = 3
	if rest := len(names) - shown; rest > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), rest)
	}
	return strings.Join(names, ", ")
}

// unchanged reports whether a room is as it should be.
func unchanged(r plan.Row) bool { return r.Action == provision.Unchanged }

// byHand returns who archived a room, when and why.
func byHand(n xmppadmin.Note) string {
	text := fmt.Sprintf("by %s on %s", n.Who, provision.Date(n.When))
	if n.Reason != "" {
		text += ": " + n.Reason
	}
	return text
}

// gist returns the title of a room that is created, or why something else is
// done about it.
func gist(c provision.Change) string {
	switch {
	case c.Reason != "":
		return "  (" + c.Reason + ")"
	case c.Action == provision.Create:
		return fmt.Sprintf("  %q", c.Room.Title())
	default:
		return ""
	}
}

// details returns the reasons and, for a room that exists, what differs.
func details(c provision.Change) []string {
	var lines []string
	for _, r := range c.Room.Reasons {
		lines = append(lines, r.Text)
	}
	if c.Action == provision.Create {
		return lines
	}
	for _, f := range c.Fields {
		lines = append(lines, fmt.Sprintf("%s: %s", f.Name, difference(f.From, f.To, f.NotShown)))
	}
	return lines
}

// leftAlone returns lines on the names that are refused and on the rooms that
// a plan leaves alone.
func leftAlone(p Plan) []string {
	if p.ByHand != "" {
		return nil
	}
	var lines []string
	add := func(n int, format string, args ...any) {
		if n > 0 {
			lines = append(lines, fmt.Sprintf(format, args...))
		}
	}
	names := make([]string, len(p.Refused))
	for i, r := range p.Refused {
		names[i] = strconv.Quote(r.Name)
	}
	add(len(p.Refused), "skipped, invalid room name: %s", strings.Join(names, ", "))
	var types []string
	for _, r := range p.Roomless {
		types = append(types, fmt.Sprintf("%s %d", cmp.Or(r.Type, "not known"), len(r.Groups)))
	}
	add(len(types), "groups on the agenda without a room, by type: %s", strings.Join(types, ", "))
	for _, r := range p.Select(plan.Row.Kept) {
		lines = append(lines, fmt.Sprintf("left alone: %s: %s", r.Found.Name, r.Wanted.Decision.Reason))
	}
	for _, r := range p.Select(plan.Row.ArchivedByHand) {
		lines = append(lines, fmt.Sprintf("archived by hand: %s: %s", r.Found.Name, byHand(*r.ByHand)))
	}
	var strange []string
	for _, r := range p.Select(plan.Row.Unexplained) {
		strange = append(strange, r.Found.Name)
	}
	add(len(strange), "managed but not wanted: %s", strings.Join(strange, ", "))
	add(p.Unmanaged, "not managed and not wanted: %d", p.Unmanaged)
	add(p.Counts.Withheld, "held back by the policy %s: %d", p.Policy, p.Counts.Withheld)
	add(p.LeftOut, "left out by --only and --except: %d", p.LeftOut)
	return lines
}

// roomless returns how many groups get no room because of their type.
func roomless(types []want.Roomless) int {
	n := 0
	for _, r := range types {
		n += len(r.Groups)
	}
	return n
}

// planLine is the last line of a plan; scripts read it. A plan by hand has one
// of its own.
func planLine(p Plan) string {
	c := p.Counts
	switch p.ByHand {
	case provision.Archive:
		return fmt.Sprintf("plan: %d to archive, %d unknown", c.Archive, c.Unknown)
	case provision.Reopen:
		return fmt.Sprintf("plan: %d to reopen, %d unknown", c.Reopen, c.Unknown)
	case provision.Adopt:
		return fmt.Sprintf("plan: %d to adopt, %d unknown", c.Adopt, c.Unknown)
	}
	line := fmt.Sprintf("plan: %d wanted: %d to create, %d to update, %d to archive, %d to reopen, %d unchanged, %d in conflict, %d unknown",
		c.Wanted, c.Create, c.Update, c.Archive, c.Reopen, c.Unchanged, c.Conflict, c.Unknown)
	return line + more(c.Adopt, ", %d to adopt")
}

func more(n int, format string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(format, n)
}

// planMarkdown writes a plan as a table for a wiki or a ticket.
func (c *Console) planMarkdown(w *sink, p Plan) {
	w.line("## Rooms on %s for %s", p.Service, cell(p.Meetings))
	w.blank()
	rows := [][]string{{"action", "room", "what", "why"}} // as Markdown
	for _, change := range p.Changes() {
		rows = append(rows, []string{string(change.Action), cell(change.Room.Name), markdownGist(change), cell(strings.Join(reasonsOf(change), "; "))})
	}
	if p.ShowUnchanged {
		for _, r := range p.Select(unchanged) {
			rows = append(rows, []string{"unchanged", r.Found.Name, "", ""})
		}
	}
	markdownRows(w, rows)
	w.blank()
	c.planEnd(w, p, cell)
}

func markdownGist(c provision.Change) string {
	if c.Action == provision.Create {
		return cell(c.Room.Title())
	}
	var fields []string
	for _, f := range c.Fields {
		text := cell(fmt.Sprintf("%q → %q", f.From, f.To))
		if long(f.From, f.To) {
			text = markedWords(f.From, f.To, markdownMarks(), func(s string) string { return cell(Escape(s)) })
		}
		fields = append(fields, fmt.Sprintf("%s: %s", f.Name, text))
	}
	return strings.Join(fields, "; ")
}
