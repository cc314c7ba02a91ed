package site

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

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
	if w.done.Files, err = s.CountPages(ctx); err != nil {
		return w.done, err
	}
	return w.done, w.finish(ctx)
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
		if !roomName.MatchString(r.Name) {
			return fmt.Errorf("publish: room %q: %w", r.Name, ErrName)
		}
	}
	changed, err := w.store.ChangedDays(ctx)
	if err != nil {
		return err
	}
	old, err := w.store.Pages(ctx, "_static/")
	if err != nil {
		return err
	}
	maps.Copy(w.known, old)
	var static batch
	for name, content := range w.pages.static {
		if err := w.put(&static, "_static/"+name, content); err != nil {
			return err
		}
	}
	if err := w.rooms(ctx, rooms, changed); err != nil {
		return err
	}
	if err := w.meetings(ctx, &static, rooms, changed); err != nil {
		return err
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

// rooms writes the pages of the rooms that changed, as many at once as there
// are processors.
func (w *writer) rooms(ctx context.Context, rooms []chatlog.RoomInfo, changed map[string][]string) error {
	var mu sync.Mutex
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(min(runtime.GOMAXPROCS(0), 4))
	for _, r := range rooms {
		dirty := changed[r.Name]
		if !w.full && len(dirty) == 0 {
			continue
		}
		g.Go(func() error {
			if err := gctx.Err(); err != nil {
				return err
			}
			one, err := w.forRoom(gctx, r.Name)
			if err == nil {
				err = one.room(gctx, r, dirty)
			}
			mu.Lock()
			defer mu.Unlock()
			w.merge(one)
			return err
		})
	}
	return g.Wait()
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
			maps = append(maps, w.pages.config.URL+"_meeting/sitemap.xml")
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
	if w.parts, err = w.store.Parts(ctx, r.Name, w.pages.config.margin()); err != nil {
		return err
	}
	dirty := make(map[string]bool)
	for _, date := range changed {
		i, _ := slices.BinarySearch(dates, date)
		for j := max(i-1, 0); date != "" && j <= min(i+1, len(dates)-1); j++ {
			dirty[dates[j]] = true
		}
	}
	var b batch
	for i := 0; i < len(dates); {
		if !w.full && !dirty[dates[i]] {
			i++
			continue
		}
		end, lines := i+1, days[i].Lines
		for end < len(dates) && lines < linesAtOnce && (w.full || dirty[dates[end]]) {
			lines += days[end].Lines
			end++
		}
		if err := w.days(ctx, &b, r.Name, dates, i, end); err != nil {
			return err
		}
		i = end
	}
	if err := w.roomPages(&b, r, days, dates, changed); err != nil {
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
	if w.full {
		for path := range w.known {
			if !w.seen[path] {
				if err := w.remove(&b, path); err != nil {
					return err
				}
			}
		}
	}
	return w.store.Published(ctx, r.Name, changed, b.written, b.gone)
}

// roomPages writes the room's own pages; changed are the dates that did.
func (w *writer) roomPages(b *batch, r chatlog.RoomInfo, days []chatlog.Day, dates, changed []string) error {
	here, apart := splitYears(calendar(days))
	older, err := w.years(b, r.Name, here, apart, changed)
	if err != nil {
		return err
	}
	text, err := w.pages.room(r, days, here, older)
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
		if err := w.roomSitemap(b, r.Name, dates); err != nil {
			return err
		}
	}
	return w.put(b, r.Name+"/index.html", text)
}

// roomSitemap writes the list of a room's pages, unless they are not to be indexed.
func (w *writer) roomSitemap(b *batch, room string, dates []string) error {
	path := room + "/sitemap.xml"
	if w.pages.config.Hidden {
		return w.remove(b, path)
	}
	urls := []string{w.pages.config.URL + room + "/index.html"}
	for _, date := range dates {
		urls = append(urls, w.pages.config.URL+room+"/"+date+".html")
	}
	sitemap, err := w.pages.xmlPage("sitemap", urls)
	if err != nil {
		return err
	}
	return w.put(b, path, sitemap)
}

// years writes the pages of the years that are not on the room's page, and
// returns the years.
func (w *writer) years(b *batch, room string, here, apart []yearView, changed []string) (older []int, err error) {
	dirty, path := make(map[string]bool), func(year any) string { return fmt.Sprintf("%s/%v.html", room, year) }
	for _, date := range changed {
		if len(date) > 4 {
			dirty[path(date[:4])] = true
		}
	}
	for _, y := range apart {
		older = append(older, y.Year)
		page := path(y.Year)
		if w.full || dirty[page] || w.known[page] == "" {
			text, err := w.pages.year(room, y)
			if err == nil {
				err = w.put(b, page, text)
			}
			if err != nil {
				return nil, err
			}
		}
		delete(dirty, page)
	}
	for _, y := range here {
		dirty[path(y.Year)] = true
	}
	for page := range dirty {
		if err := w.remove(b, page); err != nil {
			return nil, err
		}
	}
	return older, nil
}

// linesAtOnce is about how many lines are read from the record at once.
const linesAtOnce = 500

// days writes the pages of the dates from one up to another.
func (w *writer) days(ctx context.Context, b *batch, room string, dates []string, first, end int) error {
	from, err := time.Parse(time.DateOnly, dates[first])
	if err != nil {
		return err
	}
	to, err := time.Parse(time.DateOnly, dates[end-1])
	if err != nil {
		return err
	}
	all, err := w.store.Lines(ctx, room, from, to.AddDate(0, 0, 1))
	if err != nil {
		return err
	}
	byDate, dateOf := make(map[string][]chatlog.Line), make(map[string]string)
	for _, l := range all {
		date := l.Time.Format(time.DateOnly)
		byDate[date] = append(byDate[date], l)
		dateOf[l.Archive] = date
	}
	for i := first; i < end; i++ {
		if err := w.day(ctx, b, room, dates, i, byDate[dates[i]], dateOf); err != nil {
			return err
		}
	}
	return nil
}

// day writes the page of the i-th date, as HTML, text and JSON Lines. dateOf
// has the dates of messages that were read with those of the page.
func (w *writer) day(ctx context.Context, b *batch, room string, dates []string, i int, lines []chatlog.Line, dateOf map[string]string) error {
	var failed error
	where := func(archive string) string {
		date := dateOf[archive]
		if date == "" {
			var err error
			if date, err = w.store.DayOf(ctx, room, archive); err != nil {
				failed = err
			}
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
	html, err := w.pages.day(room, dates[i], before, after, sessionLinks(w.parts, lines), lines, where)
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
