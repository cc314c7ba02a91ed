package agenda

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// wantOutage asserts that there is one outage, of these documents, whose
// copies are of july.
func wantOutage(t *testing.T, got []Outage, status int, cause string, urls ...string) {
	t.Helper()
	want := []Outage{{Cause: cause, Status: status, URLs: urls, Confirmed: july()}}
	if len(got) == 1 {
		want[0].Hint = got[0].Hint
	}
	if d := diff(want, got); d != "" || got[0].Hint == "" {
		t.Errorf("outages (-want +got):\n%s", d)
	}
}

// Whatever a Datatracker does wrong, one cause is one outage, however many
// documents it struck, and it is called what it was.
func TestOneOutageForOneCause(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		how    http.HandlerFunc
		status int
		cause  string // the beginning
	}{
		"500":  {status(500), 500, "500 Internal Server Error"},
		"503":  {status(503), 503, "503 Service Unavailable"},
		"429":  {status(429, "Retry-After", "3600"), 429, "429 Too Many Requests, and the next try would be in 1h0m0s"},
		"HTML": {says("text/html", "<html>"), 200, `the answer is not JSON (content type "text/html", beginning "<html>")`},
		"lost": {hangUp, 0, "EOF"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.serve126()
			f.on("/meeting/127/agenda.json", document200(listDoc("127", listRow(9, "quic", nil))))
			f.on("/api/meeting/127/agenda-data", status(500)) // no schedule yet, so no copy of it
			f.on(meetingsPath, says("application/json", listOf(nil, listedRow("126", "2026-07-18", nil), listedRow("127", "2026-11-14", nil))))
			f.serveGroups(groupServer{rows: working(3)})
			dir := t.TempDir()
			c := client(t, f.URL, func(cfg *Config) { cfg.CacheDir = dir })
			readAll := func() ([]Outage, []string) {
				current, next, list := meeting(t, c, "current"), meeting(t, c, "next"), groups(t, c, "wg")
				warnings := slices.Concat(current.Warnings, next.Warnings, list.Warnings)
				return MergeOutages(current.Outages, next.Outages, list.Outages), warnings
			}
			if got, _ := readAll(); len(got) > 0 {
				t.Fatalf("outages before: %+v", got)
			}
			for _, path := range []string{listPath, dataPath, meetingsPath, groupsPath, "/meeting/127/agenda.json", "/api/meeting/127/agenda-data"} {
				f.on(path, tt.how)
			}
			got, warnings := readAll()
			if len(got) != 1 || got[0].Status != tt.status || !strings.HasPrefix(got[0].Cause, tt.cause) ||
				len(got[0].URLs) != 6 || !got[0].Confirmed.Equal(july()) || got[0].Hint == "" {
				t.Errorf("outages %+v", got)
			}
			if len(warnings) != 1 || !strings.HasPrefix(warnings[0], "without agenda-data") {
				t.Errorf("warnings %q", warnings)
			}
		})
	}
}

func TestMergeOutages(t *testing.T) {
	t.Parallel()
	at := func(hour int) time.Time { return july().Add(time.Duration(hour) * time.Hour) }
	down := func(status int, confirmed time.Time, urls ...string) []Outage {
		return []Outage{{Cause: fmt.Sprint(status), Status: status, URLs: urls, Confirmed: confirmed}}
	}
	tests := map[string]struct {
		in, want []Outage
	}{
		"none":                 {nil, nil},
		"two causes":           {slices.Concat(down(503, at(1), "a"), down(500, at(2), "b")), slices.Concat(down(500, at(2), "b"), down(503, at(1), "a"))},
		"one cause":            {slices.Concat(down(500, at(2), "b"), down(500, at(1), "a"), down(500, at(3), "b")), down(500, at(1), "a", "b")},
		"without a copy first": {slices.Concat(down(500, time.Time{}, "b"), down(500, at(1), "a")), down(500, at(1), "a", "b")},
		"without a copy last":  {slices.Concat(down(500, at(1), "b"), down(500, time.Time{}, "a")), down(500, at(1), "a", "b")},
	}
	for name, tt := range tests {
		if d := diff(tt.want, MergeOutages(tt.in)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestOutageText(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		o    Outage
		want string
	}{
		"one": {
			Outage{Cause: "EOF", URLs: []string{"https://a/"}, Confirmed: july()},
			"datatracker: GET https://a/: EOF; the copy of 2026-07-20 12:00:00 UTC is used",
		},
		"several": {
			Outage{Cause: "EOF", URLs: []string{"https://a/", "b", "c"}, Confirmed: july()},
			"datatracker: EOF (GET https://a/ and 2 more); the copy of 2026-07-20 12:00:00 UTC is used",
		},
		"no copy": {Outage{Cause: "EOF", URLs: []string{"https://a/"}}, "datatracker: GET https://a/: EOF"},
	}
	for name, tt := range tests {
		if got := tt.o.Error(); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

// A list without meetings that came once must not be what is left of the list
// in an outage.
func TestEmptyListOfMeetingsDoesNotReplaceTheCopy(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.serve126()
	good := says("application/json", listOf(nil, listedRow("126", "2026-07-18", nil)))
	empty := says("application/json", listOf(nil))
	for name, tt := range map[string]struct{ first http.HandlerFunc }{"after a good one": {good}, "alone": {empty}} {
		t.Run(name, func(t *testing.T) {
			f.on(meetingsPath, tt.first)
			dir := t.TempDir()
			c := client(t, f.URL, func(cfg *Config) { cfg.CacheDir = dir })
			_, _ = c.Meeting(t.Context(), "current")
			f.on(meetingsPath, empty)
			if _, err := c.Meeting(t.Context(), "current"); err == nil || !strings.Contains(err.Error(), "no current IETF meeting") {
				t.Errorf("empty list: got %v", err)
			}
			f.on(meetingsPath, status(500))
			m, err := c.Meeting(t.Context(), "current")
			if name != "alone" {
				if err != nil || m.Number != "126" || !m.Stale {
					t.Errorf("got %+v, %v", m, err)
				}
				return
			}
			var failure *Error
			if !errors.As(err, &failure) || !containsAll(err.Error(),
				[]string{"no current IETF meeting", "500 Internal Server Error", "the copy of 2026-07-20"}) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestEmptyAgendaDoesNotReplaceTheCopy(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.serve126()
	dir := t.TempDir()
	c := client(t, f.URL, func(cfg *Config) { cfg.CacheDir = dir })
	meeting(t, c, "126")
	f.on(listPath, document200(listDoc("126")))
	f.on(dataPath, document200(dataDoc("126")))
	if m := meeting(t, c, "126"); len(m.Sessions) > 0 || m.Stale {
		t.Errorf("got %+v", m)
	}
	f.on(listPath, status(500))
	f.on(dataPath, status(500))
	if m := meeting(t, c, "126"); len(m.Sessions) != 2 || !m.Stale {
		t.Errorf("got %+v", m)
	}
}
