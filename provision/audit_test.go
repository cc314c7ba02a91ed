package provision

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"muster/xmppadmin"
)

// trail reads the audit trail in dir; a line that is no record is returned as
// it stands.
func trail(t *testing.T, dir string) (entries []Entry, rest []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, auditFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		var e Entry
		if json.Unmarshal([]byte(line), &e) != nil {
			rest = append(rest, line)
			continue
		}
		entries = append(entries, e)
	}
	return entries, rest
}

func TestAuditOfAnApply(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := newFake(exists("update", true, false, "old"), exists("conflict", false, false, ""))
	p := planFor(t, f, wanting("broken", "conflict", "update"), PlanOptions{})
	f.script["create broken"] = []behaviour{fails(xmppadmin.ErrUnsupported)}
	a, err := OpenAudit(dir)
	if err != nil {
		t.Fatal(err)
	}
	clock := day
	o := ApplyOptions{Audit: a, Who: "muster@example.org", Now: func() time.Time { clock = clock.Add(time.Second); return clock }}
	if _, err := Apply(t.Context(), f, p, o); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	got, rest := trail(t, dir)
	entry := func(at int, room string, action Action, result string) Entry {
		return Entry{When: day.Add(time.Duration(at) * time.Second), Who: "muster@example.org", Plan: p.Digest(), Room: room, Action: action, Result: result}
	}
	failed, started, done := entry(3, "broken", Create, "failed"), entry(2, "update", Update, "started"), entry(4, "update", Update, "done")
	failed.Error = `room "broken": answer: not supported by this server`
	started.Before, done.Before, done.After = promised("old"), promised("old"), promised("update")
	same(t, "trail", got, []Entry{entry(1, "broken", Create, "started"), started, failed, done})
	if len(rest) > 0 {
		t.Errorf("lines that are no records: %q", rest)
	}
	info, err := os.Stat(filepath.Join(dir, auditFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestAuditGoesOnAfterATornLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before string
		torn   []string
	}{
		"no file":   {"", nil},
		"whole":     {`{"room":"a"}` + "\n", nil},
		"torn":      {`{"room":"a"}` + "\n" + `{"room":"b`, []string{`{"room":"b`}},
		"only torn": {`{`, []string{"{"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if c.before != "" {
				if err := os.WriteFile(filepath.Join(dir, auditFile), []byte(c.before), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, room := range []string{"x", "y"} { // each a run of its own
				a, err := OpenAudit(dir)
				if err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(a.Record(Entry{Room: room}), a.Record(Entry{Room: room + "\n2"}), a.Close()); err != nil {
					t.Fatal(err)
				}
			}
			entries, rest := trail(t, dir)
			same(t, "torn", rest, c.torn)
			var rooms []string
			for _, e := range entries {
				rooms = append(rooms, e.Room)
			}
			if got := strings.Join(rooms, " "); !strings.HasSuffix(got, "x x\n2 y y\n2") {
				t.Errorf("records of %q", got)
			}
			if data, _ := os.ReadFile(filepath.Join(dir, auditFile)); !strings.HasPrefix(string(data), c.before) || strings.Contains(string(data), "\n\n") {
				t.Errorf("the trail is now %q", data)
			}
		})
	}
}

// TestAuditOnAFullDisk has nothing done that could not be recorded.
func TestAuditOnAFullDisk(t *testing.T) {
	t.Parallel()
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("no ", full, ": ", err)
	}
	dir := t.TempDir()
	if err := os.Symlink(full, filepath.Join(dir, auditFile)); err != nil {
		t.Fatal(err)
	}
	a, err := OpenAudit(dir)
	if err != nil {
		t.Fatal(err)
	}
	f := newFake()
	p := planFor(t, f, wanting("a", "b"), PlanOptions{})
	got, err := Apply(t.Context(), f, p, ApplyOptions{Audit: a})
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), `apply stopped: audit trail: room "a"`) {
		t.Errorf("the error is %v", err)
	}
	same(t, "counts", got.Counts, Counts{Wanted: 2, Skipped: 2})
	same(t, "calls", f.calls, []string(nil))
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

// flaky is a trail that fails at one of its records or syncs.
type flaky struct {
	results       []string
	failAt, syncs int
	failSync      int
}

func (f *flaky) Record(e Entry) error {
	if f.results = append(f.results, e.Room+" "+e.Result); len(f.results) == f.failAt {
		return syscall.EIO
	}
	return nil
}

func (f *flaky) Sync() error {
	if f.syncs++; f.syncs == f.failSync {
		return syscall.EIO
	}
	return nil
}

func TestApplyStopsWithItsTrail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trail   flaky
		created int
		results string
	}{
		"first record":   {flaky{failAt: 1}, 0, "a started"},
		"second record":  {flaky{failAt: 2}, 0, "a started,b started,a skipped"},
		"result record":  {flaky{failAt: 3}, 2, "a started,b started,a done,b done"},
		"first sync":     {flaky{failSync: 1}, 0, "a started,b started,a skipped,b skipped"},
		"second sync":    {flaky{failSync: 2}, 2, "a started,b started,a done,b done"},
		"second chunk":   {flaky{failAt: 5}, 2, "a started,b started,a done,b done,c started"},
		"nothing at all": {flaky{}, 3, "a started,b started,a done,b done,c started,c done"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake()
			p := planFor(t, f, wanting("a", "b", "c"), PlanOptions{})
			a, err := Apply(t.Context(), f, p, ApplyOptions{Audit: &c.trail, Chunk: 2})
			if (err != nil) != (c.created < 3) || err != nil && !errors.Is(err, syscall.EIO) {
				t.Errorf("the error is %v", err)
			}
			same(t, "counts", a.Counts, Counts{Wanted: 3, Create: c.created, Skipped: 3 - c.created})
			if got := strings.Join(c.trail.results, ","); got != c.results {
				t.Errorf("trail %q, want %q", got, c.results)
			}
			if len(f.calls) != c.created {
				t.Errorf("calls %q", f.calls)
			}
		})
	}
}

func TestOpenAuditFails(t *testing.T) {
	t.Parallel()
	if _, err := OpenAudit(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), "audit trail: ") {
		t.Error(err)
	}
}
