package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"muster/provision/apply"
)

// trailLimits bound the trail.
type trailLimits struct {
	size int64 // bytes of a file that is put aside before the next run's first record
	kept int   // how many files put aside are kept
}

// defaultTrailLimits are for decades of meetings: a room's change takes one to
// three kilobytes, and packs to a tenth.
func defaultTrailLimits() trailLimits { return trailLimits{size: 16 << 20, kept: 64} }

// Discarded is the record of a file of the trail that was removed because there
// are too many.
type Discarded struct {
	When time.Time `json:"when"`
	apply.Actor
	Action string `json:"action"` // always "discard"
	File   string `json:"file"`
}

// rotate puts a trail that has become long aside and begins a new one, packs
// what was put aside, also by a run that came to its end over it, and removes
// the oldest of what is too many. What it removes it records first.
func (a *Audit) rotate(now time.Time, who apply.Actor) error {
	info, err := a.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() > a.limits.size {
		if err := a.putAside(now); err != nil {
			return err
		}
	}
	plain, err := asides(a.dir, asidePlain)
	if err != nil {
		return err
	}
	for _, name := range plain {
		if err := pack(a.dir, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	packed, err := asides(a.dir, asidePacked)
	if err != nil || len(packed) <= a.limits.kept {
		return err
	}
	return a.discard(packed[:len(packed)-a.limits.kept], now, who)
}

// putAside gives the trail's file another name and begins a new file.
func (a *Audit) putAside(now time.Time) error {
	name, err := asideName(a.dir, now)
	if err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(a.dir, auditFile), filepath.Join(a.dir, name)); err != nil {
		return err
	}
	next, err := openTrail(a.dir)
	if err != nil {
		return err
	}
	err = a.file.Close()
	a.file, a.torn = next, false
	return errors.Join(err, syncFolder(a.dir))
}

// discard removes files of the trail, and records each beforehand.
func (a *Audit) discard(names []string, now time.Time, who apply.Actor) error {
	for _, name := range names {
		if err := a.write(Discarded{When: now, Actor: who, Action: "discard", File: name}); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := a.flush(); err != nil {
		return err
	}
	for _, name := range names {
		if err := os.Remove(filepath.Join(a.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
