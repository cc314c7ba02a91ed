package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"muster/frontdesk/store"
)

// writerPath is the variable that makes the test binary write to a database until
// it is killed.
const writerPath = "MUSTER_TEST_DESK_WRITER"

// kills is how often the writer is killed.
const kills = 20

func TestMain(m *testing.M) {
	if path := os.Getenv(writerPath); path != "" {
		if err := writeForEver(path, os.Getenv(writerPath+"_ROUND")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// writeForEver adds requests, decides them and sends their messages, and prints
// a line for each step once it is committed.
func writeForEver(path, round string) error {
	ctx := context.Background()
	s, err := store.Open(path)
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		room := fmt.Sprintf("r%s-%d", round, i)
		r, err := s.Add(ctx, store.Request{Origin: "o-" + room, Room: room, Title: "T", Purpose: "P", Until: "2027-01-01", JID: alice}, false, noon)
		if err != nil {
			return err
		}
		fmt.Printf("added %d %s\n", r.ID, room)
		if _, err := s.Approve(ctx, r.ID, store.Amendment{}, amy, noon); err != nil {
			return err
		}
		fmt.Printf("approved %d %s\n", r.ID, room)
		if err := s.Settle(ctx, store.Run{Live: map[string]string{room: ""}}, noon); err != nil {
			return err
		}
		fmt.Printf("live %d %s\n", r.ID, room)
		due, err := s.Due(ctx, store.Chat, noon)
		if err != nil {
			return err
		}
		for _, m := range due {
			if err := s.Sent(ctx, m.ID, noon); err != nil {
				return err
			}
			fmt.Printf("sent %d %s\n", m.ID, m.Key)
		}
		if _, err := s.Withdraw(ctx, r.ID, alice, noon); err != nil { // few are open, or settling gets slow
			return err
		}
		if err := s.Settle(ctx, store.Run{Archived: []string{room}}, noon); err != nil {
			return err
		}
	}
}

// TestKilled kills a writer again and again. What it reported is kept, a change
// has its event and its message or is not there at all, and no key is there
// twice.
func TestKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	reported := map[string]bool{}
	for round := range kills {
		for _, line := range killAfter(t, path, round, 3+7*round%23) {
			if reported[line] {
				t.Errorf("round %d: %q a second time", round, line)
			}
			reported[line] = true
		}
	}
	s := must[*store.Store](t)(store.Open(path))
	defer s.Close()
	db := rawDB(t, path)
	var fault string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&fault); err != nil || fault != "ok" {
		t.Fatalf("the database is damaged: %s, %v", fault, err)
	}
	for line := range reported {
		checkReported(t, s, db, line)
	}
	const (
		noEvent   = "SELECT count(*) FROM request r WHERE %s AND NOT EXISTS (SELECT 1 FROM event e WHERE e.request = r.id AND e.what = '%s')"
		noMessage = "SELECT count(*) FROM request r WHERE %s AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.key LIKE 'request:' || r.id || ':%s:%%')"
	)
	for name, query := range map[string]string{
		"requests without an event":              fmt.Sprintf(noEvent, "true", "request"),
		"requests without a message":             fmt.Sprintf(noMessage, "true", "received"),
		"approved ones without an event":         fmt.Sprintf(noEvent, "state <> 'pending'", "approve"),
		"approved ones without a message":        fmt.Sprintf(noMessage, "state <> 'pending'", "approved"),
		"live ones without a message":            fmt.Sprintf(noMessage, "live_at IS NOT NULL", "live"),
		"pending ones with an event of approval": "SELECT count(*) FROM event JOIN request r ON r.id = request WHERE state = 'pending' AND what = 'approve'",
		"keys that are there twice":              "SELECT count(*) - count(DISTINCT key) FROM outbox",
		"events of no request":                   "SELECT count(*) FROM event WHERE request NOT IN (SELECT id FROM request)",
	} {
		var n int
		if err := db.QueryRow(query).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d %s, %v", n, name, err)
		}
	}
	if len(reported) < 3*kills {
		t.Errorf("only %d steps were reported", len(reported))
	}
}

// killAfter starts a writer, kills it after so many lines, and returns the lines
// that it reported.
func killAfter(t *testing.T, path string, round, lines int) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), writerPath+"="+path, fmt.Sprintf("%s_ROUND=%d", writerPath, round))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out := must[io.ReadCloser](t)(cmd.StdoutPipe())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var all []string
	for in := bufio.NewScanner(out); in.Scan(); {
		all = append(all, in.Text())
		if len(all) == lines { // the writer goes on meanwhile, so that it dies in the middle of a step
			go func() {
				time.Sleep(time.Duration(round%5) * 300 * time.Microsecond)
				cmd.Process.Kill()
			}()
		}
	}
	if err := cmd.Wait(); err == nil || stderr.Len() > 0 || len(all) < lines {
		t.Fatalf("the writer ended by itself: %v, %s", err, stderr.String())
	}
	return all
}

// checkReported looks for what a writer reported.
func checkReported(t *testing.T, s *store.Store, db *sql.DB, line string) {
	t.Helper()
	var what, name string
	var id int64
	if _, err := fmt.Sscan(line, &what, &id, &name); err != nil { // the last line may be cut off
		return
	}
	if what == "sent" {
		var sent sql.NullInt64
		if err := db.QueryRow("SELECT sent_at FROM outbox WHERE id = ?", id).Scan(&sent); err != nil || !sent.Valid {
			t.Errorf("%s: it is not sent, %v", line, err)
		}
		return
	}
	r, err := s.Request(context.Background(), id)
	if err != nil || what == "approved" && r.State == store.Pending || what == "live" && r.LiveAt.IsZero() || r.Title != "T" {
		t.Errorf("%s: the request is %+v, %v", line, r, err)
	}
}
