package xmppadmin_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"muster/fixtures"
	"muster/fixtures/ejabberd"
	"muster/fixtures/xmpptest"
	"muster/xmppadmin"
)

// TestServiceOfAnotherHost has the account on one virtual host of an ejabberd,
// and the rooms on another, whose default options they must have. That host
// lists the service, or is not to be found by the service's name.
func TestServiceOfAnotherHost(t *testing.T) {
	t.Parallel()
	const plain = "by plain XEP-0045: no virtual host is known to serve "
	tests := []struct{ name, service, configuration, finding string }{
		{"both hosts have rooms", "rooms.example.net", "", "dialect ejabberd"},
		{"the other host alone has", "rooms.example.net", withoutRooms, "dialect ejabberd"},
		{"under a name of another domain", "rooms.example.com", withoutRooms, plain + "rooms.example.com"},
		{"under a name of the account's host", "rooms2.example.org", withoutRooms, plain + "rooms2.example.org"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := ejabberd.New(t, ejabberd.Options{Global: otherHost(test.service), Configuration: test.configuration})
			c := dial(t, config(t, p))
			s, err := xmppadmin.Open(t.Context(), c, test.service, "ejabberd")
			if err != nil {
				t.Fatal(err)
			}
			create(t, s, "quic", live("quic"))
			if got := read(t, s, "quic"); !got.Managed || got.Settings[xmppadmin.Title] != "quic" {
				t.Errorf("the room is %+v", got)
			}
			if most := readFull(t, c, "quic@"+test.service).Fields["muc#roomconfig_maxusers"]; most != "77" {
				t.Errorf("the room takes %s users: it does not have the default options of its host", most)
			}
			f := find(s.Examine(t.Context(), time.Now()), "room commands")
			if f.Verdict != xmppadmin.OK || !strings.HasSuffix(f.Text, test.finding) {
				t.Errorf("the examination found %+v", f)
			}
			again, err := xmppadmin.Open(t.Context(), c, test.service, "ejabberd")
			if err != nil {
				t.Fatal(err)
			}
			if err := again.Create(t.Context(), "quic", live("other")); !errors.Is(err, xmppadmin.ErrExists) {
				t.Errorf("making the room again gave %v", err)
			}
		})
	}
}

// TestOptionsOfAnotherHost has two hosts with rooms, and those of the other one
// under a name of the account's, so that the commands take them for its own.
func TestOptionsOfAnotherHost(t *testing.T) {
	t.Parallel()
	p := ejabberd.New(t, ejabberd.Options{Global: otherHost("rooms2.example.org")})
	s, err := xmppadmin.Open(t.Context(), dial(t, config(t, p)), "rooms2.example.org", "ejabberd")
	if err != nil {
		t.Fatal(err)
	}
	f := find(s.Examine(t.Context(), time.Now()), "room commands")
	if f.Verdict != xmppadmin.Fail || !strings.Contains(f.Text, `maxusers the value "200", the service "77"`) || !strings.Contains(f.Hint, "dialect owner") {
		t.Errorf("the examination found %+v", f)
	}
}

// otherHost adds example.net, whose rooms are at service.
func otherHost(service string) string {
	return "hosts: [example.org, example.net]\nhost_config:\n  example.net:\n    modules:\n      mod_disco: {}\n" +
		"      mod_mam: {default: always}\n      mod_muc_admin: {}\n      mod_muc:\n        host: " + service +
		"\n        access_create: muc_create\n        access_persistent: muc_create" +
		"\n        default_room_options: {mam: true, max_users: 77}"
}

// withoutRooms is a configuration whose hosts have no rooms of themselves.
const withoutRooms = `acl:
  local: {user_regexp: ""}
  muster: {user: ["muster@example.org"]}
access_rules:
  configure: {allow: muster}
  muc_create: {allow: local}
api_permissions:
  muster: {from: [mod_adhoc_api], who: {access: [{allow: {acl: muster}}]}, what: "*"}
modules:
  mod_adhoc: {}
  mod_adhoc_api: {}
  mod_disco: {}
  mod_mam: {default: always}
  mod_version: {}
`

// TestPinnedVersions pins the versions of ejabberd's commands, which differ in
// their arguments and answers.
func TestPinnedVersions(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"0", "1", "2", "3"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			p := ejabberd.New(t, ejabberd.Options{Modules: "mod_adhoc_api: {default_version: " + version + "}"})
			s := open(t, p, "ejabberd")
			create(t, s, "quic", live("quic"))
			makeBy(t, p, "alice", "tls")
			for name, managed := range map[string]bool{"quic": true, "tls": false} {
				if got := read(t, s, name); got.State != xmppadmin.Exists || got.Managed != managed {
					t.Errorf("the room is %+v", got)
				}
			}
			if err := s.Adopt(t.Context(), "tls"); err != nil {
				t.Fatal(err)
			}
			rooms, err := s.Survey(t.Context(), nil)
			if err != nil || len(rooms) != 2 || !rooms[0].Managed || !rooms[1].Managed {
				t.Errorf("the rooms are %+v, %v", rooms, err)
			}
			if f := find(s.Examine(t.Context(), time.Now()), "room commands"); f.Verdict != xmppadmin.OK {
				t.Errorf("the examination found %+v", f)
			}
		})
	}
}

// makeBy makes a persistent room that another account owns.
func makeBy(t *testing.T, p *fixtures.Server, account, room string) {
	t.Helper()
	s := xmpptest.NewStream(t, p, account)
	s.Join(room, account)
	s.Ask("set", room+"@"+p.Service, "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"+
		"<field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>"+
		"<field var='muc#roomconfig_persistentroom'><value>1</value></field></x></query>")
}
