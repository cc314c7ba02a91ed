package plan

import (
	"fmt"
	"testing"

	"muster/agenda"
	"muster/provision"
	"muster/provision/internal/check"
	"muster/provision/internal/sample"
	"muster/provision/want"
	"muster/xmppadmin"
)

// linked returns a meeting of that many groups with a session each, of which
// some have a chat room of their own: the same one, or one each.
func linked(groups, own int, room string) agenda.Meeting {
	var sessions []agenda.Session
	for i := range groups {
		s := sample.Session(i, fmt.Sprintf("g%02d", i), agenda.Scheduled)
		if i < own {
			if s.Room, s.OwnRoom = room, true; room == "" {
				s.Room = fmt.Sprintf("own%02d", i)
			}
		}
		sessions = append(sessions, s)
	}
	return sample.Meeting(nil, sessions...)
}

func TestGuardChatLinks(t *testing.T) {
	t.Parallel()
	breaks := linked(12, 6, "")
	for i := range 6 {
		breaks.Sessions[6+i].Type = agenda.Break
	}
	for name, c := range map[string]struct {
		meeting agenda.Meeting
		allowed bool
		want    string
	}{
		"none":                    {linked(20, 0, ""), false, ""},
		"a joint session":         {linked(20, 5, "joint"), false, ""},
		"one room for many":       {linked(20, 6, "Joint"), false, `6 groups share the room "joint"`},
		"one for many, allowed":   {linked(20, 6, "joint"), true, ""},
		"some of their own":       {linked(20, 10, ""), false, ""},
		"most of their own":       {linked(20, 11, ""), false, "11 of 20 sessions have a room other than their group's"},
		"most of a small meeting": {linked(5, 5, ""), false, ""},
		"breaks do not count":     {breaks, false, "6 of 6 sessions have a room other than their group's"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ""
			s := GuardInput{Meetings: []agenda.Meeting{c.meeting}, Overrides: Overrides{Implausible: c.allowed}}
			for _, e := range Guard(want.Wanted{}, Plan{}, s) {
				got += e.Guard + ": " + e.Error() + overrideOf(e)
			}
			if c.want != "" {
				c.want = "implausible-rooms: IETF 126: implausible chat links: " + c.want + " [implausible]"
			}
			check.Same(t, "refusals", got, c.want)
		})
	}
}

// TestGuardInferredTypes: nothing is created because a type was guessed, unless
// something else speaks for the room.
func TestGuardInferredTypes(t *testing.T) {
	t.Parallel()
	guess := sample.Group("quic", "wg")
	guess.Inferred = true
	on := sample.Meeting([]agenda.Group{guess}, sample.Session(1, "quic", agenda.Scheduled))
	absent, live := xmppadmin.Room{Name: "quic", State: xmppadmin.Absent}, sample.Room("quic", true, false, "old")
	const message = "inferred-types: rooms would be created for groups whose types are guesses, because agenda.json does not have them: quic [inferred]"
	for name, c := range map[string]struct {
		in      want.Sources
		found   xmppadmin.Room
		looking bool
		allowed bool
		want    string
	}{
		"guessed":                  {in: want.Sources{Meetings: []agenda.Meeting{on}}, found: absent, want: message},
		"guessed, only looking":    {in: want.Sources{Meetings: []agenda.Meeting{on}}, found: absent, looking: true},
		"guessed, allowed":         {in: want.Sources{Meetings: []agenda.Meeting{on}}, found: absent, allowed: true},
		"guessed, the room exists": {in: want.Sources{Meetings: []agenda.Meeting{on}}, found: live},
		"known from the list besides": {in: want.Sources{Meetings: []agenda.Meeting{on},
			Groups: sample.List(sample.Record("quic", "wg", "active"))}, found: absent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := want.Derive(c.in, bare(), sample.Day)
			if err != nil {
				t.Fatal(err)
			}
			p := planOf(t, w, []xmppadmin.Room{c.found}, Options{Policy: Sync})
			got := ""
			for _, e := range Guard(w, p, GuardInput{Applying: !c.looking, Overrides: Overrides{Inferred: c.allowed}}) {
				got += e.Guard + ": " + e.Error() + overrideOf(e)
			}
			check.Same(t, "refusals", got, c.want)
		})
	}
	var rows []Row
	for i := range 12 {
		rows = append(rows, Row{Action: provision.Create, Found: xmppadmin.Room{Name: fmt.Sprint(i)},
			Wanted: &provision.Room{Reasons: []provision.Reason{{Inferred: true}}}})
	}
	for _, e := range Guard(want.Wanted{}, Plan{Rows: rows}, GuardInput{Applying: true}) {
		check.Same(t, "many", e.Message[len(e.Message)-len("8, 9 and 2 more"):], "8, 9 and 2 more")
	}
}
