package session_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"mellium.im/xmlstream"

	"muster/fixtures/xmpptest"
	"muster/xmppadmin/session"
)

const domain, secret = "desk.example.org", "a component's secret"

// configured returns a component with short pauses, as the server knows it.
func configured(server *xmpptest.ComponentServer) session.ComponentConfig {
	return session.ComponentConfig{
		Domain: domain, Server: server.Domain, Address: server.Addr(), Secret: secret,
		FirstPause: time.Millisecond, LongestPause: 10 * time.Millisecond, RefusedPause: 10 * time.Millisecond,
	}
}

// serve serves a component until the test ends, and hands out the ids of the
// stanzas that come.
func serve(t *testing.T, cfg session.ComponentConfig) (*session.Component, <-chan string) {
	t.Helper()
	c, err := session.NewComponent(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ids := make(chan string, 100)
	over := make(chan error)
	go func() {
		over <- c.Serve(ctx, func(r xml.TokenReader) {
			var s struct {
				ID string `xml:"id,attr"`
			}
			if err := xml.NewTokenDecoder(r).Decode(&s); err == nil {
				ids <- s.ID
			}
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-over; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return c, ids
}

func message(id string) xml.TokenReader {
	return xmlstream.Wrap(nil, xml.StartElement{Name: xml.Name{Local: "message"}, Attr: []xml.Attr{
		{Name: xml.Name{Local: "from"}, Value: domain}, {Name: xml.Name{Local: "to"}, Value: "alice@example.org"}, {Name: xml.Name{Local: "id"}, Value: id},
	}})
}

func TestComponentAddress(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"127.0.0.1:5347": true, "127.8.8.8:1": true, "[::1]:5347": true, "localhost:5347": true, "unix:/run/prosody/desk": true,
		"192.0.2.1:5347": false, "xmpp.example.org:5347": false, "0.0.0.0:5347": false, ":5347": false, "127.0.0.1": false, "unix:": false, "": false,
		"127.0.0.1.example.org:5347": false,
	} {
		_, err := session.NewComponent(session.ComponentConfig{Domain: domain, Server: "example.org", Address: address})
		var ce *session.ConnectError
		if (err == nil) != ok || err != nil && (!errors.As(err, &ce) || ce.Hint.Kind != session.HintLoopback) {
			t.Errorf("%q: got error %v, want accepted %v", address, err, ok)
		}
	}
}

func TestComponentRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, condition, secret string
		hint                    session.HintKind
		temporary               bool
	}{
		{"wrong secret", "", "wrong", session.HintSecret, false},
		{"unknown host", "host-unknown", secret, session.HintHost, false},
		{"connected already", "conflict", secret, session.HintConflict, true},
		{"shutting down", "system-shutdown", secret, session.HintComponent, true},
		{"silence", "silence", secret, session.HintComponent, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := xmpptest.NewComponentServer(t, secret)
			server.Refuse(c.condition)
			cfg := configured(server)
			cfg.Secret = c.secret
			if c.condition == "silence" {
				cfg.Timeout = 50 * time.Millisecond
			}
			err := session.TryComponent(t.Context(), cfg)
			var ce *session.ConnectError
			if !errors.As(err, &ce) || ce.Hint.Kind != c.hint || ce.Temporary != c.temporary || !errors.Is(err, session.ErrUnavailable) {
				t.Errorf("got %#v, want the hint %s, temporary %v", err, c.hint, c.temporary)
			}
			if c.condition != "silence" && c.condition != "" && !strings.Contains(err.Error(), c.condition) {
				t.Errorf("%v does not name %s", err, c.condition)
			}
		})
	}
}

// TestComponentEndsWithItsContext has a server that takes the connection and says
// nothing: the library would wait for ever.
func TestComponentEndsWithItsContext(t *testing.T) {
	t.Parallel()
	server := xmpptest.NewComponentServer(t, secret)
	server.Refuse("silence")
	c, err := session.NewComponent(configured(server))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan error)
	go func() { over <- c.Serve(ctx, func(xml.TokenReader) {}) }()
	for server.Tries() == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	select {
	case err := <-over:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the handshake goes on after the end of its context")
	}
}

// TestComponentComesBack has the stream cut, refused for a while, and made again.
// The refusal is logged once, however often it comes.
func TestComponentComesBack(t *testing.T) {
	t.Parallel()
	server := xmpptest.NewComponentServer(t, secret)
	cfg := configured(server)
	var log lockedBuffer
	cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
	var mu sync.Mutex
	var changes []bool
	cfg.Connected = func(up bool) {
		mu.Lock()
		defer mu.Unlock()
		changes = append(changes, up)
	}
	c, ids := serve(t, cfg)
	server.Next()
	server.Refuse("not-authorized")
	server.Cut()
	for first := server.Tries(); server.Tries() < first+5; {
		time.Sleep(time.Millisecond)
	}
	if err := c.Send(t.Context(), message("1")); !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("sending without a stream: %v", err)
	}
	server.Refuse("")
	stream := server.Next()
	stream.Send("<message from='alice@example.org' to='%s' id='back'/>", domain)
	if id := <-ids; id != "back" {
		t.Errorf("got the stanza %q", id)
	}
	if got := strings.Count(log.String(), "not-authorized"); got != 1 {
		t.Errorf("the refusal was logged %d times:\n%s", got, log.String())
	}
	mu.Lock()
	defer mu.Unlock()
	if len(changes) != 3 || !changes[0] || changes[1] || !changes[2] {
		t.Errorf("connected: %v, want true, false, true", changes)
	}
}

// TestComponentPings has a server that stops to answer without closing the
// connection.
func TestComponentPings(t *testing.T) {
	t.Parallel()
	server := xmpptest.NewComponentServer(t, secret)
	cfg := configured(server)
	cfg.PingEvery, cfg.Patience = 5*time.Millisecond, 200*time.Millisecond
	_, ids := serve(t, cfg)
	stream := server.Next()
	for range 3 { // alive over many pings
		time.Sleep(10 * time.Millisecond)
		stream.Send("<message from='alice@example.org' id='1'/>")
		<-ids
	}
	if got := server.Tries(); got != 1 {
		t.Errorf("%d connections while pings were answered", got)
	}
	server.Mute(true)
	server.Next()
	server.Mute(false)
}

func TestComponentDropsItsOwn(t *testing.T) {
	t.Parallel()
	server := xmpptest.NewComponentServer(t, secret)
	_, ids := serve(t, configured(server))
	stream := server.Next()
	for id, from := range map[string]string{"own": domain, "with a resource": domain + "/x", "empty": ""} {
		stream.Send("<message from='%s' to='%s' id='%s'/>", from, domain, id)
	}
	stream.Send("<message id='none'/><message from='alice@example.org' id='other'/>")
	if id := <-ids; id != "other" {
		t.Errorf("the stanza %q was handed out", id)
	}
}

// TestDeliver has a message acknowledged by the answer of the server alone.
func TestDeliver(t *testing.T) {
	t.Parallel()
	server := xmpptest.NewComponentServer(t, secret)
	server.Mute(true)
	cfg := configured(server)
	cfg.Patience = 300 * time.Millisecond
	up := make(chan bool, 10)
	cfg.Connected = func(is bool) { up <- is }
	c, _ := serve(t, cfg)
	stream := server.Next()
	<-up
	if err := c.Deliver(t.Context(), message("1")); !errors.Is(err, session.ErrInterrupted) {
		t.Errorf("delivered without an answer: %v", err)
	}
	server.Mute(false)
	if err := c.Deliver(t.Context(), message("2"), message("3")); err != nil {
		t.Errorf("not delivered: %v", err)
	}
	for _, want := range []string{"1", "2", "3"} {
		if e, ok := stream.Read(); !ok || e.Attr("id") != want || e.Attr("from") != domain {
			t.Errorf("got %+v, want message %s", e, want)
		}
	}
}

// TestDeliverBelievesTheServerAlone has another entity answer every ping.
func TestDeliverBelievesTheServerAlone(t *testing.T) {
	t.Parallel()
	server := xmpptest.NewComponentServer(t, secret)
	server.Domain = "liar.example.net" // what it answers comes from there
	cfg := configured(server)
	cfg.Server, cfg.Patience = "example.org", 200*time.Millisecond
	up := make(chan bool, 10)
	cfg.Connected = func(is bool) { up <- is }
	c, _ := serve(t, cfg)
	stream := server.Next()
	<-up
	go func() {
		for {
			ping, ok := stream.Read()
			if !ok {
				return
			}
			stream.Send("<iq type='result' id='%s' from='eve@example.net' to='%s'/>", ping.Attr("id"), domain)
		}
	}()
	if err := c.Deliver(t.Context()); !errors.Is(err, session.ErrInterrupted) {
		t.Errorf("acknowledged by another: %v", err)
	}
}

// lockedBuffer is a buffer that several goroutines may use.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
