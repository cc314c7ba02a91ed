package reconcile_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/agenda"
	"muster/provision/internal/check"
	"muster/provision/internal/sample"
	"muster/provision/plan"
	"muster/provision/reconcile"
	"muster/provision/want"
	"muster/xmppadmin"
)

// desk is the requests of a front desk, or the error of reading them.
type desk struct {
	requests []want.Request
	err      error
}

func (d *desk) read(context.Context) ([]want.Request, error) { return d.requests, d.err }

// withDesk returns a world at the time of *now with a front desk that approved the
// room quic-dt until the end of 21 July 2026, a day after the first run.
func withDesk(t *testing.T) (w *world, d *desk, now *time.Time) {
	t.Helper()
	w, d, now = newWorld(t), &desk{}, new(time.Time)
	*now = sample.Day
	d.requests = []want.Request{{
		ID: 12, Room: "quic-dt", Title: "QUIC design team", Purpose: "recovery", Acronym: "quic", Until: time.Date(2026, 7, 22, 0, 0, 0, 0, time.UTC),
	}}
	w.run.Requests = d.read
	w.run.Now = func() time.Time { return *now }
	return w, d, now
}

// TestRequestedRoom is made by a run, kept by the next ones, and archived by the
// first one after its end.
func TestRequestedRoom(t *testing.T) {
	t.Parallel()
	w, d, now := withDesk(t)
	p := w.apply(t, request(), "create quic, create quic-dt, create tls")
	check.Same(t, "request", rowOf(t, p, "quic-dt").Wanted.Decision.Request, int64(12))
	check.Same(t, "title", w.service.Rooms["quic-dt"].Settings[xmppadmin.Title], "QUIC design team")
	w.apply(t, request(), "")
	d.requests[0].Until = d.requests[0].Until.AddDate(0, 0, 1)
	w.apply(t, request(), "update quic-dt")
	*now = d.requests[0].Until
	q := request()
	q.Overrides.Archive = 1
	p = w.apply(t, q, "update quic, archive quic-dt")
	check.Same(t, "reason", rowOf(t, p, "quic-dt").Reason, "request 12 of the front desk ended with 2026-07-22")
	w.apply(t, request(), "")
	d.requests = append(d.requests, d.requests[0])
	d.requests[1].ID, d.requests[1].Until = 13, now.AddDate(0, 0, 1)
	w.apply(t, request(), "reopen quic-dt")
}

// TestRequestsEndWithinTheLimit: requests that end on one day are archived within the
// limit on archives, one at least in each run, and have no run refused.
func TestRequestsEndWithinTheLimit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limits    plan.Limits
		overrides plan.Overrides
		runs      []string
		refused   string
	}{
		"one in each run":          {plan.DefaultLimits(), plan.Overrides{}, []string{"archive quic-a", "archive quic-b", "archive quic-dt", ""}, ""},
		"as many as are allowed":   {plan.Limits{Archive: 2, ArchivePercent: 100}, plan.Overrides{}, []string{"archive quic-a, archive quic-b", "archive quic-dt"}, ""},
		"more by an override":      {plan.DefaultLimits(), plan.Overrides{Archive: 2}, []string{"archive quic-a, archive quic-b", "archive quic-dt"}, ""},
		"none where none may be":   {plan.Limits{ArchivePercent: 100}, plan.Overrides{}, []string{"", ""}, ""},
		"others count, and refuse": {plan.DefaultLimits(), plan.Overrides{}, nil, "archives"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, d, _ := withDesk(t)
			for i, room := range []string{"quic-a", "quic-b"} {
				r := d.requests[0]
				r.ID, r.Room = int64(13+i), room
				d.requests = append(d.requests, r)
			}
			w.apply(t, request(), "create quic, create quic-a, create quic-b, create quic-dt, create tls")
			for i := range d.requests {
				d.requests[i].Ended = true
			}
			w.run.Limits = c.limits
			q := request()
			q.Overrides = c.overrides
			if c.refused != "" {
				w.datatracker.list = sample.List(sample.Record("quic", "wg", "active"), sample.Record("tls", "wg", "conclude"))
				w.run.Rules.Grace = 0
				w.run.Agenda = &sources{meetings: map[string]agenda.Meeting{"126": sample.Meeting(nil)}, list: w.datatracker.list}
				q.Overrides.Empty, q.Overrides.Shrink = true, true
				p := w.plan(t, q)
				if len(p.Refusals) != 1 || p.Refusals[0].Guard != c.refused || !strings.Contains(p.Refusals[0].Message, "1 of 5 rooms") {
					t.Errorf("refusals %+v", p.Refusals)
				}
				return
			}
			for i, want := range c.runs {
				p := w.apply(t, q, want)
				left := len(p.Plan.Select(func(r plan.Row) bool { return r.Withheld }))
				warned := slices.ContainsFunc(p.Warnings, func(text string) bool {
					return strings.HasPrefix(text, "rooms whose requests are over, and that later runs archive") && strings.HasSuffix(text, fmt.Sprint(": ", left))
				})
				if warned != (left > 0) || p.Plan.Counts.Withheld != left {
					t.Errorf("run %d: %d rooms are left, counted %d, warnings %q", i, left, p.Plan.Counts.Withheld, p.Warnings)
				}
			}
		})
	}
}

// TestRequestGivesWay: a group takes the room over, and a protected name is never
// given away; neither stops a run.
func TestRequestGivesWay(t *testing.T) {
	t.Parallel()
	w, d, now := withDesk(t)
	w.apply(t, request(), "create quic, create quic-dt, create tls")
	protected := d.requests[0]
	protected.ID, protected.Room = 13, "plenary"
	d.requests = append(d.requests, protected)
	w.datatracker.list = sample.List(
		sample.Record("quic", "wg", "active"), sample.Record("quic-dt", "wg", "active"), sample.Record("tls", "wg", "active"),
	)
	p := w.apply(t, request(), "update quic-dt")
	check.Same(t, "superseded", p.Wanted.Superseded, []string{"plenary", "quic-dt"})
	check.Same(t, "title", w.service.Rooms["quic-dt"].Settings[xmppadmin.Title], "quic-dt: Name of quic-dt")
	*now = now.AddDate(0, 0, 30)
	p = w.apply(t, request(), "update quic")
	check.Same(t, "superseded", p.Wanted.Superseded, []string(nil))
}

// TestDeskNotRead: what the desk has is unknown where its database is not there or
// cannot be read, and no room is archived on that account.
func TestDeskNotRead(t *testing.T) {
	t.Parallel()
	w, d, _ := withDesk(t)
	w.apply(t, request(), "create quic, create quic-dt, create tls")
	d.err = errors.New("desk.db: disk I/O error")
	p := w.plan(t, request())
	check.Same(t, "plan", summary(p.Plan), "")
	check.Same(t, "unexplained", len(p.Plan.Select(plan.Row.Unexplained)), 1)
	check.Same(t, "incomplete", p.Wanted.Incomplete(), true)
	if len(p.Warnings) != 1 || p.Warnings[0] != "requests of the front desk: desk.db: disk I/O error" {
		t.Errorf("warnings %q", p.Warnings)
	}
	w.run.Requests = nil
	p = w.plan(t, request())
	check.Same(t, "plan without a desk", summary(p.Plan), "")
	check.Same(t, "incomplete without a desk", p.Wanted.Incomplete(), false)
}

// TestSavedPlanOfRequests: a plan that was saved does not outlast a change of the
// requests.
func TestSavedPlanOfRequests(t *testing.T) {
	t.Parallel()
	w, d, _ := withDesk(t)
	w.run.Agenda = &sources{meetings: map[string]agenda.Meeting{"126": sample.Meeting(nil)}, list: sample.List(sample.Record("tls", "wg", "active"))}
	q := request()
	q.Overrides.Empty = true
	var saved bytes.Buffer
	if err := plan.Write(&saved, w.run.File(w.plan(t, q))); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(saved.String(), `"request": 12`) {
		t.Errorf("the plan file has no request: %s", &saved)
	}
	file, err := plan.Read(&saved)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.run.Plan(t.Context(), reconcile.FromFile(file, q.Overrides)); err != nil {
		t.Fatal(err)
	}
	d.requests[0].Purpose = "loss"
	_, err = w.run.Plan(t.Context(), reconcile.FromFile(file, q.Overrides))
	var stale *plan.StalePlanError
	if !errors.As(err, &stale) || err.Error() != "the plan no longer fits: the requests of the front desk have changed" {
		t.Errorf("a plan of other requests: %v", err)
	}
}

// rowOf returns the row of a room.
func rowOf(t *testing.T, p reconcile.Pass, name string) plan.Row {
	t.Helper()
	for _, r := range p.Plan.Rows {
		if r.Found.Name == name {
			return r
		}
	}
	t.Fatalf("no row of %q", name)
	return plan.Row{}
}
