package agenda

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// caseFile returns the path of an input on which an earlier version did the
// wrong thing.
func caseFile(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "cases", "agenda", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the cases are not here: %v", err)
	}
	return path
}

func caseBody(t *testing.T, name string) string {
	t.Helper()
	body, err := os.ReadFile(caseFile(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// offline is a client that must not use the network.
func offline(t *testing.T) *Client {
	t.Helper()
	return client(t, "https://datatracker.example.org", nil)
}

// rooms lists the rooms of a meeting's sessions, sorted, each once.
func rooms(m Meeting) []string {
	var out []string
	for _, s := range m.Sessions {
		out = append(out, s.Room)
	}
	return sortedSet(out)
}

func TestCaseDetailCostsNoRoom(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct{ rooms, details int }{"list.json": {13, 11}, "data.json": {6, 4}} {
		m := meeting(t, offline(t), "file:"+caseFile(t, "02-detail-costs-room/"+name))
		if got := rooms(m); len(got) != want.rooms || m.Unread.Rows > 0 {
			t.Errorf("%s: rooms %q, unread %+v", name, got, m.Unread)
		}
		unknown := slices.DeleteFunc(slices.Clone(m.Warnings), func(w string) bool { return !strings.HasSuffix(w, "it is taken as unknown") })
		if len(unknown) != want.details {
			t.Errorf("%s: warnings %q", name, m.Warnings)
		}
		for _, g := range m.Groups {
			if g.Type != "wg" {
				t.Errorf("%s: group %+v", name, g)
			}
		}
	}
}

func TestCaseRowOfAnima(t *testing.T) {
	t.Parallel()
	list := caseBody(t, "04-sync-silent/agenda-127.json")
	data := caseBody(t, "04-sync-silent/agenda-data-127.json")
	read := func(list, data string) Meeting {
		t.Helper()
		f := newFake(t)
		f.on("/meeting/127/agenda.json", document200(list))
		f.on("/api/meeting/127/agenda-data", document200(data))
		return meeting(t, client(t, f.URL, nil), "127")
	}
	m := read(list, data)
	if got := rooms(m); !slices.Equal(got, []string{"anima", "quic", "tls"}) || m.Unread.Rows > 0 {
		t.Errorf("with a bad duration: rooms %q, unread %+v", got, m.Unread)
	}
	wantWarning(t, m, `group "anima"`, `duration "soon"`)
	// Where what decides on the room is as bad, the group is unknown.
	spoil := func(doc string) string {
		at := strings.Index(doc, `"duration": "soon"`)
		end := at + strings.Index(doc[at:], `"status": "sched"`)
		return doc[:end] + `"status": 7` + doc[end+len(`"status": "sched"`):]
	}
	m = read(spoil(list), spoil(data))
	if got := rooms(m); !slices.Equal(got, []string{"quic", "tls"}) || m.Unread.Rows != 1 ||
		!m.Unread.Includes("anima") || !m.Unread.Includes("ANIMA") || m.Unread.Includes("quic") {
		t.Errorf("with a bad status: rooms %q, unread %+v", got, m.Unread)
	}
	wantWarning(t, m, `group "anima"`, "left out", "status")
}

func TestCaseDirectorates(t *testing.T) {
	t.Parallel()
	var pages map[string]json.RawMessage
	if err := json.Unmarshal([]byte(caseBody(t, "05-review-directorates/api.json")), &pages); err != nil {
		t.Fatal(err)
	}
	f := newFake(t)
	f.on(groupsPath, func(w http.ResponseWriter, r *http.Request) {
		body, ok := pages[r.URL.Path+"?"+r.URL.RawQuery]
		if !ok {
			body = json.RawMessage(groupPageOf(nil, 0))
		}
		fmt.Fprintf(w, "%s", body)
	})
	var got []string
	for _, g := range groups(t, client(t, f.URL, nil), Directorate, ReviewDirectorate, WorkingGroup).Groups {
		if g.Type != WorkingGroup {
			got = append(got, g.Acronym)
		}
	}
	if !slices.Equal(got, []string{"eodir", "genart", "opsdir", "secdir"}) {
		t.Errorf("directorates %q", got)
	}
}

func TestCaseNumberIsRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"agenda.json", "long.json"} {
		path := caseFile(t, "07-number-to-terminal/"+name)
		_, err := offline(t).Meeting(t.Context(), "file:"+path)
		if err == nil || !strings.Contains(err.Error(), "is no number of a meeting") || len(err.Error()) > 1000 ||
			strings.ContainsFunc(err.Error(), unicode.IsControl) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestCaseEditorial(t *testing.T) {
	t.Parallel()
	list, data := caseFile(t, "08-editorial/agenda-127.json"), caseFile(t, "08-editorial/agenda-data-127.json")
	both, err := offline(t).Meetings(t.Context(), []string{"file:" + list, "file:" + data})
	if err != nil || len(both) != 1 {
		t.Fatalf("%d meetings, %v", len(both), err)
	}
	alone := meeting(t, offline(t), "file:"+data)
	if a, b := rooms(both[0]), rooms(alone); !slices.Equal(a, b) || !slices.Contains(a, "rswg") {
		t.Errorf("rooms by both documents %q, by agenda-data %q", a, b)
	}
	for _, g := range both[0].Groups {
		if g.Inferred || g.Acronym == "rswg" && g.Type != EditorialGroup {
			t.Errorf("by both documents: %+v", g)
		}
	}
	for _, g := range alone.Groups {
		if !g.Inferred {
			t.Errorf("by agenda-data alone: %+v", g)
		}
	}
}

func TestCasePageCap(t *testing.T) {
	t.Parallel()
	for _, most := range []int{1000, 100, 50, 20} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			s := groupServer{rows: working(1342), most: most}
			f.serveGroups(s)
			if l := groups(t, client(t, f.URL, nil), "wg"); len(l.Groups) != 1342 || l.Incomplete || l.Stale || len(l.Warnings) > 0 {
				t.Errorf("%d groups, warnings %q", len(l.Groups), l.Warnings)
			}
			// Where the Datatracker fails on a row, only that one is left out.
			s.broken = map[int]bool{1002: true, 2111: true}
			f.serveGroups(s)
			if l := groups(t, client(t, f.URL, nil), "wg"); len(l.Groups) != 1340 || l.Incomplete || l.Unread.Unnamed != 2 {
				t.Errorf("with bad rows: %d groups, unread %+v, incomplete %t", len(l.Groups), l.Unread, l.Incomplete)
			}
		})
	}
}

func TestCaseMeetingListInPages(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.serve126()
	f.on(meetingsPath, func(w http.ResponseWriter, r *http.Request) {
		var at int
		_, _ = fmt.Sscan(r.URL.Query().Get("offset"), &at)
		rows := []obj{listedRow("128", "2027-03-13", nil), listedRow("127", "2026-11-14", nil)}
		for i := range 60 {
			rows = append(rows, listedRow(fmt.Sprint(200+i), fmt.Sprintf("%d-03-13", 2028+i), nil))
		}
		rows = append(rows, listedRow("126", "2026-07-18", nil))
		var next any
		if at+1 < len(rows) {
			next = fmt.Sprintf("%s?offset=%d", meetingsPath, at+1)
		}
		fmt.Fprint(w, encode(obj{"meta": obj{"next": next, "total_count": len(rows)}, "objects": rows[at : at+1]}))
	})
	if m := meeting(t, client(t, f.URL, nil), "current"); m.Number != "126" {
		t.Errorf("current is %s", m.Number)
	}
}

// The current meeting is not guessed past a row that may be it.
func TestUnreadableRowAmongTheMeetings(t *testing.T) {
	t.Parallel()
	march, july, november := listedRow("125", "2026-03-14", nil), listedRow("126", "2026-07-18", nil), listedRow("127", "2026-11-14", nil)
	tests := map[string]struct {
		bad           obj
		current, next bool // can be determined
	}{
		"an earlier one":      {listedRow("x", "2026-05-01", nil), true, true},
		"may be the current":  {listedRow("x", "2026-07-17", nil), false, false},
		"the same day":        {listedRow("a", "2026-07-18", nil), false, false},
		"may be the next":     {listedRow("x", "2026-09-01", nil), true, false},
		"a later one":         {listedRow("x", "2027-03-01", nil), true, true},
		"without a date":      {listedRow("128", "soon", nil), false, false},
		"of an unread type":   {listedRow("x", "2026-07-17", obj{"type": 7}), false, false},
		"not a row":           {}, // an empty object has neither number nor date
		"of another type":     {listedRow("x", "soon", obj{"type": "/api/v1/name/meetingtypename/interim/"}), true, true},
		"number not a string": {listedRow("", "2026-07-17", obj{"number": 7}), false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.serve126()
			f.on("/meeting/127/agenda.json", document200(`{"127": []}`))
			f.on(meetingsPath, says("application/json", listOf(nil, november, tt.bad, march, july)))
			for which, certain := range map[string]bool{"current": tt.current, "next": tt.next} {
				m, err := client(t, f.URL, nil).Meeting(t.Context(), which)
				want := map[string]string{"current": "126", "next": "127"}[which]
				if certain && (err != nil || m.Number != want) {
					t.Errorf("%s: got %s, %v", which, m.Number, err)
				}
				if !certain && (err == nil || !containsAll(err.Error(), []string{f.URL + meetingsPath, "list of meetings: row 1", "cannot be read"})) {
					t.Errorf("%s: got %s, %v; want an error", which, m.Number, err)
				}
			}
		})
	}
}

func TestCaseHostileText(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"acronyms.json", "agenda-127.json", "agenda-data-127.json", "case-twins.json"} {
		m := meeting(t, offline(t), "file:"+caseFile(t, "13-hostile-text/"+name))
		if len(m.Sessions) == 0 {
			t.Errorf("%s: no sessions, warnings %q", name, m.Warnings)
		}
		for _, w := range m.Warnings {
			if strings.ContainsFunc(w, func(r rune) bool { return unicode.Is(unicode.C, r) }) {
				t.Errorf("%s: warning %q", name, w)
			}
		}
	}
}

func TestCaseTimesAndZones(t *testing.T) {
	t.Parallel()
	tests := map[string]string{ // the start of the first session, in the meeting's zone
		"kolkata-new-year.json":         "2099-12-31T23:30:00+05:30",
		"long.json":                     "2099-03-20T09:00:00+01:00",
		"vienna-autumn.json":            "2099-10-25T02:30:00+02:00",
		"vienna-spring.json":            "2099-03-28T10:00:00+01:00",
		"zone-America_Sao_Paulo.json":   "2099-07-20T10:00:00-03:00",
		"zone-Asia_Kathmandu.json":      "2099-07-20T10:00:00+05:45",
		"zone-Australia_Lord_Howe.json": "2099-07-20T10:00:00+10:30",
		"zone-GMT.json":                 "2099-07-20T10:00:00Z",
		"zone-Local.json":               "",
		"zone-Mars_Olympus.json":        "",
		"zone-none.json":                "",
	}
	for name, want := range tests {
		m := meeting(t, offline(t), "file:"+caseFile(t, "14-times-and-zones/"+name))
		got := ""
		if s := m.Sessions[0]; !s.Start.IsZero() {
			got = s.Start.Format("2006-01-02T15:04:05Z07:00")
		}
		if got != want {
			t.Errorf("%s: starts at %q, want %q", name, got, want)
		}
		if want == "" {
			wantWarning(t, m, "time zone")
		}
	}
}
