package xmppadmin_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"muster/fixtures"
	"muster/fixtures/prosody"
	"muster/fixtures/wire"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

func logOf(t *testing.T, p *fixtures.Server) string {
	t.Helper()
	text, err := os.ReadFile(p.LogFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// patience bounds the wait for what must come: on an idle machine it comes within
// milliseconds.
const patience = 2 * time.Minute

// silence is how long a client over a wire waits before it takes the connection
// for lost. A server on a busy machine answers sooner.
const silence = 5 * time.Second

// overWire opens the service over a wire that the test can harm.
func overWire(t *testing.T, p *fixtures.Server) (*xmppadmin.Service, *session.Client, *wire.Wire) {
	t.Helper()
	link := wire.New(t, p.Addr)
	cfg := config(t, p)
	cfg.Server, cfg.Timeout, cfg.ReconnectTimeout = link.Addr(), silence, patience
	c := dial(t, cfg)
	s, err := xmppadmin.Open(t.Context(), c, p.Service, "auto")
	if err != nil {
		t.Fatal(err)
	}
	return s, c, link
}

// wait polls until done returns true.
func wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still not: %s", what)
		}
	}
}

func onEachOverWire(t *testing.T, f func(t *testing.T, s *xmppadmin.Service, c *session.Client, w *wire.Wire, p *fixtures.Server)) {
	for _, server := range servers {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			p := server.start(t)
			s, c, w := overWire(t, p)
			f(t, s, c, w, p)
		})
	}
}

func TestALookGoesOnAfterALoss(t *testing.T) {
	t.Parallel()
	onEachOverWire(t, func(t *testing.T, s *xmppadmin.Service, c *session.Client, w *wire.Wire, _ *fixtures.Server) {
		if err := s.Create(t.Context(), "quic", live("quic")); err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{1, 200, 1500} {
			w.CutAfter(n) // of each stream's answers
			failed := make(chan error, 1)
			go func() {
				_, err := s.Read(t.Context(), []string{"quic", "tls"})
				failed <- err
			}()
			before := c.Stats().Received
			wait(t, "an answer was begun", func() bool { return c.Stats().Received > before })
			if err := w.Mend(); err != nil {
				t.Fatal(err)
			}
			if err := <-failed; err != nil {
				t.Fatalf("cut after %d bytes: %v", n, err)
			}
		}
		if got := read(t, s, "quic"); got.State != xmppadmin.Exists || !got.Managed {
			t.Errorf("after the losses the room is %+v", got)
		}
		if c.Stats().Streams < 2 {
			t.Error("no stream was ever lost: the test tests nothing")
		}
	})
}

func TestAChangeIsNotRepeatedAfterALoss(t *testing.T) {
	t.Parallel()
	onEachOverWire(t, func(t *testing.T, s *xmppadmin.Service, c *session.Client, w *wire.Wire, p *fixtures.Server) {
		// The companion's form is fetched before the first change.
		if err := s.Create(t.Context(), "first", live("first")); err != nil {
			t.Fatal(err)
		}
		w.Mute()
		err := s.Create(t.Context(), "quic", live("quic"))
		if !errors.Is(err, xmppadmin.ErrInterrupted) {
			t.Fatalf("the answer was lost, and the error is %v", err)
		}
		if err := w.Mend(); err != nil {
			t.Fatal(err)
		}
		got := read(t, s, "quic")
		sent := strings.Count(logOf(t, p), "quic@rooms.example.org/muster") + strings.Count(logOf(t, p), "#create-muc-room")
		if s.Name() == "prosody" && got.State != xmppadmin.Exists {
			t.Errorf("the command was carried out, but the room is %v; %d requests", got.State, sent)
		}
		if got.State == xmppadmin.Unknown {
			t.Errorf("after the stream was made again the room is unknown: %v", got.Err)
		}
		if c.Stats().Streams < 2 {
			t.Error("no stream was ever lost: the test tests nothing")
		}
	})
}

func TestServerGoneForGood(t *testing.T) {
	t.Parallel()
	p := onProsody(prosody.Options{})(t)
	link := wire.New(t, p.Addr)
	cfg := config(t, p)
	cfg.Server, cfg.ReconnectTimeout = link.Addr(), 500*time.Millisecond
	s, err := xmppadmin.Open(t.Context(), dial(t, cfg), p.Service, "auto")
	if err != nil {
		t.Fatal(err)
	}
	link.Cut()
	_, err = s.Read(t.Context(), []string{"quic"})
	if !errors.Is(err, xmppadmin.ErrUnavailable) {
		t.Errorf("the server is gone, and the error is %v", err)
	}
}

func TestServerRestarts(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
		for i := range 3 {
			name := fmt.Sprintf("room%d", i)
			if err := s.Create(t.Context(), name, live(name)); err != nil {
				t.Fatal(err)
			}
		}
		if p.Durable {
			p.Kill()
		}
		if err := p.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			if got := read(t, s, fmt.Sprintf("room%d", i)); got.State != xmppadmin.Exists || !got.Managed {
				t.Errorf("after the restart the room is %+v", got)
			}
		}
	})
}

func TestCanceledCallEnds(t *testing.T) {
	t.Parallel()
	p := onProsody(prosody.Options{})(t)
	s, _, link := overWire(t, p)
	link.Mute()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	began := time.Now()
	if _, err := s.Read(ctx, []string{"quic"}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	if took := time.Since(began); took > silence {
		t.Errorf("a canceled call took %s", took)
	}
}
