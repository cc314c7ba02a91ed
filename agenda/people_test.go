package agenda_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/agenda"
	"muster/agenda/internal/fetch"
	"muster/fixtures/datatracker"
	"muster/fixtures/meeting"
)

// Where the Datatracker has its lists of roles and of what profiles have.
const (
	roleList    = "/api/v1/group/role/"
	profileList = "/api/v1/person/personextresource/"
)

// deskRoles are the roles that count at a desk.
func deskRoles() []string { return []string{"chair", "secr", "delegate", "lead", "ad"} }

func roles(t *testing.T, c *agenda.Client) agenda.RoleList {
	t.Helper()
	l, err := c.Roles(t.Context(), deskRoles())
	if err != nil {
		t.Fatal(err)
	}
	if l.Unread > 0 && len(l.Warnings) == 0 || l.Stale != (len(l.Outages) > 0) || l.Confirmed.IsZero() {
		t.Errorf("got %+v", l)
	}
	return l
}

// holders returns the people who have a role in a group, by name.
func holders(t *testing.T, c *agenda.Client, acronym, role string) []string {
	t.Helper()
	all, err := c.Acronyms(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id := group(t, all, acronym).ID
	var names []string
	for _, r := range roles(t, c).Roles {
		if r.Group != id || r.Name != role {
			continue
		}
		p, err := c.Person(t.Context(), r.Person)
		if err != nil || p.ID != r.Person {
			t.Fatalf("person %d is %+v, %v", r.Person, p, err)
		}
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return names
}

// namesOf returns the names of people of the fixture, sorted.
func namesOf(people []meeting.Person) []string {
	var names []string
	for _, p := range people {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return names
}

func TestRolesOf126(t *testing.T) {
	t.Parallel()
	m := meeting.IETF126()
	d, url := datatracker.Start(t, m)
	c := reader(t, url)
	l := roles(t, c)
	if len(l.Warnings) > 0 || l.Stale || l.Incomplete || l.Unread > 0 || len(l.Roles) != len(m.Roles) || len(l.Roles) < 200 {
		t.Errorf("%d roles of %d, %+v", len(l.Roles), len(m.Roles), l.Warnings)
	}
	if d.Requests(roleList) != len(deskRoles()) {
		t.Errorf("asked %d times", d.Requests(roleList))
	}
	emails := map[int]string{}
	for _, p := range m.People {
		emails[p.ID] = p.Email
	}
	for _, r := range l.Roles {
		if emails[r.Person] != r.Email || !slices.Contains(deskRoles(), r.Name) {
			t.Errorf("got %+v", r)
		}
	}
	for acronym, role := range map[string]string{"quic": "chair", "sec": "ad", "edm": "lead", "xmpp": "chair"} {
		want := namesOf(m.PeopleIn(acronym, role))
		if got := holders(t, c, acronym, role); len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s of %s: got %q, want %q", role, acronym, got, want)
		}
	}
}

func TestRolesChange(t *testing.T) {
	t.Parallel()
	m := meeting.Small()
	d, url := datatracker.Start(t, m)
	c := reader(t, url)
	was := m.PeopleIn("quic", "chair")
	m.RemoveRole("quic", "chair", was[0].ID)
	m.AddRole("quic", "chair", m.AddPerson("Zora Quill", "zora@example.org"))
	if got := holders(t, c, "quic", "chair"); !slices.Equal(got, namesOf(was)) {
		t.Errorf("before: %q", got)
	}
	d.SetMeeting(m)
	want := namesOf([]meeting.Person{was[1], {Name: "Zora Quill"}})
	if got := holders(t, c, "quic", "chair"); !slices.Equal(got, want) {
		t.Errorf("after: %q, want %q", got, want)
	}
}

func TestRolesOfNoName(t *testing.T) {
	t.Parallel()
	d, url := datatracker.Start(t, meeting.Small())
	c := reader(t, url)
	if l, err := c.Roles(t.Context(), nil); err != nil || len(l.Roles) > 0 {
		t.Errorf("got %+v, %v", l, err)
	}
	for _, bad := range []string{"", "Chair", "chair&limit=1", "chair,ad"} {
		if _, err := c.Roles(t.Context(), []string{"chair", bad}); err == nil || !strings.Contains(err.Error(), "want a slug such as chair") {
			t.Errorf("%q: got %v", bad, err)
		}
		if _, err := c.Profiles(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "want a slug such as jabber_room") {
			t.Errorf("%q: got %v", bad, err)
		}
	}
	if len(d.Received("")) > 0 {
		t.Error("something was requested")
	}
	l, err := c.Roles(t.Context(), []string{"chair", "chairman"})
	if err != nil || l.Incomplete || !slices.Equal(l.Warnings, []string{"list of roles: no role of name chairman"}) {
		t.Errorf("got %+v, %v", l, err)
	}
	if l, err = c.Roles(t.Context(), []string{"chairman"}); err != nil || !l.Incomplete {
		t.Errorf("a list without any role passes for a whole one: %+v, %v", l, err)
	}
}

func TestProfilesOfPeople(t *testing.T) {
	t.Parallel()
	m := meeting.Small()
	chair, other := m.PeopleIn("quic", "chair")[0].ID, m.PeopleIn("tls", "chair")[0].ID
	m.SetProfile(chair, "webpage", "https://example.org/")
	m.SetProfile(chair, "jabber_room", "xmpp:b@example.net", "xmpp:a@example.net")
	m.SetProfile(other, "jabber_room", "xmpp:c@example.net")
	d, url := datatracker.Start(t, m)
	c := reader(t, url)
	profiles := func() agenda.ProfileList {
		t.Helper()
		l, err := c.Profiles(t.Context(), "jabber_room")
		if err != nil || l.Unread > 0 || l.Stale || l.Confirmed.IsZero() {
			t.Fatalf("got %+v, %v", l, err)
		}
		return l
	}
	want := []agenda.Profile{{Person: chair, Value: "xmpp:a@example.net"}, {Person: chair, Value: "xmpp:b@example.net"}, {Person: other, Value: "xmpp:c@example.net"}}
	slices.SortStableFunc(want, func(a, b agenda.Profile) int { return a.Person - b.Person })
	if l := profiles(); !slices.Equal(l.Profiles, want) || l.Incomplete || len(l.Warnings) > 0 {
		t.Errorf("got %+v", l)
	}
	m.SetProfile(chair, "jabber_room")
	d.SetMeeting(m)
	if l := profiles(); len(l.Profiles) != 1 || l.Profiles[0].Person != other {
		t.Errorf("got %+v", l)
	}
	m.SetProfile(other, "jabber_room")
	d.SetMeeting(m)
	if l := profiles(); len(l.Profiles) > 0 || !l.Incomplete || len(l.Warnings) != 1 {
		t.Errorf("a list without any profile passes for a whole one: %+v", l)
	}
}

func TestAcronymsAreOfAllTypes(t *testing.T) {
	t.Parallel()
	m := meeting.IETF126()
	d, url := datatracker.Start(t, m)
	l, err := reader(t, url).Acronyms(t.Context())
	if err != nil || l.Stale || l.Incomplete || l.Unread.Rows > 0 || len(l.Warnings) > 0 || l.Confirmed.IsZero() {
		t.Fatalf("got %+v, %v", l, err)
	}
	if d.Requests(groupList) != 1 {
		t.Errorf("asked %d times", d.Requests(groupList))
	}
	for _, g := range m.Groups {
		acronym := g.Acronym
		if g.Today != "" {
			acronym = g.Today
		}
		if got := group(t, l, acronym); got.Type != g.Type || got.Parent != g.Parent || got.Name != g.Name {
			t.Errorf("%q is %+v", acronym, got)
		}
	}
}

// The lists of roles and of profiles fail as that of groups does.
func TestPeopleOfAServerThatFails(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		how    datatracker.Failure
		unread int // roles, profiles
		kind   error
	}{
		"a bad row":        {datatracker.BadRow(0, http.StatusNotFound), 1, nil},
		"a page of a sort": {datatracker.NotJSON(), 0, fetch.ErrUnusable},
		"forbidden":        {datatracker.HTMLPage(http.StatusForbidden), 0, fetch.ErrUnusable},
		"not there":        {datatracker.HTMLPage(http.StatusNotFound), 0, fetch.ErrUnusable},
		"something else":   {datatracker.WrongJSON(), 0, fetch.ErrUnusable},
		"slow":             {datatracker.Drip(4096, time.Millisecond), 0, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := meeting.Small()
			m.SetProfile(m.PeopleIn("quic", "chair")[0].ID, "jabber_room", "xmpp:a@example.net")
			m.SetProfile(m.PeopleIn("tls", "chair")[0].ID, "jabber_room", "xmpp:b@example.net")
			d, url := datatracker.Start(t, m)
			whole, err := reader(t, url).Roles(t.Context(), []string{"chair"})
			if err != nil {
				t.Fatal(err)
			}
			d.Fail(roleList, tt.how)
			d.Fail(profileList, tt.how)
			c := reader(t, url)
			l, err := c.Roles(t.Context(), []string{"chair"})
			p, profileErr := c.Profiles(t.Context(), "jabber_room")
			if tt.kind != nil {
				var failure *agenda.Error
				if !errors.Is(err, tt.kind) || !errors.Is(profileErr, tt.kind) || !errors.As(err, &failure) ||
					!strings.Contains(err.Error(), "roles of name chair: ") || !strings.Contains(profileErr.Error(), "profiles of name jabber_room: ") {
					t.Errorf("got %v, %v", err, profileErr)
				}
				return
			}
			if err != nil || l.Unread != tt.unread || len(l.Roles) != len(whole.Roles)-tt.unread || l.Incomplete || len(l.Warnings) != tt.unread {
				t.Errorf("got %+v, %v", l, err)
			}
			if profileErr != nil || p.Unread != tt.unread || len(p.Profiles) != 2-tt.unread || p.Incomplete {
				t.Errorf("got %+v, %v", p, profileErr)
			}
		})
	}
}

// Copies stand in for lists and people, and are named as such.
func TestPeopleStandIn(t *testing.T) {
	t.Parallel()
	m := meeting.Small()
	chair := m.PeopleIn("quic", "chair")[0]
	m.SetProfile(chair.ID, "jabber_room", "xmpp:a@example.net")
	d, url := datatracker.Start(t, m)
	c := reader(t, url)
	fresh := roles(t, c)
	profiles, err := c.Profiles(t.Context(), "jabber_room")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Person(t.Context(), chair.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Acronyms(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.Fail("/", datatracker.HTMLPage(http.StatusForbidden))
	old := roles(t, c)
	if !old.Stale || !slices.Equal(old.Roles, fresh.Roles) || !old.Confirmed.Equal(fresh.Confirmed) || len(old.Outages) != 1 || len(old.Outages[0].URLs) != 5 {
		t.Errorf("got %+v", old)
	}
	again, err := c.Profiles(t.Context(), "jabber_room")
	if err != nil || !again.Stale || !slices.Equal(again.Profiles, profiles.Profiles) {
		t.Errorf("got %+v, %v", again, err)
	}
	if p, err := c.Person(t.Context(), chair.ID); err != nil || p.Name != chair.Name {
		t.Errorf("got %+v, %v", p, err)
	}
	if l, err := c.Acronyms(t.Context()); err != nil || !l.Stale || l.Confirmed.IsZero() {
		t.Errorf("got %+v, %v", l.Outages, err)
	}
}
