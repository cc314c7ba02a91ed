// Package rest reads the lists of the Datatracker's REST API (tastypie): page by
// page to their end, narrowed to the single row where the Datatracker fails on a
// page, with copies from the cache where it fails altogether, and counted. What
// the rows mean is left to the caller, who brings the parser of a page.
package rest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"muster/agenda/internal/fetch"
)

// MaxFailures is how many pages of one list may fail and be read in parts
// instead: enough for three bad rows far from each other.
const MaxFailures = 12

// List is one list and how to read it.
type List[R any] struct {
	// Name is how the list is called in warnings and errors: list of groups.
	Name string
	// Of is what part of the list is read, as it reads after "row 3": "of type
	// wg"; it may be empty.
	Of string
	// Parse reads one page, and ID returns the number of a row.
	Parse func(body []byte) (Page[R], error)
	ID    func(R) int
}

// Got is what was read of a list.
type Got[R any] struct {
	Rows   []R
	Unread []Unread
	// Outages are why copies from the cache stand in for pages.
	Outages []Outage
	// Confirmed is when the Datatracker last sent or confirmed the oldest page,
	// in UTC.
	Confirmed time.Time
	Warnings  []string

	totals []int // the number of all rows according to each page, -1 where it has none
}

// Outage is why the copy of a page is used, and when the Datatracker last sent or
// confirmed that copy.
type Outage struct {
	Failure   *fetch.Error
	Confirmed time.Time
}

// Address returns the address of the first page of a list that is at base, with
// these filters.
func Address(base *url.URL, filters url.Values) string {
	query := url.Values{"format": {"json"}, "limit": {strconv.Itoa(PageSize)}}
	for key, values := range filters {
		query[key] = values
	}
	first := *base
	first.RawQuery = query.Encode()
	return first.String()
}

// Read reads a list whose first page is at this address. A page on which the
// Datatracker fails is read in smaller parts, down to the row that it fails on,
// which counts as unread. A list that cannot be read to its end is an error.
func (l List[R]) Read(ctx context.Context, docs *fetch.Client, first string) (Got[R], error) {
	r := &reader[R]{list: l, docs: docs}
	err := EachPage(l.Name, first, func(address string) (Part, error) { return r.page(ctx, address) })
	return r.got, err
}

// Check compares the number of rows with what the Datatracker counts, and
// returns a warning where they differ, else the empty string.
func (l List[R]) Check(got Got[R]) string {
	ids, rows := map[int]bool{}, 0
	for _, row := range got.Rows {
		ids[l.ID(row)] = true
	}
	for _, row := range got.Unread {
		if row.ID > 0 {
			ids[row.ID] = true
			continue
		}
		rows++
	}
	rows += len(ids)
	for _, total := range got.totals {
		switch {
		case total < 0:
			return fmt.Sprintf("%s: the Datatracker does not count those%s; some may be missing", l.Name, l.of())
		case total != rows:
			return fmt.Sprintf("%s: %d rows%s came where the Datatracker counts %d; the list is incomplete, or changed meanwhile",
				l.Name, rows, l.of(), total)
		}
	}
	return ""
}

// of returns what part of the list is read, with a space before it.
func (l List[R]) of() string { return strings.TrimRight(" "+l.Of, " ") }

// GotOf returns what a list has that is this page alone.
func GotOf[R any](p Page[R]) Got[R] {
	return Got[R]{Rows: p.Rows, Unread: p.Unread, Warnings: p.Notes.All(), totals: []int{p.Total}}
}

// reader reads the pages of one list.
type reader[R any] struct {
	list     List[R]
	docs     *fetch.Client
	got      Got[R]
	failures int
}

// page reads the page at an address. The copy in the cache serves only where
// smaller pages fail too.
func (r *reader[R]) page(ctx context.Context, address string) (Part, error) {
	doc, err := fetch.Get(ctx, r.docs, fetch.Request[Page[R]]{
		URL: address, Parse: r.list.Parse, Empty: func(p Page[R]) bool { return p.size() == 0 }, Expect500: true,
	})
	failure, _ := fetch.AsError(err)
	if badRow(failure) {
		parts := &reader[R]{list: r.list, docs: r.docs, failures: r.failures}
		next, partErr := parts.splitPage(ctx, address, failure)
		r.failures = parts.failures
		if partErr == nil {
			r.got.adopt(parts.got)
			r.got.Warnings = append(r.got.Warnings, doc.Warnings...)
			return Part{len(parts.got.Rows) + len(parts.got.Unread), -1, next}, nil
		}
		if ctx.Err() != nil {
			return Part{}, partErr
		}
	}
	if err != nil {
		if failure.Kind == fetch.ErrNotFound { // a missing page does not end the list
			failure.Kind = fetch.ErrUnusable
		}
		if doc, err = doc.OrCached(failure); err != nil {
			return Part{}, err
		}
	}
	got := GotOf(doc.Value)
	got.Confirmed = doc.Confirmed
	got.Warnings = slices.Concat(doc.Warnings, got.Warnings)
	if doc.Failure != nil {
		got.Outages = []Outage{{doc.Failure, doc.Confirmed}}
	}
	r.got.adopt(got)
	return Part{doc.Value.size(), doc.Value.Total, doc.Value.Next}, nil
}

// adopt adds what was read elsewhere.
func (g *Got[R]) adopt(other Got[R]) {
	g.Rows = append(g.Rows, other.Rows...)
	g.Unread = append(g.Unread, other.Unread...)
	g.totals = append(g.totals, other.totals...)
	g.Outages = append(g.Outages, other.Outages...)
	g.Warnings = append(g.Warnings, other.Warnings...)
	if g.Confirmed.IsZero() || !other.Confirmed.IsZero() && other.Confirmed.Before(g.Confirmed) {
		g.Confirmed = other.Confirmed
	}
}

// badRow reports whether a failure may be that of a single row: the Datatracker
// answers 404 or 500 for every page that has a row it cannot put into JSON.
func badRow(failure *fetch.Error) bool {
	return failure != nil && (failure.Status == http.StatusNotFound || failure.Status == http.StatusInternalServerError)
}

// splitPage reads the page at an address, which failed, in ten parts, and
// returns the address of the page after it. Where the page has a single row,
// that row is left out.
func (r *reader[R]) splitPage(ctx context.Context, address string, cause error) (next string, err error) {
	w, err := windowOf(address)
	if err != nil || r.failures == MaxFailures {
		return "", cause
	}
	r.failures++
	end := w.offset + w.limit
	if w.limit == 1 {
		r.got.Unread = append(r.got.Unread, Unread{})
		r.got.Warnings = append(r.got.Warnings, fmt.Sprintf(
			"%s: row %d%s is left out: the Datatracker fails on it: %v", r.list.Name, w.offset, r.list.of(), cause))
		return w.part(end, 1), nil
	}
	size := max(1, w.limit/10)
	for at := w.offset; at < end; {
		page, err := r.page(ctx, w.part(at, min(size, end-at)))
		if err != nil || page.Next == "" {
			return "", err
		}
		if page.Rows == 0 {
			return "", cause
		}
		at += page.Rows // which may be fewer than requested
	}
	return w.part(end, w.limit), nil
}
