package plan

import (
	"testing"

	"muster/provision"
	"muster/provision/internal/check"
	"muster/provision/internal/sample"
	"muster/provision/internal/wanting"
	"muster/xmppadmin"
)

func TestFilter(t *testing.T) {
	t.Parallel()
	w := wanting.Rooms("adopt", "create", "same", "unknown", "update")
	for i := range w.Rooms {
		w.Rooms[i].Reasons = []provision.Reason{{Source: provision.FromStanding, Text: "standing room"}}
	}
	w = w.With(wanting.Archived("archive", ""))
	found := []xmppadmin.Room{
		sample.Room("adopt", false, false, "adopt"), sample.Room("archive", true, false, "archive"), {Name: "create", State: xmppadmin.Absent},
		sample.Room("same", true, false, "same"), sample.Room("strange", true, false, ""), {Name: "unknown"}, sample.Room("update", true, false, "old"),
	}
	p := planOf(t, w, found, Options{Policy: Sync, AdoptWanted: true})
	before := p.Digest()
	for name, c := range map[string]struct {
		keep []provision.Action
		want provision.Counts
	}{
		"all":            {[]provision.Action{provision.Adopt, provision.Archive, provision.Create, provision.Unknown, provision.Update}, p.Counts},
		"none":           {nil, provision.Counts{Wanted: 1, Unchanged: 1}},
		"adopt":          {[]provision.Action{provision.Adopt}, provision.Counts{Wanted: 2, Adopt: 1, Unchanged: 1}},
		"adopt, unknown": {[]provision.Action{provision.Adopt, provision.Unknown}, provision.Counts{Wanted: 3, Adopt: 1, Unchanged: 1, Unknown: 1}},
		"archive":        {[]provision.Action{provision.Archive}, provision.Counts{Wanted: 1, Archive: 1, Unchanged: 1}},
	} {
		got := p.Filter(func(change provision.Change) bool {
			for _, a := range c.keep {
				if a == change.Action {
					return true
				}
			}
			return false
		})
		check.Same(t, name, got.Counts, c.want)
		if len(got.Changes) != len(c.keep) {
			t.Errorf("%s: changes %+v", name, got.Changes)
		}
		for i, change := range got.Changes {
			if change.Action != c.keep[i] {
				t.Errorf("%s: %s of %s", name, change.Action, change.Room.Name)
			}
		}
		if len(got.Unchanged) != 1 || len(got.Unexplained) != 1 || got.Managed != p.Managed || p.Digest() != before {
			t.Errorf("%s: more than the changes is another: %+v", name, got)
		}
	}
	held := planOf(t, w, found, Options{Policy: CreateOnly}).Filter(func(provision.Change) bool { return false })
	check.Same(t, "withheld", held.Counts, provision.Counts{Wanted: 1, Unchanged: 1, Withheld: 2})
}
