package state

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/renameio/v2"
)

// WriteMetrics writes the run to a file in the text format of Prometheus, for
// the textfile collector of its node exporter. The file is replaced as a whole
// and can be read by other users.
func (r Run) WriteMetrics(path string) error {
	if err := renameio.WriteFile(path, r.metrics(), 0o644); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}

// metricValue is one value of a metric, with one label or none.
type metricValue struct {
	label, is string
	value     float64
}

func (r Run) metrics() []byte {
	var b bytes.Buffer
	metric := func(name, help string, samples ...metricValue) {
		fmt.Fprintf(&b, "# HELP muster_%s %s\n# TYPE muster_%s gauge\n", name, help, name)
		for _, s := range samples {
			label := ""
			if s.label != "" {
				label = fmt.Sprintf("{%s=\"%s\"}", s.label, labelEscapes.Replace(s.is))
			}
			fmt.Fprintf(&b, "muster_%s%s %v\n", name, label, s.value)
		}
	}
	metric("last_run_timestamp_seconds", "When the last run ended.", metricValue{value: seconds(r.Ended)})
	metric("last_success_timestamp_seconds", "When a run last ended with status 0.", metricValue{value: seconds(r.Success)})
	metric("last_run_duration_seconds", "How long the last run took.", metricValue{value: r.Ended.Sub(r.Began).Seconds()})
	metric("last_run_status", "The exit status of the last run.", metricValue{value: float64(r.Status)})
	rooms := make([]metricValue, 0, len(r.Rooms))
	for _, state := range slices.Sorted(maps.Keys(r.Rooms)) {
		rooms = append(rooms, metricValue{"state", state, float64(r.Rooms[state])})
	}
	metric("rooms", "Rooms on the service, by state.", rooms...)
	c := r.Counts
	metric("changes", "Changes made by the last run, by action.",
		metricValue{"action", "create", float64(c.Create)}, metricValue{"action", "update", float64(c.Update)},
		metricValue{"action", "archive", float64(c.Archive)}, metricValue{"action", "reopen", float64(c.Reopen)},
		metricValue{"action", "adopt", float64(c.Adopt)})
	metric("failures", "Changes that failed in the last run.", metricValue{value: float64(c.Failed)})
	metric("conflicts", "Wanted rooms that exist and are not managed.", metricValue{value: float64(c.Conflict)})
	ages := make([]metricValue, 0, len(r.Sources))
	for _, s := range r.Sources {
		ages = append(ages, metricValue{"source", s.Name, max(0, r.Ended.Sub(s.Confirmed).Seconds())})
	}
	metric("source_age_seconds", "Age of what the last run had from the Datatracker, by source.", ages...)
	return b.Bytes()
}

// seconds returns a time as Prometheus has it; 0 for the zero time.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.Unix())
}

// labelEscapes are those of a label's value in the text format.
var labelEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
