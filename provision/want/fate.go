package want

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"muster/provision"
	"muster/xmppadmin"
)

// fate is what becomes of a room that nothing asks for: it is archived where
// its time is over, else kept.
type fate struct {
	name         string
	source       provision.Source
	since, until time.Time // as in provision.Decision
	reason       string
	to           string // the room that takes its place; empty for none
	over         bool
	lives        bool // the group does
}

// fate notes what becomes of a room. Of two groups that differ in nothing but
// the case of their acronyms, the one that keeps the room wins.
func (g *gathering) fate(f fate) {
	if have, ok := g.fates[f.name]; ok && !have.over {
		return
	}
	g.fates[f.name] = f
}

// ends turns the fates of rooms that nothing asks for into what is wanted.
func (g *gathering) ends() ([]provision.Room, error) {
	for name, s := range g.seen {
		if _, ok := g.fates[name]; !ok && s.Own {
			g.fates[name] = fate{name: name, source: provision.FromMeeting, reason: "a room of sessions, last on " + provision.MeetingName(s.Meeting) + ": such rooms stand"}
		}
	}
	var rooms []provision.Room
	for _, name := range slices.Sorted(maps.Keys(g.fates)) {
		f := g.fates[name]
		if c := g.claims[name]; c != nil && !g.over(c) || provision.CheckName(name) != "" {
			continue
		}
		if !f.over {
			rooms = append(rooms, g.kept(f))
			continue
		}
		r, err := g.ended(f)
		if err != nil {
			return nil, fmt.Errorf("room %q: %w", name, err)
		}
		rooms = append(rooms, r)
	}
	return rooms, nil
}

// over says that all a claim has is cancelled sessions, of a group whose time
// is over: that they are cancelled is not what costs it its room.
func (g *gathering) over(c *claim) bool { return !c.live() && g.fates[c.name].over }

func (g *gathering) kept(f fate) provision.Room {
	d := provision.Decision{Desired: provision.LeaveAlone, Source: f.source, Reason: f.reason, Since: f.since, Until: f.until}
	if !d.Until.IsZero() {
		d.Reason += "; its room lives until " + provision.Date(d.Until)
	}
	return provision.Room{Name: f.name, JID: g.rules.JID(f.name), Decision: d}
}

func (g *gathering) ended(f fate) (provision.Room, error) {
	d := provision.Decision{Desired: provision.Archived, Source: f.source, Reason: f.reason, Since: f.since, Until: f.until, MovedTo: f.to}
	if _, known := g.seen[f.name]; !known && f.to == "" {
		d.Desired = provision.ArchivedIfFound
	}
	text := f.reason
	if f.to != "" {
		text += "; join xmpp:" + g.rules.JID(f.to) + "?join instead"
	}
	if !f.until.IsZero() && g.rules.Grace > 0 {
		d.Reason += "; " + provision.InDays(g.rules.Grace) + " have passed"
	}
	r := provision.Room{Name: f.name, JID: g.rules.JID(f.name), Decision: d}
	var err error
	if r.Settings, g.buf, err = g.rules.archived(f.name, g.now, text, g.buf); err == nil && f.to != "" {
		r.Settings[xmppadmin.Title] = archivedTitle(f.name, f.name+": now "+f.to)
	}
	return r, err
}
