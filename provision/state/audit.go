package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"muster/provision/apply"
)

const auditFile = "audit.jsonl"

// Audit is the audit trail in the state folder: JSON Lines that only grow, until
// the file is long enough to be put aside. It is a [apply.Recorder], and safe
// for use by several goroutines.
type Audit struct {
	mu     sync.Mutex
	dir    string
	file   *os.File
	torn   bool // the last line has no end
	begun  bool // the first record was requested
	limits trailLimits
}

// OpenAudit opens the audit trail in the state folder dir, and makes it, for
// its owner's eyes only, where there is none. A last line that a crash cut
// short stays as it is; the next record starts on a line of its own. The caller
// holds the folder's [Lock], since the first record may put the file aside.
func OpenAudit(dir string) (*Audit, error) {
	f, err := openTrail(dir)
	if err != nil {
		return nil, fmt.Errorf("audit trail: %w", err)
	}
	torn, err := endsTorn(f)
	if err != nil {
		return nil, fmt.Errorf("audit trail: %w", errors.Join(err, f.Close()))
	}
	return &Audit{dir: dir, file: f, torn: torn, limits: defaultTrailLimits()}, nil
}

func openTrail(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, auditFile), os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
}

func endsTorn(f *os.File) (bool, error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false, err
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], info.Size()-1); err != nil {
		return false, err
	}
	return last[0] != '\n', nil
}

// Record adds one record, in one write. After an error it is not known how
// much of it was written. Before the first one, a file that has become long is
// put aside, as of the record's time.
func (a *Audit) Record(e apply.Entry) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.begun {
		if err := a.rotate(e.When, e.Actor); err != nil {
			return fmt.Errorf("audit trail: %w", err)
		}
		a.begun = true
	}
	if err := a.write(e); err != nil {
		return fmt.Errorf("audit trail: room %q: %w", e.Room, err)
	}
	return nil
}

// write adds a record as a line of its own.
func (a *Audit) write(record any) error {
	line, err := json.Marshal(record)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if a.torn {
		line = append([]byte{'\n'}, line...)
	}
	_, err = a.file.Write(line)
	a.torn = err != nil
	return err
}

// Sync writes what was recorded through to the disk.
func (a *Audit) Sync() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.flush(); err != nil {
		return fmt.Errorf("audit trail: %w", err)
	}
	return nil
}

func (a *Audit) flush() error {
	// A trail that is a pipe or a device has nothing to write through.
	if err := a.file.Sync(); !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}

// Close writes through to the disk and closes the file.
func (a *Audit) Close() error {
	return errors.Join(a.Sync(), a.file.Close())
}
