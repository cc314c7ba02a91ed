package frontdesk_test

import (
	"fmt"
	"strings"
	"testing"

	"muster/frontdesk"
	"muster/xmppadmin"
)

// TestLookAlikesAreNamed has the secretariat see which letters an address has.
func TestLookAlikesAreNamed(t *testing.T) {
	t.Parallel()
	const fake = "\u0430lice@example.org"
	w := newWorld(t, func(w *world) { w.cfg.OpenToLocal = true })
	w.say(fake, "request hall Hall")
	a := w.run(amy, frontdesk.Step{Node: "review"})
	option := a.Form.Fields[1].Options[0].Label
	a = w.run(amy, frontdesk.Step{Node: "review", Session: a.Session})
	for where, text := range map[string]string{
		"the choice": option, "the stage": value(a, "by"), "chat": w.say(amy, "pending"), "the message": strings.Join(w.sent(amy), "\n"),
	} {
		if !strings.Contains(text, fake+" (contains U+0430)") {
			t.Errorf("%s has %q", where, text)
		}
	}
	all := w.command(amy, "all-requests", values("state", "all"))
	if err := w.store.Settle(t.Context(), frontdesk.Run{Superseded: []string{"hall"}}, w.now); err != nil {
		t.Fatal(err)
	}
	w.tick()
	for where, text := range map[string]string{"the list": value(all, "row1"), "a report": strings.Join(w.sent(amy), "\n")} {
		if !strings.Contains(text, fake+" (contains U+0430)") {
			t.Errorf("%s has %q", where, text)
		}
	}
	if r := w.request(1); r.Person != 0 || r.State != frontdesk.Superseded {
		t.Errorf("the request is %+v", r)
	}
}

// TestOneCannotFillTheDesk has one address ask without end.
func TestOneCannotFillTheDesk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.cfg.OpenToLocal = true })
	var refused string
	for i := range 30 {
		w.now = w.now.Add(1)
		if got := w.say(dave, fmt.Sprintf("request hall-%d Hall", i)); strings.HasPrefix(got, "Not done. ") {
			refused = got
		}
	}
	all, err := w.store.Requests(t.Context(), frontdesk.Filter{})
	if err != nil || len(all) != 10 || refused != "Not done. 10 of your requests wait already." {
		t.Errorf("%d requests, %v, then %q", len(all), err, refused)
	}
	if got := len(w.sent(amy)); got != 1 {
		t.Errorf("%d messages to the secretariat", got)
	}
}

// TestAllCannotFillTheDesk has many addresses ask.
func TestAllCannotFillTheDesk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.cfg.OpenToLocal, w.cfg.Quota.All = true, 12 })
	for i := range 20 {
		w.say(fmt.Sprintf("p%d@example.org", i), fmt.Sprintf("request hall-%d Hall", i))
	}
	if all, err := w.store.Requests(t.Context(), frontdesk.Filter{}); err != nil || len(all) != 12 {
		t.Errorf("%d requests, %v", len(all), err)
	}
}

// TestGroupQuota has the sixth room of a group wait.
func TestGroupQuota(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 6 {
		got := w.say([]string{alice, bob}[i%2], fmt.Sprintf("request quic-%d Team", i))
		if want := []string{"Done. ", "Waiting. "}[i/5]; !strings.HasPrefix(got, want) {
			t.Errorf("number %d: %q", i+1, got)
		}
	}
}

// TestSquatting has names be taken that are not the asker's.
func TestSquatting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rooms.reserved["quic-plenary"] = "a session has the room"
	for name, why := range map[string]string{
		"iab-dt":       "you have no role in the group iab",
		"foo-bar-dt":   "the group foo-bar is not active",
		"quic-taken":   "the group quic-taken is not active",
		"quic":         "the name is the acronym of the group quic",
		"hall":         "the room is for no group",
		"quic-plenary": "a session has the room",
	} {
		got := w.say(alice, "request "+name+" Team")
		if !strings.HasPrefix(got, "Waiting. ") || !strings.Contains(got, why) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if len(w.rooms.makes) != 0 {
		t.Errorf("made: %q", w.rooms.makes)
	}
}

// TestRoomsOfOthersAreNotAdopted has a room be there that others made.
func TestRoomsOfOthersAreNotAdopted(t *testing.T) {
	t.Parallel()
	for name, room := range map[string]xmppadmin.Room{
		"unmanaged": {State: xmppadmin.Exists}, "unmanaged, archived": {State: xmppadmin.Exists, Archived: true}, "unknown": {State: xmppadmin.Unknown},
	} {
		w := newWorld(t)
		w.rooms.rooms["quic-dt"] = room
		if got := w.say(alice, "request quic-dt Team"); !strings.HasPrefix(got, "Waiting. ") || len(w.rooms.makes) != 0 {
			t.Errorf("%s: %q, made: %q", name, got, w.rooms.makes)
		}
	}
}

// TestOthersRequestsAreOutOfReach has every order and command on a request of
// another person refused, in the same words as for one that is not there.
func TestOthersRequestsAreOutOfReach(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.live("quic-dt")
	w.link(dave, 9, "Carol Example")
	for _, order := range []string{"status %d", "withdraw %d", "extend %d until +60d"} {
		there, none := w.say(dave, fmt.Sprintf(order, 1)), w.say(dave, fmt.Sprintf(order, 99))
		if there == "" || strings.ReplaceAll(there, "1.", "") != strings.ReplaceAll(none, "99.", "") || !strings.HasPrefix(there, "Not done. ") {
			t.Errorf(order+": %q, and of none %q", 1, there, none)
		}
	}
	w.add(frontdesk.Request{Room: "hall", Title: "Hall", Purpose: "Hall", Until: "2026-12-24", JID: dave, Person: 9}, false)
	a := w.command(dave, "change-request", values("request", "1", "do", "withdraw"))
	if !a.Failed {
		t.Errorf("the answer is %+v", a)
	}
	if r := w.request(1); r.State != frontdesk.Live || r.Until != "2026-12-24" {
		t.Errorf("the request is %+v", r)
	}
}

// TestMarkupIsOutOfMessages has titles and names as people write them.
func TestMarkupIsOutOfMessages(t *testing.T) {
	t.Parallel()
	w := walkWorld(t)
	for jid, lines := range map[string][]string{
		amy: {"pending", "show 2", "rooms"}, dave: {"link", "yes", "whoami"}, "nasty@example.org": {"status", "status 2", "withdraw 2"},
	} {
		for _, line := range lines {
			if got := w.say(jid, line); got == "" || strings.ContainsAny(got, "<>&") {
				t.Errorf("%s: %q is answered with %q", jid, line, got)
			}
		}
	}
}

// TestLongValuesAreCut has values longer than any form needs.
func TestLongValuesAreCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := dt()
	v["title"], v["purpose"] = strings.Repeat("ä", 5000), strings.Repeat("b\n", 5000)
	w.command(alice, "request-room", v, nil)
	if r := w.request(1); len([]rune(r.Title)) > 200 || len([]rune(r.Purpose)) > 300 || strings.Contains(r.Purpose, "\n") {
		t.Errorf("title of %d, purpose of %d letters", len([]rune(r.Title)), len([]rune(r.Purpose)))
	}
	v["suffix"] = strings.Repeat("x", 5000)
	if a := w.command(alice, "request-room", v); a.Status != frontdesk.Asking || !a.Failed || len(a.Say) > 300 {
		t.Errorf("a long name: %+v", a)
	}
	if got := w.say(alice, "request quic-x "+strings.Repeat("long ", 5000)); !strings.HasPrefix(got, "Done. ") {
		t.Errorf("chat: %q", got)
	}
}

// TestStrangersCanDoNothing: to an address that the server does not vouch for every
// command but the list of rooms is refused, and so is every order in chat, whatever
// is kept of it and even where it is the secretariat's.
func TestStrangersCanDoNothing(t *testing.T) {
	t.Parallel()
	const stranger = "Not done. This desk cannot be sure of addresses of other servers. Use an address of example.org."
	asked := []string{"link", "link alice@mail.example", "yes", "code AAAA", "unlink", "request quic-dt Team", "status", "status 1",
		"withdraw 1", "extend 1 until +60d"}
	decides := []string{"pending", "show 1", "approve 1", "approve 1 as foo", "deny 1 because no", "deny", "approve"}
	for name, jid := range map[string]string{
		"another domain": eve, "a longer domain": "alice@example.org.elsewhere.example", "a domain that ends so": "alice@notexample.org",
		"a subdomain": "alice@guests.example.org", "no local part": "example.org",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(w *world) { w.cfg.Secretariat, w.cfg.OpenToLocal = []string{amy, jid}, true })
			w.link(jid, 7, "Alice Example")
			w.profile(7, "xmpp:"+jid)
			r := sample("quic-mine")
			r.JID = jid
			w.open(r)
			for _, node := range []string{"link", "request-room", "my-requests", "change-request", "review", "all-requests"} {
				if a := w.run(jid, frontdesk.Step{Node: node}); a.Status != frontdesk.Completed || !a.Failed || a.Say != stranger {
					t.Errorf("%s: %+v", node, a)
				}
			}
			for _, text := range asked {
				if got := w.say(jid, text); got != stranger && got != "" { // the same answer is given three times
					t.Errorf("%q: %q", text, got)
				}
			}
			for _, text := range decides {
				if got := w.say(jid, text); got != "I did not understand that; help says what I know." && got != "" {
					t.Errorf("%q: %q", text, got)
				}
			}
			if got := w.say(jid, "help"); strings.Contains(got, "approve") {
				t.Errorf("the help is %q", got)
			}
			if a := w.run(jid, frontdesk.Step{Node: "rooms"}); a.Failed {
				t.Errorf("the list of rooms: %+v", a)
			}
			all, err := w.store.Requests(t.Context(), frontdesk.Filter{})
			if err != nil || len(all) != 1 || all[0].State != frontdesk.Live || all[0].Until != r.Until {
				t.Errorf("the requests are %+v, %v", all, err)
			}
			if _, linked, err := w.store.LinkOf(t.Context(), jid); err != nil || !linked {
				t.Errorf("linked: %t, %v", linked, err)
			}
		})
	}
}
