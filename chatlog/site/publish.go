package site

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/renameio/v2"

	"muster/chatlog"
)

// Published counts the files of a site.
type Published struct{ Written, Removed, Files int }

// Publish writes the pages of a record to a folder: those whose lines changed
// since they were last written, or all where the folder is new, the settings
// changed or the last run did not finish. Files are replaced whole; a page is
// there before another leads to it. Only files that Publish wrote are removed.
func Publish(ctx context.Context, s *chatlog.Store, c Config) (Published, error) {
	if err := c.check(); err != nil {
		return Published{}, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	p, err := newPages(c)
	if err != nil {
		return Published{}, err
	}
	w := &writer{store: s, pages: p, dir: c.Dir}
	if err := w.begin(ctx, c.Full); err != nil {
		return Published{}, err
	}
	if err := w.all(ctx); err != nil {
		return w.done, err
	}
	w.done.Files = len(w.known)
	return w.done, w.finish()
}

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

// all writes the pages in an order in which no link leads nowhere.
func (w *writer) all(ctx context.Context) error {
	rooms, err := w.store.Rooms(ctx)
	if err != nil {
		return err
	}
	for _, r := range rooms {
		if slices.Contains(reserved, r.Name) {
			return fmt.Errorf("publish: room %q: %w", r.Name, ErrReserved)
		}
	}
	changed, err := w.store.ChangedDays(ctx)
	if err != nil {
		return err
	}
	var static batch
	for name, content := range w.pages.static {
		if err := w.put(&static, "_static/"+name, content); err != nil {
			return err
		}
	}
	for _, r := range rooms {
		if err := ctx.Err(); err != nil {
			return err
		}
		if dirty := changed[r.Name]; w.full || len(dirty) > 0 {
			if err := w.room(ctx, r, dirty); err != nil {
				return err
			}
		}
	}
	if err := w.top(ctx, &static, rooms); err != nil {
		return err
	}
	for path := range w.known {
		if name, ok := strings.CutPrefix(path, "_static/"); ok && w.pages.static[name] == nil {
			if err := w.remove(&static, path); err != nil {
				return err
			}
		}
	}
	return w.store.Published(ctx, "", nil, static.written, static.gone)
}

// top writes the pages about all rooms.
func (w *writer) top(ctx context.Context, b *batch, rooms []chatlog.RoomInfo) error {
	about, err := w.pages.about(rooms)
	if err != nil {
		return err
	}
	index, err := w.pages.index(rooms)
	if err != nil {
		return err
	}
	content := map[string][]byte{"about.html": about, "index.html": index, "robots.txt": w.pages.robots()}
	if w.pages.config.URL != "" {
		recent, err := w.store.RecentDays(ctx, w.pages.config.Now().AddDate(0, -2, 0), siteFeedDays)
		if err != nil {
			return err
		}
		if content["feed.atom"], err = w.pages.feed("Chat rooms of "+w.pages.config.Service, "feed.atom", "index.html", recent); err != nil {
			return err
		}
		if !w.pages.config.Hidden {
			var maps []string
			for _, r := range rooms {
				maps = append(maps, w.pages.config.URL+r.Name+"/sitemap.xml")
			}
			if content["sitemap.xml"], err = w.pages.xmlPage("sitemapindex", maps); err != nil {
				return err
			}
		}
	}
	for _, path := range []string{"about.html", "index.html", "feed.atom", "sitemap.xml", "robots.txt"} {
		if content[path] == nil {
			err = w.remove(b, path)
		} else {
			err = w.put(b, path, content[path])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// robots returns robots.txt. Pages that must not be indexed say so themselves,
// and for that a crawler must be able to read them.
func (p *pages) robots() []byte {
	text := "User-agent: *\nDisallow: /*.txt$\nDisallow: /*.jsonl$\n"
	if p.config.URL != "" && !p.config.Hidden {
		text += "Sitemap: " + p.config.URL + "sitemap.xml\n"
	}
	return []byte(text)
}

// room writes the pages of a room: the days that changed and their neighbours,
// whose links change when a day is new, and then the room's own.
func (w *writer) room(ctx context.Context, r chatlog.RoomInfo, changed []string) error {
	days, err := w.store.Days(ctx, r.Name)
	if err != nil {
		return err
	}
	dates := make([]string, len(days))
	for i, d := range days {
		dates[i] = d.Date.Format(time.DateOnly)
	}
	dirty := make(map[string]bool)
	for _, date := range changed {
		i, _ := slices.BinarySearch(dates, date)
		for j := max(i-1, 0); date != "" && j <= min(i+1, len(dates)-1); j++ {
			dirty[dates[j]] = true
		}
	}
	var b batch
	for i, date := range dates {
		if w.full || dirty[date] {
			if err := w.day(ctx, &b, r.Name, dates, i); err != nil {
				return err
			}
		}
	}
	if err := w.roomPages(&b, r, days, dates); err != nil {
		return err
	}
	for _, date := range changed {
		if date == "" || slices.Contains(dates, date) {
			continue
		}
		for _, ending := range []string{".html", ".txt", ".jsonl"} {
			if err := w.remove(&b, r.Name+"/"+date+ending); err != nil {
				return err
			}
		}
	}
	return w.store.Published(ctx, r.Name, changed, b.written, b.gone)
}

// roomPages writes the room's own pages.
func (w *writer) roomPages(b *batch, r chatlog.RoomInfo, days []chatlog.Day, dates []string) error {
	text, err := w.pages.room(r, days)
	if err != nil {
		return err
	}
	if w.pages.config.URL != "" {
		feed, err := w.pages.feed(r.Name, r.Name+"/feed.atom", r.Name+"/index.html", newest(r.Name, days))
		if err != nil {
			return err
		}
		if err := w.put(b, r.Name+"/feed.atom", feed); err != nil {
			return err
		}
		urls := []string{w.pages.config.URL + r.Name + "/index.html"}
		for _, date := range dates {
			urls = append(urls, w.pages.config.URL+r.Name+"/"+date+".html")
		}
		sitemap, err := w.pages.xmlPage("sitemap", urls)
		if err != nil {
			return err
		}
		if err := w.put(b, r.Name+"/sitemap.xml", sitemap); err != nil {
			return err
		}
	}
	return w.put(b, r.Name+"/index.html", text)
}

// day writes the page of the i-th date, as HTML, text and JSON Lines.
func (w *writer) day(ctx context.Context, b *batch, room string, dates []string, i int) error {
	from, err := time.Parse(time.DateOnly, dates[i])
	if err != nil {
		return err
	}
	lines, err := w.store.Lines(ctx, room, from, from.AddDate(0, 0, 1))
	if err != nil {
		return err
	}
	var failed error
	where := func(archive string) string {
		date, err := w.store.DayOf(ctx, room, archive)
		if err != nil {
			failed = err
		}
		if date == "" {
			return ""
		}
		return date + ".html"
	}
	before, after := "", ""
	if i > 0 {
		before = dates[i-1]
	}
	if i+1 < len(dates) {
		after = dates[i+1]
	}
	html, err := w.pages.day(room, dates[i], before, after, lines, where)
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	records, err := JSONLines(room, lines)
	if err != nil {
		return err
	}
	base := room + "/" + dates[i]
	for _, f := range []struct {
		ending  string
		content []byte
	}{{".txt", textOf(lines)}, {".jsonl", records}, {".html", html}} {
		if err := w.put(b, base+f.ending, f.content); err != nil {
			return err
		}
	}
	return nil
}
