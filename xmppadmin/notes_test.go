package xmppadmin_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/fixtures"
	"muster/xmppadmin"
)

// TestNotes keeps notes on each server, where another session of the account
// finds them.
func TestNotes(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		expect := func(by *xmppadmin.Service, want map[string]xmppadmin.Note) {
			t.Helper()
			got, err := by.Notes(t.Context())
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("notes (-want +got): %v\n%s", err, diff)
			}
		}
		expect(s, nil)
		when := time.Date(2026, time.July, 20, 9, 0, 0, 0, time.UTC)
		notes := map[string]xmppadmin.Note{"quic": {Who: "anna <on> desk", When: when, Reason: "a \"rehearsal\" & more ☃"}, "tls": {Who: "bert", When: when}}
		for _, keep := range []map[string]xmppadmin.Note{notes, {"tls": notes["tls"]}} {
			if err := s.SetNotes(t.Context(), keep); err != nil {
				t.Fatal(err)
			}
			expect(s, keep)
			expect(byHand(t, p, "muster"), keep)
		}
		if err := s.SetNotes(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		expect(s, nil)
	})
}
