package want

import (
	"slices"
	"strconv"
	"time"

	"muster/agenda"
	"muster/provision"
)

// candidate is one room name with everything that the sources have under it.
type candidate struct {
	name     string
	standing *Standing
	sets     []*sessionSet         // in the order of the meetings
	groups   []*agenda.GroupRecord // of the list, of a configured or year-round type
	request  *Request              // nil for none
}

// nameRule is the rule by which a session got its room's name.
type nameRule uint8

const (
	byAcronym nameRule = iota
	byChatRoom
	byPlenary
)

// sessionSet are the sessions of one group at one meeting that got the room's
// name by the same rule.
type sessionSet struct {
	rule     nameRule
	meeting  *meeting
	acronym  string
	group    *agenda.Group // nil where the agenda does not list it
	sessions []*agenda.Session
}

// candidates are the candidates by name.
type candidates map[string]*candidate

// at returns the candidate of that name, which is a new one where there is none.
func (cs candidates) at(name string) *candidate {
	c := cs[name]
	if c == nil {
		c = &candidate{name: name}
		cs[name] = c
	}
	return c
}

// addMeeting adds the sessions of a meeting that make rooms. The meetings are
// added in order.
func (cs candidates) addMeeting(m *meeting, types map[string]bool) {
	for s := range m.sessions() {
		if !m.makesRoom(s, types) {
			continue
		}
		c := cs.at(provision.Lower(s.Room))
		set := c.set(m, s)
		set.sessions = append(set.sessions, s)
	}
}

// set returns the set that a session belongs to.
func (c *candidate) set(m *meeting, s *agenda.Session) *sessionSet {
	rule := ruleOf(s)
	for _, set := range c.sets {
		if set.meeting == m && set.rule == rule && set.acronym == s.Group {
			return set
		}
	}
	set := &sessionSet{rule: rule, meeting: m, acronym: s.Group, group: m.groups[s.Group]}
	c.sets = append(c.sets, set)
	return set
}

func ruleOf(s *agenda.Session) nameRule {
	switch {
	case s.OwnRoom:
		return byChatRoom
	case s.Type == agenda.Plenary:
		return byPlenary
	}
	return byAcronym
}

// addGroups adds the groups of the list that are of a configured or a year-round
// type.
func (cs candidates) addGroups(l *agenda.GroupList, rules *compiled) {
	if l == nil {
		return
	}
	for i := range l.Groups {
		if g := &l.Groups[i]; rules.listed(g.Type) {
			c := cs.at(provision.Lower(g.Acronym))
			c.groups = append(c.groups, g)
		}
	}
}

// meets reports whether the room has a session that is not cancelled.
func (c *candidate) meets() bool {
	return slices.ContainsFunc(c.sets, (*sessionSet).meets)
}

func (s *sessionSet) meets() bool {
	return slices.ContainsFunc(s.sessions, func(s *agenda.Session) bool { return !s.Status.Canceled() })
}

// next returns the first session in the room that is still to come at now, and
// its meeting; nil where there is none.
func (c *candidate) next(now time.Time) (*meeting, *agenda.Session) {
	var at *meeting
	var next *agenda.Session
	for _, set := range c.sets {
		for _, s := range set.sessions {
			if s.Status.Canceled() || !shown(s, now) {
				continue
			}
			if next == nil || s.Start.Before(next.Start) {
				at, next = set.meeting, s
			}
		}
	}
	return at, next
}

// claimants returns who claims the name as its own where more than one does: of
// the groups on the agendas and those that the list has at work, and the plenary.
// Sessions that were given the room as their chat room share it with its owner,
// and so does a standing room.
func (c *candidate) claimants(v verdict) []string {
	var groups []string
	var living []*agenda.GroupRecord // of those groups of the list that keep the room
	for _, g := range c.groups {
		if e := v.evidence; g.State.Active() {
			if e.group = g; e.keeps() {
				living = append(living, g)
			}
		}
	}
	plenary := false
	for _, set := range c.sets {
		switch set.rule {
		case byPlenary:
			plenary = true
		case byAcronym:
			groups = append(groups, set.acronym)
		}
	}
	if len(groups) == 0 || len(living) > 1 {
		for _, g := range living {
			groups = append(groups, g.Acronym)
		}
	}
	groups = slices.Compact(slices.Sorted(slices.Values(groups)))
	if len(groups) == 0 || len(groups) == 1 && !plenary {
		return nil
	}
	for i, acronym := range groups {
		groups[i] = "group " + strconv.Quote(acronym)
	}
	if plenary {
		groups = append(groups, "the plenary")
	}
	return groups
}

// ofGroup reports whether the room is that of a group that bears its name: one
// that has it all year, or that meets in it.
func (c *candidate) ofGroup(v verdict) bool {
	return v.keeps() || slices.ContainsFunc(c.sets, func(s *sessionSet) bool { return s.rule == byAcronym && s.meets() })
}
