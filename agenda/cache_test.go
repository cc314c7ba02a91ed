package agenda

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// cached makes a client with a cache that has read the interim once.
func cached(t *testing.T, f *fake) (*Client, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "state", "cache")
	f.on(interimPath, interimDoc())
	c := client(t, f.URL, func(cfg *Config) { cfg.CacheDir = dir })
	if m := meeting(t, c, interim); m.Stale || len(m.Warnings) > 0 {
		t.Fatalf("fresh meeting is %+v", m)
	}
	return c, dir
}

func TestCacheFile(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c, dir := cached(t, f)
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v, %v", info.Mode(), err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("files: %v, %v", files, err)
	}
	if info, err = files[0].Info(); err != nil || info.Mode() != 0o600 {
		t.Errorf("file: %v, %v", info.Mode(), err)
	}
	if !strings.HasPrefix(files[0].Name(), "meeting-interim-2026-quic-01-agenda-json.") {
		t.Errorf("file name %q", files[0].Name())
	}
	e, err := c.cache.load(f.URL + interimPath)
	if err != nil || !e.Time.Equal(july()) || !strings.HasPrefix(e.ETag, `W/"`) {
		t.Errorf("entry %+v, %v", e, err)
	}
}

func TestCachePathIsSafe(t *testing.T) {
	t.Parallel()
	c := &cache{"dir"}
	seen := map[string]bool{}
	for _, address := range []string{
		"https://a/x", "https://a/../../etc/passwd", "https://a/x?y", "https://b/x", "https://a/\x00", "%zz", "",
		"https://a/" + strings.Repeat("long/", 1000),
	} {
		path := c.path(address)
		if filepath.Dir(path) != "dir" || len(filepath.Base(path)) > 128 || seen[path] || strings.ContainsAny(filepath.Base(path), "\x00%?") {
			t.Errorf("%q is kept in %q", clip(address), path)
		}
		seen[path] = true
	}
}

func TestNotModifiedIsNotStale(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c, _ := cached(t, f)
	c.now = func() time.Time { return july().Add(time.Hour) }
	m := meeting(t, c, interim)
	if m.Stale || len(m.Warnings) > 0 || len(m.Sessions) != 1 {
		t.Errorf("got %+v", m)
	}
	e, err := c.cache.load(f.URL + interimPath)
	if err != nil || !e.Time.Equal(july().Add(time.Hour)) || e.ETag == "" {
		t.Errorf("the entry was not confirmed: %+v, %v", e, err)
	}
}

func TestNotModifiedWithoutETagKeepsIt(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c, _ := cached(t, f)
	f.on(interimPath, status(http.StatusNotModified))
	for range 2 {
		if m := meeting(t, c, interim); m.Stale || len(m.Sessions) != 1 {
			t.Errorf("got %+v", m)
		}
	}
	asked := f.asked(interimPath)
	if got := asked[2].Header.Get("If-None-Match"); got == "" || got != asked[1].Header.Get("If-None-Match") {
		t.Errorf("sent ETag %q", got)
	}
}

func TestNewDocumentReplacesCached(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c, _ := cached(t, f)
	f.on(interimPath, document200(listDoc(interim, listRow(7, "tls", nil))))
	for range 2 {
		if m := meeting(t, c, interim); m.Stale || len(m.Sessions) != 1 || m.Sessions[0].ID != 7 {
			t.Errorf("got %+v", m)
		}
	}
}

func TestCacheStandsIn(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		handler http.HandlerFunc
		want    string // part of the reason
	}{
		"connection lost": {hangUp, "EOF"},
		"503":             {status(503), "503 Service Unavailable after 5 tries"},
		"500":             {status(500), "500"},
		"429":             {status(429, "Retry-After", "0"), "429"},
		"HTML":            {says("text/html", "<html>"), "not JSON"},
		"another shape":   {says("application/json", "[]"), "want an object"},
		"cut short":       {cutShort, "body"},
		"too large":       {says("application/json", strings.Repeat(" ", maxBody+1)), "larger than 16 MiB"},
		"403":             {status(403), "403"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://example.org/", http.StatusFound)
		}, "redirect refused"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			c, _ := cached(t, f)
			f.on(interimPath, tt.handler)
			c.now = func() time.Time { return july().Add(time.Hour) }
			m := meeting(t, c, interim)
			if !m.Stale || len(m.Sessions) != 1 || len(m.Warnings) != 1 {
				t.Errorf("got %+v", m)
			}
			wantWarning(t, m, "not current", f.URL+interimPath, "2026-07-20T12:00:00Z", tt.want)
			f.on(interimPath, interimDoc())
			if m = meeting(t, c, interim); m.Stale {
				t.Error("still stale when the Datatracker is back")
			}
		})
	}
}

func TestNotFoundIsNotServedFromCache(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c, _ := cached(t, f)
	f.on(interimPath, status(404))
	if _, err := c.Meeting(t.Context(), interim); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, want that there is no such meeting", err)
	}
}

func TestDamagedCache(t *testing.T) {
	t.Parallel()
	tests := map[string]func(path string, raw []byte) error{
		"empty":     func(path string, _ []byte) error { return os.WriteFile(path, nil, 0o600) },
		"cut short": func(path string, raw []byte) error { return os.WriteFile(path, raw[:len(raw)-1], 0o600) },
		"no body": func(path string, raw []byte) error {
			return os.WriteFile(path, raw[:bytes.IndexByte(raw, '\n')], 0o600)
		},
		"too long": func(path string, raw []byte) error { return os.WriteFile(path, append(raw, ' '), 0o600) },
		"changed": func(path string, raw []byte) error {
			return os.WriteFile(path, bytes.Replace(raw, []byte("quic"), []byte("ciuq"), 2), 0o600)
		},
		"garbage": func(path string, _ []byte) error { return os.WriteFile(path, []byte("\x00\xff\n\n"), 0o600) },
		"a folder": func(path string, _ []byte) error {
			return errors.Join(os.Remove(path), os.MkdirAll(filepath.Join(path, "x"), 0o700))
		},
	}
	for name, damage := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			c, _ := cached(t, f)
			path := c.cache.path(f.URL + interimPath)
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := damage(path, raw); err != nil {
				t.Fatal(err)
			}
			m := meeting(t, c, interim)
			if m.Stale || len(m.Sessions) != 1 {
				t.Errorf("got %+v", m)
			}
			wantWarning(t, m, "cache", filepath.Base(path), "not used")
			if asked := f.asked(interimPath); asked[1].Header.Get("If-None-Match") != "" {
				t.Error("asked for news of a damaged document")
			}
			if name == "a folder" {
				return
			}
			if m = meeting(t, c, interim); len(m.Warnings) > 0 {
				t.Errorf("the cache was not repaired: %q", m.Warnings)
			}
		})
	}
}

func TestDamagedCacheDoesNotStandIn(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c, _ := cached(t, f)
	if err := os.WriteFile(c.cache.path(f.URL+interimPath), []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.on(interimPath, status(503))
	if _, err := c.Meeting(t.Context(), interim); !errors.Is(err, ErrUnreachable) {
		t.Errorf("got %v", err)
	}
}

func TestUnreadableCachedDocument(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c, _ := cached(t, f)
	if err := c.cache.save(entry{URL: f.URL + interimPath, ETag: `"x"`, body: []byte("[]")}); err != nil {
		t.Fatal(err)
	}
	wantWarning(t, meeting(t, c, interim), "cannot be read", "not used", "want an object")
	if got := f.asked(interimPath)[1].Header.Get("If-None-Match"); got != "" {
		t.Errorf("sent ETag %q of what cannot be read", got)
	}
}

func TestUnusableBodyIsNotKept(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c, _ := cached(t, f)
	f.on(interimPath, says("application/json", "[]"))
	meeting(t, c, interim)
	if e, err := c.cache.load(f.URL + interimPath); err != nil || !strings.Contains(string(e.body), "quic") {
		t.Errorf("kept %+v, %v", e, err)
	}
}

func TestCacheThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on(interimPath, interimDoc())
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{"the folder is a file": file, "it is under a file": filepath.Join(file, "x")} {
		m := meeting(t, client(t, f.URL, func(cfg *Config) { cfg.CacheDir = dir }), interim)
		if m.Stale || len(m.Sessions) != 1 {
			t.Errorf("%s: got %+v", name, m)
		}
		wantWarning(t, m, "could not be kept", "file")
	}
}

func TestCachedDocumentOfAnotherURL(t *testing.T) {
	t.Parallel()
	c := &cache{t.TempDir()}
	if err := c.save(entry{URL: "https://a/", body: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(c.path("https://a/"), c.path("https://b/")); err != nil {
		t.Fatal(err)
	}
	if e, err := c.load("https://b/"); e != nil || err == nil {
		t.Errorf("got %v, %v", e, err)
	}
}

func TestHugeETagIsNotKept(t *testing.T) {
	t.Parallel()
	c := &cache{t.TempDir()}
	if err := c.save(entry{URL: "https://a/", ETag: strings.Repeat("x", maxHead)}); err == nil {
		t.Error("kept")
	}
	if e, err := c.load("https://a/"); e != nil || err != nil {
		t.Errorf("got %v, %v", e, err)
	}
}

func TestWithoutCacheNothingIsWritten(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on(interimPath, interimDoc())
	c := client(t, f.URL, nil)
	meeting(t, c, interim)
	f.on(interimPath, status(503))
	if _, err := c.Meeting(t.Context(), interim); !errors.Is(err, ErrUnreachable) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat("cache"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was written: %v", err)
	}
}
