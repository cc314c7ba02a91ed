package agenda

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
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
	rows   []groupRow
	unread []int  // the numbers of groups left out, 0 where not readable
	total  int    // of rows on all pages, -1 where the page does not say
	next   string // the link to the next page, empty on the last
	notes  notes
}

// parseGroupPage reads one page of the list of groups of one type. A row that
// cannot be read is left out with a warning.
func parseGroupPage(slug string, body []byte) (groupPage, error) {
	var doc struct {
		Meta struct {
			Next  string `json:"next"` // null on the last page
			Total *int   `json:"total_count"`
		} `json:"meta"`
		Objects json.RawMessage `json:"objects"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return groupPage{}, fmt.Errorf("list of groups: %w", jsonError(err))
	}
	if doc.Objects == nil {
		return groupPage{}, errors.New("list of groups: want an object with the key objects")
	}
	page := groupPage{next: doc.Meta.Next, total: -1}
	if doc.Meta.Total != nil {
		page.total = *doc.Meta.Total
	}
	if err := eachRow(doc.Objects, func(at int, raw json.RawMessage) { page.add(slug, at, raw) }); err != nil {
		return groupPage{}, fmt.Errorf("list of groups: %w", err)
	}
	return page, nil
}

// add reads one row.
func (p *groupPage) add(slug string, at int, raw json.RawMessage) {
	var r struct {
		ID      int    `json:"id"`
		Acronym string `json:"acronym"`
		Name    string `json:"name"`
		Type    string `json:"type"`   // a URI
		State   string `json:"state"`  // a URI, or null
		Parent  string `json:"parent"` // a URI, or null
		Time    string `json:"time"`
	}
	err := decodeRow(raw, &r)
	if err = firstError(err, checkGroup(r.ID, r.Acronym, lastSegment(r.Type), slug)); err != nil {
		p.unread = append(p.unread, max(0, r.ID))
		p.notes.add("list of groups: row %d of type %s (group %d, %q) is left out: %v", at, slug, r.ID, clip(r.Acronym), err)
		return
	}
	changed, err := parseChanged(r.Time)
	if err != nil {
		p.notes.add("list of groups: group %q: when it changed is not known: %v", clip(r.Acronym), err)
	}
	parent, err := parseParent(r.Parent)
	if err != nil {
		p.notes.add("list of groups: group %q: its parent is not known: %v", clip(r.Acronym), err)
	}
	state := GroupState(lastSegment(r.State))
	g := Group{Acronym: r.Acronym, Name: r.Name, Type: slug, State: state, BOF: state == StateBOF}
	p.rows = append(p.rows, groupRow{GroupRecord{g, r.ID, changed}, parent})
}

// checkGroup refuses rows of which nobody could say which group they are
// about, and those that were not asked for.
func checkGroup(id int, acronym, slug, wanted string) error {
	switch {
	case id <= 0:
		return fmt.Errorf("id %d is none", id)
	case acronym == "":
		return errors.New("it has no acronym")
	case slug != wanted:
		return fmt.Errorf("it is of type %q", clip(slug))
	}
	return nil
}

// lastSegment is the slug or number that a URI of the REST API ends in, empty
// where there is none.
func lastSegment(uri string) string {
	if base := path.Base(uri); base != "." && base != "/" {
		return base
	}
	return ""
}

// parseParent reads a group's number from its URI.
func parseParent(uri string) (int, error) {
	if uri == "" {
		return 0, nil
	}
	id, err := strconv.Atoi(lastSegment(uri))
	if err != nil || id <= 0 {
		return 0, fmt.Errorf("%q is the address of no group", clip(uri))
	}
	return id, nil
}

// parseChanged reads the time of a change. One without an offset is in the
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
			return time.Time{}, fmt.Errorf("%q is not a time", clip(s))
		}
	}
	switch t = t.UTC(); {
	case t.Year() < firstYear:
		return time.Time{}, nil
	case t.Year() > lastYear:
		return time.Time{}, fmt.Errorf("%q is in an impossible year", clip(s))
	}
	return t, nil
}
