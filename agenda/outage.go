package agenda

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"muster/agenda/internal/fetch"
)

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
	// Hint says what to do about it; it may be empty.
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
