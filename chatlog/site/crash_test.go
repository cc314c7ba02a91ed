package site_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/chatlog"
	"muster/chatlog/site"
)

// childVariable has the folder of the record that this program, started again,
// publishes, and limitVariable how large its files may become.
const (
	childVariable = "SITE_TEST_FOLDER"
	limitVariable = "SITE_TEST_LIMIT"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		if err := publishAsChild(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// configOf returns the settings of pages below dir.
func configOf(dir string) site.Config {
	return site.Config{
		Dir: filepath.Join(dir, "site"), URL: "https://logs.example.org/", Service: "rooms.example.org",
		Now: func() time.Time { return epoch.AddDate(0, 0, 2) },
	}
}

func publishAsChild(dir string) error {
	ctx := context.Background()
	if n, err := strconv.ParseUint(os.Getenv(limitVariable), 10, 64); err == nil {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			return err
		}
	}
	s, err := chatlog.Open(ctx, filepath.Join(dir, "logs.db"), chatlog.Options{Service: "rooms.example.org"})
	if err != nil {
		return err
	}
	_, err = site.Publish(ctx, s, configOf(dir))
	return errors.Join(err, s.Close())
}

// recordIn makes a record with a line on each of many days, and returns how to
// add to it.
func recordIn(t *testing.T, dir string) (add func(first, days int, text string)) {
	t.Helper()
	source := &archive{}
	return func(first, days int, text string) {
		t.Helper()
		s, err := chatlog.Open(t.Context(), filepath.Join(dir, "logs.db"), chatlog.Options{Service: "rooms.example.org"})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for i := first; i < first+days; i++ {
			source.say(fmt.Sprintf("%s%04d", text, i), "alice", text, time.Duration(i)*24*time.Hour+time.Duration(len(source.messages))*time.Millisecond)
		}
		if _, err := s.Export(t.Context(), source, []chatlog.Room{{Name: "quic", Title: "quic: QUIC"}}, chatlog.ExportOptions{}); err != nil {
			t.Fatal(err)
		}
	}
}

// tree returns the content of all files below a folder, without the mark of the
// run.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != ".muster-logs" {
			var text []byte
			text, err = os.ReadFile(path)
			all[strings.TrimPrefix(path, dir)] = string(text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// filesIn counts what is in a folder; one that is not there has nothing.
func filesIn(dir string) int {
	entries, _ := os.ReadDir(dir)
	return len(entries)
}

// publishIsKilled publishes in a process of its own, which is killed when done
// reports that it has come so far.
func publishIsKilled(t *testing.T, dir string, done func() bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	for !done() {
		select {
		case <-ended:
			return
		case <-time.After(100 * time.Microsecond):
		}
	}
	_ = cmd.Process.Kill()
	<-ended
}

// A publish that is killed at any moment and run again leaves the pages that
// one without a fault writes, and nothing else.
func TestPublishIsKilled(t *testing.T) {
	t.Parallel()
	for _, at := range []int{1, 40, 90, 150} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			dir, calm := t.TempDir(), t.TempDir()
			add, addCalm := recordIn(t, dir), recordIn(t, calm)
			quic := filepath.Join(dir, "site", "quic")
			add(0, 60, "one")
			publishIsKilled(t, dir, func() bool { return filesIn(quic) >= at })
			if err := publishAsChild(dir); err != nil {
				t.Fatal(err)
			}
			add(10, 60, "two")
			day := filepath.Join(quic, "2026-12-30.html")
			old, err := os.ReadFile(day)
			if err != nil {
				t.Fatal(err)
			}
			publishIsKilled(t, dir, func() bool {
				now, err := os.ReadFile(day)
				if text := strings.TrimSpace(string(now)); err != nil || !strings.HasSuffix(text, "</html>") {
					t.Errorf("a page is half written: %v\n%s", err, text)
				}
				return string(now) != string(old)
			})
			if err := publishAsChild(dir); err != nil {
				t.Fatal(err)
			}
			addCalm(0, 60, "one")
			addCalm(10, 60, "two")
			if err := publishAsChild(calm); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tree(t, filepath.Join(calm, "site")), tree(t, filepath.Join(dir, "site"))); diff != "" {
				t.Errorf("the pages (-undisturbed +got):\n%s", diff)
			}
		})
	}
}

// A publish that cannot write a file ends with an error. No file is half made, and the
// next one does the rest.
func TestPublishCannotWrite(t *testing.T) {
	t.Parallel()
	dir, calm := t.TempDir(), t.TempDir()
	long := strings.Repeat("long ", 200_000)
	for _, d := range []string{dir, calm} {
		add := recordIn(t, d)
		add(0, 20, "one")
		if err := publishAsChild(d); err != nil {
			t.Fatal(err)
		}
		add(5, 1, "two")
		add(12, 1, long)
		add(15, 1, "two")
	}
	before := tree(t, filepath.Join(dir, "site"))
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+dir, limitVariable+"=800000")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "publish: ") || !strings.Contains(string(out), "file too large") {
		t.Fatalf("the publish that cannot write: %v, %s", err, out)
	}
	if err := publishAsChild(calm); err != nil {
		t.Fatal(err)
	}
	after := tree(t, filepath.Join(calm, "site"))
	for path, text := range tree(t, filepath.Join(dir, "site")) {
		if text != before[path] && text != after[path] {
			t.Errorf("%s is half made: %.200q", path, text)
		}
	}
	if err := publishAsChild(dir); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(after, tree(t, filepath.Join(dir, "site"))); diff != "" {
		t.Errorf("the pages (-undisturbed +got):\n%s", diff)
	}
}

// A folder beside which another was published to is brought up to date.
func TestTwoFolders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.config.Dir, filepath.Join(t.TempDir(), "second")
	w.source.say("a1", "alice", "one", 0)
	w.publish(t)
	w.source.say("a2", "alice", "two", time.Second)
	w.config.Dir = second
	w.publish(t)
	w.config.Dir = first
	w.publish(t)
	if diff := cmp.Diff(tree(t, second), tree(t, first)); diff != "" {
		t.Errorf("the folders differ:\n%s", diff)
	}
	w.config.Dir = second
	w.source.messages = w.source.messages[:1]
	w.publish(t)
}

// Pages and searches are served, whole, while the pages are written.
func TestServedWhilePublished(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 100 {
		w.source.say(fmt.Sprintf("a%03d", i), "alice", "negotiation", time.Duration(i)*24*time.Hour)
	}
	base := served(t, w)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		w.config.Full = true
		for {
			select {
			case <-stop:
				return
			default:
				if _, err := site.Publish(context.WithoutCancel(t.Context()), w.store, w.config); err != nil {
					t.Error(err)
					return
				}
			}
		}
	}()
	for range 30 {
		for path, end := range map[string]string{"/quic/2026-12-25.html": "</html>", "/_search?q=negotiation": "</html>", "/quic/2026-12-25.txt": "negotiation"} {
			if status, _, body := get(t, base+path); status != http.StatusOK || !strings.HasSuffix(strings.TrimSpace(body), end) {
				t.Errorf("%s: %d, %q", path, status, body)
			}
		}
	}
	close(stop)
	<-stopped
}
