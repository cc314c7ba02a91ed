package want

import (
	"slices"
	"time"

	"muster/agenda"
	"muster/provision"
)

// context is what the decisions on all rooms have in common.
type context struct {
	rules   *compiled
	now     time.Time
	list    *agenda.GroupList // nil where there is none
	gaps    []Gap
	history map[string]RoomHistory
	// protected are the names of rooms that no request gets.
	protected []string
	// onAgenda is what the agendas in hand have of each group, by its acronym in
	// lower case, whichever rooms its sessions use.
	onAgenda map[string]attendance
	// byGroup is the last meeting in the history of each group, by its number,
	// whatever its acronym was.
	byGroup map[int]lastMeeting
}

// attendance is what the agendas in hand have of one group.
type attendance struct {
	last  lastMeeting // with a session of the group, cancelled or not
	meets bool        // it has a session that is not cancelled
}

// attendances returns what meetings have of each group, by its acronym in lower
// case. The type that an agenda gives a group makes no difference.
func attendances(meetings []*meeting) map[string]attendance {
	out := make(map[string]attendance)
	for _, m := range meetings {
		for s := range m.sessions() {
			name := provision.Lower(s.Group)
			a := out[name]
			a.meets = a.meets || !s.Status.Canceled()
			a.last = a.last.or(lastMeeting{m.agenda.Number, m.end})
			out[name] = a
		}
	}
	return out
}

// or returns the later of two meetings. One that was moved is the same meeting:
// the end of next counts.
func (l lastMeeting) or(next lastMeeting) lastMeeting {
	if !next.end.IsZero() && (next.number == l.number || next.end.After(l.end)) {
		return next
	}
	return l
}

func newContext(rules *compiled, in Sources, meetings []*meeting, now time.Time) context {
	x := context{
		rules: rules, now: now, list: in.Groups, gaps: in.gaps(), history: in.History, protected: in.Protected,
		onAgenda: attendances(meetings), byGroup: make(map[int]lastMeeting),
	}
	for _, h := range in.History {
		if h.Group != 0 && h.End.After(x.byGroup[h.Group].end) {
			x.byGroup[h.Group] = lastMeeting{h.Meeting, h.End}
		}
	}
	return x
}

// authoritative reports whether a list is current and whole, so that it may end
// the life of a room.
func authoritative(l *agenda.GroupList) bool { return l != nil && !l.Stale && !l.Incomplete }

// verdict is the decision on a candidate's room, with the evidence for it.
type verdict struct {
	evidence
	provision.Decision
}

// decide decides on the room of a candidate, of which renamed is known. Of two
// groups whose acronyms differ in case only, the one that keeps the room counts.
func (x context) decide(c *candidate, renamed renaming) verdict {
	best := x.decideBy(c, nil, renamed)
	for i, g := range c.groups {
		if v := x.decideBy(c, g, renamed); i == 0 || lifeRank(v) > lifeRank(best) {
			best = v
		}
	}
	if best.claimants = c.claimants(best); best.claimants != nil {
		best.Decision = decide(best.evidence)
	}
	return best
}

// lifeRank ranks verdicts: a room that stays before one that is left alone,
// before one that is archived.
func lifeRank(v verdict) int {
	switch {
	case v.Desired == provision.LiveIfExists, v.Desired == provision.LeaveAlone:
		return 1
	case v.Desired.Wanted() && v.keeps():
		return 3
	case v.Desired.Wanted():
		return 2
	}
	return 0
}

func (x context) decideBy(c *candidate, g *agenda.GroupRecord, renamed renaming) verdict {
	e := evidence{
		unwanted: x.rules.unwanted[c.name], standing: c.standing != nil, meets: c.meets(), group: g, renamed: renamed,
		authoritative: authoritative(x.list), last: x.last(c, g),
	}
	e.cancelled = len(c.sets) > 0 && !e.meets
	e.unread = slices.ContainsFunc(x.gaps, func(gap Gap) bool { return gap.Unread.Includes(c.name) })
	if g != nil {
		e.yearRound, e.onAgenda = x.rules.yearRound[g.Type], x.onAgenda[c.name].meets
	}
	if h, ok := x.history[c.name]; ok {
		e.history = &h
	}
	if !slices.Contains(x.protected, c.name) {
		e.request = c.request
	}
	e.grace, e.now = x.rules.Grace, x.now
	return verdict{e, decide(e)}
}

// last returns the last meeting that the candidate's group g was on, under this
// acronym or another, whichever room its sessions used: one of those in hand, or
// one of the history.
func (x context) last(c *candidate, g *agenda.GroupRecord) lastMeeting {
	h := x.history[c.name]
	last := lastMeeting{h.Meeting, h.End}
	if g != nil {
		if f := x.byGroup[g.ID]; f.end.After(last.end) {
			last = f
		}
	}
	return last.or(x.onAgenda[c.name].last)
}
