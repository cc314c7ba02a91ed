package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"muster/provision"
)

// The locks of a state folder: the one that a run holds which changes rooms, and
// that of the front desk.
const (
	lockFile = "lock"
	DeskLock = "desk.lock"
)

// Bounds of a lock.
const (
	lockRetry = 100 * time.Millisecond
	maxHolder = 4096
)

// Holder is who holds a lock.
type Holder struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	User    string    `json:"user"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

// String returns the holder in words; what is not known is left out.
func (h Holder) String() string {
	if h == (Holder{}) {
		return "an unknown process"
	}
	var parts []string
	if h.Command != "" {
		parts = append(parts, provision.OneLine(h.Command, provision.MaxTitle))
	}
	parts = append(parts, fmt.Sprintf("process %d", h.PID))
	if h.User != "" {
		parts = append(parts, "of "+provision.OneLine(h.User, provision.MaxName))
	}
	if h.Host != "" {
		parts = append(parts, "on "+provision.OneLine(h.Host, provision.MaxTitle))
	}
	if !h.Since.IsZero() {
		parts = append(parts, "since "+h.Since.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	return strings.Join(parts, " ")
}

// LockedError is the error of a lock that another run holds.
type LockedError struct {
	Path   string // the lock file
	Holder Holder // as it wrote itself down; zero where it did not
}

// Error names the holder.
func (e *LockedError) Error() string {
	return fmt.Sprintf("another run holds the lock %s: %s", e.Path, e.Holder)
}

// Lock is the right to be the only run that changes anything.
type Lock struct{ file *flock.Flock }

// AcquireLock takes the lock in the state folder dir for who, and waits for it
// up to timeout; 0 tries once. The system lets go of a lock when its process
// ends, however it ends: a file that is left behind is no lock. The error
// is a [*LockedError], ctx's cause, or one of the file system.
func AcquireLock(ctx context.Context, dir string, who Holder, timeout time.Duration) (*Lock, error) {
	return acquire(ctx, filepath.Join(dir, lockFile), who, timeout)
}

// AcquireDeskLock takes the lock by which there is one front desk, [DeskLock],
// likewise.
func AcquireDeskLock(ctx context.Context, dir string, who Holder) (*Lock, error) {
	return acquire(ctx, filepath.Join(dir, DeskLock), who, 0)
}

func acquire(ctx context.Context, path string, who Holder, timeout time.Duration) (*Lock, error) {
	f := flock.New(path, flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR))
	ok, err := f.TryLock()
	if err == nil && !ok && timeout > 0 {
		wait, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		ok, err = f.TryLockContext(wait, lockRetry)
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			err = context.Cause(ctx)
		}
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("lock %s: %w", path, errors.Join(err, f.Close()))
	case !ok:
		return nil, errors.Join(&LockedError{Path: path, Holder: holder(path)}, f.Close())
	}
	l := &Lock{file: f}
	if err := l.sign(who); err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, errors.Join(err, l.Release()))
	}
	return l, nil
}

// sign writes down who holds the lock. It writes into the locked file, since a
// new one in its place would be another lock.
func (l *Lock) sign(who Holder) error {
	data, err := json.Marshal(who)
	if err != nil {
		return err
	}
	return os.WriteFile(l.file.Path(), append(data, '\n'), 0o600)
}

// Release gives the lock back. The file stays, so that no run locks one that
// another has just removed.
func (l *Lock) Release() error {
	return errors.Join(os.Truncate(l.file.Path(), 0), l.file.Close())
}

// holder reads who holds the lock; it returns the zero Holder if the file is
// unreadable.
func holder(path string) Holder {
	var h Holder
	data, err := os.ReadFile(path)
	if err != nil || len(data) > maxHolder || json.Unmarshal(data, &h) != nil {
		return Holder{}
	}
	return h
}

// CurrentHolder returns who holds the lock in the state folder dir, as far as it
// can be seen without taking it: ok is false where the lock is free, and where
// the process that wrote itself down on this machine has ended.
func CurrentHolder(dir string) (h Holder, ok bool) { return current(filepath.Join(dir, lockFile)) }

// CurrentDesk returns who holds the lock of the front desk, likewise.
func CurrentDesk(dir string) (h Holder, ok bool) { return current(filepath.Join(dir, DeskLock)) }

func current(path string) (h Holder, ok bool) {
	h = holder(path)
	if h == (Holder{}) {
		return h, false
	}
	if host, err := os.Hostname(); err != nil || host != h.Host {
		return h, true
	}
	err := syscall.Kill(h.PID, 0)
	return h, err == nil || errors.Is(err, syscall.EPERM)
}
