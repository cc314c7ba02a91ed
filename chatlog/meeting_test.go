package chatlog_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"muster/agenda"
	"muster/chatlog"
	"muster/xmppadmin"
)

// margin is the usual one.
func margin() chatlog.Margin {
	return chatlog.Margin{Before: 10 * time.Minute, After: 30 * time.Minute}
}

// at is a time so many minutes after epoch.
func at(minutes int) time.Time { return epoch.Add(time.Duration(minutes) * time.Minute) }

// ietf is a meeting with these sessions, in Vienna.
func ietf(t *testing.T, sessions ...agenda.Session) agenda.Meeting {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Vienna")
	if err != nil {
		t.Fatal(err)
	}
	return agenda.Meeting{
		Number: "126", City: "Vienna", TimeZone: zone, Sessions: sessions, AgendaURL: "https://datatracker.example.org/meeting/126/agenda/",
		Groups: []agenda.Group{{Acronym: "quic", Name: "QUIC"}, {Acronym: "TLS", Name: "Transport Layer Security"}},
	}
}

// meets is a session of quic, from so many minutes after epoch on.
func meets(id, from, minutes int) agenda.Session {
	return agenda.Session{
		ID: id, Group: "quic", Room: "quic", Type: agenda.Regular, Status: agenda.Scheduled, Start: at(from), Duration: time.Duration(minutes) * time.Minute,
	}
}

func add(t *testing.T, s *chatlog.Store, m agenda.Meeting) {
	t.Helper()
	if err := s.AddMeeting(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

// changedSessions returns the numbers of the sessions of meeting 126 that are to
// be published, and notes that all are.
func changedSessions(t *testing.T, s *chatlog.Store) []int {
	t.Helper()
	all, err := s.Sessions(t.Context(), "126")
	if err != nil {
		t.Fatal(err)
	}
	var ids []int
	for _, x := range all {
		if x.Changed {
			ids = append(ids, x.ID)
		}
	}
	if err := s.PublishedMeeting(t.Context(), "126", ids, nil, nil); err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestWindow(t *testing.T) {
	t.Parallel()
	type times [2]int // minutes: from, to
	tests := map[string]struct {
		others []times
		want   times // of a session from 0 to 60
	}{
		"alone":                 {nil, times{-10, 90}},
		"far away":              {[]times{{-600, -500}, {500, 600}}, times{-10, 90}},
		"before, near":          {[]times{{-60, -10}}, times{-5, 90}},
		"after, near":           {[]times{{80, 100}}, times{-10, 70}},
		"before, at once":       {[]times{{-60, 0}}, times{0, 90}},
		"after, at once":        {[]times{{60, 100}}, times{-10, 60}},
		"just out of reach":     {[]times{{-60, -20}, {120, 180}}, times{-10, 90}},
		"just within reach":     {[]times{{-60, -18}, {118, 180}}, times{-9, 89}},
		"overlaps the start":    {[]times{{-30, 20}}, times{0, 90}},
		"overlaps the end":      {[]times{{30, 90}}, times{-10, 60}},
		"around it":             {[]times{{-30, 90}}, times{0, 60}},
		"within it":             {[]times{{10, 20}}, times{-10, 90}},
		"at the same time":      {[]times{{0, 60}}, times{-10, 90}},
		"several: nearest wins": {[]times{{-60, -10}, {-60, -2}, {64, 70}, {80, 90}}, times{-1, 62}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := []chatlog.Session{{ID: 1, Start: at(0), End: at(60)}}
			for i, o := range tt.others {
				all = append(all, chatlog.Session{ID: 2 + i, Start: at(o[0]), End: at(o[1])})
			}
			for status, x := range map[agenda.Status]chatlog.Session{agenda.Canceled: {}, agenda.Rescheduled: {}} {
				x.ID, x.Start, x.End, x.Status = 99, at(-5), at(65), status // counts for nothing
				all = append(all, x)
			}
			got := chatlog.Window(all[0], all, margin())
			if !got.From.Equal(at(tt.want[0])) || !got.To.Equal(at(tt.want[1])) {
				t.Errorf("from %s to %s, want %v", got.From.Sub(epoch), got.To.Sub(epoch), tt.want)
			}
		})
	}
	for _, x := range []chatlog.Session{{Start: at(0), End: at(60), Status: agenda.Canceled}, {Start: at(0), End: at(60), Status: agenda.Rescheduled}, {}} {
		if w := chatlog.Window(x, nil, margin()); w != (chatlog.Span{}) {
			t.Errorf("%q at %s has a transcript: %v", x.Status, x.Start, w)
		}
	}
}

// Sessions that do not overlap have transcripts that do not overlap either, and
// each has its own time in its transcript.
func TestWindowsShareNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		var all []chatlog.Session
		for now := 0; len(all) < 8; {
			now += r.IntN(50)
			end := now + r.IntN(90)
			all = append(all, chatlog.Session{ID: 1 + len(all), Start: at(now), End: at(end)})
			now = end
		}
		m := chatlog.Margin{Before: time.Duration(r.IntN(60)) * time.Minute, After: time.Duration(r.IntN(60)) * time.Minute}
		var last chatlog.Span
		for _, x := range all {
			w := chatlog.Window(x, all, m)
			if w.From.Before(last.To) && x.End.After(x.Start) && last.To.After(last.From) || w.From.After(x.Start) || w.To.Before(x.End) {
				t.Fatalf("seed %d: session %d has %v, the one before %v", seed, x.ID, w, last)
			}
			last = w
		}
	}
}

func TestTranscript(t *testing.T) {
	t.Parallel()
	src, s := &fakeArchive{}, store(t, chatlog.Options{})
	say := func(minute int) xmppadmin.ArchivedMessage { return said(60*minute, fmt.Sprint(minute)) }
	// Midnight is 600 minutes after epoch.
	src.set(say(539), say(541), say(599), say(601), say(659), said(60*660+1, "late"), say(669), say(670), say(700))
	export(t, s, src, chatlog.ExportOptions{})
	canceled, ghost := meets(13, 550, 60), meets(14, 560, 60)
	canceled.Status, ghost.Status = agenda.CanceledPA, agenda.Rescheduled
	add(t, s, ietf(t, meets(11, 550, 110), meets(12, 680, 30), canceled, ghost))
	texts := func(session int) string {
		t.Helper()
		_, lines, err := s.Transcript(t.Context(), session, margin())
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, l := range lines {
			out = append(out, l.Text)
		}
		return fmt.Sprint(out)
	}
	for session, want := range map[int]string{11: "[541 599 601 659 late 669]", 12: "[670 700]", 13: "[]", 14: "[]"} {
		if got := texts(session); got != want {
			t.Errorf("session %d: %s, want %s", session, got, want)
		}
	}
	if _, _, err := s.Transcript(t.Context(), 99, margin()); !errors.Is(err, chatlog.ErrNoSession) {
		t.Errorf("got %v", err)
	}
	// What is retracted is no longer in it.
	gone := said(60*702, "")
	gone.Retracts = say(601).Archive
	src.set(say(539), say(541), say(599), say(601), say(659), said(60*660+1, "late"), say(669), say(670), say(700), gone)
	export(t, s, src, chatlog.ExportOptions{})
	if got := texts(11); got != "[541 599  659 late 669]" {
		t.Errorf("after a retraction: %s", got)
	}
	part, lines, err := s.Transcript(t.Context(), 11, margin())
	if err != nil || len(chatlog.ChatLines(lines)) != 5 || !part.From.Equal(at(540)) || !part.To.Equal(at(670)) {
		t.Errorf("%d lines are uploaded, %v, %v", len(chatlog.ChatLines(lines)), part.Span, err)
	}
}

// What is kept though it was retracted is shown, and uploaded never.
func TestChatLines(t *testing.T) {
	t.Parallel()
	lines := []chatlog.Line{
		{Nick: "alice", Kind: chatlog.Said, Text: "said"}, {Nick: "alice", Kind: chatlog.Said, Text: "new", State: chatlog.Corrected},
		{Nick: "alice", Kind: chatlog.Said, Text: "/me waves"}, {Nick: "alice", Kind: chatlog.Subject, Text: "subject"},
	}
	for _, state := range []chatlog.State{chatlog.Retracted, chatlog.Moderated, chatlog.Removed, chatlog.Withdrawn} {
		lines = append(lines, chatlog.Line{Nick: "alice", Kind: chatlog.Said, Text: "kept", State: state})
	}
	got := chatlog.ChatLines(lines)
	want := []agenda.ChatLine{{Author: "alice", Text: "said"}, {Author: "alice", Text: "new"}, {Author: "alice", Text: "* alice waves"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	if chatlog.DigestLines(got) == chatlog.DigestLines(got[:2]) || chatlog.DigestLines(got) != chatlog.DigestLines(want) {
		t.Error("the digest is not that of the lines")
	}
}

func TestSessionsOfAMeeting(t *testing.T) {
	t.Parallel()
	s := store(t, chatlog.Options{})
	m := ietf(t, meets(12, 300, 60), meets(11, 0, 60), agenda.Session{ID: 13, Group: "TLS", Room: "TLS", Name: "Own name", Start: at(60), Duration: time.Hour, Location: "Ring"},
		agenda.Session{ID: 14, Group: "secretariat", Room: "secretariat", Type: agenda.Break, Start: at(0), Duration: time.Hour},
		agenda.Session{ID: 15, Group: "quic", Room: "quic"})
	add(t, s, m)
	got, err := s.Sessions(t.Context(), "126")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, x := range got {
		list = append(list, fmt.Sprint(x.ID, " ", x.Room, " ", x.Title, " ", x.Place, " ", x.Held()))
	}
	want := []string{"15 quic QUIC  false", "11 quic QUIC  true", "13 tls Own name Ring true", "12 quic QUIC  true"}
	if !slices.Equal(list, want) {
		t.Errorf("got %q, want %q", list, want)
	}
	meetings, err := s.Meetings(t.Context())
	if err != nil || len(meetings) != 1 || meetings[0].City != "Vienna" || meetings[0].Zone.String() != "Europe/Vienna" ||
		!meetings[0].Start.Equal(at(0)) || !meetings[0].End.Equal(at(360)) || !meetings[0].Changed || meetings[0].URL != m.AgendaURL {
		t.Errorf("got %+v, %v", meetings, err)
	}
}

// An agenda replaces the sessions of its meeting, unless it proves nothing about
// those that it lacks.
func TestAgendaChanges(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*agenda.Meeting)
		left   string // the sessions afterwards
		dirty  string // those that are to be published
	}{
		"nothing":             {func(*agenda.Meeting) {}, "[11 12]", "[]"},
		"warnings":            {func(m *agenda.Meeting) { m.Warnings = []string{"x"} }, "[11 12]", "[]"},
		"moved":               {func(m *agenda.Meeting) { m.Sessions[0].Start = at(40) }, "[11 12]", "[11 12]"}, // the neighbour begins later
		"moved far":           {func(m *agenda.Meeting) { m.Sessions[1].Start = at(40_000) }, "[11 12]", "[11 12]"},
		"cancelled":           {func(m *agenda.Meeting) { m.Sessions[1].Status = agenda.Canceled }, "[11 12]", "[11 12]"},
		"gone":                {func(m *agenda.Meeting) { m.Sessions = m.Sessions[:1] }, "[11]", "[11]"},
		"gone, rows unread":   {func(m *agenda.Meeting) { m.Sessions, m.Unread.Rows = m.Sessions[:1], 1 }, "[11 12]", "[]"},
		"gone, from a cache":  {func(m *agenda.Meeting) { m.Sessions, m.Stale = m.Sessions[:1], true }, "[11 12]", "[]"},
		"emptied":             {func(m *agenda.Meeting) { m.Sessions = nil }, "[11 12]", "[]"},
		"another":             {func(m *agenda.Meeting) { m.Sessions = append(m.Sessions, meets(13, 5000, 60)) }, "[11 12 13]", "[13]"},
		"another room":        {func(m *agenda.Meeting) { m.Sessions[0].Room, m.Sessions[0].OwnRoom = "side", true }, "[11 12]", "[11 12]"},
		"renamed group":       {func(m *agenda.Meeting) { m.Groups[0].Name = "Other" }, "[11 12]", "[11 12]"},
		"another's number":    {func(m *agenda.Meeting) { m.Number = "file:agenda.json" }, "[11 12]", "[]"},
		"number with a slash": {func(m *agenda.Meeting) { m.Number = "../126" }, "[11 12]", "[]"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := store(t, chatlog.Options{})
			add(t, s, ietf(t, meets(11, 0, 60), meets(12, 300, 60)))
			changedSessions(t, s)
			m := ietf(t, meets(11, 0, 60), meets(12, 300, 60))
			tt.change(&m)
			add(t, s, m)
			all, err := s.Sessions(t.Context(), "126")
			if err != nil {
				t.Fatal(err)
			}
			var ids []int
			for _, x := range all {
				ids = append(ids, x.ID)
			}
			slices.Sort(ids)
			dirty := changedSessions(t, s)
			slices.Sort(dirty)
			if fmt.Sprint(ids) != tt.left || fmt.Sprint(dirty) != tt.dirty {
				t.Errorf("sessions %v, to be published %v; want %s, %s", ids, dirty, tt.left, tt.dirty)
			}
			if meetings, err := s.Meetings(t.Context()); err != nil || len(meetings) != 1 || meetings[0].Changed {
				t.Errorf("meetings %+v, %v", meetings, err)
			}
		})
	}
}

// The days on which a session was and is lead to it.
func TestMovedSessionChangesDays(t *testing.T) {
	t.Parallel()
	src, s := &fakeArchive{}, store(t, chatlog.Options{})
	src.set(said(0, "x"))
	export(t, s, src, chatlog.ExportOptions{})
	days := func() []string {
		t.Helper()
		all, err := s.ChangedDays(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Published(t.Context(), "quic", all["quic"], nil, nil); err != nil {
			t.Fatal(err)
		}
		return all["quic"]
	}
	days()
	m := ietf(t, meets(11, 0, 60))
	add(t, s, m)
	if got := days(); !slices.Equal(got, []string{"2026-11-25"}) {
		t.Errorf("a new session: %v", got)
	}
	m.Sessions[0].Start = at(3 * 24 * 60)
	add(t, s, m)
	if got := days(); !slices.Equal(got, []string{"2026-11-25", "2026-11-28"}) {
		t.Errorf("a moved session: %v", got)
	}
}

func TestSend(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	tests := map[string]struct {
		first, second error // what sending ends with
		certain       bool  // whether the second has surely not been taken
		want          string
		sent          bool
	}{
		"taken twice":              {nil, nil, false, "b", true},
		"refused after taken":      {nil, refused, true, "a", true},
		"uncertain after taken":    {nil, refused, false, "b", false},
		"refused after refused":    {refused, refused, true, "", false},
		"taken after refused":      {refused, nil, false, "b", true},
		"refused after a stopping": {context.Canceled, refused, true, "a", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := store(t, chatlog.Options{Now: func() time.Time { return epoch }})
			part := chatlog.Part{Session: chatlog.Session{ID: 7, Room: "quic"}, Span: chatlog.Span{From: at(0), To: at(60)}}
			send := func(digest string, end error, certain bool) {
				err := s.Send(t.Context(), part, digest, func() error {
					// While it is being sent it is not known whether it arrives.
					if u, err := s.Uploaded(t.Context(), 7); err != nil || u.Sent || u.Digest != digest {
						t.Errorf("while %s is sent: %+v, %v", digest, u, err)
					}
					return end
				}, func(error) bool { return certain })
				if !errors.Is(err, end) {
					t.Errorf("got %v, want %v", err, end)
				}
			}
			send("a", tt.first, !errors.Is(tt.first, context.Canceled))
			send("b", tt.second, tt.certain)
			u, err := s.Uploaded(t.Context(), 7)
			if err != nil || u.Digest != tt.want || u.Sent != tt.sent || (u.Digest != "") != u.At.Equal(epoch) {
				t.Errorf("got %+v, %v", u, err)
			}
		})
	}
}

func TestUploadedSessions(t *testing.T) {
	t.Parallel()
	src, s := &fakeArchive{}, store(t, chatlog.Options{})
	fix := said(3601, "in, corrected later")
	fix.Replaces = "m0000"
	src.set(said(0, "in"), said(3600, "behind it"), fix)
	export(t, s, src, chatlog.ExportOptions{})
	part := chatlog.Part{Session: chatlog.Session{ID: 7, Room: "quic"}, Span: chatlog.Span{From: at(-1), To: at(60)}}
	if err := s.Send(t.Context(), part, "a", func() error { return nil }, nil); err != nil {
		t.Fatal(err)
	}
	for archive, want := range map[string]string{"a0000": "[7]", "a3600": "[]", "a3601": "[7]", "other": "[]"} {
		if got, err := s.UploadedSessions(t.Context(), "quic", []string{archive}); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%s: %v, %v, want %s", archive, got, err, want)
		}
	}
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	src := &fakeArchive{}
	now := at(90)
	s := store(t, chatlog.Options{Now: func() time.Time { return now }})
	src.set(said(0, "x"))
	part := chatlog.Span{From: at(-10), To: at(90)}
	covered := func() bool {
		t.Helper()
		c, err := s.Coverage(t.Context(), "quic", part)
		if err != nil {
			t.Fatal(err)
		}
		return c.Covers(part)
	}
	if covered() {
		t.Error("a room that was never read is covered")
	}
	now = at(89)
	export(t, s, src, chatlog.ExportOptions{})
	if covered() {
		t.Error("a time that is not over is covered")
	}
	now = at(90)
	export(t, s, src, chatlog.ExportOptions{})
	if !covered() {
		t.Error("a time that is over is not covered")
	}
	src.failAt = src.requests + 1
	export(t, s, src, chatlog.ExportOptions{})
	if covered() {
		t.Error("a room that could not be read is covered")
	}
}

// What a room is for is kept where an export does not know it.
func TestPurpose(t *testing.T) {
	t.Parallel()
	src, s := &fakeArchive{}, store(t, chatlog.Options{})
	for _, step := range []struct{ in, want chatlog.Purpose }{
		{"", ""}, {chatlog.ForRequester, chatlog.ForRequester}, {"", chatlog.ForRequester}, {chatlog.ForGroup, chatlog.ForGroup},
	} {
		if _, err := s.Export(t.Context(), src, []chatlog.Room{{Name: "quic", Purpose: step.in}}, chatlog.ExportOptions{}); err != nil {
			t.Fatal(err)
		}
		rooms, err := s.Rooms(t.Context())
		if err != nil || len(rooms) != 1 || rooms[0].Purpose != step.want {
			t.Errorf("%q: got %+v, %v", step.in, rooms, err)
		}
		days, err := s.ChangedDays(t.Context())
		if err != nil || (len(days["quic"]) > 0) != (step.in != "") && step.want != "" {
			t.Errorf("%q: changed %v, %v", step.in, days, err)
		}
		if err := s.Published(t.Context(), "quic", days["quic"], nil, nil); err != nil {
			t.Fatal(err)
		}
	}
}
