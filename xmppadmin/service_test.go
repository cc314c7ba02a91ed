package xmppadmin_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster/fixtures"
	"muster/fixtures/ejabberd"
	"muster/fixtures/prosody"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

// bob is an account that every server here has besides its own.
var bob = map[string]string{"bob": fixtures.Password}

func onProsody(o prosody.Options) func(*testing.T) *fixtures.Server {
	return func(t *testing.T) *fixtures.Server {
		t.Helper()
		o.Accounts = bob
		return prosody.New(t, o)
	}
}

func onEjabberd(o ejabberd.Options) func(*testing.T) *fixtures.Server {
	return func(t *testing.T) *fixtures.Server {
		t.Helper()
		o.Accounts, o.Modules = bob, "mod_private: {}"
		return ejabberd.New(t, o)
	}
}

// servers are the kinds of service that every behaviour is tried on.
var servers = []struct {
	name    string
	start   func(*testing.T) *fixtures.Server
	dialect string // the one that discovery must choose
}{
	{"prosody 0.12 with companion", onProsody(prosody.Options{Companion: true}), "prosody"},
	{"prosody 0.12 without", onProsody(prosody.Options{}), "owner"},
	{"prosody 13 with companion", onProsody(prosody.Options{Version: "13", Companion: true}), "prosody"},
	{"prosody 13 without", onProsody(prosody.Options{Version: "13"}), "owner"},
	{"ejabberd with mod_adhoc_api", onEjabberd(ejabberd.Options{}), "ejabberd"},
	{"ejabberd without", onEjabberd(ejabberd.Options{NoAdhocAPI: true}), "owner"},
}

func onEach(t *testing.T, f func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server)) {
	for _, server := range servers {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			p := server.start(t)
			s := open(t, p, "auto")
			if s.Name() != server.dialect {
				t.Fatalf("the dialect chosen is %q, want %q", s.Name(), server.dialect)
			}
			f(t, s, p)
		})
	}
}

func config(t *testing.T, p *fixtures.Server) session.Config {
	t.Helper()
	roots, err := p.Roots()
	if err != nil {
		t.Fatal(err)
	}
	return session.Config{
		JID: p.JID, Password: p.Password, Server: p.Addr, RootCAs: roots, Timeout: patience,
	}
}

func dial(t *testing.T, cfg session.Config) *session.Client {
	t.Helper()
	c, err := session.Dial(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func open(t *testing.T, p *fixtures.Server, dialect string) *xmppadmin.Service {
	t.Helper()
	s, err := xmppadmin.Open(t.Context(), dial(t, config(t, p)), p.Service, dialect)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// live are the settings of a room as this program's users want it.
func live(title string) xmppadmin.Settings {
	return xmppadmin.Settings{
		xmppadmin.Title: title, xmppadmin.Description: "A description: with <&> \"quotes\", é and 🦜",
		xmppadmin.Language: "en", xmppadmin.Persistent: xmppadmin.True, xmppadmin.Public: xmppadmin.True,
		xmppadmin.MembersOnly: xmppadmin.False, xmppadmin.Password: "", xmppadmin.MessageArchive: xmppadmin.True,
		xmppadmin.PublicLog: xmppadmin.True, xmppadmin.Moderated: xmppadmin.False, xmppadmin.ChangeSubject: xmppadmin.False,
	}
}

// offered are the settings that every server here has.
func offered(s xmppadmin.Settings) xmppadmin.Settings {
	all := xmppadmin.Settings{}
	for name, value := range s {
		if name != xmppadmin.PublicLog {
			all[name] = value
		}
	}
	return all
}

// read reads a room, without the settings that only some dialects show.
func read(t *testing.T, s *xmppadmin.Service, name string) xmppadmin.Room {
	t.Helper()
	room := readAll(t, s, name)
	delete(room.Settings, xmppadmin.Subject)
	delete(room.Settings, xmppadmin.LogAddress)
	return room
}

func readAll(t *testing.T, s *xmppadmin.Service, name string) xmppadmin.Room {
	t.Helper()
	rooms, err := s.Read(t.Context(), []string{name})
	if err != nil {
		t.Fatal(err)
	}
	if len(rooms) != 1 || rooms[0].Name != name {
		t.Fatalf("a look at %q gave %+v", name, rooms)
	}
	return rooms[0]
}

func TestCreateAndReadBack(t *testing.T) {
	t.Parallel()
	onEach(t, checkCreateAndReadBack)
}

func checkCreateAndReadBack(t *testing.T, s *xmppadmin.Service, _ *fixtures.Server) {
	if got := read(t, s, "quic"); got.State != xmppadmin.Absent {
		t.Fatalf("before it was made the room is %v (%v)", got.State, got.Err)
	}
	want := live("quic: QUIC")
	if err := s.Create(context.Background(), "quic", want); err != nil {
		t.Fatal(err)
	}
	got := read(t, s, "quic")
	if got.State != xmppadmin.Exists || !got.Managed || got.Archived {
		t.Errorf("after it was made the room is %+v", got)
	}
	if diff := cmp.Diff(offered(want), got.Settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}
