package xmppadmin_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"mellium.im/xmpp/jid"

	"muster/fixtures/xmpptest"
	"muster/xmppadmin"
	"muster/xmppadmin/xep"
)

// refusedAddress is one that servers let through and JID preparation refuses:
// its nick is an emoji that the tables of Unicode did not know when they were
// made.
const refusedAddress = "quic@rooms.example.org/\U0001FAE9"

// TestAddressesThatAreRefused has a stranger with such a nick in every room
// that is joined, before and after it is, and asking for things.
func TestAddressesThatAreRefused(t *testing.T) {
	t.Parallel()
	if _, err := jid.Parse(refusedAddress); err == nil {
		t.Fatal("the library takes the address: the test tests nothing")
	}
	o, h := startOpenfire(t)
	c := dial(t, config(t, h))
	s, err := xmppadmin.Open(t.Context(), c, h.Service, "auto")
	if err != nil {
		t.Fatal(err)
	}
	const x = "<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/></x>"
	strange := map[string]string{ // by what comes before the answer
		"presence":                  "<presence from='" + refusedAddress + "'>" + x + "</presence>",
		"presence of another room":  "<presence from='other@rooms.example.org/\U0001FAE9'>" + x + "</presence>",
		"presence without an end":   "<presence from='" + refusedAddress + "' type='unavailable'/>",
		"an error":                  "<presence from='other@rooms.example.org/\U0001FAE9' type='error'><error type='cancel'/></presence>",
		"a message":                 "<message type='groupchat' from='" + refusedAddress + "'><body>hi</body></message>",
		"a request":                 "<iq type='get' id='p1' from='" + refusedAddress + "'><ping xmlns='urn:xmpp:ping'/></iq>",
		"a request to change":       "<iq type='set' id='p2' from='" + refusedAddress + "'><query xmlns='jabber:iq:roster'/></iq>",
		"an answer to nothing":      "<iq type='result' id='nothing' from='" + refusedAddress + "'/>",
		"an address that is none":   "<presence from='@@//'/><iq type='get' id='p3' from='@@//'><ping xmlns='urn:xmpp:ping'/></iq>",
		"a request without address": "<iq type='get' id='p4'><ping xmlns='urn:xmpp:ping'/></iq>",
		"our own farewell": "<presence from='quic@rooms.example.org/muster' type='unavailable'>" +
			"<x xmlns='http://jabber.org/protocol/muc#user'><item/><status code='110'/></x></presence>",
		"a presence like no other": "<presence from='" + refusedAddress + "'>" +
			"<x xmlns='http://jabber.org/protocol/muc#user'><item/><status/></x><priority>high</priority></presence>",
	}
	o.Mu.Lock()
	plain := o.Answer
	sent := ""
	o.Answer = func(from string, in xmpptest.Element) string {
		if in.Attr("type") == "error" {
			return "" // an answer to what was sent
		}
		return sent + plain(from, in) + sent
	}
	o.Mu.Unlock()
	for what, stanzas := range strange {
		name := strings.ReplaceAll(what, " ", "-")
		o.Mu.Lock()
		sent = strings.ReplaceAll(stanzas, "quic@", name+"@")
		o.Mu.Unlock()
		create(t, s, name, live(what))
		if got := read(t, s, name); got.Settings[xmppadmin.Title] != what {
			t.Errorf("%s: the room is %+v", what, got)
		}
	}
	if n := c.Stats().Streams; n != 1 {
		t.Errorf("it took %d streams", n)
	}
	strangerIn := func(room string) string { return strings.Replace(refusedAddress, "quic", room, 1) }
	for id, to := range map[string]string{"p1": strangerIn("a-request"), "p2": strangerIn("a-request-to-change"), "p3": "@@//", "p4": ""} {
		answers := o.Heard(func(in xmpptest.Element) bool { return in.Name.Local == "iq" && in.Attr("id") == id })
		if len(answers) == 0 {
			t.Errorf("request %s was not answered", id)
			continue
		}
		if a := answers[0]; a.Attr("type") != "error" || a.Attr("to") != to || a.Child("error").Child("service-unavailable").Name.Local == "" {
			t.Errorf("request %s is answered with %+v", id, a)
		}
	}
}

// TestStanzasCutInHalf ends the connection in the middle of an answer: a look
// is asked again, a change is not, and the next request goes on.
func TestStanzasCutInHalf(t *testing.T) {
	t.Parallel()
	for _, cut := range []struct {
		name string
		at   func(answer string) int
	}{
		{"in the first tag", func(string) int { return 5 }},
		{"behind the first tag", func(a string) int { return strings.Index(a, ">") + 1 }},
		{"in the middle", func(a string) int { return len(a) / 2 }},
		{"before the last tag", func(a string) int { return strings.LastIndex(a, "<") }},
		{"before the last letter", func(a string) int { return len(a) - 1 }},
	} {
		t.Run(cut.name, func(t *testing.T) {
			t.Parallel()
			o, h := startOpenfire(t)
			c := dial(t, config(t, h))
			s, err := xmppadmin.Open(t.Context(), c, h.Service, "auto")
			if err != nil {
				t.Fatal(err)
			}
			create(t, s, "quic", live("quic"))
			cuts := 0
			// cutFirst cuts the next answer to one kind of request.
			cutFirst := func(kind, space string) {
				o.Mu.Lock()
				defer o.Mu.Unlock()
				plain := o.take
				o.Answer = func(from string, in xmpptest.Element) string {
					answer := plain(from, in)
					if in.Attr("type") == kind && in.Payload().Name.Space == space {
						o.Answer = plain
						cuts++
						return answer[:cut.at(answer)] + xmpptest.HangUp
					}
					return answer
				}
			}
			for _, space := range []string{"disco#info", "muc#owner", "muc#admin"} {
				cutFirst("get", "http://jabber.org/protocol/"+space)
				if got := read(t, s, "quic"); got.State != xmppadmin.Exists || !got.Managed {
					t.Errorf("%s: a look gives %+v", space, got)
				}
			}
			cutFirst("set", "http://jabber.org/protocol/muc#owner")
			err = s.Configure(t.Context(), "quic", xmppadmin.Settings{xmppadmin.Title: "changed"})
			if !errors.Is(err, xmppadmin.ErrInterrupted) || !strings.Contains(err.Error(), "quic") {
				t.Errorf("a change whose answer was cut gives %v", err)
			}
			if n := len(o.Heard(func(in xmpptest.Element) bool {
				return in.Payload().Fields()["muc#roomconfig_roomname"] != nil && in.Payload().Fields()["muc#roomconfig_roomname"][0] == "changed"
			})); n != 1 {
				t.Errorf("it was sent %d times", n)
			}
			if got := read(t, s, "quic"); got.Settings[xmppadmin.Title] != "changed" {
				t.Errorf("the next look gives %+v", got)
			}
			o.Mu.Lock()
			defer o.Mu.Unlock()
			if cuts != 4 || c.Stats().Streams != 5 {
				t.Errorf("%d answers were cut, and it took %d streams", cuts, c.Stats().Streams)
			}
		})
	}
}

// TestUnansweredCommands: a command ends with the time allowed.
func TestUnansweredCommands(t *testing.T) {
	t.Parallel()
	_, h := xmpptest.NewResponder(t, func(_ string, in xmpptest.Element) string {
		if in.Payload().Name.Local == "command" {
			return ""
		}
		return chatService(in)
	})
	cfg := config(t, h)
	cfg.Timeout = 2 * time.Second
	c := dial(t, cfg)
	_, err := xep.Execute(t.Context(), c, "rooms.example.org", aNode, fillNothing)
	if !errors.Is(err, xmppadmin.ErrInterrupted) || !strings.Contains(err.Error(), "no answer within 2s") || !strings.Contains(err.Error(), aNode) {
		t.Errorf("the error is %v", err)
	}
	if nodes, err := xep.Commands(t.Context(), c, "example.org"); err != nil || len(nodes) != 0 {
		t.Errorf("the next request is answered with %q, %v", nodes, err)
	}
}

// TestEndedRequestsHarmNoOthers gives up many requests while others are made.
// The library marks the end of each by a deadline on the connection itself.
func TestEndedRequestsHarmNoOthers(t *testing.T) {
	t.Parallel()
	_, h := xmpptest.NewResponder(t, func(_ string, in xmpptest.Element) string {
		if in.Attr("to") == "silent.example.org" {
			return ""
		}
		return chatService(in)
	})
	c := dial(t, config(t, h))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				ctx, giveUp := context.WithCancel(t.Context())
				giveUp()
				_, _ = xep.Commands(ctx, c, "silent.example.org")
				if _, err := xep.Commands(t.Context(), c, "rooms.example.org"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := c.Stats().Streams; n != 1 {
		t.Errorf("it took %d streams", n)
	}
}
