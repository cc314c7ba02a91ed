package agenda

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
)

// joinLists makes one list of those of several types. The rows are sorted by
// acronym, each once; filling in the list's Groups is left to the caller.
func joinLists(lists []*groupReader) (GroupList, []groupRow) {
	var out GroupList
	var rows []groupRow
	for _, l := range lists {
		rows = append(rows, l.rows...)
		out.addOutages(l.outages)
		out.warn(l.warnings...)
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
			n.add("list of groups: group %d is there more than once; as %s %.80q, %s, it counts, as %s %.80q, %s, it does not",
				kept.ID, kept.Type, kept.Acronym, stateText(kept.State), other.Type, other.Acronym, stateText(other.State))
		}
		return kept.ID == other.ID
	})
}

// onceByAcronym keeps one group of each acronym, in the order of acronyms: an
// active one rather than another, then that of the latest change.
func onceByAcronym(rows []groupRow, n *notes) []groupRow {
	slices.SortFunc(rows, func(a, b groupRow) int {
		return cmp.Or(cmp.Compare(a.Acronym, b.Acronym), cmp.Compare(stateRank(a.State), stateRank(b.State)),
			b.Changed.Compare(a.Changed), cmp.Compare(b.ID, a.ID))
	})
	return firstOfEach(rows, func(kept, other groupRow) bool {
		if kept.Acronym == other.Acronym {
			n.add("list of groups: two groups have the acronym %.80q; number %d, %s, counts, number %d, %s, does not",
				kept.Acronym, kept.ID, stateText(kept.State), other.ID, stateText(other.State))
		}
		return kept.Acronym == other.Acronym
	})
}

// firstOfEach keeps the first of adjacent rows that are the same.
func firstOfEach(rows []groupRow, same func(kept, other groupRow) bool) []groupRow {
	out := rows[:0]
	for _, r := range rows {
		if len(out) == 0 || !same(out[len(out)-1], r) {
			out = append(out, r)
		}
	}
	return out
}

// stateRank ranks an active group before any other.
func stateRank(state GroupState) int {
	if state.Active() {
		return 0
	}
	return 1
}

// stateText formats a state for a warning.
func stateText(state GroupState) string {
	if state == "" {
		return "without a state"
	}
	return fmt.Sprintf("in state %.80q", state)
}

// unreadGroups returns what was left out of the lists, except for the groups
// that another row has.
func unreadGroups(rows []groupRow, lists []*groupReader) Unread {
	known := map[int]bool{}
	for _, r := range rows {
		known[r.ID] = true
	}
	var left [][]unreadRow
	for _, l := range lists {
		left = append(left, l.unread)
	}
	return unreadOf(known, left...)
}

// findParents fills in the acronyms of the groups' parents, of which the rows
// have only numbers. Where these are not among the groups themselves, the
// lists of the types that parents have are read too: the areas, the IRTF, and
// the IETF with the IESG and the IAB.
func (c *Client) findParents(ctx context.Context, out *GroupList, rows []groupRow, types []string) error {
	names := namesOf(rows)
	if len(orphans(rows, names)) > 0 {
		others := slices.DeleteFunc([]string{"area", "ietf", "irtf"}, func(slug string) bool { return slices.Contains(types, slug) })
		lists, err := c.groupLists(ctx, others)
		if err != nil {
			return err
		}
		// Whether one of these is complete matters only to groups whose parent
		// is missing.
		parents, found := joinLists(lists)
		maps.Copy(names, namesOf(found))
		out.addOutages(parents.Outages)
		out.warn(parents.Warnings...)
	}
	for i := range rows {
		rows[i].Parent = names[rows[i].parent]
	}
	var n notes
	missing := orphans(rows, names)
	for _, id := range slices.Sorted(maps.Keys(missing)) {
		n.add("list of groups: group %d, the parent of %.80q and of %d more, is in no list that was read",
			id, missing[id][0], len(missing[id])-1)
	}
	out.warn(n.all()...)
	return nil
}

// namesOf returns the acronyms of groups by number.
func namesOf(rows []groupRow) map[int]string {
	names := map[int]string{}
	for _, r := range rows {
		names[r.ID] = r.Acronym
	}
	return names
}

// orphans returns the numbers of the parents that have no name, each with the
// acronyms of their groups.
func orphans(rows []groupRow, names map[int]string) map[int][]string {
	missing := map[int][]string{}
	for _, r := range rows {
		if _, known := names[r.parent]; r.parent != 0 && !known {
			missing[r.parent] = append(missing[r.parent], r.Acronym)
		}
	}
	return missing
}
