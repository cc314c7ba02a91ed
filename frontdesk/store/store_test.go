package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/frontdesk/store"
)

// noon is the time at which most tests happen.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

const (
	alice = "alice@example.org"
	amy   = "amy@example.org" // of the secretariat
)

func openStore(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(filepath.Join(t.TempDir(), "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func sample(room string) store.Request {
	return store.Request{Room: room, Acronym: "quic", Title: "QUIC design team", Purpose: "Designing", Until: "2026-12-24", JID: alice, Person: 7}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func add(t testing.TB, s *store.Store, room string, approve bool) store.Request {
	t.Helper()
	return must[store.Request](t)(s.Add(context.Background(), sample(room), approve, noon))
}

// chats returns the keys of the messages that are due.
func chats(t testing.TB, s *store.Store) []string {
	t.Helper()
	var keys []string
	for _, m := range must[[]store.Message](t)(s.Due(context.Background(), store.Chat, noon.AddDate(1, 0, 0))) {
		keys = append(keys, m.Key)
	}
	return keys
}

func what(t testing.TB, s *store.Store, id int64) string {
	t.Helper()
	var words []string
	for _, e := range must[[]store.Entry](t)(s.History(context.Background(), id)) {
		words = append(words, e.What)
	}
	return strings.Join(words, " ")
}

func TestOpen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state", "desk.db")
	s := must[*store.Store](t)(store.Open(path))
	s.Close()
	if info := must[os.FileInfo](t)(os.Stat(path)); info.Mode().Perm() != 0o600 {
		t.Errorf("the database has mode %v", info.Mode())
	}
	db := must[*sql.DB](t)(sql.Open("sqlite", path))
	var mode string
	if err := db.QueryRow("PRAGMA journal_mode").Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("journal mode is %q, %v", mode, err)
	}
	must[sql.Result](t)(db.Exec("PRAGMA user_version = 2"))
	db.Close()
	if _, err := store.Open(path); !errors.Is(err, store.ErrNewer) {
		t.Errorf("a newer database gives %v", err)
	}
}

// TestTwoStores has two processes' stores open the same new database.
func TestTwoStores(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	a := must[*store.Store](t)(store.Open(path))
	b := must[*store.Store](t)(store.Open(path))
	defer a.Close()
	defer b.Close()
	r := add(t, a, "quic-dt", false)
	if _, err := b.Approve(t.Context(), r.ID, store.Amendment{}, "shell:amy", noon); err != nil {
		t.Fatal(err)
	}
	if got := must[store.Request](t)(a.Request(t.Context(), r.ID)); got.State != store.Approved {
		t.Errorf("the request is %s", got.State)
	}
}

// TestTwoAtOnce has a desk and the shell decide on the same requests and note the
// same runs at the same time: each decision is made once, and nothing fails because
// the other one writes.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	const all = 12
	var ids []int64
	actors := map[string]*store.Store{amy: must[*store.Store](t)(store.Open(path)), "shell:root": must[*store.Store](t)(store.Open(path))}
	for _, s := range actors {
		defer s.Close()
	}
	live := store.Run{Live: map[string]string{}}
	for i := range all {
		room := fmt.Sprintf("quic-%d", i)
		ids = append(ids, add(t, actors[amy], room, false).ID)
		live.Live[room] = ""
	}
	var mu sync.Mutex
	approved := map[int64]int{}
	var g sync.WaitGroup
	for by, s := range actors {
		g.Go(func() {
			for _, id := range ids {
				switch _, err := s.Approve(context.Background(), id, store.Amendment{}, by, noon); {
				case err == nil:
					mu.Lock()
					approved[id]++
					mu.Unlock()
				case !errors.Is(err, store.ErrState):
					t.Errorf("%s: %v", by, err)
				}
				if err := s.Settle(context.Background(), live, noon); err != nil {
					t.Errorf("%s: %v", by, err)
				}
			}
		})
	}
	g.Wait()
	for _, id := range ids {
		r := must[store.Request](t)(actors[amy].Request(t.Context(), id))
		if got := what(t, actors[amy], id); approved[id] != 1 || r.State != store.Live || got != "request approve make" {
			t.Errorf("request %d was approved %d times, is %s after %q", id, approved[id], r.State, got)
		}
	}
	if got := chats(t, actors[amy]); len(got) != 3*all { // received, approved, live
		t.Errorf("%d messages: %q", len(got), got)
	}
}

// TestFailedWhileLive: that a run could not change a room that is live is noted until
// one can, and the requester gets no message that the room could not be made.
func TestFailedWhileLive(t *testing.T) {
	t.Parallel()
	s, ctx := openStore(t), t.Context()
	r := add(t, s, "quic-dt", true)
	live := store.Run{Live: map[string]string{"quic-dt": ""}}
	for _, c := range []struct {
		run   store.Run
		error string
	}{{live, ""}, {store.Run{Failed: map[string]string{"quic-dt": "timed out"}}, "timed out"}, {live, ""}} {
		if err := s.Settle(ctx, c.run, noon); err != nil {
			t.Fatal(err)
		}
		if got := must[store.Request](t)(s.Request(ctx, r.ID)); got.State != store.Live || got.Error != c.error {
			t.Errorf("the request is %s with the error %q, not %q", got.State, got.Error, c.error)
		}
	}
	if got := chats(t, s); len(got) != 1 || !strings.Contains(got[0], ":live:") {
		t.Errorf("messages %q", got)
	}
}

// TestReadWhileAnotherWrites has a database opened and read in the middle of a
// transaction of another process.
func TestReadWhileAnotherWrites(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	s := must[*store.Store](t)(store.Open(path))
	defer s.Close()
	add(t, s, "quic-dt", true)
	other := must[*sql.DB](t)(sql.Open("sqlite", path))
	defer other.Close()
	writing := must[*sql.Conn](t)(other.Conn(t.Context()))
	defer writing.Close()
	must[sql.Result](t)(writing.ExecContext(t.Context(), "BEGIN IMMEDIATE"))
	reader := must[*store.Store](t)(store.Open(path))
	defer reader.Close()
	if wanted := must2(reader.Approved(t.Context())); len(wanted) != 1 {
		t.Errorf("%d requests are read", len(wanted))
	}
	must[sql.Result](t)(writing.ExecContext(t.Context(), "ROLLBACK"))
}

// TestExtendedAtTheLastMoment: a run archives a room whose request was extended
// after the run had read it. The request stays live: the next run reopens the room.
func TestExtendedAtTheLastMoment(t *testing.T) {
	t.Parallel()
	s, ctx := openStore(t), t.Context()
	r := add(t, s, "quic-dt", true)
	if err := s.Settle(ctx, store.Run{Live: map[string]string{"quic-dt": ""}}, noon); err != nil {
		t.Fatal(err)
	}
	end := r.End()
	must[store.Request](t)(s.Extend(ctx, r.ID, "2027-02-01", true, "", alice, end))
	if err := s.Settle(ctx, store.Run{Archived: []string{"quic-dt"}}, end); err != nil {
		t.Fatal(err)
	}
	if got := must[store.Request](t)(s.Request(ctx, r.ID)); got.State != store.Live || got.Until != "2027-02-01" {
		t.Errorf("the request is %s until %s", got.State, got.Until)
	}
	if wanted := must2(s.Approved(ctx)); len(wanted) != 1 || wanted[0].Ended || !wanted[0].Until.After(end) {
		t.Errorf("wanted: %+v", wanted)
	}
}

// TestSameOrigin has a form that is sent twice, and again after a restart.
func TestSameOrigin(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	r := sample("quic-dt")
	r.Origin = "session-1"
	first := must[store.Request](t)(s.Add(t.Context(), r, false, noon))
	r.Room = "quic-other"
	second := must[store.Request](t)(s.Add(t.Context(), r, true, noon.Add(time.Minute)))
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the second is another one:\n%s", diff)
	}
	if all := must[[]store.Request](t)(s.Requests(t.Context(), store.Filter{})); len(all) != 1 {
		t.Errorf("there are %d requests", len(all))
	}
	if got := chats(t, s); len(got) != 1 {
		t.Errorf("messages %q", got)
	}
}

func TestTakenNames(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	first := add(t, s, "quic-dt", false)
	if _, err := s.Add(t.Context(), sample("quic-dt"), false, noon); !errors.Is(err, store.ErrTaken) {
		t.Errorf("a name that is in use gives %v", err)
	}
	other := add(t, s, "quic-other", false)
	if _, err := s.Approve(t.Context(), other.ID, store.Amendment{Room: "quic-dt"}, amy, noon); !errors.Is(err, store.ErrTaken) {
		t.Errorf("an approval under a name that is in use gives %v", err)
	}
	if got := what(t, s, other.ID); got != "request" {
		t.Errorf("events of an approval that failed: %s", got)
	}
	must[store.Request](t)(s.Withdraw(t.Context(), first.ID, alice, noon))
	add(t, s, "quic-dt", false)
}

// TestLife walks the life of a request that goes well, each step twice.
func TestLife(t *testing.T) {
	t.Parallel()
	s, ctx := openStore(t), t.Context()
	r := add(t, s, "quic-dt", false)
	got := must[store.Request](t)(s.Approve(ctx, r.ID, store.Amendment{Title: "Team", Until: "2026-12-23"}, amy, noon))
	if got.State != store.Approved || got.Title != "Team" || got.Until != "2026-12-23" || got.DecidedBy != amy || !got.DecidedAt.Equal(noon) {
		t.Errorf("approved as %+v", got)
	}
	if wanted := must2(s.Approved(ctx)); len(wanted) != 1 {
		t.Errorf("%d rooms are wanted", len(wanted))
	}
	runs := []struct {
		name  string
		run   store.Run
		at    time.Time
		state store.State
		error string
	}{
		{"failed", store.Run{Failed: map[string]string{"quic-dt": "timed out"}}, noon, store.Approved, "timed out"},
		{"made", store.Run{Live: map[string]string{"quic-dt": "https://logs.example.org/quic-dt/"}, Service: "rooms.example.org"}, noon, store.Live, ""},
		{"archived by hand", store.Run{Archived: []string{"quic-dt"}}, noon, store.Live, ""},
		{"on its last day", store.Run{Archived: []string{"quic-dt"}}, time.Date(2026, 12, 23, 23, 59, 59, 0, time.UTC), store.Live, ""},
		{"past its end, not archived", store.Run{Live: map[string]string{"quic-dt": ""}}, time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC), store.Live, ""},
		{"past its end", store.Run{Archived: []string{"quic-dt"}}, time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC), store.Ended, ""},
	}
	for _, run := range runs {
		for range 2 {
			if err := s.Settle(ctx, run.run, run.at); err != nil {
				t.Fatal(err)
			}
			if got := must[store.Request](t)(s.Request(ctx, r.ID)); got.State != run.state || got.Error != run.error {
				t.Errorf("%s: the request is %s, with error %q", run.name, got.State, got.Error)
			}
		}
	}
	if got := what(t, s, r.ID); got != "request approve fail make end" {
		t.Errorf("events: %s", got)
	}
	var want []string
	for _, kind := range []string{"received", "approved", "failed", "live", "ended"} {
		want = append(want, "request:1:"+kind+":"+alice)
	}
	if diff := cmp.Diff(want, chats(t, s)); diff != "" {
		t.Errorf("messages -want +got:\n%s", diff)
	}
	for _, m := range must[[]store.Message](t)(s.Due(ctx, store.Chat, noon.AddDate(1, 0, 0))) {
		said := strings.Contains(m.Body, "xmpp:quic-dt@rooms.example.org?join") && strings.Contains(m.Body, "https://logs.example.org/quic-dt/")
		if strings.Contains(m.Key, ":live:") && !said {
			t.Errorf("the message of the room is %q", m.Body)
		}
	}
	if left := must2(s.Approved(ctx)); len(left) != 0 {
		t.Errorf("rooms are wanted still: %+v", left)
	}
}

// rawDB opens a database beside a store.
func rawDB(t testing.TB, path string) *sql.DB {
	t.Helper()
	db := must[*sql.DB](t)(sql.Open("sqlite", path))
	t.Cleanup(func() { db.Close() })
	return db
}

// must2 returns a value whose error shows as the zero value.
func must2[T any](v T, _ error) T { return v }

func TestApprovedEnd(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	add(t, s, "quic-dt", true)
	add(t, s, "quic-waits", false)
	all, err := s.Approved(t.Context())
	if err != nil || len(all) != 1 || all[0].Room != "quic-dt" || all[0].Acronym != "quic" || all[0].Title == "" || all[0].Purpose == "" {
		t.Fatalf("wanted: %+v, %v", all, err)
	}
	if want := time.Date(2026, 12, 25, 0, 0, 0, 0, time.UTC); !all[0].Until.Equal(want) {
		t.Errorf("wanted until %v, not %v", all[0].Until, want)
	}
}

// TestApprovedNeverSeen: the room of a request that was withdrawn before any run
// reported it may be there all the same, and is to be archived.
func TestApprovedNeverSeen(t *testing.T) {
	t.Parallel()
	s, ctx := openStore(t), t.Context()
	for _, room := range []string{"quic-waits", "quic-made", "quic-dt"} {
		r := add(t, s, room, room != "quic-waits")
		if room == "quic-made" {
			if err := s.Settle(ctx, store.Run{Live: map[string]string{room: ""}}, noon); err != nil {
				t.Fatal(err)
			}
		}
		must[store.Request](t)(s.Withdraw(ctx, r.ID, alice, noon))
	}
	if err := s.Settle(ctx, store.Run{Archived: []string{"quic-made"}}, noon); err != nil {
		t.Fatal(err)
	}
	all, err := s.Approved(ctx)
	if err != nil || len(all) != 1 || all[0].Room != "quic-dt" || !all[0].Ended {
		t.Errorf("of those withdrawn the derivation has %+v, %v", all, err)
	}
}

func TestWithdrawLive(t *testing.T) {
	t.Parallel()
	s, ctx := openStore(t), t.Context()
	r := add(t, s, "quic-dt", true)
	live := store.Run{Live: map[string]string{"quic-dt": ""}}
	if err := s.Settle(ctx, live, noon); err != nil {
		t.Fatal(err)
	}
	got := must[store.Request](t)(s.Withdraw(ctx, r.ID, alice, noon))
	if got.State != store.Live || got.End().After(noon) {
		t.Errorf("withdrawn: %s until %s", got.State, got.Until)
	}
	if wanted := must2(s.Approved(ctx)); len(wanted) != 1 || wanted[0].Until.After(noon) {
		t.Errorf("wanted: %+v", wanted)
	}
	if err := s.Settle(ctx, store.Run{Archived: []string{"quic-dt"}}, noon); err != nil {
		t.Fatal(err)
	}
	if got := must[store.Request](t)(s.Request(ctx, r.ID)); got.State != store.Ended {
		t.Errorf("archived: %s", got.State)
	}
}

// TestExtension has a room stay while its extension waits, and after it is denied.
func TestExtension(t *testing.T) {
	t.Parallel()
	s, ctx := openStore(t), t.Context()
	r := add(t, s, "quic-dt", true)
	if err := s.Settle(ctx, store.Run{Live: map[string]string{"quic-dt": ""}}, noon); err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		name  string
		do    func() (store.Request, error)
		until string
		waits bool
	}{
		{"at once", func() (store.Request, error) { return s.Extend(ctx, r.ID, "2027-01-24", true, "", alice, noon) }, "2027-01-24", false},
		{"waits", func() (store.Request, error) {
			return s.Extend(ctx, r.ID, "2028-01-24", false, "too long", alice, noon)
		}, "2027-01-24", true},
		{"denied", func() (store.Request, error) { return s.Deny(ctx, r.ID, "too long", amy, noon) }, "2027-01-24", false},
		{"waits again", func() (store.Request, error) {
			return s.Extend(ctx, r.ID, "2027-06-24", false, "too long", alice, noon)
		}, "2027-01-24", true},
		{"approved", func() (store.Request, error) { return s.Approve(ctx, r.ID, store.Amendment{}, amy, noon) }, "2027-06-24", false},
	}
	for _, step := range steps {
		got := must[store.Request](t)(step.do())
		if got.State != store.Live || got.Until != step.until || got.Waits() != step.waits {
			t.Errorf("%s: %s until %s, waits: %t", step.name, got.State, got.Until, got.Waits())
		}
		waiting := must[[]store.Request](t)(s.Requests(ctx, store.Filter{Waiting: true}))
		if (len(waiting) == 1) != step.waits || len(must2(s.Approved(ctx))) != 1 {
			t.Errorf("%s: %d requests wait, %d rooms are wanted", step.name, len(waiting), len(must2(s.Approved(ctx))))
		}
	}
}

func TestElapse(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	tests := []struct {
		name          string
		approve, live bool
		at            time.Time
		state         store.State
		events        string
	}{
		{"waits", false, false, noon.Add(30*day - time.Second), store.Pending, "request"},
		{"lapses", false, false, noon.Add(30 * day), store.Lapsed, "request lapse"},
		{"never made, last day", true, false, time.Date(2026, 12, 24, 23, 0, 0, 0, time.UTC), store.Approved, "request approve"},
		{"never made", true, false, time.Date(2026, 12, 25, 0, 0, 0, 0, time.UTC), store.Ended, "request approve end"},
		{"eight days before", true, true, time.Date(2026, 12, 17, 23, 0, 0, 0, time.UTC), store.Live, "request approve make"},
		{"seven days before", true, true, time.Date(2026, 12, 18, 0, 0, 0, 0, time.UTC), store.Live, "request approve make warn"},
		{"past its end", true, true, time.Date(2026, 12, 25, 0, 0, 0, 0, time.UTC), store.Live, "request approve make"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, ctx := openStore(t), t.Context()
			r := add(t, s, "quic-dt", test.approve)
			if test.live {
				if err := s.Settle(ctx, store.Run{Live: map[string]string{"quic-dt": ""}}, noon); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				if err := s.Elapse(ctx, 7*day, 30*day, test.at); err != nil {
					t.Fatal(err)
				}
			}
			got := must[store.Request](t)(s.Request(ctx, r.ID))
			if got.State != test.state || what(t, s, r.ID) != test.events {
				t.Errorf("the request is %s, events %s", got.State, what(t, s, r.ID))
			}
		})
	}
}

// TestWarnedAgain has an extension warned of before its own end.
func TestWarnedAgain(t *testing.T) {
	t.Parallel()
	s, ctx := openStore(t), t.Context()
	r := add(t, s, "quic-dt", true)
	const week = 7 * 24 * time.Hour
	if err := s.Settle(ctx, store.Run{Live: map[string]string{"quic-dt": ""}}, noon); err != nil {
		t.Fatal(err)
	}
	for _, day := range []string{"2026-12-24", "2027-01-24"} {
		must[store.Request](t)(s.Extend(ctx, r.ID, day, true, "", alice, noon))
		end := must[time.Time](t)(time.Parse(time.DateOnly, day))
		if err := s.Elapse(ctx, week, week, end.Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if got := what(t, s, r.ID); got != "request approve make extend warn extend warn" {
		t.Errorf("events: %s", got)
	}
}

func TestSuperseded(t *testing.T) {
	t.Parallel()
	s, ctx := openStore(t), t.Context()
	for i, approve := range []bool{false, true, true} {
		add(t, s, fmt.Sprintf("quic-%d", i), approve)
	}
	run := store.Run{Live: map[string]string{"quic-2": ""}}
	if err := s.Settle(ctx, run, noon); err != nil {
		t.Fatal(err)
	}
	run.Superseded = []string{"quic-0", "quic-1", "quic-2", "other"}
	for range 2 {
		if err := s.Settle(ctx, run, noon); err != nil {
			t.Fatal(err)
		}
	}
	all := must[[]store.Request](t)(s.Requests(ctx, store.Filter{States: []store.State{store.Superseded}}))
	if len(all) != 3 {
		t.Errorf("superseded: %+v", all)
	}
	n := 0
	for _, key := range chats(t, s) {
		if strings.Contains(key, "superseded") {
			n++
		}
	}
	if n != 3 {
		t.Errorf("%d messages of it", n)
	}
}

func TestOutbox(t *testing.T) {
	t.Parallel()
	s, ctx := openStore(t), t.Context()
	for range 2 {
		for _, m := range []store.Message{
			{Key: "a", Medium: store.Mail, Address: "alice@example.net", Body: "code", Due: noon},
			{Key: "b", Medium: store.Chat, Address: alice, Body: "one", Due: noon},
			{Key: "c", Medium: store.Chat, Address: alice, Body: "two", Due: noon.Add(time.Minute)},
		} {
			must[bool](t)(s.Send(ctx, m))
		}
	}
	due := must[[]store.Message](t)(s.Due(ctx, store.Chat, noon))
	if len(due) != 1 || due[0].Key != "b" || due[0].Body != "one" || due[0].Tries != 0 {
		t.Fatalf("due: %+v", due)
	}
	if st := must[store.Stats](t)(s.Stats(ctx)); st.Waiting != 3 || !st.Oldest.Equal(noon) {
		t.Errorf("stats: %+v", st)
	}
	if due := must[[]store.Message](t)(s.Due(ctx, store.Chat, noon.AddDate(0, 0, -1))); len(due) != 2 {
		t.Errorf("with the clock set back by a day these are due: %+v", due)
	}
	id := due[0].ID
	if err := s.Failed(ctx, id, "offline", noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if due := must[[]store.Message](t)(s.Due(ctx, store.Chat, noon.Add(time.Hour))); len(due) != 2 || due[0].Tries != 1 {
		t.Errorf("due an hour later: %+v", due)
	}
	if err := s.Sent(ctx, id, noon); err != nil {
		t.Fatal(err)
	}
	if err := s.Sent(ctx, id, noon); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("sent twice gives %v", err)
	}
	if err := s.Bounced(ctx, id, alice, "no such user"); err != nil {
		t.Fatal(err)
	}
	mail := must[[]store.Message](t)(s.Due(ctx, store.Mail, noon))
	if err := s.Failed(ctx, mail[0].ID, "refused", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if left := must[[]store.Message](t)(s.Due(ctx, store.Mail, noon.AddDate(1, 0, 0))); len(left) != 0 {
		t.Errorf("a message that was given up is due: %+v", left)
	}
	if st := must[store.Stats](t)(s.Stats(ctx)); st.Waiting != 1 {
		t.Errorf("stats: %+v", st)
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	s, ctx := openStore(t), t.Context()
	l := store.Link{JID: alice, Person: 7, Name: "Alice Example", Way: store.BySecretariat, MadeBy: "shell:amy"}
	for _, jid := range []string{alice, "alice@example.net", "\u0430lice@example.org"} {
		l.JID = jid
		if err := s.Link(ctx, l, []string{amy}, noon); err != nil {
			t.Fatal(err)
		}
	}
	var to []string
	for _, m := range must[[]store.Message](t)(s.Due(ctx, store.Chat, noon)) {
		if strings.Contains(m.Body, "U+0430") {
			to = append(to, m.Address)
		}
	}
	if diff := cmp.Diff([]string{"\u0430lice@example.org", "alice@example.net", alice, amy}, to); diff != "" {
		t.Errorf("the link of a look-alike is sent to -want +got:\n%s", diff)
	}
	got, ok, err := s.LinkOf(ctx, alice)
	if err != nil || !ok || got.Person != 7 || !got.MadeAt.Equal(noon) || got.MadeBy != "shell:amy" {
		t.Errorf("link: %+v, %t, %v", got, ok, err)
	}
	must[store.Link](t)(s.Unlink(ctx, alice, "", amy, noon))
	if _, err := s.Unlink(ctx, alice, "", amy, noon); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("unlinked twice gives %v", err)
	}
	if all := must[[]store.Link](t)(s.Links(ctx)); len(all) != 2 {
		t.Errorf("links: %+v", all)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, test := range []struct {
		name  string
		holds []bool
		every time.Duration
		gone  bool
	}{
		{"holds", []bool{true, true}, day, false},
		{"gone once", []bool{false}, day, false},
		{"gone twice, a day apart", []bool{false, false}, day, true},
		{"gone twice, less than a day apart", []bool{false, false}, day - time.Second, false},
		{"gone, there, gone", []bool{false, true, false}, day, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, ctx := openStore(t), t.Context()
			if err := s.Link(ctx, store.Link{JID: alice, Person: 7, Name: "Alice", Way: store.ByProfile, MadeBy: alice}, nil, noon); err != nil {
				t.Fatal(err)
			}
			for i, holds := range test.holds {
				must[bool](t)(s.Check(ctx, alice, holds, day, noon.Add(time.Duration(i)*test.every)))
			}
			if _, ok, err := s.LinkOf(ctx, alice); err != nil || ok == test.gone {
				t.Errorf("linked: %t, %v", ok, err)
			}
		})
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	s, ctx := openStore(t), t.Context()
	for _, r := range []store.Request{
		{Room: "a", Acronym: "quic", JID: alice, Person: 7}, {Room: "b", Acronym: "tls", JID: alice}, {Room: "c", JID: "shell:amy", Person: 7},
		{Room: "d", Acronym: "quic", JID: amy, Person: 8}, {Room: "e", JID: amy},
	} {
		r.Title, r.Purpose, r.Until = "T", "P", "2026-12-24"
		must[store.Request](t)(s.Add(ctx, r, r.Room == "d" || r.Room == "e", noon))
	}
	must[store.Request](t)(s.Extend(ctx, 5, "2027-12-24", false, "too long", amy, noon))
	for name, c := range map[string]struct {
		filter store.Filter
		want   string
	}{
		"all":           {store.Filter{}, "abcde"},
		"a state":       {store.Filter{States: []store.State{store.Approved}}, "de"},
		"states":        {store.Filter{States: []store.State{store.Approved, store.Pending, store.Ended}}, "abcde"},
		"a JID":         {store.Filter{JID: alice}, "ab"},
		"a person":      {store.Filter{Person: 7}, "ac"},
		"either":        {store.Filter{JID: alice, Person: 7}, "abc"},
		"a group":       {store.Filter{Acronym: "quic"}, "ad"},
		"a room":        {store.Filter{Room: "c"}, "c"},
		"what waits":    {store.Filter{Waiting: true}, "abce"},
		"all at a time": {store.Filter{Waiting: true, JID: alice, Person: 7, Acronym: "quic", States: []store.State{store.Pending}}, "a"},
	} {
		var got string
		for _, r := range must[[]store.Request](t)(s.Requests(ctx, c.filter)) {
			got += r.Room
		}
		if got != c.want {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
}

// TestSummaryIsShort has names as long as they may be.
func TestSummaryIsShort(t *testing.T) {
	t.Parallel()
	s, ctx := openStore(t), t.Context()
	for i := range 30 {
		r := sample(fmt.Sprintf("%064d", i))
		r.JID, r.Title = strings.Repeat("\u0430", 200)+"@example.org", strings.Repeat("long ", 40)
		must[store.Request](t)(s.Add(ctx, r, false, noon))
	}
	for range 2 {
		if err := s.Summarize(ctx, []string{amy}, time.Minute, noon); err != nil {
			t.Fatal(err)
		}
	}
	var texts []string
	for _, m := range must[[]store.Message](t)(s.Due(ctx, store.Chat, noon)) {
		if m.Address == amy {
			texts = append(texts, m.Body)
		}
	}
	if len(texts) != 1 || len([]rune(texts[0])) > 2000 || !strings.HasPrefix(texts[0], "30 requests wait. ") || !strings.HasSuffix(texts[0], "and 22 more") {
		t.Errorf("messages: %q", texts)
	}
}
