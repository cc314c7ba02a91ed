package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"muster/cmd/muster/internal/reference"
)

// commandsFile is the reference of all commands.
const commandsFile = "../../docs/commands.md"

func TestReference(t *testing.T) {
	t.Parallel()
	want := reference.Markdown(testApp().rootCommand())
	if *update {
		if err := os.WriteFile(commandsFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(commandsFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from the program; go test ./cmd/muster -run TestReference -update writes it anew", commandsFile)
	}
}

func TestEveryCommandIsWhole(t *testing.T) {
	t.Parallel()
	root := testApp().rootCommand()
	reached := make(map[string]bool)
	for _, cmd := range family(root) {
		name := cmd.CommandPath()
		if cmd.Short == "" || cmd.Long == "" {
			t.Errorf("%s has no description", name)
		}
		var help bytes.Buffer
		cmd.SetOut(&help)
		if err := cmd.Help(); err != nil {
			t.Fatal(err)
		}
		_, end, found := strings.Cut(help.String(), "\nEXIT STATUS\n")
		if !found || end != cmd.Annotations[reference.ExitStatus] {
			t.Errorf("the help of %s does not end with its exit status:\n%s", name, end)
		}
		for line := range strings.Lines(end) {
			reached[strings.Fields(line)[0]] = true
		}
		if cmd.Args == nil && cmd.Name() != "adopt" {
			t.Errorf("%s does not check its arguments", name)
		}
	}
	for code := range exitMeanings {
		if !reached[fmt.Sprint(int(code))] {
			t.Errorf("no command ends with %d", code)
		}
	}
}

// TestManualPages holds each manual page against the help of its command: the
// same description, flags, examples and exit statuses.
func TestManualPages(t *testing.T) {
	t.Parallel()
	root := testApp().rootCommand()
	files := reference.Man(root, "1.2.3")
	documented := 0
	for _, cmd := range family(root) {
		if cmd.Hidden || cmd.HasParent() && cmd.Parent().Name() == "completion" {
			continue
		}
		documented++
		name := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
		page := plainRoff(string(files[name+".1"]))
		want := []string{name + " - " + cmd.Short, cmd.UseLine(), strings.TrimSpace(cmd.Long)}
		for line := range strings.Lines(cmd.Example) {
			want = append(want, strings.TrimSpace(line))
		}
		for line := range strings.Lines(cmd.Annotations[reference.ExitStatus]) {
			code, meaning, _ := strings.Cut(strings.TrimSpace(line), "  ")
			want = append(want, code+"\n"+meaning)
		}
		flags := cmd.NonInheritedFlags()
		flags.VisitAll(func(f *pflag.Flag) {
			if value, usage := pflag.UnquoteUsage(f); f.Name != "help" {
				want = append(want, strings.TrimSpace("--"+f.Name+" "+value)+"\n"+usage)
			}
		})
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s.1 lacks %q:\n%s", name, text, page)
			}
		}
	}
	if len(files) != documented {
		t.Errorf("%d manual pages for %d commands", len(files), documented)
	}
}

// plainRoff returns the text of a manual page: macros removed, arguments and
// escapes resolved as groff_char(7) has them.
func plainRoff(page string) string {
	var b strings.Builder
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, ".") {
			name, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			if name == ".TP" || name == ".PP" || name == ".EX" || name == ".EE" {
				continue
			}
			line = strings.Trim(rest, "\"") + "\n"
		}
		b.WriteString(line)
	}
	return strings.NewReplacer(`\-`, "-", `\(dq`, `"`, `\(aq`, "'", `\(ga`, "`", `\(ha`, "^", `\(ti`, "~", `\&`, "", `\e`, `\`).Replace(b.String())
}
