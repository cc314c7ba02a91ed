package chatlog_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"muster/chatlog"
	"muster/xmppadmin"
)

// The rows of the table of KindOf, and what wins where several apply.
func TestKindOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		m    xmppadmin.ArchivedMessage
		want chatlog.Kind
	}{
		{"a body", xmppadmin.ArchivedMessage{Body: "hello"}, chatlog.Said},
		{"nothing", xmppadmin.ArchivedMessage{}, chatlog.Marker},
		{"a marker", xmppadmin.ArchivedMessage{Marker: true}, chatlog.Marker},
		{"a subject", xmppadmin.ArchivedMessage{HasSubject: true, Subject: "agenda"}, chatlog.Subject},
		{"an empty subject", xmppadmin.ArchivedMessage{HasSubject: true}, chatlog.Subject},
		{"a subject with a body", xmppadmin.ArchivedMessage{HasSubject: true, Body: "hello"}, chatlog.Said},
		{"a tombstone", xmppadmin.ArchivedMessage{Tombstone: true}, chatlog.Said},
		{"a correction", xmppadmin.ArchivedMessage{Replaces: "m1", Body: "hello"}, chatlog.Correction},
		{"a correction to nothing", xmppadmin.ArchivedMessage{Replaces: "m1"}, chatlog.Marker},
		{"a reaction with a fallback", xmppadmin.ArchivedMessage{Reacts: "a1", Body: "+1"}, chatlog.Reaction},
		{"a retraction with a fallback", xmppadmin.ArchivedMessage{Retracts: "a1", Body: "retracted"}, chatlog.Retraction},
		{"a former retraction", xmppadmin.ArchivedMessage{RetractsOrigin: "o1"}, chatlog.Retraction},
		{"a moderation", xmppadmin.ArchivedMessage{Moderates: "a1"}, chatlog.Moderation},
	} {
		if got := chatlog.KindOf(&c.m); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Every combination of the table of Effect.
func TestEffect(t *testing.T) {
	t.Parallel()
	kinds := []chatlog.Kind{
		chatlog.Said, chatlog.Subject, chatlog.Correction, chatlog.Reaction, chatlog.Retraction, chatlog.Moderation, chatlog.Marker,
	}
	states := []chatlog.State{
		chatlog.Unchanged, chatlog.Corrected, chatlog.Retracted, chatlog.Moderated, chatlog.Removed, chatlog.Withdrawn,
	}
	effects := map[string]chatlog.State{ // kind, author, target
		"correction same said":       chatlog.Corrected,
		"correction same correction": chatlog.Corrected,
		"retraction same said":       chatlog.Retracted,
		"retraction same correction": chatlog.Retracted,
		"moderation same said":       chatlog.Moderated,
		"moderation same correction": chatlog.Moderated,
		"moderation same subject":    chatlog.Moderated,
		"moderation else said":       chatlog.Moderated,
		"moderation else correction": chatlog.Moderated,
		"moderation else subject":    chatlog.Moderated,
	}
	for _, kind := range kinds {
		for _, target := range kinds {
			for _, same := range []bool{true, false} {
				for _, state := range states {
					author := map[bool]string{true: "same", false: "else"}[same]
					key := string(kind) + " " + author + " " + string(target)
					want := effects[key]
					if state != chatlog.Unchanged && state != chatlog.Corrected {
						want = chatlog.Unchanged
					}
					if got := chatlog.Effect(kind, same, target, state); got != want {
						t.Errorf("%s, in state %q: %q, want %q", key, state, got, want)
					}
				}
			}
		}
	}
}

func TestFallbacksAreCut(t *testing.T) {
	t.Parallel()
	const reply, other = "urn:xmpp:reply:0", "urn:example:other"
	for _, c := range []struct {
		name, body string
		fallbacks  []xmppadmin.Fallback
		want       string
	}{
		{"none", "hello", nil, "hello"},
		{"a quotation", "> hi\nhello", []xmppadmin.Fallback{{For: reply, Start: 0, End: 5}}, "hello"},
		{"counted in code points", "> é🦜\nhello", []xmppadmin.Fallback{{For: reply, Start: 0, End: 5}}, "hello"},
		{"all of it", "hello", []xmppadmin.Fallback{{For: reply, Start: -1, End: -1}}, ""},
		{"of an unknown extension", "hello", []xmppadmin.Fallback{{For: other, Start: 0, End: 2}}, "hello"},
		{"beyond the end", "hello", []xmppadmin.Fallback{{For: reply, Start: 0, End: 6}}, "hello"},
		{"backwards", "hello", []xmppadmin.Fallback{{For: reply, Start: 4, End: 2}}, "hello"},
		{"two that overlap", "abcdef", []xmppadmin.Fallback{{For: reply, Start: 0, End: 3}, {For: reply, Start: 2, End: 4}}, "ef"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := &fakeArchive{}
			m := said(1, c.body)
			m.Fallbacks = c.fallbacks
			f.set(m, said(2, "end"))
			s := store(t, chatlog.Options{})
			export(t, s, f, chatlog.ExportOptions{})
			if got := texts(t, s)[0]; c.want != "" && got != c.want || c.want == "" && got != "end" {
				t.Errorf("readers see %q, want %q", got, c.want)
			}
		})
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	f := &fakeArchive{}
	f.set(
		said(1, "QUIC version negotiation"),
		by("bob", "ob", said(2, "the negotiation of versions")),
		said(90000, "ECN crème brûlée"), // on the next day
		said(90001, `a "quoted" word, NEAR(x y) AND col:umn*`),
	)
	s := store(t, chatlog.Options{})
	export(t, s, f, chatlog.ExportOptions{})
	for _, c := range []struct {
		query string
		want  int
	}{
		{"negotiation", 2},
		{"NEGOTIATION quic", 1},
		{`"version negotiation"`, 1},
		{`"negotiation version"`, 0},
		{"negotiation -quic", 1},
		{"nick:bob", 1},
		{"negotiation nick:bob", 1},
		{"room:quic", 4},
		{"room:other negotiation", 0},
		{"negot*", 2},
		{"creme", 1},
		{"after:2026-11-26 nick:alice", 2},
		{"before:2026-11-26 nick:alice", 1},
		{`nick:"bob`, 1},
		{`nick:a"b`, 0},
		{"", 0},
		{"-negotiation", 0},
		{`"`, 0},
		{`""`, 0},
		{"*", 0},
		{"NEAR(x", 1},
		{"AND", 1},
		{"col:umn*", 1},
		{"body : x", 0},
		{`x" OR "y`, 0},
		{"quoted'); DROP TABLE message;--", 0},
		{"\x00", 0},
		{"a\x00b", 0},
		{"\xff\xfe", 0},
	} {
		if got := found(t, s, c.query); len(got) != c.want {
			t.Errorf("search %q finds %q, want %d", c.query, got, c.want)
		}
	}
	for _, bad := range []string{"after:yesterday x", strings.Repeat("x", 2000), strings.Repeat("x ", 30)} {
		if _, err := chatlog.ParseQuery(bad); err == nil {
			t.Errorf("the query %.20q is accepted", bad)
		}
	}
}

// No text of a person's makes a search fail.
func FuzzParseQuery(f *testing.F) {
	for _, seed := range []string{"quic", `"a b" -c`, `room:quic nick:"x`, "after:2026-11-25", `""*`, "NOT OR AND ( )", "\x00\xff"} {
		f.Add(seed)
	}
	path := f.TempDir() + "/logs.db"
	s, err := chatlog.Open(f.Context(), path, chatlog.Options{Service: "rooms.example.org"})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	f.Fuzz(func(t *testing.T, text string) {
		q, err := chatlog.ParseQuery(text)
		if err != nil {
			return
		}
		for _, term := range append(append(q.Words, q.Phrases...), q.Not...) {
			if !utf8.ValidString(term) {
				t.Errorf("the term %q is not UTF-8", term)
			}
		}
		if _, err := s.Search(t.Context(), q, 0, 1); err != nil {
			t.Errorf("search %q: %v", text, err)
		}
	})
}
