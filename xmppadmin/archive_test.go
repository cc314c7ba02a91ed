package xmppadmin_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"mellium.im/xmpp/stanza"

	"muster/fixtures"
	"muster/fixtures/xmpptest"
	"muster/xmppadmin"
)

// archived are the settings that archiving a room sets besides closing it.
var archived = xmppadmin.Settings{
	xmppadmin.Title: "[archived] quic: QUIC", xmppadmin.Description: "Archived since 1 August 2026.",
}

func participant(t *testing.T, p *fixtures.Server, name string) *xmpptest.Participant {
	t.Helper()
	return xmpptest.NewParticipant(t, p, name)
}

func refused(err error) bool {
	var se stanza.Error
	return errors.As(err, &se)
}

func TestArchiveAndReopen(t *testing.T) {
	t.Parallel()
	onEach(t, checkArchiveAndReopen)
}

// checkArchiveAndReopen has two people in the room: bob, a member who is there
// when it is archived, and alice, who comes when it is.
func checkArchiveAndReopen(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
	const room = "quic@rooms.example.org"
	ctx := t.Context()
	create(t, s, "quic", live("quic: QUIC"))
	bob, alice := participant(t, p, "bob"), participant(t, p, "alice")
	if err := bob.Join(ctx, room, "bob"); err != nil {
		t.Fatal(err)
	}
	if err := bob.Say(ctx, room, "before"); err != nil {
		t.Fatal(err)
	}
	secretary := participant(t, p, "muster")
	if err := secretary.Affiliate(ctx, room, "bob@example.org", "member"); err != nil {
		t.Fatal(err)
	}

	if err := s.Archive(ctx, "quic", archived); err != nil {
		t.Fatal(err)
	}
	got := read(t, s, "quic")
	if got.State != xmppadmin.Exists || !got.Managed || !got.Archived || got.Settings[xmppadmin.Persistent] != xmppadmin.True ||
		got.Settings[xmppadmin.MessageArchive] != xmppadmin.True || got.Settings[xmppadmin.Title] != archived[xmppadmin.Title] {
		t.Errorf("the archived room is %+v", got)
	}
	if err := bob.Say(ctx, room, "still here"); !refused(err) {
		t.Errorf("a member who was there can speak in an archived room (%v)", err)
	}
	if err := alice.Join(ctx, room, "alice"); err != nil {
		t.Errorf("an archived room cannot be entered: %v", err)
	}
	if err := alice.Say(ctx, room, "too late"); !refused(err) {
		t.Errorf("a newcomer can speak in an archived room (%v)", err)
	}
	if err := alice.SetSubject(ctx, room, "too late"); !refused(err) {
		t.Errorf("a newcomer can change the subject of an archived room (%v)", err)
	}
	if history, err := alice.History(ctx, room); err != nil || !slices.Equal(history, []string{"before"}) {
		t.Errorf("the history of the archived room is %q, %v", history, err)
	}

	if err := s.Archive(ctx, "quic", archived); err != nil {
		t.Errorf("archiving an archived room: %v", err)
	}
	if diff := cmp.Diff(got.Settings, read(t, s, "quic").Settings); diff != "" {
		t.Errorf("archiving an archived room has changed it:\n%s", diff)
	}

	if err := p.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	want := live("quic: QUIC, again")
	if err := s.Reopen(ctx, "quic", want); err != nil {
		t.Fatal(err)
	}
	got = read(t, s, "quic")
	if got.Archived || !got.Managed {
		t.Errorf("the reopened room is %+v", got)
	}
	if diff := cmp.Diff(offered(want), got.Settings); diff != "" {
		t.Errorf("the reopened room (-want +got):\n%s", diff)
	}
	secretary = participant(t, p, "muster")
	if members, err := secretary.Affiliated(ctx, room, "member"); err != nil || !slices.Equal(members, []string{"bob@example.org"}) {
		t.Errorf("the members of the reopened room are %q, %v", members, err)
	}
	alice = participant(t, p, "alice")
	if err := alice.Join(ctx, room, "alice"); err != nil {
		t.Fatal(err)
	}
	if err := alice.Say(ctx, room, "after"); err != nil {
		t.Errorf("in the reopened room a newcomer cannot speak: %v", err)
	}
	if history, err := alice.History(ctx, room); err != nil || !slices.Equal(history, []string{"before", "after"}) {
		t.Errorf("the history of the reopened room is %q, %v", history, err)
	}
}
