package agenda

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"

	"muster/agenda/internal/fetch"
)

const (
	// pageSize is how many rows are requested at once, and the most that the
	// Datatracker sends.
	pageSize = 1000
	// atOnce is how many lists are read at the same time.
	atOnce = 3
	// maxFailures is how many pages of one list may fail and be read in parts
	// instead: enough for three bad rows far from each other.
	maxFailures = 12
)

// typeForm matches the slug of a group's type.
var typeForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)

// Groups reads the list of the groups of these types, which are slugs such as
// wg; without any the list is empty, and nothing is requested. All states are
// in it, because concluded groups are recognized by theirs.
//
// A page on which the Datatracker fails is read in smaller parts, down to the
// row that it fails on, which counts as Unread. A list that cannot be read to
// its end is an error: an [*Error], or wrapping one, unless a type is no slug.
func (c *Client) Groups(ctx context.Context, types []string) (GroupList, error) {
	types = sortedSet(types)
	for _, slug := range types {
		if !typeForm.MatchString(slug) {
			return GroupList{}, fmt.Errorf("group type %.80q: want a slug such as wg", slug)
		}
	}
	if len(types) == 0 {
		return GroupList{}, nil
	}
	lists, err := c.groupLists(ctx, types)
	if err != nil {
		return GroupList{}, err
	}
	out, rows := joinLists(lists)
	out.Incomplete = out.Incomplete || len(rows) == 0
	for _, l := range lists {
		if len(l.rows)+len(l.unread) == 0 {
			out.warn(fmt.Sprintf("list of groups: no group of type %s", l.slug))
		}
	}
	if err := c.findParents(ctx, &out, rows, types); err != nil {
		return GroupList{}, err
	}
	for _, r := range rows {
		out.Groups = append(out.Groups, r.GroupRecord)
	}
	return out, nil
}

// groupLists reads the lists of several types, a few at a time.
func (c *Client) groupLists(ctx context.Context, types []string) ([]*groupReader, error) {
	lists := make([]*groupReader, len(types))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i, slug := range types {
		lists[i] = &groupReader{c: c, slug: slug}
		g.Go(func() error {
			if err := lists[i].readAll(ctx); err != nil {
				return fmt.Errorf("groups of type %s: %w", slug, asError(err))
			}
			return nil
		})
	}
	return lists, g.Wait()
}

// groupReader reads the list of the groups of one type.
type groupReader struct {
	c        *Client
	slug     string
	rows     []groupRow
	unread   []unreadRow
	totals   []int // the number of all rows according to each page, -1 where it has none
	outages  []Outage
	warnings []string
	failures int
}

// readAll reads all pages. The list is filtered by type alone, which is sure
// to be supported; all states are needed.
func (r *groupReader) readAll(ctx context.Context) error {
	first := r.c.base.JoinPath("api/v1/group/group/")
	first.RawQuery = url.Values{"type": {r.slug}, "format": {"json"}, "limit": {strconv.Itoa(pageSize)}}.Encode()
	return eachPage("list of groups", first.String(), func(address string) (pageRead, error) { return r.page(ctx, address) })
}

// page reads the page at an address. The copy in the cache serves only where
// smaller pages fail too.
func (r *groupReader) page(ctx context.Context, address string) (pageRead, error) {
	doc, err := fetch.Get(ctx, r.c.docs, fetch.Request[groupPage]{URL: address, Parse: r.parse, Empty: noGroups, Expect500: true})
	failure, _ := fetch.AsError(err)
	if badRow(failure) {
		parts := &groupReader{c: r.c, slug: r.slug, failures: r.failures}
		next, partErr := parts.splitPage(ctx, address, failure)
		r.failures = parts.failures
		if partErr == nil {
			r.adopt(parts)
			r.warnings = append(r.warnings, doc.Warnings...)
			return pageRead{len(parts.rows) + len(parts.unread), -1, next}, nil
		}
		if ctx.Err() != nil {
			return pageRead{}, partErr
		}
	}
	if err != nil {
		if failure.Kind == fetch.ErrNotFound { // a missing page does not end the list
			failure.Kind = fetch.ErrUnusable
		}
		if doc, err = doc.OrCached(failure); err != nil {
			return pageRead{}, err
		}
	}
	page := doc.Value
	r.adopt(&groupReader{
		rows: page.rows, unread: page.unread, totals: []int{page.total}, outages: outageOf(doc),
		warnings: slices.Concat(doc.Warnings, page.notes.all()),
	})
	return pageRead{len(page.rows) + len(page.unread), page.total, page.next}, nil
}

func (r *groupReader) parse(body []byte) (groupPage, error) { return parseGroupPage(r.slug, body) }

// noGroups reports whether a page has no rows.
func noGroups(p groupPage) bool { return len(p.rows)+len(p.unread) == 0 }

// adopt adds what another reader read.
func (r *groupReader) adopt(other *groupReader) {
	r.rows = append(r.rows, other.rows...)
	r.unread = append(r.unread, other.unread...)
	r.totals = append(r.totals, other.totals...)
	r.outages = append(r.outages, other.outages...)
	r.warnings = append(r.warnings, other.warnings...)
}

// badRow reports whether a failure may be that of a single row: the Datatracker
// answers 404 or 500 for every page that has a row it cannot put into JSON.
func badRow(failure *fetch.Error) bool {
	return failure != nil && (failure.Status == http.StatusNotFound || failure.Status == http.StatusInternalServerError)
}

// splitPage reads the page at an address, which failed, in ten parts, and
// returns the address of the page after it. Where the page has a single row,
// that row is left out.
func (r *groupReader) splitPage(ctx context.Context, address string, cause error) (next string, err error) {
	w, err := windowOf(address)
	if err != nil || r.failures == maxFailures {
		return "", cause
	}
	r.failures++
	end := w.offset + w.limit
	if w.limit == 1 {
		r.unread = append(r.unread, unreadRow{})
		r.warnings = append(r.warnings, fmt.Sprintf(
			"list of groups: row %d of type %s is left out: the Datatracker fails on it: %v", w.offset, r.slug, asError(cause)))
		return w.part(end, 1), nil
	}
	size := max(1, w.limit/10)
	for at := w.offset; at < end; {
		page, err := r.page(ctx, w.part(at, min(size, end-at)))
		if err != nil || page.next == "" {
			return "", err
		}
		if page.rows == 0 {
			return "", cause
		}
		at += page.rows // which may be fewer than requested
	}
	return w.part(end, w.limit), nil
}

// check compares the number of rows with what the Datatracker counts, and
// returns a warning where they differ, else the empty string.
func (r *groupReader) check() string {
	ids, rows := map[int]bool{}, 0
	for _, row := range r.rows {
		ids[row.ID] = true
	}
	for _, row := range r.unread {
		if row.id > 0 {
			ids[row.id] = true
			continue
		}
		rows++
	}
	rows += len(ids)
	for _, total := range r.totals {
		switch {
		case total < 0:
			return fmt.Sprintf("list of groups: the Datatracker does not count those of type %s; some may be missing", r.slug)
		case total != rows:
			return fmt.Sprintf("list of groups: %d rows of type %s came where the Datatracker counts %d; the list is incomplete, or changed meanwhile",
				rows, r.slug, total)
		}
	}
	return ""
}
