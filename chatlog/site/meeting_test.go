package site_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/agenda"
	"muster/chatlog"
	"muster/chatlog/site"
	"muster/xmppadmin"
)

// sessionAt is a session of quic that begins so long after epoch, which is a
// minute before midnight.
func sessionAt(id int, after, length time.Duration) agenda.Session {
	return agenda.Session{
		ID: id, Group: "quic", Room: "quic", Type: agenda.Regular, Status: agenda.Scheduled, Start: epoch.Add(after), Duration: length, Location: "Ring",
	}
}

// hold makes meeting 126 have these sessions.
func (w *world) hold(t *testing.T, sessions ...agenda.Session) {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Kolkata")
	if err != nil {
		t.Fatal(err)
	}
	m := agenda.Meeting{
		Number: "126", City: "Pune", TimeZone: zone, Sessions: sessions, AgendaURL: "https://datatracker.example.org/meeting/126/agenda/",
		Groups: []agenda.Group{{Acronym: "quic", Name: "QUIC"}},
	}
	if err := w.store.AddMeeting(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

// met is a world with a session from 23:59 to 00:29 in which three things were
// said, and one before it and one after it.
func met(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.config.Before, w.config.After = 10*time.Minute, 30*time.Minute
	w.source.say("early", "alice", "too early", -11*time.Minute)
	w.source.say("a1", "alice", "before midnight", 0)
	w.source.say("a2", "bob", "after midnight", 2*time.Minute)
	w.source.messages = append(w.source.messages, xmppadmin.ArchivedMessage{
		Archive: "a3", Time: epoch.Add(3 * time.Minute), Nick: "alice", Occupant: "alice", ID: "ma3", Body: "an answer", Reply: "a1",
	})
	w.source.say("late", "alice", "too late", 70*time.Minute)
	w.hold(t, sessionAt(11, 0, 30*time.Minute))
	w.publish(t)
	return w
}

func TestTranscriptPages(t *testing.T) {
	t.Parallel()
	w := met(t)
	html := w.read(t, "_meeting/126/11-quic.html")
	for _, want := range []string{
		`<li id="m-a1">`, `href="../../quic/2026-11-25.html#m-a1"`, `href="../../quic/2026-11-26.html#m-a2"`, `href="11-quic.html#m-a1">in reply`,
		"23:59 to 00:29 UTC", "(05:29 to 05:59 Asia/Kolkata)", "2026-11-26 00:00</time>", "UTC, 05:30 Asia/Kolkata", `<a href="index.html">IETF 126</a>`,
		"<title>QUIC, IETF 126</title>", `href="11-quic.jsonl"`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the transcript lacks %s", want)
		}
	}
	text := w.read(t, "_meeting/126/11-quic.txt")
	want := "IETF 126, QUIC, room quic, 2026-11-25 23:59 to 00:29 UTC (05:29 to 05:59 Asia/Kolkata)\n\n2026-11-25 UTC\n23:59:00 <alice> before midnight\n" +
		"\n2026-11-26 UTC\n00:01:00 <bob> after midnight\n00:02:00 <alice> an answer\n"
	if text != want {
		t.Errorf("text %q, want %q", text, want)
	}
	for _, path := range []string{"_meeting/126/11-quic.html", "_meeting/126/11-quic.txt", "_meeting/126/11-quic.jsonl"} {
		if all := w.read(t, path); strings.Contains(all, "too early") || strings.Contains(all, "too late") {
			t.Errorf("%s has what was not said in the session", path)
		}
	}
	for path, want := range map[string]string{
		"_meeting/index.html":     `<a href="126/index.html">IETF 126</a> <bdi>Pune</bdi>`,
		"_meeting/126/index.html": `<time datetime="2026-11-25T23:59Z">05:29 to 05:59</time> <a href="11-quic.html"><bdi>QUIC</bdi></a>`,
		"_meeting/sitemap.xml":    "<loc>https://logs.example.org/_meeting/126/index.html</loc>",
		"sitemap.xml":             "_meeting/sitemap.xml",
		"index.html":              `href="_meeting/index.html"`,
		"quic/2026-11-25.html":    `href="../_meeting/126/11-quic.html"><bdi>QUIC, IETF 126</bdi></a>`,
		"quic/2026-11-26.html":    `href="../_meeting/126/11-quic.html"`,
	} {
		if !strings.Contains(w.read(t, path), want) {
			t.Errorf("%s lacks %s", path, want)
		}
	}
	if done := w.publish(t); done.Written+done.Removed != 0 {
		t.Errorf("a second run: %+v, want nothing", done)
	}
}

// Every link of a meeting's pages leads to a file, and to an id that it has.
func TestMeetingLinksLead(t *testing.T) {
	t.Parallel()
	w := met(t)
	pages := w.files(t)
	for path := range pages {
		if !strings.HasSuffix(path, ".html") {
			continue
		}
		for _, m := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(w.read(t, path), -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, ":") {
				continue
			}
			if target == "" {
				target = filepath.Base(path)
			}
			to := filepath.ToSlash(filepath.Join(filepath.Dir(path), target))
			if _, ok := pages[to]; !ok {
				t.Errorf("%s leads to %s, which is not there", path, to)
			} else if anchor != "" && anchor != "content" && !strings.Contains(w.read(t, to), `id="`+anchor+`"`) {
				t.Errorf("%s leads to %s, which has no %s", path, to, anchor)
			}
		}
	}
}

// What changes in a day changes the transcripts that have some of it, and only
// those.
func TestTranscriptsFollowTheRecord(t *testing.T) {
	t.Parallel()
	w := met(t)
	w.hold(t, sessionAt(11, 0, 30*time.Minute), sessionAt(12, 100*time.Hour, time.Hour))
	w.source.say("b1", "bob", "at the second session", 100*time.Hour)
	w.publish(t)
	before := w.files(t)
	if _, ok := before["_meeting/126/12-quic.html"]; !ok {
		t.Fatal("the second session has no transcript")
	}
	w.source.messages = append(w.source.messages, xmppadmin.ArchivedMessage{
		Archive: "b2", Time: epoch.Add(101 * time.Hour), Nick: "bob", Occupant: "bob", Body: "retracted", Retracts: "a2",
	})
	w.publish(t)
	after := w.files(t)
	for _, path := range []string{"_meeting/126/11-quic.html", "_meeting/126/11-quic.txt", "_meeting/126/11-quic.jsonl"} {
		if strings.Contains(w.read(t, path), "after midnight") {
			t.Errorf("%s still has what was retracted", path)
		}
	}
	if after["_meeting/126/12-quic.html"] != before["_meeting/126/12-quic.html"] {
		t.Error("the transcript of a session in which nothing changed was written again")
	}
}

// A session that is moved, renamed, cancelled or gone changes its transcript, the
// list, and the days that lead to it.
func TestTranscriptsFollowTheAgenda(t *testing.T) {
	t.Parallel()
	own := func(change func(*agenda.Session)) []agenda.Session {
		s := sessionAt(11, 0, 30*time.Minute)
		change(&s)
		return []agenda.Session{s, sessionAt(12, 500*time.Hour, time.Hour)}
	}
	tests := map[string]struct {
		sessions []agenda.Session
		there    bool   // the transcript of session 11
		list     string // what the list of the meeting has
		leads    bool   // whether the day leads to it
	}{
		"moved away": {own(func(s *agenda.Session) { s.Start = epoch.Add(300 * time.Hour) }), false, "", false},
		"moved a little": {
			own(func(s *agenda.Session) { s.Start = epoch.Add(2 * time.Minute) }), true, `<time datetime="2026-11-26T00:01Z">`, true,
		},
		"renamed":      {own(func(s *agenda.Session) { s.Name = "QUIC interop" }), true, "<bdi>QUIC interop</bdi></a>", true},
		"cancelled":    {own(func(s *agenda.Session) { s.Status = agenda.Canceled }), false, "UTC, cancelled", false},
		"rescheduled":  {own(func(s *agenda.Session) { s.Status = agenda.Rescheduled }), false, "UTC, moved", false},
		"gone":         {own(func(*agenda.Session) {})[1:], false, "", false},
		"another room": {own(func(s *agenda.Session) { s.Room, s.OwnRoom = "side", true }), false, `<span class="note">side, `, false},
		"without time": {own(func(s *agenda.Session) { s.Start = time.Time{} }), false, "Without a time", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := met(t)
			w.hold(t, tt.sessions...)
			w.publish(t)
			files := w.files(t)
			for _, ending := range []string{".html", ".txt", ".jsonl"} {
				if _, there := files["_meeting/126/11-quic"+ending]; there != tt.there {
					t.Errorf("the transcript as %s is there: %t", ending, there)
				}
			}
			list := w.read(t, "_meeting/126/index.html")
			if !strings.Contains(list, tt.list) || strings.Contains(list, `href="11-quic.html"`) != tt.there {
				t.Errorf("the list is %s", list)
			}
			if leads := strings.Contains(w.read(t, "quic/2026-11-26.html"), "11-quic.html"); leads != tt.leads {
				t.Errorf("the day leads to the transcript: %t", leads)
			}
			if done := w.publish(t); done.Written+done.Removed != 0 {
				t.Errorf("a second run: %+v, want nothing", done)
			}
		})
	}
}

// Titles, places and rooms of sessions are texts, on all pages.
func TestHostileSessions(t *testing.T) {
	t.Parallel()
	w := met(t)
	hostile := "<script>alert(1)</script>\x1b[2J \u202e\" onload=\"x"
	s := sessionAt(11, 0, 30*time.Minute)
	s.Name, s.Location = hostile, hostile
	side := sessionAt(12, time.Hour, time.Hour)
	side.Room, side.OwnRoom, side.Name = "../../../etc/x<b>", true, "\x00"
	w.hold(t, s, side)
	w.publish(t)
	for path := range w.files(t) {
		text := w.read(t, path)
		page := strings.HasSuffix(path, ".html")
		if page && (strings.Contains(text, "<script>alert") || strings.Contains(text, `" onload="`)) || strings.ContainsAny(text, "\x00\x1b") {
			t.Errorf("%s has markup or a control", path)
		}
		if strings.HasSuffix(path, ".txt") && strings.Contains(text, "\u202e") {
			t.Errorf("%s changes the direction of text", path)
		}
		if !strings.HasPrefix(path, "_meeting/126/12-") {
			continue
		}
		t.Errorf("a session in a room that the record does not have has %s", path)
	}
	if text := w.read(t, "_meeting/126/11-quic.txt"); strings.Count(strings.SplitN(text, "\n", 2)[0], "U+202E") != 1 {
		t.Errorf("text %q", text)
	}
}

// An anchor is the same in the day and in the transcript, and there once.
func TestTranscriptAnchors(t *testing.T) {
	t.Parallel()
	w := met(t)
	ids := func(path string) []string {
		var out []string
		for _, m := range regexp.MustCompile(`id="(m-[^"]*)"`).FindAllStringSubmatch(w.read(t, path), -1) {
			out = append(out, m[1])
		}
		return out
	}
	days := append(ids("quic/2026-11-25.html"), ids("quic/2026-11-26.html")...)
	got := ids("_meeting/126/11-quic.html")
	if !slices.Equal(got, []string{"m-a1", "m-a2", "m-a3"}) || !slices.Equal(days, []string{"m-early", "m-a1", "m-a2", "m-a3", "m-late"}) {
		t.Errorf("ids %v and %v", got, days)
	}
}

// The margins are part of the settings: others have all transcripts written again.
func TestMarginChanges(t *testing.T) {
	t.Parallel()
	w := met(t)
	w.config.Before = 15 * time.Minute
	w.publish(t)
	if !strings.Contains(w.read(t, "_meeting/126/11-quic.txt"), "too early") {
		t.Error("the transcript does not begin earlier")
	}
	for _, bad := range []time.Duration{-time.Second, chatlog.MaxMargin + 1} {
		w.config.After = bad
		if _, err := site.Publish(t.Context(), w.store, w.config); err == nil || !strings.Contains(err.Error(), "a transcript cannot have") {
			t.Errorf("%s: got %v", bad, err)
		}
	}
}

func TestServedTranscript(t *testing.T) {
	t.Parallel()
	w := met(t)
	h, err := site.Handler(w.store, w.config)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/_meeting/126/11-quic.html": 200, "/_meeting/": 200, "/_meeting/126/12-quic.html": 404} {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		if rec.Code != want {
			t.Errorf("%s: %d, want %d", path, rec.Code, want)
		}
	}
}

// The index shows rooms by what they are for.
func TestIndexByPurpose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var rooms []chatlog.Room
	for name, r := range map[string]chatlog.Room{
		"tls": {Purpose: chatlog.ForGroup}, "plenary": {Purpose: chatlog.ForSession}, "hallway": {Purpose: chatlog.ForStanding},
		"quic-dt": {Purpose: chatlog.ForRequester}, "unknown": {}, "old": {Purpose: chatlog.ForStanding, Life: chatlog.Archived},
	} {
		r.Name = name
		rooms = append(rooms, r)
	}
	if _, err := w.store.Export(t.Context(), w.source, rooms, chatlog.ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := site.Publish(t.Context(), w.store, w.config); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range regexp.MustCompile(`<h2>([A-Z][a-z]+)|<a href="([a-z-]+)/index.html`).FindAllStringSubmatch(w.read(t, "index.html"), -1) {
		got = append(got, m[1]+m[2])
	}
	want := "[Live plenary tls unknown Standing hallway Requested quic-dt Archived old]"
	if fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if _, err := os.Stat(filepath.Join(w.config.Dir, "_meeting/index.html")); err != nil {
		t.Errorf("without a meeting: %v", err)
	}
}
