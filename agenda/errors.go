package agenda

import (
	"fmt"
	"slices"

	"muster/agenda/internal/fetch"
)

// Error is a failure on one document.
type Error struct {
	// URL is the address of the document, or the path of the file.
	URL string
	// Status is the HTTP status of the Datatracker's last answer; 0 where
	// there was none, and for a file.
	Status int
	// Hint says what to do about it; it may be empty.
	Hint string
	// Err is what went wrong; its text names the document.
	Err error
}

// Error returns the failure on one line that names the document.
func (e *Error) Error() string { return "datatracker: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// asError returns an error of [fetch] as one of this package.
func asError(err error) error {
	failure, ok := fetch.AsError(err)
	if !ok {
		return err
	}
	return &Error{URL: failure.URL, Status: failure.Status, Hint: hint(failure.Kind), Err: failure}
}

// unusable returns the error for an answer that cannot be used.
func unusable(address string, err error) error {
	return &fetch.Error{URL: address, Kind: fetch.ErrUnusable, Err: err}
}

// hint returns what the user can do about each kind of failure on the network.
func hint(kind error) string {
	switch kind {
	case fetch.ErrNotFound:
		return "the Datatracker's /meeting/upcoming and /meeting/past list the meetings there are"
	case fetch.ErrUnreachable:
		return "check the Datatracker's URL and the network; a saved agenda.json can be read as file:PATH"
	case fetch.ErrUnusable:
		return "look at the URL in a browser: a proxy, a login page or another server may stand in between"
	}
	return ""
}

// firstError returns the first error that is not nil.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// maxNotes is how many warnings one document may cause.
const maxNotes = 100

// notes collects warnings, a bounded number of them, because the sender of the
// rows decides how many there are.
type notes struct {
	list []string
	more int
}

func (n *notes) add(format string, args ...any) {
	if len(n.list) >= maxNotes {
		n.more++
		return
	}
	n.list = append(n.list, fmt.Sprintf(format, args...))
}

// all returns the warnings, the last of which counts those that were too many.
func (n *notes) all() []string {
	if n.more == 0 {
		return n.list
	}
	return append(slices.Clone(n.list), fmt.Sprintf("… and %d more warnings of this kind", n.more))
}

// sortedSet returns the strings of the lists, sorted, each once.
func sortedSet(lists ...[]string) []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(lists...))))
}
