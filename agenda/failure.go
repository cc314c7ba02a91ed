package agenda

import (
	"errors"
	"fmt"
	"time"
)

// The kinds of failure that a caller tells apart with [errors.Is].
var (
	// ErrNotFound says that the Datatracker answered and knows no such meeting.
	ErrNotFound = errors.New("no such meeting")
	// ErrUnreachable says that the Datatracker gave no answer in time, or
	// none but 429 and 5xx.
	ErrUnreachable = errors.New("datatracker unreachable")
	// ErrUnusable says that something answered, but not with the document
	// that was asked for: not JSON, of the wrong shape, too large, refused,
	// or behind a redirect that is not followed.
	ErrUnusable = errors.New("unusable document")
)

// Error is a failure on one document. It unwraps to its kind ([ErrNotFound],
// [ErrUnreachable] or [ErrUnusable]; none where the caller's own context
// ended) and to its cause.
type Error struct {
	// Op is what was tried: GET, or read for a file.
	Op string
	// URL is the address of the document, or the path of the file.
	URL string
	// Hint says what to do about it; it may be empty.
	Hint string
	// Kind is one of the package's Err values, or nil.
	Kind error
	// Err is what went wrong.
	Err error

	status int // of the last answer, 0 where there was none
}

// Error gives the failure as one line that names the document.
func (e *Error) Error() string {
	return fmt.Sprintf("datatracker: %s %s: %v", e.Op, e.URL, e.Err)
}

// Unwrap gives the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Kind == nil {
		return []error{e.Err}
	}
	return []error{e.Kind, e.Err}
}

// hint is what a person can do about each kind of failure on the network.
func hint(kind error) string {
	switch kind {
	case ErrNotFound:
		return "the Datatracker's /meeting/upcoming and /meeting/past list the meetings there are"
	case ErrUnreachable:
		return "check the Datatracker's URL and the network; a saved agenda.json can be read as file:PATH"
	case ErrUnusable:
		return "look at the URL in a browser: a proxy, a login page or another server may stand in between"
	}
	return ""
}

// effort says how much was tried, for the end of a message; empty for one try.
func effort(tries int, took time.Duration) string {
	if tries < 2 {
		return ""
	}
	unit := time.Second
	if took < time.Second {
		unit = time.Millisecond
	}
	return fmt.Sprintf(" after %d tries in %s", tries, took.Round(unit))
}

// clip shortens what the other side sent, so that it fits in a message. The
// caller prints it with %q.
func clip(s string) string {
	const longest = 80
	if len(s) > longest {
		return s[:longest]
	}
	return s
}
