package chatlog_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster/chatlog"
	"muster/xmppadmin"
)

// childVariable has the path of the database that this program, started again,
// exports to, and limitVariable how large its files may become.
const (
	childVariable = "CHATLOG_TEST_DATABASE"
	limitVariable = "CHATLOG_TEST_LIMIT"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		if err := exportAsChild(path); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// exportAsChild exports the busy archive, and writes a line when a page is
// requested.
func exportAsChild(path string) error {
	if n, err := strconv.ParseUint(os.Getenv(limitVariable), 10, 64); err == nil {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			return err
		}
	}
	s, err := chatlog.Open(context.Background(), path, chatlog.Options{Service: "rooms.example.org"})
	if err != nil {
		return err
	}
	f := &fakeArchive{forgets: true, cap: 50}
	f.set(busy()...)
	_, err = s.Export(context.Background(), reads{f, func() { fmt.Println("page") }}, quic, chatlog.ExportOptions{})
	return errors.Join(err, s.Close())
}

// busy is an archive in which much is corrected and retracted.
func busy() []xmppadmin.ArchivedMessage {
	all := many(2000)
	for i := range all {
		switch {
		case i%7 == 3:
			all[i].Replaces = all[i-2].ID
		case i%11 == 5:
			all[i].Body, all[i].Retracts = "", all[i-1].Archive
		}
	}
	return all
}

// child starts the export in a process of its own, and calls line for each page.
func child(t *testing.T, path, limit string, line func(n int, kill func())) (output string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+path, limitVariable+"="+limit)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	lines := bufio.NewScanner(stdout)
	for n := 1; lines.Scan(); n++ {
		line(n, func() { _ = cmd.Process.Kill() })
		fmt.Fprintln(&text, lines.Text())
	}
	return text.String(), cmd.Wait()
}

// checkWhole checks a database as far as SQLite can.
func checkWhole(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var result string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&result); err != nil || result != "ok" {
		t.Errorf("the database: %s, %v", result, err)
	}
}

// finishExport exports to what is there, and compares the record with one that
// was written without a fault.
func finishExport(t *testing.T, path string) {
	t.Helper()
	checkWhole(t, path)
	f := &fakeArchive{forgets: true, cap: 50}
	f.set(busy()...)
	s, undisturbed := storeAt(t, path, chatlog.Options{}), store(t, chatlog.Options{})
	if out := export(t, s, f, chatlog.ExportOptions{}); out.Err != nil || out.Verdict != chatlog.Whole {
		t.Errorf("the next export: %+v", out)
	}
	export(t, undisturbed, f, chatlog.ExportOptions{})
	if diff := cmp.Diff(texts(t, undisturbed), texts(t, s)); diff != "" {
		t.Errorf("the record (-undisturbed +got):\n%s", diff)
	}
	for _, query := range []string{"text 1234", "text room:quic after:2026-11-25"} {
		if diff := cmp.Diff(found(t, undisturbed, query), found(t, s, query)); diff != "" {
			t.Errorf("a search for %s (-undisturbed +got):\n%s", query, diff)
		}
	}
	if out := export(t, s, f, chatlog.ExportOptions{Full: true}); out.New+out.Removed+out.Forgotten != 0 || out.Verdict != chatlog.Whole {
		t.Errorf("comparing everything: %+v", out)
	}
}

// An export that is killed at any moment and run again has lost nothing, and
// nothing is there twice.
func TestExportIsKilled(t *testing.T) {
	t.Parallel()
	for i := range 6 {
		at := 1 + rand.IntN(40)
		t.Run(fmt.Sprintf("%d, at page %d", i, at), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "logs.db")
			for _, at := range []int{at, at/2 + 1} {
				_, _ = child(t, path, "", func(n int, kill func()) {
					if n == at {
						kill()
					}
				})
			}
			finishExport(t, path)
		})
	}
}
