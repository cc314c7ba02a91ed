package want

import (
	"slices"
	"strconv"

	"muster/agenda"
	"muster/provision"
)

// How a session came by its room.
type way uint8

const (
	byAcronym way = iota
	byChatRoom
	byPlenary
)

// claim is everything that asks for one room name.
type claim struct {
	name     string
	standing *Standing
	parts    []part
	record   *agenda.GroupRecord // the group as it is today; nil where only an agenda asks
	doubles  []string            // other living groups whose acronyms differ in case only
	met      met                 // where the group is a BOF
	latest   *meeting            // the last meeting with sessions in the room
	next     occasion
	// plenary says that plenary sessions claim the name, owner which group
	// does, and rivals which others do.
	plenary bool
	owner   string
	rivals  []string
	first   [1]part // where parts begins: most rooms have one
}

// part is the sessions of one group at one meeting that came by the room in
// one way.
type part struct {
	way       way
	meeting   *meeting
	acronym   string
	group     *agenda.Group // nil where the agenda does not list it
	session   *agenda.Session
	live      []int // IDs of the sessions that take place
	cancelled []int
	ids       [2]int // where live begins: most groups meet once or twice
}

// add notes a session. The meetings come in order.
func (c *claim) add(o occasion, w way, g *agenda.Group, cancelled bool) {
	p := c.part(o, w, g)
	if cancelled {
		p.cancelled = append(p.cancelled, o.session.ID)
	} else {
		p.live = append(p.live, o.session.ID)
	}
	c.latest = o.meeting
}

// part returns the part that the session belongs to.
func (c *claim) part(o occasion, w way, g *agenda.Group) *part {
	for i := range c.parts {
		if p := &c.parts[i]; p.meeting == o.meeting && p.way == w && p.acronym == o.session.Group {
			return p
		}
	}
	if c.parts == nil {
		c.parts = c.first[:0]
	}
	c.parts = append(c.parts, part{way: w, meeting: o.meeting, acronym: o.session.Group, group: g, session: o.session})
	p := &c.parts[len(c.parts)-1]
	p.live = p.ids[:0]
	switch {
	case w == byPlenary:
		c.plenary = true
	case w != byAcronym:
	case c.owner == "":
		c.owner = p.acronym
	case c.owner != p.acronym && !slices.Contains(c.rivals, p.acronym):
		c.rivals = append(c.rivals, p.acronym)
	}
	return p
}

// live says that something asks for the room that is not cancelled.
func (c *claim) live() bool {
	return c.standing != nil || c.record != nil || c.meets()
}

// meets says that the room has a session that is not cancelled.
func (c *claim) meets() bool {
	return slices.ContainsFunc(c.parts, func(p part) bool { return len(p.live) > 0 })
}

// claimants returns who claims the name as its own where more than one does.
// Sessions that were given the room as their chat room share it with whoever
// has it.
func (c *claim) claimants() []string {
	var who []string
	if c.owner != "" {
		who = append(append(who, c.owner), c.rivals...)
	}
	if c.record != nil && (c.owner == "" || len(c.doubles) > 0) {
		who = append(append(who, c.record.Acronym), c.doubles...)
	}
	if who = slices.Compact(slices.Sorted(slices.Values(who))); len(who) == 0 || len(who) == 1 && !c.plenary && c.standing == nil {
		return nil
	}
	for i, acronym := range who {
		who[i] = "group " + strconv.Quote(acronym)
	}
	if c.plenary {
		who = append(who, "the plenary")
	}
	if c.standing != nil {
		who = append(who, "standing room "+strconv.Quote(c.name))
	}
	return who
}

// about fills in what the room is: the group's whose acronym it bears, as the
// list of groups has it or as it was at its latest meeting, or the plenary's,
// or a session's own.
func (c *claim) about(f *Facts, words phrases) {
	if c.standing != nil {
		f.GroupName = provision.OneLine(c.standing.Title, provision.MaxGroupName)
		f.What = "Standing room of the IETF."
		return
	}
	if c.record != nil {
		f.group(&c.record.Group, words)
		return
	}
	best := &c.parts[len(c.parts)-1]
	for i := range c.parts {
		if p := &c.parts[i]; p.way != byChatRoom {
			best = p
		}
	}
	switch {
	case best.way == byPlenary:
		f.GroupName, f.What = "IETF plenary", "Plenary sessions of the IETF meeting."
	case best.group == nil:
		f.GroupName = provision.OneLine(best.session.Name, provision.MaxGroupName)
	case best.way == byAcronym:
		f.group(best.group, words)
	default:
		f.group(best.group, words)
		f.Acronym = c.name
		f.What = "Room of sessions of " + provision.OneLine(best.group.Name, provision.MaxGroupName) + "."
		if best.session.Name != "" {
			f.GroupName = provision.OneLine(best.session.Name, provision.MaxGroupName)
		}
	}
}
