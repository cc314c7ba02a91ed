package main

import (
	"io"
	"strings"
	"testing"
	"time"
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
