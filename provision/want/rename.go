package want

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"muster/provision"
)

// Rename says that a group has another acronym now. The room of the previous
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

// renamings adds what the configuration and the list of groups say of groups
// that have another acronym now. What the configuration says counts more.
func (g *gathering) renamings() {
	next, sources := make(map[string]string), make(map[string]provision.Source)
	for _, r := range g.renumbered() {
		if !g.groupLives(r.Previously) {
			next[r.Previously], sources[r.Previously] = r.Name, provision.FromGroups
		}
	}
	for _, from := range slices.Sorted(maps.Keys(g.rules.renamed)) {
		to := g.rules.renamed[from]
		if g.groupLives(from) {
			g.warnings = append(g.warnings, fmt.Sprintf("renamed group %q, previously %q: the list of groups has %q as one that lives, so its room stays", to, from, from))
			continue
		}
		next[from], sources[from] = to, provision.FromRenamed
	}
	for _, from := range slices.Sorted(maps.Keys(next)) {
		to := next[from]
		for range len(next) {
			if further := next[to]; further != "" && further != from {
				to = further
			}
		}
		g.renamed(from, to, sources[from])
	}
}

// groupLives says that a living group of the list has its room under this
// name.
func (g *gathering) groupLives(name string) bool {
	c := g.claims[name]
	return c != nil && c.record != nil || g.fates[name].lives
}

// renamed makes the fate of the room called from that its group is now called
// SettingsOf. Where there is no room of that name the old one stays.
func (g *gathering) renamed(from, to string, source provision.Source) {
	f := fate{name: from, source: source, to: to, reason: "the group is " + to + " now"}
	if source == provision.FromGroups {
		f.reason = "the Datatracker's list of groups calls the group " + to + " now"
	}
	there := g.claims[to]
	f.over = there != nil && there.live() && provision.CheckName(to) == "" || g.fates[to].over && g.fates[to].to == ""
	if !f.over {
		f.reason += ", and there is no room of that name yet"
	}
	g.fates[from] = f
}

// renumbered returns which rooms were those of a group that the list of groups
// has under another acronym now: its number stays.
func (g *gathering) renumbered() []Rename {
	if g.list == nil || !sound(g.list) {
		return nil
	}
	names := make(map[int][]string)
	for name, s := range g.seen {
		if c := g.claims[name]; s.Group != 0 && (c == nil || c.record == nil) {
			names[s.Group] = append(names[s.Group], name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	var out []Rename
	for i := range g.list.Groups {
		r := &g.list.Groups[i]
		for _, was := range names[r.ID] {
			if now := provision.Lower(r.Acronym); now != was {
				out = append(out, Rename{Name: now, Previously: was})
			}
		}
	}
	slices.SortFunc(out, func(a, b Rename) int { return strings.Compare(a.Previously, b.Previously) })
	return out
}
