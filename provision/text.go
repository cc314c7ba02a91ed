package provision

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Date returns the day of t in UTC: "2 January 2006".
func Date(t time.Time) string { return t.UTC().Format("2 January 2006") }

// InDays returns d in words: "30 days", or "36h0m0s" for what is no number of
// days.
func InDays(d time.Duration) string {
	const day = 24 * time.Hour
	if d%day != 0 || d == day {
		return d.String()
	}
	return strconv.Itoa(int(d/day)) + " days"
}

// MeetingName returns the name of the meeting of that number: "IETF 126", the
// name of an interim, or "the meeting" where it has no number.
func MeetingName(number string) string {
	if number == "" {
		return "the meeting"
	}
	for _, c := range number {
		if c < '0' || c > '9' {
			return OneLine(number, MaxPlace)
		}
	}
	return "IETF " + number
}

// The lengths, in runes, that texts are cut to. Parts that come from outside
// are cut first, so that one long name cannot push the rest of a text out.
const (
	MaxTitle       = 200
	MaxDescription = 1000
	MaxSubject     = 300
	MaxGroupName   = 120
	MaxPlace       = 80
)

// OneLine returns s as one line that may stand in XML 1.0 and on a terminal:
// runs of white space and line ends become one space, control characters,
// invisible formatting characters and what XML does not allow are left out, as
// are white space at both ends and invalid UTF-8. A text of more than limit
// runes is cut after a word, unless that leaves less than half, and ends with
// an ellipsis. What OneLine returns it leaves as it
// is.
func OneLine(s string, limit int) string {
	if IsPlain(s) && len(s) <= limit {
		return s
	}
	var b strings.Builder
	b.Grow(min(len(s), 4*limit))
	space := false
	for i, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"), invisible(r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return cut(b.String(), limit)
}

// IsPlain reports whether s is printable ASCII with nothing to tidy up, as
// nearly every text is.
func IsPlain(s string) bool {
	last := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && last == ' ' {
			return false
		}
		last = c
	}
	return last != ' ' || s == ""
}

// invisible reports whether r has no place in a line of text. The joiners stay:
// some scripts cannot be written without them.
func invisible(r rune) bool {
	const nonJoiner, joiner = '\u200C', '\u200D'
	switch {
	case r <= unicode.MaxASCII:
		return r < ' ' || r == '\x7f'
	case r == nonJoiner || r == joiner:
		return false
	case r&0xFFFE == 0xFFFE: // never characters, and not allowed in XML
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs)
}

// cut shortens s to limit runes, after a word if that leaves at least half.
func cut(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	n, word, half := 0, 0, 0
	for i, r := range s {
		n++
		if n == (limit+1)/2 {
			half = i
		}
		if r == ' ' {
			word = i
		}
		if n == limit {
			if word < half || word == 0 {
				word = i
			}
			return strings.TrimRight(s[:word], " ") + "…"
		}
	}
	return s
}
