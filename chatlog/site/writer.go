package site

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"

	"muster/chatlog"
)

// markerName is the file by which a folder is known to be one of this program.
const markerName = ".muster-logs"

// generationPath is under which of its paths the record has the generation that
// was published last. No file has it.
const generationPath = ".generation"

// marker is what is in it.
type marker struct {
	Service string `json:"service"`
	Digest  string `json:"digest"` // of templates and settings
	// Generation names the last run, if it finished; the record has the same.
	Generation string `json:"generation"`
}

// writer writes the files of one run.
type writer struct {
	store  *chatlog.Store
	pages  *pages
	dir    string
	known  map[string]string // digests of what is there, by path
	full   bool
	direct bool // the folder is new: files need not be replaced whole
	done   Published
	wrote  []string        // the first files that were written, see settle
	seen   map[string]bool // what a run that writes everything has put
	parts  []chatlog.Part  // the transcripts of the room that is written

	byRoom map[string]map[int]chatlog.Part // those of rooms, by session, as far as they were needed
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
	top, err := w.store.PagesAt(ctx, generationPath)
	if err != nil {
		return err
	}
	w.full = full || m.Digest != w.pages.digest
	if m.Generation == "" || m.Generation != top[generationPath] {
		// A new folder, one that a run did not finish, or one beside which
		// another was published to since.
		w.full, w.direct = true, m.Service == ""
		if err := errors.Join(w.sweep(), w.store.DoubtPages(ctx, w.direct)); err != nil {
			return err
		}
	} else if full {
		// Whatever became of the files since, they are written.
		if err := w.store.DoubtPages(ctx, false); err != nil {
			return err
		}
	}
	if w.known, err = w.store.PagesAt(ctx, reserved...); err != nil {
		return err
	}
	return w.mark("")
}

// finish notes, once all files are on the disk, that they are.
func (w *writer) finish(ctx context.Context) error {
	if err := settle(w.dir, w.wrote, w.done.Written); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	generation := rand.Text()
	if err := w.store.Published(ctx, "", nil, map[string]string{generationPath: generation}, nil); err != nil {
		return err
	}
	return w.mark(generation)
}

func (w *writer) mark(generation string) error {
	text, err := json.Marshal(marker{w.pages.config.Service, w.pages.digest, generation})
	if err != nil {
		return err
	}
	err = renameio.WriteFile(filepath.Join(w.dir, markerName), append(text, '\n'), 0o644,
		renameio.WithTempDir(w.dir), renameio.WithStaticPermissions(0o644))
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

// forRoom returns a writer of the files of one room.
func (w *writer) forRoom(ctx context.Context, room string) (*writer, error) {
	known, err := w.store.Pages(ctx, room+"/")
	return &writer{store: w.store, pages: w.pages, dir: w.dir, full: w.full, direct: w.direct, known: known, seen: make(map[string]bool)}, err
}

// merge adds what another writer did.
func (w *writer) merge(other *writer) {
	w.done.Written += other.done.Written
	w.done.Removed += other.done.Removed
	w.wrote = append(w.wrote, other.wrote[:min(len(other.wrote), few-len(w.wrote))]...)
}

// few is how many files are brought to the disk one by one.
const few = 64

// unfinished begins the name of a file that is being written.
const unfinished = ".new-"

// sweep removes the files that a run which was killed left unfinished.
func (w *writer) sweep() error {
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasPrefix(d.Name(), unfinished) {
			err = os.Remove(path)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

// replace writes a file whole, or not at all. It reaches the disk with settle.
func (w *writer) replace(path string, content []byte) error {
	full := filepath.Join(w.dir, filepath.FromSlash(path))
	name := full
	if !w.direct {
		name = filepath.Join(filepath.Dir(full), unfinished+filepath.Base(full))
	}
	err := writePublic(name, content)
	if errors.Is(err, fs.ErrNotExist) {
		if err = publicFolder(filepath.Dir(full)); err == nil {
			err = writePublic(name, content)
		}
	}
	if err == nil && name != full {
		err = os.Rename(name, full)
	}
	if err != nil {
		_ = os.Remove(name)
		return fmt.Errorf("publish: %w", err)
	}
	if len(w.wrote) < few {
		w.wrote = append(w.wrote, full)
	}
	return nil
}

// writePublic writes a file that a web server can read, whatever the umask is.
func writePublic(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Chmod(0o644), f.Close())
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
	digest := digestOf(content)[:24]
	if w.seen != nil {
		w.seen[path] = true
	}
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
