package provision

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"muster/xmppadmin"
)

func TestOneLine(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		in    string
		limit int
		want  string
	}{
		"plain":                {"QUIC", 10, "QUIC"},
		"empty":                {"", 10, ""},
		"white space":          {" \t a\r\n\u2028b \u00a0 c\u0085", 10, "a b c"},
		"only white space":     {" \n ", 10, ""},
		"control characters":   {"a\x00b\x1b[31mc\x7fd\u009be", 20, "ab[31mcde"},
		"bidi overrides":       {"a\u202eb\u2066c\ufeffd", 10, "abcd"},
		"joiners stay":         {"a\u200db\u200cc", 10, "a\u200db\u200cc"},
		"not for XML":          {"a\ufffeb\uffffc", 10, "abc"},
		"invalid UTF-8":        {"a\xffb\xc3", 10, "ab"},
		"replacement stays":    {"a\ufffdb", 10, "a\ufffdb"},
		"just fits":            {"abcde", 5, "abcde"},
		"too long":             {"abcdef", 5, "abcd…"},
		"runes are counted":    {"äöüß…", 5, "äöüß…"},
		"cut before a space":   {"abc def", 5, "abc…"},
		"cut after a word":     {"abcd efg hijkl mn", 13, "abcd efg…"},
		"a long last word":     {"ab https://example.org/", 13, "ab https://e…"},
		"emoji and big planes": {"a🙂\U0001fffeb", 10, "a🙂b"},
	}
	for name, c := range cases {
		if got := OneLine(c.in, c.limit); got != c.want {
			t.Errorf("%s: OneLine(%q) = %q, want %q", name, c.in, got, c.want)
		}
	}
}

func FuzzOneLine(f *testing.F) {
	for _, s := range []string{"", "a b", " a\tb ", "\x00", "\xff", "a\u202eb", "日本語", "a\ufffeb", strings.Repeat("long ", 100)} {
		f.Add(s, 20)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = 1 + (limit&0x7fffffff)%300
		got := OneLine(s, limit)
		if again := OneLine(got, limit); again != got {
			t.Errorf("OneLine(%q) = %q, and of that %q", s, got, again)
		}
		if n := utf8.RuneCountInString(got); n > limit || !utf8.ValidString(got) {
			t.Errorf("OneLine(%q, %d) has %d runes: %q", s, limit, n, got)
		}
		if got != strings.TrimSpace(got) || strings.Contains(got, "  ") {
			t.Errorf("OneLine(%q) = %q has white space to spare", s, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF || unicode.IsSpace(r) && r != ' ' {
				t.Errorf("OneLine(%q) = %q has %U", s, got, r)
			}
		}
	})
}

func TestCheckName(t *testing.T) {
	t.Parallel()
	for name, good := range map[string]bool{
		"quic": true, "6man": true, "krb-wg": true, "x3s3.3": true, "hip_conclded": true, strings.Repeat("x", 64): true,
		"": false, "-x": false, ".x": false, "_x": false, "Quic": false, "a b": false, "a/b": false, "a@b": false,
		"ä": false, "x\n": false, strings.Repeat("x", 65): false,
	} {
		if why := CheckName(name); (why == "") != good {
			t.Errorf("%q: %q", name, why)
		}
	}
}

// FuzzName holds the rule for names against the preparation of JIDs: a name
// that the rule lets through is left as it is, at the address that it gets.
func FuzzName(f *testing.F) {
	for _, s := range []string{"quic", "6man", "IMTC", "x3s3.3", "hip_conclded", "a b", "ünï", "\u212a", "a\u00ad", "…", "a..b", "0_-."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name := Lower(s)
		if CheckName(name) != "" {
			return
		}
		a, err := NewAddresses("Rooms.Example.org")
		if err != nil {
			t.Fatal(err)
		}
		if jid, err := xmppadmin.RoomJID(name, "Rooms.Example.org"); err != nil || jid != a.JID(name) {
			t.Errorf("%q is %q here and %q, %v there", name, a.JID(name), jid, err)
		}
		if !strings.EqualFold(name, s) || len(name) != len(s) {
			t.Errorf("%q became %q", s, name)
		}
	})
}
