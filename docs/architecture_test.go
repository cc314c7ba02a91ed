// Package docs_test holds the documents against the tree that they describe.
package docs_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// module is the path of the main module; a trailing slash is left out.
const module = "muster"

// arrows has the packages of the project that production code of a package may
// import, by path below the module. A name that ends in "/..." stands for a
// package and all below it. A package that has no row of its own follows the
// row of the nearest package above it, and may import that one.
//
// The rows are those of architecture.md. Rows for packages that do not exist
// are kept: they say where a new package stands.
var arrows = map[string][]string{
	"agenda":              {"agenda/internal/..."},
	"agenda/internal":     {"agenda/internal/..."},
	"xmppadmin":           {"xmppadmin/..."},
	"xmppadmin/muc":       {},
	"xmppadmin/session":   {"xmppadmin/muc", "xmppadmin/session/internal/..."},
	"xmppadmin/xep":       {"xmppadmin/session", "xmppadmin/muc"},
	"xmppadmin/dialect":   {"xmppadmin/xep/...", "xmppadmin/session", "xmppadmin/muc"},
	"xmppadmin/prosody":   {},
	"provision":           {"agenda", "xmppadmin"},
	"provision/want":      {"provision", "agenda", "xmppadmin"},
	"provision/plan":      {"provision", "provision/want", "agenda", "xmppadmin"},
	"provision/apply":     {"provision", "provision/want", "provision/plan", "agenda", "xmppadmin"},
	"provision/state":     {"provision", "provision/want", "provision/plan", "provision/apply", "agenda", "xmppadmin"},
	"provision/internal":  {"provision/...", "agenda", "xmppadmin"}, // for tests
	"provision/reconcile": {"provision/...", "agenda", "xmppadmin"},
	"chatlog":             {"agenda", "xmppadmin", "xmppadmin/session", "xmppadmin/xep/..."},
	"chatlog/site":        {"chatlog"},
	"frontdesk":           {"frontdesk/store", "provision/...", "agenda", "xmppadmin"},
	"frontdesk/store":     {"provision", "provision/want"},
	"frontdesk/mail":      {"frontdesk/store"},
	"frontdesk/component": {"frontdesk", "xmppadmin/session", "xmppadmin/xep/..."},
	"cmd/muster":          {"cmd/muster/internal/...", "frontdesk/...", "chatlog/...", "provision/...", "xmppadmin/...", "agenda"},
	"cmd/muster/internal": {"cmd/muster/internal/...", "frontdesk/...", "chatlog/...", "provision/...", "xmppadmin/...", "agenda"},
	"fixtures":            {"fixtures/...", "xmppadmin/..."},
	"fixtures/bench":      {"fixtures/...", "xmppadmin/...", "chatlog/..."},
	"fixtures/bench/desk": {"fixtures/...", "xmppadmin", "frontdesk/...", "agenda"},
	"fixtures/record":     {"fixtures/...", "xmppadmin/...", "chatlog/...", "agenda"},
	"fixtures/pictures":   {"fixtures/...", "xmppadmin/...", "chatlog/..."},
	"docs":                {},
}

// kept are the imports from elsewhere that a package, and what is below it,
// never has: what it "does not know" in architecture.md.
var kept = map[string][]string{
	"agenda":              {"mellium.im/", "github.com/spf13/", "encoding/xml"},
	"xmppadmin":           {"net/http", "github.com/spf13/"},
	"provision":           {"net/http", "encoding/xml", "mellium.im/", "flag", "github.com/spf13/"},
	"provision/want":      {"net", "os", "net/http", "encoding/xml", "mellium.im/", "flag", "github.com/spf13/"},
	"provision/plan":      {"net", "net/http", "encoding/xml", "mellium.im/", "flag", "github.com/spf13/"},
	"chatlog":             {"github.com/spf13/"},
	"frontdesk":           {"encoding/xml", "mellium.im/", "net/http", "github.com/spf13/"},
	"frontdesk/component": {"net/http", "github.com/spf13/"},
}

// listed is what this test reads of a package in the output of go list.
type listed struct {
	ImportPath string
	GoFiles    []string
	Imports    []string // of production code alone
	Deps       []string // all that production code needs
}

// watchTree opens all folders of the tree, so that go test does not take the
// result of a test that runs other programs on it from its cache after a change.
func watchTree(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && path != ".." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "bin") {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// packages returns the packages of the module.
func packages(t *testing.T) []listed {
	t.Helper()
	watchTree(t)
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,GoFiles,Imports,Deps", "./...")
	cmd.Dir = ".."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, stderr.Bytes())
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// below returns a path below the module, and whether it is of the module.
func below(path string) (string, bool) { return strings.CutPrefix(path, module+"/") }

// rowOf returns the name of the nearest row of a table for a path.
func rowOf(table map[string][]string, path string) (string, bool) {
	for {
		if _, ok := table[path]; ok {
			return path, true
		}
		i := strings.LastIndex(path, "/")
		if i < 0 {
			return "", false
		}
		path = path[:i]
	}
}

// matches reports whether a path is a pattern's, which may end in "/...".
func matches(path, pattern string) bool {
	above, tree := strings.CutSuffix(pattern, "/...")
	return path == above || tree && strings.HasPrefix(path, above+"/")
}

// against returns the imports of a package that its row does not allow.
func against(p listed) []string {
	from, ours := below(p.ImportPath)
	row, known := rowOf(arrows, from)
	if !ours || !known {
		return []string{fmt.Sprintf("%s has no row in arrows", p.ImportPath)}
	}
	var wrong []string
	for _, path := range p.Imports {
		to, ours := below(path)
		if !ours || row != from && to == row {
			continue
		}
		if !slices.ContainsFunc(arrows[row], func(pattern string) bool { return matches(to, pattern) }) {
			wrong = append(wrong, from+" imports "+to)
		}
	}
	return append(wrong, unknownTo(from, p.Imports)...)
}

// unknownTo returns the imports from elsewhere that a package must not have.
func unknownTo(from string, imports []string) []string {
	var wrong []string
	row, _ := rowOf(kept, from)
	for _, path := range imports {
		for _, k := range kept[row] {
			if path == k || strings.HasSuffix(k, "/") && strings.HasPrefix(path, k) {
				wrong = append(wrong, from+" imports "+path)
			}
		}
	}
	return wrong
}

func TestArrows(t *testing.T) {
	t.Parallel()
	all := packages(t)
	if len(all) < 8 {
		t.Fatalf("go list has %d packages only", len(all))
	}
	for _, p := range all {
		for _, wrong := range against(p) {
			t.Error(wrong)
		}
	}
}

// TestArchitectureNamesEveryPackage has a row of the document for each package,
// besides those for tests alone; internal packages may share one.
func TestArchitectureNamesEveryPackage(t *testing.T) {
	t.Parallel()
	text := document(t, "docs/architecture.md")
	for _, p := range packages(t) {
		path, _ := below(p.ImportPath)
		parent, _, _ := strings.Cut(path, "/internal/")
		has := func(path string) bool { return strings.Contains(text, "\n| `"+path+"` |") }
		if len(p.GoFiles) > 0 && !isForTests(path) && !has(path) && !has(parent+"/internal") {
			t.Errorf("architecture.md has no row for %s", path)
		}
	}
}

// forTests are the packages that only tests and each other import.
var forTests = []string{"fixtures/...", "agenda/internal/fake", "provision/internal/..."}

func isForTests(path string) bool {
	return slices.ContainsFunc(forTests, func(pattern string) bool { return matches(path, pattern) })
}

// TestNoTestSupportInProduction looks at all that a package needs, not only at
// what it imports itself.
func TestNoTestSupportInProduction(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if from, _ := below(p.ImportPath); isForTests(from) {
			continue
		}
		for _, dep := range p.Deps {
			if path, ours := below(dep); ours && isForTests(path) || dep == "testing" {
				t.Errorf("%s needs %s", p.ImportPath, dep)
			}
		}
	}
}

func TestAgainst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from    string
		imports []string
		want    []string
	}{
		"allowed":             {"provision/reconcile", []string{"muster/provision/want", "muster/agenda", "os"}, nil},
		"upwards":             {"provision", []string{"muster/provision/want"}, []string{"provision imports provision/want"}},
		"sideways":            {"agenda", []string{"muster/xmppadmin"}, []string{"agenda imports xmppadmin"}},
		"a floor passed over": {"provision/want", []string{"muster/xmppadmin/session"}, []string{"provision/want imports xmppadmin/session"}},
		"fixtures":            {"xmppadmin", []string{"muster/fixtures"}, []string{"xmppadmin imports fixtures"}},
		"fixtures from below": {"cmd/muster", []string{"muster/fixtures/prosody"}, []string{"cmd/muster imports fixtures/prosody"}},
		"a dialect":           {"xmppadmin/dialect", []string{"muster/xmppadmin"}, []string{"xmppadmin/dialect imports xmppadmin"}},
		"no row of its own": {"xmppadmin/xep/form", []string{"muster/xmppadmin/xep", "muster/xmppadmin/dialect"},
			[]string{"xmppadmin/xep/form imports xmppadmin/dialect"}},
		"another top level":    {"util", nil, []string{"muster/util has no row in arrows"}},
		"the clock of the net": {"provision/want", []string{"net/http"}, []string{"provision/want imports net/http"}},
		"a library":            {"agenda", []string{"mellium.im/xmpp/jid"}, []string{"agenda imports mellium.im/xmpp/jid"}},
		"inherited":            {"provision/state", []string{"encoding/xml"}, []string{"provision/state imports encoding/xml"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := against(listed{ImportPath: module + "/" + c.from, Imports: c.imports})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestArrowsHaveNoCircle goes down the rows: what a package may import must not
// lead back to it. The parts of xmppadmin are left to the compiler, and so are
// those of fixtures.
func TestArrowsHaveNoCircle(t *testing.T) {
	t.Parallel()
	var visit func(path []string)
	visit = func(path []string) {
		last := path[len(path)-1]
		for _, next := range slices.Sorted(maps.Keys(arrows)) {
			allowed := slices.ContainsFunc(arrows[last], func(pattern string) bool { return matches(next, pattern) })
			if !allowed || next == last || strings.HasPrefix(next, "xmppadmin/") || strings.HasPrefix(last, "cmd/") || isForTests(next) {
				continue
			}
			if slices.Contains(path, next) {
				t.Errorf("a circle: %s", strings.Join(append(path, next), " → "))
				return
			}
			visit(append(slices.Clone(path), next))
		}
	}
	for _, start := range slices.Sorted(maps.Keys(arrows)) {
		visit([]string{start})
	}
}
