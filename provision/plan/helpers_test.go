package plan

import (
	"testing"

	"muster/agenda"
	"muster/provision"
	"muster/provision/internal/sample"
	"muster/provision/want"
	"muster/xmppadmin"
)

// input returns what a plan is made from, on the day of the samples.
func input(w want.Wanted, found []xmppadmin.Room) Input {
	return Input{Wanted: w, Found: found, Rules: want.DefaultRules(sample.Service), Now: sample.Day}
}

// planOf returns the plan, and fails the test on an error.
func planOf(t testing.TB, w want.Wanted, found []xmppadmin.Room, o Options) Plan {
	t.Helper()
	p, err := New(input(w, found), o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// bare are rules without standing rooms.
func bare() want.Rules {
	r := want.DefaultRules(sample.Service)
	r.Standing = nil
	return r
}

// wantOf returns what is wanted by rules, and fails the test on an error.
func wantOf(t *testing.T, rules want.Rules, meetings ...agenda.Meeting) want.Wanted {
	t.Helper()
	w, err := want.Derive(want.Sources{Meetings: meetings}, rules, sample.Day)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// roomOf returns the room of that name, and fails the test where there is none.
func roomOf(t *testing.T, w want.Wanted, name string) provision.Room {
	t.Helper()
	for _, r := range w.Rooms {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no room %q among %q", name, w.Names())
	return provision.Room{}
}
