package chatlog_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/chatlog"
	"muster/xmppadmin"
)

// The clock of an ejabberd steps back: ids are times there, so that what is said
// next comes before what was read already. The count shows that something is
// missing, and the whole archive is read.
func TestClockStepsBack(t *testing.T) {
	t.Parallel()
	f := &fakeArchive{counts: true}
	s := store(t, chatlog.Options{})
	first := []xmppadmin.ArchivedMessage{said(10, "before"), said(500, "last before the step")}
	f.set(first...)
	export(t, s, f, chatlog.ExportOptions{})
	f.set(first[0], said(300, "after the step"), said(301, "and more"), first[1])
	out := export(t, s, f, chatlog.ExportOptions{})
	if out.New != 2 || out.Removed+out.Forgotten != 0 || out.Verdict != chatlog.Whole {
		t.Errorf("the export after the step: %+v", out)
	}
	want := []string{"before", "after the step", "and more", "last before the step"}
	if diff := cmp.Diff(want, texts(t, s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	before := f.requests
	if out = export(t, s, f, chatlog.ExportOptions{}); out.Verdict != chatlog.Whole || f.requests != before+1 {
		t.Errorf("the export after that: %+v with %d requests", out, f.requests-before)
	}
}

// The clock of a Prosody steps back: what was said then has times before those of the
// messages before it, and pages leave it out that begin behind those. None of it is
// taken for removed.
func TestClockStepsBackOnProsody(t *testing.T) {
	t.Parallel()
	for _, step := range []time.Duration{30 * time.Second, 10 * time.Minute, 5 * time.Hour} {
		all := many(60)
		for i := 50; i < 55; i++ {
			all[i].Time = all[i].Time.Add(-step)
		}
		all[0].Time = epoch.AddDate(0, 0, -1)
		f := &fakeArchive{forgets: true, cap: 60}
		f.set(all...)
		s := store(t, chatlog.Options{})
		export(t, s, f, chatlog.ExportOptions{})
		f.cap = 50 // a page ends before the step
		out := export(t, s, f, chatlog.ExportOptions{Full: true})
		if got := len(found(t, s, "text")); got != 50 || len(texts(t, s)) != 60 || slices.Contains(texts(t, s), "[removed]") || out.Removed > 0 {
			t.Errorf("a step of %s: %+v, %q", step, out, texts(t, s))
		}
		verified, err := s.Verify(t.Context(), f, quic, chatlog.VerifyOptions{Deep: true})
		if v := verified[0]; err != nil || v.New+v.Removed+v.Differing > 0 || v.Verdict != chatlog.Whole {
			t.Errorf("a step of %s: %+v, %v", step, v, err)
		}
	}
}

// The clock steps forward and back again: one message is from the future.
func TestMessageFromTheFuture(t *testing.T) {
	t.Parallel()
	f := &fakeArchive{counts: true}
	s := store(t, chatlog.Options{})
	future := said(9999, "from the future")
	future.Time = epoch.AddDate(0, 6, 0)
	f.set(said(1, "one"), future)
	export(t, s, f, chatlog.ExportOptions{})
	f.set(said(1, "one"), said(2, "two"), future)
	if out := export(t, s, f, chatlog.ExportOptions{}); out.New != 1 || out.Verdict != chatlog.Whole {
		t.Errorf("the export: %+v", out)
	}
	if got := texts(t, s); !slices.Equal(got, []string{"one", "two", "from the future"}) {
		t.Errorf("the record has %q", got)
	}
}

// The ids by which people correct and retract are their own. One who uses
// another's neither changes that one's message nor keeps it from being changed.
func TestCopiedIDs(t *testing.T) {
	t.Parallel()
	for _, occupants := range []bool{true, false} {
		t.Run(fmt.Sprintf("occupant ids %v", occupants), func(t *testing.T) {
			t.Parallel()
			mallory := func(m xmppadmin.ArchivedMessage) xmppadmin.ArchivedMessage { return by("mallory", "om", m) }
			one := said(1, "one")
			copied := mallory(said(2, "mallory's"))
			copied.ID = one.ID
			fix := said(3, "one, corrected")
			fix.Replaces = one.ID
			theft := mallory(said(4, "stolen"))
			theft.Replaces = one.ID
			all := []xmppadmin.ArchivedMessage{one, copied, fix, theft}
			if !occupants {
				for i := range all {
					all[i].Occupant = ""
				}
			}
			f := &fakeArchive{counts: true}
			f.set(all...)
			s := store(t, chatlog.Options{})
			export(t, s, f, chatlog.ExportOptions{})
			if got := texts(t, s); !slices.Equal(got, []string{"one, corrected", "stolen"}) {
				t.Errorf("the record has %q", got)
			}
		})
	}
}

// Messages of 100 kB are recorded whole, shown whole, and found by their words.
func TestLongMessages(t *testing.T) {
	t.Parallel()
	var all []xmppadmin.ArchivedMessage
	for i := range 60 {
		all = append(all, said(i, fmt.Sprintf("begin%d %s end%d", i, strings.Repeat("loooong ", 12800), i)))
	}
	f := &fakeArchive{forgets: true, cap: 50}
	f.set(all...)
	s := store(t, chatlog.Options{})
	if out := export(t, s, f, chatlog.ExportOptions{}); out.New != 60 || out.Err != nil {
		t.Fatalf("the export: %+v", out)
	}
	for i, text := range texts(t, s) {
		if text != all[i].Body {
			t.Errorf("message %d has %d bytes, want %d", i, len(text), len(all[i].Body))
		}
	}
	if got := found(t, s, "end37 begin37"); !slices.Equal(got, []string{all[37].Body}) {
		t.Errorf("a search finds %d messages", len(got))
	}
}

// Many messages of one moment keep their order, on servers whose times are
// whole seconds.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	all := many(1500)
	for i := range all {
		all[i].Time = epoch
	}
	f := &fakeArchive{forgets: true, cap: 50}
	f.set(all...)
	s := store(t, chatlog.Options{})
	export(t, s, f, chatlog.ExportOptions{})
	got := texts(t, s)
	if len(got) != len(all) {
		t.Fatalf("the record has %d lines", len(got))
	}
	for i := range got {
		if got[i] != all[i].Body {
			t.Fatalf("line %d is %q", i, got[i])
		}
	}
}

// A change that is interrupted half-way says so, and leaves nothing behind.
func TestInterruptedChange(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	withdrawn := -1 // none while it is negative
	s := store(t, chatlog.Options{Now: func() time.Time {
		if withdrawn >= 0 {
			withdrawn++
		}
		if withdrawn == 2 { // when all statements were used once
			cancel()
		}
		return epoch
	}})
	f := &fakeArchive{}
	f.set(many(400)...)
	export(t, s, f, chatlog.ExportOptions{})
	var ids []string
	for _, m := range many(400) {
		ids = append(ids, m.Archive)
	}
	withdrawn = 0
	if err := s.Withdraw(ctx, "quic", ids, "anna", "a demand"); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want %v", err, context.Canceled)
	}
	if all := texts(t, s); len(all) != 400 || slices.Contains(all, "[withdrawn]") {
		t.Errorf("the record has %d messages, or some are withdrawn", len(all))
	}
}
