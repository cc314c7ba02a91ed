package agenda

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// ServerTime returns the time by the Datatracker's clock, to the second, from
// the Date of an answer of any status (RFC 9110 §6.6.1). It is asked once, and
// nothing is cached.
func (c *Client) ServerTime(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, clockTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, c.base.String(), nil)
	if err != nil {
		return time.Time{}, fmt.Errorf("datatracker: %w", err)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got, err := client.Do(req)
	if err != nil {
		return time.Time{}, fmt.Errorf("datatracker: %w", err)
	}
	defer got.Body.Close()
	at, err := http.ParseTime(got.Header.Get("Date"))
	if err != nil {
		return time.Time{}, fmt.Errorf("datatracker: HEAD %s: the answer has no date", c.base)
	}
	return at, nil
}

// clockTimeout bounds the request for the Datatracker's time.
const clockTimeout = 10 * time.Second
