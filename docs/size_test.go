package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// A package that needs more files, or a function that needs more lines, is more
// than one; see "Code and text" in CONTRIBUTING.md.
const (
	filesOfPackage  = 17
	linesOfFunction = 80
)

func TestPackagesAndFunctionsAreSmall(t *testing.T) {
	t.Parallel()
	functions := 0
	for _, p := range packages(t) {
		path, _ := below(p.ImportPath)
		files := 0
		for _, name := range p.GoFiles {
			if !strings.HasPrefix(name, "cmd_") { // a command each
				files++
			}
			functions += longFunctions(t, filepath.Join("..", path, name))
		}
		if files > filesOfPackage {
			t.Errorf("%s has %d files, not %d at most", path, files, filesOfPackage)
		}
	}
	if functions < 1000 {
		t.Errorf("there are %d functions only", functions)
	}
}

// longFunctions reports the functions of a file that are too long, and returns
// how many functions the file has.
func longFunctions(t *testing.T, file string) (functions int) {
	t.Helper()
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Error(err)
		return 0
	}
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		functions++
		if lines := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1; lines > linesOfFunction {
			t.Errorf("%s: %s has %d lines, not %d at most", file, f.Name.Name, lines, linesOfFunction)
		}
	}
	return functions
}
