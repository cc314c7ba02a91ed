package plan

import (
	"muster/provision"
)

// Filter returns the plan with only those changes that keep wants, counted
// anew. The rooms of the others are left as they are and count for nothing.
func (p Plan) Filter(keep func(provision.Change) bool) Plan {
	counts := provision.Counts{Unchanged: p.Counts.Unchanged, Withheld: p.Counts.Withheld}
	counts.Wanted = counts.Unchanged
	var kept []provision.Change
	for _, c := range p.Changes {
		if !keep(c) {
			continue
		}
		kept = append(kept, c)
		counts.Add(c.Action)
		if len(c.Room.Reasons) > 0 {
			counts.Wanted++
		}
	}
	p.Changes, p.Counts = kept, counts
	return p
}
