package xmppadmin_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster/fixtures"
	"muster/fixtures/ejabberd"
	"muster/fixtures/xmpptest"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// withSubscriptions lets users of ejabberd subscribe to rooms: they receive and
// send without being there.
const withSubscriptions = "default_room_options: {mam: true, allow_subscription: true}"

// as logs in as another user, for what a participant does not do.
func as(t *testing.T, p *fixtures.Server, account string) *session.Client {
	t.Helper()
	cfg := config(t, p)
	cfg.JID = account + "@" + p.Domain
	return dial(t, cfg)
}

func TestSubscribersCannotSpeakInAnArchivedRoom(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) *fixtures.Server{
		"ejabberd": onEjabberd(ejabberd.Options{MUC: withSubscriptions}),
		"owner":    onEjabberd(ejabberd.Options{MUC: withSubscriptions, NoAdhocAPI: true}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			c := dial(t, config(t, p))
			s, err := xmppadmin.Open(t.Context(), c, p.Service, "auto")
			if err != nil {
				t.Fatal(err)
			}
			const room = "quic@rooms.example.org"
			create(t, s, "quic", live("quic"))
			sub := xep.Subscription{Nick: "bobby"}
			if err := xep.Subscribe(t.Context(), as(t, p, "bob"), room, sub); err != nil {
				t.Fatal(err)
			}
			before, err := xep.Subscriptions(t.Context(), c, room)
			if err != nil || len(before) != 1 {
				t.Fatalf("the test shows nothing: the subscriptions are %v, %v", before, err)
			}
			config := readFull(t, c, room)
			if err := s.Archive(t.Context(), "quic", archived); err != nil {
				t.Fatal(err)
			}
			bob := participant(t, p, "bob")
			if err := bob.Say(t.Context(), room, "I am not even here"); !refused(err) {
				t.Errorf("a subscriber can speak in an archived room (%v)", err)
			}
			closedTo(t, room, bob)
			if err := s.Reopen(t.Context(), "quic", live("quic")); err != nil {
				t.Fatal(err)
			}
			after, err := xep.Subscriptions(t.Context(), c, room)
			if diff := cmp.Diff(before, after); err != nil || diff != "" {
				t.Errorf("the subscriptions after reopening (%v):\n%s", err, diff)
			}
			if diff := cmp.Diff(config, readFull(t, c, room)); diff != "" {
				t.Errorf("the room after reopening:\n%s", diff)
			}
		})
	}
}

// TestNickChangesWhileARoomIsArchived has bob change his nick as fast as he can.
func TestNickChangesWhileARoomIsArchived(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		bob := participant(t, p, "bob")
		for i := range 3 {
			name := fmt.Sprintf("room%d", i)
			room := name + "@rooms.example.org"
			create(t, s, name, live(name))
			if err := bob.Join(t.Context(), room, "bob"); err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			var changing sync.WaitGroup
			changing.Go(func() {
				for n := 0; ctx.Err() == nil; n++ {
					_ = bob.Join(t.Context(), room, fmt.Sprintf("bob%d", n))
				}
			})
			err := s.Archive(t.Context(), name, archived)
			stop()
			changing.Wait()
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			closedTo(t, room, bob)
		}
	})
}

// TestRolesThatComeBack has users come back to an archived room to whom
// reopening it had given a voice, or an affiliation that was taken away since.
// ejabberd gives users in a moderated room the role that they had before.
func TestRolesThatComeBack(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		const room = "quic@rooms.example.org"
		create(t, s, "quic", live("quic"))
		secretary := participant(t, p, "muster")
		if err := secretary.Affiliate(t.Context(), room, "alice@example.org", "admin"); err != nil {
			t.Fatal(err)
		}
		if err := s.Archive(t.Context(), "quic", archived); err != nil {
			t.Fatal(err)
		}
		st, err := as(t, p, "bob").Stream(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		stay, err := xep.Join(t.Context(), st, room, "bob", "")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Reopen(t.Context(), "quic", live("quic")); err != nil {
			t.Fatal(err)
		}
		stay.Leave(t.Context())
		if err := secretary.Affiliate(t.Context(), room, "alice@example.org", "none"); err != nil {
			t.Fatal(err)
		}
		if err := s.Archive(t.Context(), "quic", archived); err != nil {
			t.Fatal(err)
		}
		closedTo(t, room, participant(t, p, "bob"), participant(t, p, "alice"))
		if err := secretary.Join(t.Context(), room, "secretary"); err != nil {
			t.Fatal(err)
		}
		if err := secretary.Say(t.Context(), room, "owners speak"); err != nil {
			t.Errorf("in the archived room an owner cannot speak: %v", err)
		}
	})
}

// TestVoicesByHandAreNamed archives a room in which a user who is away was given a
// voice by hand. Where the server gives it back, archiving says so; nowhere else.
func TestVoicesByHandAreNamed(t *testing.T) {
	t.Parallel()
	for _, server := range servers {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			p := server.start(t)
			s := open(t, p, "auto")
			var remarks []string
			s.OnWarning(func(room, text string) { remarks = append(remarks, room+": "+text) })
			const room = "quic@rooms.example.org"
			create(t, s, "quic", live("quic"))
			st, err := as(t, p, "bob").Stream(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			stay, err := xep.Join(t.Context(), st, room, "bob", "")
			if err != nil {
				t.Fatal(err)
			}
			chair, err := as(t, p, "muster").Stream(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			chairs, err := xep.Join(t.Context(), chair, room, "chair", "")
			if err != nil {
				t.Fatal(err)
			}
			for _, role := range []string{"visitor", "participant"} {
				if err := xep.SetRole(t.Context(), chair, room, "bob", role); err != nil {
					t.Fatal(err)
				}
			}
			stay.Leave(t.Context())
			chairs.Leave(t.Context())
			wait(t, "the room is empty", func() bool { return read(t, s, "quic").Occupants == 0 })
			if err := s.Archive(t.Context(), "quic", archived); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(server.name, "ejabberd") {
				if len(remarks) > 0 {
					t.Errorf("the remarks are %q", remarks)
				}
				closedTo(t, room, participant(t, p, "bob"))
				return
			}
			if len(remarks) != 1 || !strings.HasPrefix(remarks[0], "quic: archived, and only owners can speak, with one exception: ") {
				t.Errorf("the remarks are %q", remarks)
			}
			bob := participant(t, p, "bob")
			if err := bob.Join(t.Context(), room, "bob"); err != nil {
				t.Fatal(err)
			}
			if err := bob.Say(t.Context(), room, "still here"); err != nil {
				t.Errorf("the remark is not true: %v", err)
			}
		})
	}
}

func TestPasswordProtectedRoomIsArchived(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		const room = "quic@rooms.example.org"
		c := dial(t, config(t, p))
		set := live("quic")
		set[xmppadmin.Password] = "secret"
		create(t, s, "quic", set)
		for range 2 { // the first look at a new room may be another than the next
			if got := read(t, s, "quic").Settings[xmppadmin.Password]; got != xmppadmin.HiddenPassword {
				t.Errorf("the password is shown as %q", got)
			}
		}
		before := readFull(t, c, room)
		if err := s.Archive(t.Context(), "quic", archived); err != nil {
			t.Fatal(err)
		}
		if got := read(t, s, "quic"); !got.Archived {
			t.Errorf("the room is %+v", got)
		}
		if err := s.Reopen(t.Context(), "quic", set); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, readFull(t, c, room)); diff != "" {
			t.Errorf("archived and reopened it has changed:\n%s", diff)
		}
	})
}

// TestTitlesThatAreTooLongOnceArchived: the server refuses the title, and the
// room stays as it was.
func TestTitlesThatAreTooLongOnceArchived(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) *fixtures.Server{
		"ejabberd": onEjabberd(ejabberd.Options{MUC: "max_room_name: 20"}),
		"owner":    onEjabberd(ejabberd.Options{MUC: "max_room_name: 20", NoAdhocAPI: true}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			c := dial(t, config(t, p))
			s, err := xmppadmin.Open(t.Context(), c, p.Service, "auto")
			if err != nil {
				t.Fatal(err)
			}
			room := furnish(t, s, c, participant(t, p, "bob"), "quic")
			set := xmppadmin.Settings{xmppadmin.Title: "quic: a title"}
			if err := s.Configure(t.Context(), "quic", set); err != nil {
				t.Fatal(err)
			}
			before := readFull(t, c, room)
			if err := s.Archive(t.Context(), "quic", set); err == nil {
				t.Error("the server refuses the title, and there is no error")
			}
			if diff := cmp.Diff(before, readFull(t, c, room)); diff != "" {
				t.Errorf("the server refuses the title, and the room has changed:\n%s", diff)
			}
		})
	}
}

// handedBack archives and reopens a room, with what happens in between.
func handedBack(t *testing.T, s *xmppadmin.Service, name string, between func()) {
	t.Helper()
	if err := s.Archive(t.Context(), name, archived); err != nil {
		t.Fatal(err)
	}
	between()
	if err := s.Reopen(t.Context(), name, live(name)); err != nil {
		t.Fatal(err)
	}
}

// TestRightsThatChangeWhileARoomIsArchived: what an owner has decided meanwhile
// wins over what was remembered.
func TestRightsThatChangeWhileARoomIsArchived(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		c := dial(t, config(t, p))
		room := furnish(t, s, c, participant(t, p, "bob"), "quic")
		want := readFull(t, c, room)
		handedBack(t, s, "quic", func() {
			for jid, affiliation := range map[string]string{
				"carol@example.org": "outcast", "dave@example.org": "admin", "frank@example.org": "owner",
			} {
				item := xep.ListItem{JID: jid, Affiliation: affiliation}
				if err := xep.Affiliate(t.Context(), c, room, item); err != nil {
					t.Fatal(err)
				}
				want.Affiliations[jid] = item
			}
		})
		if diff := cmp.Diff(want.Affiliations, readFull(t, c, room).Affiliations); diff != "" {
			t.Errorf("after reopening:\n%s", diff)
		}
	})
}

// TestRightsThatWereTakenAwayStayAway: what was remembered at an earlier
// archiving has no part in the next.
func TestRightsThatWereTakenAwayStayAway(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		c := dial(t, config(t, p))
		room := furnish(t, s, c, participant(t, p, "bob"), "quic")
		handedBack(t, s, "quic", func() {})
		for _, jid := range []string{"alice@example.org", "dave@example.org"} {
			if err := xep.Affiliate(t.Context(), c, room, xep.ListItem{JID: jid, Affiliation: "none"}); err != nil {
				t.Fatal(err)
			}
		}
		want := readFull(t, c, room)
		handedBack(t, s, "quic", func() {})
		if diff := cmp.Diff(want, readFull(t, c, room)); diff != "" {
			t.Errorf("after the second archiving and reopening:\n%s", diff)
		}
	})
}

// TestRightsOfAnEarlierRoomStayAway destroys an archived room and makes it anew.
func TestRightsOfAnEarlierRoomStayAway(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		c := dial(t, config(t, p))
		room := furnish(t, s, c, participant(t, p, "bob"), "quic")
		if err := s.Archive(t.Context(), "quic", archived); err != nil {
			t.Fatal(err)
		}
		if err := xep.DestroyRoom(t.Context(), c, room, xep.Destruction{}); err != nil {
			t.Fatal(err)
		}
		wait(t, "the room is gone", func() bool { return read(t, s, "quic").State == xmppadmin.Absent })
		create(t, s, "quic", live("quic"))
		want := readFull(t, c, room)
		handedBack(t, s, "quic", func() {})
		if diff := cmp.Diff(want, readFull(t, c, room)); diff != "" {
			t.Errorf("made anew, archived and reopened it has changed:\n%s", diff)
		}
	})
}

// TestRegisteredNicksAndReasonsComeBack compares all that the server keeps with
// an affiliation.
func TestRegisteredNicksAndReasonsComeBack(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		c := dial(t, config(t, p))
		room := furnish(t, s, c, participant(t, p, "bob"), "quic")
		item := xep.ListItem{JID: "bob@example.org", Affiliation: "member", Nick: "Bobby", Reason: "he keeps <the> minutes"}
		if err := xep.Affiliate(t.Context(), c, room, item); err != nil {
			t.Fatal(err)
		}
		want := readFull(t, c, room)
		if got := want.Affiliations["bob@example.org"]; got.Nick+got.Reason == "" {
			t.Fatalf("the test shows nothing: the server keeps %+v", got)
		}
		handedBack(t, s, "quic", func() {})
		if diff := cmp.Diff(want, readFull(t, c, room)); diff != "" {
			t.Errorf("after reopening:\n%s", diff)
		}
	})
}

// TestLostBackup reopens a room whose backup is gone: it is open, and the
// caller learns that its administrators are not known.
func TestLostBackup(t *testing.T) {
	t.Parallel()
	for _, server := range stepwise {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			p := server.start(t)
			c := dial(t, config(t, p))
			s, err := xmppadmin.Open(t.Context(), c, p.Service, "auto")
			if err != nil {
				t.Fatal(err)
			}
			var remarks []string
			s.OnWarning(func(room, text string) { remarks = append(remarks, room+": "+text) })
			bob := participant(t, p, "bob")
			room := furnish(t, s, c, bob, "quic")
			want := readFull(t, c, room).Fields
			handedBack(t, s, "quic", func() {
				if err := xep.SetPrivateText(t.Context(), c, c.JID(), "urn:x-muster:archived:"+room, "archived", ""); err != nil {
					t.Fatal(err)
				}
			})
			if diff := cmp.Diff(want, readFull(t, c, room).Fields); diff != "" {
				t.Errorf("after reopening:\n%s", diff)
			}
			alice := participant(t, p, "alice")
			if err := alice.Join(t.Context(), room, "alice"); err != nil {
				t.Fatal(err)
			}
			for _, user := range []*xmpptest.Participant{bob, alice} {
				if err := user.Say(t.Context(), room, "again"); err != nil {
					t.Errorf("in the reopened room a user cannot speak: %v", err)
				}
			}
			if !slices.ContainsFunc(remarks, func(r string) bool {
				return r == "quic: what archiving changed is not in the private storage of muster@example.org any more: "+
					"the room is open again, but its administrators and members are not known"
			}) {
				t.Errorf("the remarks are %q", remarks)
			}
		})
	}
}

// TestManyMembers archives and reopens a room with more members than the names
// of which fit into a stanza that the servers accept.
func TestManyMembers(t *testing.T) {
	t.Parallel()
	for _, server := range stepwise[1:3] {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			p := server.start(t)
			c := dial(t, config(t, p))
			s, err := xmppadmin.Open(t.Context(), c, p.Service, "auto")
			if err != nil {
				t.Fatal(err)
			}
			room := furnish(t, s, c, participant(t, p, "bob"), "quic")
			const n = 320
			errs := make(chan error, n)
			for i := range n {
				go func() {
					errs <- xep.Affiliate(t.Context(), c, room, xep.ListItem{
						JID: fmt.Sprintf("m%0900d@example.org", i), Affiliation: "member",
					})
				}()
			}
			for range n {
				if err := <-errs; err != nil {
					t.Fatal(err)
				}
			}
			want := readFull(t, c, room)
			handedBack(t, s, "quic", func() {
				if got := readFull(t, c, room).Affiliations; len(got) != 2 { // the owner, and who is banned
					t.Errorf("the archived room has %d affiliations", len(got))
				}
			})
			if diff := cmp.Diff(want, readFull(t, c, room)); diff != "" {
				t.Errorf("after reopening:\n%.2000s", diff)
			}
			if n := c.Stats().Streams; n != 1 {
				t.Errorf("it took %d streams", n)
			}
		})
	}
}
