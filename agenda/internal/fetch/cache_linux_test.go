package fetch_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"muster/agenda/internal/fake"
	"muster/agenda/internal/fetch"
)

// withoutRights has the calling goroutine, if it is root's, use files as an
// ordinary user until the test ends: no folder is closed for root. The folders
// above dir become readable for that user.
func withoutRights(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	for _, above := range []string{filepath.Dir(dir), filepath.Dir(filepath.Dir(dir))} {
		if err := os.Chmod(above, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	const ordinary = 65534
	runtime.LockOSThread()
	if err := syscall.Setfsuid(ordinary); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Setfsuid(0); err != nil {
			t.Error(err)
			return // and the thread ends with the goroutine
		}
		runtime.UnlockOSThread()
	})
}

// TestCacheThatFailsAsAWhole has the same warning for each document.
func TestCacheThatFailsAsAWhole(t *testing.T) {
	t.Parallel()
	f := fake.Start(t)
	dir := filepath.Join(t.TempDir(), "cache")
	if err := os.Mkdir(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	withoutRights(t, dir)
	c := client(t, f.URL, func(cfg *fetch.Config) { cfg.CacheDir = dir })
	var texts []string
	for _, path := range []string{"/a", "/b"} {
		f.On(path, quic())
		r := request(f.URL)
		r.URL = f.URL + path
		d, err := fetch.GetOrCached(t.Context(), c, r)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, d.Warnings...)
	}
	if len(texts) != 2 || texts[0] != texts[1] || !containsAll(texts[0], []string{"cache: " + dir + ": permission denied", "not be stored"}) {
		t.Errorf("warnings %q", texts)
	}
}
