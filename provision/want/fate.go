package want

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"muster/provision"
)

// fate is what becomes of a room that nothing asks for: it is archived where
// its time is over, else kept.
type fate struct {
	name         string
	source       provision.Source
	since, until time.Time // as in Ended and Kept
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
func (g *gathering) ends(w *Wanted) error {
	for name, s := range g.seen {
		if _, ok := g.fates[name]; !ok && s.Own {
			g.fates[name] = fate{name: name, source: provision.FromMeeting, reason: "a room of sessions, last on " + provision.MeetingName(s.Meeting) + ": such rooms stand"}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g.fates)) {
		f := g.fates[name]
		if c := g.claims[name]; c != nil && !g.over(c) || provision.CheckName(name) != "" {
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

// over says that all a claim has is cancelled sessions, of a group whose time
// is over: that they are cancelled is not what costs it its room.
func (g *gathering) over(c *claim) bool { return !c.live() && g.fates[c.name].over }

func (g *gathering) kept(f fate) Kept {
	k := Kept{Name: f.name, Source: f.source, Reason: f.reason, Since: f.since, Until: f.until}
	if !k.Until.IsZero() {
		k.Reason += "; its room lives until " + provision.Date(k.Until)
	}
	return k
}

func (g *gathering) ended(f fate) (Ended, error) {
	_, known := g.seen[f.name]
	e := Ended{
		Name: f.name, JID: g.rules.JID(f.name), Source: f.source, Since: f.since, Until: f.until,
		Reason: f.reason, IfFound: !known && f.to == "",
	}
	text := f.reason
	if f.to != "" {
		e.Title = provision.OneLine(archivedPrefix+f.name+": now "+f.to, provision.MaxTitle)
		text += "; join xmpp:" + g.rules.JID(f.to) + "?join instead"
	}
	if !f.until.IsZero() && g.rules.Grace > 0 {
		e.Reason += "; " + provision.InDays(g.rules.Grace) + " have passed"
	}
	var err error
	e.Settings, g.buf, err = g.rules.archived(f.name, g.now, text, g.buf)
	return e, err
}
