package agenda

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	server "muster/agenda/internal/fake"
	"muster/agenda/internal/fetch"
)

// obj is a JSON object in a test.
type obj = map[string]any

// with is an object with some keys changed; a key set to absent goes.
func with(base obj, changes obj) obj {
	out := maps.Clone(base)
	for key, value := range changes {
		if value == absent {
			delete(out, key)
			continue
		}
		out[key] = value
	}
	return out
}

const absent = "\x00absent"

// listRow is a row of agenda.json.
func listRow(id int, acronym string, changes obj) obj {
	return with(obj{
		"objtype": "session", "id": 100000 + id, "session_id": id, "is_bof": false,
		"group":    obj{"acronym": acronym, "name": "Group " + acronym, "type": "wg", "state": "active", "parent": "art"},
		"name":     "Group " + acronym,
		"start":    "2026-07-20T09:00:00Z",
		"duration": "2:00:00", "location": "Room 1", "status": "sched", "modified": "2026-07-01T00:00:00Z",
	}, changes)
}

// dataRowOf is a row of agenda-data as it is now.
func dataRowOf(id int, acronym string, changes obj) obj {
	return with(obj{
		"id": 200000 + id, "sessionId": id, "room": "Room 1", "location": obj{}, "acronym": acronym,
		"groupAcronym": acronym, "groupName": "Group " + acronym, "groupParent": obj{"acronym": "art"},
		"name": "", "slotName": "Morning Session I", "startDateTime": "2026-07-20T09:00:00+00:00", "duration": 7200,
		"status": "sched", "type": "regular", "purpose": "regular", "isBoF": false, "isProposed": false,
		"links": obj{"chat": "https://zulip.ietf.org/#narrow/stream/" + acronym},
	}, changes)
}

// listDoc is an agenda.json.
func listDoc(number string, rows ...obj) string {
	return encode(obj{number: append([]obj{}, rows...)})
}

// dataDoc is an agenda-data in Vienna.
func dataDoc(number string, rows ...obj) string {
	return encode(obj{
		"meeting":  obj{"number": number, "city": "Vienna", "timezone": "Europe/Vienna", "startDate": "2026-07-18"},
		"schedule": append([]obj{}, rows...), "usesNotes": true, "categories": []any{}, "floors": []any{obj{}},
	})
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// fake is a Datatracker whose answers a test sets.
type fake struct{ *server.Server }

func newFake(t *testing.T) *fake {
	t.Helper()
	return &fake{server.Start(t)}
}

func (f *fake) on(path string, handler http.HandlerFunc) { f.On(path, handler) }

// asked returns the requests for a path so far.
func (f *fake) asked(path string) []*http.Request { return f.Requests(path) }

// The two documents of meeting 126.
const (
	listPath = "/meeting/126/agenda.json"
	dataPath = "/api/meeting/126/agenda-data"
)

// serve126 makes the fake serve meeting 126 in both forms.
func (f *fake) serve126() {
	f.on(listPath, document200(listDoc("126", listRow(1, "quic", nil), listRow(2, "tls", nil))))
	f.on(dataPath, document200(dataDoc("126", dataRowOf(1, "quic", nil), dataRowOf(2, "tls", nil))))
}

// What the fake can answer.
func document200(body string) http.HandlerFunc            { return server.Document(body) }
func says(contentType, body string) http.HandlerFunc      { return server.Says(contentType, body) }
func status(code int, header ...string) http.HandlerFunc  { return server.Status(code, header...) }
func hangUp(w http.ResponseWriter, r *http.Request)       { server.HangUp(w, r) }
func after(handlers ...http.HandlerFunc) http.HandlerFunc { return server.After(handlers...) }

// An interim has one document, which makes it good to try failures on.
const (
	interim     = "interim-2026-quic-01"
	interimPath = "/meeting/" + interim + "/agenda.json"
)

func interimDoc() http.HandlerFunc { return document200(listDoc(interim, listRow(1, "quic", nil))) }

// july is a moment during the meeting 126 of the tests.
func july() time.Time { return time.Date(2026, 7, 20, 12, 0, 0, 0, time.UTC) }

// client makes an impatient client of a server.
func client(t *testing.T, url string, change func(*Config)) *Client {
	t.Helper()
	return clientOver(t, url, nil, change)
}

// clientOver makes such a client with a transport of its own.
func clientOver(t *testing.T, url string, transport http.RoundTripper, change func(*Config)) *Client {
	t.Helper()
	cfg := Config{URL: url, Timeout: time.Minute, Now: july}
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	docs := cfg.fetching(c.base)
	docs.Retry.First, docs.Retry.Most = time.Millisecond, 4*time.Millisecond
	if transport != nil {
		docs.HTTP.Transport = transport
	}
	c.docs = fetch.New(docs)
	return c
}

// meeting reads a meeting that there must be.
func meeting(t *testing.T, c *Client, name string) Meeting {
	t.Helper()
	m, err := c.Meeting(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	checkInvariants(t, m)
	return m
}

// checkInvariants holds every meeting to what its type promises.
func checkInvariants(t *testing.T, m Meeting) {
	t.Helper()
	if m.TimeZone == nil {
		t.Fatal("no time zone")
	}
	owners := map[string]bool{}
	ids := map[int]bool{}
	for i, s := range m.Sessions {
		if s.ID <= 0 || s.Group == "" || ids[s.ID] || s.Duration < 0 {
			t.Errorf("session %+v: bad or double identity", s)
		}
		ids[s.ID], owners[s.Group] = true, true
		if usual := map[bool]string{true: "plenary", false: s.Group}[s.Type == "plenary"]; s.Room == "" || !s.OwnRoom && s.Room != usual {
			t.Errorf("session %+v: its room", s)
		}
		if i > 0 {
			if c := m.Sessions[i-1].Start.Compare(s.Start); c > 0 || c == 0 && m.Sessions[i-1].ID > s.ID {
				t.Errorf("session %d is not in order", s.ID)
			}
		}
	}
	for i, g := range m.Groups {
		if !owners[g.Acronym] {
			t.Errorf("group %q owns no session or is there twice", g.Acronym)
		}
		delete(owners, g.Acronym)
		if i > 0 && m.Groups[i-1].Acronym >= g.Acronym {
			t.Errorf("group %q is not in order", g.Acronym)
		}
		if g.BOF != (g.State == "bof") {
			t.Errorf("group %q: BOF is %t in state %q", g.Acronym, g.BOF, g.State)
		}
	}
	if len(owners) > 0 {
		t.Errorf("owners that are no groups: %v", owners)
	}
	if !slices.IsSorted(m.Warnings) || len(slices.Compact(slices.Clone(m.Warnings))) != len(m.Warnings) {
		t.Errorf("warnings are not sorted or double: %q", m.Warnings)
	}
	for _, w := range m.Warnings {
		if strings.ContainsFunc(w, func(r rune) bool { return r < ' ' }) {
			t.Errorf("warning %q has control characters", w)
		}
	}
}

// wantWarning asserts that one warning has all these parts.
func wantWarning(t *testing.T, m Meeting, parts ...string) {
	t.Helper()
	for _, w := range m.Warnings {
		if containsAll(w, parts) {
			return
		}
	}
	t.Errorf("no warning with %q in %q", parts, m.Warnings)
}

func containsAll(s string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(s, part) {
			return false
		}
	}
	return true
}

// acronyms lists the groups of a meeting.
func acronyms(m Meeting) []string {
	var out []string
	for _, g := range m.Groups {
		out = append(out, g.Acronym)
	}
	return out
}

// realDocument reads a document of the real Datatracker.
func realDocument(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "..", "shared", "agenda", name))
	if err != nil {
		t.Skipf("the real documents are not here: %v", err)
	}
	return body
}

// diff compares two values, time zones by their names.
func diff(want, got any) string {
	return cmp.Diff(want, got, cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() }))
}
