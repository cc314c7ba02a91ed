package site

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncAll brings all that the file system of a folder has to write to the disk.
func syncAll(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Syncfs(int(f.Fd()))
}
