package agenda

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"muster/agenda/internal/rest"
)

// roleRowOf is a row of the list of roles: the person 7 is a chair of group 12.
func roleRowOf(id int, changes obj) obj {
	return with(obj{
		"id": id, "name": "/api/v1/name/rolename/chair/", "person": "/api/v1/person/person/7/", "group": groupsPath + "12/",
		"email": "/api/v1/person/email/Alice@Example.ORG/", "resource_uri": "/api/v1/group/role/1/",
	}, changes)
}

// profileRowOf is a row of the list of what profiles have.
func profileRowOf(id int, changes obj) obj {
	return with(obj{
		"id": id, "name": "/api/v1/name/extresourcename/jabber_room/", "person": "/api/v1/person/person/7/",
		"value": "xmpp:alice@example.net", "display_name": "", "resource_uri": "/api/v1/person/personextresource/1/",
	}, changes)
}

func TestRoleRows(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		row  any
		want string // person, group and address; empty where the row is left out
		note string // part of the warning
	}{
		"whole":                 {roleRowOf(3, nil), "7 12 alice@example.org", ""},
		"address percent-coded": {roleRowOf(3, obj{"email": "/api/v1/person/email/a%2Bb@example.org/"}), "7 12 a+b@example.org", ""},
		"address with a slash":  {roleRowOf(3, obj{"email": "/api/v1/person/email/a/b@example.org/"}), "7 12 a/b@example.org", ""},
		"no address":            {roleRowOf(3, obj{"email": nil}), "7 12 ", ""},
		"address of nothing":    {roleRowOf(3, obj{"email": "/api/v1/person/email/alice/"}), "7 12 ", "address of no mailbox"},
		"address of two":        {roleRowOf(3, obj{"email": "/api/v1/person/email/a@b@c/"}), "7 12 ", "address of no mailbox"},
		"address of two lines":  {roleRowOf(3, obj{"email": "/api/v1/person/email/a%0A@c/"}), "7 12 ", "address of no mailbox"},
		"address too long":      {roleRowOf(3, obj{"email": "/api/v1/person/email/a@" + strings.Repeat("b", 300) + "/"}), "7 12 ", "no mailbox"},
		"address not coded":     {roleRowOf(3, obj{"email": "/api/v1/person/email/%zz@c/"}), "7 12 ", "address of no mailbox"},
		"address a number":      {roleRowOf(3, obj{"email": 7}), "7 12 ", "wrong JSON type"},
		"another role":          {roleRowOf(3, obj{"name": "/api/v1/name/rolename/techadv/"}), "", `its name is "techadv"`},
		"no role":               {roleRowOf(3, obj{"name": nil}), "", `its name is ""`},
		"no number":             {roleRowOf(3, obj{"id": absent}), "", "invalid id 0"},
		"negative number":       {roleRowOf(-3, nil), "", "invalid id -3"},
		"no person":             {roleRowOf(3, obj{"person": nil}), "", `person "" is the address of no person`},
		"person in words":       {roleRowOf(3, obj{"person": "/api/v1/person/person/alice/"}), "", "address of no person"},
		"no group":              {roleRowOf(3, obj{"group": absent}), "", "address of no group"},
		"group 0":               {roleRowOf(3, obj{"group": groupsPath + "0/"}), "", "address of no group"},
		"group an object":       {roleRowOf(3, obj{"group": obj{"id": 12}}), "", "wrong JSON type"},
		"not a row":             {[]int{1}, "", "wrong JSON type"},
		"null":                  {nil, "", "invalid id 0"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page, err := parseRoles("chair", []byte(groupPageOf(nil, 1, tt.row)))
			if err != nil || len(page.Rows)+len(page.Unread) != 1 || len(page.Unread) == 1 != (tt.want == "") {
				t.Fatalf("got %+v, %v", page, err)
			}
			if len(page.Rows) == 1 {
				if r := page.Rows[0]; fmt.Sprint(r.Person, " ", r.Group, " ", r.Email) != tt.want || r.Name != "chair" || r.id != 3 {
					t.Errorf("got %+v", r)
				}
			}
			if notes := strings.Join(page.Notes.All(), "\n"); (notes != "") != (tt.note != "") || !strings.Contains(notes, tt.note) {
				t.Errorf("warnings %q, want %q", notes, tt.note)
			}
		})
	}
}

func TestProfileRows(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		row  any
		note string // part of the warning; empty where the row can be read
	}{
		"whole":           {profileRowOf(3, nil), ""},
		"another tag":     {profileRowOf(3, obj{"name": "/api/v1/name/extresourcename/webpage/"}), `its name is "webpage"`},
		"no value":        {profileRowOf(3, obj{"value": ""}), "no value"},
		"value is null":   {profileRowOf(3, obj{"value": nil}), "no value"},
		"value a number":  {profileRowOf(3, obj{"value": 5}), "wrong JSON type"},
		"no number":       {profileRowOf(0, nil), "invalid id 0"},
		"no person":       {profileRowOf(3, obj{"person": absent}), "address of no person"},
		"negative person": {profileRowOf(3, obj{"person": "/api/v1/person/person/-7/"}), "address of no person"},
		"not a row":       {"alice", "wrong JSON type"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page, err := parseProfiles("jabber_room", []byte(groupPageOf(nil, 1, tt.row)))
			if err != nil || len(page.Rows)+len(page.Unread) != 1 || (len(page.Unread) == 0) != (tt.note == "") {
				t.Fatalf("got %+v, %v", page, err)
			}
			if len(page.Rows) == 1 && page.Rows[0] != (profileRow{Profile{7, "xmpp:alice@example.net"}, 3}) {
				t.Errorf("got %+v", page.Rows[0])
			}
			if notes := strings.Join(page.Notes.All(), "\n"); !strings.Contains(notes, tt.note) {
				t.Errorf("warnings %q, want %q", notes, tt.note)
			}
		})
	}
}

// Rows that are there twice, or came twice because the list moved between two
// pages, are one.
func TestRolesAreThereOnce(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on("/api/v1/group/role/", says("application/json", groupPageOf(nil, 5,
		roleRowOf(5, obj{"group": groupsPath + "9/"}), roleRowOf(4, obj{"person": "/api/v1/person/person/3/"}), roleRowOf(1, nil),
		roleRowOf(2, nil), roleRowOf(1, nil), obj{"id": 1}, obj{"id": 6})))
	l, err := client(t, f.URL, nil).Roles(t.Context(), []string{"chair", "chair"})
	want := []Role{{7, 9, "chair", "alice@example.org"}, {3, 12, "chair", "alice@example.org"}, {7, 12, "chair", "alice@example.org"}}
	if err != nil || !slices.Equal(l.Roles, want) || l.Unread != 1 || l.Incomplete || !l.Confirmed.Equal(july()) {
		t.Errorf("got %+v, %v", l, err)
	}
	f.on("/api/v1/person/personextresource/", says("application/json", groupPageOf(nil, 4,
		profileRowOf(5, obj{"value": "xmpp:z@b"}), profileRowOf(4, nil), profileRowOf(3, nil), obj{"id": 3}, obj{"id": 9})))
	p, err := client(t, f.URL, nil).Profiles(t.Context(), "jabber_room")
	if err != nil || !slices.Equal(p.Profiles, []Profile{{7, "xmpp:alice@example.net"}, {7, "xmpp:z@b"}}) || p.Unread != 1 || p.Incomplete {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestPersonAnswers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		handler http.HandlerFunc
		want    string // the name
		err     string
	}{
		"whole":           {says("application/json", `{"id": 7, "name": "Ayla Dunmeer", "photo": null}`), "Ayla Dunmeer", ""},
		"another":         {says("application/json", `{"id": 8, "name": "Ayla Dunmeer"}`), "", "7 was requested, but the answer is 8"},
		"no name":         {says("application/json", `{"id": 7}`), "", "7 has no name"},
		"name a number":   {says("application/json", `{"id": 7, "name": 7}`), "", "wrong JSON type"},
		"not a person":    {says("application/json", `[7]`), "", "wrong JSON type"},
		"not JSON":        {says("text/html", `<html>`), "", "not JSON"},
		"no such person":  {status(404), "", "404"},
		"fails":           {status(500), "", "500"},
		"connection lost": {hangUp, "", "EOF"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.on("/api/v1/person/person/7/", tt.handler)
			p, err := client(t, f.URL, nil).Person(t.Context(), 7)
			if tt.err != "" {
				if err == nil || !containsAll(err.Error(), []string{"datatracker: GET ", tt.err}) || p != (Person{}) {
					t.Errorf("got %+v, %v", p, err)
				}
				return
			}
			if err != nil || p != (Person{7, tt.want}) {
				t.Errorf("got %+v, %v", p, err)
			}
		})
	}
	if _, err := client(t, "http://127.0.0.1:1", nil).Person(t.Context(), 0); err == nil || !strings.Contains(err.Error(), "invalid id 0") {
		t.Errorf("person 0: %v", err)
	}
}

// FuzzRoles parses anything; a role that comes out of it refers to something, and
// its address is one.
func FuzzRoles(f *testing.F) {
	f.Add([]byte(groupPageOf(nil, 2, roleRowOf(7, nil), roleRowOf(8, obj{"email": "/api/v1/person/email/a%40b@c/"}))))
	f.Add([]byte(`{"meta":{"total_count":-1},"objects":[{"id":1e3},{"id":1,"name":"/chair/","person":"/1","group":"2"},[],null]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := parseRoles("chair", body)
		if err != nil {
			checkRefusal(t, err, "list of roles")
			return
		}
		checkPage(t, page.Notes.All(), page.Unread)
		for _, r := range page.Rows {
			if r.id < 1 || r.Person < 1 || r.Group < 1 || r.Email != "" && strings.Count(r.Email, "@") != 1 || strings.ContainsAny(r.Email, " \r\n") {
				t.Errorf("got %+v", r)
			}
		}
	})
}

// FuzzProfiles parses anything; a profile that comes out of it has a person and a
// value.
func FuzzProfiles(f *testing.F) {
	f.Add([]byte(groupPageOf(nil, 2, profileRowOf(7, nil), profileRowOf(8, obj{"value": "\x00"}))))
	f.Add([]byte(`{"objects":[{"id":1,"name":"jabber_room","person":"1","value":"x"},{"value":{}},7]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := parseProfiles("jabber_room", body)
		if err != nil {
			checkRefusal(t, err, "list of profiles")
			return
		}
		checkPage(t, page.Notes.All(), page.Unread)
		for _, r := range page.Rows {
			if r.id < 1 || r.Person < 1 || r.Value == "" {
				t.Errorf("got %+v", r)
			}
		}
	})
}

// checkPage holds the warnings of a page to one line each, and to one at least
// where rows were left out.
func checkPage(t *testing.T, notes []string, unread []rest.Unread) {
	t.Helper()
	for _, n := range notes {
		if len(n) > 1000 || strings.ContainsFunc(n, func(r rune) bool { return r < ' ' }) {
			t.Errorf("warning %q", n)
		}
	}
	if len(unread) > 0 && len(notes) == 0 {
		t.Errorf("%d rows were left out without a warning", len(unread))
	}
}
