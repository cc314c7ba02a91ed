package provision

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"muster/agenda"
)

// fate is what becomes of a room that nothing asks for: it is archived where
// its time is over, else kept.
type fate struct {
	name         string
	source       Source
	since, until time.Time // as in Ended and Kept
	reason       string
	to           string // the room that takes its place; empty for none
	over         bool
}

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
		case lives(r.State):
			t.Living++
			g.living(r)
		case past(r.State) != "":
			g.gone(r)
		default:
			if g.fate(fate{name: lower(r.Acronym), source: FromGroups, reason: called(r) + " is in the state " + quote(OneLine(r.State, MaxName))}); !waits(r.State) {
				odd[r.State]++
			}
		}
	}
	for state, n := range odd {
		g.warnings = append(g.warnings, fmt.Sprintf("list of groups: the state %q is not known, the rooms of its groups (%d) are left as they are", state, n))
	}
	if l.Stale {
		g.warnings = append(g.warnings, "list of groups: the Datatracker did not answer, the list is an old one from the cache, and nothing is archived by it")
	}
	if l.Incomplete {
		g.warnings = append(g.warnings, "list of groups: it is not whole, and nothing is archived by it")
	}
	return t
}

// waits says that a group in this state neither lives nor is over.
func waits(state string) bool { return state == "dormant" || state == "unknown" }

// called names a group and its type: "quic (wg)".
func called(r *agenda.GroupRecord) string {
	return OneLine(r.Acronym, MaxName) + " (" + OneLine(r.Type, MaxName) + ")"
}

// fate notes what becomes of a room. Of two groups that differ in nothing but
// the case of their acronyms, the one that keeps the room wins.
func (g *gathering) fate(f fate) {
	if have, ok := g.fates[f.name]; ok && !have.over {
		return
	}
	g.fates[f.name] = f
}

// living gathers a group that lives.
func (g *gathering) living(r *agenda.GroupRecord) {
	name := lower(r.Acronym)
	if !g.rules.yearRound[r.Type] {
		g.fate(fate{name: name, source: FromGroups, reason: called(r) + " is in the state " + quote(r.State) + ", and rooms of its type are for meetings"})
		return
	}
	c := g.claims[name]
	var last met
	if r.State == "bof" {
		last = g.lastMeeting(name, c)
		switch onAgenda := c != nil && c.live(); {
		case onAgenda:
		case g.rules.renamed[name] != "":
			return // that settles it
		case !last.end.IsZero() && sound(g.list) && g.passed(last.end):
			g.fate(fate{
				name: name, source: FromMeeting, since: last.end, until: last.end.Add(g.rules.Grace), over: true,
				reason: "the BOF " + OneLine(r.Acronym, MaxName) + " was last on " + label(last.number) + ", which ended on " + date(last.end),
			})
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

// lastMeeting returns the last meeting on which a room had a session that was
// not cancelled: one of those in hand, or one that is remembered.
func (g *gathering) lastMeeting(name string, c *claim) met {
	s := g.seen[name]
	last := met{s.Meeting, s.End}
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

// passed says that the days of grace since a time have passed.
func (g *gathering) passed(since time.Time) bool {
	return !g.now.Before(since.Add(g.rules.Grace))
}

// gone gathers a group that does not live any more.
func (g *gathering) gone(r *agenda.GroupRecord) {
	f := fate{name: lower(r.Acronym), source: FromGroups}
	if !sound(g.list) {
		f.reason = called(r) + " is " + past(r.State) + ", says a list of groups that is not current or not whole"
		g.fate(f)
		return
	}
	f.since = g.overSince(r, g.seen[f.name])
	f.until, f.over = f.since.Add(g.rules.Grace), g.passed(f.since)
	f.reason = called(r) + " has been " + past(r.State) + " since " + date(f.since)
	g.fate(f)
}

// overSince returns since when a group's life is over, as far as is known and
// rather too late than too early. The list has the day of the last edit. That
// is too late where the group was edited again, so what was first seen counts
// then; and too early where nobody noted the end, as is certain where the
// group was seen alive after it. A BOF's life is over with its last meeting.
func (g *gathering) overSince(r *agenda.GroupRecord, s Sighting) time.Time {
	since := r.Changed
	if since.Before(s.Alive) {
		since = time.Time{}
	}
	if !s.Over.IsZero() && (since.IsZero() || s.Over.Before(since)) {
		since = s.Over
	}
	if since.IsZero() {
		since = g.now
	}
	if r.State == "bof-conc" && !s.End.IsZero() && s.End.Before(since) {
		since = s.End
	}
	return since
}

// ends turns the fates of rooms that nothing asks for into what is wanted.
func (g *gathering) ends(w *Wanted) error {
	for name, s := range g.seen {
		if _, ok := g.fates[name]; !ok && s.Own {
			g.fates[name] = fate{name: name, source: FromMeeting, reason: "a room of sessions, last on " + label(s.Meeting) + ": such rooms stand"}
		}
	}
	for _, name := range sortedNames(g.fates) {
		f := g.fates[name]
		if g.claims[name] != nil || checkName(name) != "" {
			continue
		}
		if !f.over {
			w.Kept = append(w.Kept, g.kept(f))
			continue
		}
		e, err := g.ended(f)
		if err != nil {
			return fmt.Errorf("room %q: %w", name, err)
		}
		w.Ended = append(w.Ended, e)
	}
	return nil
}

func (g *gathering) kept(f fate) Kept {
	k := Kept{Name: f.name, Source: f.source, Reason: f.reason, Since: f.since, Until: f.until}
	if !k.Until.IsZero() {
		k.Reason += "; its room lives until " + date(k.Until)
	}
	return k
}

func (g *gathering) ended(f fate) (Ended, error) {
	_, known := g.seen[f.name]
	e := Ended{
		Name: f.name, JID: g.rules.of(f.name), Source: f.source, Since: f.since, Until: f.until,
		Reason: f.reason, IfFound: !known && f.to == "",
	}
	text := f.reason
	if f.to != "" {
		e.Title = OneLine(archivedPrefix+f.name+": now "+f.to, MaxTitle)
		text += "; join xmpp:" + g.rules.of(f.to) + "?join instead"
	}
	if !f.until.IsZero() && g.rules.Grace > 0 {
		e.Reason += "; " + inWords(g.rules.Grace) + " have passed"
	}
	var err error
	e.Settings, g.buf, err = g.rules.archived(f.name, g.now, text, g.buf)
	return e, err
}

// inWords says how long d is: "30 days", or "36h0m0s" for what is no number of
// days.
func inWords(d time.Duration) string {
	const day = 24 * time.Hour
	if d%day != 0 || d == day {
		return d.String()
	}
	return strconv.Itoa(int(d/day)) + " days"
}

func sortedNames[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
