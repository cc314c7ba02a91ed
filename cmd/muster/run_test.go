package main

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"muster/cmd/muster/internal/config"
)

// testApp returns a program that reads and writes nothing.
func testApp() *app { return newApp(time.Now, strings.NewReader(""), io.Discard, io.Discard, nil) }

func TestEnvironmentLastEntryWins(t *testing.T) {
	t.Parallel()
	e := environment{"A=1", "AB=2", "A=3", "EMPTY="}
	for key, want := range map[string]string{"A": "3", "AB": "2", "EMPTY": "", "B": ""} {
		if got := e.get(key); got != want {
			t.Errorf("$%s is %q, want %q", key, got, want)
		}
	}
}

func TestRootLeavesTheFoldersOfOthers(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		uid     int
		owner   string
		refused bool
	}{
		{"root on another's folder", 0, "muster", true},
		{"root on its own", 0, "root", false},
		{"root where there is none yet", 0, "", false},
		{"the user itself", 999, "muster", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var e *config.Error
			err := checkOwner(config.Default(), c.uid, func(string) string { return c.owner })
			if refused := errors.As(err, &e); refused != c.refused {
				t.Fatalf("the error is %v", err)
			}
			if c.refused && e.Hint() != "run as muster: sudo -u muster muster ..." {
				t.Errorf("the hint is %q", e.Hint())
			}
		})
	}
}
