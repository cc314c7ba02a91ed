package xmppadmin_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster/fixtures"
	"muster/fixtures/ejabberd"
	"muster/fixtures/prosody"
	"muster/fixtures/xmpptest"
	"muster/xmppadmin"
)

// byHand opens the service as a user of plain XEP-0045: muster's own
// account, or alice's, who has no rights.
func byHand(t *testing.T, p *fixtures.Server, account string) *xmppadmin.Service {
	t.Helper()
	cfg := config(t, p)
	cfg.JID = account + "@" + p.Domain
	s, err := xmppadmin.Open(t.Context(), dial(t, cfg), p.Service, "owner")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func create(t *testing.T, s *xmppadmin.Service, name string, settings xmppadmin.Settings) {
	t.Helper()
	if err := s.Create(t.Context(), name, settings); err != nil {
		t.Fatal(err)
	}
}

func TestEachSettingIsRepaired(t *testing.T) {
	t.Parallel()
	onEach(t, checkEachSettingIsRepaired)
}

func checkEachSettingIsRepaired(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
	want := live("quic: QUIC")
	create(t, s, "quic", want)
	hand := byHand(t, p, "muster")
	wrong := map[xmppadmin.Setting]string{
		xmppadmin.Title: "mine: now", xmppadmin.Description: "nothing here", xmppadmin.Language: "de",
		xmppadmin.Persistent: xmppadmin.False, xmppadmin.Public: xmppadmin.False, xmppadmin.MembersOnly: xmppadmin.True,
		xmppadmin.Password: "secret", xmppadmin.MessageArchive: xmppadmin.False, xmppadmin.Moderated: xmppadmin.True,
		xmppadmin.ChangeSubject: xmppadmin.True,
	}
	for name := range offered(want) {
		// A room without an occupant must not be made temporary by hand:
		// it would be gone at once.
		together := xmppadmin.Settings{name: wrong[name]}
		if name == xmppadmin.Persistent && s.Name() == "owner" {
			continue
		}
		if err := hand.Configure(t.Context(), "quic", together); err != nil {
			t.Fatalf("%s by hand: %v", name, err)
		}
		switch got := read(t, s, "quic").Settings[name]; {
		case got == want[name]:
			t.Errorf("%s was changed by hand, and still reads as %q", name, got)
		case name == xmppadmin.Password && got != "(hidden)":
			t.Errorf("the password reads as %q", got)
		}
		if err := s.Configure(t.Context(), "quic", xmppadmin.Settings{name: want[name]}); err != nil {
			t.Fatalf("%s repaired: %v", name, err)
		}
		if diff := cmp.Diff(offered(want), read(t, s, "quic").Settings); diff != "" {
			t.Errorf("%s repaired (-want +got):\n%s", name, diff)
		}
	}
}

func TestRoomsOfOthers(t *testing.T) {
	t.Parallel()
	onEach(t, checkRoomsOfOthers)
}

func checkRoomsOfOthers(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
	alice := byHand(t, p, "alice")
	create(t, alice, "quic", live("alice's room"))
	if got := read(t, s, "quic"); got.State != xmppadmin.Exists || got.Managed {
		t.Fatalf("another user's room is %+v", got)
	}
	if err := s.Create(t.Context(), "quic", live("ours")); !errors.Is(err, xmppadmin.ErrExists) {
		t.Errorf("creating it gives %v", err)
	}
	if got := read(t, alice, "quic").Settings[xmppadmin.Title]; got != "alice's room" {
		t.Errorf("its title has become %q", got)
	}
	if err := s.Adopt(t.Context(), "quic"); err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, "quic"); !got.Managed {
		t.Errorf("after it was adopted the room is %+v", got)
	}
	if got := read(t, alice, "quic"); !got.Managed {
		t.Error("adopting it has cost its owner the ownership")
	}
}

// TestRoomsThatCannotBeEntered makes rooms that exist, and that their owner has
// closed to this account: they are left as they are.
func TestRoomsThatCannotBeEntered(t *testing.T) {
	t.Parallel()
	settings := map[string]xmppadmin.Settings{
		"open": live("hers"), "members": live("hers"), "password": live("hers"), "banned": live("hers"),
	}
	settings["members"][xmppadmin.MembersOnly] = xmppadmin.True
	settings["password"][xmppadmin.Password] = "hers"
	ours := live("ours: with a colon")
	ours[xmppadmin.Subject] = "ours"
	tests := []struct {
		name  string
		start func(*testing.T) *fixtures.Server
	}{
		{"prosody 0.12", onProsody(prosody.Options{NotAdmin: true})},
		{"prosody 13", onProsody(prosody.Options{Version: "13", NotAdmin: true})},
		{"ejabberd with mod_adhoc_api", onEjabberd(ejabberd.Options{MUC: "access_admin: none"})},
		{"ejabberd without", onEjabberd(ejabberd.Options{NoAdhocAPI: true, MUC: "access_admin: none"})},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := test.start(t)
			alice, guest, s := byHand(t, p, "alice"), participant(t, p, "alice"), open(t, p, "auto")
			for name, set := range settings {
				room := name + "@rooms.example.org"
				create(t, alice, name, set)
				if name == "banned" {
					if err := guest.Affiliate(t.Context(), room, "muster@example.org", "outcast"); err != nil {
						t.Fatal(err)
					}
				}
				before := readAll(t, alice, name).Settings
				if err := s.Create(t.Context(), name, ours); !errors.Is(err, xmppadmin.ErrExists) {
					t.Errorf("%s: making it gives %v", name, err)
				}
				if diff := cmp.Diff(before, readAll(t, alice, name).Settings); diff != "" {
					t.Errorf("%s: the room has changed (-before +after):\n%s", name, diff)
				}
			}
		})
	}
}

func TestOthersCannotTouchOurRooms(t *testing.T) {
	t.Parallel()
	onEach(t, checkOthersCannotTouchOurRooms)
}

func checkOthersCannotTouchOurRooms(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
	create(t, s, "quic", live("quic: QUIC"))
	alice := byHand(t, p, "alice")
	if err := alice.Configure(t.Context(), "quic", xmppadmin.Settings{xmppadmin.Title: "hers"}); !errors.Is(err, xmppadmin.ErrForbidden) {
		t.Errorf("configuring another's room gives %v", err)
	}
	if err := alice.Adopt(t.Context(), "quic"); !errors.Is(err, xmppadmin.ErrForbidden) {
		t.Errorf("adopting another's room gives %v", err)
	}
	if got := read(t, alice, "quic"); got.State != xmppadmin.Exists || got.Managed {
		t.Errorf("to her the room is %+v", got)
	}
	if got := read(t, s, "quic").Settings[xmppadmin.Title]; got != "quic: QUIC" {
		t.Errorf("the title has become %q", got)
	}
}

func TestMissingRights(t *testing.T) {
	t.Parallel()
	const restricted = "restrict_room_creation = true"
	for name, start := range map[string]func(*testing.T) *fixtures.Server{
		"prosody 0.12": onProsody(prosody.Options{Companion: true, NotAdmin: true, MUC: restricted}),
		"prosody 13":   onProsody(prosody.Options{Version: "13", Companion: true, NotAdmin: true, MUC: restricted}),
		"ejabberd":     onEjabberd(ejabberd.Options{NotAdmin: true, MUC: "access_create: [{allow: admin}]"}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, start(t), "auto")
			if s.Name() != "owner" {
				t.Errorf("to one who may not use the commands the dialect is %q", s.Name())
			}
			if err := s.Create(t.Context(), "quic", live("quic")); !errors.Is(err, xmppadmin.ErrForbidden) {
				t.Errorf("creating a room without the right gives %v", err)
			}
			if got := read(t, s, "quic"); got.State != xmppadmin.Absent {
				t.Errorf("the room is %+v", got)
			}
		})
	}
}

func TestNamesThatJustPass(t *testing.T) {
	t.Parallel()
	onEach(t, checkNamesThatJustPass)
}

func checkNamesThatJustPass(t *testing.T, s *xmppadmin.Service, _ *fixtures.Server) {
	names := []string{"0", "6man", "a", "hip_conclded", "krb-wg", "x3s3.3", "z..--__", strings.Repeat("n", 64)}
	for _, name := range names {
		create(t, s, name, live(name))
	}
	rooms, err := s.Survey(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rooms {
		got = append(got, r.Name)
	}
	want := []string{"0", "6man", "a", "hip_conclded", "krb-wg", strings.Repeat("n", 64), "x3s3.3", "z..--__"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, name := range []string{"", "a b", "a@b", "rtg/bgp", "QUIC", "a\x00", "ä b", "a:b"} {
		if err := s.Create(t.Context(), name, live("x")); err == nil {
			t.Errorf("a room called %q was made", name)
		}
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	onEach(t, checkTexts)
}

func checkTexts(t *testing.T, s *xmppadmin.Service, _ *fixtures.Server) {
	create(t, s, "quic", live("quic"))
	for _, text := range []string{
		"IETF 126: QUIC", `"double" and 'single'`, "<&> ]]> <!-- &amp;", "naïve café — 日本語 🦜🇦🇹", "a\nb", "=,;:{}[]()|\\",
		"https://datatracker.ietf.org/meeting/126/agenda/?show=quic&x=%20#a", strings.Repeat("long ", 199), "",
	} {
		want := xmppadmin.Settings{xmppadmin.Title: strings.ReplaceAll(text, "\n", " "), xmppadmin.Description: text}
		if err := s.Configure(t.Context(), "quic", want); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		got := read(t, s, "quic").Settings
		for name, value := range want {
			if got[name] != value {
				t.Errorf("%s: %q reads back as %q", name, value, got[name])
			}
		}
	}
}

func TestManyRooms(t *testing.T) {
	t.Parallel()
	onEach(t, checkManyRooms)
}

func checkManyRooms(t *testing.T, s *xmppadmin.Service, _ *fixtures.Server) {
	const n = 300
	createMany(t, s, n)
	rooms, err := s.Survey(t.Context(), []string{"absent", "room0007"})
	if err != nil {
		t.Fatal(err)
	}
	if len(rooms) != n+1 {
		t.Fatalf("a survey gave %d rooms", len(rooms))
	}
	for i, r := range rooms {
		want, state := fmt.Sprintf("room%04d", i-1), xmppadmin.Exists
		if i == 0 {
			want, state = "absent", xmppadmin.Absent
		}
		if r.Name != want || r.State != state || r.Managed != (state == xmppadmin.Exists) {
			t.Errorf("room %d of the survey is %+v", i, r)
		}
	}
}

func TestDestroyedRoomIsAbsent(t *testing.T) {
	t.Parallel()
	onEach(t, checkDestroyedRoomIsAbsent)
}

func checkDestroyedRoomIsAbsent(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
	create(t, s, "quic", live("quic"))
	if err := participant(t, p, "muster").Destroy(t.Context(), "quic@rooms.example.org"); err != nil {
		t.Fatal(err)
	}
	// While it is being destroyed its state is unknown.
	wait(t, "the room is gone", func() bool {
		got := read(t, s, "quic")
		if got.State == xmppadmin.Exists {
			t.Fatalf("a destroyed room is %+v", got)
		}
		return got.State == xmppadmin.Absent
	})
	create(t, s, "quic", live("quic again"))
	if got := read(t, s, "quic"); got.Settings[xmppadmin.Title] != "quic again" {
		t.Errorf("made again it is %+v", got)
	}
}

// TestTombstones destroys a room of an account that is no administrator:
// Prosody keeps the name for a month, and the error has what to do about it.
func TestTombstones(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"", "13"} {
		t.Run("prosody "+version, func(t *testing.T) {
			t.Parallel()
			p := onProsody(prosody.Options{Version: version, NotAdmin: true})(t)
			s := open(t, p, "auto")
			create(t, s, "quic", live("quic"))
			if err := participant(t, p, "muster").Destroy(t.Context(), "quic@rooms.example.org"); err != nil {
				t.Fatal(err)
			}
			err := s.Create(t.Context(), "quic", live("quic again"))
			var h interface{ Hint() string }
			if !errors.Is(err, xmppadmin.ErrAbsent) || !errors.As(err, &h) || !strings.Contains(h.Hint(), "keeps its name") {
				t.Errorf("the name of a destroyed room gives %v", err)
			}
		})
	}
}

func TestDestroyedWithReason(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		const room, instead = "quic@rooms.example.org", "tls@rooms.example.org"
		create(t, s, "quic", live("quic"))
		alice := participant(t, p, "alice")
		if err := alice.Join(t.Context(), room, "alice"); err != nil {
			t.Fatal(err)
		}
		if err := s.Destroy(t.Context(), "quic", xmppadmin.Destruction{Reason: "merged <&> into tls", Instead: instead}); err != nil {
			t.Fatal(err)
		}
		got, err := alice.Destroyed(t.Context())
		if want := (xmpptest.Destroyed{Room: room, Reason: "merged <&> into tls", Instead: instead}); err != nil || got != want {
			t.Errorf("the occupant was sent %+v, %v, want %+v", got, err, want)
		}
	})
}

func TestAnnounce(t *testing.T) {
	t.Parallel()
	onEach(t, checkAnnounce)
}

// checkAnnounce has every online user hear it, whatever the server's form
// calls the text.
func checkAnnounce(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
	c := dial(t, config(t, p))
	alice := participant(t, p, "alice")
	if err := alice.Available(t.Context()); err != nil {
		t.Fatal(err)
	}
	const text = "The plenary begins: <now> & here, in naïve é 🦜"
	// The server may take a moment to learn that she is there.
	wait(t, "alice hears the announcement", func() bool {
		if err := xmppadmin.Announce(t.Context(), c, "Announcement", text); err != nil {
			t.Fatal(err)
		}
		return slices.Contains(alice.Heard(), text)
	})
	err := xmppadmin.SetMOTD(t.Context(), c, "Today", "IETF 126")
	if name, _ := s.Software(); name == "Prosody" {
		if !errors.Is(err, xmppadmin.ErrUnsupported) {
			t.Errorf("a message of the day gives %v on a server that has none", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	bob := participant(t, p, "bob")
	if err := bob.Available(t.Context()); err != nil {
		t.Fatal(err)
	}
	wait(t, "bob is sent the message of the day", func() bool { return slices.Contains(bob.Heard(), "IETF 126") })
}

// counting opens a service and returns what counts the requests of a piece of
// work: most is how many it may take.
func counting(t *testing.T, p *fixtures.Server) (*xmppadmin.Service, func(what string, most int64, f func())) {
	t.Helper()
	c := dial(t, config(t, p))
	count := func(what string, most int64, f func()) {
		t.Helper()
		before := c.Stats().Requests
		f()
		if n := c.Stats().Requests - before; n > most || n == 0 {
			t.Errorf("%s took %d requests, more than %d", what, n, most)
		}
	}
	var s *xmppadmin.Service
	count("opening the service", 4, func() {
		var err error
		if s, err = xmppadmin.Open(t.Context(), c, p.Service, "auto"); err != nil {
			t.Fatal(err)
		}
	})
	return s, count
}

// createMany makes rooms in parallel and returns their names.
func createMany(t *testing.T, s *xmppadmin.Service, n int) []string {
	t.Helper()
	names := make([]string, n)
	errs := make(chan error, n)
	for i := range n {
		names[i] = fmt.Sprintf("room%04d", i)
		go func() { errs <- s.Create(t.Context(), names[i], live(names[i]+": a title")) }()
	}
	for range n {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	return names
}

// TestRequestCounts holds the number of requests to what the architecture
// document promises. Nothing here is timed.
func TestRequestCounts(t *testing.T) {
	t.Parallel()
	t.Run("companion", func(t *testing.T) {
		t.Parallel()
		s, count := counting(t, onProsody(prosody.Options{Companion: true})(t))
		const n = 1000
		count("making 1,000 rooms", n+2, func() { createMany(t, s, n) })
		count("a look at 1,000 rooms", 25, func() {
			if rooms, err := s.Survey(t.Context(), nil); err != nil || len(rooms) != n {
				t.Fatalf("%d rooms, %v", len(rooms), err)
			}
		})
	})
	t.Run("ejabberd", func(t *testing.T) {
		t.Parallel()
		s, count := counting(t, onEjabberd(ejabberd.Options{})(t))
		const n = 50
		// And for all of them eight: which host serves them, what arguments a
		// command takes (two), who owns the first of them, and whether rooms
		// have a public log (two).
		count("making 50 rooms and reading them back", 3*n+8, func() {
			rooms, err := s.Read(t.Context(), createMany(t, s, n))
			if err != nil || len(rooms) != n || !rooms[0].Managed {
				t.Fatalf("%d rooms, %v", len(rooms), err)
			}
		})
		count("a look at 50 rooms", 2*n+2, func() {
			if rooms, err := s.Survey(t.Context(), nil); err != nil || len(rooms) != n {
				t.Fatalf("%d rooms, %v", len(rooms), err)
			}
		})
		count("making 50 rooms with a subject and reading them back", 3*n, func() {
			with := live("a title: with a colon")
			with[xmppadmin.Subject] = "The Note Well: https://www.ietf.org/about/note-well/"
			names := make([]string, n)
			for i := range names {
				names[i] = fmt.Sprintf("with%02d", i)
				create(t, s, names[i], with)
			}
			rooms, err := s.Read(t.Context(), names)
			if err != nil || len(rooms) != n {
				t.Fatalf("%d rooms, %v", len(rooms), err)
			}
			for _, r := range rooms {
				if diff := cmp.Diff(offered(with), r.Settings); !r.Managed || diff != "" {
					t.Errorf("room %s (-want +got):\n%s", r.Name, diff)
				}
			}
		})
	})
}
