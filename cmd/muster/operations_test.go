package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"muster/cmd/muster/internal/reference"
)

// operationsFile is what a person reads who runs the program.
const operationsFile = "../../docs/operations.md"

// installed is where the documentation has the program installed.
const installed = "/usr/local/bin/muster"

// exposed is the most that systemd-analyze security may say of the service,
// in tenths: 0 to 20 is "OK" and better, 100 is no protection at all.
const exposed = "20"

func operations(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(operationsFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fenced returns the fenced block behind the comment with a name.
func fenced(t *testing.T, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(operations(t), "<!-- "+name+" -->\n```")
	_, rest, ok2 := strings.Cut(rest, "\n")
	block, _, ok3 := strings.Cut(rest, "```\n")
	if !ok || !ok2 || !ok3 {
		t.Fatalf("%s has no block called %s", operationsFile, name)
	}
	return block
}

// unit returns the text of a systemd unit that make install installs.
func unit(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/systemd/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// units writes the units into a folder, with a program that exists.
func units(t *testing.T) (service, desk, timer string) {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "muster")
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), mode))
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("muster", "#!/bin/sh\n", 0o755)
	text := unit(t, "muster.service")
	if !strings.Contains(text, "\nExecStart="+installed+" sync --logs") || !strings.Contains(fenced(t, "crontab"), installed+" sync --logs") {
		t.Fatalf("the service, or the crontab, does not start %s sync --logs", installed)
	}
	service = write("muster.service", strings.Replace(text, installed, program, 1), 0o644)
	write("muster.service.d/password.conf", fenced(t, "password.conf"), 0o644)
	text = unit(t, "muster-desk.service")
	if !strings.Contains(text, "\nExecStart="+installed+" desk\n") {
		t.Fatalf("the service of the desk does not start %s desk", installed)
	}
	desk = write("muster-desk.service", strings.Replace(text, installed, program, 1), 0o644)
	return service, desk, write("muster.timer", unit(t, "muster.timer"), 0o644)
}

// analyze runs systemd-analyze, which needs no systemd that runs.
func analyze(t *testing.T, args ...string) (output string, err error) {
	t.Helper()
	program, err := exec.LookPath("systemd-analyze")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("systemd-analyze is needed: see make servers: %v", err)
		}
		t.Skipf("systemd-analyze is missing, see make servers: %v", err)
	}
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	return string(out), err
}

func TestUnitsAreValid(t *testing.T) {
	t.Parallel()
	service, desk, timer := units(t)
	// A key that it does not know is a warning, and no failure.
	if out, err := analyze(t, "verify", "--man=no", service, desk, timer); err != nil || out != "" {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

func TestServiceIsHardened(t *testing.T) {
	t.Parallel()
	service, desk, _ := units(t)
	for _, path := range []string{service, desk} {
		if out, err := analyze(t, "security", "--offline=true", "--no-pager", "--threshold="+exposed, path); err != nil {
			t.Errorf("systemd-analyze security: %v\n%s", err, out)
		}
	}
}

// TestDocumentedCommands holds the commands that the documents have operators
// type against the program's own commands and flags.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	typed := regexp.MustCompile(`(?:sudo -u muster |sudo |runuser -u muster -- |/usr/local/bin/|\x60)muster ([a-z][^#()\x60\n]*)`)
	words := regexp.MustCompile(`'[^']*'|\S+`)
	var seen []string
	text := operations(t)
	for _, path := range []string{"../../README.md", "../../docs/servers.md", "../../docs/logs.md", "../../docs/desk.md"} {
		more, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text += string(more)
	}
	for _, found := range typed.FindAllStringSubmatch(text, -1) {
		line, args := found[0], words.FindAllString(found[1], -1)
		root := testApp().rootCommand()
		root.SetOut(io.Discard)
		cmd, rest, err := root.Find(args)
		if err != nil || cmd == root {
			t.Errorf("%q: no such command: %v", line, err)
			continue
		}
		if err := cmd.ParseFlags(rest); err != nil {
			t.Errorf("%q: %v", line, err)
			continue
		}
		mentioned := strings.HasPrefix(line, "`") && len(cmd.Flags().Args()) == 0
		if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil && !mentioned {
			t.Errorf("%q: %v", line, err)
		}
		seen = append(seen, cmd.Name())
	}
	for _, name := range []string{"adopt", "apply", "doctor", "init", "plan", "reopen", "sync", "desk", "approve", "link"} {
		if !slices.Contains(seen, name) {
			t.Errorf("muster %s was not found among the commands: %q", name, seen)
		}
	}
}

// TestDocumentedExitStatuses has the table of the documentation name each
// status with which sync ends.
func TestDocumentedExitStatuses(t *testing.T) {
	t.Parallel()
	_, table, _ := strings.Cut(operations(t), "| status | meaning | alert |\n")
	var got []string
	for _, row := range regexp.MustCompile(`(?m)^\| (\d+) \|`).FindAllStringSubmatch(table, -1) {
		got = append(got, row[1])
	}
	cmd, _, err := testApp().rootCommand().Find([]string{"sync"})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for line := range strings.Lines(cmd.Annotations[reference.ExitStatus]) {
		want = append(want, strings.Fields(line)[0])
	}
	if !slices.Equal(got, want) {
		t.Errorf("exit statuses %v, want %v", got, want)
	}
}
