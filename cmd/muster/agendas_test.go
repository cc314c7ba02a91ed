package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/fixtures"
	"muster/fixtures/ejabberd"
	"muster/fixtures/prosody"
)

// realAgendas is where real agendas lie beside a checkout; they are not part
// of the project.
const realAgendas = "../../../shared/agenda"

// TestRealAgendas applies real agendas, one after the other, to one service,
// as years of meetings would.
func TestRealAgendas(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(realAgendas); err != nil {
		t.Skipf("no real agendas: %v", err)
	}
	for name, start := range map[string]func(*testing.T) *realWorld{
		"prosody with companion": func(t *testing.T) *realWorld { return onProsody(t, prosody.Options{Companion: true}) },
		"prosody without":        func(t *testing.T) *realWorld { return onProsody(t, prosody.Options{}) },
		"ejabberd":               onEjabberd,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			known := make(map[string]bool)
			for _, number := range []string{"110", "112", "113"} {
				source := "file:" + w.agenda(number)
				wanted, cancelled := wantedRooms(t, w.agenda(number))
				for _, room := range cancelled {
					if known[room] && !slices.Contains(wanted, room) {
						wanted = append(wanted, room) // it is kept, and would not be made
					}
				}
				fresh := 0
				for _, room := range wanted {
					if !known[room] {
						fresh++
					}
					known[room] = true
				}
				first := w.apply(source)
				if first["wanted"] != len(wanted) || first["create"] != fresh || first["failed"]+first["unknown"]+first["conflict"] != 0 {
					t.Errorf("%s: %d rooms wanted, %d of them new, and the summary is %v", number, len(wanted), fresh, first)
				}
				second := w.apply(source)
				if second["unchanged"] != len(wanted) || second["create"]+second["update"]+second["failed"] != 0 {
					t.Errorf("%s: a second apply is not without changes: %v", number, second)
				}
			}
			w.checkServer(known)
		})
	}
}

// realWorld is a server with a configuration for it, and no Datatracker.
type realWorld struct {
	t       *testing.T
	dir     string
	service string
	list    func(context.Context) (string, error) // the rooms, as the server's own tool lists them
}

func onProsody(t *testing.T, o prosody.Options) *realWorld {
	t.Helper()
	p := prosody.New(t, o)
	return newRealWorld(t, p, "muc:list(\""+p.Service+"\")")
}

func onEjabberd(t *testing.T) *realWorld {
	t.Helper()
	e := ejabberd.New(t, ejabberd.Options{})
	return newRealWorld(t, e, "muc_online_rooms", e.Service)
}

// newRealWorld takes the command of the server's console that lists the rooms.
func newRealWorld(t *testing.T, s *fixtures.Server, list ...string) *realWorld {
	t.Helper()
	w := &realWorld{t: t, dir: t.TempDir(), service: s.Service}
	w.list = func(ctx context.Context) (string, error) { return s.Console(ctx, list...) }
	if err := s.WriteConfig("http://127.0.0.1:9", w.dir, ""); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *realWorld) agenda(number string) string {
	path, err := filepath.Abs(filepath.Join(realAgendas, "ietf"+number+"-agenda.json"))
	if err != nil {
		w.t.Fatal(err)
	}
	return path
}

// apply applies one agenda and returns the counts of its summary.
func (w *realWorld) apply(source string) map[string]int {
	w.t.Helper()
	var stdout, stderr bytes.Buffer
	args := []string{"--config", filepath.Join(w.dir, "muster.toml"), "--format", "json", "apply", "--yes", "--meeting", source}
	code := runAt(context.Background(), time.Now, args, strings.NewReader(""), &stdout, &stderr, os.Environ())
	if code != exitOK {
		w.t.Fatalf("apply of %s: status %d\n%s%s", source, code, stdout.String(), stderr.String())
	}
	lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
	var summary map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &summary); err != nil || summary["type"] != "summary" {
		w.t.Fatalf("the last record is %s (%v)", lines[len(lines)-1], err)
	}
	counts := make(map[string]int)
	for key, value := range summary {
		if n, ok := value.(float64); ok {
			counts[key] = int(n)
		}
	}
	return counts
}

// checkServer asks the server's own shell which rooms there are.
func (w *realWorld) checkServer(want map[string]bool) {
	w.t.Helper()
	out, err := w.list(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for room := range want {
		if !strings.Contains(out, room+"@"+w.service) {
			w.t.Errorf("the server has no room %s", room)
		}
	}
}

// wantedRooms reads an agenda.json in the plainest way and returns the rooms
// that the default rules give, with the plenary and the hallway, and those of
// groups with a cancelled session.
func wantedRooms(t *testing.T, path string) (rooms, cancelled []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var agenda map[string][]struct {
		Objtype, Status, Name string
		Group                 struct{ Acronym, Type string }
	}
	if err := json.Unmarshal(text, &agenda); err != nil {
		t.Fatal(err)
	}
	rooms = []string{"hallway"}
	for _, rows := range agenda {
		for _, row := range rows {
			configured := slices.Contains([]string{"wg", "rg", "ag", "rag", "edwg"}, row.Group.Type)
			switch {
			case row.Objtype != "session" || row.Status == "resched":
			case row.Status == "canceled" && configured:
				cancelled = append(cancelled, row.Group.Acronym)
			case strings.Contains(row.Name, "Plenary"):
				rooms = append(rooms, "plenary")
			case configured:
				rooms = append(rooms, row.Group.Acronym)
			}
		}
	}
	slices.Sort(rooms)
	return slices.Compact(rooms), cancelled
}
