package agenda

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"muster/agenda/internal/rest"
	"muster/agenda/internal/wire"
)

// joinLists makes one list of what was read of several types. The rows are
// sorted by acronym, each once; filling in the list's Groups is left to the
// caller.
func joinLists(s standing, got []rest.Got[groupRow]) (GroupList, []groupRow) {
	var rows []groupRow
	for _, g := range got {
		rows = append(rows, g.Rows...)
	}
	out := GroupList{Confirmed: s.confirmed, Incomplete: s.incomplete, Unread: unreadGroups(rows, got)}
	out.addOutages(s.outages)
	var n wire.Notes
	rows = onceByID(rows, &n)
	rows = onceByAcronym(rows, &n)
	out.warn(s.warnings...)
	out.warn(n.All()...)
	return out, rows
}

// fill makes the rows the list's groups.
func (l *GroupList) fill(rows []groupRow) {
	for _, r := range rows {
		l.Groups = append(l.Groups, r.GroupRecord)
	}
}

// onceByID keeps one row of each group, that of the latest change: a group
// that changed its type while the lists were read may be in two of them.
func onceByID(rows []groupRow, n *wire.Notes) []groupRow {
	slices.SortFunc(rows, func(a, b groupRow) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), b.Changed.Compare(a.Changed), cmp.Compare(groupLine(a.Group), groupLine(b.Group)),
			cmp.Compare(a.parent, b.parent))
	})
	return firstOfEach(rows, func(kept, other groupRow) bool {
		if kept.ID == other.ID && kept.Group != other.Group {
			n.Add("list of groups: group %d is there more than once; as %s %.80q, %s, it counts, as %s %.80q, %s, it does not",
				kept.ID, kept.Type, kept.Acronym, stateText(kept.State), other.Type, other.Acronym, stateText(other.State))
		}
		return kept.ID == other.ID
	})
}

// onceByAcronym keeps one group of each acronym, in the order of acronyms: an
// active one rather than another, then that of the latest change.
func onceByAcronym(rows []groupRow, n *wire.Notes) []groupRow {
	slices.SortFunc(rows, func(a, b groupRow) int {
		return cmp.Or(cmp.Compare(a.Acronym, b.Acronym), cmp.Compare(stateRank(a.State), stateRank(b.State)),
			b.Changed.Compare(a.Changed), cmp.Compare(b.ID, a.ID))
	})
	return firstOfEach(rows, func(kept, other groupRow) bool {
		if kept.Acronym == other.Acronym {
			n.Add("list of groups: two groups have the acronym %.80q; number %d, %s, counts, number %d, %s, does not",
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
func unreadGroups(rows []groupRow, got []rest.Got[groupRow]) Unread {
	known := map[int]bool{}
	for _, r := range rows {
		known[r.ID] = true
	}
	return unreadOf(known, leftOut(got))
}

// findParents fills in the acronyms of the groups' parents, of which the rows
// have only numbers. Where these are not among the groups themselves, the
// lists of the types that parents have are read too: the areas, the IRTF, and
// the IETF with the IESG and the IAB.
func (c *Client) findParents(ctx context.Context, out *GroupList, rows []groupRow, types []string) error {
	names := namesOf(rows)
	if len(orphans(rows, names)) > 0 {
		parts := groupParts(slices.DeleteFunc([]string{"area", "ietf", "irtf"}, func(slug string) bool { return slices.Contains(types, slug) }))
		got, err := readParts(ctx, c, groupTablePath, parts)
		if err != nil {
			return err
		}
		// Whether one of these is complete matters only to groups whose parent
		// is missing.
		parents, found := joinLists(standingOf(parts, got), got)
		maps.Copy(names, namesOf(found))
		out.addOutages(parents.Outages)
		out.warn(parents.Warnings...)
	}
	out.nameParents(rows, names)
	return nil
}

// nameParents fills in the parents of rows from the acronyms of groups by
// number, and warns of those that have none.
func (l *GroupList) nameParents(rows []groupRow, names map[int]string) {
	for i := range rows {
		rows[i].Parent = names[rows[i].parent]
	}
	var n wire.Notes
	missing := orphans(rows, names)
	for _, id := range slices.Sorted(maps.Keys(missing)) {
		n.Add("list of groups: group %d, the parent of %.80q and of %d more, is in no list that was read",
			id, missing[id][0], len(missing[id])-1)
	}
	l.warn(n.All()...)
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
