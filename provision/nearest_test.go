package provision

import "testing"

func TestNearest(t *testing.T) {
	t.Parallel()
	commands := []string{"adopt", "apply", "plan", "rooms", "sync"}
	cases := []struct {
		name, word string
		candidates []string
		want       string
	}{
		{"a letter missing", "aply", commands, "apply"},
		{"two letters swapped", "adpot", commands, "adopt"},
		{"the word itself", "plan", commands, "plan"},
		{"two letters swapped in a short word", "tsl", []string{"6lo", "tls"}, "tls"},
		{"a short word", "pln", commands, "plan"},
		{"a third of a long word", "xmpp.pasword_fle", []string{"xmpp.password_file", "xmpp.password_env"}, "xmpp.password_file"},
		{"as far as the word is long", "show", commands, ""},
		{"nothing in common", "nosuch", []string{"oauth"}, ""},
		{"too short for two edits", "abc", []string{"abxy"}, ""},
		{"no candidates", "x", nil, ""},
		{"the first of two", "roms", []string{"rooms", "rome"}, "rooms"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Nearest(c.word, c.candidates); got != c.want {
				t.Errorf("Nearest(%q) = %q, want %q", c.word, got, c.want)
			}
		})
	}
}
