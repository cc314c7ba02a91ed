package want

import (
	"fmt"

	"muster/agenda"
)

// GroupStats are the counts that [Derive] takes of the list of groups.
type GroupStats struct {
	// Groups are those of a configured type, in any state; Living are those
	// of them that are active, proposed or a BOF.
	Groups int `json:"groups"`
	Living int `json:"living"`
	// Stale and Incomplete are the list's: see [agenda.GroupList].
	Stale      bool `json:"stale"`
	Incomplete bool `json:"incomplete"`
}

// groupStats returns the counts of a list, nil for no list.
func groupStats(l *agenda.GroupList, rules *compiled) *GroupStats {
	if l == nil {
		return nil
	}
	stats := &GroupStats{Stale: l.Stale, Incomplete: l.Incomplete}
	for i := range l.Groups {
		if !rules.listed(l.Groups[i].Type) {
			continue
		}
		stats.Groups++
		if l.Groups[i].State.Active() {
			stats.Living++
		}
	}
	return stats
}

// groupWarnings returns what is odd about a list, in no order.
func groupWarnings(l *agenda.GroupList, rules *compiled) []string {
	if l == nil {
		return nil
	}
	var out []string
	odd := make(map[agenda.GroupState]int)
	for i := range l.Groups {
		if s := l.Groups[i].State; rules.listed(l.Groups[i].Type) && !s.Active() && !s.Over() && !s.Dormant() {
			odd[s]++
		}
	}
	for state, n := range odd {
		out = append(out, fmt.Sprintf("list of groups: the state %q is not known, the rooms of its groups (%d) are left as they are", state, n))
	}
	if l.Stale {
		out = append(out, "list of groups: it is not current, and nothing is archived by it")
	}
	if l.Incomplete {
		out = append(out, "list of groups: it is not whole, and nothing is archived by it")
	}
	return out
}
