package xmppadmin_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/idna"

	"muster/fixtures"
	"muster/fixtures/ejabberd"
	"muster/fixtures/xmpptest"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

// TestRoomsWhoseNamesAreRefused has alice make rooms that the servers take and
// the library's addresses do not: they exist, they are not managed, and they
// hide no other room.
func TestRoomsWhoseNamesAreRefused(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		create(t, s, "quic", live("quic"))
		alice := xmpptest.NewStream(t, p, "alice")
		want := []string{"i♥ietf", "quic", "☃"}
		for _, name := range []string{"☃", "i♥ietf"} {
			if _, err := xmppadmin.RoomJID(name, p.Service); err == nil {
				t.Fatalf("the library takes %q: the test tests nothing", name)
			}
			alice.Join(name, "alice")
			alice.Ask("set", name+"@"+p.Service, "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"+
				"<field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>"+
				"<field var='muc#roomconfig_publicroom'><value>1</value></field></x></query>")
		}
		rooms, err := s.Survey(t.Context(), []string{"absent"})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rooms {
			switch {
			case r.Name == "absent" && r.State == xmppadmin.Absent:
				continue
			case r.State != xmppadmin.Exists || r.Managed != (r.Name == "quic"):
				t.Errorf("the room is %+v", r)
			}
			got = append(got, r.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("the rooms are %q, want %q", got, want)
		}
	})
}

// TestSleepingRoomsAreListed restarts an ejabberd that loads no room before it
// is entered.
func TestSleepingRoomsAreListed(t *testing.T) {
	t.Parallel()
	p := onEjabberd(ejabberd.Options{MUC: "preload_rooms: false"})(t)
	s := open(t, p, "ejabberd")
	create(t, s, "quic", live("quic"))
	if err := p.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	rooms, err := s.Survey(t.Context(), nil)
	if err != nil || len(rooms) != 1 || rooms[0].Name != "quic" || !rooms[0].Managed {
		t.Errorf("a survey gives %+v, %v", rooms, err)
	}
}

// TestHibernatingRoomsAreListed has an ejabberd put rooms to sleep that no one
// is in, all but the room that alice is in: they are listed, counted and read as
// if they were awake.
func TestHibernatingRoomsAreListed(t *testing.T) {
	t.Parallel()
	p := onEjabberd(ejabberd.Options{MUC: "hibernation_timeout: 1"})(t)
	s := open(t, p, "ejabberd")
	const n = 5
	createMany(t, s, n)
	makeBy(t, p, "alice", "hers")
	wait(t, "the rooms sleep", func() bool {
		awake, err := p.Console(t.Context(), "muc_online_rooms", p.Service)
		return err == nil && strings.TrimSpace(awake) == "hers@"+p.Service
	})
	rooms, err := s.Survey(t.Context(), nil)
	if err != nil || len(rooms) != n+1 {
		t.Fatalf("a survey gives %d rooms, %v", len(rooms), err)
	}
	for _, r := range rooms {
		if ours := r.Name != "hers"; r.State != xmppadmin.Exists || r.Managed != ours || ours && r.Settings[xmppadmin.Title] != r.Name+": a title" {
			t.Errorf("the room is %+v", r)
		}
	}
}

// TestFirstRoomWithAPublicLog makes the first room of a service, so that
// nothing has shown yet whether rooms have a public log.
func TestFirstRoomWithAPublicLog(t *testing.T) {
	t.Parallel()
	for name, logs := range map[string]bool{"with mod_muc_log": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, onEjabberd(ejabberd.Options{MucLog: logs})(t), "ejabberd")
			create(t, s, "quic", live("quic"))
			got, shown := read(t, s, "quic").Settings[xmppadmin.PublicLog]
			if shown != logs || logs && got != xmppadmin.True {
				t.Errorf("the public log is %q, shown: %v", got, shown)
			}
		})
	}
}

// TestFormWithoutPersistence makes rooms for an account that the forms of rooms do
// not let make them persistent, as the commands do: the first is broken off.
func TestFormWithoutPersistence(t *testing.T) {
	t.Parallel()
	s := open(t, onEjabberd(ejabberd.Options{MUC: "access_persistent: none"})(t), "ejabberd")
	want := live("a title: with a colon")
	want[xmppadmin.Subject] = "a subject"
	if err := s.Create(t.Context(), "first", want); !errors.Is(err, xmppadmin.ErrInterrupted) {
		t.Errorf("making the first room from inside gives %v", err)
	}
	if got := read(t, s, "first"); got.State != xmppadmin.Absent {
		t.Errorf("it is %+v", got)
	}
	for _, name := range []string{"first", "second", "third"} {
		create(t, s, name, want)
		if diff := cmp.Diff(offered(want), readAll(t, s, name).Settings); diff != "" {
			t.Errorf("room %s (-want +got):\n%s", name, diff)
		}
	}
}

// TestFormsOfTheService opens a service by each form of its domain.
func TestFormsOfTheService(t *testing.T) {
	t.Parallel()
	const domain = "räume.example.org"
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		t.Fatal(err)
	}
	for _, dialect := range []string{"ejabberd", "owner"} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			p := onEjabberd(ejabberd.Options{MUC: "host: \"" + domain + "\""})(t)
			c := dial(t, config(t, p))
			for i, form := range []string{domain, ascii, "RÄUME.Example.org"} {
				s, err := xmppadmin.Open(t.Context(), c, form, dialect)
				if err != nil {
					t.Fatalf("%s: %v", form, err)
				}
				if s.Domain() != domain {
					t.Errorf("%s: the domain is %q", form, s.Domain())
				}
				create(t, s, []string{"a", "b", "c"}[i], live("a room"))
				rooms, err := s.Survey(t.Context(), nil)
				if err != nil || len(rooms) != i+1 || !rooms[i].Managed {
					t.Errorf("%s: the rooms are %+v, %v", form, rooms, err)
				}
			}
		})
	}
}

func TestScramSHA512(t *testing.T) {
	t.Parallel()
	for name, direct := range map[string]bool{"STARTTLS": false, "direct TLS": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := onEjabberd(ejabberd.Options{Global: "auth_scram_hash: sha512"})(t)
			cfg := config(t, p)
			if cfg.DirectTLS = direct; direct {
				cfg.Server = p.DirectTLSAddr
			}
			if got := dial(t, cfg).Connection().Mechanism; got != "SCRAM-SHA-512-PLUS" {
				t.Errorf("the mechanism is %q", got)
			}
			cfg.Password = "wrong"
			if c, err := session.Dial(t.Context(), cfg); err == nil {
				c.Close()
				t.Error("a wrong password is accepted")
			}
		})
	}
}

// TestDatabaseThatIsAway empties ejabberd's database under it: a room that is
// not loaded cannot be looked up, and is unknown. ejabberd answers with no
// options then, as for a room that does not exist.
func TestDatabaseThatIsAway(t *testing.T) {
	t.Parallel()
	p := onEjabberd(ejabberd.Options{SQL: true, MUC: "preload_rooms: false"})(t)
	s := open(t, p, "ejabberd")
	create(t, s, "quic", live("quic"))
	if err := p.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	s = open(t, p, "ejabberd")
	if got := read(t, s, "tls"); got.State != xmppadmin.Absent {
		t.Fatalf("a room that does not exist is %+v", got)
	}
	if err := os.Truncate(filepath.Join(p.Dir, "data", "ejabberd.sqlite"), 0); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"quic", "tls"} {
		if got := read(t, s, name); got.State != xmppadmin.Unknown || got.Err == nil {
			t.Errorf("without a database the room is %+v", got)
		}
	}
}

// TestRoomsThatAreGone changes a room that was destroyed since it was last seen:
// ejabberd makes a room for whoever requests the form of none.
func TestRoomsThatAreGone(t *testing.T) {
	t.Parallel()
	changes := map[string]func(context.Context, *xmppadmin.Service, string) error{
		"configured": func(ctx context.Context, s *xmppadmin.Service, name string) error {
			return s.Configure(ctx, name, live("again"))
		},
		"archived": func(ctx context.Context, s *xmppadmin.Service, name string) error {
			return s.Archive(ctx, name, xmppadmin.Settings{xmppadmin.Title: "over"})
		},
		"archived under its own title": func(ctx context.Context, s *xmppadmin.Service, name string) error {
			return s.Archive(ctx, name, nil)
		},
		"reopened": func(ctx context.Context, s *xmppadmin.Service, name string) error {
			return s.Reopen(ctx, name, live("again"))
		},
		"given to a user": func(ctx context.Context, s *xmppadmin.Service, name string) error {
			return s.SetAffiliation(ctx, name, "bob@example.org", xmppadmin.Admin)
		},
		"adopted": func(ctx context.Context, s *xmppadmin.Service, name string) error { return s.Adopt(ctx, name) },
	}
	onEach(t, func(t *testing.T, s *xmppadmin.Service, _ *fixtures.Server) {
		for what, change := range changes {
			name := strings.ReplaceAll(what, " ", "-")
			if err := change(t.Context(), s, name); !errors.Is(err, xmppadmin.ErrAbsent) {
				t.Errorf("%s: got %v", what, err)
			}
			if got := read(t, s, name); got.State != xmppadmin.Absent {
				t.Errorf("%s: the room is %+v", what, got)
			}
		}
	})
}
