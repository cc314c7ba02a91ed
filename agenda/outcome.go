package agenda

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// judge says of which kind the outcome is; a nil error is a good one.
func (t *trip) judge(ctx context.Context, err error) (kind, cause error) {
	switch {
	case err != nil && ctx.Err() != nil:
		cause = fmt.Errorf("no answer within %s", t.c.timeout)
		if t.last != "" {
			cause = fmt.Errorf("%w, last: %s", cause, t.last)
		}
		return ErrUnreachable, cause
	case errors.Is(err, errRedirect):
		return ErrUnusable, causeOf(err)
	case err != nil:
		return ErrUnreachable, causeOf(err)
	}
	switch s := t.got.status; {
	case s == http.StatusOK && len(t.got.body) > maxBody:
		return ErrUnusable, fmt.Errorf("the body is larger than %d MiB", maxBody>>20)
	case s == http.StatusOK, s == http.StatusNotModified:
		return nil, nil
	case s == http.StatusNotFound, s == http.StatusGone:
		return ErrNotFound, errors.New(statusText(s))
	case t.asked > 0:
		return ErrUnreachable, fmt.Errorf("%s, and the next try would be in %s, past the %s allowed",
			statusText(s), t.asked.Round(time.Millisecond), t.c.timeout)
	case s == http.StatusTooManyRequests, s >= 500:
		return ErrUnreachable, errors.New(statusText(s))
	default:
		return ErrUnusable, errors.New(statusText(s))
	}
}

// statusText is a status as one knows it; the server's own wording is not
// repeated.
func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return fmt.Sprintf("%d %s", status, text)
	}
	return strconv.Itoa(status)
}

// causeOf takes off the method and URL that net/http puts before an error.
func causeOf(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		return outer.Err
	}
	return err
}

// retryAfter reads RFC 9110 §10.2.3: seconds, or a date; 0 where it is neither.
func retryAfter(value string, now time.Time) time.Duration {
	const most = 24 * 60 * 60
	if n, err := strconv.ParseUint(value, 10, 31); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(n, most)) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
