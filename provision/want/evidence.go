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
	// byGroup is the last meeting in the history of each group, by its number,
	// whatever its acronym was.
	byGroup map[int]lastMeeting
}

func newContext(rules *compiled, in Sources, now time.Time) context {
	x := context{
		rules: rules, now: now, list: in.Groups, gaps: in.gaps(), history: in.History,
		byGroup: make(map[int]lastMeeting),
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
	if len(c.groups) == 0 {
		return x.decideBy(c, nil, renamed)
	}
	best := x.decideBy(c, c.groups[0], renamed)
	for _, g := range c.groups[1:] {
		if v := x.decideBy(c, g, renamed); liveliness(v) > liveliness(best) {
			best = v
		}
	}
	return best
}

// liveliness orders verdicts: a room that stays before one that is left alone,
// before one that is archived.
func liveliness(v verdict) int {
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
		standing: c.standing != nil, meets: c.meets(), group: g, renamed: renamed,
		authoritative: authoritative(x.list), last: x.last(c, g),
	}
	e.cancelled = len(c.sets) > 0 && !e.meets
	e.unread = slices.ContainsFunc(x.gaps, func(gap Gap) bool { return gap.Unread.Includes(c.name) })
	if g != nil {
		e.yearRound = x.rules.yearRound[g.Type]
	}
	if h, ok := x.history[c.name]; ok {
		e.history = &h
	}
	e.grace, e.now = x.rules.Grace, x.now
	return verdict{e, decide(e)}
}

// last returns the last meeting on which the candidate's room, or its group g
// under another acronym, had a session that was not cancelled: one of those in
// hand, or one of the history.
func (x context) last(c *candidate, g *agenda.GroupRecord) lastMeeting {
	h := x.history[c.name]
	last := lastMeeting{h.Meeting, h.End}
	if g != nil {
		if f := x.byGroup[g.ID]; f.end.After(last.end) {
			last = f
		}
	}
	for _, set := range c.sets {
		if m := set.meeting; set.meets() && !m.end.IsZero() && (m.agenda.Number == last.number || m.end.After(last.end)) {
			last = lastMeeting{m.agenda.Number, m.end}
		}
	}
	return last
}
