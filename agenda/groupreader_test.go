package agenda

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"muster/agenda/internal/fetch"
	"muster/agenda/internal/rest"
)

func TestBadRows(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rows, most int
		broken     []int // the numbers of groups, from 1001 on
		failed     int
		unread     int
		failures   int // pages that failed
	}{
		"one of few":               {rows: 30, broken: []int{1017}, unread: 1, failures: 4},
		"the first":                {rows: 30, broken: []int{1001}, unread: 1, failures: 4},
		"the last":                 {rows: 30, broken: []int{1030}, unread: 1, failures: 4},
		"the only one":             {rows: 1, broken: []int{1001}, unread: 1, failures: 4},
		"answered with 404":        {rows: 30, broken: []int{1017}, failed: 404, unread: 1, failures: 4},
		"the last of a page":       {rows: 1500, broken: []int{2000}, unread: 1, failures: 4},
		"the first of a page":      {rows: 1500, broken: []int{2001}, unread: 1, failures: 4},
		"on the last page":         {rows: 1500, broken: []int{2345}, unread: 1, failures: 4},
		"on one page of a hundred": {rows: 250, most: 100, broken: []int{1150}, unread: 1, failures: 3},
		"pages of 25":              {rows: 80, most: 25, broken: []int{1031, 1051}, unread: 2, failures: 6},
		"two next to each other":   {rows: 300, broken: []int{1123, 1124}, unread: 2, failures: 5},
		"three far apart":          {rows: 900, broken: []int{1105, 1405, 1805}, unread: 3, failures: 10},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			s := groupServer{rows: working(tt.rows), most: tt.most, broken: map[int]bool{}, failed: tt.failed}
			for _, id := range tt.broken {
				s.broken[id] = true
			}
			failures := map[string]bool{}
			f.on(groupsPath, func(w http.ResponseWriter, r *http.Request) {
				watched := &watched{ResponseWriter: w}
				s.ServeHTTP(watched, r)
				if watched.status >= 400 {
					failures[r.URL.RawQuery] = true
				}
			})
			l := groups(t, client(t, f.URL, nil), "wg")
			if len(l.Groups) != tt.rows-tt.unread || l.Unread.Rows != tt.unread || l.Incomplete != (len(l.Groups) == 0) || l.Stale {
				t.Errorf("%d groups, %d unread, incomplete %t, warnings %q", len(l.Groups), l.Unread.Rows, l.Incomplete, l.Warnings)
			}
			for _, id := range tt.broken {
				row := "row " + strconv.Itoa(id-1001) + " of type wg is left out: the Datatracker fails on it"
				if !slices.ContainsFunc(l.Warnings, func(w string) bool { return strings.Contains(w, row) }) {
					t.Errorf("no warning %q in %q", row, l.Warnings)
				}
			}
			if len(failures) != tt.failures {
				t.Errorf("%d pages failed, want %d: %v", len(failures), tt.failures, failures)
			}
			if got := len(f.asked(groupsPath)); got > 100 {
				t.Errorf("asked %d times", got)
			}
		})
	}
}

// watched remembers the status of an answer.
type watched struct {
	http.ResponseWriter
	status int
}

func (w *watched) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func TestTooManyBadRows(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	s := groupServer{rows: working(1000), broken: map[int]bool{}}
	for id := 1001; id < 2000; id += 100 {
		s.broken[id] = true
	}
	f.serveGroups(s)
	dir := t.TempDir()
	c := client(t, f.URL, func(cfg *Config) { cfg.CacheDir = dir })
	if _, err := c.Groups(t.Context(), []string{"wg"}); !errors.Is(err, fetch.ErrUnreachable) || !strings.Contains(err.Error(), "limit=1000&type=wg: 500") {
		t.Errorf("got %v", err)
	}
	s.broken = nil
	f.serveGroups(s)
	fresh := groups(t, c, "wg")
	s.broken = map[int]bool{}
	for id := 1001; id < 2000; id += 100 {
		s.broken[id] = true
	}
	f.serveGroups(s)
	// What was read in parts before the copy stood in is not counted twice.
	old := groups(t, c, "wg")
	if !old.Stale || old.Unread.Rows > 0 || old.Incomplete || old.Digest() != fresh.Digest() {
		t.Errorf("%d groups, %d unread, stale %t, incomplete %t", len(old.Groups), old.Unread.Rows, old.Stale, old.Incomplete)
	}
	if len(old.Warnings) > 0 || len(old.Outages) != 1 || old.Outages[0].Status != 500 {
		t.Errorf("outages %+v, warnings %q", old.Outages, old.Warnings)
	}
}

func TestFailingServerIsLeftAlone(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.serveGroups(groupServer{rows: working(500), most: 100})
	dir := t.TempDir()
	c := client(t, f.URL, func(cfg *Config) { cfg.CacheDir = dir })
	groups(t, c, "wg")
	before := len(f.asked(groupsPath))
	f.on(groupsPath, status(http.StatusNotFound))
	old := groups(t, c, "wg")
	if !old.Stale || len(old.Groups) != 500 || old.Unread.Rows > 0 {
		t.Errorf("%d groups, %d unread, stale %t", len(old.Groups), old.Unread.Rows, old.Stale)
	}
	// Once for each page, and then only as often as pages may fail.
	if got := len(f.asked(groupsPath)) - before; got > 5+rest.MaxFailures {
		t.Errorf("asked %d times", got)
	}
}

func TestBadRowIsFreshNotStale(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	s := groupServer{rows: working(30)}
	f.serveGroups(s)
	dir := t.TempDir()
	c := client(t, f.URL, func(cfg *Config) { cfg.CacheDir = dir })
	groups(t, c, "wg")
	s.broken = map[int]bool{1003: true}
	f.serveGroups(s)
	for range 2 {
		if l := groups(t, c, "wg"); l.Stale || l.Unread.Rows != 1 || len(l.Groups) != 29 || len(l.Warnings) != 1 {
			t.Errorf("%d groups, %d unread, stale %t, warnings %q", len(l.Groups), l.Unread.Rows, l.Stale, l.Warnings)
		}
	}
	// What is wrong with the copy of the page that failed is still said.
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	damaged := 0
	for _, w := range groups(t, c, "wg").Warnings {
		if strings.Contains(w, "is damaged") {
			damaged++
		}
	}
	if damaged != len(files) {
		t.Errorf("%d of %d damaged copies were named", damaged, len(files))
	}
}

func TestIncomplete(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		server groupServer
		want   []string
	}{
		"fewer than counted": {groupServer{rows: working(3), meta: obj{"total_count": 4}}, []string{"type wg", "3 rows", "counts 4"}},
		"more than counted":  {groupServer{rows: working(3), meta: obj{"total_count": 2}}, []string{"3 rows", "counts 2"}},
		"not counted":        {groupServer{rows: working(3), meta: obj{"total_count": nil}}, []string{"does not count those of type wg"}},
		"cut off":            {groupServer{rows: working(30), most: 20, meta: obj{"next": nil}}, []string{"20 rows", "counts 30"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.serveGroups(tt.server)
			l := groups(t, client(t, f.URL, nil), "wg")
			if !l.Incomplete || len(l.Groups) == 0 || l.Unread.Rows > 0 {
				t.Errorf("got %+v", l)
			}
			wantListWarning(t, l, tt.want...)
		})
	}
}

func TestListChangesWhileItIsRead(t *testing.T) {
	t.Parallel()
	before, after := working(30), working(30)[1:]
	f := newFake(t)
	f.on(groupsPath, func(w http.ResponseWriter, r *http.Request) {
		// Between the pages the first group goes, and the 21st moves up to
		// the page that was read already.
		rows := before
		if r.URL.Query().Get("offset") != "" {
			rows = after
		}
		groupServer{rows: rows, most: 20}.ServeHTTP(w, r)
	})
	l := groups(t, client(t, f.URL, nil), "wg")
	if !l.Incomplete || slices.Contains(names(l), "wg0020") {
		t.Errorf("incomplete %t, groups %v", l.Incomplete, names(l))
	}
	wantListWarning(t, l, "29 rows", "counts 30", "changed meanwhile")
}

func TestPageServedTwice(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on(groupsPath, func(w http.ResponseWriter, r *http.Request) {
		s := groupServer{rows: working(30), most: 20}
		if r.URL.Query().Get("offset") == "" {
			s.meta = obj{"next": groupsPath + "?type=wg&limit=20&offset=5"}
		}
		s.ServeHTTP(w, r)
	})
	l := groups(t, client(t, f.URL, nil), "wg")
	if len(l.Groups) != 30 || l.Unread.Rows > 0 || l.Incomplete || len(l.Warnings) > 0 {
		t.Errorf("%d groups, incomplete %t, warnings %q", len(l.Groups), l.Incomplete, l.Warnings)
	}
}
