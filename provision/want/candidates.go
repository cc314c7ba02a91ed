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

// gathering collects what the agendas ask for, by room name.
type gathering struct {
	rules    *compiled
	now      time.Time
	list     *agenda.GroupList // nil where there is none
	seen     map[string]Sighting
	fates    map[string]fate
	lasts    map[int]met // what is remembered of groups, by number; nil until it is asked for
	claims   map[string]*claim
	order    []*claim // as they came
	slab     []claim  // where the next claims are taken from
	warnings []string
	words    phrases
	facts    Facts
	buf      []byte
}

func newGathering(c *compiled, in Sources, now time.Time) *gathering {
	n := len(c.Standing)
	for i := range in.Meetings {
		n = max(n, len(in.Meetings[i].Groups))
	}
	return &gathering{
		rules: c, now: now, list: in.Groups, seen: in.Seen, fates: make(map[string]fate),
		claims: make(map[string]*claim, n), order: make([]*claim, 0, n), words: make(phrases),
	}
}

// claim returns the claim to name, which is new where nobody made it before.
func (g *gathering) claim(name string) *claim {
	if c := g.claims[name]; c != nil {
		return c
	}
	if len(g.slab) == 0 {
		g.slab = make([]claim, 64)
	}
	c := &g.slab[0]
	g.slab = g.slab[1:]
	c.name = name
	g.claims[name] = c
	g.order = append(g.order, c)
	return c
}

// meeting gathers what one meeting's agenda asks for.
func (g *gathering) meeting(m *agenda.Meeting) Tally {
	t := Tally{Meeting: m.Number, Stale: m.Stale}
	at := newMeeting(m)
	for i := range m.Sessions {
		s := &m.Sessions[i]
		if s.Status == agenda.Rescheduled {
			continue
		}
		t.Sessions++
		if end := s.Start.Add(s.Duration); !s.Start.IsZero() && end.After(at.end) {
			at.end = end
		}
		if g.session(occasion{at, s}) {
			t.Configured++
		}
	}
	t.End = at.end.UTC()
	g.warn(at)
	return t
}

// warnEmpty tells of the agendas that ask for nothing while another one does:
// that of a meeting to come is empty for months. Where all are so, a guard
// speaks.
func (g *gathering) warnEmpty(tallies []Tally) {
	if !slices.ContainsFunc(tallies, func(t Tally) bool { return t.Configured > 0 }) {
		return
	}
	for _, t := range tallies {
		if t.Configured == 0 {
			g.warnings = append(g.warnings, provision.MeetingName(t.Meeting)+": "+t.Emptiness())
		}
	}
}

// Session gathers one session and says whether it is of a configured group
// type.
func (g *gathering) session(o occasion) (configured bool) {
	s, group := o.session, o.meeting.groups[o.session.Group]
	if s.Type.Placeholder() {
		return false
	}
	configured = group != nil && g.rules.types[group.Type]
	if !configured && s.Type != agenda.Plenary {
		if group == nil || group.Type == "" {
			o.meeting.typeless[s.Group] = true
		}
		return false
	}
	takesPlace := !s.Status.Canceled()
	if !s.Status.Known() { // taken as scheduled: it may not cost a group its room
		o.meeting.statuses[string(s.Status)]++
	}
	c := g.claim(provision.Lower(s.Room))
	c.add(o, wayOf(s), group, !takesPlace)
	if takesPlace && o.before(c.next, g.now) {
		c.next = o
	}
	return configured
}

// wayOf returns how a session came by its room.
func wayOf(s *agenda.Session) way {
	switch {
	case s.OwnRoom:
		return byChatRoom
	case s.Type == agenda.Plenary:
		return byPlenary
	}
	return byAcronym
}

func (g *gathering) warn(m *meeting) {
	add := func(format string, args ...any) {
		g.warnings = append(g.warnings, m.label+": "+fmt.Sprintf(format, args...))
	}
	for status, n := range m.statuses {
		add("the status %q is not known, its sessions (%d) are taken as scheduled", status, n)
	}
	if len(m.typeless) > 0 {
		names := slices.Sorted(maps.Keys(m.typeless))
		add("no room for groups whose type is not known (%d): %s", len(names), provision.OneLine(strings.Join(names, ", "), provision.MaxDescription))
	}
}
