package site

import (
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// settle brings the n files that were written below a folder to the disk: few
// one by one, which are all in wrote then, and many with all that the file
// system has to write, where that is possible.
func settle(dir string, wrote []string, n int) error {
	if n > len(wrote) {
		return syncAll(dir)
	}
	var g errgroup.Group
	folders := make(map[string]bool)
	for _, path := range wrote {
		folders[filepath.Dir(path)] = true
		g.Go(func() error { return syncFile(path) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for folder := range folders {
		if err := syncFile(folder); err != nil {
			return err
		}
	}
	return nil
}

// syncFile brings one file, or a folder, to the disk.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
