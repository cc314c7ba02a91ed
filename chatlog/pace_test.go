package chatlog_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"muster/chatlog"
	"muster/xmppadmin"
)

// paced is a source whose pages take time, and that notes how many it is asked
// for at once.
type paced struct {
	takes func(request int) time.Duration
	pages int // of each room

	mu            sync.Mutex
	requests, now int
	most          int           // at once
	crowded       []int         // the requests that were not alone
	busy          time.Duration // with one page or more
	since         time.Time
}

func (p *paced) HasArchive(context.Context, string) (bool, error) { return true, nil }

func (p *paced) ArchivePage(_ context.Context, _ string, q xmppadmin.ArchiveQuery) (xmppadmin.ArchivePage, error) {
	p.mu.Lock()
	p.requests++
	request := p.requests
	if p.now++; p.now == 1 {
		p.since = time.Now()
	} else {
		p.crowded = append(p.crowded, request)
	}
	p.most = max(p.most, p.now)
	p.mu.Unlock()
	time.Sleep(p.takes(request))
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now--; p.now == 0 {
		p.busy += time.Since(p.since)
	}
	n := 0
	if q.After != "" {
		_, _ = fmt.Sscanf(q.After, "a%d", &n)
		n++
	}
	m := said(n, "text")
	return xmppadmin.ArchivePage{Messages: []xmppadmin.ArchivedMessage{m}, First: m.Archive, Last: m.Archive, Complete: n == p.pages-1, Count: -1}, nil
}

// single is a source of a server that is not to be asked much at once.
type single struct {
	*paced
	most int
}

func (s single) ArchivesAtOnce() int { return s.most }

// rooms returns n rooms.
func rooms(n int) []chatlog.Room {
	all := make([]chatlog.Room, n)
	for i := range all {
		all[i] = chatlog.Room{Name: fmt.Sprintf("room%d", i)}
	}
	return all
}

func TestRoomsAtOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		src  func(*paced) chatlog.Source
		want int
	}{
		{"any server", func(p *paced) chatlog.Source { return p }, 16},
		{"a server of one thread", func(p *paced) chatlog.Source { return single{p, 8} }, 8},
	} {
		synctestRun(t, c.name, func(t *testing.T) {
			p := &paced{pages: 2, takes: func(int) time.Duration { return 10 * time.Millisecond }}
			if _, err := store(t, chatlog.Options{}).Export(t.Context(), c.src(p), rooms(40), chatlog.ExportOptions{}); err != nil {
				t.Fatal(err)
			}
			if p.most != c.want || p.requests != 80 {
				t.Errorf("%d pages, %d at once, want 80 and %d", p.requests, p.most, c.want)
			}
		})
	}
}

// synctestRun runs a subtest in which time passes when all is waiting.
func synctestRun(t *testing.T, name string, test func(t *testing.T)) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, test)
	})
}

// A server that takes long for a page is asked for one page at a time, and has
// as much time for others. One that has recovered is asked for many again.
func TestSlowServer(t *testing.T) {
	t.Parallel()
	synctestRun(t, "", func(t *testing.T) {
		const slow = 60
		p := &paced{pages: 10, takes: func(request int) time.Duration {
			if request <= slow {
				return time.Second
			}
			return 10 * time.Millisecond
		}}
		began := time.Now()
		if _, err := store(t, chatlog.Options{}).Export(t.Context(), p, rooms(20), chatlog.ExportOptions{}); err != nil {
			t.Fatal(err)
		}
		crowded := 0
		for _, request := range p.crowded {
			if request > 16 && request <= slow {
				crowded++
			}
		}
		if took := time.Since(began); crowded > 0 || took < 2*(slow-16)*time.Second {
			t.Errorf("while it was slow %d pages were not alone, and it took %s", crowded, took)
		}
		if len(p.crowded) < 16+100 {
			t.Errorf("of 200 pages %d were not alone; after it has recovered they should be", len(p.crowded))
		}
	})
}

// reads is a source that calls before ahead of each page.
type reads struct {
	chatlog.Source
	before func()
}

func (r reads) ArchivePage(ctx context.Context, room string, q xmppadmin.ArchiveQuery) (xmppadmin.ArchivePage, error) {
	r.before()
	return r.Source.ArchivePage(ctx, room, q)
}

// While a page cannot be written yet, the next ones are read.
func TestPagesAreReadAhead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "logs.db")
	s := storeAt(t, path, chatlog.Options{})
	f := &fakeArchive{forgets: true, cap: 50}
	f.set(many(1000)...)
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(60000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	other, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	requests := 0
	do := func(text string) {
		if _, err := other.ExecContext(t.Context(), text); err != nil {
			t.Error(err)
		}
	}
	out := export(t, s, reads{f, func() {
		switch requests++; requests {
		case 2:
			do("BEGIN IMMEDIATE")
		case 6:
			do("COMMIT")
		}
	}}, chatlog.ExportOptions{})
	if out.New != 1000 || out.Err != nil {
		t.Errorf("the outcome is %+v", out)
	}
}

// asked is a source that keeps what it is asked for.
type asked struct {
	*fakeArchive
	queries []xmppadmin.ArchiveQuery
}

func (a *asked) ArchivePage(ctx context.Context, room string, q xmppadmin.ArchiveQuery) (xmppadmin.ArchivePage, error) {
	a.queries = append(a.queries, q)
	return a.fakeArchive.ArchivePage(ctx, room, q)
}

// Beside the id behind which a page begins, a time a minute before that message
// is requested, also in a comparison of everything.
func TestPagesBeginByTimeToo(t *testing.T) {
	t.Parallel()
	for _, full := range []bool{false, true} {
		f := &fakeArchive{forgets: true, cap: 50}
		f.set(many(120)...)
		a := &asked{fakeArchive: f}
		export(t, store(t, chatlog.Options{}), a, chatlog.ExportOptions{Full: full})
		if len(a.queries) != 3 || a.queries[0].After != "" || !a.queries[0].Since.IsZero() {
			t.Fatalf("the requests are %+v", a.queries)
		}
		for i, q := range a.queries[1:] {
			last := said(50*(i+1)-1, "")
			if q.After != last.Archive || !q.Since.Equal(last.Time.Add(-time.Minute)) {
				t.Errorf("page %d is requested by %+v, want what is behind %s since %s", i+2, q, last.Archive, last.Time.Add(-time.Minute))
			}
		}
	}
}

// A comparison finds what the record lacks, what it has too much, and what
// differs, and changes nothing.
func TestVerifyDeep(t *testing.T) {
	t.Parallel()
	onEachKind(t, func(t *testing.T, f *fakeArchive) {
		s := store(t, chatlog.Options{})
		f.set(many(120)...)
		export(t, s, f, chatlog.ExportOptions{})
		deep := func() chatlog.Outcome {
			t.Helper()
			out, err := s.Verify(t.Context(), f, quic, chatlog.VerifyOptions{Deep: true})
			if err != nil {
				t.Fatal(err)
			}
			return out[0]
		}
		if out := deep(); out.Verdict != chatlog.Whole {
			t.Errorf("after an export: %+v", out)
		}
		now := many(120)
		now[7].Body = "another text"
		now[9].Body, now[9].Tombstone = "", true
		now = append(append(now[:20:20], now[21:]...), said(400, "new"))
		f.set(now...)
		for range 2 {
			out := deep()
			if out.Verdict != chatlog.Unread || out.New != 1 || out.Removed != 2 || out.Differing != 1 {
				t.Errorf("after changes: %+v, want unread with 1 new, 2 removed, 1 differing", out)
			}
		}
		out := export(t, s, f, chatlog.ExportOptions{Full: true})
		if out.New != 1 || out.Removed != 2 || out.Differing != 1 || out.Verdict != chatlog.Whole {
			t.Errorf("the repair: %+v", out)
		}
		if out := deep(); out.Verdict != chatlog.Whole || found(t, s, "another")[0] != "another text" {
			t.Errorf("after the repair: %+v", out)
		}
	})
}
