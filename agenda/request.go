package agenda

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// maxBody is the largest document read, after decompression.
const maxBody = 16 << 20

// patience is how often a document is asked for.
type patience struct {
	tries int           // in all
	first time.Duration // the wait after the first try; it doubles each time
	most  time.Duration // the longest wait the client chooses on its own
}

// answer is what came back: a status, and with 200 a body.
type answer struct {
	status      int
	etag        string
	contentType string
	body        []byte
}

// trip is one document on its way, all tries together.
type trip struct {
	c        *Client
	url      string
	deadline time.Time
	// normal500 says that an internal server error is how this document says
	// that there is nothing yet, or that one of its rows is bad, so that
	// trying often is of no use.
	normal500 bool

	tries int
	last  string        // what came of the last try that failed
	asked time.Duration // the wait that the server asked for, if too long
	got   *answer
}

// fetch asks for a document until it has an answer that would not change by
// asking again, at most for the client's timeout. Answers other than 200 and
// 304 are errors.
func (c *Client) fetch(ctx context.Context, address, etag string, normal500 bool) (*answer, error) {
	started := time.Now()
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	t := &trip{c: c, url: address, normal500: normal500, deadline: started.Add(c.timeout)}
	err := t.do(limited, etag)
	if ctx.Err() != nil {
		return nil, &Error{Op: http.MethodGet, URL: address, Err: ctx.Err()}
	}
	status := 0
	if err == nil {
		status = t.got.status
	}
	kind, err := t.judge(limited, err)
	if err != nil {
		err = fmt.Errorf("%w%s", err, effort(t.tries, time.Since(started)))
		return nil, &Error{Op: http.MethodGet, URL: address, Kind: kind, Hint: hint(kind), Err: err, status: status}
	}
	return t.got, nil
}

// do sends the request as often as it takes and leaves the outcome in t.
func (t *trip) do(ctx context.Context, etag string) error {
	req, err := retryablehttp.NewRequestWithContext(ctx, http.MethodGet, t.url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", t.c.agent)
	if etag != "" {
		// Never If-Modified-Since: a cancelled session does not advance it.
		req.Header.Set("If-None-Match", etag)
	}
	req.SetResponseHandler(t.read)
	client := &retryablehttp.Client{
		HTTPClient:     t.c.http,
		RetryWaitMin:   t.c.patience.first,
		RetryWaitMax:   t.c.patience.most,
		RetryMax:       t.c.patience.tries - 1,
		RequestLogHook: func(retryablehttp.Logger, *http.Request, int) { t.tries++ },
		CheckRetry:     t.again,
		Backoff:        t.backOff,
		ErrorHandler:   retryablehttp.PassthroughErrorHandler,
	}
	resp, err := client.Do(req)
	if resp != nil {
		resp.Body.Close()
		if t.got == nil { // the last try's answer, which nobody has read
			t.got = &answer{status: resp.StatusCode}
		}
	}
	return err
}

// read takes an answer in, so that a body cut short counts as a failed try.
func (t *trip) read(resp *http.Response) error {
	defer resp.Body.Close()
	got := &answer{
		status: resp.StatusCode, etag: resp.Header.Get("ETag"), contentType: resp.Header.Get("Content-Type"),
	}
	if resp.StatusCode == http.StatusOK {
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
		if err != nil {
			return fmt.Errorf("reading the body: %w", err)
		}
		got.body = body
	}
	t.got = got
	return nil
}

// again decides whether another try could help: after a failed connection,
// 429 and 5xx, as long as the wait ends before the deadline.
func (t *trip) again(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil {
		t.last = causeOf(err).Error()
		if errors.Is(err, errRedirect) {
			return false, err
		}
		return retryablehttp.ErrorPropagatedRetryPolicy(ctx, nil, err)
	}
	if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode < 500 {
		return false, nil
	}
	t.last = statusText(resp.StatusCode)
	if t.normal500 && resp.StatusCode == http.StatusInternalServerError && t.tries > 1 {
		return false, nil
	}
	wait := t.wait(t.c.patience.first, t.c.patience.most, t.tries-1, resp)
	if wait >= time.Until(t.deadline) {
		t.asked = wait
		return false, nil
	}
	return true, nil
}

// wait is how long to wait before the next try: exponentially longer, and at
// least what the server asks for. Its Retry-After may well be 0.
func (t *trip) wait(first, most time.Duration, attempt int, resp *http.Response) time.Duration {
	wait := retryablehttp.DefaultBackoff(first, most, attempt, nil)
	if resp != nil {
		wait = max(wait, retryAfter(resp.Header.Get("Retry-After"), time.Now()))
	}
	return wait
}

// backOff is wait where it is about to be waited.
func (t *trip) backOff(first, most time.Duration, attempt int, resp *http.Response) time.Duration {
	wait := t.wait(first, most, attempt, resp)
	t.c.log.Debug("datatracker: trying again", "url", t.url, "tries", t.tries, "last", t.last, "wait", wait)
	return wait
}
