package want

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"muster/agenda"
	"muster/provision"
)

// MeetingStats are the counts that [Derive] takes of one meeting's agenda.
type MeetingStats struct {
	// Meeting is the meeting's number.
	Meeting string `json:"meeting"`
	// Sessions are all sessions, cancelled ones included, without the
	// superseded rows of moved ones; Configured are those of a configured group
	// type.
	Sessions   int `json:"sessions"`
	Configured int `json:"configured"`
	// Rooms are the different names of the rooms that the sessions make,
	// cancelled ones included.
	Rooms int `json:"rooms"`
	// End is when the last of the sessions ends; zero where no time is known.
	End time.Time `json:"end,omitzero"`
	// Stale reports whether the agenda comes from the cache because the
	// Datatracker did not answer: see [agenda.Meeting].
	Stale bool `json:"stale"`
}

// Emptiness returns in which way an agenda without a session that counts is
// empty.
func (s MeetingStats) Emptiness() string {
	if s.Sessions == 0 {
		return "the agenda is empty"
	}
	return fmt.Sprintf("none of the %d sessions on the agenda is of a configured group type", s.Sessions)
}

// meeting is a meeting in hand with what many rooms need of it.
type meeting struct {
	agenda *agenda.Meeting
	name   string // for people: "IETF 126"
	end    time.Time
	groups map[string]*agenda.Group // by acronym
}

// How far ahead of a run a session may be, for its time to keep a room alive and
// for it to be shown to readers, who see its year.
const (
	farAhead  = 2 * 365 * 24 * time.Hour
	shownUpTo = 100 * 365 * 24 * time.Hour
)

// timed reports whether the time of a session is known and can be meant at now.
func timed(s *agenda.Session, now time.Time) bool {
	return !s.Start.IsZero() && s.Start.Before(now.Add(farAhead))
}

// shown reports whether a session is still to come at now, at a time that can be
// shown.
func shown(s *agenda.Session, now time.Time) bool {
	return !s.Start.Before(now) && s.Start.Before(now.Add(shownUpTo))
}

func newMeeting(m *agenda.Meeting, now time.Time) *meeting {
	at := &meeting{agenda: m, name: provision.MeetingName(m.Number), groups: make(map[string]*agenda.Group, len(m.Groups))}
	for i := range m.Groups {
		at.groups[m.Groups[i].Acronym] = &m.Groups[i]
	}
	for s := range at.sessions() {
		if end := s.Start.Add(s.Duration); timed(s, now) && end.After(at.end) {
			at.end = end
		}
	}
	return at
}

// sessions goes through the sessions, without the superseded rows of moved
// ones.
func (m *meeting) sessions() func(yield func(*agenda.Session) bool) {
	return func(yield func(*agenda.Session) bool) {
		for i := range m.agenda.Sessions {
			if s := &m.agenda.Sessions[i]; s.Status != agenda.Rescheduled && !yield(s) {
				return
			}
		}
	}
}

// configured reports whether a session is of a configured group type.
func (m *meeting) configured(s *agenda.Session, types map[string]bool) bool {
	g := m.groups[s.Group]
	return !s.Type.Placeholder() && g != nil && types[g.Type]
}

// makesRoom reports whether a session makes a room: one of a configured group
// type, or a plenary session of any group.
func (m *meeting) makesRoom(s *agenda.Session, types map[string]bool) bool {
	return !s.Type.Placeholder() && (m.configured(s, types) || s.Type == agenda.Plenary)
}

// typeless reports whether a session makes no room because the type of its
// group is not known.
func (m *meeting) typeless(s *agenda.Session, types map[string]bool) bool {
	g := m.groups[s.Group]
	return !s.Type.Placeholder() && s.Type != agenda.Plenary && !m.configured(s, types) && (g == nil || g.Type == "")
}

func (m *meeting) stats(types map[string]bool) MeetingStats {
	stats := MeetingStats{Meeting: m.agenda.Number, Stale: m.agenda.Stale, End: m.end.UTC()}
	rooms := make(map[string]bool)
	for s := range m.sessions() {
		stats.Sessions++
		if m.configured(s, types) {
			stats.Configured++
		}
		if m.makesRoom(s, types) {
			rooms[provision.Lower(s.Room)] = true
		}
	}
	stats.Rooms = len(rooms)
	return stats
}

// warnings returns what is odd about the agenda, in no order.
func (m *meeting) warnings(types map[string]bool) []string {
	var out []string
	add := func(format string, args ...any) {
		out = append(out, m.name+": "+fmt.Sprintf(format, args...))
	}
	statuses, typeless := make(map[agenda.Status]int), make(map[string]bool)
	for s := range m.sessions() {
		if m.makesRoom(s, types) && !s.Status.Known() {
			statuses[s.Status]++
		}
		if m.typeless(s, types) {
			typeless[s.Group] = true
		}
	}
	for status, n := range statuses {
		add("the status %q is not known, its sessions (%d) are taken as scheduled", status, n)
	}
	if len(typeless) > 0 {
		names := slices.Sorted(maps.Keys(typeless))
		add("no room for groups whose type is not known (%d): %s", len(names), provision.OneLine(strings.Join(names, ", "), provision.MaxDescription))
	}
	return out
}

// Roomless are groups of one type that have sessions and get no room.
type Roomless struct {
	// Type is the slug of the type, empty where it is not known.
	Type string `json:"type"`
	// Groups are their acronyms, sorted, each once.
	Groups []string `json:"groups"`
}

// roomless returns the groups with regular sessions, or with sessions of a type
// that is not known, that get no room because of their own type; by that type,
// sorted.
func roomless(meetings []*meeting, types map[string]bool) []Roomless {
	groups := make(map[string][]string)
	for _, m := range meetings {
		for s := range m.sessions() {
			if s.Type != agenda.Regular && s.Type != "" || m.configured(s, types) {
				continue
			}
			kind := ""
			if g := m.groups[s.Group]; g != nil {
				kind = g.Type
			}
			groups[kind] = append(groups[kind], s.Group)
		}
	}
	var out []Roomless
	for _, kind := range slices.Sorted(maps.Keys(groups)) {
		out = append(out, Roomless{Type: kind, Groups: slices.Compact(slices.Sorted(slices.Values(groups[kind])))})
	}
	return out
}

// emptyWarnings returns a warning for each agenda that is empty while another
// one is not: that of a meeting to come is empty for months. Where all are
// empty, a guard refuses the run.
func emptyWarnings(stats []MeetingStats) []string {
	if !slices.ContainsFunc(stats, func(s MeetingStats) bool { return s.Configured > 0 }) {
		return nil
	}
	var out []string
	for _, s := range stats {
		if s.Configured == 0 {
			out = append(out, provision.MeetingName(s.Meeting)+": "+s.Emptiness())
		}
	}
	return out
}
