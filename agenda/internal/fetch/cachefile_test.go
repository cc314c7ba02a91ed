package fetch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCachePathIsSafe(t *testing.T) {
	t.Parallel()
	c := &cache{dir: "dir"}
	seen := map[string]bool{}
	for _, address := range []string{
		"https://a/x", "https://a/../../etc/passwd", "https://a/x?y", "https://b/x", "https://a/\x00", "%zz", "",
		"https://a/" + strings.Repeat("long/", 1000),
	} {
		path := c.path(address)
		if filepath.Dir(path) != "dir" || len(filepath.Base(path)) > 128 || seen[path] || strings.ContainsAny(filepath.Base(path), "\x00%?") {
			t.Errorf("%.80q is kept in %q", address, path)
		}
		seen[path] = true
	}
}

func TestCachedDocumentOfAnotherURL(t *testing.T) {
	t.Parallel()
	c := &cache{dir: t.TempDir()}
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
	c := &cache{dir: t.TempDir()}
	if err := c.save(entry{URL: "https://a/", ETag: strings.Repeat("x", maxHead)}); err == nil {
		t.Error("kept")
	}
	if e, err := c.load("https://a/"); e != nil || err != nil {
		t.Errorf("got %v, %v", e, err)
	}
}
