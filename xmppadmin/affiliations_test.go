package xmppadmin_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster/fixtures"
	"muster/xmppadmin"
	"muster/xmppadmin/xep"
)

// affiliations returns those of the room quic, and fails the test on an error.
func affiliations(t *testing.T, s *xmppadmin.Service) map[string]string {
	t.Helper()
	all, err := s.Affiliations(t.Context(), "quic")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestAffiliations gives and takes affiliations, and compares all that the server
// keeps of each user before and after.
func TestAffiliations(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		c := dial(t, config(t, p))
		room := furnish(t, s, c, participant(t, p, "bob"), "quic")
		want := map[string]string{
			"muster@example.org": "owner", "alice@example.org": "admin", "carol@example.org": "admin",
			"dave@example.org": "member", "erin@example.org": "outcast",
		}
		if diff := cmp.Diff(want, affiliations(t, s)); diff != "" {
			t.Errorf("affiliations (-want +got):\n%s", diff)
		}
		known := xep.ListItem{JID: "bob@example.org", Affiliation: "member", Nick: "Bobby", Reason: "he keeps <the> minutes"}
		if err := xep.Affiliate(t.Context(), c, room, known); err != nil {
			t.Fatal(err)
		}
		before := readFull(t, c, room)
		for _, set := range []struct{ user, affiliation string }{
			{"Bob@EXAMPLE.org", "admin"}, {"bob@example.org", "admin"}, {"carol@example.org", "none"}, {"carol@example.org", "none"},
			{"frank@example.org", "admin"}, {"erin@example.org", "none"}, {"dave@example.org", "outcast"}, {"alice@example.org", "owner"},
		} {
			if err := s.SetAffiliation(t.Context(), "quic", set.user, set.affiliation); err != nil {
				t.Errorf("make %s %s: %v", set.user, set.affiliation, err)
			}
		}
		want = map[string]string{
			"muster@example.org": "owner", "alice@example.org": "owner", "bob@example.org": "admin", "frank@example.org": "admin",
			"dave@example.org": "outcast",
		}
		if diff := cmp.Diff(want, affiliations(t, s)); diff != "" {
			t.Errorf("changed affiliations (-want +got):\n%s", diff)
		}
		after := readFull(t, c, room)
		was, is := before.Affiliations["bob@example.org"], after.Affiliations["bob@example.org"]
		if was.Nick != is.Nick || was.Reason != is.Reason || was.Nick+was.Reason == "" {
			t.Errorf("the server had %+v, and has %+v", was, is)
		}
		if diff := cmp.Diff(before.Fields, after.Fields); diff != "" {
			t.Errorf("the configuration has changed:\n%s", diff)
		}
	})
}

// TestAffiliationsRefused is what is not an affiliation of a user, or must not be
// changed: it is an error, and changes nothing.
func TestAffiliationsRefused(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		create(t, s, "quic", live("quic"))
		create(t, byHand(t, p, "alice"), "hers", live("hers"))
		for name, c := range map[string]struct{ room, user, affiliation, want string }{
			"itself":       {"quic", "Muster@example.org", "none", "this account itself"},
			"a resource":   {"quic", "bob@example.org/phone", "admin", "not the bare address of a user"},
			"a domain":     {"quic", "example.org", "outcast", "not the bare address of a user"},
			"no address":   {"quic", "@", "admin", "not an address"},
			"a role":       {"quic", "bob@example.org", "moderator", "not an affiliation"},
			"another room": {"hers", "bob@example.org", "admin", "hers"},
		} {
			err := s.SetAffiliation(t.Context(), c.room, c.user, c.affiliation)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if diff := cmp.Diff(map[string]string{"muster@example.org": "owner"}, affiliations(t, s)); diff != "" {
			t.Errorf("affiliations (-want +got):\n%s", diff)
		}
		if _, err := byHand(t, p, "bob").Affiliations(t.Context(), "hers"); !errors.Is(err, xmppadmin.ErrForbidden) {
			t.Errorf("the lists of another's room give %v", err)
		}
		if _, err := s.Affiliations(t.Context(), "nowhere"); !errors.Is(err, xmppadmin.ErrAbsent) {
			t.Errorf("the lists of no room give %v", err)
		}
		if err := s.Archive(t.Context(), "quic", archived); err != nil {
			t.Fatal(err)
		}
		if err := s.SetAffiliation(t.Context(), "quic", "bob@example.org", "admin"); err == nil || !strings.Contains(err.Error(), "archived") {
			t.Errorf("an administrator of an archived room: %v", err)
		}
	})
}

// TestFormerAdminsAreSilent archives a room whose administrator was made and
// unmade before, and is away: no voice comes back.
func TestFormerAdminsAreSilent(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		create(t, s, "quic", live("quic"))
		for _, affiliation := range []string{"admin", "none"} {
			if err := s.SetAffiliation(t.Context(), "quic", "alice@example.org", affiliation); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Archive(t.Context(), "quic", archived); err != nil {
			t.Fatal(err)
		}
		closedTo(t, "quic@rooms.example.org", participant(t, p, "alice"))
	})
}

// TestOwnersAndBansOutlastArchiving archives a room some of whose former
// administrators own it by now, or are banned.
func TestOwnersAndBansOutlastArchiving(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		create(t, s, "quic", live("quic"))
		for _, set := range []struct{ user, affiliation string }{
			{"alice@example.org", "admin"}, {"bob@example.org", "admin"}, {"alice@example.org", "owner"}, {"bob@example.org", "outcast"},
		} {
			if err := s.SetAffiliation(t.Context(), "quic", set.user, set.affiliation); err != nil {
				t.Fatal(err)
			}
		}
		want := map[string]string{"muster@example.org": "owner", "alice@example.org": "owner", "bob@example.org": "outcast"}
		if err := s.Archive(t.Context(), "quic", archived); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, affiliations(t, s)); diff != "" {
			t.Errorf("archived (-want +got):\n%s", diff)
		}
	})
}
