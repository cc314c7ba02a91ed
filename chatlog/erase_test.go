package chatlog_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"muster/chatlog"
	"muster/xmppadmin"
)

// A correction that was missing, with the message or alone, counts again too.
func TestLastCorrectionComesBack(t *testing.T) {
	t.Parallel()
	fix := said(2, "corrected")
	fix.Replaces = "m0001"
	all := []xmppadmin.ArchivedMessage{said(0, "first"), said(1, "wrong"), fix}
	for _, left := range []int{1, 2} {
		f := &fakeArchive{counts: true}
		s := store(t, chatlog.Options{})
		f.set(all...)
		export(t, s, f, chatlog.ExportOptions{})
		f.set(all[:left]...)
		export(t, s, f, chatlog.ExportOptions{})
		if got := texts(t, s); !slices.Equal(got, []string{"first", "[removed]"}) || len(found(t, s, "corrected")) > 0 {
			t.Errorf("with %d left: %q", left, got)
		}
		f.set(all...)
		export(t, s, f, chatlog.ExportOptions{})
		if got := texts(t, s); !slices.Equal(got, []string{"first", "corrected"}) || len(found(t, s, "corrected")) != 1 || len(found(t, s, "wrong")) > 0 {
			t.Errorf("after %d were left and the rest is back: %q", left, got)
		}
	}
}

// inDatabase reports whether the file of a record, or one that SQLite has beside
// it, has a text, in any case.
func inDatabase(t *testing.T, path, text string) bool {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(bytes.ToLower(content), []byte(strings.ToLower(text))) {
			return true
		}
	}
	return false
}

// bodies returns how many messages of a database have a text like a pattern.
func bodies(t *testing.T, path, pattern string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow("SELECT COUNT(*) FROM message WHERE body LIKE $1", pattern).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// What is hidden is erased once the archive has something newer, also where the
// counts agree; and a correction of what is gone is not kept.
func TestNothingIsKept(t *testing.T) {
	t.Parallel()
	onEachKind(t, func(t *testing.T, f *fakeArchive) {
		path := filepath.Join(t.TempDir(), "logs.db")
		s := storeAt(t, path, chatlog.Options{})
		f.set(many(3)...)
		export(t, s, f, chatlog.ExportOptions{})
		f.set(many(2)...)
		export(t, s, f, chatlog.ExportOptions{})
		if n := bodies(t, path, "text 2"); n != 1 {
			t.Errorf("the last one, hidden, has %d texts", n)
		}
		f.set(append(many(2), said(9, "later"))...)
		export(t, s, f, chatlog.ExportOptions{})
		if n := bodies(t, path, "text 2"); n != 0 {
			t.Error("what was hidden is still kept after something newer")
		}
		retraction, fix := said(10, ""), said(11, "text 1, again")
		retraction.Retracts, fix.Replaces = "a0001", "m0001"
		f.set(append(many(2), said(9, "later"), retraction)...)
		export(t, s, f, chatlog.ExportOptions{})
		f.set(append(many(2), said(9, "later"), retraction, fix)...)
		export(t, s, f, chatlog.ExportOptions{})
		if n := bodies(t, path, "text 1%"); n != 0 {
			t.Errorf("%d texts of what was retracted are kept", n)
		}
	})
}

// A full export applies the setting to what was kept before it was changed.
func TestKeptIsErased(t *testing.T) {
	t.Parallel()
	f := &fakeArchive{counts: true}
	path := filepath.Join(t.TempDir(), "logs.db")
	retraction := said(10, "")
	retraction.Retracts = "a0001"
	f.set(append(many(3), retraction)...)
	export(t, storeAt(t, path, chatlog.Options{KeepRetracted: true}), f, chatlog.ExportOptions{})
	s := storeAt(t, path, chatlog.Options{})
	if got := found(t, s, `"text 1"`); len(got) != 1 {
		t.Fatalf("what is kept is found: %q", got)
	}
	export(t, s, f, chatlog.ExportOptions{Full: true})
	if got := texts(t, s); !slices.Equal(got, []string{"text 0", "[retracted]", "text 2"}) || len(found(t, s, `"text 1"`)) > 0 || bodies(t, path, "text 1") > 0 {
		t.Errorf("after the setting was changed: %q", got)
	}
	if days, err := s.ChangedDays(t.Context()); err != nil || len(days["quic"]) == 0 {
		t.Errorf("nothing is to be published: %v, %v", days, err)
	}
}

// A comparison that is cut is made again by the next export, so that what the
// server lost is noted all the same.
func TestComparisonIsCut(t *testing.T) {
	t.Parallel()
	onEachKind(t, func(t *testing.T, f *fakeArchive) {
		for _, full := range []bool{false, true} {
			for cut := 2; cut < 6; cut++ {
				s := store(t, chatlog.Options{})
				f.requests, f.failAt, f.cap = 0, 0, 10
				f.set(many(10)...)
				export(t, s, f, chatlog.ExportOptions{})
				f.set(many(60)[20:]...)
				f.requests, f.failAt = 0, cut
				if out := export(t, s, f, chatlog.ExportOptions{Full: full}); out.Err == nil && cut > 2 && cut < 5 {
					t.Fatalf("cut at request %d: %+v", cut, out)
				}
				f.failAt = 0
				export(t, s, f, chatlog.ExportOptions{})
				out := export(t, s, f, chatlog.ExportOptions{})
				rooms, err := s.Rooms(t.Context())
				if err != nil || out.Verdict != chatlog.Gap || out.Forgotten != 10 || len(texts(t, s)) != 50 || len(rooms[0].Gaps) != 1 {
					t.Errorf("cut at request %d: %+v, %d lines, gaps %v, %v", cut, out, len(texts(t, s)), rooms[0].Gaps, err)
				}
			}
		}
	})
}

// A message is withdrawn with all its texts, also by the id of a correction; and
// no file has any of them afterwards.
func TestWithdrawnIsNowhere(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"a0001", "a0300"} {
		path := filepath.Join(t.TempDir(), "logs.db")
		s := storeAt(t, path, chatlog.Options{})
		all := many(300)
		all[1].Body = "zebrafish " + strings.Repeat("quagga ", 3000)
		all[1].Extra = "<x>okapi</x>"
		fix := said(300, "zebrafish again")
		fix.Replaces, fix.Time = all[1].ID, epoch.AddDate(0, 0, 3)
		f := &fakeArchive{forgets: true, cap: 50}
		f.set(append(all, fix)...)
		export(t, s, f, chatlog.ExportOptions{})
		for _, day := range []string{"2026-11-25", "2026-11-28"} {
			if err := s.Published(t.Context(), "quic", []string{day}, nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Withdraw(t.Context(), "quic", []string{id}, "anna", "court order"); err != nil {
			t.Fatal(err)
		}
		if got := texts(t, s)[1]; got != "[withdrawn]" || len(found(t, s, "zebrafish")) > 0 {
			t.Errorf("by %s: readers see %q", id, got)
		}
		if days, err := s.ChangedDays(t.Context()); err != nil || !slices.Contains(days["quic"], "2026-11-25") {
			t.Errorf("by %s: %v is to be published, %v", id, days, err)
		}
		for _, text := range []string{"zebrafish", "quagga", "okapi"} {
			if inDatabase(t, path, text) {
				t.Errorf("by %s: the database still has %q", id, text)
			}
		}
	}
}
