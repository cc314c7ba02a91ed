package state

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/provision"
	"muster/provision/apply"
	"muster/provision/internal/check"
	"muster/provision/internal/fake"
	"muster/provision/internal/sample"
	"muster/provision/internal/wanting"
	"muster/provision/plan"
)

// oneRun records rooms as one run at a time of its own, with a trail that is
// put aside once it is longer than a line, and of which kept files are kept.
func oneRun(t *testing.T, dir string, when time.Time, kept int, rooms ...string) {
	t.Helper()
	a, err := OpenAudit(dir)
	if err != nil {
		t.Fatal(err)
	}
	a.limits = trailLimits{size: 10, kept: kept}
	for _, room := range rooms {
		if err := a.Record(apply.Entry{When: when, Actor: apply.Actor{Account: "muster@example.org"}, Room: room}); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

// unpacked reads a compressed file of the trail.
func unpacked(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// roomsIn are the rooms of the records in a text, and what it says was
// discarded.
func roomsIn(t *testing.T, text string) []string {
	t.Helper()
	var all []string
	for line := range strings.Lines(text) {
		var e struct {
			Action, Room, File string
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if e.Action == "discard" {
			all = append(all, "discard "+e.File)
		} else {
			all = append(all, e.Room)
		}
	}
	return all
}

// wholeTrail is what each file of the trail in dir holds, the oldest first.
func wholeTrail(t *testing.T, dir string) []string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range files {
		path := filepath.Join(dir, f.Name())
		var text string
		if strings.HasSuffix(path, ".gz") {
			text = unpacked(t, path)
		} else if data, err := os.ReadFile(path); err == nil {
			text = string(data)
		}
		if info, err := f.Info(); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
		all = append(all, f.Name()+": "+strings.Join(roomsIn(t, text), " "))
	}
	return all
}

func TestAuditIsPutAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	oneRun(t, dir, sample.Day, 2, "a", "b", "c") // a run's records stay together
	check.Same(t, "trail", wholeTrail(t, dir), []string{"audit.jsonl: a b c"})
	oneRun(t, dir, sample.Day.Add(time.Hour), 2)
	check.Same(t, "trail after a run without changes", wholeTrail(t, dir), []string{"audit.jsonl: a b c"})
	oneRun(t, dir, sample.Day.Add(2*time.Hour), 2, "d")
	oneRun(t, dir, sample.Day.Add(2*time.Hour), 2, "e") // within the same second
	check.Same(t, "trail", wholeTrail(t, dir), []string{
		"audit-20260720T110000Z.jsonl.gz: a b c", "audit-20260720T110001Z.jsonl.gz: d", "audit.jsonl: e",
	})
	oneRun(t, dir, sample.Day.Add(-24*time.Hour), 2, "f") // the clock was set back
	check.Same(t, "trail with the oldest discarded", wholeTrail(t, dir), []string{
		"audit-20260720T110001Z.jsonl.gz: d", "audit-20260720T110002Z.jsonl.gz: e",
		"audit.jsonl: discard audit-20260720T110000Z.jsonl.gz f",
	})
}

func TestDiscardedIsRecorded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	oneRun(t, dir, sample.Day, 0, "a")
	oneRun(t, dir, sample.Day.Add(time.Hour), 0, "b")
	data, err := os.ReadFile(filepath.Join(dir, auditFile))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	want := `{"when":"2026-07-20T10:00:00Z","who":"muster@example.org","action":"discard","file":"audit-20260720T100000Z.jsonl.gz"}`
	if line != want {
		t.Errorf("record %s, want %s", line, want)
	}
}

// TestAuditAfterACrash goes on where a run was cut off while it put a file
// aside, and leaves alone what is not the trail's.
func TestAuditAfterACrash(t *testing.T) {
	t.Parallel()
	record := func(room string) string { return fmt.Sprintf("{\"room\":%q}\n", room) }
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"not packed": {
			map[string]string{"audit-20260101T000000Z.jsonl": record("old")},
			[]string{"audit-20260101T000000Z.jsonl.gz: old", "audit.jsonl: x"},
		},
		"packed and not removed": {
			map[string]string{"audit-20260101T000000Z.jsonl": record("old"), "audit-20260101T000000Z.jsonl.gz": "half of it"},
			[]string{"audit-20260101T000000Z.jsonl.gz: old", "audit.jsonl: x"},
		},
		"no new file": {
			map[string]string{"audit-20260101T000000Z.jsonl": record("old"), "audit.jsonl": record("long")},
			[]string{"audit-20260101T000000Z.jsonl.gz: old", "audit-20260720T090000Z.jsonl.gz: long", "audit.jsonl: x"},
		},
		"another's": {
			map[string]string{"audit-2026.jsonl": "", "audit-20260101T000000Z.json": "", "audit-20260101T000000Z.jsonl.bak": "", "last-apply.json": ""},
			[]string{"audit-2026.jsonl: ", "audit-20260101T000000Z.json: ", "audit-20260101T000000Z.jsonl.bak: ", "audit.jsonl: x", "last-apply.json: "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for file, text := range c.files {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			oneRun(t, dir, sample.Day, 9, "x")
			check.Same(t, "trail", wholeTrail(t, dir), c.want)
		})
	}
}

// TestAuditThatCannotBePutAside has nothing done, and nothing lost.
func TestAuditThatCannotBePutAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	oneRun(t, dir, sample.Day, 9, "a")
	obstacle := filepath.Join(dir, "audit-20260720T100000Z.jsonl.gz")
	if err := os.MkdirAll(filepath.Join(obstacle, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	a, err := OpenAudit(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	a.limits.size = 10
	f := fake.New()
	p := fake.PlanFor(t, f, wanting.Rooms("b"), plan.Options{})
	got, err := apply.Run(t.Context(), f, p, apply.Options{Audit: a, Now: func() time.Time { return sample.Day.Add(time.Hour) }})
	if err == nil || !strings.Contains(err.Error(), "apply stopped: audit trail: audit-20260720T100000Z.jsonl: ") {
		t.Errorf("the error is %v", err)
	}
	check.Same(t, "counts", got.Counts, provision.Counts{Wanted: 1, Skipped: 1})
	if err := os.RemoveAll(obstacle); err != nil {
		t.Fatal(err)
	}
	oneRun(t, dir, sample.Day.Add(2*time.Hour), 9, "c")
	check.Same(t, "trail", wholeTrail(t, dir), []string{"audit-20260720T100000Z.jsonl.gz: a", "audit.jsonl: c"})
}

// TestNothingIsDiscardedUnrecorded keeps the files where there is no room for
// the record.
func TestNothingIsDiscardedUnrecorded(t *testing.T) {
	t.Parallel()
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("no ", full, ": ", err)
	}
	dir := t.TempDir()
	old := filepath.Join(dir, "audit-20260101T000000Z.jsonl.gz")
	if err := errors.Join(os.WriteFile(old, nil, 0o600), os.Symlink(full, filepath.Join(dir, auditFile))); err != nil {
		t.Fatal(err)
	}
	a, err := OpenAudit(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	a.limits.kept = 0
	if err := a.Record(apply.Entry{Room: "a"}); err == nil || !strings.HasPrefix(err.Error(), "audit trail: "+filepath.Base(old)+": ") {
		t.Errorf("the error is %v", err)
	}
	if _, err := os.Stat(old); errors.Is(err, fs.ErrNotExist) {
		t.Error("discarded without a record")
	}
}

func TestTrailLimits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, auditFile)
	for _, size := range []int64{16 << 20, 16<<20 + 1} {
		a, err := OpenAudit(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.Truncate(path, size), a.Record(apply.Entry{Room: "a"}), a.Close()); err != nil {
			t.Fatal(err)
		}
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		aside := slices.ContainsFunc(files, func(f fs.DirEntry) bool { return strings.HasSuffix(f.Name(), ".gz") })
		if aside != (size > 16<<20) {
			t.Errorf("%d bytes, put aside: %v", size, aside)
		}
	}
}
