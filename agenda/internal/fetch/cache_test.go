package fetch_test

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

	"muster/agenda/internal/fake"
	"muster/agenda/internal/fetch"
)

// cached returns a server, a client with a cache that has read its document
// once, and what changes the client's clock.
func cached(t *testing.T) (f *fake.Server, c *fetch.Client, dir string, setNow func(time.Time)) {
	t.Helper()
	f, dir = fake.Start(t), filepath.Join(t.TempDir(), "state", "cache")
	f.On(path, quic())
	now := july()
	c = client(t, f.URL, func(cfg *fetch.Config) { cfg.CacheDir, cfg.Now = dir, func() time.Time { return now } })
	if d := get(t, c, f.URL); d.Failure != nil || len(d.Warnings) > 0 || !d.Confirmed.Equal(july()) {
		t.Fatalf("fresh document is %+v", d)
	}
	return f, c, dir, func(at time.Time) { now = at }
}

// theFile returns the only file in a folder.
func theFile(t *testing.T, dir string) string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("files: %v, %v", files, err)
	}
	return filepath.Join(dir, files[0].Name())
}

func TestCacheFile(t *testing.T) {
	t.Parallel()
	_, _, dir, _ := cached(t)
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v, %v", info.Mode(), err)
	}
	file := theFile(t, dir)
	if info, err = os.Stat(file); err != nil || info.Mode() != 0o600 || !info.ModTime().Equal(july()) {
		t.Errorf("file: %v, %v", info, err)
	}
	if !strings.HasPrefix(filepath.Base(file), "meeting-interim-2026-quic-01-agenda-json.") {
		t.Errorf("file name %q", file)
	}
}

func TestNotModifiedIsNotStale(t *testing.T) {
	t.Parallel()
	f, c, _, setNow := cached(t)
	setNow(july().Add(time.Hour))
	d := get(t, c, f.URL)
	if d.Failure != nil || len(d.Warnings) > 0 || len(d.Value) != 1 || !d.Confirmed.Equal(july().Add(time.Hour)) {
		t.Errorf("got %+v", d)
	}
	f.On(path, fake.Status(503))
	setNow(july().Add(2 * time.Hour))
	if d = get(t, c, f.URL); !d.Confirmed.Equal(july().Add(time.Hour)) {
		t.Errorf("the copy was not confirmed: %+v", d)
	}
}

func TestNotModifiedWithoutETagKeepsIt(t *testing.T) {
	t.Parallel()
	f, c, _, _ := cached(t)
	f.On(path, fake.Status(http.StatusNotModified))
	for range 2 {
		if d := get(t, c, f.URL); d.Failure != nil || len(d.Value) != 1 {
			t.Errorf("got %+v", d)
		}
	}
	asked := f.Requests(path)
	if got := asked[2].Header.Get("If-None-Match"); got == "" || got != asked[1].Header.Get("If-None-Match") {
		t.Errorf("sent ETag %q", got)
	}
}

func TestNewDocumentReplacesCached(t *testing.T) {
	t.Parallel()
	f, c, _, _ := cached(t)
	f.On(path, fake.Document(`["tls"]`))
	for range 2 {
		if d := get(t, c, f.URL); d.Failure != nil || len(d.Value) != 1 || d.Value[0] != "tls" {
			t.Errorf("got %+v", d)
		}
	}
}

func TestEmptyAnswerDoesNotReplaceCached(t *testing.T) {
	t.Parallel()
	f, c, dir, _ := cached(t)
	r := request(f.URL)
	r.Empty = func(words []string) bool { return len(words) == 0 }
	f.On(path, fake.Document(`[]`))
	d, err := fetch.GetOrCached(t.Context(), c, r)
	if err != nil || d.Failure != nil || len(d.Value) != 0 {
		t.Errorf("got %+v, %v", d, err)
	}
	f.On(path, fake.Status(503))
	d, err = fetch.GetOrCached(t.Context(), c, r)
	if err != nil || d.Failure == nil || len(d.Value) != 1 || !d.Confirmed.Equal(july()) {
		t.Errorf("after an empty answer and an outage: got %+v, %v", d, err)
	}
	// Where there is no better one, an empty answer is a copy too.
	if err := os.Remove(theFile(t, dir)); err != nil {
		t.Fatal(err)
	}
	f.On(path, fake.Document(`[]`))
	if _, err := fetch.Get(t.Context(), c, r); err != nil {
		t.Fatal(err)
	}
	f.On(path, fake.Status(503))
	if d, err = fetch.GetOrCached(t.Context(), c, r); err != nil || d.Failure == nil {
		t.Errorf("got %+v, %v", d, err)
	}
}

func TestCachedCopyServes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		handler http.HandlerFunc
		want    string // part of the reason
	}{
		"connection lost": {fake.HangUp, "EOF"},
		"503":             {fake.Status(503), "503 Service Unavailable after 5 tries"},
		"500":             {fake.Status(500), "500"},
		"429":             {fake.Status(429, "Retry-After", "0"), "429"},
		"HTML":            {fake.Says("text/html", "<html>"), "not JSON"},
		"another shape":   {fake.Says("application/json", "{}"), "want a list"},
		"cut short":       {fake.CutShort, "body"},
		"too large":       {fake.Says("application/json", string(padded(fetch.MaxBody+1))), "larger than 16 MiB"},
		"403":             {fake.Status(403), "403"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://example.org/", http.StatusFound)
		}, "redirect refused"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, c, _, setNow := cached(t)
			f.On(path, tt.handler)
			setNow(july().Add(time.Hour))
			d := get(t, c, f.URL)
			if d.Failure == nil || len(d.Value) != 1 || len(d.Warnings) > 0 || !d.Confirmed.Equal(july()) {
				t.Fatalf("got %+v", d)
			}
			if text := d.Failure.Error(); !containsAll(text, []string{f.URL + path, tt.want}) {
				t.Errorf("failure %q lacks %q", text, tt.want)
			}
			f.On(path, quic())
			if d = get(t, c, f.URL); d.Failure != nil {
				t.Error("still stale when the server is back")
			}
		})
	}
}

func TestNotFoundIsNotServedFromCache(t *testing.T) {
	t.Parallel()
	f, c, _, _ := cached(t)
	f.On(path, fake.Status(404))
	_, err := fetch.GetOrCached(t.Context(), c, request(f.URL))
	checkFailure(t, err, fetch.ErrNotFound, f.URL+path)
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
			return os.WriteFile(path, bytes.ReplaceAll(raw, []byte(`["quic"]`), []byte(`["ciuq"]`)), 0o600)
		},
		"garbage": func(path string, _ []byte) error { return os.WriteFile(path, []byte("\x00\xff\n\n"), 0o600) },
		"a folder": func(path string, _ []byte) error {
			return errors.Join(os.Remove(path), os.MkdirAll(filepath.Join(path, "x"), 0o700))
		},
	}
	for name, damage := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, c, dir, _ := cached(t)
			file := theFile(t, dir)
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := damage(file, raw); err != nil {
				t.Fatal(err)
			}
			d := get(t, c, f.URL)
			if d.Failure != nil || len(d.Value) != 1 || d.Value[0] != "quic" {
				t.Errorf("got %+v", d)
			}
			if len(d.Warnings) == 0 || !containsAll(d.Warnings[0], []string{"cache", filepath.Base(file), "not used"}) {
				t.Errorf("warnings %q", d.Warnings)
			}
			if asked := f.Requests(path); asked[1].Header.Get("If-None-Match") != "" {
				t.Error("the request was conditional on a damaged document")
			}
			if name == "a folder" {
				return
			}
			if d = get(t, c, f.URL); len(d.Warnings) > 0 {
				t.Errorf("the cache was not repaired: %q", d.Warnings)
			}
		})
	}
}

func TestDamagedCopyDoesNotServe(t *testing.T) {
	t.Parallel()
	f, c, dir, _ := cached(t)
	if err := os.WriteFile(theFile(t, dir), []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.On(path, fake.Status(503))
	_, err := fetch.GetOrCached(t.Context(), c, request(f.URL))
	checkFailure(t, err, fetch.ErrUnreachable, f.URL+path)
}

func TestUnparsableCopyIsNotUsed(t *testing.T) {
	t.Parallel()
	f, c, _, _ := cached(t)
	r := request(f.URL)
	r.Parse = func(body []byte) ([]string, error) {
		if strings.Contains(string(body), "quic") {
			return nil, errors.New("want another list")
		}
		return parse(body)
	}
	f.On(path, fake.Document(`["tls"]`))
	d, err := fetch.GetOrCached(t.Context(), c, r)
	if err != nil || d.Failure != nil {
		t.Fatalf("got %+v, %v", d, err)
	}
	oneWarning(t, d, "cannot be read", "not used", "want another list")
	if got := f.Requests(path)[1].Header.Get("If-None-Match"); got != "" {
		t.Errorf("sent ETag %q of what cannot be read", got)
	}
}

func TestUnusableBodyIsNotKept(t *testing.T) {
	t.Parallel()
	f, c, dir, _ := cached(t)
	f.On(path, fake.Says("application/json", "{}"))
	get(t, c, f.URL)
	if raw, err := os.ReadFile(theFile(t, dir)); err != nil || !strings.Contains(string(raw), `["quic"]`) {
		t.Errorf("kept %s, %v", raw, err)
	}
}

func TestCacheThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	f := fake.Start(t)
	f.On(path, quic())
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{"the folder is a file": file, "it is under a file": filepath.Join(file, "x")} {
		d := get(t, client(t, f.URL, func(cfg *fetch.Config) { cfg.CacheDir = dir }), f.URL)
		if d.Failure != nil || len(d.Value) != 1 {
			t.Errorf("%s: got %+v", name, d)
		}
		if last := d.Warnings[len(d.Warnings)-1]; !containsAll(last, []string{"could not be stored", "file"}) {
			t.Errorf("%s: warnings %q", name, d.Warnings)
		}
	}
}

func TestWithoutCacheNothingIsWritten(t *testing.T) {
	t.Parallel()
	f := fake.Start(t)
	f.On(path, quic())
	c := client(t, f.URL, nil)
	get(t, c, f.URL)
	f.On(path, fake.Status(503))
	_, err := fetch.GetOrCached(t.Context(), c, request(f.URL))
	checkFailure(t, err, fetch.ErrUnreachable, f.URL+path)
	if _, err := os.Stat("cache"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was written: %v", err)
	}
}

// TestCacheForgetsWhatIsUnused sweeps when a document comes that is new, by the
// client's clock, and spares what was confirmed meanwhile.
func TestCacheForgetsWhatIsUnused(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	f, c, dir, setNow := cached(t)
	read := func(name string, after time.Duration) {
		t.Helper()
		f.On("/"+name, quic())
		setNow(july().Add(after))
		d, err := fetch.Get(t.Context(), c, fetch.Request[[]string]{URL: f.URL + "/" + name, Parse: parse})
		if err != nil || len(d.Warnings) > 0 {
			t.Fatalf("%s is %+v, %v", name, d, err)
		}
	}
	torn := filepath.Join(dir, ".meeting.0123.cache456") // as a crash leaves it
	other := filepath.Join(dir, "README")
	for _, file := range []string{torn, other} {
		if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Chtimes(file, july(), july())); err != nil {
			t.Fatal(err)
		}
	}
	kept := func() string {
		t.Helper()
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, file := range files {
			name, _, _ := strings.Cut(file.Name(), "-agenda-json.")
			if name != ".meeting.0123.cache456" {
				name, _, _ = strings.Cut(name, ".")
			}
			names = append(names, name)
		}
		return strings.Join(names, " ")
	}
	const first, torntoo = "meeting-interim-2026-quic-01", ".meeting.0123.cache456 "
	steps := []struct {
		name  string
		after time.Duration
		want  string
	}{
		{"second", year / 2, torntoo + "README " + first + " second"},
		{"second", year + time.Hour, torntoo + "README " + first + " second"},
		{"third", year + time.Hour, "README second third"},
		{strings.TrimPrefix(path, "/"), year*3/2 + 2*time.Hour, "README " + first + " second third"},
	}
	for i, step := range steps {
		read(step.name, step.after)
		if got := kept(); got != step.want {
			t.Errorf("after step %d there are %s, want %s", i+1, got, step.want)
		}
	}
}
