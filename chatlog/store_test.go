package chatlog_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"muster/chatlog"
)

// A database with the tables of another program is left alone.
func TestDatabaseOfAnotherVersion(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{"99": chatlog.ErrNewer.Error(), "1": "before the first release; move it away"} {
		path := filepath.Join(t.TempDir(), "logs.db")
		storeAt(t, path, chatlog.Options{}).Close()
		db, err := sql.Open("sqlite", path)
		if err == nil {
			_, err = db.Exec("PRAGMA user_version = " + version)
			db.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		for name, open := range map[string]func(context.Context, string, chatlog.Options) (*chatlog.Store, error){
			"to write": chatlog.Open, "to read": chatlog.OpenReader,
		} {
			if _, err := open(t.Context(), path, chatlog.Options{}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("version %s opened %s: %v, want %q", version, name, err, want)
			}
		}
	}
}

// The record has what readers do not see, so other accounts must not read it.
func TestDatabaseIsPrivate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "logs", "logs.db")
	storeAt(t, path, chatlog.Options{})
	for file, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has the mode %o, want %o", file, got, want)
		}
	}
}

func TestReaderNeedsARecord(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "logs.db")
	if _, err := chatlog.OpenReader(t.Context(), path, chatlog.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the error is %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a reader made the database")
	}
}

// One that reads does not wait for one that writes, and sees whole pages.
func TestReaderBesideWriter(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "logs.db")
	s := storeAt(t, path, chatlog.Options{})
	f := &fakeArchive{forgets: true}
	f.set(many(100)...)
	export(t, s, f, chatlog.ExportOptions{})
	reader, err := chatlog.OpenReader(t.Context(), path, chatlog.Options{Service: "rooms.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if n := len(texts(t, reader)); n != 100 {
		t.Errorf("the reader sees %d lines", n)
	}
	f.set(many(1000)...)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := s.Export(t.Context(), f, quic, chatlog.ExportOptions{}); err != nil {
			t.Error(err)
		}
	}()
	for n := 0; n < 1000; {
		n = len(texts(t, reader))
		if n%100 != 0 {
			t.Fatalf("the reader sees %d lines, a part of a page", n)
		}
	}
	<-done
	if err := reader.Withdraw(t.Context(), "quic", []string{"a0001"}, "anna", "test"); err == nil {
		t.Error("a reader can write")
	}
}
