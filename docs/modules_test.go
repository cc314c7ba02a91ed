package docs_test

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// required returns the modules that go.mod requires directly: of the program,
// and of the block for tests.
func required(t *testing.T) (program, tests []string) {
	t.Helper()
	text := document(t, "go.mod")
	before, rest, ok := strings.Cut(text, "// Test dependencies.\n")
	block, after, ok2 := strings.Cut(rest, "\n)")
	if !ok || !ok2 {
		t.Fatal("go.mod has no block of test dependencies")
	}
	direct := regexp.MustCompile(`(?m)^\t(\S+\.\S+) v\S+$`)
	names := func(text string) (all []string) {
		for _, found := range direct.FindAllStringSubmatch(text, -1) {
			all = append(all, found[1])
		}
		return all
	}
	return names(before + after), names(block)
}

// inProgram returns the modules from which the program is built.
func inProgram(t *testing.T) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "./cmd/muster")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", cmd, err)
	}
	return strings.Fields(string(out))
}

func TestTestDependenciesStandApart(t *testing.T) {
	t.Parallel()
	program, tests := required(t)
	if len(program) < 10 || len(tests) < 2 {
		t.Fatalf("go.mod requires %q and, for tests, %q", program, tests)
	}
	built := inProgram(t)
	for _, name := range program {
		if !slices.Contains(built, name) {
			t.Errorf("go.mod: %s is not part of the program; it belongs to the test dependencies", name)
		}
	}
	for _, name := range tests {
		if slices.Contains(built, name) {
			t.Errorf("go.mod: %s is part of the program, not of its tests alone", name)
		}
	}
}

func TestDependenciesHaveReasons(t *testing.T) {
	t.Parallel()
	_, table, _ := strings.Cut(document(t, "docs/architecture.md"), "\n## Dependencies\n")
	program, tests := required(t)
	for _, name := range append(program, tests...) {
		if !strings.Contains(table, name) {
			t.Errorf("architecture.md gives no reason for %s", name)
		}
	}
}
