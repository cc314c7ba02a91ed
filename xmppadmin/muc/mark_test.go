package muc_test

import (
	"testing"

	"muster/xmppadmin/muc"
)

func TestMark(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, live, archived string }{
		{"a title", "quic: QUIC", "[archived] quic: QUIC"},
		{"no title", "", "[archived]"},
		{"the word inside", "an [archived] title", "[archived] an [archived] title"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := muc.ArchivedTitle(test.live); got != test.archived {
				t.Errorf("ArchivedTitle(%q) = %q, want %q", test.live, got, test.archived)
			}
			if got := muc.ArchivedTitle(test.archived); got != test.archived {
				t.Errorf("ArchivedTitle(%q) = %q, want it unchanged", test.archived, got)
			}
			if got := muc.LiveTitle(test.archived); got != test.live {
				t.Errorf("LiveTitle(%q) = %q, want %q", test.archived, got, test.live)
			}
			if got := muc.LiveTitle(test.live); got != test.live {
				t.Errorf("LiveTitle(%q) = %q, want it unchanged", test.live, got)
			}
		})
	}
}

func TestIsArchivedTakesBoth(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		settings muc.Settings
		want     bool
	}{
		{"mark and moderation", muc.Settings{muc.Title: "[archived] x", muc.Moderated: muc.True}, true},
		{"the mark alone", muc.Settings{muc.Title: "[archived] x", muc.Moderated: muc.False}, false},
		{"moderation alone", muc.Settings{muc.Title: "x", muc.Moderated: muc.True}, false},
	} {
		if got := muc.IsArchived(test.settings); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
