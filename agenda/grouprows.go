package agenda

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// groupRow is one row of the list of groups.
type groupRow struct {
	GroupRecord
	parent int // the parent's number, 0 where there is none
}

// groupPage is one page of /api/v1/group/group/.
type groupPage struct {
	restPage
	rows   []groupRow
	unread []unreadRow
	notes  notes
}

// parseGroupPage reads one page of the list of groups of one type. A row that
// cannot be read is left out with a warning.
func parseGroupPage(slug string, body []byte) (groupPage, error) {
	var page groupPage
	rest, err := decodePage("list of groups", body, func(at int, raw json.RawMessage) { page.add(slug, at, raw) })
	if err != nil {
		return groupPage{}, err
	}
	page.restPage = rest
	return page, nil
}

// add reads one row. Type and parent are URIs, as is the state; parent and
// state may be null.
func (p *groupPage) add(slug string, at int, raw json.RawMessage) {
	r := openRow(raw)
	var g GroupRecord
	var kind, state, parent, changed string
	r.need("id", &g.ID)
	r.need("acronym", &g.Acronym)
	r.need("type", &kind)
	r.need("state", &state)
	if err := firstError(r.problems.fatal, checkGroup(g.ID, g.Acronym, lastSegment(kind), slug)); err != nil {
		p.unread = append(p.unread, unreadRow{id: max(0, g.ID), group: g.Acronym})
		p.notes.add("list of groups: row %d of type %s (group %d, %.80q) is left out: %v", at, slug, g.ID, g.Acronym, err)
		return
	}
	r.want("name", &g.Name)
	r.want("parent", &parent)
	r.want("time", &changed)
	var err error
	g.Changed, err = parseChanged(changed)
	r.check(err)
	parentID, err := parseParent(parent)
	r.check(err)
	for _, err := range r.problems.minor {
		p.notes.add("list of groups: group %.80q: %v; it is taken as unknown", g.Acronym, err)
	}
	g.Type, g.State = slug, GroupState(lastSegment(state))
	g.BOF = g.State == StateBOF
	p.rows = append(p.rows, groupRow{g, parentID})
}

// checkGroup refuses rows without a group, and those of another type than the
// requested one.
func checkGroup(id int, acronym, slug, wanted string) error {
	switch {
	case id <= 0:
		return fmt.Errorf("invalid id %d", id)
	case acronym == "":
		return errors.New("no acronym")
	case slug != wanted:
		return fmt.Errorf("its type is %.80q", slug)
	}
	return nil
}

// parseParent reads a group's number from its URI.
func parseParent(uri string) (int, error) {
	if uri == "" {
		return 0, nil
	}
	id, err := strconv.Atoi(lastSegment(uri))
	if err != nil || id <= 0 {
		return 0, fmt.Errorf("parent %.80q is the address of no group", uri)
	}
	return id, nil
}

// parseChanged parses the time of a change. One without an offset is in the
// time of the Datatracker itself, which is that of California; one before
// there was a Datatracker, 1970 as a rule, stands for never.
func parseChanged(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		zone, failed := loadZone("America/Los_Angeles")
		if failed != nil {
			zone = time.FixedZone("PST", -8*60*60)
		}
		if t, err = time.ParseInLocation(naiveTime, s, zone); err != nil {
			return time.Time{}, fmt.Errorf("time of change %.80q is not a time", s)
		}
	}
	switch t = t.UTC(); {
	case t.Year() < firstYear:
		return time.Time{}, nil
	case t.Year() > lastYear:
		return time.Time{}, fmt.Errorf("time of change %.80q is in an impossible year", s)
	}
	return t, nil
}
