package chatlog_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"muster/chatlog"
)

// smallDisk returns a folder on a file system of a few hundred kilobytes, and
// grow, which makes it larger. Where a test may not mount one, the limit is
// fallback: how large the files of a process may become instead.
func smallDisk(t *testing.T, fallback string) (dir, limit string, grow func()) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=600k"); err != nil {
		return dir, fallback, func() {}
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir, "", func() {
		if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
			t.Error(err)
		}
	}
}

// A disk that is full ends an export with an error; what was written before is
// whole, and the next export goes on there.
func TestDiskIsFull(t *testing.T) {
	t.Parallel()
	dir, limit, grow := smallDisk(t, "400000")
	path := filepath.Join(dir, "logs.db")
	out, err := child(t, path, limit, func(int, func()) {})
	if err == nil || !strings.Contains(out, "error: ") || !strings.Contains(out, "full") && !strings.Contains(out, "disk I/O error") {
		t.Fatalf("the export: %v\n%s", err, out)
	}
	checkWhole(t, path)
	r, err := chatlog.OpenReader(t.Context(), path, chatlog.Options{Service: "rooms.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	before := len(texts(t, r))
	r.Close()
	if before == 0 || before >= 2000 {
		t.Errorf("before the disk was full %d lines were written", before)
	}
	grow()
	finishExport(t, path)
}

// A disk that is full from the start leaves no database that is half made.
func TestDiskIsFullAtOnce(t *testing.T) {
	t.Parallel()
	dir, limit, grow := smallDisk(t, "20000")
	path := filepath.Join(dir, "logs.db")
	if limit == "" {
		fill(t, filepath.Join(dir, "ballast"))
	}
	if out, err := child(t, path, limit, func(int, func()) {}); err == nil {
		t.Fatalf("the export succeeded\n%s", out)
	}
	_ = os.Remove(filepath.Join(dir, "ballast"))
	grow()
	finishExport(t, path)
}

// fill writes a file until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.Copy(f, io.LimitReader(zeros{}, 1<<20)); err == nil {
		t.Fatal("the disk is not full")
	}
}

// zeros is a reader of zero bytes.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
