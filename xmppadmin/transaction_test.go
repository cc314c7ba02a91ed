package xmppadmin_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster/fixtures"
	"muster/fixtures/ejabberd"
	"muster/fixtures/prosody"
	"muster/fixtures/xmpptest"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// stepwise are servers on which archiving is a number of steps.
var stepwise = []struct {
	name  string
	start func(*testing.T) *fixtures.Server
}{
	{"prosody 0.12 without companion", onProsody(prosody.Options{})},
	{"prosody 13 without companion", onProsody(prosody.Options{Version: "13"})},
	{"ejabberd with mod_adhoc_api", onEjabberd(ejabberd.Options{})},
	{"ejabberd without", onEjabberd(ejabberd.Options{NoAdhocAPI: true})},
}

// full is all that the server shows an owner of a room: the whole form, and
// all affiliations with what belongs to them.
type full struct {
	Fields       map[string]string
	Affiliations map[string]xep.ListItem
}

func readFull(t *testing.T, c *session.Client, room string) full {
	t.Helper()
	form, err := xep.RoomForm(t.Context(), c, room)
	if err != nil {
		t.Fatal(err)
	}
	f := full{make(map[string]string), make(map[string]xep.ListItem)}
	for _, field := range form.Fields {
		if field.Type != "fixed" {
			f.Fields[field.Var] = strings.Join(field.Values, "\n")
		}
	}
	for _, affiliation := range []string{"owner", "admin", "member", "outcast"} {
		items, err := xep.Affiliated(t.Context(), c, room, affiliation)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			f.Affiliations[item.JID] = item
		}
	}
	return f
}

// furnish makes a room with people in it: administrators, members, a banned
// user, and bob, who is in the room and can speak.
func furnish(t *testing.T, s *xmppadmin.Service, c *session.Client, bob *xmpptest.Participant, name string) string {
	t.Helper()
	room := name + "@rooms.example.org"
	create(t, s, name, live(name))
	for jid, affiliation := range map[string]string{
		"alice@example.org": "admin", "carol@example.org": "admin", "dave@example.org": "member", "erin@example.org": "outcast",
	} {
		if err := xep.Affiliate(t.Context(), c, room, xep.ListItem{JID: jid, Affiliation: affiliation}); err != nil {
			t.Fatal(err)
		}
	}
	if err := bob.Join(t.Context(), room, "bob"); err != nil {
		t.Fatal(err)
	}
	return room
}

// closedTo fails the test where a user who is in the room, or enters it, can
// speak.
func closedTo(t *testing.T, room string, users ...*xmpptest.Participant) {
	t.Helper()
	for i, user := range users {
		if err := user.Join(t.Context(), room, fmt.Sprintf("user%d", i)); err != nil {
			t.Errorf("%s: user %d cannot enter: %v", room, i, err)
		}
		if err := user.Say(t.Context(), room, "still here"); !refused(err) {
			t.Errorf("%s: user %d can speak (%v)", room, i, err)
		}
	}
}

// failing runs do behind a tap that meets the nth stanza of do with a fate. It
// reports false when do has no nth stanza. A cut ends do as a kill would.
func failing(t *testing.T, w *tap, p *fixtures.Server, n int, what fate, do func(context.Context, *xmppadmin.Service) error) (met bool, err error) {
	t.Helper()
	w.on(nil)
	c, err := session.Dial(t.Context(), w.through(t, p))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := xmppadmin.Open(t.Context(), c, p.Service, "auto")
	if err != nil {
		t.Fatal(err)
	}
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	var seen atomic.Int32
	w.on(func(xmpptest.Element) fate {
		if int(seen.Add(1)) != n+1 {
			return pass
		}
		if what == cutBefore || what == cutAfter {
			kill()
		}
		return what
	})
	err = do(ctx, s)
	_ = c.Close()
	if what != refuse {
		w.serving.Wait() // until the server has answered what it was sent
	}
	return int(seen.Load()) > n, err
}

// TestEachStepOfArchivingFails has each request of an archiving refused, or
// the program killed at it. A refused archiving is undone, or is whole; a
// killed one is either of these or shown as half archived, and the next run
// finishes or undoes it, whichever it wants.
func TestEachStepOfArchivingFails(t *testing.T) {
	t.Parallel()
	for _, server := range stepwise {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			p := server.start(t)
			w, c := newTap(t, p), dial(t, config(t, p))
			s, err := xmppadmin.Open(t.Context(), c, p.Service, "auto")
			if err != nil {
				t.Fatal(err)
			}
			bob, late := participant(t, p, "bob"), participant(t, p, "alice")
			half, undone := 0, 0
			for _, what := range []fate{refuse, cutBefore, cutAfter} {
				step := 1
				if what == cutBefore {
					step = 4 // hardly differs from cutAfter one request earlier
				}
				for n := 0; ; n += step {
					name := fmt.Sprintf("room-%d-%d", what, n)
					room := furnish(t, s, c, bob, name)
					before := readFull(t, c, room)
					set := xmppadmin.Settings{xmppadmin.Title: name, xmppadmin.Description: "Archived."}
					met, err := failing(t, w, p, n, what, func(ctx context.Context, s *xmppadmin.Service) error {
						return s.Archive(ctx, name, set)
					})
					got := read(t, s, name)
					switch {
					case got.Archived:
						closedTo(t, room, bob, late)
					case got.HalfArchived && what == refuse:
						t.Errorf("refused at %d: the room is half archived: %v", n, err)
					case got.HalfArchived:
						half++
					default:
						undone++
						if err == nil {
							t.Errorf("%s: reported as done, and the room is %+v", name, got)
						}
						if diff := cmp.Diff(before, readFull(t, c, room)); diff != "" {
							t.Errorf("%s: not archived after %v, and changed:\n%s", name, err, diff)
						}
					}
					if n%2 == 0 {
						if err := s.Archive(t.Context(), name, set); err != nil {
							t.Fatalf("%s: archiving it again: %v", name, err)
						}
						if got := read(t, s, name); !got.Archived || got.HalfArchived {
							t.Errorf("%s: archived again it is %+v", name, got)
						}
						closedTo(t, room, bob, late)
					}
					if n%2 == 0 {
						err = s.Reopen(t.Context(), name, live(name))
					} else {
						err = s.Configure(t.Context(), name, live(name))
					}
					if err != nil {
						t.Fatalf("%s: undoing it: %v", name, err)
					}
					if diff := cmp.Diff(before, readFull(t, c, room)); diff != "" {
						t.Errorf("%s: undone it is not as it was:\n%s", name, diff)
					}
					if err := bob.Say(t.Context(), room, "again"); err != nil {
						t.Errorf("%s: after all that bob cannot speak: %v", name, err)
					}
					if !met {
						break
					}
				}
			}
			if half < 5 || undone < 5 {
				t.Errorf("the test shows little: %d half archived, %d undone", half, undone)
			}
		})
	}
}

// TestEachStepOfReopeningFails kills the program at each request of a
// reopening; the next run reopens the room wholly, or archives it again. One
// version of Prosody is enough: it takes its time for each login.
func TestEachStepOfReopeningFails(t *testing.T) {
	t.Parallel()
	for _, server := range stepwise[1:] {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			p := server.start(t)
			w, c := newTap(t, p), dial(t, config(t, p))
			s, err := xmppadmin.Open(t.Context(), c, p.Service, "auto")
			if err != nil {
				t.Fatal(err)
			}
			bob, late := participant(t, p, "bob"), participant(t, p, "alice")
			half := 0
			for _, what := range []fate{refuse, cutBefore, cutAfter} {
				step := 1
				if what == cutBefore {
					step = 4 // hardly differs from cutAfter one request earlier
				}
				for n := 0; ; n += step {
					name := fmt.Sprintf("room-%d-%d", what, n)
					room := furnish(t, s, c, bob, name)
					before := readFull(t, c, room)
					if err := s.Archive(t.Context(), name, archived); err != nil {
						t.Fatal(err)
					}
					var lost atomic.Bool // an affiliation, which the caller learns
					met, failed := failing(t, w, p, n, what, func(ctx context.Context, s *xmppadmin.Service) error {
						s.OnWarning(func(_, text string) { lost.Store(strings.Contains(text, " again: ")) })
						return s.Reopen(ctx, name, live(name))
					})
					got := read(t, s, name)
					if failed == nil && (got.Archived || got.HalfArchived) {
						t.Errorf("%s: reported as done, and the room is %+v", name, got)
					}
					if got.HalfArchived {
						half++
					}
					if n%2 == 0 && (got.Archived || got.HalfArchived) {
						if err := s.Archive(t.Context(), name, archived); err != nil {
							t.Fatalf("%s: archived again after %v: %v", name, failed, err)
						}
						closedTo(t, room, bob, late)
					}
					if got := read(t, s, name); got.Archived || got.HalfArchived {
						if err := s.Reopen(t.Context(), name, live(name)); err != nil {
							t.Fatalf("%s: reopened again: %v", name, err)
						}
					}
					if diff := cmp.Diff(before, readFull(t, c, room)); diff != "" && !lost.Load() {
						t.Errorf("%s: reopened it is not as it was:\n%s", name, diff)
					}
					if got := read(t, s, name); got.Archived || got.HalfArchived {
						t.Errorf("%s: reopened it is %+v", name, got)
					}
					if !met {
						break
					}
				}
			}
			if half < 5 {
				t.Errorf("the test shows little: %d half reopened", half)
			}
		})
	}
}

// TestTakenNicks has the nicks that the program enters the room under taken:
// one of them does not matter, and when all are the room stays as it was.
func TestTakenNicks(t *testing.T) {
	t.Parallel()
	for _, server := range stepwise {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			p := server.start(t)
			w, c := newTap(t, p), dial(t, config(t, p))
			s, err := xmppadmin.Open(t.Context(), dial(t, w.through(t, p)), p.Service, "auto")
			if err != nil {
				t.Fatal(err)
			}
			bob := participant(t, p, "bob")
			room := furnish(t, s, c, bob, "quic")
			before := readFull(t, c, room)
			taken := func(n int) func(xmpptest.Element) fate {
				return func(in xmpptest.Element) fate {
					if kindOf(in) != "join" || n == 0 {
						return pass
					}
					n--
					return conflict
				}
			}
			w.on(taken(3))
			err = s.Archive(t.Context(), "quic", archived)
			if err == nil || errors.Is(err, xmppadmin.ErrExists) || !strings.Contains(err.Error(), "nick") {
				t.Errorf("all nicks are taken, and the error is %v", err)
			}
			if diff := cmp.Diff(before, readFull(t, c, room)); diff != "" {
				t.Errorf("all nicks are taken, and the room has changed:\n%s", diff)
			}
			w.on(taken(2))
			if err := s.Archive(t.Context(), "quic", archived); err != nil {
				t.Fatal(err)
			}
			closedTo(t, room, bob)
			w.on(taken(2))
			if err := s.Create(t.Context(), "tls", live("tls")); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestLongBackupsAreReplaced archives a room with many members whose archiving
// was killed before, and that has got another one since. That one is killed too,
// at each of the elements in which it saves what is to come back.
func TestLongBackupsAreReplaced(t *testing.T) {
	t.Parallel()
	const members = 80 // of three elements
	member := func(localpart string) xep.ListItem {
		return xep.ListItem{JID: localpart + "@example.org", Affiliation: "member"}
	}
	for _, server := range stepwise[1:3] {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			p := server.start(t)
			w, c := newTap(t, p), dial(t, config(t, p))
			s, err := xmppadmin.Open(t.Context(), c, p.Service, "auto")
			if err != nil {
				t.Fatal(err)
			}
			for n, more := 1, true; more; n++ {
				name := fmt.Sprintf("room%d", n)
				room := name + "@rooms.example.org"
				create(t, s, name, live(name))
				for i := range members {
					if err := xep.Affiliate(t.Context(), c, room, member(fmt.Sprintf("m%0900d", i))); err != nil {
						t.Fatal(err)
					}
				}
				want := readFull(t, c, room).Affiliations
				archive := func(ctx context.Context, s *xmppadmin.Service) error { return s.Archive(ctx, name, archived) }
				if !killed(t, w, p, "set http://jabber.org/protocol/muc#admin item", members, archive) {
					t.Fatal("archiving did not take the members away")
				}
				if err := xep.Affiliate(t.Context(), c, room, member("another")); err != nil {
					t.Fatal(err)
				}
				more = killed(t, w, p, "set jabber:iq:private archived", n, archive)
				if err := s.Reopen(t.Context(), name, live(name)); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				got := readFull(t, c, room).Affiliations
				delete(got, "another@example.org")
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("killed at element %d (-want +got):\n%.1000s", n, diff)
				}
			}
		})
	}
}

// killed runs do behind a tap, and kills it when the server has answered its nth
// request of a kind. It reports false where there was none.
func killed(t *testing.T, w *tap, p *fixtures.Server, kind string, n int, do func(context.Context, *xmppadmin.Service) error) bool {
	t.Helper()
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	var seen atomic.Int32
	w.on(func(in xmpptest.Element) fate {
		if kindOf(in) != kind || int(seen.Add(1)) != n {
			return pass
		}
		kill()
		return cutAfter
	})
	c, err := session.Dial(t.Context(), w.through(t, p))
	if err != nil {
		t.Fatal(err)
	}
	s, err := xmppadmin.Open(t.Context(), c, p.Service, "auto")
	if err != nil {
		t.Fatal(err)
	}
	_ = do(ctx, s)
	_ = c.Close()
	w.serving.Wait()
	return int(seen.Load()) >= n
}
