package want

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"muster/agenda"
	"muster/provision"
)

// Derive returns which rooms the sources and the rules want at the time now, and
// which are to be archived or left alone.
//
// A session's room is [agenda.Session.Room], in lower case. Sessions count when
// their group is of a configured type, plenary sessions whichever group owns
// them. Superseded rows of moved sessions count for nothing. The order of the
// meetings, and a meeting given twice, make no difference. How long a room
// lives is decided by the table at decide, in lifecycle.go.
//
// A name that no room can have, and one that two groups claim, cost that room
// only: see [Wanted.Refused] and [Wanted.Collisions]. The error is that of
// [Rules.Validate], or a template that fails on a room; on that of a request it costs
// that room only.
func Derive(in Sources, rules Rules, now time.Time) (Wanted, error) {
	c, err := rules.compile()
	if err != nil {
		return Wanted{}, err
	}
	w := Wanted{Service: rules.Service, Groups: groupStats(in.Groups, c), Gaps: in.gaps()}
	meetings := in.meetings(now)
	for _, m := range meetings {
		w.Meetings = append(w.Meetings, m.stats(c.types))
	}
	w.Roomless = roomless(meetings, c.types)
	all := collect(meetings, in, c)
	w.Warnings = all.addRequests(in.Requests, now)
	verdicts, warnings := newContext(c, in, meetings, now).decideAll(all)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		v := verdicts[name]
		switch err := w.add(all[name], v, c); {
		case err != nil && v.byRequest(): // what a person wrote stops no run
			w.Refused = append(w.Refused, Refusal{Name: name, Why: err.Error(), Reasons: all[name].reasons(v)})
		case err != nil:
			return Wanted{}, fmt.Errorf("room %q: %w", name, err)
		}
	}
	w.Warnings = slices.Concat(w.Warnings, warnings, emptyWarnings(w.Meetings), groupWarnings(in.Groups, c))
	for _, m := range meetings {
		w.Warnings = append(w.Warnings, m.warnings(c.types)...)
	}
	slices.Sort(w.Warnings)
	return w, nil
}

// collect returns every name that the sources or the rules have, with all that
// they have under it.
func collect(meetings []*meeting, in Sources, c *compiled) candidates {
	all := make(candidates)
	for _, m := range meetings {
		all.addMeeting(m, c.types)
	}
	for i := range c.Standing {
		all.at(c.Standing[i].Name).standing = &c.Standing[i]
	}
	all.addGroups(in.Groups, c)
	for name := range in.History {
		all.at(name)
	}
	for name := range c.renamed {
		all.at(name)
	}
	return all
}

// decideAll decides on the rooms of all candidates: first as if the list had
// renamed no group, and then, since that depends on the rooms of their new
// names, on those of renamed groups.
func (x context) decideAll(all candidates) (map[string]verdict, []string) {
	verdicts := make(map[string]verdict, len(all))
	for name, c := range all {
		verdicts[name] = x.decide(c, renaming{to: x.rules.renamed[name], source: provision.FromRenamed})
	}
	renamed, warnings := x.renamings(verdicts)
	for name, r := range renamed {
		verdicts[name] = x.decide(all[name], r)
	}
	return verdicts, warnings
}

// add adds the room of a candidate, or the refusal of its name.
func (w *Wanted) add(c *candidate, v verdict, rules *compiled) error {
	if c.superseded(v) {
		w.Superseded = append(w.Superseded, c.name)
	}
	wrong := provision.CheckName(c.name)
	switch {
	case v.Desired == "":
		return nil
	case wrong != "" && v.Desired.Wanted():
		w.Refused = append(w.Refused, Refusal{Name: c.name, Why: wrong, Reasons: c.reasons(v)})
		return nil
	case wrong != "":
		return nil
	}
	r := provision.Room{Name: c.name, JID: rules.JID(c.name), Decision: v.Decision}
	r.Decision.Reason = withGrace(v.Decision, v.grace)
	var err error
	switch {
	case v.Desired == provision.Contested:
		r.Reasons = c.reasons(v)
		w.Collisions = append(w.Collisions, &CollisionError{Name: c.name, Claimants: v.claimants})
	case v.Desired.Wanted():
		r.Reasons = c.reasons(v)
		r.Settings, err = c.liveSettings(v, rules)
		r.Next, r.Over = c.nextStart(v.now), c.nextEnd(v.now)
	case v.Desired.Over():
		r.Settings, err = rules.archivedSettings(c.name, v.Decision, v.now)
	}
	if err == nil {
		w.Rooms = append(w.Rooms, r)
	}
	return err
}

// meetings returns the meetings in hand, by their first session.
func (s Sources) meetings(now time.Time) []*meeting {
	var out []*meeting
	for _, m := range inOrder(s.Meetings) {
		out = append(out, newMeeting(m, now))
	}
	return out
}

// inOrder returns the meetings by their first session, each number once. Those
// without a number are meetings of their own.
func inOrder(meetings []agenda.Meeting) []*agenda.Meeting {
	var out []*agenda.Meeting
	seen := make(map[string]bool)
	for i := range meetings {
		if m := &meetings[i]; m.Number == "" || !seen[m.Number] {
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
