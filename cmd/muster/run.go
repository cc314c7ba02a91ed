package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/ui"
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

// app is one run of the program: its clock, its environment, the console that
// it writes to, and the configuration file that was named.
type app struct {
	env        environment
	now        func() time.Time
	console    *ui.Console
	configPath string
	applying   atomic.Bool // changes are being made: an interrupt waits for them
}

// newApp returns the program with its streams.
func newApp(now func() time.Time, stdin io.Reader, stdout, stderr io.Writer, env []string) *app {
	a := &app{env: env, now: now}
	streams := ui.Streams{In: stdin, Out: stdout, Err: stderr, Getenv: a.env.get}
	a.console = ui.New(streams, version(), describe)
	return a
}

// describe returns the exit status and the hint of an error.
func describe(err error) (code int, hint string) { return int(codeOf(err)), hintOf(err) }

// run is the whole program: arguments in, an exit status out. An interrupt or
// a request to terminate ends it in order.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, env []string) int {
	return int(runAt(ctx, time.Now, args, stdin, stdout, stderr, env))
}

// runAt is run with the caller's clock.
func runAt(ctx context.Context, now func() time.Time, args []string, stdin io.Reader, stdout, stderr io.Writer, env []string) exitCode {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	a := newApp(now, stdin, stdout, stderr, env)
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(a.console.Out())
	root.SetErr(a.console.Err())
	err := a.execute(ctx, root)
	if err != nil && ctx.Err() != nil && !errors.As(err, new(*statusError)) {
		err = &statusError{code: exitInterrupted, err: errors.New("interrupted")}
	}
	return a.end(err)
}

// windDown is how long an interrupted command may take to end in order while
// it makes no changes.
const windDown = time.Second

// execute runs the command. An interrupted command that makes changes ends
// when those that it has begun are done; one that waits for something that
// does not notice the interrupt, such as a pipe without a writer, is abandoned.
func (a *app) execute(ctx context.Context, root *cobra.Command) error {
	done := make(chan error, 1)
	go func() { done <- root.ExecuteContext(ctx) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	for {
		select {
		case err := <-done:
			return err
		case <-time.After(windDown):
			if !a.applying.Load() {
				a.console = a.console.Successor()
				return ctx.Err()
			}
		}
	}
}

// end shows the error with which a run ended, unless the results have shown
// it, and returns the exit status.
func (a *app) end(err error) exitCode {
	if err != nil && !shown(err) {
		a.console.Fatal(split(err)...)
	}
	a.console.Finish(err != nil)
	if werr := a.console.WriteError(); werr != nil && (err == nil || codeOf(err) == exitChanges) {
		err = werr
		a.console.Error(err)
	}
	return codeOf(err)
}

// load reads the configuration.
func (a *app) load() (config.Config, error) {
	path, err := config.Find(a.configPath, a.env.get)
	if err != nil {
		return config.Config{}, err
	}
	c, err := config.Read(path)
	if err != nil {
		return c, err
	}
	return c, checkOwner(c, os.Geteuid(), ownerOf)
}

// checkOwner refuses to run as root on the state folder of another user, whose
// later runs could not read what this one would leave there.
func checkOwner(c config.Config, uid int, owner func(path string) string) error {
	whose := owner(c.State.Dir)
	if uid != 0 || whose == "" || whose == "root" {
		return nil
	}
	return &config.Error{
		Path: c.Path, Key: "state.dir", Err: fmt.Errorf("%s belongs to %s, and this is root", c.State.Dir, whose),
		Advice: fmt.Sprintf("run as %s: sudo -u %s muster ...", whose, whose),
	}
}
