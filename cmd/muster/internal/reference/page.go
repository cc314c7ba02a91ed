// Package reference writes the command reference, docs/commands.md, and the
// manual pages. Both come from the commands themselves, as --help does.
package reference

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// ExitStatus is the annotation of a command with its exit statuses: a line for
// each, the number and what it means.
const ExitStatus = "exit status"

// page is what the reference contains of one command.
type page struct {
	path     string // muster rooms show
	short    string
	long     string
	synopsis string
	examples []string
	flags    []flag
	exits    []exit
}

// flag is one flag of a command.
type flag struct{ name, shorthand, value, usage, preset string }

// exit is one exit status of a command.
type exit struct{ code, meaning string }

// pages returns the pages of a command and of those below it, in order,
// without hidden ones and without those of the single shells for completion.
func pages(cmd *cobra.Command) []page {
	all := []page{pageOf(cmd)}
	if cmd.Name() == "completion" {
		return all
	}
	for _, below := range cmd.Commands() {
		if below.Name() != "help" && !below.Hidden {
			all = append(all, pages(below)...)
		}
	}
	return all
}

func pageOf(cmd *cobra.Command) page {
	cmd.InitDefaultHelpFlag() // as --help does, so that the usage line is the same
	p := page{path: cmd.CommandPath(), short: cmd.Short, long: strings.TrimSpace(cmd.Long), synopsis: cmd.UseLine()}
	for line := range strings.Lines(cmd.Example) {
		p.examples = append(p.examples, strings.TrimSpace(line))
	}
	for line := range strings.Lines(cmd.Annotations[ExitStatus]) {
		code, meaning, _ := strings.Cut(strings.TrimSpace(line), "  ")
		p.exits = append(p.exits, exit{code, meaning})
	}
	flags := cmd.LocalFlags()
	if cmd.HasParent() {
		flags = cmd.NonInheritedFlags()
	}
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" && !f.Hidden {
			p.flags = append(p.flags, flagOf(f))
		}
	})
	return p
}

func flagOf(f *pflag.Flag) flag {
	value, usage := pflag.UnquoteUsage(f)
	preset := f.DefValue
	if slices.Contains([]string{"false", "0", "[]", "0s"}, preset) {
		preset = ""
	}
	return flag{name: f.Name, shorthand: f.Shorthand, value: value, usage: usage, preset: preset}
}

// spelled returns the flag as it is typed, such as "-o, --output FILE".
func (f flag) spelled() string {
	text := "--" + f.name
	if f.shorthand != "" {
		text = "-" + f.shorthand + ", " + text
	}
	return strings.TrimSpace(text + " " + f.value)
}
