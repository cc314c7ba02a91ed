package site_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/chatlog/site"
)

// A disk that is full ends a publish with an error. What was there stays, whole,
// and the next publish goes on.
func TestDiskIsFull(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 40 {
		w.source.say("a"+time.Duration(i).String(), "alice", "one", time.Duration(i)*24*time.Hour)
	}
	w.publish(t)
	undisturbed := w.config.Dir
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=200k"); err != nil {
		// Without the right to mount, a folder in which nothing can be made.
		disk = filepath.Join(disk, "file")
		if err := os.WriteFile(disk, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	} else {
		t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	}
	w.config.Dir = filepath.Join(disk, "site")
	_, err := site.Publish(context.Background(), w.store, w.config)
	if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.ENOTDIR) {
		t.Fatalf("the publish: %v", err)
	}
	_ = os.Remove(disk) // the file
	_ = syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=64m")
	w.publish(t)
	if diff := cmp.Diff(tree(t, undisturbed), tree(t, w.config.Dir)); diff != "" {
		t.Errorf("after the next publish:\n%s", diff)
	}
}
