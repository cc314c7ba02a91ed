package apply

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"muster/provision"
	"muster/provision/internal/check"
	"muster/provision/internal/fake"
	"muster/provision/internal/wanting"
	"muster/provision/plan"
)

// flaky is a trail that fails at one of its records or syncs.
type flaky struct {
	results       []string
	failAt, syncs int
	failSync      int
}

func (f *flaky) Record(e Entry) error {
	if f.results = append(f.results, e.Room+" "+e.Result); len(f.results) == f.failAt {
		return syscall.EIO
	}
	return nil
}

func (f *flaky) Sync() error {
	if f.syncs++; f.syncs == f.failSync {
		return syscall.EIO
	}
	return nil
}

func TestApplyStopsWithItsTrail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trail   flaky
		created int
		results string
	}{
		"first record":   {flaky{failAt: 1}, 0, "a started"},
		"second record":  {flaky{failAt: 2}, 0, "a started,b started,a skipped"},
		"result record":  {flaky{failAt: 3}, 2, "a started,b started,a done,b done"},
		"first sync":     {flaky{failSync: 1}, 0, "a started,b started,a skipped,b skipped"},
		"second sync":    {flaky{failSync: 2}, 2, "a started,b started,a done,b done"},
		"second batch":   {flaky{failAt: 5}, 2, "a started,b started,a done,b done,c started"},
		"nothing at all": {flaky{}, 3, "a started,b started,a done,b done,c started,c done"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fake.New()
			p := fake.PlanFor(t, f, wanting.Rooms("a", "b", "c"), plan.Options{})
			a, err := Run(t.Context(), f, p, Options{Audit: &c.trail, Batch: 2})
			if (err != nil) != (c.created < 3) || err != nil && !errors.Is(err, syscall.EIO) {
				t.Errorf("the error is %v", err)
			}
			check.Same(t, "counts", a.Counts, provision.Counts{Wanted: 3, Create: c.created, Skipped: 3 - c.created})
			if got := strings.Join(c.trail.results, ","); got != c.results {
				t.Errorf("trail %q, want %q", got, c.results)
			}
			if len(f.Calls) != c.created {
				t.Errorf("calls %q", f.Calls)
			}
		})
	}
}
