package state_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/provision"
	"muster/provision/state"
)

// noon is a time of a run.
func noon() time.Time { return time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC) }

func aRun() state.Run {
	return state.Run{
		Format: "muster-run/1", Command: "muster sync", Began: noon(), Ended: noon().Add(1500 * time.Millisecond), Status: 3, Error: "x",
		Success: noon().Add(-time.Hour), Counts: provision.Counts{Wanted: 7, Create: 2, Failed: 1, Conflict: 1},
		Rooms: map[string]int{"live": 6, "archived": 1}, Conflicts: []string{"quic"},
		Archives:   []state.Due{{Room: "ace", When: noon().AddDate(0, 0, 3)}},
		Sources:    []state.Source{{Name: "IETF 126", Confirmed: noon().Add(-time.Minute)}, {Name: `a "b"` + "\n", Confirmed: noon()}},
		Conditions: map[string]time.Time{"odd": noon()},
	}
}

func TestRunIsKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, ok, err := state.LoadRun(dir); ok || err != nil {
		t.Fatalf("before the first run: %t, %v", ok, err)
	}
	want := aRun()
	if err := want.Save(dir); err != nil {
		t.Fatal(err)
	}
	got, ok, err := state.LoadRun(dir)
	if !ok || err != nil || !cmp.Equal(got, want) {
		t.Errorf("it reads back otherwise: %t, %v\n%s", ok, err, cmp.Diff(want, got))
	}
	if err := os.WriteFile(filepath.Join(dir, "last-run.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := state.LoadRun(dir); ok || err != nil {
		t.Errorf("a damaged one: %t, %v", ok, err)
	}
}

func TestNews(t *testing.T) {
	t.Parallel()
	last := state.Run{Conditions: map[string]time.Time{"old": noon(), "gone": noon(), "yesterday": noon().Add(-23 * time.Hour)}}
	cases := []struct {
		name       string
		now        time.Time
		conditions []string
		want       []string
	}{
		{"nothing odd", noon(), nil, nil},
		{"one that lasts", noon().Add(15 * time.Minute), []string{"old"}, nil},
		{"one that begins", noon(), []string{"old", "new"}, []string{"new"}},
		{"one that has changed", noon(), []string{"old, and more"}, []string{"old, and more"}},
		{"a day later", noon().Add(24 * time.Hour), []string{"old"}, []string{"old"}},
		{"not yet a day later", noon().Add(59 * time.Minute), []string{"yesterday"}, nil},
		{"a day after it was last reported", noon().Add(time.Hour), []string{"yesterday"}, []string{"yesterday"}},
		{"twice the same", noon(), []string{"new", "new"}, []string{"new"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			news, noted := last.News(c.conditions, c.now)
			if !slices.Equal(news, c.want) {
				t.Errorf("the news are %q, want %q", news, c.want)
			}
			again, _ := state.Run{Conditions: noted}.News(c.conditions, c.now.Add(time.Minute))
			if len(again) > 0 && c.name != "not yet a day later" {
				t.Errorf("a minute later they are reported again: %q", again)
			}
			if _, ok := noted["gone"]; ok {
				t.Error("a condition that is over is still noted")
			}
		})
	}
}

// metric is a line of the text format: comments, or a name, a label and a value.
var metric = regexp.MustCompile(`^(# (HELP|TYPE) muster_[a-z_]+ .+|muster_[a-z_]+(\{[a-z]+="([^"\\]|\\[\\"n])*"\})? [0-9.e+]+)$`)

func TestMetrics(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "muster.prom")
	if err := aRun().WriteMetrics(path); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for line := range strings.Lines(text) {
		if !metric.MatchString(strings.TrimSuffix(line, "\n")) {
			t.Errorf("not in the text format: %q", line)
		}
	}
	for _, want := range []string{
		"muster_last_run_timestamp_seconds 1.782907201e+09\n", "muster_last_success_timestamp_seconds 1.7829036e+09\n",
		"muster_last_run_duration_seconds 1.5\n", "muster_last_run_status 3\n",
		"muster_rooms{state=\"archived\"} 1\nmuster_rooms{state=\"live\"} 6\n", "muster_changes{action=\"create\"} 2\n",
		"muster_failures 1\n", "muster_conflicts 1\n",
		"muster_source_age_seconds{source=\"IETF 126\"} 61.5\n", `muster_source_age_seconds{source="a \"b\"\n"} 1.5` + "\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("the file's mode is %v (%v)", info.Mode(), err)
	}
}

func TestCurrentHolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if h, ok := state.CurrentHolder(dir); ok {
		t.Errorf("without a lock: %v", h)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	who := state.Holder{PID: os.Getpid(), Host: host, Command: "muster sync", Since: noon()}
	l, err := state.AcquireLock(t.Context(), dir, who, 0)
	if err != nil {
		t.Fatal(err)
	}
	if h, ok := state.CurrentHolder(dir); !ok || h != who {
		t.Errorf("held: %v, %t", h, ok)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if h, ok := state.CurrentHolder(dir); ok {
		t.Errorf("released: %v", h)
	}
	// One that was killed has left its name: its number is that of no process.
	ended := exec.Command("true")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	left := fmt.Sprintf(`{"pid":%d,"host":%q,"command":"muster apply"}`, ended.Process.Pid, host)
	if err := os.WriteFile(filepath.Join(dir, "lock"), []byte(left), 0o600); err != nil {
		t.Fatal(err)
	}
	if h, ok := state.CurrentHolder(dir); ok {
		t.Errorf("killed: %v", h)
	}
}
