package ui

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"muster/cmd/muster/internal/fileerr"
)

// sink is a stream that is written to line by line, each text escaped. After a
// failure it writes no more.
type sink struct {
	name string // for errors
	w    io.Writer

	mu     sync.Mutex
	failed error // the first failure
	drawn  bool  // a transient line is shown
}

// eraseLine goes to the beginning of the line and erases it (ECMA-48 §8.3.41).
const eraseLine = "\r\x1b[K"

// transient shows a line that the next one replaces; none where text is empty.
func (s *sink) transient(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil || text == "" && !s.drawn {
		return
	}
	_, _ = io.WriteString(s.w, eraseLine+Escape(text))
	s.drawn = text != ""
}

// Write writes p as it is.
func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil {
		return 0, s.failed
	}
	if s.drawn {
		s.drawn = false
		_, _ = io.WriteString(s.w, eraseLine)
	}
	n, err := s.w.Write(p)
	if err != nil {
		s.failed = fmt.Errorf("%s: %w", s.name, fileerr.Cause(err))
	}
	return n, s.failed
}

// line writes one line of plain text, escaped as a whole.
func (s *sink) line(format string, args ...any) {
	s.spans(false, span{text: fmt.Sprintf(format, args...)})
}

// blank writes an empty line.
func (s *sink) blank() { _, _ = io.WriteString(s, "\n") }

// span is a part of a line with a style of its own.
type span struct {
	style style
	text  string
}

// spans writes one line, in colour or without.
func (s *sink) spans(colour bool, spans ...span) {
	var b strings.Builder
	for _, p := range spans {
		text := Escape(p.text)
		if colour && p.style != plain && text != "" {
			text = "\x1b[" + string(p.style) + "m" + text + "\x1b[0m"
		}
		b.WriteString(text)
	}
	b.WriteByte('\n')
	_, _ = io.WriteString(s, b.String())
}

// style is the parameter of an SGR escape sequence (ECMA-48 §8.3.117).
type style string

const (
	plain  style = ""
	red    style = "31"
	green  style = "32"
	yellow style = "33"
	purple style = "35"
	cyan   style = "36"
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
