package chatlog_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"muster/chatlog"
)

// A database that a newer program wrote is left alone.
func TestNewerDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "logs.db")
	storeAt(t, path, chatlog.Options{}).Close()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	for name, open := range map[string]func() (*chatlog.Store, error){
		"to write": func() (*chatlog.Store, error) { return chatlog.Open(t.Context(), path, chatlog.Options{}) },
		"to read":  func() (*chatlog.Store, error) { return chatlog.OpenReader(t.Context(), path, chatlog.Options{}) },
	} {
		if _, err := open(); !errors.Is(err, chatlog.ErrNewer) {
			t.Errorf("opened %s: %v, want ErrNewer", name, err)
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
