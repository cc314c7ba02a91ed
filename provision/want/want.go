package want

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"muster/agenda"
	"muster/provision"
	"muster/xmppadmin"
)

// Derive says which rooms the sources and the rules ask for at the time now, and
// whose life is over.
//
// A session's room is its own chat room where it has one, else "plenary" for a
// plenary session, else its group's acronym. Sessions count when their group
// is of a configured type, plenary sessions whoever owns them. Moved sessions'
// ghosts count for nothing; a room all of whose sessions are cancelled is
// wanted only where it exists, and not where its life is over. The order of the meetings, and a meeting given
// twice, make no difference.
//
// A group of a year-round type that is active, proposed or a BOF has its room
// whether it meets or not. A BOF's ends 30 days (see Rules.Grace) after the
// last meeting it was on, unless it is on an agenda in hand. That of a group
// which is concluded, abandoned, replaced or a concluded BOF ends 30 days
// after that, and that of a renamed group at once, when there is a room in its
// place. A room that anything asks for does not end; nor does any because
// something is missing from an agenda or a list, nor by a list that is not
// current or not whole.
//
// The error is that of [Rules.Validate], a template that fails on a room, or
// one that joins a [*CollisionError] for each name that two claim.
func Derive(in Sources, rules Rules, now time.Time) (Wanted, error) {
	c, err := rules.compile()
	if err != nil {
		return Wanted{}, err
	}
	g := newGathering(c, in, now)
	w := Wanted{Service: rules.Service}
	for _, m := range inOrder(in.Meetings) {
		w.Meetings = append(w.Meetings, g.meeting(m))
	}
	g.warnEmpty(w.Meetings)
	for i := range c.Standing {
		g.claim(c.Standing[i].Name).standing = &c.Standing[i]
	}
	if in.Groups != nil {
		w.Groups = g.groups(in.Groups)
	}
	g.renamings()
	slices.SortFunc(g.order, func(a, b *claim) int { return strings.Compare(a.name, b.name) })
	if err := g.collisions(); err != nil {
		return Wanted{}, err
	}
	if w.Rooms, w.Refused, err = g.rooms(); err == nil {
		err = g.ends(&w)
	}
	slices.Sort(g.warnings)
	w.Warnings = g.warnings
	return w, err
}

// inOrder returns the meetings by their first session, each number once.
func inOrder(meetings []agenda.Meeting) []*agenda.Meeting {
	var out []*agenda.Meeting
	seen := make(map[string]bool)
	for i := range meetings {
		if m := &meetings[i]; !seen[m.Number] {
			seen[m.Number] = true
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b *agenda.Meeting) int {
		return cmp.Or(firstStart(a).Compare(firstStart(b)), strings.Compare(a.Number, b.Number))
	})
	return out
}

func firstStart(m *agenda.Meeting) time.Time {
	var first time.Time
	for i := range m.Sessions {
		if t := m.Sessions[i].Start; !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// collisions returns one error for all names that two claim, or nil.
func (g *gathering) collisions() error {
	var errs []error
	for _, c := range g.order {
		if who := c.claimants(); who != nil {
			errs = append(errs, &CollisionError{Name: c.name, Claimants: who})
		}
	}
	return errors.Join(errs...)
}

// rooms turns the claims into rooms.
func (g *gathering) rooms() ([]provision.Room, []Refusal, error) {
	rooms := make([]provision.Room, 0, len(g.order))
	var refused []Refusal
	common := g.rules.live()
	for _, c := range g.order {
		if g.over(c) {
			continue
		}
		if why := provision.CheckName(c.name); why != "" {
			refused = append(refused, Refusal{Name: c.name, Why: why, Reasons: c.reasons(g.rules.Grace)})
			continue
		}
		s := maps.Clone(common)
		if err := g.describe(c, s); err != nil {
			return nil, nil, fmt.Errorf("room %q: %w", c.name, err)
		}
		rooms = append(rooms, provision.Room{
			Name: c.name, JID: g.rules.JID(c.name), Settings: s, Reasons: c.reasons(g.rules.Grace), IfExists: !c.live(),
			StayArchived: c.record != nil && c.record.State == agenda.StateBOF && !c.meets(),
		})
	}
	return rooms, refused, nil
}

// describe sets the title and the description of a claim's room.
func (g *gathering) describe(c *claim, s xmppadmin.Settings) error {
	f, err := g.tell(c)
	if err != nil {
		return err
	}
	var title, text string
	if c.standing != nil {
		title = provision.OneLine(cmp.Or(c.standing.Title, c.name), provision.MaxTitle)
		text = provision.OneLine(c.standing.Description, provision.MaxDescription)
	} else if title, g.buf, err = g.rules.title.fill(f, provision.MaxTitle, g.buf); err != nil {
		return err
	}
	if text == "" {
		if text, g.buf, err = g.rules.description.fill(f, provision.MaxDescription, g.buf); err != nil {
			return err
		}
	}
	s[xmppadmin.Title] = title
	s[xmppadmin.Description] = text
	return nil
}

// tell returns what there is to say of a claim's room, until the next call.
func (g *gathering) tell(c *claim) (*Facts, error) {
	f := &g.facts
	*f = Facts{Name: c.name, Acronym: c.name, NoteWell: noteWell}
	var err error
	if f.Log, g.buf, err = g.rules.logLine(f, g.buf); err != nil {
		return nil, err
	}
	f.LogURL = strings.TrimPrefix(f.Log, logLabel)
	c.about(f, g.words)
	f.GroupName = cmp.Or(f.GroupName, f.Acronym)
	f.next(c.next)
	at := c.latest
	if c.next.meeting != nil {
		at = c.next.meeting
	}
	if at != nil {
		f.Meeting, f.City, f.AgendaURL, f.Agenda = at.label, at.city, at.url, at.urlInWords
	}
	return f, nil
}

// logLine returns the sentence that says where the public log is, empty where
// there is none.
func (c *compiled) logLine(f *Facts, buf []byte) (string, []byte, error) {
	if c.LogURL == "" {
		return "", buf, nil
	}
	return c.log.fill(f, provision.MaxDescription, buf)
}
