package component_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/fixtures"
	"muster/fixtures/ejabberd"
	"muster/fixtures/prosody"
	"muster/fixtures/xmpptest"
	"muster/frontdesk"
	"muster/frontdesk/component"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// hosted is a desk on a real server.
type hosted struct {
	*testing.T
	server   *fixtures.Server
	cfg      component.Config
	desk     *fakeDesk
	outbox   *fakeOutbox
	observer *observer
}

// onEach runs test with a desk on each kind of server, which is named by software
// and version.
func onEach(t *testing.T, test func(h *hosted, name string)) {
	t.Parallel()
	c := &fixtures.Component{Domain: domain, Secret: secret}
	for name, start := range map[string]func(*testing.T) *fixtures.Server{
		"prosody 0.12": func(t *testing.T) *fixtures.Server {
			return prosody.New(t, prosody.Options{Component: c, LogLevel: "info"})
		},
		"prosody 13": func(t *testing.T) *fixtures.Server {
			return prosody.New(t, prosody.Options{Component: c, LogLevel: "info", Version: "13"})
		},
		"ejabberd": func(t *testing.T) *fixtures.Server {
			return ejabberd.New(t, ejabberd.Options{Component: c, Modules: "mod_offline: {}\nmod_roster: {}"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t)
			h := &hosted{T: t, server: server, desk: new(fakeDesk), outbox: newOutbox(), observer: new(observer), cfg: component.Config{
				Domain: domain, Chat: "help", Name: "IETF room desk", Server: server.Domain, Service: server.Service,
				Address: server.ComponentAddr, Secret: secret, Limits: unlimited(), Outbox: 50 * time.Millisecond,
			}}
			h.cfg.Observer = h.observer
			test(h, name)
		})
	}
}

// open starts the desk and waits until it is connected.
func (h *hosted) open() {
	h.Helper()
	serve(h.T, h.cfg, h.desk, h.outbox)
	h.await("the desk is connected", func() bool { return h.observer.connected() })
}

// await waits until something is so.
func (h *hosted) await(what string, so func() bool) {
	h.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			h.Fatalf("not so: %s", what)
		}
	}
}

func (o *observer) connected() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.up) > 0 && o.up[len(o.up)-1]
}

// client logs in as the program itself does.
func (h *hosted) client(name string) *session.Client {
	h.Helper()
	roots, err := h.server.Roots()
	if err != nil {
		h.Fatal(err)
	}
	c, err := session.Dial(h.Context(), session.Config{
		JID: h.server.Account(name), Password: h.server.Accounts[name], Server: h.server.Addr, RootCAs: roots,
	})
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { c.Close() })
	return c
}

// TestOnServers goes through everything that a person does.
func TestOnServers(t *testing.T) {
	onEach(t, func(h *hosted, _ string) {
		h.open()
		ctx, alice := h.Context(), h.client("alice")
		listed, err := xep.Items(ctx, alice, h.server.Domain, "")
		if err != nil || !slices.ContainsFunc(listed, func(i xep.DiscoItem) bool { return i.JID == domain }) {
			h.Errorf("the server lists %v, %v", listed, err)
		}
		for _, at := range []string{domain, help} {
			nodes, err := xep.Commands(ctx, alice, at)
			if diff := cmp.Diff([]string{"request-room", "rooms"}, nodes); diff != "" || err != nil {
				h.Errorf("commands of %s (-want +got), %v:\n%s", at, err, diff)
			}
			info, err := xep.Info(ctx, alice, at)
			if err != nil || !info.Is("automation") || !info.Has(xep.FeatureCommands) {
				h.Errorf("%s is %+v, %v", at, info, err)
			}
		}
		var seen []string
		out, err := xep.Execute(ctx, alice, domain, "request-room", func(stage int, f *xep.Form) (xep.Form, error) {
			seen = append(seen, fmt.Sprintf("%d %s", stage, f.Title))
			return xep.NewSubmission("").With("group", "quic").With("suffix", "dt"), nil
		})
		if err != nil || out.Form == nil || out.Notes[0].Text != "Done. The room of alice@example.org is open." {
			h.Errorf("the command ended with %+v, %v", out, err)
		}
		if diff := cmp.Diff([]string{"1 Request a room", "2 Is this right?"}, seen); diff != "" {
			h.Errorf("stages (-want +got):\n%s", diff)
		}
		h.chats()
		h.isSubscribed()
		h.sendsNews()
		h.takesNoForgery()
	})
}

func (h *hosted) chats() {
	h.Helper()
	s := xmpptest.NewStream(h.T, h.server, "alice")
	for _, at := range []string{help, domain} {
		s.Send("<message type='chat' to='%s' id='1'><body>whoami</body></message>", at)
		got := s.Until(func(e xmpptest.Element) bool { return e.Name.Local == "message" })
		if got.Child("body").Text != "You said: whoami" || got.Attr("from") != at {
			h.Errorf("%s answers %+v", at, got)
		}
	}
}

// isSubscribed has alice subscribe to the desk and see its capabilities, then and
// whenever she comes back.
func (h *hosted) isSubscribed() {
	h.Helper()
	s := xmpptest.NewStream(h.T, h.server, "alice")
	s.Ask("get", "", "<query xmlns='jabber:iq:roster'/>")
	capable := func(e xmpptest.Element) bool {
		return e.Name.Local == "presence" && e.Attr("from") == help+"/desk" && e.Child("c").Attr("ver") != ""
	}
	s.Send("<presence/><presence type='subscribe' to='%s'/>", help)
	s.Until(capable)
	later := xmpptest.NewStream(h.T, h.server, "alice")
	later.Send("<presence/>")
	later.Until(capable)
}

// sendsNews has a message delivered to an account that is away, when it comes
// back, and one to an account that does not exist come back.
func (h *hosted) sendsNews() {
	h.Helper()
	h.outbox.add(news(1, "muster@example.org", "Request 12 waits."), news(2, "nobody@example.org", "x"))
	h.outbox.wait(h.T, 3) // sent, sent, bounced
	h.outbox.mu.Lock()
	defer h.outbox.mu.Unlock()
	if len(h.outbox.bounces) != 1 || !strings.HasPrefix(h.outbox.bounces[0], "2 nobody@example.org ") || len(h.outbox.sent) != 2 {
		h.Errorf("sent %v, came back %v", h.outbox.sent, h.outbox.bounces)
	}
	s := xmpptest.NewStream(h.T, h.server, "muster")
	s.Send("<presence/>")
	got := s.Until(func(e xmpptest.Element) bool { return e.Name.Local == "message" })
	if got.Child("body").Text != "Request 12 waits." || got.Attr("from") != help {
		h.Errorf("the account that was away got %+v", got)
	}
}

// takesNoForgery has alice claim to be another.
func (h *hosted) takesNoForgery() {
	h.Helper()
	s := xmpptest.NewStream(h.T, h.server, "alice")
	s.Send("<message type='chat' from='muster@example.org' to='%s'><body>forged</body></message>", help)
	// The server either corrects the sender or closes the stream.
	xmpptest.NewStream(h.T, h.server, "alice").Send("<message type='chat' to='%s'><body>after it</body></message>", help)
	h.await("the later message is there", func() bool { return slices.Contains(h.desk.heard(), "alice@example.org: after it") })
	for _, said := range h.desk.heard() {
		if strings.HasPrefix(said, "muster@") {
			h.Errorf("the desk believes that %q", said)
		}
	}
}

// TestServersRefuse has what a server says to a component that it does not want.
func TestServersRefuse(t *testing.T) {
	onEach(t, func(h *hosted, name string) {
		cfg := session.ComponentConfig{Domain: domain, Server: h.server.Domain, Address: h.server.ComponentAddr, Secret: secret}
		try := func(change func(*session.ComponentConfig)) session.HintKind {
			c := cfg
			change(&c)
			err := session.TryComponent(h.Context(), c)
			var ce *session.ConnectError
			if err != nil && !errors.As(err, &ce) {
				h.Errorf("an error of another type: %v", err)
			}
			if err == nil {
				return ""
			}
			return ce.Hint.Kind
		}
		unknown, second := session.HintHost, session.HintConflict
		if name == "ejabberd" { // which takes a second one, too
			unknown, second = session.HintSecret, ""
		}
		if got := try(func(*session.ComponentConfig) {}); got != "" {
			h.Errorf("the right secret: %q", got)
		}
		if got := try(func(c *session.ComponentConfig) { c.Secret = "wrong" }); got != session.HintSecret {
			h.Errorf("a wrong secret: %q", got)
		}
		if got := try(func(c *session.ComponentConfig) { c.Domain = "another.example.org" }); got != unknown {
			h.Errorf("an unknown host: %q, want %q", got, unknown)
		}
		h.open()
		if got := try(func(*session.ComponentConfig) {}); got != second {
			h.Errorf("a second one: %q, want %q", got, second)
		}
		h.server.Kill()
		if got := try(func(*session.ComponentConfig) {}); got != session.HintComponent {
			h.Errorf("no server: %q", got)
		}
	})
}

// TestServerRestarts has the desk back, with what waited to be sent, within ten
// seconds of the server.
func TestServerRestarts(t *testing.T) {
	onEach(t, func(h *hosted, _ string) {
		h.open()
		h.server.Stop()
		h.await("the desk has noticed", func() bool { return !h.observer.connected() })
		h.outbox.add(news(1, "alice@example.org", "kept"))
		if err := h.server.Restart(h.Context()); err != nil {
			h.Fatal(err)
		}
		began := time.Now()
		h.await("the desk is back", func() bool { return h.observer.connected() })
		if took := time.Since(began); took > 10*time.Second {
			h.Errorf("back after %s", took)
		}
		h.outbox.wait(h.T, 1)
		if _, err := xep.Commands(h.Context(), h.client("alice"), domain); err != nil {
			h.Error(err)
		}
	})
}

// TestServerFlood has 15,000 requests of four streams, 1,600 of them at once, all
// answered.
func TestServerFlood(t *testing.T) {
	onEach(t, func(h *hosted, _ string) {
		const streams, each, atOnce = 4, 3750, 400
		h.open()
		var g sync.WaitGroup
		for range streams {
			s := xmpptest.NewStream(h.T, h.server, "alice")
			window := make(chan struct{}, atOnce)
			g.Go(func() {
				for n := range each {
					window <- struct{}{}
					s.Send("<iq type='get' id='f%d' to='%s'><query xmlns='http://jabber.org/protocol/disco#items' node='%s'/></iq>", n, domain, commands)
				}
			})
			g.Go(func() {
				answers := map[string]bool{}
				for len(answers) < each {
					e := s.Until(func(e xmpptest.Element) bool { return e.Name.Local == "iq" })
					if e.Attr("type") != "result" {
						h.Errorf("request %s: %s", e.Attr("id"), condition(e))
					}
					answers[e.Attr("id")] = true
					<-window
				}
			})
		}
		g.Wait()
		if got := h.observer.count("iq answered"); got != streams*each {
			h.Errorf("%d requests were answered, want %d", got, streams*each)
		}
	})
}

// TestServerLimits has one person flood a desk with limits over a real server.
func TestServerLimits(t *testing.T) {
	onEach(t, func(h *hosted, _ string) {
		h.cfg.Limits = component.Limits{}
		h.cfg.Now = newClock().Now
		h.desk.says(func(_ frontdesk.Caller, text string) string { return text })
		h.open()
		s := xmpptest.NewStream(h.T, h.server, "alice")
		const lines = 200
		for n := range lines {
			s.Send("<message type='chat' to='%s'><body>line %d</body></message>", help, n)
		}
		for n := range 21 {
			got := s.Until(func(e xmpptest.Element) bool { return e.Name.Local == "message" }).Child("body").Text
			if want := fmt.Sprint("line ", n); got != want && (n < 20 || !strings.HasPrefix(got, "Slow down")) {
				h.Errorf("answer %d is %q", n, got)
			}
		}
		h.await("all have come", func() bool { return h.observer.count("message limited") == lines-20 })
		if got := condition(s.Ask("get", domain, ping)); got != "wait resource-constraint" {
			h.Errorf("a request is answered by %s", got)
		}
		if got := condition(xmpptest.NewStream(h.T, h.server, "muster").Ask("get", domain, ping)); got != "no error" {
			h.Errorf("another's request is answered by %s", got)
		}
	})
}

var _ component.Desk = (*fakeDesk)(nil)
