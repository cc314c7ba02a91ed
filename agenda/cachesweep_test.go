package agenda

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestCacheForgetsWhatIsUnused sweeps when a document comes that is new, by the
// client's clock, and spares what was confirmed meanwhile.
func TestCacheForgetsWhatIsUnused(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c, dir := cached(t, f)
	const second, third = "interim-2027-quic-01", "interim-2027-quic-02"
	read := func(name string, after time.Duration) {
		t.Helper()
		f.on("/meeting/"+name+"/agenda.json", document200(listDoc(name, listRow(1, "quic", nil))))
		c.now = func() time.Time { return july().Add(after) }
		if m := meeting(t, c, name); m.Stale || len(m.Warnings) > 0 {
			t.Fatalf("%s is %+v", name, m)
		}
	}
	torn := filepath.Join(dir, ".meeting.0123.cache456") // as a crash leaves it
	other := filepath.Join(dir, "README")
	for _, path := range []string{torn, other} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, july(), july()); err != nil {
			t.Fatal(err)
		}
	}
	kept := func() string {
		t.Helper()
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, file := range files {
			name, _, _ := strings.Cut(file.Name(), "-agenda-json.")
			names = append(names, strings.TrimPrefix(name, "meeting-"))
		}
		return strings.Join(names, " ")
	}
	steps := []struct {
		name  string
		after time.Duration
		want  string
	}{
		{second, unusedAfter / 2, ".meeting.0123.cache456 README interim-2026-quic-01 interim-2027-quic-01"},
		{second, unusedAfter + time.Hour, ".meeting.0123.cache456 README interim-2026-quic-01 interim-2027-quic-01"},
		{third, unusedAfter + time.Hour, "README interim-2027-quic-01 interim-2027-quic-02"},
		{interim, unusedAfter*3/2 + 2*time.Hour, "README interim-2026-quic-01 interim-2027-quic-01 interim-2027-quic-02"},
	}
	for i, step := range steps {
		read(step.name, step.after)
		if got := kept(); got != step.want {
			t.Errorf("after step %d there are %s, want %s", i+1, got, step.want)
		}
	}
}
