package chatlog_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"muster/chatlog"
	"muster/xmppadmin"
)

// epoch is when the invented conversations begin.
var epoch = time.Date(2026, 11, 25, 14, 0, 0, 0, time.UTC)

// said is a message of alice's, n seconds after epoch.
func said(n int, text string) xmppadmin.ArchivedMessage {
	return xmppadmin.ArchivedMessage{
		Archive: fmt.Sprintf("a%04d", n), Time: epoch.Add(time.Duration(n) * time.Second),
		Nick: "alice", Occupant: "oa", ID: fmt.Sprintf("m%04d", n), Body: text,
	}
}

// by is a message from someone else.
func by(nick, occupant string, m xmppadmin.ArchivedMessage) xmppadmin.ArchivedMessage {
	m.Nick, m.Occupant = nick, occupant
	return m
}

// fakeArchive is the archive of each room of a service that behaves as its
// fields say.
type fakeArchive struct {
	counts  bool // pages have a count
	forgets bool // an id to begin behind that is not there is an error

	mu       sync.Mutex
	rooms    map[string][]xmppadmin.ArchivedMessage
	off      bool // archiving is switched off
	cap      int  // of a page; 0 for what was asked for
	requests int
	failAt   int // the request that fails; 0 for none
}

var errCut = errors.New("the connection was cut")

func (f *fakeArchive) HasArchive(context.Context, string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests++
	return !f.off, nil
}

func (f *fakeArchive) ArchivePage(_ context.Context, room string, q xmppadmin.ArchiveQuery) (xmppadmin.ArchivePage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.requests++; f.requests == f.failAt {
		return xmppadmin.ArchivePage{}, errCut
	}
	all := f.rooms[room]
	if f.forgets && !q.Since.IsZero() { // Prosody takes the time, and ejabberd is not sent it
		all = slices.DeleteFunc(slices.Clone(all), func(m xmppadmin.ArchivedMessage) bool {
			return m.Time.Before(q.Since.Truncate(time.Second)) && m.Archive != q.After
		})
	}
	page := xmppadmin.ArchivePage{Count: -1}
	if f.counts {
		page.Count = len(all)
	}
	from := 0
	if q.After != "" {
		i := slices.IndexFunc(all, func(m xmppadmin.ArchivedMessage) bool { return m.Archive == q.After })
		if i < 0 && f.forgets {
			return page, xmppadmin.ErrForgotten
		}
		from = i + 1
		if i < 0 {
			from, _ = slices.BinarySearchFunc(all, q.After, func(m xmppadmin.ArchivedMessage, id string) int {
				if m.Archive <= id {
					return -1
				}
				return 1
			})
		}
	}
	limit := q.Max
	if f.cap > 0 {
		limit = min(limit, f.cap)
	}
	to := min(from+limit, len(all))
	if q.Last {
		from, to = max(0, len(all)-limit), len(all)
	}
	page.Messages = slices.Clone(all[from:to])
	page.Complete = to == len(all)
	if len(page.Messages) > 0 {
		page.First, page.Last = page.Messages[0].Archive, page.Messages[len(page.Messages)-1].Archive
	}
	return page, nil
}

// set replaces the archive of the room quic.
func (f *fakeArchive) set(messages ...xmppadmin.ArchivedMessage) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rooms = map[string][]xmppadmin.ArchivedMessage{"quic": messages}
}

// store opens a new record.
func store(t *testing.T, o chatlog.Options) *chatlog.Store {
	t.Helper()
	return storeAt(t, filepath.Join(t.TempDir(), "logs.db"), o)
}

func storeAt(t *testing.T, path string, o chatlog.Options) *chatlog.Store {
	t.Helper()
	o.Service = "rooms.example.org"
	s, err := chatlog.Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

var quic = []chatlog.Room{{Name: "quic", Title: "quic: QUIC", Life: chatlog.Live}}

// export reads the room quic and returns its outcome.
func export(t *testing.T, s *chatlog.Store, src chatlog.Source, o chatlog.ExportOptions) chatlog.Outcome {
	t.Helper()
	outcomes, err := s.Export(t.Context(), src, quic, o)
	if err != nil {
		t.Fatal(err)
	}
	return outcomes[0]
}

// texts returns what readers see of the room quic: the text, or the state in
// brackets.
func texts(t *testing.T, s *chatlog.Store) []string {
	t.Helper()
	lines, err := s.Lines(t.Context(), "quic", epoch.AddDate(-1, 0, 0), epoch.AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range lines {
		text := l.Text
		if text == "" {
			text = "[" + string(l.State) + "]"
		}
		out = append(out, text)
	}
	return out
}

// found returns the texts that a search finds, the newest first.
func found(t *testing.T, s *chatlog.Store, query string) []string {
	t.Helper()
	q, err := chatlog.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	hits, err := s.Search(t.Context(), q, 0, 50)
	if err != nil {
		t.Fatalf("search %q: %v", query, err)
	}
	var out []string
	for _, h := range hits {
		out = append(out, h.Line.Text)
	}
	return out
}
