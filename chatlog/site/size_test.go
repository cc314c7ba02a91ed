package site_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"muster/chatlog"
	"muster/chatlog/site"
)

// within fails where a page is larger than so many bytes.
func (w *world) within(t *testing.T, path string, limit int) {
	t.Helper()
	n := len(w.read(t, path))
	t.Logf("%s has %d bytes", path, n)
	if n > limit {
		t.Errorf("%s has %d bytes, want %d at most", path, n, limit)
	}
}

func TestIndexIsSmall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config.WebClient, w.config.Search = "https://chat.example.org/#converse/room?jid={jid}", true
	var rooms []chatlog.Room
	for i := range 200 {
		name := fmt.Sprintf("group%03d", i)
		rooms = append(rooms, chatlog.Room{
			Name: name, Title: name + ": Routing In Fixed and Temporally Variable Networks",
			Description: "IETF working group in the wit area. Next session: Thursday 23 July 2026, 09:30-11:30 CEST (Europe/Vienna), Donau B, IETF 126. " +
				"Agenda: https://datatracker.ietf.org/meeting/126/agenda Log: https://logs.example.org/" + name + "/ The IETF Note Well applies.",
		})
	}
	w.source.say("a1", "alice", "hello", 0)
	if _, err := w.store.Export(t.Context(), w.source, rooms, chatlog.ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := site.Publish(t.Context(), w.store, w.config); err != nil {
		t.Fatal(err)
	}
	index := w.read(t, "index.html")
	for _, want := range []string{
		"IETF working group in the wit area.</bdi>", `<time datetime="2026-11-25">`, `href="xmpp:group199@rooms.example.org?join"`,
		`href="https://chat.example.org/#converse/room?jid=group199%40rooms.example.org"`, `<form action="_search"`,
	} {
		if !strings.Contains(index, want) {
			t.Errorf("the index lacks %s", want)
		}
	}
	w.within(t, "index.html", 100_000)
}

// A room of fifteen years, with something said on every day of the last one and
// often before: the years that do not fit the room's page have pages of their
// own, and each day is on one page.
func TestRoomIsSmall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	days := 0
	for i := -5500; i < 0; i++ {
		if i > -400 || i%16 == 0 {
			days++
			w.source.say(fmt.Sprintf("a%04d", i), "alice", "hello", time.Duration(i)*24*time.Hour)
		}
	}
	w.publish(t)
	pages, err := filepath.Glob(filepath.Join(w.config.Dir, "quic", "20??.html"))
	if err != nil || len(pages) < 10 {
		t.Fatalf("the pages of years are %v, %v", pages, err)
	}
	paths := []string{"quic/index.html"}
	for _, p := range pages {
		paths = append(paths, "quic/"+filepath.Base(p))
	}
	found := make(map[string]int)
	for _, path := range paths {
		w.within(t, path, 60_000)
		for _, m := range regexp.MustCompile(`href="(\d{4}-\d\d-\d\d)\.html"`).FindAllStringSubmatch(w.read(t, path), -1) {
			found[m[1]]++
		}
		if path != paths[0] && !strings.Contains(w.read(t, paths[0]), `href="`+strings.TrimPrefix(path, "quic/")+`"`) {
			t.Errorf("the room's page does not lead to %s", path)
		}
	}
	for day, n := range found {
		if n != 1 {
			t.Errorf("%s is on %d pages", day, n)
		}
	}
	if len(found) != days {
		t.Errorf("the calendar has %d days, want %d", len(found), days)
	}

	before := w.files(t)
	w.source.say("b1", "bob", "late", -5000*24*time.Hour)
	w.publish(t)
	changed := 0
	for path, at := range w.files(t) {
		if regexp.MustCompile(`/\d{4}\.html$`).MatchString(path) && at != before[path] {
			changed++
		}
	}
	if changed != 1 {
		t.Errorf("%d pages of years were written after one message, want 1", changed)
	}
}

func TestDayIsSmall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	words := strings.Fields(strings.Repeat("The draft says that an endpoint closes the connection, see section four. ", 3))
	for i := range 1000 {
		w.source.say(fmt.Sprintf("019f8a7c-5b3e-7d21-9c44-%012d", i), "Participant "+fmt.Sprint(i%7), strings.Join(words[:5+i%22], " "), time.Duration(-i)*time.Second)
	}
	w.publish(t)
	w.within(t, "quic/2026-11-25.html", 400_000)
}

func TestScriptIsSmall(t *testing.T) {
	t.Parallel()
	script, err := os.Stat("static/log.js")
	if err != nil || script.Size() >= 4096 {
		t.Errorf("the script has %d bytes, want fewer than 4096: %v", script.Size(), err)
	}
}
