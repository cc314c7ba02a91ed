package xmppadmin_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"muster/fixtures"
	"muster/fixtures/ejabberd"
	"muster/fixtures/prosody"
	"muster/fixtures/wire"
	"muster/fixtures/xmpptest"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

// dialects are three servers, each with a dialect of its own.
var dialects = []struct {
	name  string
	start func(*testing.T) *fixtures.Server
}{
	{"companion", onProsody(prosody.Options{Version: "13", Companion: true})},
	{"owner", onProsody(prosody.Options{Version: "13"})},
	{"ejabberd", onEjabberd(ejabberd.Options{})},
}

// work does everything with a room that the program does, and returns the
// errors.
func work(t *testing.T, c *session.Client, p *fixtures.Server, name string) (errs []error) {
	t.Helper()
	s, err := xmppadmin.Open(t.Context(), c, p.Service, "auto")
	if err != nil {
		return []error{err}
	}
	_, err = s.Survey(t.Context(), []string{name})
	errs = append(errs, err, s.Create(t.Context(), name, live(name)))
	rooms, err := s.Read(t.Context(), []string{name})
	errs = append(errs, err)
	for _, r := range rooms {
		errs = append(errs, r.Err)
	}
	return append(errs,
		s.Configure(t.Context(), name, live("again")), s.Adopt(t.Context(), name),
		s.Archive(t.Context(), name, archived), s.Reopen(t.Context(), name, live("reopened")))
}

// TestRequestsThatAreNeverAnswered leaves one kind of request after the other
// without an answer, while the server answers all others.
func TestRequestsThatAreNeverAnswered(t *testing.T) {
	t.Parallel()
	for _, d := range dialects {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			p := d.start(t)
			w := newTap(t, p)
			var mu sync.Mutex
			kinds := make(map[string]bool)
			w.on(func(in xmpptest.Element) fate {
				mu.Lock()
				defer mu.Unlock()
				if kind := kindOf(in); kind != "" {
					kinds[kind] = true
				}
				return pass
			})
			if err := errors.Join(work(t, dial(t, w.through(t, p)), p, "quic")...); err != nil {
				t.Fatal(err)
			}
			if len(kinds) < 5 {
				t.Fatalf("the test shows little: the kinds are %q", slices.Sorted(maps.Keys(kinds)))
			}
			for i, kind := range slices.Sorted(maps.Keys(kinds)) {
				cfg := w.through(t, p)
				cfg.Timeout, cfg.WaitLimit = 300*time.Millisecond, 900*time.Millisecond
				w.on(nil)
				c := dial(t, cfg)
				w.on(func(in xmpptest.Element) fate {
					if kindOf(in) == kind {
						return drop
					}
					return pass
				})
				began := time.Now()
				err := errors.Join(work(t, c, p, "room"+string(rune('a'+i)))...)
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("%s: without an answer it took %s", kind, took)
				}
				if strings.HasSuffix(kind, " cancel") && err == nil {
					continue // whether a command was canceled does not matter
				}
				if !errors.Is(err, xmppadmin.ErrInterrupted) && !errors.Is(err, xmppadmin.ErrUnavailable) {
					t.Errorf("%s: without an answer the errors are %v", kind, err)
				}
			}
		})
	}
}

// TestServerGoneForGoodIsWaitedForOnce: each further request fails at once, and
// names what was waited for.
func TestServerGoneForGoodIsWaitedForOnce(t *testing.T) {
	t.Parallel()
	for _, d := range dialects {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			p := d.start(t)
			link := wire.New(t, p.Addr)
			cfg := config(t, p)
			cfg.Server, cfg.ReconnectTimeout = link.Addr(), 500*time.Millisecond
			c := dial(t, cfg)
			s, err := xmppadmin.Open(t.Context(), c, p.Service, "auto")
			if err != nil {
				t.Fatal(err)
			}
			create(t, s, "quic", live("quic"))
			link.Cut()
			if _, err := s.Read(t.Context(), []string{"quic"}); !errors.Is(err, xmppadmin.ErrUnavailable) {
				t.Errorf("the server is gone, and the error is %v", err)
			}
			began := time.Now()
			for range 20 {
				if err := s.Create(t.Context(), "tls", live("tls")); !errors.Is(err, xmppadmin.ErrUnavailable) {
					t.Errorf("the server is gone, and the error is %v", err)
				}
			}
			if took := time.Since(began); took > 4*cfg.ReconnectTimeout {
				t.Errorf("20 requests to a server that is gone took %s", took)
			}
			waited, what := c.Waited()
			if waited < 400*time.Millisecond || what != waited.Round(100*time.Millisecond).String()+" for a connection to example.org" {
				t.Errorf("waited %s: %q", waited, what)
			}
			if err := link.Mend(); err != nil {
				t.Fatal(err)
			}
			c.RenewWaitLimit()
			if got := read(t, s, "quic"); got.State != xmppadmin.Exists {
				t.Errorf("the server is back, and the room is %+v", got)
			}
		})
	}
}
