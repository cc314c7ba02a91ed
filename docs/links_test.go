package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents are all that a person reads, by path from the top.
func documents(t *testing.T) []string {
	t.Helper()
	all := []string{"xmppadmin/prosody/README.md"}
	for _, pattern := range []string{"../*.md", "../docs/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			all = append(all, strings.TrimPrefix(path, "../"))
		}
	}
	if len(all) < 10 {
		t.Fatalf("these are too few documents: %q", all)
	}
	return all
}

var (
	link   = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	quoted = regexp.MustCompile("`((?:\\.ci|cmd|agenda|provision|xmppadmin|fixtures|docs|chatlog|frontdesk)/[A-Za-z0-9_./-]+)`")
	target = regexp.MustCompile("(?:`|\n    |\nsudo |\n)make ([a-z][a-z-]*)")
)

// planned are paths that documents name and that do not exist yet.
var planned = []string{"chatlog/site"}

// TestDocumentsNameWhatExists looks for every link, path and make target of the
// documents. Names in capitals stand for any name.
func TestDocumentsNameWhatExists(t *testing.T) {
	t.Parallel()
	makefile := document(t, "Makefile")
	placeholder := regexp.MustCompile(`[A-Z]{4}`)
	for _, path := range documents(t) {
		text := document(t, path)
		exists := func(name string) {
			if slices.Contains(planned, name) || placeholder.MatchString(filepath.Base(name)) && !strings.HasSuffix(name, ".md") {
				return
			}
			if _, err := os.Stat(filepath.Join("..", name)); err != nil {
				t.Errorf("%s names %s, which is not there", path, name)
			}
		}
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			exists(filepath.Join(filepath.Dir(path), found[1]))
		}
		for _, found := range quoted.FindAllStringSubmatch(text, -1) {
			exists(found[1])
		}
		for _, found := range target.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(makefile, "\n"+found[1]+":") {
				t.Errorf("%s names make %s, and the Makefile has no such target", path, found[1])
			}
		}
	}
}
