package state

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"muster/provision/internal/check"
	"muster/provision/internal/sample"
)

const lockDirEnv = "MUSTER_TEST_LOCK_DIR"

// TestMain lets the test's own binary be the other process that holds a lock.
func TestMain(m *testing.M) {
	dir := os.Getenv(lockDirEnv)
	if dir == "" {
		os.Exit(m.Run())
	}
	if _, err := AcquireLock(context.Background(), dir, Holder{PID: os.Getpid(), Host: "here", User: "anna", Command: "muster sync", Since: sample.Day},
		0); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("locked")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	os.Exit(3) // without letting go
}

func TestLockHeldByAnotherProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), lockDirEnv+"="+dir)
	in, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "locked\n" {
		t.Fatal(line, err)
	}
	_, err = AcquireLock(t.Context(), dir, Holder{PID: 1}, 0)
	var locked *LockedError
	if !errors.As(err, &locked) || locked.Holder.PID != other.Process.Pid {
		t.Errorf("got %v", err)
	}
	check.Error(t, err,
		fmt.Sprintf("another run holds the lock %s: muster sync process %d of anna on here since 2026-07-20 09:00:00 UTC", filepath.Join(dir, lockFile),
			other.Process.Pid))

	// It ends without letting go, and while another waits for it.
	got := make(chan error)
	go func() {
		l, err := AcquireLock(t.Context(), dir, Holder{PID: 2}, time.Minute)
		if err == nil {
			err = l.Release()
		}
		got <- err
	}()
	if err := in.Close(); err != nil {
		t.Error(err)
	}
	var exit *exec.ExitError
	if err := other.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("the other process: %v", err)
	}
	if err := <-got; err != nil {
		t.Errorf("the lock of a process that is gone: %v", err)
	}
}

func TestLockTwoHandles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, lockFile)
	if err := os.WriteFile(path, []byte("left behind, and no JSON"), 0o600); err != nil {
		t.Fatal(err)
	}
	first, err := AcquireLock(t.Context(), dir, Holder{PID: 7, Command: "a\x1b[2J\nb"}, 0)
	if err != nil {
		t.Fatal("a file that was left behind locks: ", err)
	}
	_, err = AcquireLock(t.Context(), dir, Holder{}, 0)
	check.Error(t, err, "another run holds the lock "+path+": a[2J b process 7")
	if err := os.WriteFile(path, []byte(strings.Repeat("x", 2*maxHolder)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = AcquireLock(t.Context(), dir, Holder{}, time.Nanosecond)
	check.Error(t, err, "an unknown process")
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("interrupt")
	cancel(stop)
	if _, err := AcquireLock(ctx, dir, Holder{}, time.Hour); !errors.Is(err, stop) {
		t.Errorf("waiting was not interrupted: %v", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	second, err := AcquireLock(t.Context(), dir, Holder{PID: 8}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Release(); err != nil {
		t.Error(err)
	}
	if _, err := AcquireLock(t.Context(), filepath.Join(dir, "none"), Holder{}, 0); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

// TestDeskLock has a desk run beside a run that changes rooms, and not beside
// another desk.
func TestDeskLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if h, ok := CurrentDesk(dir); ok {
		t.Errorf("before any desk ran, it is held by %v", h)
	}
	run, err := AcquireLock(t.Context(), dir, Holder{PID: 1}, 0)
	if err != nil {
		t.Fatal(err)
	}
	desk, err := AcquireDeskLock(t.Context(), dir, Holder{PID: os.Getpid(), Host: host, Command: "muster desk"})
	if err != nil {
		t.Fatal(err)
	}
	var locked *LockedError
	if _, err := AcquireDeskLock(t.Context(), dir, Holder{PID: 2}); !errors.As(err, &locked) || locked.Holder.Command != "muster desk" {
		t.Errorf("a second desk: %v", err)
	}
	if h, ok := CurrentDesk(dir); !ok || h.PID != os.Getpid() {
		t.Errorf("it is held by %v, %t", h, ok)
	}
	if err := errors.Join(desk.Release(), run.Release()); err != nil {
		t.Fatal(err)
	}
	if h, ok := CurrentDesk(dir); ok {
		t.Errorf("after its end, it is held by %v", h)
	}
}
