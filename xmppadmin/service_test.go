package xmppadmin_test

import (
	"context"
	"crypto/x509"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/fixtures"
	"muster/xmppadmin"
)

// servers are the kinds of service that every behaviour is tried on.
var servers = []struct {
	name    string
	options fixtures.ProsodyOptions
	dialect string // the one that discovery must choose
}{
	{"prosody 0.12 with companion", fixtures.ProsodyOptions{Companion: true}, "prosody"},
	{"prosody 0.12 without", fixtures.ProsodyOptions{}, "owner"},
	{"prosody 13 with companion", fixtures.ProsodyOptions{Version: "13", Companion: true}, "prosody"},
	{"prosody 13 without", fixtures.ProsodyOptions{Version: "13"}, "owner"},
}

func onEach(t *testing.T, f func(t *testing.T, s *xmppadmin.Service, p *fixtures.Prosody)) {
	onEachWith(t, func(*fixtures.ProsodyOptions) {}, f)
}

func onEachWith(t *testing.T, change func(*fixtures.ProsodyOptions), f func(t *testing.T, s *xmppadmin.Service, p *fixtures.Prosody)) {
	for _, server := range servers {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			options := server.options
			change(&options)
			p := fixtures.NewProsody(t, options)
			s := open(t, p, "auto")
			if s.Name() != server.dialect {
				t.Fatalf("the dialect chosen is %q, want %q", s.Name(), server.dialect)
			}
			f(t, s, p)
		})
	}
}

func config(t *testing.T, p *fixtures.Prosody) xmppadmin.Config {
	t.Helper()
	pem, err := os.ReadFile(p.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatalf("no certificate in %s", p.CAFile)
	}
	return xmppadmin.Config{
		JID: p.JID, Password: p.Password, Server: p.Addr, RootCAs: pool, Timeout: 10 * time.Second,
	}
}

func dial(t *testing.T, cfg xmppadmin.Config) *xmppadmin.Client {
	t.Helper()
	c, err := xmppadmin.Dial(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func open(t *testing.T, p *fixtures.Prosody, dialect string) *xmppadmin.Service {
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

func read(t *testing.T, s *xmppadmin.Service, name string) xmppadmin.Room {
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
	onEach(t, func(t *testing.T, s *xmppadmin.Service, _ *fixtures.Prosody) {
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
	})
}
