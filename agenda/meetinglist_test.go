package agenda

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"muster/agenda/internal/fetch"
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

func listedRow(number, date string, changes obj) obj {
	return with(obj{"number": number, "date": date, "type": "/api/v1/name/meetingtypename/ietf/", "time_zone": "UTC"}, changes)
}

func TestChoose(t *testing.T) {
	t.Parallel()
	page, err := parseMeetingList([]byte(listOf(nil,
		listedRow("127", "2026-11-14", nil), listedRow("125", "2026-03-14", nil), listedRow("126", "2026-07-18", nil))))
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
		"2026-12-16T00:00:00Z":      {0, 0}, // no current one, so no next one
	}
	for now, want := range tests {
		t.Run(now, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(time.RFC3339, now)
			if err != nil {
				t.Fatal(err)
			}
			current, noCurrent := choose(page.Rows, at, false)
			next, noNext := choose(page.Rows, at, true)
			if current != want.current || next != want.next || (noCurrent == nil) != (current > 0) || (noNext == nil) != (next > 0) {
				t.Errorf("got %d, %v and %d, %v; want %d and %d", current, noCurrent, next, noNext, want.current, want.next)
			}
		})
	}
}

func TestParseMeetingList(t *testing.T) {
	t.Parallel()
	page, err := parseMeetingList([]byte(listOf("/api/v1/meeting/meeting/?offset=20",
		listedRow("126", "2026-07-18", nil),
		listedRow("interim-2026-quic-01", "2026-05-01", obj{"type": "/api/v1/name/meetingtypename/interim/"}),
		listedRow("125", "2026-03-14", obj{"type": nil}),
		listedRow("x7", "2026-03-14", nil),
		listedRow("127", "soon", nil),
		obj{"number": 128, "date": "2027-03-14"},
	)))
	if err != nil {
		t.Fatal(err)
	}
	var read []string
	for _, m := range page.Rows {
		if m.unread == nil {
			read = append(read, fmt.Sprint(m.number, m.date.Format(" 2006-01-02")))
		}
	}
	if fmt.Sprint(read) != "[125 2026-03-14 126 2026-07-18]" || len(page.Rows) != 5 || page.all != 6 || page.Next != "/api/v1/meeting/meeting/?offset=20" {
		t.Errorf("got %+v", page)
	}
	for i, part := range []string{`"x7"`, `date "soon"`, "number is of the wrong JSON type"} {
		if len(page.Notes.All()) != 3 || !strings.Contains(page.Notes.All()[i], part) {
			t.Errorf("warnings %q lack %q", page.Notes.All(), part)
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
	if len(page.Rows) != 20 || page.Next != "/api/v1/meeting/meeting/?type=ietf&limit=20&offset=20" || page.Notes.All() != nil {
		t.Errorf("%d meetings, next %q, warnings %q", len(page.Rows), page.Next, page.Notes.All())
	}
	for now, want := range map[string]int{"2022-11-07": 115, "2022-12-06": 115, "2022-12-07": 116, "2020-01-01": 107} {
		if got, err := choose(page.Rows, day(t, now), false); err != nil || got != want {
			t.Errorf("current meeting on %s: %d, want %d", now, got, want)
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
			fmt.Fprint(w, listOf(meetingsPath+"?type=ietf&offset=2", listedRow("128", "2027-03-13", nil), listedRow("125", "2026-03-14", nil)))
			return
		}
		fmt.Fprint(w, listOf(nil, listedRow("127", "2026-11-14", nil), listedRow("126", "2026-07-18", nil), listedRow("?", "2026-01-10", nil)))
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
		t.Errorf("requested %q, want %q", got, want.Encode())
	}
}

func TestCurrentFails(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		handler http.HandlerFunc
		kind    error
		want    string
	}{
		"no meeting left": {says("application/json", listOf(nil, listedRow("100", "2017-11-11", nil))), nil, "no current IETF meeting as of 2026-07-20"},
		"empty list":      {says("application/json", listOf(nil)), nil, "no current IETF meeting"},
		"unreachable":     {status(503), fetch.ErrUnreachable, "503"},
		"refused":         {status(400), fetch.ErrUnusable, "400"},
		"not a list":      {says("application/json", "[]"), fetch.ErrUnusable, "list of meetings"},
		"next elsewhere": {says("application/json",
			listOf("https://example.org/api/", listedRow("126", "2026-07-18", nil))), fetch.ErrUnusable, "elsewhere"},
		"next on another host": {says("application/json",
			listOf("http://example.org/api/", listedRow("126", "2026-07-18", nil))), fetch.ErrUnusable, "elsewhere"},
		"next is itself":     {says("application/json", listOf("?"+listQuery, listedRow("126", "2026-07-18", nil))), fetch.ErrUnusable, "do not end"},
		"next is no address": {says("application/json", listOf("%zz", listedRow("126", "2026-07-18", nil))), fetch.ErrUnusable, "elsewhere"},
		"next without end": {func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, listOf(meetingsPath+"?n=x"+r.URL.Query().Get("n")))
		}, fetch.ErrUnusable, "do not end"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.on(meetingsPath, tt.handler)
			_, err := client(t, f.URL, nil).Meeting(t.Context(), "current")
			if err == nil || tt.kind != nil && !errors.Is(err, tt.kind) || !containsAll(err.Error(), []string{"current meeting: ", tt.want, f.URL}) {
				t.Errorf("got %v, want one with %q", err, tt.want)
			}
			if got := len(f.asked(meetingsPath)); got > 5 {
				t.Errorf("asked %d times", got)
			}
		})
	}
}

const listQuery = "date__gte=2025-01-01&format=json&limit=100&type=ietf"
