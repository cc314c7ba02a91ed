package main

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/agenda"
	"muster/chatlog"
	"muster/provision"
	"muster/xmppadmin"
)

// found is a service on which a survey found these rooms.
type found []xmppadmin.Room

func (f found) Survey(context.Context, []string) ([]xmppadmin.Room, error) { return f, nil }

// A room that could not be surveyed, or that is not managed, does not keep the
// others from being read, unless it was named.
func TestArchivesToRead(t *testing.T) {
	t.Parallel()
	service := found{
		{Name: "away", State: xmppadmin.Unknown, Err: errors.New("no answer")},
		{Name: "gone", State: xmppadmin.Absent},
		{Name: "others", State: xmppadmin.Exists},
		{Name: "quic", State: xmppadmin.Exists, Managed: true},
		{Name: "tls", State: xmppadmin.Exists, Managed: true, Archived: true},
		{Name: "..", State: xmppadmin.Exists, Managed: true},
	}
	for _, c := range []struct {
		name    string
		names   []string
		rooms   []string
		unknown int
		code    exitCode
	}{
		{"all", nil, []string{"quic", "tls"}, 1, exitOK},
		{"one", []string{"tls"}, []string{"tls"}, 0, exitOK},
		{"one away", []string{"away"}, nil, 0, exitIncomplete},
		{"one with the name of a folder", []string{".."}, nil, 0, exitError},
		{"one gone", []string{"gone"}, nil, 0, exitError},
		{"one of others", []string{"others"}, nil, 0, exitError},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			store, err := chatlog.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), chatlog.Options{Service: "rooms.example.org"})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			rooms, unknown, err := archives(t.Context(), service, store, c.names)
			var names []string
			for _, r := range rooms {
				names = append(names, r.Name)
			}
			if code := codeOf(err); !slices.Equal(names, c.rooms) || len(unknown) != c.unknown || code != c.code {
				t.Errorf("got %q, unknown %v, status %d (%v); want %q, %d unknown, status %d", names, unknown, code, err, c.rooms, c.unknown, c.code)
			}
		})
	}
}

// What a room is for, by the reasons for which it is wanted, or was.
func TestPurposeOf(t *testing.T) {
	t.Parallel()
	standing := provision.Reason{Source: provision.FromStanding}
	group := provision.Reason{Source: provision.FromGroups, Group: "quic"}
	meets := provision.Reason{Source: provision.FromMeeting, Group: "QUIC"}
	plenary := provision.Reason{Source: provision.FromMeeting, Group: "ietf"}
	request := provision.Reason{Source: provision.FromRequest}
	for name, tt := range map[string]struct {
		reasons []provision.Reason
		source  provision.Source
		want    chatlog.Purpose
	}{
		"standing":              {[]provision.Reason{plenary, standing}, "", chatlog.ForStanding},
		"standing, of a group":  {[]provision.Reason{group, standing}, "", chatlog.ForStanding},
		"of a group":            {[]provision.Reason{group}, "", chatlog.ForGroup},
		"of a group that meets": {[]provision.Reason{plenary, meets}, "", chatlog.ForGroup},
		"of sessions":           {[]provision.Reason{plenary}, "", chatlog.ForSession},
		"requested":             {[]provision.Reason{request}, provision.FromRequest, chatlog.ForRequester},
		"of an ended group":     {nil, provision.FromGroups, chatlog.ForGroup},
		"of an ended request":   {nil, provision.FromRequest, chatlog.ForRequester},
		"not known":             {nil, provision.FromUnwanted, ""},
	} {
		r := provision.Room{Name: "quic", Reasons: tt.reasons, Decision: provision.Decision{Source: tt.source}}
		if got := purposeOf(r); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

// Why a transcript is not sent, in the order of what is looked at.
func TestUploadRefusals(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 21, 12, 0, 0, 0, time.UTC)
	store, err := chatlog.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), chatlog.Options{Service: "rooms.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	part := chatlog.Part{Session: chatlog.Session{ID: 7, Room: "quic"}, Span: chatlog.Span{From: now.Add(-time.Hour), To: now}}
	small, large := []agenda.ChatLine{{Author: "a", Text: "x"}}, []agenda.ChatLine{{Author: "a", Text: strings.Repeat("x", agenda.MaxChatlog)}}
	sent, lost := chatlog.Upload{Digest: "d", At: now, Sent: true}, chatlog.Upload{Digest: "d", At: now}
	for name, tt := range map[string]struct {
		now   time.Time
		again bool
		lines []agenda.ChatLine
		last  chatlog.Upload
		want  string // part of the reason; empty for none
	}{
		"over":               {now, false, small, chatlog.Upload{}, ""},
		"not over":           {now.Add(-time.Second), false, small, chatlog.Upload{}, "it is not over until 2026-07-21 12:00 UTC"},
		"sent before":        {now, false, small, sent, ""},
		"may have been sent": {now, false, small, lost, "it was sent at 2026-07-21 12:00 UTC and may have arrived"},
		"sent again":         {now, true, small, lost, ""},
		"too large":          {now, true, large, chatlog.Upload{}, "and the Datatracker takes 2621440"},
	} {
		u := &uploader{app: &app{now: func() time.Time { return tt.now }}, flags: &logsFlags{again: tt.again}, store: store}
		why, err := u.refusal(t.Context(), part, tt.lines, tt.last)
		if err != nil || (why == "") != (tt.want == "") || !strings.Contains(why, tt.want) {
			t.Errorf("%s: got %q, %v, want %q", name, why, err, tt.want)
		}
	}
}

// The status of an export and of a comparison, by what became of one room of two.
func TestOutcomesError(t *testing.T) {
	t.Parallel()
	for verdict, want := range map[chatlog.Verdict][2]exitCode{
		chatlog.Whole: {exitOK, exitOK}, chatlog.UnknownVerdict: {exitIncomplete, exitIncomplete}, chatlog.Unread: {exitOK, exitIncomplete},
		chatlog.Forgotten: {exitOK, exitIncomplete}, chatlog.Gap: {exitOK, exitIncomplete}, chatlog.Off: {exitOK, exitIncomplete},
	} {
		outcomes := []chatlog.Outcome{{Verdict: chatlog.Whole}, {Verdict: verdict}}
		export, verify := codeOf(outcomesError(outcomes, false)), codeOf(outcomesError(outcomes, true))
		if got := [2]exitCode{export, verify}; got != want {
			t.Errorf("%s: %v, want %v", verdict, got, want)
		}
	}
}
