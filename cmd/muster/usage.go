package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"muster/provision/plan"
)

// usageError is a command line that cannot be understood.
type usageError struct {
	err     error
	command string // whose help says how it is done
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

// asUsage marks the errors of argument checks as wrong usage.
func asUsage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &usageError{err: err, command: cmd.CommandPath()}
		}
		return nil
	}
}

// noArguments refuses arguments. Those of a command with others below it were
// meant for the name of one.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasAvailableSubCommands() {
		return wrongUsage(cmd, "%s takes no argument, and %q is one", cmd.CommandPath(), args[0])
	}
	var names []string
	for _, below := range cmd.Commands() {
		names = append(names, below.Name())
	}
	return &usageError{
		err:     fmt.Errorf("%s has no command %q", cmd.CommandPath(), args[0]),
		command: cmd.CommandPath(), meant: cmd.CommandPath() + " " + nearest(args[0], names),
	}
}

// check finds, before anything is done, options that make no sense. One that
// is given and empty is mostly a variable of a script that is not set: it must
// not widen what is done to everything.
func (o *planFlags) check(cmd *cobra.Command) error {
	f := cmd.Flags()
	for name, values := range map[string][]string{"only": o.only, "except": o.except, "meeting": o.meetings} {
		blank := slices.ContainsFunc(values, func(v string) bool { return strings.TrimSpace(v) == "" })
		if f.Changed(name) && (len(values) == 0 || blank) {
			return wrongUsage(cmd, "--%s is given, and empty", name)
		}
	}
	if _, err := plan.ParsePolicy(o.policy); err != nil {
		return wrongUsage(cmd, "--policy: %w", err)
	}
	if o.allowed.Archive < 0 {
		return wrongUsage(cmd, "--allow-archive is %d, less than none", o.allowed.Archive)
	}
	return nil
}

// check is that of the plan flags, and of the flags around them.
func (o *applyFlags) check(cmd *cobra.Command) error {
	if o.lockTimeout < 0 {
		return wrongUsage(cmd, "--lock-timeout is %s, less than no time", o.lockTimeout)
	}
	return o.planFlags.check(cmd)
}

// checkAsking refuses to change anything where nobody can be asked.
func (a *app) checkAsking(o *applyFlags) error {
	if o.yes || a.canAsk() {
		return nil
	}
	return &usageError{err: errors.New("there is no terminal to ask on: --yes is needed"), command: o.command}
}
