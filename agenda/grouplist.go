package agenda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"

	"muster/agenda/internal/rest"
	"muster/agenda/internal/wire"
)

// slugForm matches the slug of a group's type, of a role, and of the like.
var slugForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)

// Groups reads the list of the groups of these types, which are slugs such as
// wg; without any the list is empty, and nothing is requested. All states are
// in it, because concluded groups are recognized by theirs.
//
// A page on which the Datatracker fails is read in smaller parts, down to the
// row that it fails on, which counts as Unread. A list that cannot be read to
// its end is an error: an [*Error], or wrapping one, unless a type is no slug.
func (c *Client) Groups(ctx context.Context, types []string) (GroupList, error) {
	types = sortedSet(types)
	for _, slug := range types {
		if !slugForm.MatchString(slug) {
			return GroupList{}, fmt.Errorf("group type %.80q: want a slug such as wg", slug)
		}
	}
	if len(types) == 0 {
		return GroupList{}, nil
	}
	parts := groupParts(types)
	got, err := readParts(ctx, c, groupTablePath, parts)
	if err != nil {
		return GroupList{}, err
	}
	s := standingOf(parts, got)
	warnEmpty(&s, parts, got, "%s: no group %s")
	out, rows := joinLists(s, got)
	if err := c.findParents(ctx, &out, rows, types); err != nil {
		return GroupList{}, err
	}
	out.fill(rows)
	return out, nil
}

// Acronyms reads the list of all groups, of all types and in all states: those
// whose acronyms are taken. Parents, outages and errors are as in
// [Client.Groups].
func (c *Client) Acronyms(ctx context.Context) (GroupList, error) {
	parts := []part[groupRow]{{List: groupTable(""), what: "list of groups"}}
	got, err := readParts(ctx, c, groupTablePath, parts)
	if err != nil {
		return GroupList{}, err
	}
	s := standingOf(parts, got)
	warnEmpty(&s, parts, got, "%s: it is empty%s")
	out, rows := joinLists(s, got)
	out.nameParents(rows, namesOf(rows))
	out.fill(rows)
	return out, nil
}

// groupTablePath is where the table of groups is.
const groupTablePath = "api/v1/group/group/"

// groupParts returns the parts of the list of groups that these types are. They
// are filtered by type alone, which is sure to be supported; all states are
// needed.
func groupParts(types []string) []part[groupRow] {
	var parts []part[groupRow]
	for _, slug := range types {
		parts = append(parts, part[groupRow]{groupTable(slug), "groups of type " + slug, url.Values{"type": {slug}}})
	}
	return parts
}

// groupTable returns the list of the groups of a type, of all groups where it is
// empty.
func groupTable(slug string) rest.List[groupRow] {
	l := rest.List[groupRow]{
		Name:  "list of groups",
		Parse: func(body []byte) (rest.Page[groupRow], error) { return parseGroupPage(slug, body) },
		ID:    func(r groupRow) int { return r.ID },
	}
	if slug != "" {
		l.Of = "of type " + slug
	}
	return l
}

// groupRow is one row of the list of groups.
type groupRow struct {
	GroupRecord
	parent int // the parent's number, 0 where there is none
}

// parseGroupPage reads one page of the list of groups of one type, of all types
// where slug is empty. A row that cannot be read is left out with a warning.
func parseGroupPage(slug string, body []byte) (rest.Page[groupRow], error) {
	of := groupTable(slug).Of
	if of != "" {
		of = " " + of
	}
	return rest.Decode("list of groups", body, func(p *rest.Page[groupRow], at int, raw json.RawMessage) {
		addGroup(p, slug, fmt.Sprintf("row %d%s", at, of), raw)
	})
}

// addGroup reads one row. Type and parent are URIs, as is the state; parent and
// state may be null.
func addGroup(p *rest.Page[groupRow], slug, which string, raw json.RawMessage) {
	r := wire.OpenRow(raw)
	var g GroupRecord
	var kind, state, parent, changed string
	r.Need("id", &g.ID)
	r.Need("acronym", &g.Acronym)
	r.Need("type", &kind)
	r.Need("state", &state)
	g.Type, g.State = wire.LastSegment(kind), GroupState(wire.LastSegment(state))
	if err := firstError(r.Failed(), checkGroup(g, slug)); err != nil {
		p.Unread = append(p.Unread, rest.Unread{ID: max(0, g.ID), Name: g.Acronym})
		p.Notes.Add("list of groups: %s (group %d, %.80q) is left out: %v", which, g.ID, g.Acronym, err)
		return
	}
	r.Want("name", &g.Name)
	r.Want("parent", &parent)
	r.Want("time", &changed)
	var err error
	g.Changed, err = wire.ParseChanged(changed)
	r.Check(err)
	parentID := 0
	if parent != "" {
		parentID, err = numberIn("parent", parent, "group")
		r.Check(err)
	}
	for _, err := range r.Problems() {
		p.Notes.Add("list of groups: group %.80q: %v; it is taken as unknown", g.Acronym, err)
	}
	g.BOF = g.State == StateBOF
	p.Rows = append(p.Rows, groupRow{g, parentID})
}

// checkGroup refuses rows without a group, and those of another type than the
// requested one, where one was.
func checkGroup(g GroupRecord, slug string) error {
	switch {
	case g.ID <= 0:
		return fmt.Errorf("invalid id %d", g.ID)
	case g.Acronym == "":
		return errors.New("no acronym")
	case slug != "" && g.Type != slug:
		return fmt.Errorf("its type is %.80q", g.Type)
	}
	return nil
}

// numberIn returns the number that a URI of the REST API ends in, under this key,
// of something of a kind.
func numberIn(key, uri, kind string) (int, error) {
	id, err := strconv.Atoi(wire.LastSegment(uri))
	if err != nil || id <= 0 {
		return 0, fmt.Errorf("%s %.80q is the address of no %s", key, uri, kind)
	}
	return id, nil
}
