package xmppadmin_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster/fixtures"
	"muster/xmppadmin"
	"muster/xmppadmin/xep"
)

// TestArchivedRoomsThatAreOpenedByHand has an owner change one field of an
// archived room, so that users can speak in it: it is not archived any more,
// whatever its title is, and archiving it again closes it.
func TestArchivedRoomsThatAreOpenedByHand(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		c := dial(t, config(t, p))
		for name, value := range map[string]string{"muc#roomconfig_moderatedroom": "0", "members_by_default": "1"} {
			room := furnish(t, s, c, participant(t, p, "bob"), "quic-"+value)
			before := readFull(t, c, room)
			if _, has := before.Fields[name]; !has {
				continue
			}
			if err := s.Archive(t.Context(), "quic-"+value, archived); err != nil {
				t.Fatal(err)
			}
			form := xep.NewSubmission(xep.FormRoomConfig).With(name, value)
			if err := xep.SubmitRoomForm(t.Context(), c, room, form); err != nil {
				t.Fatal(err)
			}
			if got := read(t, s, "quic-"+value); got.Archived || !got.HalfArchived {
				t.Errorf("%s is %s, and the room is %+v", name, value, got)
			}
			if err := s.Archive(t.Context(), "quic-"+value, archived); err != nil {
				t.Fatal(err)
			}
			if got := read(t, s, "quic-"+value); !got.Archived || got.HalfArchived {
				t.Errorf("%s: archived again it is %+v", name, got)
			}
			closedTo(t, room, participant(t, p, "bob"), participant(t, p, "alice"))
			if err := s.Reopen(t.Context(), "quic-"+value, live("quic-"+value)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(before, readFull(t, c, room)); diff != "" {
				t.Errorf("%s: reopened it is not as it was:\n%s", name, diff)
			}
		}
	})
}
