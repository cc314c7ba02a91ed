package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"muster/cmd/muster/internal/config"
	"muster/xmppadmin"
)

// leastFree is the space in bytes that should be free in the state folder: as
// much as the audit trail and the cache may grow between two looks.
const leastFree = 100 << 20

// trialSize is how much the check of the state folder writes.
const trialSize = 64 << 10

// state checks the state folder: that it can be made or written to, that its
// files can be read, and that there is space left.
func (k *checks) state(c config.Config) {
	const check = "state folder"
	fail := func(err error) {
		k.fail(check, &config.Error{Path: c.Path, Key: "state.dir", Err: err, Advice: fileHint(err)})
	}
	info, err := os.Stat(c.State.Dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if err := tryFolder(c.State.Dir); err != nil {
			fail(err)
			return
		}
		k.show(xmppadmin.Finding{Check: check, Verdict: xmppadmin.Warn,
			Text: c.State.Dir + " does not exist yet", Hint: "the first apply creates it"})
		return
	case err != nil:
		fail(err)
		return
	case !info.IsDir():
		k.fail(check, &config.Error{Path: c.Path, Key: "state.dir", Err: fmt.Errorf("%s is not a folder", c.State.Dir)})
		return
	}
	for _, try := range []func(dir string) error{tryWriting, tryReading} {
		if err := try(c.State.Dir); err != nil {
			fail(err)
			return
		}
	}
	k.ok(check, c.State.Dir)
	k.space(c.State.Dir)
}

// space checks how much of the file system is free.
func (k *checks) space(dir string) {
	free, known := freeSpace(dir)
	if !known {
		return
	}
	f := xmppadmin.Finding{Check: "disk space", Verdict: xmppadmin.OK, Text: fmt.Sprintf("%d MiB free on the file system of %s", free>>20, dir)}
	if free < leastFree {
		f.Verdict, f.Hint = xmppadmin.Warn, "free some space: changes are not made where they cannot be recorded"
	}
	k.show(f)
}

// tryFolder makes a folder in the nearest folder above dir that exists, and
// removes it.
func tryFolder(dir string) error {
	above := filepath.Dir(dir)
	for {
		if _, err := os.Stat(above); !errors.Is(err, os.ErrNotExist) || above == filepath.Dir(above) {
			break
		}
		above = filepath.Dir(above)
	}
	made, err := os.MkdirTemp(above, "muster-doctor")
	if err != nil {
		return err
	}
	return os.Remove(made)
}

// tryWriting writes a file to dir, through to the disk, and removes it.
func tryWriting(dir string) error {
	f, err := os.CreateTemp(dir, "doctor")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, trialSize))
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name()))
}

// tryReading opens each file of dir, and each in its cache.
func tryReading(dir string) error {
	for _, pattern := range []string{"*", "cache/*"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		for _, path := range files {
			if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
				continue
			}
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			_ = f.Close()
		}
	}
	return nil
}
