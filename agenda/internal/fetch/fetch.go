// Package fetch gets JSON documents from one HTTP server: conditional requests
// that are retried, bounded in time and size, parsed, and kept in a cache that can
// stand in where the server fails. What the documents are about is left to the
// caller, who brings the parser.
package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// MaxBody is the size in bytes of the largest document accepted, after
// decompression.
const MaxBody = 16 << 20

// Config is how documents are fetched.
type Config struct {
	// HTTP sends the requests.
	HTTP *http.Client
	// Timeout is for one document, all tries together.
	Timeout time.Duration
	// Retry is how often a request is sent.
	Retry RetryPolicy
	// CacheDir is the folder of the cache, made when it is first needed; empty
	// for no cache.
	CacheDir string
	// UserAgent is the name of the program.
	UserAgent string
	// Log gets a line for each request and each retry, at debug level.
	Log *slog.Logger
	// Now is the clock by which cached copies are dated.
	Now func() time.Time
}

// Client fetches documents. It can be used from several goroutines at once.
type Client struct {
	cfg   Config
	cache *cache // nil for none
}

// New returns a client. It touches neither the network nor the cache.
func New(cfg Config) *Client {
	c := &Client{cfg: cfg}
	if cfg.CacheDir != "" {
		c.cache = &cache{dir: cfg.CacheDir}
	}
	return c
}

// Request is one document to get.
type Request[T any] struct {
	// URL is the address of the document.
	URL string
	// Parse reads the body of an answer.
	Parse func(body []byte) (T, error)
	// Empty reports whether a parsed answer has nothing in it. Such an answer
	// does not replace a copy in the cache that has. It may be nil.
	Empty func(T) bool
	// Expect500 reports that an internal server error is a regular answer for
	// this document, so that it is retried once only.
	Expect500 bool
}

// Document is a parsed answer and where it comes from.
type Document[T any] struct {
	// Value is the answer.
	Value T
	// Failure is why the value comes from the cache; nil where the server sent
	// or confirmed it.
	Failure *Error
	// Confirmed is when the server last sent or confirmed the value, in UTC.
	Confirmed time.Time
	// Warnings are about the cache: a damaged copy, one that cannot be written.
	Warnings []string

	cached *copyOf[T]
}

// copyOf is a cache entry that could be parsed.
type copyOf[T any] struct {
	entry
	value T
}

// GetOrCached gets a document; where that fails, the copy in the cache serves:
// see [Document.OrCached].
func GetOrCached[T any](ctx context.Context, c *Client, r Request[T]) (Document[T], error) {
	d, err := Get(ctx, c, r)
	if err != nil {
		return d.OrCached(err)
	}
	return d, nil
}

// Get gets a document. The copy in the cache makes the request conditional,
// and is the document where the server answers that nothing has changed. The
// error is an [*Error], beside which the document can be given to
// [Document.OrCached].
func Get[T any](ctx context.Context, c *Client, r Request[T]) (Document[T], error) {
	var d Document[T]
	d.lookUp(c, r)
	etag := ""
	if d.cached != nil {
		etag = d.cached.ETag
	}
	resp, err := c.retry(ctx, r.URL, etag, r.Expect500)
	if err != nil {
		return d, err
	}
	if err := d.accept(c, r, resp); err != nil {
		return d, &Error{URL: r.URL, Status: resp.status, Kind: ErrUnusable, Err: err}
	}
	return d, nil
}

// OrCached returns the copy in the cache in place of a document that could not
// be fetched because of err. It returns err where there is no copy, where the
// server answers that the document does not exist, and where the caller's context
// has ended.
func (d Document[T]) OrCached(err error) (Document[T], error) {
	failure, ok := AsError(err)
	if d.cached == nil || !ok || failure.Kind == nil || failure.Kind == ErrNotFound {
		return d, err
	}
	d.Value, d.Confirmed, d.Failure = d.cached.value, d.cached.Time, failure
	return d, nil
}

// lookUp finds the copy in the cache. A damaged one counts as absent.
func (d *Document[T]) lookUp(c *Client, r Request[T]) {
	if c.cache == nil {
		return
	}
	e, err := c.cache.load(r.URL)
	if e == nil {
		if err != nil {
			d.warn("%v; a copy is not used", err)
		}
		return
	}
	value, err := r.Parse(e.body)
	if err != nil {
		d.warn("cache: the copy of %s cannot be read and is not used: %v", r.URL, err)
		return
	}
	d.cached = &copyOf[T]{*e, value}
}

// parse reads a body. One that is no JSON at all, such as the page of a proxy,
// is the same error for each document.
func (r Request[T]) parse(body []byte) (T, error) {
	if !json.Valid(body) {
		var none T
		return none, errors.New("the answer is not JSON")
	}
	return r.Parse(body)
}

// accept parses a good answer and stores it. An answer that nothing has
// changed confirms the copy in the cache.
func (d *Document[T]) accept(c *Client, r Request[T], resp response) error {
	fresh := entry{URL: r.URL, ETag: resp.etag, Time: c.cfg.Now().UTC(), body: resp.body}
	if resp.status == http.StatusNotModified {
		if d.cached == nil {
			return errors.New("304 Not Modified in answer to an unconditional request")
		}
		d.Value, fresh.ETag, fresh.body = d.cached.value, d.cached.ETag, d.cached.body
	} else {
		value, err := r.parse(resp.body)
		if err != nil {
			return fmt.Errorf("%w (content type %.80q, beginning %.80q)", err, resp.contentType, resp.body)
		}
		d.Value = value
	}
	d.Confirmed = fresh.Time
	if c.cache == nil || r.Empty != nil && r.Empty(d.Value) && d.cached != nil && !r.Empty(d.cached.value) {
		return nil
	}
	if err := c.cache.save(fresh); err != nil {
		d.warn("%v; a document could not be stored", err)
	}
	return nil
}

func (d *Document[T]) warn(format string, args ...any) {
	d.Warnings = append(d.Warnings, fmt.Sprintf(format, args...))
}
