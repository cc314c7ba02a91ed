package agenda

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// reading is one document read: parsed, and with what there is to say of how
// it came.
type reading[T any] struct {
	value    T
	stale    bool // from the cache, because the Datatracker gave nothing usable
	warnings []string
}

// read gets a document and parses it. What the cache holds serves to ask
// whether there is anything newer, and to stand in where the Datatracker gave
// nothing usable, but not where it said that there is no such document.
func read[T any](ctx context.Context, c *Client, address string, normal500 bool, parse func([]byte) (T, error)) (reading[T], error) {
	r, kept, err := attempt(ctx, c, address, normal500, parse)
	if err == nil {
		return r, nil
	}
	return standIn("the agenda", r, kept, err)
}

// attempt is read without anything that stands in: that may be what was kept,
// nil where that is nothing.
func attempt[T any](ctx context.Context, c *Client, address string, normal500 bool, parse func([]byte) (T, error)) (reading[T], *recalled[T], error) {
	var r reading[T]
	kept := recall(c, address, parse, &r.warnings)
	etag := ""
	if kept != nil {
		etag = kept.ETag
	}
	got, err := c.fetch(ctx, address, etag, normal500)
	if err == nil {
		r.value, err = accept(c, address, got, kept, parse, &r.warnings)
	}
	return r, kept, err
}

// standIn puts what was kept in the place of what could not be read, if that
// may be; else it gives the error back.
func standIn[T any](what string, r reading[T], kept *recalled[T], err error) (reading[T], error) {
	var failure *Error
	if kept == nil || !errors.As(err, &failure) || failure.Kind == nil || failure.Kind == ErrNotFound {
		return r, err
	}
	r.value, r.stale = kept.value, true
	r.warnings = append(r.warnings, fmt.Sprintf("%s is not current: %s is used as it was at %s, because: %v",
		what, kept.URL, kept.Time.UTC().Format(time.RFC3339), err))
	return r, nil
}

// recalled is a cache entry that could be parsed.
type recalled[T any] struct {
	entry
	value T
}

// recall looks into the cache; what is damaged there is as good as absent.
func recall[T any](c *Client, address string, parse func([]byte) (T, error), warnings *[]string) *recalled[T] {
	if c.cache == nil {
		return nil
	}
	e, err := c.cache.load(address)
	if e == nil {
		if err != nil {
			*warnings = append(*warnings, fmt.Sprintf("%v; it is not used", err))
		}
		return nil
	}
	value, err := parse(e.body)
	if err != nil {
		*warnings = append(*warnings, fmt.Sprintf("cache: what is kept of %s cannot be read and is not used: %v", address, err))
		return nil
	}
	return &recalled[T]{*e, value}
}

// accept parses a good answer and keeps it; for 304 that is what was kept.
func accept[T any](c *Client, address string, got *answer, kept *recalled[T], parse func([]byte) (T, error), warnings *[]string) (T, error) {
	fresh := entry{URL: address, ETag: got.etag, Time: c.now().UTC(), body: got.body}
	var value T
	switch {
	case got.status == http.StatusNotModified && kept == nil:
		return value, unusable(address, errors.New("304 Not Modified without having been asked for news"))
	case got.status == http.StatusNotModified:
		value, fresh.ETag, fresh.body = kept.value, kept.ETag, kept.body
	default:
		var err error
		if value, err = parse(got.body); err != nil {
			return value, unusable(address, fmt.Errorf("%w (content type %q, beginning %q)",
				err, clip(got.contentType), clip(string(got.body))))
		}
	}
	if c.cache != nil {
		if err := c.cache.save(fresh); err != nil {
			*warnings = append(*warnings, fmt.Sprintf("%s could not be kept: %v", address, err))
		}
	}
	return value, nil
}

// unusable is the error for an answer that came but is of no use.
func unusable(address string, err error) error {
	return &Error{Op: http.MethodGet, URL: address, Kind: ErrUnusable, Hint: hint(ErrUnusable), Err: err}
}
