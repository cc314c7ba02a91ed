package provision

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"muster/agenda"
	"muster/xmppadmin"
)

const service = "rooms.example.org"

var day = time.Date(2026, time.July, 20, 9, 0, 0, 0, time.UTC)

// asWanted is what a look at r finds when all is as it should be.
func asWanted(r Room) xmppadmin.Room {
	return xmppadmin.Room{Name: r.Name, State: xmppadmin.Exists, Managed: true, Settings: maps.Clone(r.Settings)}
}

// bare are rules without standing rooms.
func bare() Rules {
	r := DefaultRules(service)
	r.Standing = nil
	return r
}

// session returns a regular session of group with the ID id, an hour long, id
// hours into the meeting.
func session(id int, group string, status agenda.Status) agenda.Session {
	return agenda.Session{
		ID: id, Group: group, Status: status, Type: agenda.Regular, Room: group,
		Start: day.Add(time.Duration(id) * time.Hour), Duration: time.Hour, Location: "Hall A",
	}
}

// group returns an active group whose name is its acronym's in words.
func group(acronym, kind string) agenda.Group {
	return agenda.Group{Acronym: acronym, Name: "Name of " + acronym, Type: kind, State: "active", Parent: "art"}
}

// meetingOf returns IETF 126 with the groups and the sessions.
func meetingOf(groups []agenda.Group, sessions ...agenda.Session) agenda.Meeting {
	return agenda.Meeting{
		Number: "126", City: "Vienna", TimeZone: time.UTC, Groups: groups, Sessions: sessions,
		AgendaURL: "https://datatracker.example.org/meeting/126/agenda",
	}
}

// wantOf returns what is wanted by rules, and fails the test on an error.
func wantOf(t *testing.T, rules Rules, meetings ...agenda.Meeting) Wanted {
	t.Helper()
	w, err := Want(Sources{Meetings: meetings}, rules, day)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// roomOf returns the room of that name, and fails the test where there is none.
func roomOf(t *testing.T, w Wanted, name string) Room {
	t.Helper()
	for _, r := range w.Rooms {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no room %q among %q", name, w.Names())
	return Room{}
}

// wanting returns rooms that are wanted with a title and the promise.
func wanting(names ...string) Wanted {
	w := Wanted{Service: service}
	for _, n := range names {
		w.Rooms = append(w.Rooms, Room{Name: n, JID: n + "@" + service, Settings: promised(n)})
	}
	return w
}

func promised(title string) xmppadmin.Settings {
	return xmppadmin.Settings{
		xmppadmin.Title: title, xmppadmin.Persistent: xmppadmin.True,
		xmppadmin.Public: xmppadmin.True, xmppadmin.MessageArchive: xmppadmin.True,
	}
}

// planOf returns the plan, and fails the test on an error.
func planOf(t *testing.T, w Wanted, found []xmppadmin.Room, o PlanOptions) Planned {
	t.Helper()
	p, err := Plan(w, found, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// same fails the test where got is not want.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.EquateErrors()); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}
