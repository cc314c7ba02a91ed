package ui

import (
	"fmt"
	"maps"
	"slices"
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
	// Missing counts these, and the rows that could not be read.
	Missing Missing
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
		c.Summarize(p.Counts, p.Missing)
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
