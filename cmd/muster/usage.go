package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"muster/provision"
	"muster/provision/plan"
)

// usageError is a wrong command line.
type usageError struct {
	err     error
	command string // whose help explains it
	meant   string // what may have been meant; may be empty
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// Hint names the help to read.
func (e *usageError) Hint() string {
	if e.meant != "" {
		return fmt.Sprintf("did you mean %s? see %s --help", e.meant, e.command)
	}
	return "see " + e.command + " --help"
}

// wrongUsage returns the usageError of a command.
func wrongUsage(cmd *cobra.Command, format string, args ...any) error {
	return &usageError{err: fmt.Errorf(format, args...), command: cmd.CommandPath()}
}

// needs has a command refuse to run without the flag, as wrong usage.
func needs(cmd *cobra.Command, flag string) {
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		if !cmd.Flags().Changed(flag) {
			return wrongUsage(cmd, "--%s is required", flag)
		}
		return nil
	}
}

// flagError returns the library's error of a flag's value as the flag and what
// is wrong with it; any other as it is.
func flagError(err error) error {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return err
	}
	return fmt.Errorf("--%s: %w", invalid.GetFlag().Name, invalid.Unwrap())
}

// asUsage has a command refuse a wrong number of arguments as wrong usage.
func asUsage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check(cmd, args) != nil {
			return wrongUsage(cmd, "wrong number of arguments, got %d; usage: %s", len(args), strings.TrimSuffix(cmd.UseLine(), " [flags]"))
		}
		return nil
	}
}

// noArguments refuses arguments. The first argument of a command with
// subcommands is taken for the name of one.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasAvailableSubCommands() {
		return wrongUsage(cmd, "%s takes no arguments, got %q", cmd.CommandPath(), args[0])
	}
	return &usageError{
		err:     fmt.Errorf("%s has no command %q", cmd.CommandPath(), args[0]),
		command: cmd.CommandPath(), meant: meantCommand(cmd, args),
	}
}

// meantCommand returns the command that args probably meant: the nearest below
// cmd, else one further down, with the other arguments. Commands that change
// something are not suggested.
func meantCommand(cmd *cobra.Command, args []string) string {
	paths := make(map[string][]string) // by name
	var direct, deeper []string
	for _, c := range family(cmd) {
		if c == cmd || c.Annotations[changing] != "" || c.Hidden {
			continue
		}
		if c.Parent() == cmd {
			direct = append(direct, c.Name())
			continue
		}
		paths[c.Name()] = append(paths[c.Name()], strings.Join(append([]string{c.CommandPath()}, args[1:]...), " "))
		deeper = append(deeper, c.Name())
	}
	if near := provision.Nearest(args[0], direct); near != "" {
		return cmd.CommandPath() + " " + near
	}
	return strings.Join(paths[provision.Nearest(args[0], deeper)], " or ")
}

// family returns a command and all below it, in order.
func family(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, below := range cmd.Commands() {
		if below.Name() != "help" {
			all = append(all, family(below)...)
		}
	}
	return all
}

// check finds values that make no sense before anything is done. An empty one
// is usually an unset variable of a script, and must not widen what is done to
// everything.
func (o *planFlags) check(cmd *cobra.Command) error {
	f := cmd.Flags()
	for name, values := range map[string][]string{"only": o.options.Only, "except": o.options.Except} {
		blank := slices.ContainsFunc(values, func(v string) bool { return strings.TrimSpace(v) == "" })
		if f.Changed(name) && (len(values) == 0 || blank) {
			return wrongUsage(cmd, "--%s must not be empty", name)
		}
	}
	if _, err := plan.ParsePolicy(string(o.options.Policy)); err != nil {
		return wrongUsage(cmd, "--policy: %w", err)
	}
	return nil
}

// checkConfirmable refuses to change anything without --yes where there is no
// terminal to ask on.
func (a *app) checkConfirmable(o *applyFlags) error {
	if o.yes || a.console.CanAsk() {
		return nil
	}
	return &usageError{err: errors.New("no terminal to ask on: --yes is required"), command: o.command}
}
