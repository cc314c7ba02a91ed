package agenda

import (
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// The real documents, as they were served.
const (
	list110 = "ietf110-agenda.json"
	list112 = "ietf112-agenda.json"
	list113 = "ietf113-agenda.json"
	data113 = "ietf113-agenda-data.json"
)

func TestRealAgendas(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		number                              string
		sessions, groups, year, wgs, cancel int
	}{
		list110: {"110", 142, 120, 111, 93, 2},
		list112: {"112", 135, 116, 106, 92, 2},
		list113: {"113", 151, 112, 103, 88, 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := fromList(t, string(realDocument(t, name)))
			year, wgs, cancelled, plenaries := 0, 0, 0, 0
			for _, g := range m.Groups {
				if slices.Contains([]string{"wg", "rg", "ag", "rag"}, g.Type) {
					year++
				}
				if g.Type == "wg" {
					wgs++
				}
			}
			for _, s := range m.Sessions {
				if s.Status == Canceled {
					cancelled++
				}
				if s.Type == "plenary" {
					plenaries++
				}
				if s.Start.IsZero() || s.Duration == 0 {
					t.Errorf("session %d has no time", s.ID)
				}
			}
			if m.Number != tt.number || len(m.Sessions) != tt.sessions || len(m.Groups) != tt.groups ||
				year != tt.year || wgs != tt.wgs || cancelled != tt.cancel || plenaries != 1 {
				t.Errorf("meeting %s: %d sessions, %d groups, %d year-round, %d working groups, %d cancelled, %d plenaries; want %+v",
					m.Number, len(m.Sessions), len(m.Groups), year, wgs, cancelled, plenaries, tt)
			}
			if len(m.Warnings) > 0 || m.Unread.Rows > 0 {
				t.Errorf("warnings %q", m.Warnings)
			}
		})
	}
}

// common is what both forms of the agenda have of a session.
type common struct {
	ID       int
	Group    string
	Status   Status
	Start    time.Time
	Duration time.Duration
	Location string
}

func commonOf(m Meeting) []common {
	var out []common
	for _, s := range m.Sessions {
		out = append(out, common{s.ID, s.Group, s.Status, s.Start.UTC(), s.Duration, s.Location})
	}
	return out
}

func TestReal113InAllWays(t *testing.T) {
	t.Parallel()
	list := fromList(t, string(realDocument(t, list113)))
	data := fromData(t, string(realDocument(t, data113)))
	both := joined(t, string(realDocument(t, list113)), string(realDocument(t, data113)))
	if d := diff(commonOf(list), commonOf(data)); d != "" {
		t.Errorf("agenda.json and agenda-data (-list +data):\n%s", d)
	}
	if d := diff(commonOf(list), commonOf(both)); d != "" {
		t.Errorf("agenda.json and both joined (-list +both):\n%s", d)
	}
	if d := diff(acronyms(list), acronyms(data)); d != "" {
		t.Errorf("groups (-list +data):\n%s", d)
	}
	if d := diff(list.Groups, both.Groups); d != "" {
		t.Errorf("groups (-list +both):\n%s", d)
	}
	for _, m := range []Meeting{data, both} {
		if m.City != "Vienna" || m.TimeZone.String() != "Europe/Vienna" || len(m.Warnings) > 0 || m.Unread.Rows > 0 {
			t.Errorf("city %q, zone %s, warnings %q", m.City, m.TimeZone, m.Warnings)
		}
	}
	for i, s := range both.Sessions {
		if s.Type != data.Sessions[i].Type || s.Type == "" || s.OwnRoom || s.Room == "" {
			t.Errorf("session %d: type %q, room %q", s.ID, s.Type, s.Room)
		}
	}
}

// TestReal113Inferred holds the guesses made without agenda.json against the
// truth: all groups that have regular sessions are found, and only area
// groups are taken for something else.
func TestReal113Inferred(t *testing.T) {
	t.Parallel()
	list := fromList(t, string(realDocument(t, list113)))
	data := fromData(t, string(realDocument(t, data113)))
	var wrong []string
	for i, g := range data.Groups {
		truth := list.Groups[i]
		if g.Type == truth.Type && g.BOF == truth.BOF {
			continue
		}
		acts := slices.Contains([]string{"wg", "rg", "ag", "rag"}, truth.Type)
		if acts != (g.Type != "") || g.BOF != truth.BOF {
			t.Errorf("group %q: inferred %q, BOF %t; is %q, BOF %t", g.Acronym, g.Type, g.BOF, truth.Type, truth.BOF)
		}
		if acts {
			wrong = append(wrong, g.Acronym)
		}
	}
	if d := diff([]string{"iabopen", "irtfopen", "rtgarea", "saag", "tsvarea"}, wrong); d != "" {
		t.Errorf("groups of another type (-want +got):\n%s", d)
	}
}

func TestRealFilesAsSource(t *testing.T) {
	t.Parallel()
	realDocument(t, list113) // skips
	c := client(t, "https://datatracker.example.org", nil)
	list := meeting(t, c, "file:"+filepath.Join("..", "..", "shared", "agenda", list113))
	data := meeting(t, c, "file:"+filepath.Join("..", "..", "shared", "agenda", data113))
	if d := diff(commonOf(list), commonOf(data)); d != "" {
		t.Errorf("sessions (-list +data):\n%s", d)
	}
	if want := "https://datatracker.example.org/meeting/113/agenda/"; list.AgendaURL != want || data.AgendaURL != want {
		t.Errorf("addresses %q, %q; want %q", list.AgendaURL, data.AgendaURL, want)
	}
	wantWarning(t, list, "without agenda-data")
	wantWarning(t, data, "without agenda.json", "inferred")
}
