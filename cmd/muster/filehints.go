package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// fileHint returns what to do about a file that cannot be read or written, or
// nothing.
func fileHint(err error) string {
	var pe *fs.PathError
	switch {
	case !errors.As(err, &pe):
		return ""
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "free space on the file system of " + pe.Path
	case errors.Is(err, syscall.EROFS):
		return pe.Path + " is on a file system that is mounted read-only: mount it for writing, or set state.dir to another folder"
	case errors.Is(err, fs.ErrPermission):
		return permissionHint(pe.Path, ownerOf, currentUser())
	}
	return ""
}

// permissionHint returns what the user me can do to read or write path. A file
// of root in the folder of another user was left by a run as root.
func permissionHint(path string, owner func(path string) string, me string) string {
	file, folder := owner(path), owner(filepath.Dir(path))
	switch {
	case file == "root" && folder != "root" && folder != "":
		return fmt.Sprintf("%s belongs to root, its folder to %s: chown %s %s, and run muster as %s", path, folder, folder, path, folder)
	case file == "" && folder != "" && folder != me:
		return fmt.Sprintf("its folder belongs to %s: run as %s, for example sudo -u %s muster ...", folder, folder, folder)
	case file == "" || file == me:
		return fmt.Sprintf("check the modes of %s and of the folders above it", path)
	}
	return fmt.Sprintf("%s belongs to %s: run as %s, for example sudo -u %s muster ...", path, file, file, file)
}

// ownerOf returns the name of the user who owns a file, or its number; empty
// where it cannot be seen.
func ownerOf(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	id := strconv.FormatUint(uint64(stat.Uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}

// currentUser returns the name of the user who runs the program, or the number.
func currentUser() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return strconv.Itoa(os.Getuid())
}
