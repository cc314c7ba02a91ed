package provision

import (
	"testing"

	"muster/xmppadmin"
)

func TestFilter(t *testing.T) {
	t.Parallel()
	w := wanting("adopt", "create", "same", "unknown", "update")
	for i := range w.Rooms {
		w.Rooms[i].Reasons = []Reason{{Source: FromStanding, Text: "standing room"}}
	}
	w.Ended = []Ended{{Name: "archive"}}
	found := []xmppadmin.Room{
		exists("adopt", false, false, "adopt"), exists("archive", true, false, "archive"), {Name: "create", State: xmppadmin.Absent},
		exists("same", true, false, "same"), exists("strange", true, false, ""), {Name: "unknown"}, exists("update", true, false, "old"),
	}
	p := planOf(t, w, found, PlanOptions{Policy: Sync, AdoptWanted: true})
	before := p.Digest()
	for name, c := range map[string]struct {
		keep []Action
		want Counts
	}{
		"all":            {[]Action{Adopt, Archive, Create, Unknown, Update}, p.Counts},
		"none":           {nil, Counts{Wanted: 1, Unchanged: 1}},
		"adopt":          {[]Action{Adopt}, Counts{Wanted: 2, Adopt: 1, Unchanged: 1}},
		"adopt, unknown": {[]Action{Adopt, Unknown}, Counts{Wanted: 3, Adopt: 1, Unchanged: 1, Unknown: 1}},
		"archive":        {[]Action{Archive}, Counts{Wanted: 1, Archive: 1, Unchanged: 1}},
	} {
		got := p.Filter(func(change Change) bool {
			for _, a := range c.keep {
				if a == change.Action {
					return true
				}
			}
			return false
		})
		same(t, name, got.Counts, c.want)
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
	held := planOf(t, w, found, PlanOptions{Policy: CreateOnly}).Filter(func(Change) bool { return false })
	same(t, "withheld", held.Counts, Counts{Wanted: 1, Unchanged: 1, Withheld: 2})
}
