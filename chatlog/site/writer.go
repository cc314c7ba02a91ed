package site

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"muster/chatlog"
)

// markerName is the file by which a folder is known to be one of this program.
const markerName = ".muster-logs"

// marker is what is in it.
type marker struct {
	Service  string `json:"service"`
	Digest   string `json:"digest"`   // of templates and settings
	Complete bool   `json:"complete"` // the last run finished
}

// writer writes the files of one run.
type writer struct {
	store *chatlog.Store
	pages *pages
	dir   string
	known map[string]string // digests of what is there, by path
	full  bool
	done  Published
}

// begin takes the folder, and notes in it that a run is under way.
func (w *writer) begin(ctx context.Context, full bool) error {
	if err := os.MkdirAll(filepath.Dir(w.dir), 0o755); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	if err := publicFolder(w.dir); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	var m marker
	text, err := os.ReadFile(filepath.Join(w.dir, markerName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		entries, err := os.ReadDir(w.dir)
		if err != nil {
			return fmt.Errorf("publish: %w", err)
		}
		if len(entries) > 0 {
			return fmt.Errorf("publish: %s: %w", w.dir, ErrForeign)
		}
	case err != nil:
		return fmt.Errorf("publish: %w", err)
	case json.Unmarshal(text, &m) != nil || m.Service != w.pages.config.Service:
		return fmt.Errorf("publish: %s: %w: its %s names another service", w.dir, ErrForeign, markerName)
	}
	if w.known, err = w.store.Pages(ctx); err != nil {
		return err
	}
	w.full = full || !m.Complete || m.Digest != w.pages.digest
	if m.Digest == "" {
		w.known = make(map[string]string) // a new folder has nothing yet
	}
	return w.mark(false)
}

func (w *writer) finish() error { return w.mark(true) }

func (w *writer) mark(complete bool) error {
	text, err := json.Marshal(marker{w.pages.config.Service, w.pages.digest, complete})
	if err != nil {
		return err
	}
	return w.replace(markerName, append(text, '\n'))
}

// replace writes a file whole, or not at all.
func (w *writer) replace(path string, content []byte) error {
	full := filepath.Join(w.dir, filepath.FromSlash(path))
	if err := publicFolder(filepath.Dir(full)); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	err := renameio.WriteFile(full, content, 0o644, renameio.WithTempDir(filepath.Dir(full)), renameio.WithStaticPermissions(0o644))
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

// publicFolder makes a folder that a web server can read, whatever the umask is.
func publicFolder(dir string) error {
	if err := os.Mkdir(dir, 0o755); errors.Is(err, fs.ErrExist) {
		return nil
	} else if err != nil {
		return err
	}
	return os.Chmod(dir, 0o755)
}

// batch is what is written and removed together with the note of it.
type batch struct {
	written map[string]string
	gone    []string
}

// put writes a file unless it is there with this content.
func (w *writer) put(b *batch, path string, content []byte) error {
	digest := digestOf(content)
	if w.known[path] == digest {
		if _, err := os.Stat(filepath.Join(w.dir, filepath.FromSlash(path))); err == nil {
			return nil
		}
	}
	if err := w.replace(path, content); err != nil {
		return err
	}
	if b.written == nil {
		b.written = make(map[string]string)
	}
	b.written[path], w.known[path] = digest, digest
	w.done.Written++
	return nil
}

// remove removes a file that this program wrote.
func (w *writer) remove(b *batch, path string) error {
	if w.known[path] == "" {
		return nil
	}
	if err := os.Remove(filepath.Join(w.dir, filepath.FromSlash(path))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("publish: %w", err)
	}
	delete(w.known, path)
	b.gone = append(b.gone, path)
	w.done.Removed++
	return nil
}
