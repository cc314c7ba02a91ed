package agenda

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// maxFailures is how many pages of one list may fail and be read in parts
// instead: enough for three bad rows far from each other.
const maxFailures = 12

// groupReader reads the list of the groups of one type.
type groupReader struct {
	c        *Client
	slug     string
	rows     []groupRow
	unread   []int // the numbers of groups left out, 0 where not readable
	totals   []int // what each page says of the number of all rows, -1 for nothing
	stale    bool
	notes    notes
	warnings []string
	failures int
}

// readAll reads all pages. The filter is the one that is sure to be there,
// and no state is filtered out.
func (r *groupReader) readAll(ctx context.Context) error {
	first := r.c.base.JoinPath("api/v1/group/group/")
	first.RawQuery = url.Values{"type": {r.slug}, "format": {"json"}, "limit": {strconv.Itoa(pageSize)}}.Encode()
	return eachPage("list of groups", first.String(), func(address string) (string, error) { return r.page(ctx, address) })
}

// page reads the page at an address and gives the link to the next one. A
// copy from the cache stands in only where smaller pages fail too.
func (r *groupReader) page(ctx context.Context, address string) (string, error) {
	got, kept, err := attempt(ctx, r.c, address, true, r.parse)
	if err != nil && badRow(err) {
		before := *r
		next, narrower := r.narrow(ctx, address, err)
		if narrower == nil {
			r.warnings = append(r.warnings, got.warnings...)
			return next, nil
		}
		before.failures = r.failures
		*r = before
		if ctx.Err() != nil {
			return "", narrower
		}
	}
	if err != nil {
		if got, err = standIn("the list of groups", got, kept, asListError(err)); err != nil {
			return "", err
		}
	}
	r.rows = append(r.rows, got.value.rows...)
	r.unread = append(r.unread, got.value.unread...)
	r.totals = append(r.totals, got.value.total)
	r.stale = r.stale || got.stale
	r.warnings = append(append(r.warnings, got.warnings...), got.value.notes.all()...)
	return got.value.next, nil
}

func (r *groupReader) parse(body []byte) (groupPage, error) { return parseGroupPage(r.slug, body) }

// badRow says whether a failure may be that of a single row: the Datatracker
// answers 404 or 500 for every page that has a row it cannot put into JSON.
func badRow(err error) bool {
	var failure *Error
	return errors.As(err, &failure) &&
		(failure.status == http.StatusNotFound || failure.status == http.StatusInternalServerError)
}

// asListError turns the error for a page that is not there into one for a
// list that is of no use: that a page is missing says nothing of a group.
func asListError(err error) error {
	var failure *Error
	if !errors.As(err, &failure) || failure.Kind != ErrNotFound {
		return err
	}
	other := *failure
	other.Kind, other.Hint = ErrUnusable, hint(ErrUnusable)
	return &other
}

// narrow reads the page at an address, which failed, in ten parts. Where it
// has a single row, that row is left out.
func (r *groupReader) narrow(ctx context.Context, address string, cause error) (next string, err error) {
	w, err := windowOf(address)
	if err != nil || r.failures == maxFailures {
		return "", cause
	}
	r.failures++
	end := w.offset + w.limit
	if w.limit == 1 {
		r.unread = append(r.unread, 0)
		r.notes.add("list of groups: row %d of type %s is left out: the Datatracker fails on it: %v", w.offset, r.slug, cause)
		return w.part(end, 1), nil
	}
	size := max(1, w.limit/10)
	for at := w.offset; at < end; at += size {
		next, err := r.page(ctx, w.part(at, min(size, end-at)))
		if err != nil || next == "" {
			return "", err
		}
	}
	return w.part(end, w.limit), nil
}

// check compares the number of rows with what the Datatracker counts, and
// says in a warning what is wrong with it; empty where nothing is.
func (r *groupReader) check() string {
	ids, rows := map[int]bool{}, 0
	for _, row := range r.rows {
		ids[row.ID] = true
	}
	for _, id := range r.unread {
		if id > 0 {
			ids[id] = true
			continue
		}
		rows++
	}
	rows += len(ids)
	for _, total := range r.totals {
		switch {
		case total < 0:
			return fmt.Sprintf("list of groups: the Datatracker does not say how many there are of type %s; some may be missing", r.slug)
		case total != rows:
			return fmt.Sprintf("list of groups: of type %s there are %d rows where the Datatracker counts %d; the list is not whole, or changed meanwhile",
				r.slug, rows, total)
		}
	}
	return ""
}
