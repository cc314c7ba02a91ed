package site_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"muster/chatlog/site"
)

// served publishes a world and serves it.
func served(t *testing.T, w *world) string {
	t.Helper()
	w.publish(t)
	h, err := site.Handler(w.store, w.config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// get returns the status, the headers and the body of a page, and where it
// leads, without going there.
func get(t *testing.T, address string) (int, http.Header, string) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(body)
}

func TestServe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source.say("a1", "alice", "version <negotiation> & more", 0)
	base := served(t, w)
	for _, c := range []struct {
		path string
		want int
		text string
	}{
		{"/", 200, "Chat rooms of rooms.example.org"},
		{"/quic/", 200, "quic: QUIC"},
		{"/quic/2026-11-25.html", 200, "version &lt;negotiation&gt; &amp; more"},
		{"/quic/id/a1", 302, ""},
		{"/quic/id/nosuch", 404, ""},
		{"/nosuch/", 404, ""},
		{"/.muster-logs", 404, ""},
		{"/../../etc/passwd", 404, ""},
		{"/_search?q=negotiation", 200, `<a href="quic/2026-11-25.html#m-a1">`},
		{"/_search?q=nosuch", 200, "Nothing found."},
		{"/_search", 200, "Search"},
		{"/_search?q=after:soon+x", 400, "want a day such as"},
		{"/_search?q=" + strings.Repeat("x", 2000), 400, "more than 1000 bytes"},
		{"/_search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", 200, "&lt;script&gt;"},
		{"/_search?q=%00%ff*%22", 200, "Nothing found."},
	} {
		status, header, body := get(t, base+c.path)
		if status != c.want || !strings.Contains(body, c.text) {
			t.Errorf("%s: %d, want %d with %q:\n%s", c.path, status, c.want, c.text, body)
		}
		if header.Get("Content-Security-Policy") == "" || header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: the headers are %v", c.path, header)
		}
		if n := strings.Count(body, "<script"); n > 1 {
			t.Errorf("%s has %d scripts", c.path, n)
		}
	}
	if _, header, _ := get(t, base+"/quic/id/a1"); header.Get("Location") != "../2026-11-25.html#m-a1" {
		t.Errorf("the message leads to %q", header.Get("Location"))
	}
	resp, err := http.Post(base+"/", "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a POST is answered with %d", resp.StatusCode)
	}
}

// A page that was written again is not taken for the one before, however soon it was.
func TestEntityTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source.say("a1", "alice", "one", 0)
	base := served(t, w)
	request := func(path, tag string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if req.Header.Set("If-None-Match", tag); tag == "" {
			req.Header.Del("If-None-Match")
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode, resp.Header.Get("ETag")
	}
	tags := make(map[string]string)
	for _, path := range []string{"/", "/quic/", "/quic/2026-11-25.txt"} {
		if _, tags[path] = request(path, ""); tags[path] == "" {
			t.Errorf("%s has no entity tag", path)
		}
		if status, _ := request(path, tags[path]); status != http.StatusNotModified {
			t.Errorf("%s, the same: %d", path, status)
		}
	}
	w.source.say("a2", "alice", "two", time.Second)
	w.publish(t)
	if status, _ := request("/quic/2026-11-25.txt", tags["/quic/2026-11-25.txt"]); status != http.StatusOK {
		t.Errorf("a page that was written again: %d", status)
	}
	if status, tag := request("/nosuch", ""); status != http.StatusNotFound || tag != "" {
		t.Errorf("nothing: %d, %q", status, tag)
	}
}

// Every result is on one of the pages, once.
func TestSearchPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 130 {
		w.source.say(fmt.Sprintf("a%03d", i), "alice", "negotiation", time.Duration(i)*time.Second)
	}
	base := served(t, w)
	next, found := "_search?q=negotiation", make(map[string]bool)
	for pages := 0; next != "" && pages < 10; pages++ {
		_, _, body := get(t, base+"/"+next)
		for i := range 130 {
			if id := fmt.Sprintf("#m-a%03d", i); strings.Contains(body, id) {
				if found[id] {
					t.Errorf("%s is on two pages", id)
				}
				found[id] = true
			}
		}
		_, rest, more := strings.Cut(body, `<a rel="next" href="`)
		next = ""
		if more {
			next, _, _ = strings.Cut(rest, `"`)
			next = strings.ReplaceAll(next, "&amp;", "&")
			if _, err := url.Parse(next); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(found) != 130 {
		t.Errorf("%d results are on the pages, want 130", len(found))
	}
}
