package component_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"muster/fixtures/xmpptest"
	"muster/frontdesk"
	"muster/xmppadmin"
)

// forgetful is an outbox that does not record the first message that was sent, as
// when the desk is killed before it could.
type forgetful struct {
	*fakeOutbox
	forgot atomic.Bool
}

func (o *forgetful) Sent(ctx context.Context, id int64, now time.Time) error {
	if o.forgot.CompareAndSwap(false, true) {
		return errors.New("killed")
	}
	return o.fakeOutbox.Sent(ctx, id, now)
}

func inRoom(id int64, room, body string) frontdesk.Message {
	return frontdesk.Message{ID: id, Medium: frontdesk.InRoom, Address: room, Body: body}
}

// TestAnnounceInRooms has the desk enter rooms on real servers, say each line once,
// and leave, although what it said first is not recorded.
func TestAnnounceInRooms(t *testing.T) {
	onEach(t, func(h *hosted, name string) {
		rooms, err := xmppadmin.Open(h.Context(), h.client("muster"), h.server.Service, "owner")
		if err != nil {
			h.Fatal(err)
		}
		for room, moderated := range map[string]string{"quic": xmppadmin.False, "tls": xmppadmin.True} {
			settings := xmppadmin.Settings{xmppadmin.Persistent: xmppadmin.True, xmppadmin.Moderated: moderated}
			if err := rooms.Create(h.Context(), room, settings); err != nil {
				h.Fatal(err)
			}
		}
		alice := xmpptest.NewStream(h.T, h.server, "alice")
		alice.Join("quic", "alice")
		alice.Until(func(e xmpptest.Element) bool {
			return e.Name.Local == "message" && e.Attr("from") == "quic@rooms.example.org"
		})
		outbox := &forgetful{fakeOutbox: h.outbox}
		serve(h.T, h.cfg, h.desk, outbox)
		h.outbox.add(inRoom(1, "quic@rooms.example.org", "The session has moved <&>."), inRoom(2, "quic@rooms.example.org", "It is over."))
		h.outbox.wait(h.T, 2)
		var said []string
		left := 0
		for left < 3 {
			e := alice.Read()
			switch from, gone := e.Attr("from"), e.Attr("type") == "unavailable"; {
			case from != "quic@rooms.example.org/IETF room desk":
			case e.Name.Local == "message":
				said = append(said, e.Child("body").Text)
			case gone:
				left++
			}
		}
		if got := strings.Join(said, " | "); got != "The session has moved <&>. | It is over." {
			h.Errorf("alice has heard %q", got)
		}
		h.outbox.add(inRoom(3, "quic@rooms.example.org/alice", "x"), inRoom(4, "quic@rooms.example.net", "x"), inRoom(5, "rooms.example.org", "x"))
		h.outbox.wait(h.T, 3)
		if !strings.HasPrefix(name, "prosody") {
			return // ejabberd gives newcomers a voice, and lets no component make a room
		}
		h.outbox.add(inRoom(6, "tls@rooms.example.org", "x"), inRoom(7, "nowhere@rooms.example.org", "x"))
		h.outbox.wait(h.T, 2)
		h.outbox.mu.Lock()
		defer h.outbox.mu.Unlock()
		for id, want := range map[int64]string{
			3: "is not a room of rooms.example.org", 4: "is not a room of", 5: "is not a room of", 6: "the room refuses it: ", 7: "the room refuses it: ",
		} {
			if got := h.outbox.failed[id]; !strings.Contains(got, want) {
				h.Errorf("message %d: %q", id, got)
			}
		}
	})
}
