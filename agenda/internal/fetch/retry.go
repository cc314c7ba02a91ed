package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// RetryPolicy is how often a request is sent, and when again.
type RetryPolicy struct {
	// Tries is how often in all.
	Tries int
	// First is the wait after the first try; it doubles each time.
	First time.Duration
	// Most is the longest wait that the client chooses by itself. A server
	// may ask for more.
	Most time.Duration
}

// response is an answer of the server, with a body where the status is 200.
type response struct {
	status      int
	etag        string
	contentType string
	retryAfter  time.Duration // as the server requests, 0 where it does not
	body        []byte
}

// retry sends a request until the answer would not change by sending it again,
// at most for the client's timeout. Answers other than 200 and 304 are errors.
func (c *Client) retry(ctx context.Context, address, etag string, expect500 bool) (response, error) {
	started := time.Now()
	limited, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	var last error
	for tries := 1; ; tries++ {
		resp, err := c.send(limited, address, etag)
		failure, again := classify(resp, err)
		if failure == nil {
			return resp, nil
		}
		failure.URL, failure.Tries = address, tries
		switch {
		case ctx.Err() != nil:
			return resp, &Error{URL: address, Err: ctx.Err()}
		case limited.Err() != nil:
			failure.Kind, failure.Err = ErrUnreachable, c.overdue(last)
		case again && tries < c.cfg.Retry.Tries && !(expect500 && tries > 1 && resp.status == http.StatusInternalServerError):
			wait := c.backoff(tries, resp)
			if left := c.cfg.Timeout - time.Since(started); wait < left {
				last = failure.Err
				c.cfg.Log.Debug("trying again", "url", address, "tries", tries, "last", last, "wait", wait)
				sleep(limited, wait)
				continue
			}
			if resp.retryAfter > 0 {
				failure.Err = fmt.Errorf("%w, and the next try would be in %s, past the %s allowed",
					failure.Err, wait.Round(time.Millisecond), c.cfg.Timeout)
			}
		}
		failure.Took = time.Since(started)
		return resp, failure
	}
}

// overdue returns the error for a document that did not come in time, after a
// try that failed with last, nil for none.
func (c *Client) overdue(last error) error {
	if last == nil {
		return fmt.Errorf("no answer within %s", c.cfg.Timeout)
	}
	return fmt.Errorf("no answer within %s, last: %w", c.cfg.Timeout, last)
}

// send sends a request once. A body that is cut short is an error.
func (c *Client) send(ctx context.Context, address, etag string) (resp response, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return resp, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.cfg.UserAgent)
	if etag != "" {
		// Never If-Modified-Since: a cancelled session does not advance it.
		req.Header.Set("If-None-Match", etag)
	}
	started := time.Now()
	defer func() {
		outcome := any(resp.status)
		if err != nil {
			outcome = causeOf(err)
		}
		c.cfg.Log.Debug("request", "url", address, "outcome", outcome, "took", time.Since(started))
	}()
	got, err := c.cfg.HTTP.Do(req)
	if err != nil {
		return resp, err
	}
	defer got.Body.Close()
	resp = response{
		status: got.StatusCode, etag: got.Header.Get("ETag"), contentType: got.Header.Get("Content-Type"),
		retryAfter: retryAfter(got.Header.Get("Retry-After"), time.Now()),
	}
	if got.StatusCode != http.StatusOK {
		const drained = 4 << 10 // so that the connection can be used again
		_, _ = io.CopyN(io.Discard, got.Body, drained)
		return resp, nil
	}
	if resp.body, err = io.ReadAll(io.LimitReader(got.Body, MaxBody+1)); err != nil {
		return resp, fmt.Errorf("reading the body: %w", causeOf(err))
	}
	return resp, nil
}

// backoff returns the wait after so many tries: exponentially longer, and at
// least what the server requests. go-retryablehttp v0.7.8, given the answer,
// would not wait at all where Retry-After is 0, which the Datatracker may send.
func (c *Client) backoff(tries int, resp response) time.Duration {
	p := c.cfg.Retry
	return max(retryablehttp.DefaultBackoff(p.First, p.Most, tries-1, nil), resp.retryAfter)
}

// sleep waits, at most as long as the context lives.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// temporary reports whether a request that failed without an answer may
// succeed when it is sent again.
func temporary(err error) bool {
	if errors.Is(err, ErrRedirect) {
		return false
	}
	again, _ := retryablehttp.ErrorPropagatedRetryPolicy(context.Background(), nil, err)
	return again
}
