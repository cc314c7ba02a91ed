package agenda

import (
	"cmp"
	"slices"
)

// mergeGroups makes one group of what the rows of each acronym tell. What
// agenda.json tells of a group is not mixed with what was inferred.
func mergeGroups(rows []joinedRow, n *notes) map[string]Group {
	groups, inferred := map[string]Group{}, map[string]Group{}
	for _, r := range rows {
		into := groups
		if r.inferred {
			into = inferred
		}
		g, known := into[r.group.Acronym]
		if known {
			g = mergeGroup(g, r.group, n)
		} else {
			g = r.group
		}
		into[g.Acronym] = g
	}
	for acronym, g := range inferred {
		if _, told := groups[acronym]; !told {
			groups[acronym] = g
		}
	}
	return groups
}

// mergeGroup fills the gaps of a group from another row. Where the two
// contradict each other the first counts.
func mergeGroup(g, other Group, n *notes) Group {
	fill := func(what string, field *string, value string) {
		if *field != "" && value != "" && *field != value {
			n.add("group %q: its %s is %q in one row and %q in another; the first counts",
				clip(g.Acronym), what, clip(*field), clip(value))
		}
		*field = cmp.Or(*field, value)
	}
	fill("name", &g.Name, other.Name)
	fill("type", &g.Type, other.Type)
	state := string(g.State)
	fill("state", &state, string(other.State))
	g.State = GroupState(state)
	fill("parent", &g.Parent, other.Parent)
	return g
}

// groupsOf gives the groups in the order of a meeting's groups.
func groupsOf(byAcronym map[string]Group) []Group {
	groups := make([]Group, 0, len(byAcronym))
	for _, g := range byAcronym {
		g.BOF = g.State == StateBOF
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b Group) int { return cmp.Compare(a.Acronym, b.Acronym) })
	return groups
}
