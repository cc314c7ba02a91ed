package site_test

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// atom is a feed, as far as RFC 4287 demands something of it.
type atom struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Author  string   `xml:"author>name"`
	Links   []struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	} `xml:"link"`
	Entries []struct {
		ID      string `xml:"id"`
		Title   string `xml:"title"`
		Updated string `xml:"updated"`
		Link    struct {
			Href string `xml:"href,attr"`
		} `xml:"link"`
	} `xml:"entry"`
}

// readXML reads a published file.
func readXML(t *testing.T, w *world, path string, into any) {
	t.Helper()
	if err := xml.Unmarshal([]byte(w.read(t, path)), into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// Feeds have what RFC 4287 demands; the ids of days stay, and the time of their
// change is that of what was said last.
func TestFeedsAreValid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.publish(t)
	var empty atom
	if readXML(t, w, "quic/feed.atom", &empty); len(empty.Entries) != 0 || empty.Updated == "" {
		t.Errorf("without a message: %+v", empty)
	}
	w.source.say("a1", "alice", "hello", 0)
	w.source.say("a2", "alice", "next day", time.Hour)
	w.publish(t)
	ids := make(map[string]string) // the time of change by id
	for _, later := range []bool{false, true} {
		if later {
			w.source.say("a3", "alice", "more", 2*time.Hour)
			w.publish(t)
		}
		for _, path := range []string{"feed.atom", "quic/feed.atom"} {
			var f atom
			readXML(t, w, path, &f)
			if f.ID != w.config.URL+path || f.Title == "" || f.Author == "" || len(f.Links) != 2 || f.Links[0].Href != f.ID || len(f.Entries) != 2 {
				t.Errorf("%s: %+v", path, f)
			}
			if f.Updated != f.Entries[0].Updated {
				t.Errorf("%s changed at %s, and its newest entry at %s", path, f.Updated, f.Entries[0].Updated)
			}
			for i, e := range f.Entries {
				at, err := time.Parse(time.RFC3339, e.Updated)
				if err != nil || e.Title == "" || e.Link.Href != e.ID || i > 0 && e.ID == f.Entries[0].ID {
					t.Errorf("%s: %+v, %v", path, e, err)
				}
				if old, known := ids[e.ID]; later && (!known || (old != e.Updated) != (i == 0)) {
					t.Errorf("%s: %s changed at %s, before at %q", path, e.ID, at, old)
				}
				if !later {
					ids[e.ID] = e.Updated
				}
				if _, err := os.Stat(filepath.Join(w.config.Dir, strings.TrimPrefix(e.ID, w.config.URL))); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// The sitemaps have all pages of days, rooms and meetings, and nothing that is not
// there.
func TestSitemapsLead(t *testing.T) {
	t.Parallel()
	w := met(t)
	w.publish(t)
	type list struct {
		Sitemaps []string `xml:"sitemap>loc"`
		Pages    []string `xml:"url>loc"`
	}
	var index list
	readXML(t, w, "sitemap.xml", &index)
	found := make(map[string]bool)
	for _, address := range index.Sitemaps {
		path, ok := strings.CutPrefix(address, w.config.URL)
		if !ok {
			t.Fatalf("a sitemap at %s", address)
		}
		var one list
		readXML(t, w, path, &one)
		for _, page := range one.Pages {
			found[strings.TrimPrefix(page, w.config.URL)] = true
		}
	}
	files := w.files(t)
	for path := range found {
		if _, ok := files[path]; !ok {
			t.Errorf("the sitemaps have %s, which is not there", path)
		}
	}
	for _, path := range []string{"quic/index.html", "quic/2026-11-25.html", "quic/2026-11-26.html", "_meeting/index.html", "_meeting/126/index.html"} {
		if !found[path] {
			t.Errorf("the sitemaps lack %s", path)
		}
	}
}
