package state

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"muster/provision"
	"muster/provision/apply"
	"muster/provision/internal/check"
	"muster/provision/internal/fake"
	"muster/provision/internal/sample"
	"muster/provision/internal/wanting"
	"muster/provision/plan"
	"muster/xmppadmin"
)

// trail reads the audit trail in dir; a line that is no record is returned as
// it stands.
func trail(t *testing.T, dir string) (entries []apply.Entry, rest []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, auditFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		var e apply.Entry
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
	f := fake.New(sample.Room("update", true, false, "old"), sample.Room("conflict", false, false, ""))
	p := fake.PlanFor(t, f, wanting.Rooms("broken", "conflict", "update"), plan.Options{})
	f.Script["create broken"] = []fake.Behaviour{fake.Fails(xmppadmin.ErrUnsupported)}
	a, err := OpenAudit(dir)
	if err != nil {
		t.Fatal(err)
	}
	clock := sample.Day
	o := apply.Options{Audit: a, Who: apply.Actor{Account: "muster@example.org"}, Now: func() time.Time { clock = clock.Add(time.Second); return clock }}
	if _, err := apply.Run(t.Context(), f, p, o); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	got, rest := trail(t, dir)
	entry := func(at int, room string, action provision.Action, result string) apply.Entry {
		return apply.Entry{When: sample.Day.Add(time.Duration(at) * time.Second),
			Actor: apply.Actor{Account: "muster@example.org"}, Plan: p.Digest(), Room: room, Action: action,
			Result: result}
	}
	failed, started, done := entry(3, "broken", provision.Create, "failed"), entry(2, "update", provision.Update, "started"), entry(4, "update",
		provision.Update, "done")
	failed.Error = `room "broken": answer: not supported by this server`
	started.Before, done.Before, done.After = sample.Settings("old"), sample.Settings("old"), sample.Settings("update")
	check.Same(t, "trail", got, []apply.Entry{entry(1, "broken", provision.Create, "started"), started, failed, done})
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
				if err := errors.Join(a.Record(apply.Entry{Room: room}), a.Record(apply.Entry{Room: room + "\n2"}), a.Close()); err != nil {
					t.Fatal(err)
				}
			}
			entries, rest := trail(t, dir)
			check.Same(t, "torn", rest, c.torn)
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
	f := fake.New()
	p := fake.PlanFor(t, f, wanting.Rooms("a", "b"), plan.Options{})
	got, err := apply.Run(t.Context(), f, p, apply.Options{Audit: a})
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), `apply stopped: audit trail: room "a"`) {
		t.Errorf("the error is %v", err)
	}
	check.Same(t, "counts", got.Counts, provision.Counts{Wanted: 2, Skipped: 2})
	check.Same(t, "calls", f.Calls, []string(nil))
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenAuditFails(t *testing.T) {
	t.Parallel()
	if _, err := OpenAudit(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), "audit trail: ") {
		t.Error(err)
	}
}
