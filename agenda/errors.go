package agenda

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"muster/agenda/internal/fetch"
)

// Error is a failure on one document.
type Error struct {
	// URL is the address of the document, or the path of the file.
	URL string
	// Status is the HTTP status of the Datatracker's last answer; 0 where
	// there was none, and for a file.
	Status int
	// Hint is what to do about it; it may be empty.
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

// Outage is one reason why the Datatracker gave nothing usable for one or more
// documents, for which copies from the cache are used. It is the
// error of a caller that must not act on old copies.
type Outage struct {
	// Cause is what went wrong, the same for all documents: "500 Internal
	// Server Error", "dial tcp …: connection refused".
	Cause string
	// Status is the HTTP status of the last answer; 0 where there was none.
	Status int
	// URLs are the addresses of the documents, sorted, each once.
	URLs []string
	// Confirmed is when the Datatracker last sent or confirmed the copies, that
	// of the oldest of them, in UTC; zero where there are no copies.
	Confirmed time.Time
	// Hint is what to do about it; it may be empty.
	Hint string
}

// Error returns the outage on one line.
func (o *Outage) Error() string {
	text := fmt.Sprintf("datatracker: GET %s: %s", o.URLs[0], o.Cause)
	if more := len(o.URLs) - 1; more > 0 {
		text = fmt.Sprintf("datatracker: %s (GET %s and %d more)", o.Cause, o.URLs[0], more)
	}
	if o.Confirmed.IsZero() {
		return text
	}
	return fmt.Sprintf("%s; the copy of %s is used", text, o.Confirmed.Format("2006-01-02 15:04:05 UTC"))
}

// MergeOutages returns one outage for each cause, sorted by cause. Meetings and
// lists of groups that were read in one run usually share theirs.
func MergeOutages(lists ...[]Outage) []Outage {
	var out []Outage
	for _, o := range slices.Concat(lists...) {
		at := slices.IndexFunc(out, func(have Outage) bool { return have.Cause == o.Cause && have.Status == o.Status })
		if at < 0 {
			out = append(out, o)
			continue
		}
		have := &out[at]
		have.URLs = sortedSet(have.URLs, o.URLs)
		if have.Confirmed.IsZero() || !o.Confirmed.IsZero() && o.Confirmed.Before(have.Confirmed) {
			have.Confirmed = o.Confirmed
		}
	}
	slices.SortFunc(out, func(a, b Outage) int { return cmp.Or(cmp.Compare(a.Cause, b.Cause), cmp.Compare(a.Status, b.Status)) })
	return out
}

// outageOf returns the outage for which a document comes from the cache, none
// where it does not.
func outageOf[T any](d fetch.Document[T]) []Outage {
	if d.Failure == nil {
		return nil
	}
	o := outageFrom(d.Failure)
	o.Confirmed = d.Confirmed
	return []Outage{o}
}

func outageFrom(f *fetch.Error) Outage {
	return Outage{Cause: f.Err.Error(), Status: f.Status, URLs: []string{f.URL}, Hint: hint(f.Kind)}
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

// sortedSet returns the strings of the lists, sorted, each once.
func sortedSet(lists ...[]string) []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(lists...))))
}
