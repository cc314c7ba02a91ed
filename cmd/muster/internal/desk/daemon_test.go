package desk_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"muster/agenda"
	"muster/cmd/muster/internal/desk"
	"muster/frontdesk"
	"muster/frontdesk/component"
)

// worker is a desk that has nothing to answer, and counts.
type worker struct {
	mu    sync.Mutex
	ticks int
	err   error
	did   chan string
}

func (*worker) Offers(context.Context, frontdesk.Caller, time.Time) []frontdesk.Offer { return nil }

func (*worker) Run(context.Context, frontdesk.Caller, frontdesk.Step, time.Time) frontdesk.Answer {
	return frontdesk.Answer{}
}

func (*worker) Say(context.Context, frontdesk.Caller, string, time.Time) string { return "" }

// Tick fails until the third time.
func (w *worker) Tick(context.Context, time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ticks++
	if w.ticks == 4 {
		close(w.did)
	}
	if w.ticks < 3 {
		return w.err
	}
	return nil
}

// empty is an outbox with nothing in it.
type empty struct{}

func (empty) Due(context.Context, frontdesk.Medium, time.Time) ([]frontdesk.Message, error) {
	return nil, nil
}
func (empty) Sent(context.Context, int64, time.Time) error           { return nil }
func (empty) Failed(context.Context, int64, string, time.Time) error { return nil }
func (empty) Bounced(context.Context, int64, string, string) error   { return nil }

// TestDaemon has a desk do everything again and again, log a trouble once, and end
// in order.
func TestDaemon(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var log bytes.Buffer
	w := &worker{err: errors.New("the service is away"), did: make(chan string)}
	tracker := &tracker{list: agenda.RoleList{Confirmed: noon}}
	people := tracker.people(func() time.Time { return noon })
	mailed, ended := make(chan struct{}), false
	d := &desk.Daemon{
		Component: component.Config{Domain: "desk.example.org", Chat: "help", Server: "example.org", Address: "127.0.0.1:1", Secret: "x"},
		Worker:    w, Outbox: empty{}, People: people, Every: time.Millisecond, Now: func() time.Time { return noon },
		Monitor: desk.NewMonitor(func(context.Context) (frontdesk.Stats, error) { return frontdesk.Stats{}, nil }, people.Confirmed, t.TempDir(), time.Now),
		Mail:    func(context.Context) { close(mailed) },
		Serve:   func(ctx context.Context, _ http.Handler) error { <-ctx.Done(); ended = true; return nil },
		Logger:  slog.New(slog.NewTextHandler(lockedWriter{&mu, &log}, nil)),
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-w.did; <-mailed; cancel() }()
	if err := d.Run(ctx); err != nil || !ended {
		t.Errorf("the desk ended with %v, what it serves ended: %t", err, ended)
	}
	mu.Lock()
	defer mu.Unlock()
	for _, text := range []string{"the desk could not do all that was due", "well again"} {
		if n := strings.Count(log.String(), text); n != 1 {
			t.Errorf("the log has %q %d times:\n%s", text, n, log.String())
		}
	}
	if people.Confirmed() != noon {
		t.Error("the lists were not read")
	}
}

// TestDaemonOfNothing ends where the component can be none.
func TestDaemonOfNothing(t *testing.T) {
	t.Parallel()
	d := &desk.Daemon{
		Component: component.Config{Domain: "desk.example.org", Address: "192.0.2.1:5347"}, Worker: &worker{did: make(chan string)}, Outbox: empty{},
		People: (&tracker{}).people(time.Now), Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	}
	if err := d.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "loopback") {
		t.Errorf("a component on the net: %v", err)
	}
}

type lockedWriter struct {
	mu *sync.Mutex
	to *bytes.Buffer
}

func (w lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(p)
}
