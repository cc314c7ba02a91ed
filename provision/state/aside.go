package state

import (
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/renameio/v2"
)

// What was put aside is called audit-20260720T090000Z.jsonl.gz, by the time it
// was; without .gz until it is compressed.
const (
	asidePrefix = "audit-"
	asideStamp  = "20060102T150405Z"
	asidePlain  = ".jsonl"
	asidePacked = ".jsonl.gz"
)

// asideName is the name of what is put aside now. It sorts behind all that
// there are, even where the clock was set back.
func asideName(dir string, now time.Time) (string, error) {
	plain, err := asides(dir, asidePlain)
	if err != nil {
		return "", err
	}
	packed, err := asides(dir, asidePacked)
	if err != nil {
		return "", err
	}
	at := now.UTC().Truncate(time.Second)
	for _, name := range slices.Concat(plain, packed) {
		if before, _ := asideTime(name); !at.After(before) {
			at = before.Add(time.Second)
		}
	}
	return asidePrefix + at.Format(asideStamp) + asidePlain, nil
}

// asides returns the names of what was put aside, the oldest first. Files that
// have other names belong to others.
func asides(dir, ending string) ([]string, error) {
	files, err := os.ReadDir(dir) // sorted
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range files {
		if _, ok := asideTime(f.Name()); ok && f.Type().IsRegular() && strings.HasSuffix(f.Name(), ending) {
			names = append(names, f.Name())
		}
	}
	return names, nil
}

// asideTime reads when a file was put aside from its name.
func asideTime(name string) (at time.Time, ok bool) {
	rest, ok := strings.CutPrefix(name, asidePrefix)
	if !ok {
		return at, false
	}
	stamp, ok := strings.CutSuffix(strings.TrimSuffix(rest, ".gz"), asidePlain)
	if !ok {
		return at, false
	}
	at, err := time.Parse(asideStamp, stamp)
	return at, err == nil
}

// pack compresses a file, wholly or not at all, and removes what it was.
func pack(dir, name string) error {
	path := filepath.Join(dir, name)
	from, err := os.Open(path)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := renameio.NewPendingFile(path+".gz", renameio.WithTempDir(dir), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return err
	}
	defer func() { _ = to.Cleanup() }()
	z := gzip.NewWriter(to)
	if _, err := io.Copy(z, from); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	if err := to.CloseAtomicallyReplace(); err != nil {
		return err
	}
	// The one must be there for good before the other is gone.
	if err := syncFolder(dir); err != nil {
		return err
	}
	return os.Remove(path)
}

// syncFolder makes what was renamed in a folder last.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
