package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"muster/provision"
	"muster/provision/plan"
	"muster/provision/want"
)

// signs are the marks in front of the lines of a plan.
var signs = map[provision.Action]string{
	provision.Create: "+", provision.Update: "~", provision.Archive: "-", provision.Reopen: "^",
	provision.Adopt: "&", provision.Conflict: "!", provision.Unknown: "?", provision.Unchanged: "=",
}

// colours are the terminal's, by action; none for those that need no notice.
var colours = map[provision.Action]string{
	provision.Create: "32", provision.Update: "33", provision.Archive: "31", provision.Reopen: "32",
	provision.Adopt: "36", provision.Conflict: "35", provision.Unknown: "35",
}

// mark returns the sign of an action, in colour on a terminal.
func (a *app) mark(action provision.Action) string {
	sign, colour := signs[action], colours[action]
	if colour == "" || !a.colourful() {
		return sign
	}
	return "\x1b[" + colour + "m" + sign + "\x1b[0m"
}

// writePlan writes a plan for people.
func (a *app) writePlan(w io.Writer, j *job, p plan.Plan, unchanged bool) {
	fmt.Fprintf(w, "%s, for %s\n\n", p.Service, j.label())
	for _, c := range p.Changes {
		fmt.Fprintf(w, "%s %-8s %s%s\n", a.mark(c.Action), c.Action, c.Room.Name, summaryText(c))
		for _, line := range detailLines(c) {
			fmt.Fprintf(w, "      %s\n", line)
		}
	}
	if unchanged {
		for _, r := range p.Unchanged {
			fmt.Fprintf(w, "%s %-8s %s\n", a.mark(provision.Unchanged), "same", r.Name)
		}
	}
	if len(p.Changes) > 0 || unchanged && len(p.Unchanged) > 0 {
		fmt.Fprintln(w)
	}
	for _, line := range remarks(j.wanted.Refused, p) {
		fmt.Fprintln(w, line)
	}
	fmt.Fprintln(w, planLine(p.Counts))
}

// summaryText is the title of a room that is made, or why something else is
// done about it.
func summaryText(c provision.Change) string {
	switch {
	case c.Reason != "":
		return "  (" + c.Reason + ")"
	case c.Action == provision.Create:
		return fmt.Sprintf("  %q", c.Room.Title())
	default:
		return ""
	}
}

// detailLines are the reasons and, for a room that exists, what differs.
func detailLines(c provision.Change) []string {
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

// remarks are what a plan says of names that it refuses and of rooms that it
// leaves alone.
func remarks(refused []want.Refusal, p plan.Plan) []string {
	var lines []string
	add := func(n int, format string, args ...any) {
		if n > 0 {
			lines = append(lines, fmt.Sprintf(format, args...))
		}
	}
	names := make([]string, len(refused))
	for i, r := range refused {
		names[i] = strconv.Quote(r.Name)
	}
	add(len(refused), "refused, because no room can be called so: %s", strings.Join(names, ", "))
	for _, k := range p.Kept {
		lines = append(lines, fmt.Sprintf("left alone: %s: %s", k.Name, k.Reason))
	}
	add(len(p.Unexplained), "managed, and nobody asks for them: %s", strings.Join(p.Unexplained, ", "))
	add(p.Unmanaged, "not managed, and not wanted: %d", p.Unmanaged)
	add(p.Counts.Withheld, "held back by the policy %s: %d", p.Policy, p.Counts.Withheld)
	add(p.LeftOut, "left out by --only and --except: %d", p.LeftOut)
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	return lines
}

// planLine is the last line of a plan; scripts read it.
func planLine(c provision.Counts) string {
	line := fmt.Sprintf("plan: %d wanted: %d to create, %d to update, %d to archive, %d to reopen, %d unchanged, %d in conflict, %d unknown",
		c.Wanted, c.Create, c.Update, c.Archive, c.Reopen, c.Unchanged, c.Conflict, c.Unknown)
	return line + more(c.Adopt, ", %d to adopt")
}

// applyLine is the last line of an apply; scripts read it.
func applyLine(c provision.Counts) string {
	line := fmt.Sprintf("apply: %d wanted: %d created, %d updated, %d archived, %d reopened, %d unchanged, %d in conflict, %d unknown, %d failed",
		c.Wanted, c.Create, c.Update, c.Archive, c.Reopen, c.Unchanged, c.Conflict, c.Unknown, c.Failed)
	return line + more(c.Adopt, ", %d adopted") + more(c.Skipped, ", %d skipped")
}

func more(n int, format string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(format, n)
}

// writePlanMarkdown writes a plan as a table for a wiki or a ticket.
func writePlanMarkdown(w io.Writer, j *job, p plan.Plan, unchanged bool) {
	fmt.Fprintf(w, "## Rooms on %s for %s\n\n| action | room | what | why |\n| --- | --- | --- | --- |\n", p.Service, cell(j.label()))
	for _, c := range p.Changes {
		var what []string
		for _, f := range c.Fields {
			if c.Action != provision.Create {
				what = append(what, fmt.Sprintf("%s: %q → %q", f.Name, f.From, f.To))
			}
		}
		if c.Action == provision.Create {
			what = append(what, c.Room.Title())
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", c.Action, c.Room.Name, cell(strings.Join(what, "; ")), cell(strings.Join(reasonsOf(c), "; ")))
	}
	if unchanged {
		for _, r := range p.Unchanged {
			fmt.Fprintf(w, "| unchanged | %s | | |\n", r.Name)
		}
	}
	fmt.Fprintln(w)
	for _, line := range remarks(j.wanted.Refused, p) {
		fmt.Fprintln(w, cell(line))
	}
	fmt.Fprintln(w, planLine(p.Counts))
}

// cell makes a text fit for one cell of a Markdown table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(s)
}

// table writes rows in aligned columns.
func table(w io.Writer, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(t, strings.Join(filled(row), "\t"))
	}
	return t.Flush()
}

// filled returns a row with a dash in each empty cell, so that the columns
// stay apart.
func filled(row []string) []string {
	out := slices.Clone(row)
	for i, cell := range out {
		out[i] = cmp.Or(cell, "-")
	}
	return out
}
