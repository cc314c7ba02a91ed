// Package sample makes meetings, groups and rooms for the tests of the
// provision packages.
package sample

import (
	"slices"
	"strings"
	"time"

	"muster/agenda"
)

const Service = "rooms.example.org"

var Day = time.Date(2026, time.July, 20, 9, 0, 0, 0, time.UTC)

// Session returns a regular session of group with the ID id, an hour long, id
// hours into the meeting.
func Session(id int, group string, status agenda.Status) agenda.Session {
	return agenda.Session{
		ID: id, Group: group, Status: status, Type: agenda.Regular, Room: group,
		Start: Day.Add(time.Duration(id) * time.Hour), Duration: time.Hour, Location: "Hall A",
	}
}

// Group returns an active group whose name is its acronym's in words.
func Group(acronym, kind string) agenda.Group {
	return agenda.Group{Acronym: acronym, Name: "Name of " + acronym, Type: kind, State: "active", Parent: "art"}
}

// Meeting returns IETF 126 with the groups and the sessions.
func Meeting(groups []agenda.Group, sessions ...agenda.Session) agenda.Meeting {
	return agenda.Meeting{
		Number: "126", City: "Vienna", TimeZone: time.UTC, Groups: groups, Sessions: sessions,
		AgendaURL: "https://datatracker.example.org/meeting/126/agenda",
	}
}

// Record returns a group of the list of groups that was last edited long ago.
func Record(acronym, kind string, state agenda.GroupState) agenda.GroupRecord {
	g := Group(acronym, kind)
	g.State, g.BOF = state, state == "bof"
	id := 0
	for _, c := range acronym {
		id = id*31 + int(c)
	}
	return agenda.GroupRecord{Group: g, ID: id, Changed: Day.AddDate(-1, 0, 0)}
}

// List returns a list of groups that is current and whole.
func List(groups ...agenda.GroupRecord) *agenda.GroupList {
	slices.SortFunc(groups, func(a, b agenda.GroupRecord) int { return strings.Compare(a.Acronym, b.Acronym) })
	return &agenda.GroupList{Groups: groups}
}

// Edited returns r as last edited at a time.
func Edited(r agenda.GroupRecord, at time.Time) agenda.GroupRecord {
	r.Changed = at
	return r
}
