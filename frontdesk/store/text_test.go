package store_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"muster/frontdesk/store"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`<img src="x"> & <b>`:    `＜img src="x"＞ ＆ ＜b＞`,
		" one\r\ntwo\u2028three": "one two three",
		"a\x00b\x1b[31mc\u202ed": "ab[31mcd",
		"bad \xff UTF-8":         "bad UTF-8",
		"":                       "",
	} {
		if got := store.Plain(text); got != want {
			t.Errorf("%q is %q, not %q", text, got, want)
		}
	}
}

func TestShown(t *testing.T) {
	t.Parallel()
	for jid, want := range map[string]string{
		"alice@example.org":              "alice@example.org",
		"\u0430lice@example.org":         "\u0430lice@example.org (contains U+0430)",
		"b\u00fccher@ex\u0430mple.org":   "b\u00fccher@ex\u0430mple.org (contains U+00FC U+0430)",
		"\u0430\u0431\u0432\u0433\u0434": "\u0430\u0431\u0432\u0433\u0434 (contains U+0430 U+0431 U+0432 U+0433)",
	} {
		if got := store.Shown(jid); got != want {
			t.Errorf("%q is shown as %q, not %q", jid, got, want)
		}
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"<b>", "&amp;", "a\nb", "\xff", "\u202e", "\ufeff", strings.Repeat("<", 600), "\u2028", "\U0001f600 \u200d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := store.Plain(s)
		if strings.ContainsAny(got, "<>&\r\n\t\x00\x1b\u2028\u2029\u202e") || !utf8.ValidString(got) || utf8.RuneCountInString(got) > 500 {
			t.Errorf("%q is %q", s, got)
		}
		if again := store.Plain(got); again != got {
			t.Errorf("%q is %q, and then %q", s, got, again)
		}
	})
}
