package main

import "syscall"

// freeSpace returns the bytes that this user may still write to the file system
// of dir; known is false where they cannot be found out.
func freeSpace(dir string) (bytes uint64, known bool) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil || fs.Bsize < 0 {
		return 0, false
	}
	return fs.Bavail * uint64(fs.Bsize), true
}
