package agenda

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"muster/agenda/internal/fetch"
)

func TestNumbered(t *testing.T) {
	t.Parallel()
	list := document200(listDoc("126", listRow(1, "quic", nil), listRow(2, "tls", nil)))
	data := document200(dataDoc("126", dataRowOf(1, "quic", nil), dataRowOf(2, "tls", nil)))
	tests := map[string]struct {
		list, data http.HandlerFunc
		number     string // want
		sessions   int
		kind       SessionType // of session 1
		groupType  string      // of quic
		state      GroupState
		warnings   [][]string
	}{
		"both": {list, data, "126", 2, "regular", "wg", "active", nil},
		"agenda-data has no schedule": {list, status(500), "126", 2, "", "wg", "active",
			[][]string{{dataPath, "500 Internal Server Error after 2 tries", "types", "chat rooms", "time zone", "not known"}}},
		"agenda-data is unknown":   {list, status(404), "126", 2, "", "wg", "active", [][]string{{dataPath, "404 Not Found", "not known"}}},
		"agenda-data is HTML":      {list, says("text/html", "<html>"), "126", 2, "", "wg", "active", [][]string{{dataPath, "not JSON", `"text/html"`}}},
		"agenda-data is misshapen": {list, says("application/json", "{}"), "126", 2, "", "wg", "active", [][]string{{dataPath, "meeting and schedule"}}},
		"agenda.json is down":      {status(502), data, "126", 2, "regular", "wg", "", [][]string{{listPath, "502 Bad Gateway after 5 tries", "inferred"}}},
		"agenda.json is unknown":   {status(404), data, "126", 2, "regular", "wg", "", [][]string{{listPath, "404", "inferred"}}},
		"agenda.json is misshapen": {says("application/json", "[]"), data, "126", 2, "regular", "wg", "", [][]string{{listPath, "want an object", "inferred"}}},
		"both empty": {
			document200(listDoc("126")), document200(dataDoc("126")), "126", 0, "", "", "",
			[][]string{{"agenda.json has no sessions"}, {"agenda-data has no sessions"}},
		},
		"no schedule yet": {document200(listDoc("126")), status(500), "126", 0, "", "", "", [][]string{{"agenda.json has no sessions"}, {"500"}}},
		"another meeting's": {
			document200(listDoc("125", listRow(1, "quic", nil))), data, "125", 1, "", "wg", "active",
			[][]string{{"126 was requested", `"125"`}, {`"126"`, "not used"}},
		},
		"another meeting's data": {
			list, document200(dataDoc("125", dataRowOf(1, "quic", nil))), "126", 2, "", "wg", "active", [][]string{{`"125"`, "not used"}},
		},
		"None for its number": {document200(listDoc("None", listRow(1, "quic", nil))), data, "126", 2, "regular", "wg", "active", nil},
		"no number anywhere": {
			document200(listDoc("None", listRow(1, "quic", nil))), status(500), "126", 1, "", "wg", "active",
			[][]string{{"has no meeting number", "126"}},
		},
		"agenda-data has no number": {
			status(503), document200(dataDoc("", dataRowOf(1, "quic", nil))), "126", 1, "regular", "wg", "",
			[][]string{{"has no meeting number", "126"}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.on(listPath, tt.list)
			f.on(dataPath, tt.data)
			m := meeting(t, client(t, f.URL, nil), "126")
			if m.Number != tt.number || len(m.Sessions) != tt.sessions || m.Stale {
				t.Fatalf("got %+v", m)
			}
			if m.AgendaURL != f.URL+"/meeting/"+tt.number+"/agenda/" {
				t.Errorf("address %q", m.AgendaURL)
			}
			if tt.sessions > 0 && (m.Sessions[0].Type != tt.kind || m.Groups[0].Type != tt.groupType || m.Groups[0].State != tt.state) {
				t.Errorf("session %+v of group %+v", m.Sessions[0], m.Groups[0])
			}
			for _, parts := range tt.warnings {
				wantWarning(t, m, parts...)
			}
			if tt.warnings == nil && name == "both" && len(m.Warnings) > 0 {
				t.Errorf("warnings %q", m.Warnings)
			}
		})
	}
}

func TestNumberedFailsWithBothCauses(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on(listPath, says("text/html", "<html>"))
	f.on(dataPath, status(503))
	_, err := client(t, f.URL, nil).Meeting(t.Context(), "126")
	if !errors.Is(err, fetch.ErrUnusable) || !errors.Is(err, fetch.ErrUnreachable) {
		t.Errorf("got %v, want both kinds", err)
	}
	if !containsAll(err.Error(), []string{"meeting 126: ", listPath, "not JSON", dataPath, "503"}) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %q", err)
	}
	_, err = client(t, f.URL, nil).Meeting(t.Context(), "999")
	var failure *Error
	if !errors.Is(err, fetch.ErrNotFound) || !errors.As(err, &failure) || failure.Status != 404 || failure.Hint == "" {
		t.Errorf("meeting 999: got %v", err)
	}
}

func TestNumberedStaleInPart(t *testing.T) {
	t.Parallel()
	for _, down := range []string{listPath, dataPath} {
		f := newFake(t)
		f.serve126()
		dir := t.TempDir()
		c := client(t, f.URL, func(cfg *Config) { cfg.CacheDir = dir })
		fresh := meeting(t, c, "126")
		f.on(down, status(503))
		stale := meeting(t, c, "126")
		if fresh.Stale || !stale.Stale || fresh.Digest() != stale.Digest() {
			t.Errorf("%s down: stale %t and %t", down, fresh.Stale, stale.Stale)
		}
		wantOutage(t, stale.Outages, 503, "503 Service Unavailable", f.URL+down)
		if len(stale.Warnings) > 0 {
			t.Errorf("%s down: warnings %q", down, stale.Warnings)
		}
	}
}

func TestCurrentStale(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.serve126()
	f.on(meetingsPath, says("application/json", listOf(nil, listedRow("126", "2026-07-18", nil))))
	dir := t.TempDir()
	c := client(t, f.URL, func(cfg *Config) { cfg.CacheDir = dir })
	if meeting(t, c, "current").Stale {
		t.Error("fresh, but stale")
	}
	f.on(meetingsPath, status(503))
	m := meeting(t, c, "current")
	if !m.Stale || m.Number != "126" {
		t.Errorf("got %+v", m)
	}
	if len(m.Outages) != 1 || len(m.Outages[0].URLs) != 1 || !strings.HasPrefix(m.Outages[0].URLs[0], f.URL+meetingsPath+"?") {
		t.Errorf("outages %+v", m.Outages)
	}
}

func TestInterimAsksForOneDocument(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on(interimPath, document200(listDoc(interim, listRow(1, "quic", obj{"status": "canceledpa"}))))
	m := meeting(t, client(t, f.URL, nil), interim)
	if m.Number != interim || len(m.Warnings) > 0 || m.Sessions[0].Status != CanceledPA {
		t.Errorf("got %+v", m)
	}
	if want := f.URL + "/meeting/" + interim + "/session/quic"; m.AgendaURL != want {
		t.Errorf("address %q, want %q", m.AgendaURL, want)
	}
	if n := len(f.asked("")); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := client(t, f.URL, nil)
	dir := t.TempDir()
	tests := map[string]struct {
		body     string
		number   string
		warnings []string
		bad      string // part of the error
	}{
		"agenda.json":  {listDoc("126", listRow(1, "quic", nil)), "126", []string{"without agenda-data"}, ""},
		"agenda-data":  {dataDoc("126", dataRowOf(1, "quic", nil)), "126", []string{"without agenda.json"}, ""},
		"an interim's": {listDoc(interim, listRow(1, "quic", nil)), interim, nil, ""},
		"without a number": {
			listDoc("None", listRow(1, "quic", nil)), "file:" + filepath.Join(dir, "without a number"), []string{"has no meeting number"}, "",
		},
		"HTML":                  {"<html>", "", nil, "not JSON"},
		"empty":                 {"", "", nil, "not JSON"},
		"another document":      {`{"meta": {}, "objects": []}`, "", nil, "more than one key"},
		"misshapen agenda-data": {`{"meeting": {}, "schedule": {}}`, "", nil, "want a list"},
		"too large":             {strings.Repeat(" ", fetch.MaxBody+1), "", nil, "larger than 16 MiB"},
	}
	for name, tt := range tests {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(tt.body), 0o600); err != nil {
			t.Fatal(err)
		}
		if tt.bad != "" {
			_, err := c.Meeting(t.Context(), "file:"+path)
			var failure *Error
			if !errors.As(err, &failure) || failure.URL != path || failure.Hint == "" || !containsAll(err.Error(), []string{"read " + path, tt.bad}) {
				t.Errorf("%s: got %v", name, err)
			}
			continue
		}
		m := meeting(t, c, "file:"+path)
		if m.Number != tt.number || len(m.Sessions) != 1 || (tt.warnings == nil) != (len(m.Warnings) == 0) {
			t.Errorf("%s: got %+v", name, m)
		}
		if tt.warnings != nil {
			wantWarning(t, m, tt.warnings...)
		}
	}
	_, err := c.Meeting(t.Context(), "file:"+filepath.Join(dir, "missing"))
	var failure *Error
	if !errors.Is(err, os.ErrNotExist) || errors.As(err, &failure) {
		t.Errorf("missing file: got %v", err)
	}
	if _, err := c.Meeting(t.Context(), "file:"+dir); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("a folder: got %v", err)
	}
	if n := len(f.asked("")); n > 0 {
		t.Errorf("the network was touched: %d requests", n)
	}
}

func TestBadNameTouchesNothing(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	_, err := client(t, f.URL, nil).Meeting(context.Background(), "latest")
	var failure *Error
	if n := len(f.asked("")); err == nil || errors.As(err, &failure) || n > 0 {
		t.Errorf("got %v after %d requests", err, n)
	}
}

func TestCurrentMeetingIsMissing(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on(meetingsPath, says("application/json", listOf(nil, listedRow("126", "2026-07-18", nil))))
	_, err := client(t, f.URL, nil).Meeting(t.Context(), "current")
	if !errors.Is(err, fetch.ErrNotFound) || !containsAll(err.Error(), []string{"current meeting: meeting 126: ", listPath, dataPath}) {
		t.Errorf("got %v", err)
	}
}

func TestRetriesAreLogged(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on(interimPath, after(status(503), interimDoc()))
	var out strings.Builder
	c := client(t, f.URL, func(cfg *Config) {
		cfg.Logger = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	meeting(t, c, interim)
	if strings.Count(out.String(), "\n") != 3 || !containsAll(out.String(), []string{"trying again", interimPath, "outcome=503", "outcome=200"}) {
		t.Errorf("log: %s", out.String())
	}
}

// The rules of fetching hold for a client that New made.
func TestClientRefusesARedirect(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on(interimPath, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://example.org/", http.StatusFound)
	})
	c, err := New(Config{URL: f.URL})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Meeting(t.Context(), interim)
	var failure *Error
	if !errors.Is(err, fetch.ErrUnusable) || !errors.As(err, &failure) || failure.URL != f.URL+interimPath || failure.Hint == "" ||
		!strings.HasPrefix(err.Error(), "datatracker: GET "+f.URL+interimPath+": redirect refused") {
		t.Errorf("got %v", err)
	}
}

func TestCallersContextEnds(t *testing.T) {
	t.Parallel()
	for _, name := range []string{interim, "126", "current"} {
		f := newFake(t)
		f.serve126()
		f.on(interimPath, interimDoc())
		dir := t.TempDir()
		c := client(t, f.URL, func(cfg *Config) { cfg.CacheDir = dir })
		for _, known := range []string{interim, "126"} {
			meeting(t, c, known)
		}
		ctx, cancel := context.WithCancel(t.Context())
		hangs := func(_ http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		}
		for _, path := range []string{interimPath, listPath, dataPath, meetingsPath} {
			f.on(path, hangs)
		}
		_, err := c.Meeting(ctx, name)
		if !errors.Is(err, context.Canceled) || errors.Is(err, fetch.ErrUnreachable) {
			t.Errorf("%s: got %v, want that the context was cancelled, whatever is in the cache", name, err)
		}
	}
}
