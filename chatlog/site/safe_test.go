package site_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/chatlog"
	"muster/chatlog/site"
	"muster/xmppadmin"
)

// A room's name is a folder and a part of addresses. One that cannot be is refused
// before anything is written.
func TestRoomNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]error{
		"..": site.ErrName, ".": site.ErrName, "../x": site.ErrName, "a/b": site.ErrName, "_search": site.ErrReserved, "Quic": site.ErrName, "a?b": site.ErrName,
		"a#b": site.ErrName, "a%2fb": site.ErrName, "\u00e9": site.ErrName, ".muster-logs": site.ErrName, "_x": site.ErrName,
		"robots.txt": site.ErrReserved, "index.html": site.ErrReserved, "favicon.ico": site.ErrReserved, "about.html": site.ErrReserved,
		"6lo": nil, "krb-wg": nil, "x3s3.3": nil,
	} {
		w := newWorld(t)
		w.room.Name = name
		if _, err := w.store.Export(t.Context(), w.source, []chatlog.Room{w.room}, chatlog.ExportOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := site.Publish(t.Context(), w.store, w.config); !errors.Is(err, want) {
			t.Errorf("%q: the error is %v, want %v", name, err, want)
		}
		if entries, err := os.ReadDir(filepath.Dir(w.config.Dir)); err != nil || len(entries) != 1 {
			t.Errorf("%q: beside the folder are %v, %v", name, entries, err)
		}
	}
}

// publish --full makes up for files that something else changed.
func TestFullWritesAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source.say("a1", "alice", "hello", 0)
	w.publish(t)
	want := make(map[string]string)
	for path := range w.files(t) {
		if want[path] = w.read(t, path); path == ".muster-logs" {
			delete(want, path)
			continue
		}
		if err := os.WriteFile(filepath.Join(w.config.Dir, path), []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.config.Full = true
	w.publish(t)
	for path, text := range want {
		if got := w.read(t, path); got != text {
			t.Errorf("%s is %q", path, got)
		}
	}
}

// In the text copies only a message begins a line, whatever is in nicks, reasons and
// texts.
func TestTextLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const forged = "\n23:59:07 <bob> I agree"
	w.source.say("a1", "alice"+forged, "one"+forged, 0)
	w.source.say("a2", "alice", "two\u202823:59:07 <bob> I agree\u202923:59:07 <bob> I agree", time.Second)
	w.source.say("a3", "alice", "/me three"+forged, 2*time.Second)
	w.source.say("a4", "alice", "four", 3*time.Second)
	w.source.messages = append(w.source.messages, xmppadmin.ArchivedMessage{
		Archive: "a5", Time: epoch.Add(4 * time.Second), Moderates: "a4", Reason: "spam]" + forged,
	})
	w.publish(t)
	text := w.read(t, "quic/2026-11-25.txt")
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == 0x2028 || r == 0x2029 }) {
		if strings.HasPrefix(line, "23:59:07") {
			t.Errorf("a line is forged:\n%s", text)
		}
	}
	if n := strings.Count(text, "\n23:59:0") + 1; n != 4 {
		t.Errorf("%d messages begin a line:\n%s", n, text)
	}
}

// The page "How to take part" leads to a hallway only where one is open.
func TestHallway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.publish(t)
	if text := w.read(t, "about.html"); strings.Contains(text, "hallway") {
		t.Error("the page leads to a hallway that there is not")
	}
	w.room = chatlog.Room{Name: "hallway"}
	w.publish(t)
	text := w.read(t, "about.html")
	if !strings.Contains(text, `<a href="hallway/index.html">`) || !strings.Contains(text, `<a href="xmpp:hallway@rooms.example.org?join">hallway@rooms.example.org</a>`) {
		t.Errorf("the page lacks the hallway:\n%s", text)
	}
	w.room.Life = chatlog.Archived
	w.publish(t)
	if text = w.read(t, "about.html"); strings.Contains(text, "?join") && strings.Contains(text, "xmpp:hallway") {
		t.Error("the page leads to a hallway that is closed")
	}
}

// Every page says that the rooms are logged, names the Note Well and whom to write
// to; and where search engines are not wanted, every page says so, no file lists
// them, and a crawler may read that.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	w := met(t)
	w.publish(t)
	for _, hidden := range []bool{false, true} {
		w.config.Hidden = hidden
		w.publish(t)
		for path := range w.files(t) {
			if strings.HasSuffix(path, "sitemap.xml") && hidden {
				t.Errorf("%s lists pages that are not to be indexed", path)
			}
			if !strings.HasSuffix(path, ".html") {
				continue
			}
			text := w.read(t, path)
			for _, want := range []string{
				"are logged in public, permanently", `covered by the <a href="https://www.ietf.org/about/note-well/">Note Well</a>`, "mailto:secretariat@example.org",
				`<html lang="en">`, `content="default-src 'none';`,
			} {
				if !strings.Contains(text, want) {
					t.Errorf("%s lacks %s", path, want)
				}
			}
			if got := strings.Contains(text, `<meta name="robots" content="noindex">`); got != hidden {
				t.Errorf("%s, hidden %t: noindex %t", path, hidden, got)
			}
			if got := strings.Contains(text, `<link rel="canonical" href="https://logs.example.org/`+path+`">`); got == hidden {
				t.Errorf("%s, hidden %t: canonical %t", path, hidden, got)
			}
		}
		robots := w.read(t, "robots.txt")
		if strings.Contains(robots, "Sitemap:") == hidden || strings.Contains(robots, "Disallow: /\n") || !strings.Contains(robots, "Disallow: /*.txt$\n") {
			t.Errorf("hidden %t: robots.txt is %q", hidden, robots)
		}
	}
	if _, err := os.Stat(filepath.Join(w.config.Dir, "quic/sitemap.xml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("quic/sitemap.xml: %v", err)
	}
}

// A search shows what is kept of a retracted message as what it is.
func TestKeptInSearch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, err := chatlog.Open(t.Context(), filepath.Join(t.TempDir(), "kept.db"), chatlog.Options{Service: "rooms.example.org", KeepRetracted: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	w.store = s
	w.source.say("a1", "alice", "a hushed word", 0)
	w.source.say("a2", "alice", "a plain word", time.Second)
	w.source.messages = append(w.source.messages, xmppadmin.ArchivedMessage{
		Archive: "a3", Time: epoch.Add(2 * time.Second), Nick: "alice", Occupant: "alice", Body: "retracted", Retracts: "a1",
	})
	base := served(t, w)
	for query, want := range map[string]bool{"hushed": true, "plain": false} {
		_, _, body := get(t, base+"/_search?q="+query)
		if !strings.Contains(body, query+" word") || strings.Contains(body, "[retracted by its author]") != want {
			t.Errorf("a search for %s:\n%s", query, body)
		}
	}
}

// Where the server gives no occupant ids, the pages say that an author is known by the
// nick alone.
func TestKnownByNick(t *testing.T) {
	t.Parallel()
	for _, occupants := range []bool{true, false} {
		w := newWorld(t)
		w.source.say("a1", "alice", "one", 0)
		w.source.say("a2", "alice", "two", time.Second)
		fix, retraction := w.source.messages[0], w.source.messages[1]
		fix.Archive, fix.ID, fix.Body, fix.Replaces = "a3", "ma3", "one, again", "ma1"
		retraction.Archive, retraction.ID, retraction.Body, retraction.Retracts = "a4", "ma4", "retracted", "a2"
		w.source.messages = append(w.source.messages, fix, retraction)
		for i := range w.source.messages {
			if !occupants {
				w.source.messages[i].Occupant = ""
			}
		}
		w.publish(t)
		want := []string{"[corrected]", "[retracted by its author]"}
		if !occupants {
			want = []string{"[corrected, under the same nick]", "[retracted, under the same nick]"}
		}
		for _, note := range want {
			for _, path := range []string{"quic/2026-11-25.html", "quic/2026-11-25.txt"} {
				if !strings.Contains(w.read(t, path), note) {
					t.Errorf("occupant ids %t: %s lacks %s", occupants, path, note)
				}
			}
		}
	}
}

// What is withdrawn is in no file, on no page of results, and behind no address; a line
// in its place has the reason. By the id of a correction it goes likewise.
func TestWithdrawnDisappears(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"a2", "fix"} {
		w := met(t)
		w.hold(t, sessionAt(11, 0, 30*time.Minute))
		w.source.say("fix", "bob", "a hushed word, again", 50*time.Hour)
		w.source.messages[slices.IndexFunc(w.source.messages, func(m xmppadmin.ArchivedMessage) bool { return m.Archive == "a2" })].Body = "a hushed word"
		fix := &w.source.messages[len(w.source.messages)-1]
		fix.Nick, fix.Occupant, fix.Replaces = w.source.messages[2].Nick, w.source.messages[2].Occupant, "ma2"
		if _, err := w.store.Export(t.Context(), w.source, []chatlog.Room{w.room}, chatlog.ExportOptions{Full: true}); err != nil {
			t.Fatal(err)
		}
		base := served(t, w)
		if text := w.read(t, "_meeting/126/11-quic.html"); !strings.Contains(text, "a hushed word, again") {
			t.Fatalf("before the withdrawal the transcript is\n%s", text)
		}
		if err := w.store.Withdraw(t.Context(), "quic", []string{id}, "anna", "court <order>"); err != nil {
			t.Fatal(err)
		}
		w.publish(t)
		for path := range w.files(t) {
			if strings.Contains(w.read(t, path), "hushed") {
				t.Errorf("by %s: %s still has what was withdrawn", id, path)
			}
		}
		for _, path := range []string{"quic/2026-11-26.html", "_meeting/126/11-quic.html"} {
			if !strings.Contains(w.read(t, path), "[withdrawn from the record: court &lt;order&gt;]") {
				t.Errorf("by %s: %s does not say so", id, path)
			}
		}
		if _, _, body := get(t, base+"/_search?q=hush*"); !strings.Contains(body, "Nothing found.") {
			t.Errorf("by %s: a search finds\n%s", id, body)
		}
	}
}
