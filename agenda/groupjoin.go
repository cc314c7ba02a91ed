package agenda

import (
	"cmp"
	"fmt"
	"slices"
)

// joinLists makes one list of those of several types. The rows are sorted by
// acronym, each once; the list's Groups are for the caller to fill.
func joinLists(lists []*groupReader) (GroupList, []groupRow) {
	var out GroupList
	var rows []groupRow
	for _, l := range lists {
		rows = append(rows, l.rows...)
		out.Stale = out.Stale || l.stale
		out.warn(append(l.warnings, l.notes.all()...)...)
		if wrong := l.check(); wrong != "" {
			out.Incomplete = true
			out.warn(wrong)
		}
	}
	out.Unread = unreadGroups(rows, lists)
	var n notes
	rows = onceByID(rows, &n)
	rows = onceByAcronym(rows, &n)
	out.warn(n.all()...)
	return out, rows
}

// onceByID keeps one row of each group, that of the latest change: a group
// that changed its type while the lists were read may be in two of them.
func onceByID(rows []groupRow, n *notes) []groupRow {
	slices.SortFunc(rows, func(a, b groupRow) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), b.Changed.Compare(a.Changed), cmp.Compare(groupLine(a.Group), groupLine(b.Group)),
			cmp.Compare(a.parent, b.parent))
	})
	return firstOfEach(rows, func(kept, other groupRow) bool {
		if kept.ID == other.ID && kept.Group != other.Group {
			n.add("list of groups: group %d is there more than once; as %s %q, %s, it counts, as %s %q, %s, it does not",
				kept.ID, kept.Type, clip(kept.Acronym), stateText(kept.State),
				other.Type, clip(other.Acronym), stateText(other.State))
		}
		return kept.ID == other.ID
	})
}

// onceByAcronym keeps one group of each acronym, in the order of acronyms: one
// that lives rather than one that does not, then that of the latest change.
func onceByAcronym(rows []groupRow, n *notes) []groupRow {
	slices.SortFunc(rows, func(a, b groupRow) int {
		return cmp.Or(cmp.Compare(a.Acronym, b.Acronym), cmp.Compare(deadness(a.State), deadness(b.State)),
			b.Changed.Compare(a.Changed), cmp.Compare(b.ID, a.ID))
	})
	return firstOfEach(rows, func(kept, other groupRow) bool {
		if kept.Acronym == other.Acronym {
			n.add("list of groups: two groups have the acronym %q; number %d, %s, counts, number %d, %s, does not",
				clip(kept.Acronym), kept.ID, stateText(kept.State), other.ID, stateText(other.State))
		}
		return kept.Acronym == other.Acronym
	})
}

// firstOfEach keeps the first of rows next to each other that are the same.
func firstOfEach(rows []groupRow, same func(kept, other groupRow) bool) []groupRow {
	out := rows[:0]
	for _, r := range rows {
		if len(out) == 0 || !same(out[len(out)-1], r) {
			out = append(out, r)
		}
	}
	return out
}

// deadness ranks a group that lives before one that does not.
func deadness(state GroupState) int {
	if state.Active() {
		return 0
	}
	return 1
}

// stateText prints a state for a warning.
func stateText(state GroupState) string {
	if state == "" {
		return "without a state"
	}
	return fmt.Sprintf("in state %q", clip(string(state)))
}

// unreadGroups counts the rows that were left out, but for those of groups
// that another row tells of. A row without a readable number counts as one.
func unreadGroups(rows []groupRow, lists []*groupReader) int {
	settled := map[int]bool{}
	for _, r := range rows {
		settled[r.ID] = true
	}
	count := 0
	for _, l := range lists {
		for _, id := range l.unread {
			if !settled[id] {
				count++
			}
			settled[id] = id > 0
		}
	}
	return count
}
