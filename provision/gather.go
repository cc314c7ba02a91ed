package provision

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"muster/agenda"
)

// gathering collects what the agendas ask for, by room name.
type gathering struct {
	rules    *compiled
	now      time.Time
	claims   map[string]*claim
	warnings []string
	scratch  Facts
	buf      []byte
}

// oddities are what one agenda has that should be known, each named once.
type oddities struct {
	statuses map[string]int
	typeless map[string]bool
}

// claim returns the claim to name, which is new where nobody made it before.
func (g *gathering) claim(name string) *claim {
	c := g.claims[name]
	if c == nil {
		c = &claim{name: name}
		g.claims[name] = c
	}
	return c
}

// meeting gathers what one meeting's agenda asks for.
func (g *gathering) meeting(m *agenda.Meeting) Tally {
	t := Tally{Meeting: m.Number, Stale: m.Stale}
	groups := make(map[string]*agenda.Group, len(m.Groups))
	for i := range m.Groups {
		groups[m.Groups[i].Acronym] = &m.Groups[i]
	}
	odd := oddities{statuses: make(map[string]int), typeless: make(map[string]bool)}
	for i := range m.Sessions {
		s := &m.Sessions[i]
		if s.Status == agenda.Rescheduled {
			continue
		}
		t.Sessions++
		group := groups[s.Group]
		if group != nil && g.rules.types[group.Type] && !roomless(s.Type) {
			t.Configured++
		}
		g.session(occasion{m, s}, group, &odd)
	}
	g.warn(m, odd)
	return t
}

// session gathers one session.
func (g *gathering) session(o occasion, group *agenda.Group, odd *oddities) {
	s := o.session
	name, w := roomName(s)
	switch {
	case roomless(s.Type):
		return
	case s.Type == "plenary":
	case group == nil || group.Type == "":
		odd.typeless[s.Group] = true
		return
	case !g.rules.types[group.Type]:
		return
	}
	takesPlace, known := takesPlace(s.Status)
	if !known {
		odd.statuses[string(s.Status)]++
	}
	c := g.claim(name)
	c.add(o, w, group, !takesPlace)
	if takesPlace && o.before(c.next, g.now) {
		c.next = o
	}
}

// roomName returns the name of a session's room by the Datatracker's rule.
func roomName(s *agenda.Session) (string, way) {
	switch {
	case s.ChatRoom != "":
		return lower(s.ChatRoom), byChatRoom
	case s.Type == "plenary":
		return plenaryRoom, byPlenary
	}
	return lower(s.Group), byAcronym
}

// roomless says that sessions of this type make no room, whoever owns them.
func roomless(sessionType string) bool {
	switch sessionType {
	case "break", "reg", "reserved", "unavail":
		return true
	}
	return false
}

// takesPlace says whether sessions of this status take place, as far as the
// agenda tells, and whether the status is one of those that are known. What is
// not known is taken as scheduled: it may not cost a group its room.
func takesPlace(s agenda.Status) (yes, known bool) {
	switch s {
	case agenda.Scheduled, "", "appr", "apprw", "scheda", "schedw":
		return true, true
	case agenda.Canceled, agenda.CanceledPA, "deleted", "disappr", "notmeet":
		return false, true
	}
	return true, false
}

func (g *gathering) warn(m *agenda.Meeting, odd oddities) {
	add := func(format string, args ...any) {
		g.warnings = append(g.warnings, label(m.Number)+": "+fmt.Sprintf(format, args...))
	}
	if m.Stale {
		add("the Datatracker did not answer, and the agenda is an old one from the cache")
	}
	for status, n := range odd.statuses {
		add("the status %q is not known, its sessions (%d) are taken as scheduled", status, n)
	}
	if len(odd.typeless) > 0 {
		names := slices.Sorted(maps.Keys(odd.typeless))
		add("no room for groups whose type is not known (%d): %s", len(names), OneLine(strings.Join(names, ", "), MaxDescription))
	}
}
