package site

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"muster/chatlog"
)

// meetings writes the pages of the meetings, with a transcript for each session:
// those that changed, and those of sessions whose time overlaps a day that did.
func (w *writer) meetings(ctx context.Context, b *batch, rooms []chatlog.RoomInfo, changed map[string][]string) error {
	all, err := w.store.Meetings(ctx)
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(rooms))
	for _, r := range rooms {
		known[r.Name] = true
	}
	dirty := make(map[string]map[int]bool)
	if !w.full {
		if dirty, err = w.overlapping(ctx, changed); err != nil {
			return err
		}
	}
	if err := publicFolder(filepath.Join(w.dir, "_meeting")); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	byRoom := make(map[string]map[int]chatlog.Part)
	for _, m := range all {
		if !w.full && !m.Changed && len(dirty[m.Number]) == 0 {
			continue
		}
		one, err := w.forRoom(ctx, meetingFolder(m.Number))
		if err == nil {
			one.byRoom = byRoom
			err = one.meeting(ctx, m, known, dirty[m.Number])
		}
		w.merge(one)
		if err != nil {
			return err
		}
	}
	for _, path := range []string{"_meeting/index.html", "_meeting/sitemap.xml"} {
		old, err := w.store.Pages(ctx, path)
		if err != nil {
			return err
		}
		maps.Copy(w.known, old)
	}
	return w.meetingTop(b, all)
}

// meetingFolder is where the pages of a meeting are.
func meetingFolder(number string) string { return "_meeting/" + number }

// meetingTop writes the pages about all meetings.
func (w *writer) meetingTop(b *batch, all []chatlog.Meeting) error {
	index, err := w.pages.meetings(all)
	if err != nil {
		return err
	}
	if err := w.put(b, "_meeting/index.html", index); err != nil {
		return err
	}
	base := w.pages.config.URL
	if base == "" || w.pages.config.Hidden {
		return w.remove(b, "_meeting/sitemap.xml")
	}
	urls := []string{base + "_meeting/index.html"}
	for _, m := range all {
		urls = append(urls, base+meetingFolder(m.Number)+"/index.html")
	}
	sitemap, err := w.pages.xmlPage("sitemap", urls)
	if err != nil {
		return err
	}
	return w.put(b, "_meeting/sitemap.xml", sitemap)
}

// overlapping returns, by meeting, the numbers of the sessions whose time overlaps
// a day that changed.
func (w *writer) overlapping(ctx context.Context, changed map[string][]string) (map[string]map[int]bool, error) {
	out := make(map[string]map[int]bool)
	for room, days := range changed {
		parts, err := w.store.Parts(ctx, room, w.pages.config.margin())
		if err != nil {
			return nil, err
		}
		for _, p := range parts {
			if !overlaps(p.Span, days) {
				continue
			}
			if out[p.Session.Meeting] == nil {
				out[p.Session.Meeting] = make(map[int]bool)
			}
			out[p.Session.Meeting][p.Session.ID] = true
		}
	}
	return out, nil
}

// overlaps reports whether a time overlaps one of some UTC dates.
func overlaps(s chatlog.Span, days []string) bool {
	first, last := s.From.Format(time.DateOnly), s.To.Format(time.DateOnly)
	return slices.ContainsFunc(days, func(day string) bool { return day >= first && day <= last })
}

// partOf returns the part of a room's record that belongs to a session.
func (w *writer) partOf(ctx context.Context, x chatlog.Session) (chatlog.Part, error) {
	if w.byRoom[x.Room] == nil {
		parts, err := w.store.Parts(ctx, x.Room, w.pages.config.margin())
		if err != nil {
			return chatlog.Part{}, err
		}
		w.byRoom[x.Room] = make(map[int]chatlog.Part, len(parts))
		for _, p := range parts {
			w.byRoom[x.Room][p.Session.ID] = p
		}
	}
	return w.byRoom[x.Room][x.ID], nil
}

// meeting writes the pages of one meeting: the transcripts that changed, or all of
// them, then the list of the sessions. rooms are those of the record.
func (w *writer) meeting(ctx context.Context, m chatlog.Meeting, rooms map[string]bool, dirty map[int]bool) error {
	sessions, err := w.store.Sessions(ctx, m.Number)
	if err != nil {
		return err
	}
	var b batch
	var done []int
	expected := map[string]bool{meetingFolder(m.Number) + "/index.html": true}
	hrefs := make(map[int]string)
	for _, x := range sessions {
		base := transcriptPath(x)
		if rooms[x.Room] && x.Held() {
			if w.full || x.Changed || dirty[x.ID] {
				if err := w.transcript(ctx, &b, m, x, base); err != nil {
					return err
				}
			}
			for _, ending := range []string{".html", ".txt", ".jsonl"} {
				expected[base+ending] = w.known[base+ending] != ""
			}
			if w.known[base+".html"] != "" {
				hrefs[x.ID] = fileOf(base) + ".html"
			}
		}
		done = append(done, x.ID)
	}
	index, err := w.pages.meeting(m, sessions, hrefs)
	if err != nil {
		return err
	}
	if err := w.put(&b, meetingFolder(m.Number)+"/index.html", index); err != nil {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(w.known)) {
		if !expected[path] {
			if err := w.remove(&b, path); err != nil {
				return err
			}
		}
	}
	return w.store.PublishedMeeting(ctx, m.Number, done, b.written, b.gone)
}

// transcriptPath is the path of the transcript of a session, without its ending.
func transcriptPath(x chatlog.Session) string {
	return fmt.Sprintf("%s/%d-%s", meetingFolder(x.Meeting), x.ID, x.Room)
}

// fileOf returns the last element of a path, as it stands in a link.
func fileOf(path string) string { return url.PathEscape(path[strings.LastIndexByte(path, '/')+1:]) }

// transcript writes what was said in a session, as HTML, text and JSON Lines. One
// in which nothing was said has no pages.
func (w *writer) transcript(ctx context.Context, b *batch, m chatlog.Meeting, x chatlog.Session, base string) error {
	part, err := w.partOf(ctx, x)
	if err != nil {
		return err
	}
	lines, err := w.store.Lines(ctx, x.Room, part.From, part.To)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		for _, ending := range []string{".html", ".txt", ".jsonl"} {
			if err := w.remove(b, base+ending); err != nil {
				return err
			}
		}
		return nil
	}
	here := make(map[string]bool, len(lines))
	for _, l := range lines {
		here[l.Archive] = true
	}
	var failed error
	html, err := w.pages.transcript(m, part, lines, func(archive string) string {
		if here[archive] {
			return fileOf(base) + ".html"
		}
		day, err := w.store.DayOf(ctx, part.Session.Room, archive)
		if err != nil {
			failed = err
		}
		if day == "" {
			return ""
		}
		return dayHref(part.Session.Room, day)
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return err
	}
	records, err := JSONLines(part.Session.Room, lines)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		ending  string
		content []byte
	}{{".txt", transcriptText(m, part, lines)}, {".jsonl", records}, {".html", html}} {
		if err := w.put(b, base+f.ending, f.content); err != nil {
			return err
		}
	}
	return nil
}

// dayHref leads from a transcript to a day of a room.
func dayHref(room, day string) string {
	return "../../" + url.PathEscape(room) + "/" + day + ".html"
}
