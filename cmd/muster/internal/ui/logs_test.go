package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"muster/chatlog"
)

// A run for cron prints what is new trouble, and nothing else.
func TestExportTroubles(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		outcome chatlog.Outcome
		want    string // on standard error; empty for nothing
	}{
		"whole":           {chatlog.Outcome{Verdict: chatlog.Whole, Before: chatlog.Whole, New: 3, Removed: 1}, ""},
		"whole again":     {chatlog.Outcome{Verdict: chatlog.Whole, Before: chatlog.Gap}, ""},
		"unknown":         {chatlog.Outcome{Verdict: chatlog.UnknownVerdict, Err: errors.New("no answer")}, `muster: error: chat log of room "quic": no answer`},
		"unknown again":   {chatlog.Outcome{Verdict: chatlog.UnknownVerdict, Before: chatlog.UnknownVerdict, Err: errors.New("no answer")}, `: no answer`},
		"forgotten":       {chatlog.Outcome{Verdict: chatlog.Forgotten, Before: chatlog.Whole, Forgotten: 2}, `muster: warning: chat log of room "quic": forgotten: 2 no longer`},
		"forgotten still": {chatlog.Outcome{Verdict: chatlog.Forgotten, Before: chatlog.Forgotten, Forgotten: 2}, ""},
		"off":             {chatlog.Outcome{Verdict: chatlog.Off, Before: chatlog.Whole}, `does not archive its messages`},
		"gap":             {chatlog.Outcome{Verdict: chatlog.Gap, Before: chatlog.Whole}, `the server lost messages before they were read`},
	} {
		c := capture(nil, Options{Format: Text})
		tt.outcome.Room = "quic"
		c.ExportTroubles([]chatlog.Outcome{tt.outcome})
		if got := c.err.String(); c.out.Len() > 0 || (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q and %q, want %q", name, c.out.String(), got, tt.want)
		}
	}
}

// What is kept though it was retracted is marked among what a search finds.
func TestHits(t *testing.T) {
	t.Parallel()
	line := chatlog.Line{Archive: "a1", Nick: "alice", Text: "one\n\x1b[2Jtwo", Time: time.Date(2026, 11, 25, 14, 0, 0, 0, time.UTC)}
	for state, want := range map[chatlog.State]string{
		"": "two\n", chatlog.Corrected: "two\n", chatlog.Retracted: "two [retracted]\n", chatlog.Moderated: "two [moderated]\n",
	} {
		line.State = state
		c := capture(nil, Options{Format: Text})
		c.Hits([]chatlog.Hit{{Room: "quic", Line: line}})
		if got := c.out.String(); !strings.HasPrefix(got, "2026-11-25 14:00:00  quic  <alice> one ") || !strings.HasSuffix(got, want) || strings.Contains(got, "\x1b") {
			t.Errorf("%q: got %q", state, got)
		}
	}
}
