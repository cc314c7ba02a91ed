package plan

import (
	"testing"

	"muster/provision"
	"muster/provision/internal/check"
	"muster/provision/internal/sample"
	"muster/provision/want"
	"muster/xmppadmin"
)

// TestAreaMove: the room of a group that moves from one area to another
// changes in nothing but its description.
func TestAreaMove(t *testing.T) {
	t.Parallel()
	const noteWell = "The IETF Note Well applies: https://www.ietf.org/about/note-well/"
	g := sample.Record("quic", "wg", "active")
	before, err := want.Derive(want.Sources{Groups: sample.List(g)}, bare(), sample.Day)
	if err != nil {
		t.Fatal(err)
	}
	g.Parent, g.Changed = "wit", sample.Day
	after, err := want.Derive(want.Sources{Groups: sample.List(g)}, bare(), sample.Day)
	if err != nil {
		t.Fatal(err)
	}
	p := planOf(t, after, []xmppadmin.Room{sample.AsWanted(before.Rooms[0])}, Options{Policy: Sync})
	if len(p.Changes()) != 1 || p.Changes()[0].Action != provision.Update {
		t.Fatalf("%+v", p.Changes())
	}
	check.Same(t, "fields", p.Changes()[0].Fields, []provision.Field{{Name: xmppadmin.Description,
		From: "IETF working group in the art area. " + noteWell, To: "IETF working group in the wit area. " + noteWell}})
}

// TestEndedRoomsAreLookedForWhereTheyMayBe: a survey looks for rooms that are
// remembered, and not for those of every group that ever was.
func TestEndedRoomsAreLookedForWhereTheyMayBe(t *testing.T) {
	t.Parallel()
	in := want.Sources{Groups: sample.List(sample.Record("ancient", "wg", "conclude"), sample.Record("known", "wg", "conclude")),
		History: map[string]want.RoomHistory{"known": {Last: sample.Day}}}
	w, err := want.Derive(in, bare(), sample.Day)
	if err != nil {
		t.Fatal(err)
	}
	check.Same(t, "names", w.Names(), []string{"known"})
	p := planOf(t, w, nil, Options{Policy: Sync})
	if len(p.Changes()) != 1 || p.Changes()[0].Action != provision.Unknown || p.Changes()[0].Room.Name != "known" {
		t.Errorf("not looked at: %+v", p.Changes())
	}
	found := []xmppadmin.Room{{Name: "ancient", State: xmppadmin.Exists, Managed: true, Settings: sample.Settings("ancient")},
		{Name: "known", State: xmppadmin.Absent}}
	p = planOf(t, w, found, Options{Policy: Sync})
	if len(p.Changes()) != 1 || p.Changes()[0].Action != provision.Archive || p.Changes()[0].Reason != "ancient (wg) has been concluded since 20 July 2025; 30 days have passed" {
		t.Fatalf("found: %+v", p.Changes())
	}
	if d := p.Changes()[0].Room.Settings[xmppadmin.Description]; d != "Archived since 20 July 2026: ancient (wg) has been concluded since 20 July 2025." {
		t.Errorf("description %q", d)
	}
	e := roomOf(t, w, "known").Decision
	if e.Source != provision.FromGroups || !e.Since.Equal(sample.Day.AddDate(-1, 0, 0)) || !e.Until.Equal(e.Since.Add(30*oneDay)) {
		t.Errorf("%+v", e)
	}
}

// TestRenamedRoomPoints: the old room's title and description lead to the new
// one, also where it was archived before that was known.
func TestRenamedRoomPoints(t *testing.T) {
	t.Parallel()
	rules := bare()
	rules.Renamed = []want.Rename{{Name: "ivy", Previously: "nimby"}}
	w, err := want.Derive(want.Sources{Groups: sample.List(sample.Record("ivy", "wg", "active"))}, rules, sample.Day)
	if err != nil {
		t.Fatal(err)
	}
	found := []xmppadmin.Room{sample.AsWanted(roomOf(t, w, "ivy")), sample.Room("nimby", true, false, "nimby: Not in My Back Yard")}
	for _, archived := range []bool{false, true} {
		found[1].Archived = archived
		if archived {
			found[1].Settings[xmppadmin.Title] = "[archived] nimby: Not in My Back Yard"
		}
		p := planOf(t, w, found, Options{Policy: Sync})
		if len(p.Changes()) != 1 || p.Changes()[0].Action != provision.Archive || p.Changes()[0].Reason != "the group is ivy now" {
			t.Fatalf("archived %v: %+v", archived, p.Changes())
		}
		s := p.Changes()[0].Room.Settings
		if s[xmppadmin.Title] != "[archived] nimby: now ivy" || s[xmppadmin.Description] != "Archived since 20 July 2026: the group is ivy now; join xmpp:ivy@rooms.example.org?join instead." {
			t.Errorf("archived %v: %q", archived, s)
		}
	}
	found[1].Settings[xmppadmin.Title] = "[archived] nimby: now ivy"
	if p := planOf(t, w, found, Options{Policy: Sync}); len(p.Changes()) > 0 {
		t.Errorf("a room that points already: %+v", p.Changes())
	}
	check.Same(t, "names", w.Names(), []string{"ivy", "nimby"})
}
