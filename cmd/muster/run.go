package main

import (
	"context"
	"errors"
	"io"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// environment is the process's environment, one KEY=value an entry; the last
// entry of a key wins.
type environment []string

func (e environment) get(key string) string {
	for _, entry := range slices.Backward(e) {
		if value, ok := strings.CutPrefix(entry, key+"="); ok {
			return value
		}
	}
	return ""
}

// app is one run of the program: where it reads and writes, and the options
// that every command has.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            environment
	now            func() time.Time

	configPath string
	format     string
	quiet      bool
	verbose    bool
	begun      bool // the first JSON record was written
	told       bool // the last one, the summary, was
}

// run is the whole program: arguments in, an exit status out. An interrupt or
// a request to terminate ends it in order.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, env []string) int {
	return int(runAt(ctx, time.Now, args, stdin, stdout, stderr, env))
}

// runAt is run with a clock of the caller's.
func runAt(ctx context.Context, now func() time.Time, args []string, stdin io.Reader, stdout, stderr io.Writer, env []string) exitCode {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, env: env, now: now}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err != nil && ctx.Err() != nil && !errors.As(err, new(*statusError)) {
		err = &statusError{code: exitInterrupted, err: errors.New("interrupted")}
	}
	a.report(err)
	return codeOf(err)
}

// usageError is a command line that cannot be understood.
type usageError struct {
	err     error
	command string
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// Hint names the help to read.
func (e *usageError) Hint() string { return "see " + e.command + " --help" }

// asUsage marks the errors of argument checks as wrong usage.
func asUsage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &usageError{err: err, command: cmd.CommandPath()}
		}
		return nil
	}
}
