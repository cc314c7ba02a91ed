package main

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"
)

func TestPermissionHint(t *testing.T) {
	t.Parallel()
	const path, folder = "/var/lib/muster/last-apply.json", "/var/lib/muster"
	cases := []struct {
		name         string
		file, folder string // the owners, empty where they cannot be seen
		me, want     string
	}{
		{"another user's file", "muster", "muster", "anna", path + " belongs to muster: run as muster, for example sudo -u muster muster ..."},
		{"a file that root left", "root", "muster", "muster",
			path + " belongs to root, its folder to muster: chown muster " + path + ", and run muster as muster"},
		{"the same, seen by another", "root", "muster", "anna",
			path + " belongs to root, its folder to muster: chown muster " + path + ", and run muster as muster"},
		{"root's own", "root", "root", "muster", path + " belongs to root: run as root, for example sudo -u root muster ..."},
		{"a new file in another's folder", "", "muster", "anna", "its folder belongs to muster: run as muster, for example sudo -u muster muster ..."},
		{"one's own", "muster", "muster", "muster", "check the modes of " + path + " and of the folders above it"},
		{"nothing can be seen", "", "", "anna", "check the modes of " + path + " and of the folders above it"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			owner := func(p string) string {
				switch p {
				case path:
					return c.file
				case folder:
					return c.folder
				}
				t.Errorf("the owner of %s does not matter", p)
				return ""
			}
			if got := permissionHint(path, owner, c.me); got != c.want {
				t.Errorf("the hint is %q, want %q", got, c.want)
			}
		})
	}
}

func TestFileHint(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		err  error
		want string
	}{
		{"full", &fs.PathError{Op: "write", Path: "/s/audit.jsonl", Err: syscall.ENOSPC}, "free space on the file system of /s/audit.jsonl"},
		{"over quota", &fs.PathError{Op: "write", Path: "/s/audit.jsonl", Err: syscall.EDQUOT}, "free space on the file system of /s/audit.jsonl"},
		{"read-only", fmt.Errorf("lock: %w", &fs.PathError{Op: "open", Path: "/s/lock", Err: syscall.EROFS}),
			"/s/lock is on a file system that is mounted read-only: mount it for writing, or set state.dir to another folder"},
		{"not there", &fs.PathError{Op: "open", Path: "/s/lock", Err: syscall.ENOENT}, ""},
		{"no file at all", errors.New("x"), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := hintOf(c.err); got != c.want {
				t.Errorf("the hint is %q, want %q", got, c.want)
			}
		})
	}
}
