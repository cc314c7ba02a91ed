package desk

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"muster/frontdesk"
	"muster/provision/state"
)

// Bounds of a healthy desk.
const (
	oldestRoles  = 24 * time.Hour
	longestStuck = 10 * time.Minute
	readTimeout  = 5 * time.Second
)

// Monitor has what monitoring reads of a desk. It is what the component reports to.
type Monitor struct {
	// Stats counts what the desk keeps.
	Stats func(ctx context.Context) (frontdesk.Stats, error)
	// Roles returns when the list of roles was last confirmed; zero for never.
	Roles func() time.Time
	// State is the state folder, which has the last run.
	State string
	Now   func() time.Time

	connected atomic.Bool
	stanzas   *prometheus.CounterVec
}

// NewMonitor returns a monitor.
func NewMonitor(stats func(context.Context) (frontdesk.Stats, error), roles func() time.Time, dir string, now func() time.Time) *Monitor {
	return &Monitor{
		Stats: stats, Roles: roles, State: dir, Now: now,
		stanzas: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "muster_desk_stanzas_total", Help: "Stanzas that came, by kind and by what was done with them.",
		}, []string{"kind", "outcome"}),
	}
}

// Connected notes whether the component is connected.
func (m *Monitor) Connected(up bool) { m.connected.Store(up) }

// Stanza counts a stanza.
func (m *Monitor) Stanza(kind, outcome string) { m.stanzas.WithLabelValues(kind, outcome).Inc() }

// Handler serves /healthz and /metrics.
func (m *Monitor) Handler() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.stanzas, gauges{m})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", m.health)
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
	return mux
}

// health answers whether the desk does its work: 200, or 503 with what is wrong,
// a line each.
func (m *Monitor) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	wrong := m.Troubles(ctx)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if len(wrong) > 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, strings.Join(wrong, "\n"))
		return
	}
	fmt.Fprintln(w, "ok")
}

// Troubles returns what keeps the desk from its work, each a sentence in lower
// case.
func (m *Monitor) Troubles(ctx context.Context) (wrong []string) {
	if !m.connected.Load() {
		wrong = append(wrong, "the component is not connected")
	}
	switch at := m.Roles(); {
	case at.IsZero():
		wrong = append(wrong, "the list of roles was never read")
	case m.Now().Sub(at) > oldestRoles:
		wrong = append(wrong, "the list of roles was last confirmed at "+at.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	stats, err := m.Stats(ctx)
	if err != nil {
		return append(wrong, "the database: "+err.Error())
	}
	if !stats.Oldest.IsZero() && m.Now().Sub(stats.Oldest) > longestStuck {
		wrong = append(wrong, "a message waits since "+stats.Oldest.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	return wrong
}

// gauges are the metrics that are read when they are asked for.
type gauges struct{ m *Monitor }

// The descriptions of the gauges.
func description(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

func (g gauges) connected() *prometheus.Desc {
	return description("muster_desk_connected", "Whether the component is connected.")
}

func (g gauges) requests() *prometheus.Desc {
	return description("muster_requests", "Requests for rooms, by state.", "state")
}

func (g gauges) waiting() *prometheus.Desc {
	return description("muster_outbox_waiting", "Messages that are to be sent.")
}

func (g gauges) rolesAge() *prometheus.Desc {
	return description("muster_roles_age_seconds", "How long ago the Datatracker last confirmed the list of roles.")
}

func (g gauges) lastSync() *prometheus.Desc {
	return description("muster_last_sync_success_timestamp_seconds", "When a run last ended with status 0.")
}

func (g gauges) rooms() *prometheus.Desc {
	return description("muster_rooms", "Rooms on the service as the last run saw them, by state.", "state")
}

// Describe implements [prometheus.Collector].
func (g gauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.connected(), g.requests(), g.waiting(), g.rolesAge(), g.lastSync(), g.rooms()} {
		to <- d
	}
}

// Collect implements [prometheus.Collector]. What is not known is left out.
func (g gauges) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	send := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	up := 0.0
	if g.m.connected.Load() {
		up = 1
	}
	send(g.connected(), up)
	if at := g.m.Roles(); !at.IsZero() {
		send(g.rolesAge(), g.m.Now().Sub(at).Seconds())
	}
	if stats, err := g.m.Stats(ctx); err != nil {
		to <- prometheus.NewInvalidMetric(g.requests(), err)
	} else {
		send(g.waiting(), float64(stats.Waiting))
		for st, n := range stats.Requests {
			send(g.requests(), float64(n), string(st))
		}
	}
	run, ok, err := state.LoadRun(g.m.State)
	if err != nil || !ok {
		return
	}
	if !run.Success.IsZero() {
		send(g.lastSync(), float64(run.Success.Unix()))
	}
	for st, n := range run.Rooms {
		send(g.rooms(), float64(n), st)
	}
}
