package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// commandsFile is the reference of all commands, for people who read before
// they try.
const commandsFile = "../../docs/commands.md"

func TestReferenceOfCommands(t *testing.T) {
	t.Parallel()
	want := referenceOf(testApp().rootCommand())
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
		t.Errorf("%s is not what the program says; go test ./cmd/muster -run TestReferenceOfCommands -update writes it anew", commandsFile)
	}
}

func TestEveryCommandIsWhole(t *testing.T) {
	t.Parallel()
	root := testApp().rootCommand()
	reached := make(map[string]bool)
	for _, cmd := range family(root) {
		name := cmd.CommandPath()
		if cmd.Short == "" || cmd.Long == "" {
			t.Errorf("%s does not say what it does", name)
		}
		var help bytes.Buffer
		cmd.SetOut(&help)
		if err := cmd.Help(); err != nil {
			t.Fatal(err)
		}
		_, end, found := strings.Cut(help.String(), "\nEXIT STATUS\n")
		if !found || end != cmd.Annotations[exitStatus] {
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

// referenceOf returns the reference of a command and all below it.
func referenceOf(root *cobra.Command) []byte {
	var b bytes.Buffer
	b.WriteString("# Commands\n\n" +
		"This is what the program says of itself; `muster COMMAND --help` says the same. It is\n" +
		"written by `go test ./cmd/muster -run TestReferenceOfCommands -update`.\n\n")
	for _, cmd := range family(root) {
		if cmd.Parent() != nil && cmd.Parent().Name() == "completion" {
			continue
		}
		writeReference(&b, cmd)
	}
	return append(bytes.TrimRight(b.Bytes(), "\n"), '\n')
}

func writeReference(b *bytes.Buffer, cmd *cobra.Command) {
	fmt.Fprintf(b, "## %s\n\n%s\n\n```\n%s\n```\n\n", cmd.CommandPath(), strings.TrimSpace(cmd.Long), cmd.UseLine())
	if cmd.Example != "" {
		fmt.Fprintf(b, "For example:\n\n```sh\n%s\n```\n\n", strings.ReplaceAll(strings.TrimPrefix(cmd.Example, "  "), "\n  ", "\n"))
	}
	flags := cmd.LocalFlags()
	if cmd.HasParent() {
		flags = cmd.NonInheritedFlags()
	}
	writeFlags(b, flags)
	fmt.Fprintf(b, "| exit status | meaning |\n| --- | --- |\n")
	for line := range strings.Lines(cmd.Annotations[exitStatus]) {
		code, meaning, _ := strings.Cut(strings.TrimSpace(line), "  ")
		fmt.Fprintf(b, "| %s | %s |\n", code, meaning)
	}
	b.WriteString("\n")
}

func writeFlags(b *bytes.Buffer, flags *pflag.FlagSet) {
	var rows []string
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" {
			return
		}
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		value, usage := pflag.UnquoteUsage(f)
		if value != "" {
			name += " " + value
		}
		if !slices.Contains([]string{"", "false", "0", "[]", "0s"}, f.DefValue) {
			usage += fmt.Sprintf(" (default `%s`)", f.DefValue)
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s |\n", name, strings.ReplaceAll(usage, "|", `\|`)))
	})
	if len(rows) > 0 {
		fmt.Fprintf(b, "| option | meaning |\n| --- | --- |\n%s\n", strings.Join(rows, ""))
	}
}
