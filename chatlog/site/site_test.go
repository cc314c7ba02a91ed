package site_test

import (
	"context"
	"encoding/xml"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"muster/chatlog"
	"muster/chatlog/site"
	"muster/xmppadmin"
)

var epoch = time.Date(2026, 11, 25, 23, 59, 0, 0, time.UTC)

// archive is a source with one room.
type archive struct{ messages []xmppadmin.ArchivedMessage }

func (a *archive) HasArchive(context.Context, string) (bool, error) { return true, nil }

func (a *archive) ArchivePage(_ context.Context, _ string, q xmppadmin.ArchiveQuery) (xmppadmin.ArchivePage, error) {
	from := 1 + slices.IndexFunc(a.messages, func(m xmppadmin.ArchivedMessage) bool { return m.Archive == q.After })
	page := xmppadmin.ArchivePage{Messages: a.messages[from:], Complete: true, Count: -1}
	return page, nil
}

func (a *archive) say(archive, nick, text string, after time.Duration) {
	a.messages = append(a.messages, xmppadmin.ArchivedMessage{
		Archive: archive, Time: epoch.Add(after), Nick: nick, Occupant: nick, ID: "m" + archive, Body: text,
	})
}

// world is a record, the folder that it is published to, and its source.
type world struct {
	source *archive
	store  *chatlog.Store
	config site.Config
	room   chatlog.Room
}

func newWorld(t *testing.T) *world {
	t.Helper()
	s, err := chatlog.Open(t.Context(), filepath.Join(t.TempDir(), "logs.db"), chatlog.Options{Service: "rooms.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &world{
		source: &archive{}, store: s, room: chatlog.Room{Name: "quic", Title: "quic: QUIC", Description: "About <QUIC>"},
		config: site.Config{
			Dir: filepath.Join(t.TempDir(), "site"), URL: "https://logs.example.org/", Service: "rooms.example.org",
			NoteWell: "https://www.ietf.org/about/note-well/", Contact: "secretariat@example.org",
			Now: func() time.Time { return epoch.AddDate(0, 0, 2) },
		},
	}
}

// publish reads the source and publishes.
func (w *world) publish(t *testing.T) site.Published {
	t.Helper()
	if _, err := w.store.Export(t.Context(), w.source, []chatlog.Room{w.room}, chatlog.ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	done, err := site.Publish(t.Context(), w.store, w.config)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func (w *world) read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.config.Dir, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// files returns the paths of all files, sorted, with the time of their change.
func (w *world) files(t *testing.T) map[string]time.Time {
	t.Helper()
	all := make(map[string]time.Time)
	err := filepath.WalkDir(w.config.Dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			info, err := d.Info()
			if err != nil {
				return err
			}
			rel, _ := filepath.Rel(w.config.Dir, path)
			all[filepath.ToSlash(rel)] = info.ModTime()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPublishWritesWhatChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source.say("a1", "alice", "before midnight", 0)
	w.source.say("a2", "bob", "after midnight", 2*time.Minute)
	w.publish(t)
	files := w.files(t)
	for _, path := range []string{
		"index.html", "about.html", "feed.atom", "sitemap.xml", "robots.txt", "quic/index.html", "quic/feed.atom", "quic/sitemap.xml",
		"quic/2026-11-25.html", "quic/2026-11-25.txt", "quic/2026-11-25.jsonl", "quic/2026-11-26.html",
	} {
		if _, ok := files[path]; !ok {
			t.Errorf("%s is missing", path)
		}
	}
	if done := w.publish(t); done.Written+done.Removed != 0 {
		t.Errorf("a second run: %+v, want nothing", done)
	}
	w.source.say("a3", "bob", "later that day", 10*time.Minute)
	w.publish(t)
	after := w.files(t)
	if after["quic/2026-11-25.html"] != files["quic/2026-11-25.html"] {
		t.Error("the page of a day that did not change was written again")
	}
	if !strings.Contains(w.read(t, "quic/2026-11-26.html"), "later that day") {
		t.Error("the new message is not on its page")
	}
	w.source.say("a4", "bob", "another day", 30*time.Hour)
	w.publish(t)
	if !strings.Contains(w.read(t, "quic/2026-11-26.html"), `rel="next" href="2026-11-27.html"`) {
		t.Error("the day before a new one does not lead to it")
	}
	w.room.Life = chatlog.Archived
	if w.publish(t); !strings.Contains(w.read(t, "quic/index.html"), "This room is archived") {
		t.Error("the room's page does not say that it is archived")
	}
}

// What was retracted is on no page, in no copy and in no feed.
func TestRetractedDisappears(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source.say("a1", "alice", "a hushed word", 0)
	w.publish(t)
	w.source.messages = append(w.source.messages, xmppadmin.ArchivedMessage{
		Archive: "a2", Time: epoch.Add(72 * time.Hour), Nick: "alice", Occupant: "alice", Body: "retracted", Retracts: "a1",
	})
	w.publish(t)
	for path := range w.files(t) {
		if strings.Contains(w.read(t, path), "hushed") {
			t.Errorf("%s still has what was retracted", path)
		}
	}
	if !strings.Contains(w.read(t, "quic/2026-11-25.html"), "retracted by its author") {
		t.Error("the page does not say that something was retracted")
	}
}

// The page "How to take part" has all that a participant needs.
func TestHowToTakePart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config.WebClient = "https://chat.example.org/#converse/room?jid={jid}"
	w.config.Accounts = []string{"example.org: https://example.org/register"}
	w.config.Clients = []string{"Gajim, https://gajim.org", "<b>Dino</b>"}
	w.publish(t)
	about := w.read(t, "about.html")
	for _, want := range []string{
		`<a href="https://example.org/register" rel="nofollow ugc noopener">`, `<a href="https://gajim.org"`, "&lt;b&gt;Dino&lt;/b&gt;",
		`<a href="xmpp:quic@rooms.example.org?join">quic@rooms.example.org</a>`,
		"web client", `<a href="https://www.ietf.org/about/note-well/">Note Well</a>`, `<a href="mailto:secretariat@example.org">`, "XEP-0334",
	} {
		if !strings.Contains(about, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for path := range w.files(t) {
		if strings.HasSuffix(path, ".html") && !strings.Contains(w.read(t, path), `<footer>`) {
			t.Errorf("%s has no footer", path)
		}
		if strings.HasSuffix(path, ".html") && strings.Count(w.read(t, path), `href="https://www.ietf.org/about/note-well/"`) < 2 {
			t.Errorf("%s does not lead to the Note Well from its head and its foot", path)
		}
	}
}

func TestForeignFolderIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := os.MkdirAll(w.config.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(w.config.Dir, "precious")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := site.Publish(t.Context(), w.store, w.config); err == nil || !strings.Contains(err.Error(), "not written by muster") {
		t.Errorf("the error is %v", err)
	}
	if files := w.files(t); len(files) != 1 {
		t.Errorf("files were written: %v", files)
	}
}

// A full run makes up for what was lost of the folder, whatever the record says
// of what was written.
func TestDamagedFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source.say("a1", "alice", "hello", 0)
	w.publish(t)
	want := w.read(t, "quic/2026-11-25.html")
	for _, damage := range []func(path string) error{os.Remove, func(string) error { return os.RemoveAll(w.config.Dir) }} {
		if err := damage(filepath.Join(w.config.Dir, "quic/2026-11-25.html")); err != nil {
			t.Fatal(err)
		}
		w.config.Full = true
		w.publish(t)
		if got := w.read(t, "quic/2026-11-25.html"); got != want {
			t.Errorf("the page is now %q", got)
		}
	}
}

// hostile texts, in bodies, nicks, titles and languages.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `javascript:alert(1)`, `xmpp:a@b?<script>`,
	`https://evil.example/"onmouseover="alert(1)`, `</li></ol><h1>`, "{{.Root}}", "\x1b[31m", "\u202egnp.exe", "]]>", "<!--", "&lt;b&gt;",
	"https://user:secret@example.org/", "//evil.example/x", "http://", "xmpp:", "data:text/html,x", "a\x00b\ufffe", `'"` + "`",
}

// markup is what a page may have: names of elements, each as often as it may
// have attributes that run something.
var (
	eventAttribute = regexp.MustCompile(`<[^>]*\son[a-z]+\s*=`)
	address        = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
)

func TestHostileTexts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, text := range hostile {
		w.source.say("<"+text+">"+string(rune('a'+i)), text+string(rune('a'+i)), text, time.Duration(i)*time.Second)
	}
	w.room.Title, w.room.Description = strings.Join(hostile, " "), strings.Join(hostile, " ")
	w.publish(t)
	for path := range w.files(t) {
		text := w.read(t, path)
		if strings.ContainsAny(text, "\x00\x1b") {
			t.Errorf("%s has control characters", path)
		}
		if !strings.HasSuffix(path, ".html") {
			continue
		}
		if n := strings.Count(text, "<script"); n != 1 {
			t.Errorf("%s has %d scripts, want its own alone", path, n)
		}
		if strings.Contains(text, "<img") || strings.Contains(text, "<h1>\"") || eventAttribute.MatchString(text) {
			t.Errorf("%s has markup that a participant wrote:\n%s", path, text)
		}
		for _, m := range address.FindAllStringSubmatch(text, -1) {
			if !regexp.MustCompile(`^(https?://|xmpp:|mailto:secretariat|#m-|#content$|[a-z0-9._/-]+(#m-[A-Za-z0-9._~-]+)?$)`).MatchString(m[1]) || strings.Contains(m[1], "secret@") {
				t.Errorf("%s leads to %q", path, m[1])
			}
		}
		for _, m := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(text, -1) {
			if strings.Count(text, ` id="`+m[1]+`"`) != 1 {
				t.Errorf("%s has the id %q more than once", path, m[1])
			}
		}
	}
	if text := w.read(t, "quic/2026-11-25.txt"); strings.Contains(text, "\u202e") || !strings.Contains(text, "U+202E") {
		t.Errorf("the text copy has bidirectional controls:\n%q", text)
	}
}

func TestFeedsAndSitemapsAreXML(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source.say("a1", "alice", "hello", 0)
	w.publish(t)
	for _, path := range []string{"feed.atom", "sitemap.xml", "quic/feed.atom", "quic/sitemap.xml"} {
		d := xml.NewDecoder(strings.NewReader(w.read(t, path)))
		for {
			_, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
		}
	}
	if feed := w.read(t, "quic/feed.atom"); !strings.Contains(feed, "<id>https://logs.example.org/quic/2026-11-25.html</id>") ||
		!strings.Contains(feed, "<summary>1 message</summary>") {
		t.Errorf("the feed lacks the day:\n%s", feed)
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want []string // the addresses that are links
	}{
		{"see https://example.org/a?b=1&c=2.", []string{"https://example.org/a?b=1&c=2"}},
		{"(https://example.org/a_(b)) and http://x.example", []string{"https://example.org/a_(b)", "http://x.example"}},
		{"<https://example.org/>", []string{"https://example.org/"}},
		{"xmpp:quic@rooms.example.org?join", []string{"xmpp:quic@rooms.example.org?join"}},
		{"HTTPS://EXAMPLE.ORG", []string{"https://EXAMPLE.ORG"}},
		{"javascript:alert(1) ftp://x mailto:a@b //x", nil},
		{"https:// http://? xmpp:", nil},
		{"https://me:secret@example.org/", nil},
		{"nohttps://example.org", nil},
		{"https://é.example/ü", []string{"https://%C3%A9.example/%C3%BC"}},
	} {
		var got []string
		for _, p := range site.Links(c.text) {
			if p.Href != "" {
				got = append(got, p.Href)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: links to %q, want %q", c.text, got, c.want)
		}
	}
}

// The parts of a text give the text back, and no link is of another kind.
func FuzzLinks(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Add("see https://example.org/a, and https://example.org/b.")
	f.Fuzz(func(t *testing.T, text string) {
		var all strings.Builder
		for _, p := range site.Links(text) {
			all.WriteString(p.Text)
			if p.Href != "" && !regexp.MustCompile(`^(https?://[^/?#]|xmpp:.)`).MatchString(p.Href) {
				t.Errorf("%q: a link to %q", text, p.Href)
			}
			if strings.ContainsAny(p.Href, "<>\" \n\x00") {
				t.Errorf("%q: the link %q has markup", text, p.Href)
			}
		}
		if all.String() != text {
			t.Errorf("%q: the parts are %q", text, all.String())
		}
	})
}

// A web server can read the pages, whatever the umask of the account is.
func TestPagesCanBeRead(t *testing.T) {
	w := newWorld(t)
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	w.source.say("a1", "alice", "hello", 0)
	w.publish(t)
	for path, want := range map[string]fs.FileMode{"": 0o755, "quic": 0o755, "quic/2026-11-25.html": 0o644, "index.html": 0o644} {
		info, err := os.Stat(filepath.Join(w.config.Dir, path))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%q has the mode %o, want %o", path, got, want)
		}
	}
}
