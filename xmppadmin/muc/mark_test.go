package muc_test

import (
	"testing"

	"muster/xmppadmin/muc"
)

func TestMarks(t *testing.T) {
	t.Parallel()
	marks := []struct {
		name string
		mark func(string) string
		text string
	}{
		{"archived", muc.ArchivedTitle, "[archived]"},
		{"archiving", muc.ArchivingTitle, "[archiving]"},
		{"reopening", muc.ReopeningTitle, "[opening]"},
	}
	for _, title := range []string{"", "quic: QUIC", "an [archived] title", "[other] x"} {
		for _, m := range marks {
			want := m.text + " " + title
			if title == "" {
				want = m.text
			}
			got := m.mark(title)
			if got != want {
				t.Errorf("%s: %q becomes %q, want %q", m.name, title, got, want)
			}
			if again := m.mark(got); again != got {
				t.Errorf("%s: %q becomes %q, want it unchanged", m.name, got, again)
			}
			if live := muc.LiveTitle(got); live != title || !muc.IsMarked(got) || muc.IsMarked(title) {
				t.Errorf("%s: LiveTitle(%q) = %q, want %q", m.name, got, live, title)
			}
			for _, other := range marks {
				if len(other.mark(title)) > len(muc.ArchivingTitle(title)) || other.mark(got) != other.mark(title) {
					t.Errorf("from %q to %q: %q", got, other.name, other.mark(got))
				}
			}
		}
	}
}

func TestArchivedAndHalfArchived(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name           string
		title          string
		moderated      string
		archived, half bool
	}{
		{"mark and moderation", "[archived] x", muc.True, true, false},
		{"the mark alone", "[archived] x", muc.False, false, true},
		{"moderation alone", "x", muc.True, false, false},
		{"archiving", "[archiving] x", muc.True, false, true},
		{"reopening", "[opening] x", muc.False, false, true},
		{"live", "x", muc.False, false, false},
	} {
		s := muc.Settings{muc.Title: test.title, muc.Moderated: test.moderated}
		if muc.IsArchived(s) != test.archived || muc.IsHalfArchived(s) != test.half {
			t.Errorf("%s: archived %v, half archived %v", test.name, muc.IsArchived(s), muc.IsHalfArchived(s))
		}
	}
}
