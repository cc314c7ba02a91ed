package agenda

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"muster/agenda/internal/fetch"
	"muster/agenda/internal/rest"
)

func TestGroups(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.serveGroups(groupServer{rows: []obj{
		typed("area", 1, "art"), typed("ietf", 2, "iesg"),
		groupRowOf(12, "tls", with(inState("conclude"), obj{"time": "2026-06-15T08:00:00+02:00"})),
		groupRowOf(11, "moq", inState("bof")),
		groupRowOf(13, "old", with(inState("replaced"), obj{"parent": nil, "time": "1969-12-31T16:00:00"})),
		groupRowOf(14, "gone", with(inState("bof-conc"), obj{"time": "2013-07-01T10:00:00"})),
		groupRowOf(15, "nostate", obj{"state": nil, "time": nil}),
		with(typed("rg", 20, "cfrg"), obj{"parent": groupsPath + "2/"}),
	}})
	l := groups(t, client(t, f.URL, nil), "wg", "rg", "wg")
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	want := []GroupRecord{
		{Group{"cfrg", "Group cfrg", "rg", "active", "iesg", false, false}, 20, at},
		{Group{"gone", "Group gone", "wg", "bof-conc", "art", false, false}, 14, time.Date(2013, 7, 1, 17, 0, 0, 0, time.UTC)},
		{Group{"moq", "Group moq", "wg", "bof", "art", true, false}, 11, at},
		{Group{"nostate", "Group nostate", "wg", "", "art", false, false}, 15, time.Time{}},
		{Group{"old", "Group old", "wg", "replaced", "", false, false}, 13, time.Time{}},
		{Group{"tls", "Group tls", "wg", "conclude", "art", false, false}, 12, time.Date(2026, 6, 15, 6, 0, 0, 0, time.UTC)},
	}
	if d := diff(GroupList{Groups: want, Confirmed: july()}, l); d != "" {
		t.Errorf("got (+) for (-):\n%s", d)
	}
	// Each list is requested once: two types, and those that parents have.
	var asked []string
	for _, r := range f.asked(groupsPath) {
		asked = append(asked, r.URL.RawQuery)
	}
	slices.Sort(asked)
	if got, want := fmt.Sprint(asked), "[area ietf irtf rg wg]"; got != strings.NewReplacer(
		"[", "[format=json&limit=1000&type=", " ", " format=json&limit=1000&type=").Replace(want) {
		t.Errorf("requested %s", got)
	}
}

func TestGroupsWithoutTypes(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	if l := groups(t, client(t, f.URL, nil)); len(l.Groups) > 0 || l.Incomplete {
		t.Errorf("got %+v", l)
	}
	for _, bad := range []string{"", "WG", "wg,rg", "wg&state=active", "w\x00", strings.Repeat("w", 33)} {
		_, err := client(t, f.URL, nil).Groups(t.Context(), []string{"wg", bad})
		if err == nil || !containsAll(err.Error(), []string{fmt.Sprintf("%q", bad), "want a slug"}) {
			t.Errorf("%q: got error %v", bad, err)
		}
	}
	if got := f.asked(groupsPath); len(got) > 0 {
		t.Errorf("asked %d times", len(got))
	}
}

func TestGroupsOfNoSuchType(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.serveGroups(groupServer{rows: working(2)})
	l := groups(t, client(t, f.URL, nil), "wgs")
	wantListWarning(t, l, "no group of type wgs")
	if !l.Incomplete {
		t.Error("a list without any group passes for a whole one")
	}
	l = groups(t, client(t, f.URL, nil), "wg", "wgs")
	wantListWarning(t, l, "no group of type wgs")
	if l.Incomplete || len(l.Groups) != 2 {
		t.Errorf("got %+v", l)
	}
}

func TestGroupPages(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ rows, most, pages int }{
		"one page":             {1000, 0, 1},
		"two pages":            {1001, 0, 2},
		"the server gives 100": {1234, 100, 13},
		"the server gives 20":  {400, 20, 20},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			rows := working(tt.rows)
			slices.Reverse(rows)
			f.serveGroups(groupServer{rows: rows, most: tt.most})
			l := groups(t, client(t, f.URL, nil), "wg")
			if len(l.Groups) != tt.rows || len(l.Warnings) > 0 || l.Incomplete {
				t.Errorf("%d groups, warnings %q", len(l.Groups), l.Warnings)
			}
			if got := len(f.asked(groupsPath)); got != tt.pages {
				t.Errorf("requested %d pages, want %d", got, tt.pages)
			}
		})
	}
}

// slowly is a transport without a network that takes a second for each
// request, and knows how many were on their way at the same time.
type slowly struct {
	http.Handler
	now, most atomic.Int32
}

func (s *slowly) RoundTrip(r *http.Request) (*http.Response, error) {
	s.most.Store(max(s.most.Load(), s.now.Add(1)))
	defer s.now.Add(-1)
	time.Sleep(time.Second)
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, r)
	return rec.Result(), nil
}

func TestGroupListsAreReadAFewAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slowly{Handler: groupServer{rows: working(1)}}
		c := clientOver(t, "http://localhost", s, nil)
		started := time.Now()
		groups(t, c, "a", "b", "c", "d", "e", "f", "wg")
		if got, took := s.most.Load(), time.Since(started); got != atOnce || took != 3*time.Second {
			t.Errorf("%d at once, in %s", got, took)
		}
	})
}

func TestGroupsFail(t *testing.T) {
	t.Parallel()
	elsewhere := func(next string) http.HandlerFunc {
		return groupServer{rows: working(2), meta: obj{"next": next}}.ServeHTTP
	}
	tests := map[string]struct {
		handler http.HandlerFunc
		kind    error
		most    int // requests
		want    string
	}{
		"unreachable":     {status(503), fetch.ErrUnreachable, 5, "503"},
		"refused":         {status(400), fetch.ErrUnusable, 1, "400"},
		"HTML":            {says("text/html", "<html>"), fetch.ErrUnusable, 1, "the answer is not JSON"},
		"not a list":      {says("application/json", "[]"), fetch.ErrUnusable, 1, "list of groups"},
		"always 500":      {status(500), fetch.ErrUnreachable, 2*rest.MaxFailures + 2, "limit=1000&type=wg: 500"},
		"always 404":      {status(404), fetch.ErrUnusable, rest.MaxFailures + 1, "limit=1000&type=wg: 404"},
		"next elsewhere":  {elsewhere("https://example.org/api/"), fetch.ErrUnusable, 1, "list of groups: its next page"},
		"next is nothing": {elsewhere("%zz"), fetch.ErrUnusable, 1, "elsewhere"},
		"next is itself":  {elsewhere("?format=json&limit=1000&type=wg"), fetch.ErrUnusable, 1, "do not end"},
		"next without end": {func(w http.ResponseWriter, r *http.Request) {
			elsewhere("?limit=2&n=x"+r.URL.Query().Get("n")+"&type=wg")(w, r)
		}, fetch.ErrUnusable, 600, "do not end"},
		"empty without end": {func(w http.ResponseWriter, r *http.Request) {
			groupServer{meta: obj{"next": "?n=x" + r.URL.Query().Get("n") + "&type=wg"}}.ServeHTTP(w, r)
		}, fetch.ErrUnusable, 1, "do not end"},
		"bad where it points": {after(elsewhere("?limit=x&type=wg"), status(500)), fetch.ErrUnreachable, 3, "500"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.on(groupsPath, tt.handler)
			l, err := client(t, f.URL, nil).Groups(t.Context(), []string{"wg"})
			var failure *Error
			if !errors.Is(err, tt.kind) || !errors.As(err, &failure) || failure.Hint != hint(tt.kind) {
				t.Fatalf("got %v", err)
			}
			if !containsAll(err.Error(), []string{"groups of type wg: ", tt.want, f.URL}) {
				t.Errorf("got %v, want one with %q", err, tt.want)
			}
			if got := len(f.asked(groupsPath)); got > tt.most {
				t.Errorf("asked %d times, want at most %d", got, tt.most)
			}
			if len(l.Groups) > 0 {
				t.Errorf("an error and %d groups", len(l.Groups))
			}
		})
	}
}

func TestGroupsCallersContextEnds(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"limit=1000", "limit=100"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			ctx, cancel := context.WithCancel(t.Context())
			f.on(groupsPath, func(w http.ResponseWriter, r *http.Request) {
				if slices.Contains(strings.Split(r.URL.RawQuery, "&"), when) {
					cancel()
				}
				status(500)(w, r)
			})
			_, err := client(t, f.URL, nil).Groups(ctx, []string{"wg"})
			var failure *Error
			if !errors.Is(err, context.Canceled) || !errors.As(err, &failure) || failure.Hint != "" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestGroupParents(t *testing.T) {
	t.Parallel()
	child := func(id int, acronym string, parent any) obj { return groupRowOf(id, acronym, obj{"parent": parent}) }
	tests := map[string]struct {
		rows    []obj
		types   []string
		parents string
		asked   int
		warning []string // parts, none for no warning
	}{
		"among the groups": {[]obj{child(1, "top", nil), child(2, "sub", groupsPath+"1/")}, []string{"wg"}, "[sub:top top:]", 1, nil},
		"among all types":  {[]obj{typed("area", 1, "art"), child(2, "sub", groupsPath+"1/")}, []string{"area", "wg"}, "[art: sub:art]", 2, nil},
		"one has none":     {[]obj{child(2, "sub", nil)}, []string{"wg"}, "[sub:]", 1, nil},
		"an area, the irtf, the iab": {[]obj{
			typed("area", 1, "art"), typed("irtf", 3, "irtf"), typed("ietf", 7, "iab"),
			child(11, "a", groupsPath+"1/"), child(12, "b", groupsPath+"3/"), child(13, "c", groupsPath+"7/"),
		}, []string{"wg"}, "[a:art b:irtf c:iab]", 4, nil},
		"in no list": {[]obj{
			child(11, "b", groupsPath+"99/"), child(12, "a", groupsPath+"99/"), child(13, "c", groupsPath+"99/"),
		}, []string{"wg"}, "[a: b: c:]", 4, []string{"group 99", `parent of "a" and of 2 more`}},
		"in no list, areas requested": {
			[]obj{typed("area", 1, "art"), child(11, "a", groupsPath+"99/")}, []string{"area", "wg"}, "[a: art:]", 4, []string{"group 99"},
		},
		"no number": {[]obj{child(11, "a", "/api/v1/group/group/art/")}, []string{"wg"}, "[a:]", 1, []string{`"a"`, `group/art/" is the address of no group`}},
		"minus":     {[]obj{child(11, "a", groupsPath+"-1/")}, []string{"wg"}, "[a:]", 1, []string{`"a"`, "is the address of no group"}},
		"itself":    {[]obj{child(11, "a", groupsPath+"11/")}, []string{"wg"}, "[a:a]", 1, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.serveGroups(groupServer{rows: tt.rows})
			l := groups(t, client(t, f.URL, nil), tt.types...)
			var got []string
			for _, g := range l.Groups {
				got = append(got, g.Acronym+":"+g.Parent)
			}
			if fmt.Sprint(got) != tt.parents {
				t.Errorf("parents are %v, want %s", got, tt.parents)
			}
			if n := len(f.asked(groupsPath)); n != tt.asked {
				t.Errorf("asked %d times, want %d", n, tt.asked)
			}
			if tt.warning != nil {
				wantListWarning(t, l, tt.warning...)
			} else if len(l.Warnings) > 0 {
				t.Errorf("warnings %q", l.Warnings)
			}
			if l.Unread.Rows > 0 || l.Incomplete {
				t.Errorf("got %+v", l)
			}
		})
	}
}

// parentsFail answers for one type and not for another.
func parentsFail(slug string, how http.HandlerFunc, rows ...obj) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("type") == slug {
			how(w, r)
			return
		}
		groupServer{rows: rows}.ServeHTTP(w, r)
	}
}

func TestGroupParentsFail(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	rows := []obj{groupRowOf(11, "tls", nil), typed("area", 1, "sec")}
	f.on(groupsPath, parentsFail("area", status(503), rows...))
	// Descriptions name the parent: without it every one of them would change.
	if _, err := client(t, f.URL, nil).Groups(t.Context(), []string{"wg"}); !errors.Is(err, fetch.ErrUnreachable) ||
		!strings.Contains(err.Error(), "groups of type area: ") {
		t.Errorf("got %v", err)
	}
	// A bad row among the parents is no unread group of those requested.
	f.serveGroups(groupServer{rows: append(rows, typed("area", 2, ""))})
	l := groups(t, client(t, f.URL, nil), "wg")
	wantListWarning(t, l, "type area", "no acronym")
	if l.Unread.Rows > 0 || l.Incomplete || l.Groups[0].Parent != "sec" {
		t.Errorf("got %+v", l)
	}
}

func TestGroupListStandsIn(t *testing.T) {
	t.Parallel()
	tests := map[string]http.HandlerFunc{
		"503": status(503), "500": status(500), "404": status(404), "connection lost": hangUp, "HTML": says("text/html", "<html>"),
	}
	for name, how := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.serveGroups(groupServer{rows: []obj{groupRowOf(11, "tls", nil), typed("area", 1, "sec")}})
			dir := t.TempDir()
			c := client(t, f.URL, func(cfg *Config) { cfg.CacheDir = dir })
			fresh := groups(t, c, "wg")
			if fresh.Stale || len(fresh.Warnings) > 0 || fresh.Groups[0].Parent != "sec" {
				t.Fatalf("fresh list is %+v", fresh)
			}
			if again := groups(t, c, "wg"); again.Stale || again.Digest() != fresh.Digest() {
				t.Errorf("conditional request: %+v", again)
			}
			if tag := f.asked(groupsPath)[4].Header.Get("If-None-Match"); tag == "" {
				t.Error("the request was not conditional")
			}
			for _, part := range []string{"wg", "area"} {
				f.on(groupsPath, parentsFail(part, how, groupRowOf(11, "tls", nil), typed("area", 1, "sec")))
				old := groups(t, c, "wg")
				if !old.Stale || old.Digest() != fresh.Digest() || old.Unread.Rows > 0 || old.Incomplete {
					t.Errorf("%s failed: got %+v", part, old)
				}
				if len(old.Warnings) > 0 || len(old.Outages) != 1 || !old.Outages[0].Confirmed.Equal(july()) ||
					len(old.Outages[0].URLs) != 1 || !strings.Contains(old.Outages[0].URLs[0], "type="+part) {
					t.Errorf("%s failed: outages %+v, warnings %q", part, old.Outages, old.Warnings)
				}
			}
		})
	}
}

func TestGroupQueryOfAFolder(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on("/dt"+groupsPath, groupServer{rows: working(1)}.ServeHTTP)
	l := groups(t, client(t, f.URL+"/dt", nil), "wg")
	want := url.Values{"type": {"wg"}, "format": {"json"}, "limit": {"1000"}}.Encode()
	if got := f.asked("/dt" + groupsPath); len(l.Groups) != 1 || len(got) != 1 || got[0].URL.RawQuery != want {
		t.Errorf("got %+v with %v", l, got)
	}
}
