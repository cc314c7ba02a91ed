package want

import (
	"testing"

	"muster/agenda"
	"muster/provision"
	"muster/provision/internal/sample"
)

// bare are rules without standing rooms.
func bare() Rules {
	r := DefaultRules(sample.Service)
	r.Standing = nil
	return r
}

// wantOf returns what is wanted by rules, and fails the test on an error.
func wantOf(t *testing.T, rules Rules, meetings ...agenda.Meeting) Wanted {
	t.Helper()
	w, err := Derive(Sources{Meetings: meetings}, rules, sample.Day)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// roomOf returns the room of that name, and fails the test where there is none.
func roomOf(t *testing.T, w Wanted, name string) provision.Room {
	t.Helper()
	for _, r := range w.Rooms {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no room %q among %q", name, w.Names())
	return provision.Room{}
}
