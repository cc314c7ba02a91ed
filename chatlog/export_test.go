package chatlog_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster/chatlog"
	"muster/xmppadmin"
)

// kinds of servers, as their archives behave.
var kinds = map[string]func() *fakeArchive{
	"like Prosody":  func() *fakeArchive { return &fakeArchive{forgets: true, cap: 50} },
	"like ejabberd": func() *fakeArchive { return &fakeArchive{counts: true} },
}

func onEachKind(t *testing.T, test func(t *testing.T, f *fakeArchive)) {
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, kind())
		})
	}
}

// many returns n messages.
func many(n int) []xmppadmin.ArchivedMessage {
	var all []xmppadmin.ArchivedMessage
	for i := range n {
		all = append(all, said(i, fmt.Sprintf("text %d", i)))
	}
	return all
}

func TestExportReadsAllOnce(t *testing.T) {
	t.Parallel()
	onEachKind(t, func(t *testing.T, f *fakeArchive) {
		f.set(many(523)...)
		s := store(t, chatlog.Options{})
		out := export(t, s, f, chatlog.ExportOptions{})
		if out.New != 523 || out.Verdict != chatlog.Whole {
			t.Errorf("the first export: %+v, want 523 new and whole", out)
		}
		if got := len(texts(t, s)); got != 523 {
			t.Errorf("the record has %d lines, want 523", got)
		}
		before := f.requests
		if out = export(t, s, f, chatlog.ExportOptions{}); out.New != 0 || out.Verdict != chatlog.Whole {
			t.Errorf("the second export: %+v, want nothing new", out)
		}
		if n := f.requests - before; n != 1 {
			t.Errorf("a quiet room took %d requests, want 1", n)
		}
	})
}

// An export that is cut at any request and run again has every message once.
func TestExportResumes(t *testing.T) {
	t.Parallel()
	onEachKind(t, func(t *testing.T, f *fakeArchive) {
		want := many(310)
		f.set(want...)
		for cut := 1; cut < 9; cut++ {
			path := filepath.Join(t.TempDir(), "logs.db")
			f.requests, f.failAt = 0, cut
			s := storeAt(t, path, chatlog.Options{})
			first := export(t, s, f, chatlog.ExportOptions{})
			f.failAt = 0
			second := export(t, s, f, chatlog.ExportOptions{})
			if first.New+second.New != len(want) || second.Verdict != chatlog.Whole || len(texts(t, s)) != len(want) {
				t.Errorf("cut at request %d: %+v, then %+v, and %d lines; want %d", cut, first, second, len(texts(t, s)), len(want))
			}
			if first.New < len(want) && first.Verdict != chatlog.UnknownVerdict {
				t.Errorf("cut at request %d: the verdict is %q, want unknown", cut, first.Verdict)
			}
		}
	})
}

func TestRemovals(t *testing.T) {
	t.Parallel()
	one, two, three := said(1, "one apple"), said(2, "two pears"), said(3, "three plums")
	retract := func(m, target xmppadmin.ArchivedMessage) xmppadmin.ArchivedMessage {
		m.Body, m.Retracts = "has retracted", target.Archive
		return m
	}
	moderate := xmppadmin.ArchivedMessage{Archive: "a0009", Time: epoch.AddDate(0, 0, 1), Moderates: two.Archive, Reason: "spam"}
	tombstone := two
	tombstone.Body, tombstone.Tombstone, tombstone.Occupant = "", true, ""
	fix := func(m xmppadmin.ArchivedMessage, id string) xmppadmin.ArchivedMessage {
		m.Replaces = id
		return m
	}
	for _, c := range []struct {
		name         string
		counts       bool // the server counts, as ejabberd does
		first, then  []xmppadmin.ArchivedMessage
		want         []string
		gone, stays  string // words that a search no longer finds, and still finds
		keep         bool
		wantRemoved  int
		wantVerdict  chatlog.Verdict
		wantForgoten int
	}{
		{
			name:  "retracted by the author",
			first: []xmppadmin.ArchivedMessage{one, two, three},
			then:  []xmppadmin.ArchivedMessage{one, two, three, retract(said(8, ""), two)},
			want:  []string{"one apple", "[retracted]", "three plums"}, gone: "pears", stays: "plums", wantRemoved: 1,
		},
		{
			name:  "retracted, and the server deletes it",
			first: []xmppadmin.ArchivedMessage{one, two, three}, counts: true,
			then: []xmppadmin.ArchivedMessage{one, three, retract(said(8, ""), two)},
			want: []string{"one apple", "[retracted]", "three plums"}, gone: "pears", stays: "apple", wantRemoved: 1,
		},
		{
			name:  "retracted by another",
			first: []xmppadmin.ArchivedMessage{one, two},
			then:  []xmppadmin.ArchivedMessage{one, two, by("mallory", "om", retract(said(8, ""), two))},
			want:  []string{"one apple", "two pears"}, stays: "pears",
		},
		{
			name:  "retracted by another under the same nick",
			first: []xmppadmin.ArchivedMessage{one, two},
			then:  []xmppadmin.ArchivedMessage{one, two, by("alice", "om", retract(said(8, ""), two))},
			want:  []string{"one apple", "two pears"}, stays: "pears",
		},
		{
			name:  "moderated, with an event and a tombstone",
			first: []xmppadmin.ArchivedMessage{one, two, three},
			then:  []xmppadmin.ArchivedMessage{one, tombstone, three, moderate},
			want:  []string{"one apple", "[moderated]", "three plums"}, gone: "pears", stays: "plums", wantRemoved: 1,
		},
		{
			name:  "removed without a trace",
			first: []xmppadmin.ArchivedMessage{one, two, three}, counts: true,
			then: []xmppadmin.ArchivedMessage{one, three},
			want: []string{"one apple", "[removed]", "three plums"}, gone: "pears", stays: "plums", wantRemoved: 1,
		},
		{
			name:  "the last one removed without a trace",
			first: []xmppadmin.ArchivedMessage{one, two, three}, counts: true,
			then: []xmppadmin.ArchivedMessage{one, two},
			want: []string{"one apple", "two pears", "[removed]"}, gone: "plums", stays: "pears", wantRemoved: 1,
		},
		{
			name:  "removed while others talk",
			first: []xmppadmin.ArchivedMessage{one, two, three}, counts: true,
			then: []xmppadmin.ArchivedMessage{one, three, said(5, "five figs")},
			want: []string{"one apple", "[removed]", "three plums", "five figs"}, gone: "pears", stays: "figs", wantRemoved: 1,
		},
		{
			name:  "forgotten by the server",
			first: []xmppadmin.ArchivedMessage{one, two, three}, counts: true,
			then: []xmppadmin.ArchivedMessage{three},
			want: []string{"one apple", "two pears", "three plums"}, stays: "apple",
			wantVerdict: chatlog.Forgotten, wantForgoten: 2,
		},
		{
			name:  "all of it forgotten by the server",
			first: []xmppadmin.ArchivedMessage{one, two}, counts: true,
			want: []string{"one apple", "two pears"}, stays: "pears",
			wantVerdict: chatlog.Forgotten, wantForgoten: 2,
		},
		{
			name:  "corrected, and the correction corrected",
			first: []xmppadmin.ArchivedMessage{one, two},
			then:  []xmppadmin.ArchivedMessage{one, two, fix(said(8, "two quinces"), "m0002"), fix(said(9, "two medlars"), "m0008")},
			want:  []string{"one apple", "two medlars"}, gone: "pears", stays: "medlars",
		},
		{
			name:  "corrected by another",
			first: []xmppadmin.ArchivedMessage{one, two},
			then:  []xmppadmin.ArchivedMessage{one, two, by("mallory", "om", fix(said(8, "two quinces"), "m0002"))},
			want:  []string{"one apple", "two pears"}, stays: "pears", gone: "quinces",
		},
		{
			name:  "corrected, then retracted",
			first: []xmppadmin.ArchivedMessage{one, fix(two, "m0001")},
			then:  []xmppadmin.ArchivedMessage{one, fix(two, "m0001"), retract(said(8, ""), one)},
			want:  []string{"[retracted]"}, gone: "pears", wantRemoved: 1,
		},
		{
			name:  "a correction of what was retracted",
			first: []xmppadmin.ArchivedMessage{one, two, retract(said(7, ""), two)},
			then:  []xmppadmin.ArchivedMessage{one, two, retract(said(7, ""), two), fix(said(8, "two quinces"), "m0002")},
			want:  []string{"one apple", "[retracted]"}, gone: "quinces",
		},
		{
			name:  "a correction removed without a trace",
			first: []xmppadmin.ArchivedMessage{one, two, fix(said(4, "one quince"), "m0001"), said(5, "five figs")}, counts: true,
			then: []xmppadmin.ArchivedMessage{one, two, said(5, "five figs")},
			want: []string{"[removed]", "two pears", "five figs"}, gone: "quince", stays: "figs", wantRemoved: 1,
		},
		{
			name:  "the last one, a correction, removed without a trace",
			first: []xmppadmin.ArchivedMessage{one, two, fix(said(4, "one quince"), "m0001")}, counts: true,
			then: []xmppadmin.ArchivedMessage{one, two},
			want: []string{"[removed]", "two pears"}, gone: "quince", stays: "pears", wantRemoved: 1,
		},
		{
			name: "retracted, and the setting keeps it", keep: true,
			first: []xmppadmin.ArchivedMessage{one, two},
			then:  []xmppadmin.ArchivedMessage{one, two, retract(said(8, ""), two)},
			want:  []string{"one apple", "two pears"}, stays: "pears", wantRemoved: 1,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := &fakeArchive{counts: c.counts, forgets: !c.counts}
			s := store(t, chatlog.Options{KeepRetracted: c.keep})
			f.set(c.first...)
			export(t, s, f, chatlog.ExportOptions{})
			f.set(c.then...)
			out := export(t, s, f, chatlog.ExportOptions{})
			if diff := cmp.Diff(c.want, texts(t, s)); diff != "" {
				t.Errorf("what readers see (-want +got):\n%s", diff)
			}
			verdict := c.wantVerdict
			if verdict == "" {
				verdict = chatlog.Whole
			}
			if out.Removed != c.wantRemoved || out.Verdict != verdict || out.Forgotten != c.wantForgoten {
				t.Errorf("the outcome is %+v, want %d removed, %s, %d forgotten", out, c.wantRemoved, verdict, c.wantForgoten)
			}
			if c.gone != "" && len(found(t, s, c.gone)) > 0 {
				t.Errorf("a search still finds %q", c.gone)
			}
			if c.stays != "" && len(found(t, s, c.stays)) == 0 {
				t.Errorf("a search no longer finds %q", c.stays)
			}
			again := export(t, s, f, chatlog.ExportOptions{Full: true})
			if diff := cmp.Diff(c.want, texts(t, s)); diff != "" || again.New+again.Removed != 0 {
				t.Errorf("comparing everything once more: %+v, and (-want +got):\n%s", again, diff)
			}
		})
	}
}

// A server that was set back to a backup and then recovers shows the messages
// at its end again.
func TestLastMessagesComeBack(t *testing.T) {
	t.Parallel()
	f := &fakeArchive{counts: true}
	s := store(t, chatlog.Options{})
	f.set(many(3)...)
	export(t, s, f, chatlog.ExportOptions{})
	f.set(many(2)...)
	export(t, s, f, chatlog.ExportOptions{})
	if got := found(t, s, "text"); len(got) != 2 {
		t.Errorf("while it is missing a search finds %q", got)
	}
	f.set(many(3)...)
	export(t, s, f, chatlog.ExportOptions{})
	if got := texts(t, s); !slices.Equal(got, []string{"text 0", "text 1", "text 2"}) {
		t.Errorf("after it is back: %q", got)
	}
	if got := found(t, s, "text"); len(got) != 3 {
		t.Errorf("after it is back a search finds %q", got)
	}
}

// ejabberd answers from the history in its memory when archiving is off.
func TestArchivingSwitchedOff(t *testing.T) {
	t.Parallel()
	f := &fakeArchive{counts: true}
	s := store(t, chatlog.Options{})
	f.set(many(30)...)
	export(t, s, f, chatlog.ExportOptions{})
	f.set(many(30)[29])
	f.off = true
	if out := export(t, s, f, chatlog.ExportOptions{}); out.Verdict != chatlog.Off || out.Removed+out.Forgotten != 0 {
		t.Errorf("the outcome is %+v, want off and nothing removed", out)
	}
	if got := len(texts(t, s)); got != 30 {
		t.Errorf("the record has %d lines, want 30", got)
	}
}

// The archive lost what was not read yet: the record has a gap, and says so.
func TestGap(t *testing.T) {
	t.Parallel()
	onEachKind(t, func(t *testing.T, f *fakeArchive) {
		s := store(t, chatlog.Options{})
		f.set(many(10)...)
		export(t, s, f, chatlog.ExportOptions{})
		f.set(many(40)[20:]...)
		out := export(t, s, f, chatlog.ExportOptions{})
		if out.Verdict != chatlog.Gap || len(texts(t, s)) != 30 {
			t.Errorf("the outcome is %+v with %d lines, want a gap and 30", out, len(texts(t, s)))
		}
	})
}

func TestVerify(t *testing.T) {
	t.Parallel()
	onEachKind(t, func(t *testing.T, f *fakeArchive) {
		s := store(t, chatlog.Options{})
		verdict := func() chatlog.Verdict {
			t.Helper()
			out, err := s.Verify(t.Context(), f, quic, chatlog.VerifyOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return out[0].Verdict
		}
		f.set(many(120)...)
		if got := verdict(); got != chatlog.Unread {
			t.Errorf("before an export: %s", got)
		}
		export(t, s, f, chatlog.ExportOptions{})
		if got := verdict(); got != chatlog.Whole {
			t.Errorf("after it: %s", got)
		}
		f.set(append(many(120), said(500, "later"))...)
		if got := verdict(); got != chatlog.Unread {
			t.Errorf("after another message: %s", got)
		}
		f.set(many(120)[30:]...)
		if got := verdict(); got != chatlog.Forgotten {
			t.Errorf("after the server forgot the oldest: %s", got)
		}
		f.set(slices.Delete(many(120), 60, 61)...)
		if got := verdict(); f.counts && got != chatlog.Unread {
			t.Errorf("after one was removed without a trace: %s", got)
		}
		f.set()
		if got := verdict(); got != chatlog.Forgotten {
			t.Errorf("after the server forgot all: %s", got)
		}
	})
}

func TestProof(t *testing.T) {
	t.Parallel()
	f := &fakeArchive{counts: true}
	s := store(t, chatlog.Options{})
	f.set(many(5)...)
	proves := func(room chatlog.Room, full bool) bool {
		t.Helper()
		if _, err := s.Export(t.Context(), f, []chatlog.Room{room}, chatlog.ExportOptions{Full: full}); err != nil {
			t.Fatal(err)
		}
		p, err := s.Proof(t.Context(), room.Name)
		if err != nil {
			t.Fatal(err)
		}
		return p.Proves()
	}
	archived := chatlog.Room{Name: "quic", Life: chatlog.Archived}
	if proves(archived, false) {
		t.Error("an export without a comparison proves nothing")
	}
	if proves(chatlog.Room{Name: "quic", Life: chatlog.Live}, true) {
		t.Error("people may still speak in a live room")
	}
	if !proves(archived, true) {
		t.Error("an archived room that was compared whole is proved")
	}
	f.set(many(6)...)
	if proves(archived, false) {
		t.Error("what was read after the comparison is not proved")
	}
	if p, err := s.Proof(t.Context(), "other"); err != nil || p.Proves() {
		t.Errorf("a room without a record: %v, %v", p, err)
	}
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	f := &fakeArchive{counts: true}
	s := store(t, chatlog.Options{KeepRetracted: true})
	f.set(many(3)...)
	export(t, s, f, chatlog.ExportOptions{})
	if err := s.Withdraw(t.Context(), "quic", []string{"a0001", "nosuch"}, "anna", "court order"); err == nil {
		t.Error("an unknown message was withdrawn")
	}
	if got := texts(t, s); !slices.Equal(got, []string{"text 0", "text 1", "text 2"}) {
		t.Errorf("after a failure: %q; all or none are withdrawn", got)
	}
	if err := s.Withdraw(t.Context(), "quic", []string{"a0001"}, "anna", "court order"); err != nil {
		t.Fatal(err)
	}
	want := []string{"text 0", "[withdrawn]", "text 2"}
	if got := texts(t, s); !slices.Equal(got, want) {
		t.Errorf("after a withdrawal: %q", got)
	}
	export(t, s, f, chatlog.ExportOptions{Full: true})
	if got := texts(t, s); !slices.Equal(got, want) {
		t.Errorf("after the next export: %q; what was withdrawn stays so", got)
	}
	if got := found(t, s, `"text 1"`); len(got) != 0 {
		t.Errorf("a search finds %q", got)
	}
}
