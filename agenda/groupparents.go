package agenda

import (
	"context"
	"maps"
	"slices"
)

// findParents gives the groups the acronyms of their parents, of which the
// rows have only numbers. Where these are not among the groups themselves, the
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
		// That one of these is not whole matters only to those whose parent
		// is missing.
		parents, found := joinLists(lists)
		maps.Copy(names, namesOf(found))
		out.Stale = out.Stale || parents.Stale
		out.warn(parents.Warnings...)
	}
	for i := range rows {
		rows[i].Parent = names[rows[i].parent]
	}
	var n notes
	missing := orphans(rows, names)
	for _, id := range slices.Sorted(maps.Keys(missing)) {
		n.add("list of groups: group %d, the parent of %q and of %d more, is in no list that was read",
			id, clip(missing[id][0]), len(missing[id])-1)
	}
	out.warn(n.all()...)
	return nil
}

// namesOf gives the acronyms of groups by number.
func namesOf(rows []groupRow) map[int]string {
	names := map[int]string{}
	for _, r := range rows {
		names[r.ID] = r.Acronym
	}
	return names
}

// orphans gives the numbers of the parents that have no name, each with the
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
