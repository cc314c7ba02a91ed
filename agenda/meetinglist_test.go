package agenda

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const meetingsPath = "/api/v1/meeting/meeting/"

func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// listOf is a page of the list of meetings; date by number.
func listOf(next any, rows ...obj) string {
	return encode(obj{"meta": obj{"next": next, "limit": 20, "total_count": 99}, "objects": append([]obj{}, rows...)})
}

func meetingRow(number, date string, changes obj) obj {
	return with(obj{"number": number, "date": date, "type": "/api/v1/name/meetingtypename/ietf/", "time_zone": "UTC"}, changes)
}

func TestPick(t *testing.T) {
	t.Parallel()
	page, err := parseMeetingList([]byte(listOf(nil,
		meetingRow("127", "2026-11-14", nil), meetingRow("125", "2026-03-14", nil), meetingRow("126", "2026-07-18", nil))))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ current, next int }{
		"2026-03-01T00:00:00Z":      {125, 126},
		"2026-03-14T12:00:00Z":      {125, 126},
		"2026-04-14T23:59:59Z":      {125, 126}, // 31 days after its first
		"2026-04-15T00:00:00Z":      {126, 127},
		"2026-04-14T23:30:00-07:00": {126, 127}, // the day is UTC's
		"2026-07-20T12:00:00Z":      {126, 127},
		"2026-08-19T00:00:00Z":      {127, 0},
		"2026-12-15T23:00:00Z":      {127, 0},
		"2026-12-16T00:00:00Z":      {0, 0},
	}
	for now, want := range tests {
		t.Run(now, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(time.RFC3339, now)
			if err != nil {
				t.Fatal(err)
			}
			current, _ := pick(page.meetings, at, false)
			next, _ := pick(page.meetings, at, true)
			if current.number != want.current || next.number != want.next {
				t.Errorf("got %d and %d, want %d and %d", current.number, next.number, want.current, want.next)
			}
		})
	}
}

func TestParseMeetingList(t *testing.T) {
	t.Parallel()
	page, err := parseMeetingList([]byte(listOf("/api/v1/meeting/meeting/?offset=20",
		meetingRow("126", "2026-07-18", nil),
		meetingRow("interim-2026-quic-01", "2026-05-01", obj{"type": "/api/v1/name/meetingtypename/interim/"}),
		meetingRow("125", "2026-03-14", obj{"type": nil}),
		meetingRow("x7", "2026-03-14", nil),
		meetingRow("127", "soon", nil),
		obj{"number": 128, "date": "2027-03-14"},
	)))
	if err != nil {
		t.Fatal(err)
	}
	want := []listed{{125, day(t, "2026-03-14")}, {126, day(t, "2026-07-18")}}
	if fmt.Sprint(page.meetings) != fmt.Sprint(want) || page.next != "/api/v1/meeting/meeting/?offset=20" {
		t.Errorf("got %+v", page)
	}
	for i, part := range []string{`"x7"`, `date "soon"`, "number is of the wrong JSON type"} {
		if len(page.notes.list) != 3 || !strings.Contains(page.notes.list[i], part) {
			t.Errorf("warnings %q lack %q", page.notes.list, part)
		}
	}
	for _, bad := range []string{"", "<html>", "[]", "null", "{}", `{"meta": 1, "objects": []}`, `{"objects": {}}`} {
		if _, err := parseMeetingList([]byte(bad)); err == nil || !strings.HasPrefix(err.Error(), "list of meetings: ") {
			t.Errorf("%s: got error %v", bad, err)
		}
	}
}

func TestRealMeetingList(t *testing.T) {
	t.Parallel()
	page, err := parseMeetingList(realDocument(t, "rest-meeting-list.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(page.meetings) != 20 || page.next != "/api/v1/meeting/meeting/?type=ietf&limit=20&offset=20" || page.notes.all() != nil {
		t.Errorf("%d meetings, next %q, warnings %q", len(page.meetings), page.next, page.notes.all())
	}
	for now, want := range map[string]int{"2022-11-07": 115, "2022-12-06": 115, "2022-12-07": 116, "2020-01-01": 107} {
		if got, ok := pick(page.meetings, day(t, now), false); !ok || got.number != want {
			t.Errorf("current meeting on %s: %d, want %d", now, got.number, want)
		}
	}
}

func TestCurrentAndNext(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.serve126()
	f.on("/meeting/127/agenda.json", document200(`{"127": []}`))
	f.on("/api/meeting/127/agenda-data", status(500))
	f.on(meetingsPath, func(w http.ResponseWriter, r *http.Request) {
		// Two pages, out of order, linked relative to the host.
		if r.URL.Query().Get("offset") == "" {
			fmt.Fprint(w, listOf(meetingsPath+"?type=ietf&offset=2", meetingRow("128", "2027-03-13", nil), meetingRow("125", "2026-03-14", nil)))
			return
		}
		fmt.Fprint(w, listOf(nil, meetingRow("127", "2026-11-14", nil), meetingRow("126", "2026-07-18", nil), meetingRow("?", "", nil)))
	})
	c := client(t, f.URL, nil)
	m := meeting(t, c, "current")
	if m.Number != "126" || len(m.Sessions) != 2 || m.Stale {
		t.Errorf("current is %+v", m)
	}
	wantWarning(t, m, "list of meetings", `"?"`)
	if m = meeting(t, c, "next"); m.Number != "127" || len(m.Sessions) != 0 {
		t.Errorf("next is %+v", m)
	}
	want := url.Values{"type": {"ietf"}, "format": {"json"}, "limit": {"100"}, "date__gte": {"2025-01-01"}}
	if got := f.asked(meetingsPath)[0].URL.RawQuery; got != want.Encode() {
		t.Errorf("asked for %q, want %q", got, want.Encode())
	}
}

func TestCurrentFails(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		handler http.HandlerFunc
		kind    error
		want    string
	}{
		"no meeting left":      {says("application/json", listOf(nil, meetingRow("100", "2017-11-11", nil))), ErrNotFound, "no current IETF meeting as of 2026-07-20"},
		"empty list":           {says("application/json", listOf(nil)), ErrNotFound, "no current IETF meeting"},
		"unreachable":          {status(503), ErrUnreachable, "503"},
		"refused":              {status(400), ErrUnusable, "400"},
		"not a list":           {says("application/json", "[]"), ErrUnusable, "list of meetings"},
		"next elsewhere":       {says("application/json", listOf("https://example.org/api/", meetingRow("126", "2026-07-18", nil))), ErrUnusable, "elsewhere"},
		"next on another host": {says("application/json", listOf("http://example.org/api/", meetingRow("126", "2026-07-18", nil))), ErrUnusable, "elsewhere"},
		"next is itself":       {says("application/json", listOf("?"+listQuery, meetingRow("126", "2026-07-18", nil))), ErrUnusable, "do not end"},
		"next is no address":   {says("application/json", listOf("%zz", meetingRow("126", "2026-07-18", nil))), ErrUnusable, "elsewhere"},
		"next without end": {func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, listOf(meetingsPath+"?n=x"+r.URL.Query().Get("n")))
		}, ErrUnusable, "do not end"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.on(meetingsPath, tt.handler)
			_, err := client(t, f.URL, nil).Meeting(t.Context(), "current")
			if !errors.Is(err, tt.kind) || !containsAll(err.Error(), []string{"current meeting: ", tt.want, f.URL}) {
				t.Errorf("got %v, want one with %q", err, tt.want)
			}
			if got := len(f.asked(meetingsPath)); got > maxPages {
				t.Errorf("asked %d times", got)
			}
		})
	}
}

const listQuery = "date__gte=2025-01-01&format=json&limit=100&type=ietf"
