package fetch

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// The kinds of failure, distinguished with [errors.Is].
var (
	// ErrNotFound is a server that answers and has no such document.
	ErrNotFound = errors.New("no such document")
	// ErrUnreachable is a server that gives no answer in time, or none but 429
	// and 5xx.
	ErrUnreachable = errors.New("server unreachable")
	// ErrUnusable is an answer that is not the document: refused, not
	// parsable, too large, or a redirect that is not followed.
	ErrUnusable = errors.New("unusable document")
)

// Error is a failure to get one document. It unwraps to its kind and to its
// cause.
type Error struct {
	// URL is the address of the document.
	URL string
	// Status is the HTTP status of the last answer, 0 where there was none.
	Status int
	// Kind is one of [ErrNotFound], [ErrUnreachable] and [ErrUnusable]; nil
	// where the caller's own context ended.
	Kind error
	// Err is the cause. It is the same for documents that fail alike.
	Err error
	// Tries is how often the request was sent, and Took for how long.
	Tries int
	Took  time.Duration
}

// AsError returns the failure that an error wraps.
func AsError(err error) (*Error, bool) {
	var failure *Error
	ok := errors.As(err, &failure)
	return failure, ok
}

// Error returns the failure on one line that names the document.
func (e *Error) Error() string {
	text := fmt.Sprintf("GET %s: %v", e.URL, e.Err)
	if e.Tries < 2 {
		return text
	}
	unit := time.Second
	if e.Took < time.Second {
		unit = time.Millisecond
	}
	return fmt.Sprintf("%s after %d tries in %s", text, e.Tries, e.Took.Round(unit))
}

// Unwrap returns the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Kind == nil {
		return []error{e.Err}
	}
	return []error{e.Kind, e.Err}
}

// classify returns the failure that the outcome of one try is, and whether
// another try may do better.
//
//	outcome                      failure         another try
//	error: redirect refused      ErrUnusable     no
//	error: certificate, scheme   ErrUnreachable  no
//	error: any other             ErrUnreachable  yes
//	200, too large               ErrUnusable     no
//	200, 304                     none
//	404, 410                     ErrNotFound     no
//	429, 500 and above           ErrUnreachable  yes
//	any other                    ErrUnusable     no
func classify(resp response, err error) (failure *Error, again bool) {
	switch s := resp.status; {
	case errors.Is(err, ErrRedirect):
		return &Error{Kind: ErrUnusable, Err: causeOf(err)}, false
	case err != nil:
		return &Error{Status: s, Kind: ErrUnreachable, Err: causeOf(err)}, temporary(err)
	case s == http.StatusOK && len(resp.body) > MaxBody:
		return &Error{Status: s, Kind: ErrUnusable, Err: fmt.Errorf("the body is larger than %d MiB", MaxBody>>20)}, false
	case s == http.StatusOK, s == http.StatusNotModified:
		return nil, false
	case s == http.StatusNotFound, s == http.StatusGone:
		return &Error{Status: s, Kind: ErrNotFound, Err: statusError(s)}, false
	case s == http.StatusTooManyRequests, s >= 500:
		return &Error{Status: s, Kind: ErrUnreachable, Err: statusError(s)}, true
	default:
		return &Error{Status: s, Kind: ErrUnusable, Err: statusError(s)}, false
	}
}

// statusError returns a status with its standard text. The server's own
// wording is not repeated.
func statusError(status int) error {
	if text := http.StatusText(status); text != "" {
		return fmt.Errorf("%d %s", status, text)
	}
	return errors.New(strconv.Itoa(status))
}

// causeOf strips what makes the same cause read differently for each document:
// the method and the URL that net/http puts before it, and the local port.
func causeOf(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	if op, ok := err.(*net.OpError); ok {
		bare := *op
		bare.Source = nil
		return &bare
	}
	return err
}

// retryAfter parses Retry-After (RFC 9110 §10.2.3): seconds, or a date; 0
// where it is neither.
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
