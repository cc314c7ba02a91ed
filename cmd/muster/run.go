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
	begun      bool           // the first JSON record was written
	summary    *summaryRecord // the last one, to be written at the end
	hinted     string         // the last hint that was written
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
	out := &output{Writer: stdout}
	a := &app{stdin: stdin, stdout: out, stderr: stderr, env: env, now: now}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err != nil && ctx.Err() != nil && !errors.As(err, new(*statusError)) {
		err = &statusError{code: exitInterrupted, err: errors.New("interrupted")}
	}
	a.report(err)
	if out.err != nil && (err == nil || codeOf(err) == exitChanges) {
		err = out.err
		a.writeError(err)
	}
	return codeOf(err)
}
