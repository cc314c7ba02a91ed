package desk_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"muster/cmd/muster/internal/desk"
	"muster/frontdesk"
	"muster/provision/state"
)

var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// read returns what a monitor serves under a path.
func read(t *testing.T, m *desk.Monitor, path string) (status int, body string) {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func TestHealth(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		up     bool
		roles  time.Time
		stats  frontdesk.Stats
		err    error
		status int
		body   string
	}{
		"well":               {true, noon.Add(-time.Hour), frontdesk.Stats{}, nil, 200, "ok\n"},
		"a message just now": {true, noon, frontdesk.Stats{Waiting: 1, Oldest: noon.Add(-9 * time.Minute)}, nil, 200, "ok\n"},
		"not connected":      {false, noon, frontdesk.Stats{}, nil, 503, "the component is not connected\n"},
		"no roles":           {true, time.Time{}, frontdesk.Stats{}, nil, 503, "the list of roles was never read\n"},
		"old roles":          {true, noon.Add(-25 * time.Hour), frontdesk.Stats{}, nil, 503, "the list of roles was last confirmed at 2026-06-30 11:00:00 UTC\n"},
		"a stuck message": {true, noon, frontdesk.Stats{Waiting: 1, Oldest: noon.Add(-11 * time.Minute)}, nil, 503,
			"a message waits since 2026-07-01 11:49:00 UTC\n"},
		"no database": {true, noon, frontdesk.Stats{}, errors.New("disk I/O error"), 503, "the database: disk I/O error\n"},
		"everything went down": {false, time.Time{}, frontdesk.Stats{}, errors.New("gone"), 503,
			"the component is not connected\nthe list of roles was never read\nthe database: gone\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := desk.NewMonitor(func(context.Context) (frontdesk.Stats, error) { return c.stats, c.err },
				func() time.Time { return c.roles }, t.TempDir(), func() time.Time { return noon })
			m.Connected(true)
			m.Connected(c.up)
			if status, body := read(t, m, "/healthz"); status != c.status || body != c.body {
				t.Errorf("it is %d, %q, not %d, %q", status, body, c.status, c.body)
			}
		})
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := state.Run{Ended: noon, Success: noon.Add(-time.Minute), Rooms: map[string]int{"live": 7, "archived": 2}}
	if err := run.Save(dir); err != nil {
		t.Fatal(err)
	}
	stats, failure := frontdesk.Stats{Requests: map[frontdesk.State]int{frontdesk.Live: 3, frontdesk.Pending: 0}, Waiting: 4}, error(nil)
	m := desk.NewMonitor(func(context.Context) (frontdesk.Stats, error) { return stats, failure },
		func() time.Time { return noon.Add(-90 * time.Second) }, dir, func() time.Time { return noon })
	m.Connected(true)
	m.Stanza("command", "answered")
	m.Stanza("command", "answered")
	status, body := read(t, m, "/metrics")
	for _, line := range []string{
		"muster_desk_connected 1", `muster_desk_stanzas_total{kind="command",outcome="answered"} 2`,
		`muster_requests{state="live"} 3`, `muster_requests{state="pending"} 0`, "muster_outbox_waiting 4", "muster_roles_age_seconds 90",
		"muster_last_sync_success_timestamp_seconds 1.78290714e+09", `muster_rooms{state="archived"} 2`, `muster_rooms{state="live"} 7`,
	} {
		if !strings.Contains(body, "\n"+line+"\n") {
			t.Errorf("there is no line %q in\n%s", line, body)
		}
	}
	if status != http.StatusOK {
		t.Errorf("the status is %d", status)
	}
	failure = errors.New("locked")
	if _, body := read(t, m, "/metrics"); strings.Contains(body, "muster_requests") || !strings.Contains(body, "muster_desk_connected 1") {
		t.Errorf("without the database the metrics are\n%s", body)
	}
}
