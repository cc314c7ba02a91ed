package main

import (
	"fmt"
	"slices"
	"strings"

	"muster/provision"
	"muster/provision/apply"
	"muster/provision/plan"
	"muster/xmppadmin"
)

// tellApplied tells what became of a plan, in the format asked for.
func (j *job) tellApplied(o *applyFlags, p plan.Plan, applied apply.Outcome) {
	a := j.app
	changed := applied.Counts.Changes() + applied.Counts.Failed + applied.Counts.Skipped
	if o.silent && changed+applied.Counts.Unknown == 0 {
		return
	}
	if o.silent {
		for _, w := range j.warnings() {
			a.warn("%s", w)
		}
	}
	if !o.silent {
		p.NotOffered = slices.DeleteFunc(applied.NotOffered, func(s xmppadmin.Setting) bool { return slices.Contains(p.NotOffered, s) })
		j.remarkNotOffered(p)
	}
	for _, r := range applied.Results {
		if r.Err != nil && (r.Status == apply.Failed || r.Action == provision.Unknown) {
			a.writeError(r.Err)
		}
	}
	a.writeApplied(p, applied, o, len(j.wanted.Refused))
}

// writeApplied writes the results and the summary.
func (a *app) writeApplied(p plan.Plan, applied apply.Outcome, o *applyFlags, refused int) {
	if a.format == "json" {
		for _, r := range applied.Results {
			_ = a.json(resultOf(r))
		}
		a.summary = summaryOf(applied.Counts, refused)
		return
	}
	if o.silent {
		fmt.Fprintln(a.stdout, applyLine(applied.Counts))
		for _, line := range changedRooms(p, applied) {
			fmt.Fprintln(a.stdout, line)
		}
		return
	}
	for _, r := range applied.Results {
		if a.format == "markdown" {
			fmt.Fprintf(a.stdout, "- %s %s: %s\n", r.Action, r.Room.Name, r.Status)
		} else {
			fmt.Fprintf(a.stdout, "%s %-8s %-8s %s\n", a.mark(r.Action), r.Action, r.Status, r.Room.Name)
		}
	}
	if len(applied.Results) > 0 {
		fmt.Fprintln(a.stdout)
	}
	if refused > 0 {
		fmt.Fprintf(a.stdout, "refused, because no room can be called so: %d\n\n", refused)
	}
	fmt.Fprintln(a.stdout, applyLine(applied.Counts))
}

// maxTold is how many changed rooms a silent run tells of; the audit trail has
// them all.
const maxTold = 20

// changedRooms says of each room that was changed what was done and why: a
// line each.
func changedRooms(p plan.Plan, applied apply.Outcome) []string {
	why := make(map[string]string, len(p.Changes))
	for _, c := range p.Changes {
		why[c.Room.Name] = whyChanged(c)
	}
	var lines []string
	for _, r := range applied.Results {
		if r.Status == apply.Done {
			lines = append(lines, fmt.Sprintf("  %s %s: %s", r.Action, r.Room.Name, why[r.Room.Name]))
		}
	}
	if rest := len(lines) - maxTold; rest > 0 {
		lines = append(lines[:maxTold], fmt.Sprintf("  and %d more", rest))
	}
	return lines
}

// whyChanged is what differs of a room that is updated, and the reasons of any
// other change.
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
