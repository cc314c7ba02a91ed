package want

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"muster/provision"
)

// Rename is that a group has another acronym now. The room of the previous
// one is archived and points to the new one.
type Rename struct {
	// Name is the room's name now, Previously what it was.
	Name       string `json:"name"`
	Previously string `json:"previously"`
}

// renames returns where each previous name leads in the end: a group may be
// renamed more than once.
func renames(list []Rename) (map[string]string, error) {
	next := make(map[string]string, len(list))
	for _, r := range list {
		for _, name := range []string{r.Previously, r.Name} {
			if why := provision.CheckName(name); why != "" {
				return nil, fmt.Errorf("renamed group %q, previously %q: the name %q: %s", r.Name, r.Previously, name, why)
			}
		}
		if other := next[r.Previously]; other != "" && other != r.Name {
			return nil, fmt.Errorf("renamed group, previously %q: it cannot be both %q and %q now", r.Previously, other, r.Name)
		}
		next[r.Previously] = r.Name
	}
	last := make(map[string]string, len(next))
	for _, from := range slices.Sorted(maps.Keys(next)) {
		to := next[from]
		for range len(next) {
			if further := next[to]; further != "" {
				to = further
			}
		}
		if next[to] != "" {
			return nil, fmt.Errorf("renamed group, previously %q: the renamings go round in a circle", to)
		}
		last[from] = to
	}
	return last, nil
}

// renamings returns which rooms are those of groups that have another acronym
// now, by the configuration and by the list of groups, and what is odd about
// them. Verdicts are those on all rooms as if the list had renamed no group.
// The configuration counts more.
func (x context) renamings(verdicts map[string]verdict) (map[string]renaming, []string) {
	var warnings []string
	next := make(map[string]renaming)
	for _, r := range x.renumbered(verdicts) {
		if v := verdicts[r.Previously]; !v.atWork() {
			next[r.Previously] = renaming{to: r.Name, source: provision.FromGroups}
		}
	}
	for _, from := range slices.Sorted(maps.Keys(x.rules.renamed)) {
		to := x.rules.renamed[from]
		if v := verdicts[from]; v.atWork() {
			warnings = append(warnings, fmt.Sprintf("renamed group %q, previously %q: the list of groups has %q as one that lives, so its room stays", to, from, from))
			continue
		}
		next[from] = renaming{to: to, source: provision.FromRenamed}
	}
	out := make(map[string]renaming, len(next))
	for from, r := range next {
		for range len(next) { // a group may be renamed more than once
			if further := next[r.to].to; further != "" && further != from {
				r.to = further
			}
		}
		successor := verdicts[r.to].Decision
		r.ready = provision.CheckName(r.to) == "" && successor.MovedTo == "" &&
			(successor.Desired == provision.Live || successor.Desired == provision.LiveUnlessArchived || successor.Desired.Over())
		out[from] = r
	}
	return out, warnings
}

// renumbered returns which rooms were those of a group that the list of groups
// has under another acronym now: its number stays.
func (x context) renumbered(verdicts map[string]verdict) []Rename {
	if !authoritative(x.list) {
		return nil
	}
	names := make(map[int][]string)
	for name, h := range x.history {
		if v := verdicts[name]; h.Group != 0 && !v.keeps() {
			names[h.Group] = append(names[h.Group], name)
		}
	}
	var out []Rename
	for i := range x.list.Groups {
		g := &x.list.Groups[i]
		for _, was := range names[g.ID] {
			if now := provision.Lower(g.Acronym); now != was {
				out = append(out, Rename{Name: now, Previously: was})
			}
		}
	}
	slices.SortFunc(out, func(a, b Rename) int { return strings.Compare(a.Previously, b.Previously) })
	return out
}
