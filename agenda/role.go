package agenda

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"muster/agenda/internal/fetch"
	"muster/agenda/internal/rest"
	"muster/agenda/internal/wire"
)

// Role is one role that a person has in a group today.
type Role struct {
	// Person and Group are the Datatracker's own numbers; Group is
	// [GroupRecord.ID].
	Person, Group int
	// Name is the slug of the role: chair, secr, delegate, lead, ad, ….
	Name string
	// Email is the mail address of the person in this role, in lower case.
	Email string
}

// RoleList is the Datatracker's list of roles. That a role is not in it proves
// nothing while Stale, Incomplete or Unread leaves room for it.
type RoleList struct {
	// Roles are sorted by group, then name, person and address, each once.
	Roles []Role
	// Confirmed is when the Datatracker last sent or confirmed the list, that of
	// its oldest part, in UTC.
	Confirmed time.Time
	// Stale, Outages, Incomplete and Warnings are as in [GroupList].
	Stale      bool
	Outages    []Outage
	Incomplete bool
	Warnings   []string
	// Unread is how many rows could not be read and were left out.
	Unread int
}

// Profile is one external resource in the profile of a person.
type Profile struct {
	Person int
	// Value is the resource as the person wrote it: xmpp:alice@example.net.
	Value string
}

// ProfileList is what the people of the Datatracker have written in their
// profiles under one tag. What it leaves open is as in [RoleList].
type ProfileList struct {
	// Profiles are sorted by person, then value, each once.
	Profiles   []Profile
	Confirmed  time.Time
	Stale      bool
	Outages    []Outage
	Incomplete bool
	Warnings   []string
	Unread     int
}

// Person is one person of the Datatracker.
type Person struct {
	ID   int
	Name string
}

// The tables of roles, of the resources in profiles, and of people.
const (
	rolePath    = "api/v1/group/role/"
	profilePath = "api/v1/person/personextresource/"
	personPath  = "api/v1/person/person/"
)

// Roles reads the list of the roles of these names, which are slugs such as
// chair; without any the list is empty, and nothing is requested. Groups in all
// states are in it. Bad rows, outages and errors are as in [Client.Groups].
func (c *Client) Roles(ctx context.Context, names []string) (RoleList, error) {
	var parts []part[roleRow]
	for _, slug := range sortedSet(names) {
		if !slugForm.MatchString(slug) {
			return RoleList{}, fmt.Errorf("role %.80q: want a slug such as chair", slug)
		}
		list := rest.List[roleRow]{
			Name: "list of roles", Of: "of name " + slug, ID: func(r roleRow) int { return r.id },
			Parse: func(body []byte) (rest.Page[roleRow], error) { return parseRoles(slug, body) },
		}
		parts = append(parts, part[roleRow]{list, "roles of name " + slug, url.Values{"name": {slug}}})
	}
	if len(parts) == 0 {
		return RoleList{}, nil
	}
	got, err := readParts(ctx, c, rolePath, parts)
	if err != nil {
		return RoleList{}, err
	}
	s := standingOf(parts, got)
	warnEmpty(&s, parts, got, "%s: no role %s")
	out := RoleList{
		Confirmed: s.confirmed, Stale: len(s.outages) > 0, Outages: s.outages, Incomplete: s.incomplete, Warnings: s.warnings,
	}
	known := map[int]bool{}
	for _, g := range got {
		for _, r := range g.Rows {
			known[r.id] = true
			out.Roles = append(out.Roles, r.Role)
		}
	}
	out.Unread = unreadOf(known, leftOut(got)).Rows
	slices.SortFunc(out.Roles, compareRoles)
	out.Roles = slices.Compact(out.Roles)
	return out, nil
}

// compareRoles orders roles by group, then name, person and address.
func compareRoles(a, b Role) int {
	return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Person, b.Person), cmp.Compare(a.Email, b.Email))
}

// roleRow is one row of the list of roles.
type roleRow struct {
	Role
	id int
}

// parseRoles reads one page of the list of the roles of one name. A row that
// cannot be read is left out with a warning; one of whose address cannot be read
// is kept without it.
func parseRoles(slug string, body []byte) (rest.Page[roleRow], error) {
	return rest.Decode("list of roles", body, func(p *rest.Page[roleRow], at int, raw json.RawMessage) {
		r := wire.OpenRow(raw)
		row := roleRow{Role: Role{Name: slug}}
		row.id = needNumber(r)
		needName(r, slug)
		row.Person = needURI(r, "person", "person")
		row.Group = needURI(r, "group", "group")
		if err := r.Failed(); err != nil {
			p.Unread = append(p.Unread, rest.Unread{ID: max(0, row.id)})
			p.Notes.Add("list of roles: row %d of name %s (role %d) is left out: %v", at, slug, row.id, err)
			return
		}
		var email string
		r.Want("email", &email)
		address, err := addressIn(email)
		r.Check(err)
		row.Email = address
		for _, err := range r.Problems() {
			p.Notes.Add("list of roles: role %d: %v; it is taken as unknown", row.id, err)
		}
		p.Rows = append(p.Rows, row)
	})
}

// needNumber reads the number of a row.
func needNumber(r wire.Row) int {
	var id int
	r.Need("id", &id)
	if id <= 0 {
		r.Fail(fmt.Errorf("invalid id %d", id))
	}
	return id
}

// needName refuses a row whose name, which is a URI, ends in another slug than
// the requested one.
func needName(r wire.Row, slug string) {
	var name string
	r.Need("name", &name)
	if got := wire.LastSegment(name); got != slug {
		r.Fail(fmt.Errorf("its name is %.80q", got))
	}
}

// needURI reads the number of what a key refers to.
func needURI(r wire.Row, key, kind string) int {
	var uri string
	r.Need(key, &uri)
	id, err := numberIn(key, uri, kind)
	if err != nil {
		r.Fail(err)
	}
	return id
}

// addressIn returns the mail address in the URI of one
// (/api/v1/person/email/alice@example.org/), in lower case. An absent one is
// empty.
func addressIn(uri string) (string, error) {
	if uri == "" {
		return "", nil
	}
	_, rest, _ := strings.Cut(uri, "/person/email/")
	address, err := url.PathUnescape(strings.TrimSuffix(rest, "/"))
	local, domain, found := strings.Cut(address, "@")
	bad := func(r rune) bool { return r <= ' ' || r == 0x7f || r == '@' }
	if err != nil || !found || local == "" || domain == "" || len(address) > 254 ||
		strings.ContainsFunc(local, bad) || strings.ContainsFunc(domain, bad) {
		return "", fmt.Errorf("email %.80q is the address of no mailbox", uri)
	}
	return strings.ToLower(address), nil
}

// Profiles reads what all people have in their profiles under this tag, which is
// a slug such as jabber_room. Bad rows, outages and errors are as in
// [Client.Groups].
func (c *Client) Profiles(ctx context.Context, tag string) (ProfileList, error) {
	if !slugForm.MatchString(tag) {
		return ProfileList{}, fmt.Errorf("profile tag %.80q: want a slug such as jabber_room", tag)
	}
	list := rest.List[profileRow]{
		Name: "list of profiles", Of: "of name " + tag, ID: func(r profileRow) int { return r.id },
		Parse: func(body []byte) (rest.Page[profileRow], error) { return parseProfiles(tag, body) },
	}
	parts := []part[profileRow]{{list, "profiles of name " + tag, url.Values{"name": {tag}}}}
	got, err := readParts(ctx, c, profilePath, parts)
	if err != nil {
		return ProfileList{}, err
	}
	s := standingOf(parts, got)
	warnEmpty(&s, parts, got, "%s: no profile %s")
	out := ProfileList{
		Confirmed: s.confirmed, Stale: len(s.outages) > 0, Outages: s.outages, Incomplete: s.incomplete, Warnings: s.warnings,
	}
	known := map[int]bool{}
	for _, r := range got[0].Rows {
		known[r.id] = true
		out.Profiles = append(out.Profiles, r.Profile)
	}
	out.Unread = unreadOf(known, leftOut(got)).Rows
	slices.SortFunc(out.Profiles, func(a, b Profile) int { return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.Value, b.Value)) })
	out.Profiles = slices.Compact(out.Profiles)
	return out, nil
}

// profileRow is one row of the list of resources in profiles. Its number is
// another one after each edit of the profile.
type profileRow struct {
	Profile
	id int
}

// parseProfiles reads one page of the list of what profiles have under a tag. A
// row that cannot be read is left out with a warning.
func parseProfiles(tag string, body []byte) (rest.Page[profileRow], error) {
	return rest.Decode("list of profiles", body, func(p *rest.Page[profileRow], at int, raw json.RawMessage) {
		r := wire.OpenRow(raw)
		var row profileRow
		row.id = needNumber(r)
		needName(r, tag)
		row.Person = needURI(r, "person", "person")
		r.Need("value", &row.Value)
		if row.Value == "" {
			r.Fail(errors.New("no value"))
		}
		if err := r.Failed(); err != nil {
			p.Unread = append(p.Unread, rest.Unread{ID: max(0, row.id)})
			p.Notes.Add("list of profiles: row %d of name %s (resource %d) is left out: %v", at, tag, row.id, err)
			return
		}
		p.Rows = append(p.Rows, row)
	})
}

// Person reads one person. Where the Datatracker fails, the copy in the cache
// serves. The error is an [*Error] unless the number is none.
func (c *Client) Person(ctx context.Context, id int) (Person, error) {
	if id <= 0 {
		return Person{}, fmt.Errorf("invalid id %d of a person", id)
	}
	address := c.base.JoinPath(personPath, strconv.Itoa(id)+"/")
	address.RawQuery = url.Values{"format": {"json"}}.Encode()
	doc, err := fetch.GetOrCached(ctx, c.docs, fetch.Request[Person]{
		URL: address.String(), Parse: func(body []byte) (Person, error) { return parsePerson(id, body) }, Expect500: true,
	})
	if err == nil {
		return doc.Value, nil
	}
	failure := asError(err)
	if own := (*Error)(nil); errors.As(failure, &own) && errors.Is(err, fetch.ErrNotFound) {
		own.Hint = "the Datatracker has no person of this number"
	}
	return Person{}, failure
}

// parsePerson reads the person of this number.
func parsePerson(id int, body []byte) (Person, error) {
	r := wire.OpenRow(body)
	var p Person
	r.Need("id", &p.ID)
	r.Need("name", &p.Name)
	switch {
	case r.Failed() != nil:
		return Person{}, fmt.Errorf("person: %w", r.Failed())
	case p.ID != id:
		return Person{}, fmt.Errorf("person: %d was requested, but the answer is %d", id, p.ID)
	case p.Name == "":
		return Person{}, fmt.Errorf("person: %d has no name", id)
	}
	return p, nil
}
