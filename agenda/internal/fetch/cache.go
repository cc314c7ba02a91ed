package fetch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/google/renameio/v2"
)

// cacheEnding ends the name of a cache file; that of an unfinished one goes on.
const cacheEnding = ".cache"

// maxHead bounds the first line of a cache file.
const maxHead = 16 << 10

// entry is a document as the server last sent or confirmed it. Its file has a
// first line of JSON with the fields, then the body as it is.
type entry struct {
	URL    string    `json:"url"`
	ETag   string    `json:"etag"`
	Time   time.Time `json:"time"`
	SHA256 string    `json:"sha256"` // of the body, to detect a damaged file
	body   []byte
}

// unusedAfter is for how long a document is kept without being requested.
const unusedAfter = 365 * 24 * time.Hour

// cache keeps documents in a folder, one file each. The modification time of
// a file is that of its entry.
type cache struct {
	dir string
	mu  sync.Mutex // held to save, since a sweep must not see a file before it has its time
}

// path returns the file for a URL: readable, and safe whatever is in the URL.
func (c *cache) path(address string) string {
	readable := "document"
	if u, err := url.Parse(address); err == nil {
		readable = strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return '-'
		}, strings.Trim(u.Path, "/"))
	}
	sum := sha256.Sum256([]byte(address))
	return filepath.Join(c.dir, readable[:min(len(readable), 80)]+"."+hex.EncodeToString(sum[:8])+cacheEnding)
}

// load returns the entry for a URL, nil where there is none.
func (c *cache) load(address string) (*entry, error) {
	path := c.path(address)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, c.failure(err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxHead+MaxBody+1))
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	head, body, _ := bytes.Cut(raw, []byte("\n"))
	e := entry{body: body}
	if err := json.Unmarshal(head, &e); err != nil || e.URL != address || e.SHA256 != hexSum(body) {
		return nil, fmt.Errorf("cache: %s is damaged", path)
	}
	return &e, nil
}

// save stores an entry in place of the previous one.
func (c *cache) save(e entry) error {
	e.SHA256 = hexSum(e.body)
	head, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if len(head) >= maxHead {
		return fmt.Errorf("cache: %.80s: URL and ETag are too long to store", e.URL)
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return c.failure(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	path := c.path(e.URL)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		c.sweep(e.Time) // the folder is about to grow
	}
	// The temporary file is on the same file system as the real one, whatever
	// TMPDIR is.
	err = renameio.WriteFile(path, append(append(head, '\n'), e.body...), 0o600,
		renameio.WithTempDir(c.dir), renameio.WithStaticPermissions(0o600))
	if err == nil {
		err = os.Chtimes(path, e.Time, e.Time)
	}
	if err != nil {
		return c.failure(err)
	}
	return nil
}

// failure returns an error of the file system. One that every document will meet
// is the same for each: it has the folder and no file.
func (c *cache) failure(err error) error {
	var at *fs.PathError
	for _, all := range []error{fs.ErrPermission, syscall.ENOSPC, syscall.EROFS} {
		if errors.Is(err, all) && errors.As(err, &at) {
			return fmt.Errorf("cache: %s: %w", c.dir, at.Err)
		}
	}
	return fmt.Errorf("cache: %w", err)
}

// sweep removes the documents that were not requested for a long time, and
// unfinished files. What it cannot remove stays until the next time: it does
// no harm.
func (c *cache) sweep(now time.Time) {
	files, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	for _, f := range files {
		info, err := f.Info()
		if err == nil && strings.Contains(f.Name(), cacheEnding) && now.Sub(info.ModTime()) > unusedAfter {
			_ = os.Remove(filepath.Join(c.dir, f.Name()))
		}
	}
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
