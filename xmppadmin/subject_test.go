package xmppadmin_test

import (
	"errors"
	"testing"

	"muster/fixtures"
	"muster/fixtures/prosody"
	"muster/xmppadmin"
)

// checkSubject fails unless an occupant who enters the room now is sent the
// subject.
func checkSubject(t *testing.T, occupant *xmppadmin.Service, want string) {
	t.Helper()
	rooms, err := occupant.ReadSubjects(t.Context(), []string{"quic"}, nil)
	if err != nil || len(rooms) != 1 {
		t.Fatalf("reading the subject gives %v, %v", rooms, err)
	}
	if got, shown := rooms[0].Settings[xmppadmin.Subject]; got != want || !shown {
		t.Errorf("the subject is %q, want %q: %+v", got, want, rooms[0])
	}
}

func TestSubject(t *testing.T) {
	t.Parallel()
	onEach(t, checkSetSubject)
}

func checkSetSubject(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
	const first, second = `Next: Monday 9:00, é & <Donau A> "1". Log: https://logs.example.org/quic/`, "Cancelled"
	settings := live("quic: QUIC")
	settings[xmppadmin.Subject] = first
	create(t, s, "quic", settings)
	alice, chair := byHand(t, p, "alice"), byHand(t, p, "muster")
	checkSubject(t, alice, first)
	set := func(text string) {
		t.Helper()
		if err := s.Configure(t.Context(), "quic", xmppadmin.Settings{xmppadmin.Subject: text}); err != nil {
			t.Fatal(err)
		}
		if got, shown := readAll(t, s, "quic").Settings[xmppadmin.Subject]; got != text || !shown {
			t.Errorf("after it was set to %q, the subject reads %q", text, got)
		}
		checkSubject(t, alice, text)
	}
	set(second)
	set(second) // the room need not send it again

	if err := chair.Configure(t.Context(), "quic", xmppadmin.Settings{xmppadmin.Subject: "Bring slides"}); err != nil {
		t.Fatal(err)
	}
	checkSubject(t, s, "Bring slides")
	set("")
	if err := alice.Configure(t.Context(), "quic", xmppadmin.Settings{xmppadmin.Subject: "hers"}); !errors.Is(err, xmppadmin.ErrForbidden) {
		t.Errorf("setting the subject without the right gives %v", err)
	}
	checkSubject(t, alice, "")
	if got := read(t, s, "quic"); len(offered(live(""))) != len(got.Settings) || got.Settings[xmppadmin.Title] != "quic: QUIC" {
		t.Errorf("the other settings have become %v", got.Settings)
	}
}

// TestSubjectOfAnOccupiedRoom leaves occupants alone where that is requested.
func TestSubjectOfAnOccupiedRoom(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		create(t, s, "quic", xmppadmin.Settings{xmppadmin.Persistent: xmppadmin.True, xmppadmin.Subject: "Monday"})
		other := byHand(t, p, "muster") // with nothing that it has seen before
		for occupants, names := range []string{"no one", "alice"} {
			if occupants > 0 {
				if err := participant(t, p, names).Join(t.Context(), "quic@"+p.Service, names); err != nil {
					t.Fatal(err)
				}
			}
			rooms, err := other.ReadSubjects(t.Context(), nil, []string{"quic"})
			if err != nil || len(rooms) != 1 || rooms[0].State != xmppadmin.Exists || rooms[0].Occupants != occupants {
				t.Fatalf("%s is in the room: got %+v, %v", names, rooms, err)
			}
			if text, read := rooms[0].Settings[xmppadmin.Subject]; read != (occupants == 0) || read && text != "Monday" {
				t.Errorf("%s is in the room: the subject is %q, read: %v", names, text, read)
			}
		}
	})
}

// TestSubjectOfAnArchivedRoom has an occupant, who is to see why the room is
// archived.
func TestSubjectOfAnArchivedRoom(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		create(t, s, "quic", xmppadmin.Settings{xmppadmin.Persistent: xmppadmin.True, xmppadmin.Subject: "Monday"})
		alice := byHand(t, p, "alice")
		closing := xmppadmin.Settings{xmppadmin.Title: "quic", xmppadmin.Subject: "Archived: the group has concluded"}
		for range 2 { // the second changes nothing, and keeps what is to be restored
			if err := s.Archive(t.Context(), "quic", closing); err != nil {
				t.Fatal(err)
			}
			checkSubject(t, alice, closing[xmppadmin.Subject])
		}
		if err := s.Reopen(t.Context(), "quic", nil); err != nil {
			t.Fatal(err)
		}
		checkSubject(t, alice, "Monday")
		if err := s.Archive(t.Context(), "quic", closing); err != nil {
			t.Fatal(err)
		}
		if err := s.Reopen(t.Context(), "quic", xmppadmin.Settings{xmppadmin.Subject: "Tuesday"}); err != nil {
			t.Fatal(err)
		}
		checkSubject(t, alice, "Tuesday")
	})
}

func TestSubjectOfNoRoom(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, _ *fixtures.Server) {
		rooms, err := s.ReadSubjects(t.Context(), []string{"nosuch"}, nil)
		if err != nil || len(rooms) != 1 || rooms[0].State != xmppadmin.Absent {
			t.Errorf("got %+v, %v", rooms, err)
		}
		if err := s.Configure(t.Context(), "nosuch", xmppadmin.Settings{xmppadmin.Subject: "x"}); !errors.Is(err, xmppadmin.ErrAbsent) {
			t.Errorf("setting it gives %v", err)
		}
		if got := read(t, s, "nosuch"); got.State != xmppadmin.Absent {
			t.Errorf("the room is %v", got.State)
		}
	})
}

func TestLogAddress(t *testing.T) {
	t.Parallel()
	const address = "https://logs.example.org/quic/"
	for name, companion := range map[string]bool{"companion module": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, onProsody(prosody.Options{Companion: companion})(t), "auto")
			settings := live("quic: QUIC")
			settings[xmppadmin.LogAddress] = address
			create(t, s, "quic", settings)
			got, shown := readAll(t, s, "quic").Settings[xmppadmin.LogAddress]
			if shown != companion || shown && got != address {
				t.Errorf("the address is %q (shown: %v)", got, shown)
			}
			if s.Explain(xmppadmin.LogAddress) == "" {
				t.Error("what stands in its way is not explained")
			}
		})
	}
}
