package site

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"muster/chatlog"
)

const (
	// hitsPerPage is how many messages a page of search results has.
	hitsPerPage = 50
	// searchesAtOnce bounds the searches under way; more are refused.
	searchesAtOnce = 8
)

// policy is the content security policy, as a header: beside what the pages
// say themselves, no other page may frame them.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Handler serves the published pages of c.Dir, and beside them
//
//	_search?q=QUERY         what a search of the record finds, see [chatlog.ParseQuery]
//	ROOM/id/ARCHIVE-ID      leads to the day of a message
//
// It only reads. Searches are bounded in number and time.
func Handler(s *chatlog.Store, c Config) (http.Handler, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	p, err := newPages(c)
	if err != nil {
		return nil, err
	}
	h := &handler{store: s, pages: p, files: http.FileServer(http.Dir(c.Dir)), searches: make(chan struct{}, searchesAtOnce)}
	return h, nil
}

type handler struct {
	store    *chatlog.Store
	pages    *pages
	files    http.Handler
	searches chan struct{}
}

// ServeHTTP answers one request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD are served", http.StatusMethodNotAllowed)
		return
	}
	parts := strings.Split(strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/"), "/")
	switch {
	case len(parts) == 1 && parts[0] == "_search":
		h.search(w, r)
	case len(parts) == 3 && parts[1] == "id":
		h.message(w, r, parts[0], parts[2])
	case hiddenPath(parts):
		http.NotFound(w, r)
	default:
		header.Set("Cache-Control", "max-age=60")
		h.setTag(header, parts)
		h.files.ServeHTTP(w, r)
	}
}

// setTag sets the entity tag of a file: by the time of its change alone, which HTTP
// has in whole seconds, a page that was written twice in one would be the same.
func (h *handler) setTag(header http.Header, parts []string) {
	name := filepath.Join(h.pages.config.Dir, filepath.Join(parts...))
	info, err := os.Stat(name)
	if err == nil && info.IsDir() {
		info, err = os.Stat(filepath.Join(name, "index.html"))
	}
	if err == nil && info.Mode().IsRegular() {
		header.Set("ETag", fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size()))
	}
}

// hiddenPath reports whether a path has the name of a file that begins with a
// dot, such as the mark of the folder.
func hiddenPath(parts []string) bool {
	for _, p := range parts {
		if strings.HasPrefix(p, ".") {
			return true
		}
	}
	return false
}

// message leads to the day of a message.
func (h *handler) message(w http.ResponseWriter, r *http.Request, room, archive string) {
	day, err := h.store.DayOf(r.Context(), room, archive)
	switch {
	case err != nil:
		http.Error(w, "the record cannot be read now", http.StatusInternalServerError)
	case day == "":
		http.NotFound(w, r)
	default:
		// Relative, since the pages may be served below another path.
		w.Header().Set("Location", "../"+day+".html#"+anchorOf(archive))
		w.WriteHeader(http.StatusFound)
	}
}

// hitView is a message that a search found, as the template shows it.
type hitView struct {
	When, Room, Nick, Hue, Text string
	Href                        string
	Note                        string // of a text that is kept though it was retracted
}

// results is the page of a search.
type results struct {
	Page    page
	Query   string
	Trouble string
	Hits    []hitView
	One     bool
	Older   template.URL
}

// search answers a search.
func (h *handler) search(w http.ResponseWriter, r *http.Request) {
	select {
	case h.searches <- struct{}{}:
		defer func() { <-h.searches }()
	default:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too many searches at once; try again", http.StatusServiceUnavailable)
		return
	}
	status := http.StatusOK
	res := results{Page: h.pages.page("Search", "", "_search"), Query: printable(r.URL.Query().Get("q"))}
	res.Page.Canonical, res.Page.Hidden, res.Page.Search = "", true, true // pages of results are not to be indexed
	older, _ := strconv.ParseInt(r.URL.Query().Get("older"), 10, 64)
	if err := h.find(r.Context(), &res, older); err != nil {
		status, res.Trouble = troubleOf(err)
	}
	text, err := h.pages.render("search.html", res)
	if err != nil {
		http.Error(w, "the page cannot be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if r.Method == http.MethodGet {
		_, _ = w.Write(text)
	}
}

// queryError is a query that cannot be read.
type queryError struct{ err error }

// Error returns the text of the cause.
func (e *queryError) Error() string { return e.err.Error() }

// troubleOf returns the status and the words for a search that failed.
func troubleOf(err error) (status int, text string) {
	var query *queryError
	switch {
	case errors.As(err, &query):
		return http.StatusBadRequest, query.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable, "The search took too long. Add a word, a room or days."
	}
	return http.StatusInternalServerError, "The record cannot be searched now."
}

// find fills in what a search finds.
func (h *handler) find(ctx context.Context, res *results, older int64) error {
	q, err := chatlog.ParseQuery(res.Query)
	if err != nil {
		return &queryError{err}
	}
	hits, err := h.store.Search(ctx, q, older, hitsPerPage)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	for _, hit := range hits {
		l := hit.Line
		v := hitView{
			When: l.Time.Format(time.DateTime), Room: hit.Room, Nick: printable(l.Nick), Hue: hueOf(l.Nick), Text: printable(l.Text),
			Href: hit.Room + "/" + l.Time.Format(time.DateOnly) + ".html#" + anchorOf(l.Archive),
		}
		if l.State == chatlog.Retracted || l.State == chatlog.Moderated {
			v.Note = noteOf(l)
		}
		res.Hits = append(res.Hits, v)
	}
	res.One = len(hits) == 1
	if len(hits) == hitsPerPage {
		v := url.Values{"q": {res.Query}, "older": {strconv.FormatInt(hits[len(hits)-1].Line.ID, 10)}}
		res.Older = template.URL("_search?" + v.Encode())
	}
	return nil
}
