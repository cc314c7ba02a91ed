package component_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/fixtures/xmpptest"
	"muster/frontdesk"
	"muster/frontdesk/component"
)

func news(id int64, address, body string) frontdesk.Message {
	return frontdesk.Message{ID: id, Medium: frontdesk.Chat, Address: address, Body: body}
}

// add puts messages into the outbox of a desk at work.
func (o *fakeOutbox) add(messages ...frontdesk.Message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = append(o.waiting, messages...)
}

// wait waits for so many changes.
func (o *fakeOutbox) wait(t *testing.T, n int) {
	t.Helper()
	for range n {
		select {
		case <-o.changed:
		case <-time.After(time.Minute):
			t.Fatal("the outbox does not change")
		}
	}
}

func TestOutbox(t *testing.T) {
	t.Parallel()
	o := connect(t, func(_ *component.Config, o *office) {
		o.outbox.add(news(1, "alice@example.org", "Approved <&>"), news(2, "not an address", "x"), news(3, "bob@example.org", "Denied"),
			frontdesk.Message{ID: 4, Medium: frontdesk.Mail, Address: "carol@example.org", Body: "a code"})
	})
	for _, want := range [][]string{
		{"message", "chat", help, "alice@example.org", "Approved <&>"}, {"message", "chat", help, "bob@example.org", "Denied"},
	} {
		e := o.next()
		if diff := cmp.Diff(want, []string{e.Name.Local, e.Attr("type"), e.Attr("from"), e.Attr("to"), e.Child("body").Text}); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	o.outbox.wait(t, 3)
	if diff := cmp.Diff(map[int64]string{1: "alice@example.org", 3: "bob@example.org"}, o.outbox.sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(o.outbox.failed[2], "not an address") || len(o.outbox.failed) != 1 {
		t.Errorf("failed: %v", o.outbox.failed)
	}
}

// TestOutboxWaitsForTheServer has a message that the server has not acknowledged
// sent again on the next stream, under the same id, and no more afterwards.
func TestOutboxWaitsForTheServer(t *testing.T) {
	t.Parallel()
	o := connect(t, func(_ *component.Config, o *office) { o.server.Mute(true) })
	o.outbox.add(news(7, "alice@example.org", "once"))
	first := o.next()
	if len(o.outbox.changed) > 0 {
		t.Error("recorded without an acknowledgment")
	}
	o.server.Mute(false)
	o.server.Cut()
	o.stream = o.server.Next()
	second := o.next()
	if first.Attr("id") == "" || first.Attr("id") != second.Attr("id") || second.Child("body").Text != "once" {
		t.Errorf("sent first %+v, then %+v", first, second)
	}
	o.outbox.wait(t, 1)
	o.server.Cut()
	o.stream = o.server.Next()
	o.outbox.add(news(8, "alice@example.org", "another"))
	if got := o.next().Child("body").Text; got != "another" {
		t.Errorf("%q was sent after it was acknowledged", got)
	}
}

// TestOutboxThatCannotRecord has a message that was taken and could not be
// recorded: it is recorded later, and not sent again.
func TestOutboxThatCannotRecord(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	o := connect(t, func(cfg *component.Config, o *office) {
		o.outbox.broken = 5
		cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	o.outbox.add(news(1, "alice@example.org", "once"))
	o.next()
	o.outbox.wait(t, 1)
	o.quiet("a message that was taken")
	if got := strings.Count(log.String(), "disk full"); got != 1 {
		t.Errorf("the failure was logged %d times:\n%s", got, log.String())
	}
}

// TestAddressesInCapitals has a configuration that is not written as servers
// write addresses.
func TestAddressesInCapitals(t *testing.T) {
	t.Parallel()
	o := connect(t, func(cfg *component.Config, _ *office) {
		cfg.Domain, cfg.Chat, cfg.Server, cfg.Service = "Desk.example.ORG", "Help", "Example.org", "Rooms.example.org"
	})
	o.outbox.add(news(1, "alice@example.org", "x"))
	if got := o.next().Attr("from"); got != help {
		t.Errorf("a message from %s", got)
	}
	o.outbox.wait(t, 1)
	o.stream.Send("<message type='chat' from='quic@rooms.example.org/alice' to='%s'><body>x</body></message>", help)
	o.stream.Send("<message type='chat' from='%s' to='%s'><body>x</body></message>", domain, help)
	o.quiet("a room, and the desk itself")
}

// lockedBuffer is a buffer that several goroutines may use.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
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

// TestBounce has messages come back: one before the server has acknowledged it,
// one later, and one from an address that it was never sent to.
func TestBounce(t *testing.T) {
	t.Parallel()
	o := connect(t, func(_ *component.Config, o *office) { o.server.Mute(true) })
	bounce := func(e xmpptest.Element, from string) {
		o.stream.Send("<message type='error' id='%s' from='%s' to='%s'><body>x</body><error type='cancel'>"+
			"<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>", e.Attr("id"), from, e.Attr("from"))
	}
	o.outbox.add(news(1, "gone@example.org", "early"))
	early := o.next()
	bounce(early, "eve@example.org")
	bounce(early, "gone@example.org")
	o.quiet("a message that came back")
	o.server.Mute(false)
	// The ping that was not answered ends with its stream.
	o.server.Cut()
	o.stream = o.server.Next()
	again := o.next()
	o.outbox.wait(t, 1)
	bounce(again, "eve@example.org")
	bounce(again, "gone@example.org/phone")
	o.outbox.wait(t, 1)
	o.quiet("a message that came back")
	if diff := cmp.Diff([]string{"1 gone@example.org service-unavailable"}, o.outbox.bounces); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestBounceBeforeTheAcknowledgment has the server send both back in one breath,
// the error first.
func TestBounceBeforeTheAcknowledgment(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	o := connect(t, func(_ *component.Config, o *office) {
		o.server.BeforePong(func() { <-held })
	})
	o.outbox.add(news(1, "gone@example.org", "x"))
	e := o.next()
	o.stream.Send("<message type='error' id='%s' from='gone@example.org' to='%s'><error type='cancel'>"+
		"<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>no such\nuser</text>"+
		"</error></message>", e.Attr("id"), help)
	for o.observer.count("message answered") == 0 {
		time.Sleep(time.Millisecond)
	}
	close(held)
	o.outbox.wait(t, 2)
	if diff := cmp.Diff([]string{"1 gone@example.org item-not-found: no such user"}, o.outbox.bounces); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// killed is set for the child of TestKilled: where its outbox is kept, and the
// address of the server.
const killed = "MUSTER_TEST_DESK_KILLED"

// outboxSize is how many messages the child has to send.
const outboxSize = 300

// fileOutbox is an outbox in a folder: a file for each message that was recorded
// as sent.
type fileOutbox string

func (f fileOutbox) path(id int64) string { return filepath.Join(string(f), fmt.Sprint(id)) }

func (f fileOutbox) Due(context.Context, frontdesk.Medium, time.Time) ([]frontdesk.Message, error) {
	var due []frontdesk.Message
	for id := int64(1); id <= outboxSize; id++ {
		if _, err := os.Stat(f.path(id)); errors.Is(err, os.ErrNotExist) {
			due = append(due, news(id, "alice@example.org", fmt.Sprint("message ", id)))
		}
	}
	return due, nil
}

// Sent prints what it records, before and after.
func (f fileOutbox) Sent(_ context.Context, id int64, _ time.Time) error {
	if err := os.WriteFile(f.path(id), nil, 0o600); err != nil {
		return err
	}
	fmt.Println(id)
	return nil
}

func (f fileOutbox) Failed(context.Context, int64, string, time.Time) error {
	return errors.New("failed")
}
func (f fileOutbox) Bounced(context.Context, int64, string, string) error { return nil }

// TestMain is the child of TestKilled where it is asked to be.
func TestMain(m *testing.M) {
	if where := os.Getenv(killed); where != "" {
		dir, addr, _ := strings.Cut(where, " ")
		err := component.Serve(context.Background(), component.Config{
			Domain: domain, Chat: "help", Server: "example.org", Address: addr, Secret: secret, Outbox: time.Millisecond,
		}, new(fakeDesk), fileOutbox(dir))
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// TestKilled kills the desk with SIGKILL again and again while it sends. No
// message is lost; none is sent again that was recorded as sent; and one that is
// sent twice has the same id, by which clients know it again.
func TestKilled(t *testing.T) {
	t.Parallel()
	server := xmpptest.NewComponentServer(t, secret)
	dir := t.TempDir()
	ids := map[string]map[string]bool{} // of each message
	kills, twice := 0, 0
	for recorded := recordedIn(t, dir); len(recorded) < outboxSize; recorded = recordedIn(t, dir) {
		for e := range killedAfter(t, server, dir, 10+7*kills) {
			body := e.Child("body").Text
			if recorded[strings.TrimPrefix(body, "message ")] {
				t.Errorf("%q was sent again after it was recorded", body)
			}
			if ids[body] == nil {
				ids[body] = map[string]bool{}
			} else {
				twice++
			}
			ids[body][e.Attr("id")] = true
		}
		kills++
	}
	if kills < 3 {
		t.Errorf("killed %d times only", kills)
	}
	for n := range outboxSize {
		if got := ids[fmt.Sprint("message ", n+1)]; len(got) != 1 {
			t.Errorf("message %d was sent with the ids %v", n+1, slices.Sorted(maps.Keys(got)))
		}
	}
	if most := 20 * kills; twice > most {
		t.Errorf("%d messages were sent twice by a desk that was killed %d times; at most %d were under way", twice, kills, most)
	}
}

// killedAfter runs the child until it has recorded so many messages, kills it,
// and returns what it had sent.
func killedAfter(t *testing.T, server *xmpptest.ComponentServer, dir string, n int) iter.Seq[xmpptest.Element] {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), killed+"="+dir+" "+server.Addr())
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stream := server.Next()
	lines := bufio.NewScanner(stdout)
	for range n {
		if len(recordedIn(t, dir)) == outboxSize || !lines.Scan() {
			break
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	return func(yield func(xmpptest.Element) bool) {
		for e, ok := stream.Read(); ok && yield(e); e, ok = stream.Read() {
		}
	}
}

func recordedIn(t *testing.T, dir string) map[string]bool {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for _, e := range entries {
		names[e.Name()] = true
	}
	return names
}
