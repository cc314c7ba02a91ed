package want

import (
	"fmt"
	"strconv"
	"time"

	"muster/agenda"
	"muster/provision"
)

// groups gathers what the list of groups asks for. The agendas come first: a
// BOF that is on none of them may have had its time.
func (g *gathering) groups(l *agenda.GroupList) *GroupTally {
	t := &GroupTally{Stale: l.Stale, Incomplete: l.Incomplete}
	odd := make(map[string]int)
	for i := range l.Groups {
		r := &l.Groups[i]
		if !g.rules.types[r.Type] && !g.rules.yearRound[r.Type] {
			continue
		}
		t.Groups++
		switch {
		case r.State.Active():
			t.Living++
			g.living(r)
		case r.State.Over():
			g.gone(r)
		default:
			g.fate(fate{name: provision.Lower(r.Acronym), source: provision.FromGroups, reason: called(r) + " is in the state " + strconv.Quote(provision.OneLine(string(r.State), provision.MaxName))})
			if !r.State.Dormant() {
				odd[string(r.State)]++
			}
		}
	}
	for state, n := range odd {
		g.warnings = append(g.warnings, fmt.Sprintf("list of groups: the state %q is not known, the rooms of its groups (%d) are left as they are", state, n))
	}
	if l.Stale {
		g.warnings = append(g.warnings, "list of groups: it is not current, and nothing is archived by it")
	}
	if l.Incomplete {
		g.warnings = append(g.warnings, "list of groups: it is not whole, and nothing is archived by it")
	}
	return t
}

// living gathers a group that lives.
func (g *gathering) living(r *agenda.GroupRecord) {
	name := provision.Lower(r.Acronym)
	if !g.rules.yearRound[r.Type] {
		g.fate(fate{name: name, source: provision.FromGroups, lives: true, reason: called(r) + " is in the state " + strconv.Quote(string(r.State)) + ", and rooms of its type are for meetings"})
		return
	}
	c := g.claims[name]
	var last met
	if r.State == agenda.StateBOF {
		last = g.lastMeeting(name, r.ID, c)
		switch onAgenda := c != nil && c.live(); {
		case onAgenda:
		case g.rules.renamed[name] != "":
			return // that settles it
		case !last.end.IsZero() && g.passed(last.end):
			f := fate{name: name, source: provision.FromMeeting, reason: "the BOF " + provision.OneLine(r.Acronym, provision.MaxName) + " was last on " + provision.MeetingName(last.number) + ", which ended on " + provision.Date(last.end)}
			if f.over = sound(g.list); f.over {
				f.since, f.until = last.end, last.end.Add(g.rules.Grace)
			} else {
				f.reason += unsound
			}
			g.fate(f)
			return
		}
	}
	if c == nil {
		c = g.claim(name)
	}
	if c.record != nil {
		c.doubles = append(c.doubles, r.Acronym)
		return
	}
	c.record, c.met = r, last
}

// met is the last meeting that a room is known to have been on, and when that
// ends or ended; both may be zero.
type met struct {
	number string
	end    time.Time
}

// lastMeeting returns the last meeting on which a group had a session that was
// not cancelled: one of those in hand, or one that is remembered of its room or
// of the one that it had under another acronym.
func (g *gathering) lastMeeting(name string, number int, c *claim) met {
	s := g.seen[name]
	last := met{s.Meeting, s.End}
	if f := g.formerly(number); f.end.After(last.end) {
		last = f
	}
	if c == nil {
		return last
	}
	for i := range c.parts {
		p := &c.parts[i]
		if len(p.live) == 0 || p.meeting.end.IsZero() {
			continue
		}
		if p.meeting.Number == last.number || p.meeting.end.After(last.end) {
			last = met{p.meeting.Number, p.meeting.end}
		}
	}
	return last
}

// formerly returns the last meeting that is remembered of the group of that
// number, whatever its acronym was.
func (g *gathering) formerly(number int) met {
	if g.lasts == nil {
		g.lasts = make(map[int]met, len(g.seen))
		for _, s := range g.seen {
			if s.Group != 0 && s.End.After(g.lasts[s.Group].end) {
				g.lasts[s.Group] = met{s.Meeting, s.End}
			}
		}
	}
	return g.lasts[number]
}

// passed says that the days of grace since a time have passed.
func (g *gathering) passed(since time.Time) bool {
	return !g.now.Before(since.Add(g.rules.Grace))
}

// gone gathers a group that does not live any more.
func (g *gathering) gone(r *agenda.GroupRecord) {
	f := fate{name: provision.Lower(r.Acronym), source: provision.FromGroups}
	if !sound(g.list) {
		f.reason = called(r) + " is " + r.State.Words() + unsound
		g.fate(f)
		return
	}
	var noted bool
	f.since, noted = g.overSince(r, g.seen[f.name])
	f.until, f.over = f.since.Add(g.rules.Grace), g.passed(f.since)
	verb := " has been "
	if !noted {
		verb = " has been seen "
	}
	f.reason = called(r) + verb + r.State.Words() + " since " + provision.Date(f.since)
	g.fate(f)
}

// overSince returns since when a group's life is over, as far as is known and
// rather too late than too early, and whether the Datatracker has noted that.
// The list has the day of the last edit. That is too late where the group was
// edited again, so what was first seen counts then; and too early where nobody
// noted the end, as is certain where the group was seen alive after it. A
// BOF's life is over with its last meeting.
func (g *gathering) overSince(r *agenda.GroupRecord, s Sighting) (since time.Time, noted bool) {
	since, noted = r.Changed, true
	if since.Before(s.Alive) {
		since = time.Time{}
	}
	if !s.Over.IsZero() && (since.IsZero() || s.Over.Before(since)) {
		since, noted = s.Over, false
	}
	if since.IsZero() {
		since, noted = g.now, false
	}
	if r.State == agenda.StateBOFOver && !s.End.IsZero() && !s.End.After(g.now) {
		since, noted = s.End, true
	}
	return since, noted
}

// sound says that a list is current and whole, so that it may end a room.
func sound(l *agenda.GroupList) bool { return !l.Stale && !l.Incomplete }
