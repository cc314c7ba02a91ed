package state

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"muster/provision/apply"
)

// OpenChanges returns the changes of the audit trail in the state folder dir
// that were begun and whose end no later record has, sorted by room: those of a
// run that was killed. The caller holds the folder's [Lock], so that none is
// under way. That there is no trail is no error; lines that are no records are
// skipped.
func OpenChanges(dir string) ([]apply.Entry, error) {
	path := filepath.Join(dir, auditFile)
	// A device or a pipe has nothing to read; opening a pipe waits for a writer.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, nil
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("audit trail: %w", err)
	}
	defer f.Close()
	open := make(map[string]apply.Entry)
	for lines := bufio.NewReader(f); ; {
		line, err := lines.ReadBytes('\n')
		noteOpen(open, line)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("audit trail: %w", err)
		}
	}
	return slices.SortedFunc(maps.Values(open), func(a, b apply.Entry) int { return strings.Compare(a.Room, b.Room) }), nil
}

// noteOpen adds a change that a line of the trail begins to those that are open,
// and removes one that it ends.
func noteOpen(open map[string]apply.Entry, line []byte) {
	var e apply.Entry
	if len(bytes.TrimSpace(line)) == 0 || json.Unmarshal(line, &e) != nil || e.Room == "" {
		return
	}
	if e.Result == apply.Started {
		open[e.Room] = e
	} else {
		delete(open, e.Room)
	}
}
