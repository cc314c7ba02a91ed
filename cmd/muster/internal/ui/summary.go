package ui

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"muster/provision"
	"muster/provision/plan"
)

// planEnd writes what a plan leaves alone and its summary: in words where there
// is nothing to do, and as the line that scripts read.
func (c *Console) planEnd(w *sink, p Plan, clean func(string) string) {
	lines := leftAlone(p)
	if c.warnings > 0 && !c.Options.Quiet {
		lines = append(lines, Counted(c.warnings, "warning")+" on standard error")
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

// heldBack returns what holds back changes: the policy, or, where that holds back
// none, the limits.
func heldBack(policy plan.Policy) string {
	if policy == plan.Sync {
		return "for later runs"
	}
	return fmt.Sprintf("by the policy %s", policy)
}

// nothingToDo returns in words that a plan changes nothing; empty where it does,
// or where rooms are unknown or missing.
func nothingToDo(p Plan) string {
	n := p.Counts
	switch {
	case n.Changes()+n.Unknown+p.Missing.Unread+p.Missing.Refused > 0:
		return ""
	case n.Conflict > 0:
		return fmt.Sprintf("nothing to do; %s in conflict left alone", Counted(n.Conflict, "room"))
	case n.Withheld > 0:
		return fmt.Sprintf("nothing to do; %s held back %s", Counted(n.Withheld, "change"), heldBack(p.Policy))
	case p.ByHand != "" || n.Wanted == 0:
		return "nothing to do"
	}
	return fmt.Sprintf("nothing to do: %s as wanted", Counted(n.Wanted, "room"))
}

// Counted returns a number of things, in the plural where it is not one.
func Counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
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
	add(p.Counts.Withheld, "held back %s: %d", heldBack(p.Policy), p.Counts.Withheld)
	add(p.LeftOut, "left out by --only and --except: %d", p.LeftOut)
	return lines
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
