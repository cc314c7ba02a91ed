package ui

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape returns s as text that can be written to a terminal: one line, with
// control characters, bidirectional and other invisible characters and invalid
// UTF-8 as Go writes them in a string, such as \x1b or \u202e.
func Escape(s string) string {
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !hidden(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r < utf8.RuneSelf:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xFFFF:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}

// hidden reports whether r cannot be seen, or changes how what follows is
// seen. The joiners and the selectors of emoji variants stay, since text in
// some scripts needs them, and so does the byte of invalid UTF-8, which Escape
// treats by itself.
func hidden(r rune) bool {
	const nonJoiner, joiner, textVariant, emojiVariant = '\u200C', '\u200D', '\uFE0E', '\uFE0F'
	switch r {
	case nonJoiner, joiner, textVariant, emojiVariant:
		return false
	case utf8.RuneError:
		return true
	}
	return !unicode.IsPrint(r) || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
