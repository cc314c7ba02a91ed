package ui

import (
	"fmt"
	"io"
	"strings"
	"sync"

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
