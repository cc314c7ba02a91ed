package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"muster/cmd/muster/internal/ui"
	"muster/provision/state"
)

// patience is how long a script waits for what must come.
const patience = 2 * time.Minute

// scriptLaunch starts the program in the background, with its output in the
// files launched.out and launched.err:
//
//	launch [-tty] muster ARGUMENT...
//
// With -tty standard input and standard error are a terminal at which no key
// is pressed.
func scriptLaunch(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	tty := len(args) > 0 && args[0] == "-tty"
	if tty {
		args = args[1:]
	}
	if neg || len(args) < 2 || w.launched != nil {
		ts.Fatalf("usage: launch [-tty] muster ARGUMENT..., one at a time")
	}
	stdout, err := os.Create(ts.MkAbs("launched.out"))
	ts.Check(err)
	defer stdout.Close()
	stderr, err := os.Create(ts.MkAbs("launched.err"))
	ts.Check(err)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = w.work, *w.env, stdout, stderr
	w.screen = func() { stderr.Close() }
	if tty {
		stop, err := onTTY(cmd, stderr)
		ts.Check(err)
		w.screen = func() { stop(); stderr.Close() }
	}
	ts.Check(cmd.Start())
	w.launched = cmd
	ts.Defer(func() {
		if w.launched == cmd {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
}

// scriptInterrupt interrupts what was launched, as Control-C does, or once it
// has opened a file:
//
//	interrupt [FILE]
//	! interrupt [FILE]
//
// where socket: stands for any connection. With ! it is a request to
// terminate.
func scriptInterrupt(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if len(args) > 1 || w.launched == nil {
		ts.Fatalf("usage: interrupt [FILE], after launch")
	}
	var signal os.Signal = os.Interrupt
	if neg {
		signal = syscall.SIGTERM
	}
	process, path := w.launched.Process, strings.Join(args, "")
	if len(args) == 0 {
		ts.Check(process.Signal(signal))
		return
	}
	if path != "socket:" {
		path = ts.MkAbs(path)
	}
	for end := time.Now().Add(patience); !opened(process.Pid, path); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			ts.Fatalf("%s was not opened within %s", args[0], patience)
		}
	}
	ts.Check(process.Signal(signal))
}

// scriptKill kills what was launched, which then lands with -1:
//
//	killrun
func scriptKill(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if neg || len(args) > 0 || w.launched == nil {
		ts.Fatalf("usage: killrun, after launch")
	}
	ts.Check(w.launched.Process.Kill())
}

// opened reports whether a process has a file open.
func opened(pid int, path string) bool {
	links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	return slices.ContainsFunc(links, func(link string) bool {
		target, err := os.Readlink(link)
		return err == nil && strings.HasPrefix(target, path)
	})
}

// scriptLanded waits for what was launched and checks its exit status:
//
//	landed CODE [PIPE]
//
// A named pipe is read, and what comes out of it thrown away, so that a run
// which waits for a reader goes on.
func scriptLanded(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if neg || len(args) < 1 || len(args) > 2 || w.launched == nil {
		ts.Fatalf("usage: landed CODE [PIPE], after launch")
	}
	if len(args) == 2 {
		// For writing, too: opening it never waits for the other end.
		pipe, err := os.OpenFile(ts.MkAbs(args[1]), os.O_RDWR, 0)
		ts.Check(err)
		drained := make(chan struct{})
		go func() {
			_, _ = io.Copy(io.Discard, pipe)
			close(drained)
		}()
		defer func() { pipe.Close(); <-drained }()
	}
	cmd := w.launched
	w.launched = nil
	timer := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	timer.Stop()
	w.screen()
	stdout, stderr := ts.ReadFile("launched.out"), ts.ReadFile("launched.err")
	fmt.Fprint(ts.Stdout(), stdout)
	fmt.Fprint(ts.Stderr(), stderr)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	if got := strconv.Itoa(cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("the exit status is %s, not %s\n%s%s", got, args[0], stdout, stderr)
	}
}

// scriptAwait waits until there is a file, or with a PATTERN until it matches:
//
//	await FILE [PATTERN]
func scriptAwait(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: await FILE [PATTERN]")
	}
	pattern := regexp.MustCompile(strings.Join(args[1:], ""))
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && pattern.Match(text) {
			return
		}
		if time.Now().After(end) {
			stderr, _ := os.ReadFile(ts.MkAbs("launched.err"))
			ts.Fatalf("%s: nothing like it came within %s: %v\n%s", args[0], patience, err, stderr)
		}
	}
}

// scriptHold holds the lock as another run would, until the script ends or
// lets go of it:
//
//	hold [FOLDER/] [COMMAND]
//	! hold
//
// The lock is that of the state folder, or of a folder in it.
func scriptHold(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if neg {
		ts.Check(w.lock.Release())
		return
	}
	dir := filepath.Join(w.work, "state")
	if len(args) > 0 && strings.HasSuffix(args[0], "/") {
		dir, args = filepath.Join(dir, args[0]), args[1:]
		ts.Check(os.MkdirAll(dir, 0o700))
	}
	who := state.Holder{PID: 4242, Host: "elsewhere", User: "operator", Command: strings.Join(args, " ")}
	var err error
	w.lock, err = state.AcquireLock(context.Background(), dir, who, 0)
	ts.Check(err)
}

// scriptRecords checks the JSON Lines of a file, mostly stdout: that the first
// one is the version and the last the summary, and that those in between are of
// these types and no others, in this order where types repeat or not:
//
//	records FILE TYPE...
func scriptRecords(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: records FILE TYPE...")
	}
	var types []string
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		var r struct{ Type, Format string }
		if err := json.Unmarshal([]byte(line), &r); err != nil || r.Type == "" {
			ts.Fatalf("not a record: %s (%v)", line, err)
		}
		if r.Type == "version" && r.Format != ui.FormatVersion {
			ts.Fatalf("the format is %q", r.Format)
		}
		types = append(types, r.Type)
	}
	want := slices.Concat([]string{"version"}, args[1:], []string{"summary"})
	if got := slices.Compact(slices.Clone(types)); !slices.Equal(got, want) {
		ts.Fatalf("the records are %v, not %v", types, want)
	}
	if n := len(slices.DeleteFunc(types, func(t string) bool { return t != "version" && t != "summary" })); n != 2 {
		ts.Fatalf("there is more than one version or summary")
	}
}
