package ui

import (
	"fmt"
	"strconv"
	"strings"

	"muster/provision"
	"muster/provision/plan"
	"muster/provision/want"
)

// Plan is a plan as it is shown.
type Plan struct {
	plan.Plan
	// Meetings names the meetings, such as "IETF 126".
	Meetings string
	// Refused are the names that no room can have.
	Refused []want.Refusal
	// ShowUnchanged lists the unchanged rooms, too.
	ShowUnchanged bool
}

// Plan writes a plan on standard output.
func (c *Console) Plan(p Plan) {
	switch c.Options.Format {
	case JSON:
		for _, change := range p.Changes() {
			c.record(changeOf(change))
		}
		c.Summarize(p.Counts, len(p.Refused))
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
	for _, change := range changes {
		w.spans(colour, sign(change.Action), span{text: fmt.Sprintf(" %-8s %s%s", change.Action, change.Room.Name, gist(change))})
		for _, text := range details(change) {
			w.line("      %s", text)
		}
	}
	if p.ShowUnchanged {
		for _, r := range p.Select(unchanged) {
			w.line("= %-8s %s", "same", r.Found.Name)
		}
	}
	if len(changes) > 0 || p.ShowUnchanged && p.Counts.Unchanged > 0 {
		w.blank()
	}
	if lines := leftAlone(p); len(lines) > 0 {
		for _, text := range lines {
			w.line("%s", text)
		}
		w.blank()
	}
	w.line("%s", planLine(p.Counts))
}

// unchanged reports whether a room is as it should be.
func unchanged(r plan.Row) bool { return r.Action == provision.Unchanged }

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
		from := fmt.Sprintf("%q", f.From)
		if f.NotShown {
			from = "(not shown)"
		}
		lines = append(lines, fmt.Sprintf("%s: %s -> %q", f.Name, from, f.To))
	}
	return lines
}

// leftAlone returns lines on the names that are refused and on the rooms that
// a plan leaves alone.
func leftAlone(p Plan) []string {
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
	for _, r := range p.Select(plan.Row.Kept) {
		lines = append(lines, fmt.Sprintf("left alone: %s: %s", r.Found.Name, r.Wanted.Decision.Reason))
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

// planLine is the last line of a plan; scripts read it.
func planLine(c provision.Counts) string {
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
	rows := [][]string{{"action", "room", "what", "why"}}
	for _, change := range p.Changes() {
		rows = append(rows, []string{string(change.Action), change.Room.Name, markdownGist(change), strings.Join(reasonsOf(change), "; ")})
	}
	if p.ShowUnchanged {
		for _, r := range p.Select(unchanged) {
			rows = append(rows, []string{"unchanged", r.Found.Name, "", ""})
		}
	}
	markdownTable(w, rows)
	w.blank()
	if lines := leftAlone(p); len(lines) > 0 {
		for _, text := range lines {
			w.line("%s", cell(text))
		}
		w.blank()
	}
	w.line("%s", planLine(p.Counts))
}

func markdownGist(c provision.Change) string {
	if c.Action == provision.Create {
		return c.Room.Title()
	}
	var fields []string
	for _, f := range c.Fields {
		fields = append(fields, fmt.Sprintf("%s: %q → %q", f.Name, f.From, f.To))
	}
	return strings.Join(fields, "; ")
}
