package session

import (
	"context"
	"fmt"
	"time"
)

// Stream returns the stream that there is, and makes one where there is none.
// After a loss it tries for as long as Config.ReconnectTimeout, and within
// Config.WaitLimit, with growing pauses. A server that could not be reached in
// that time is not tried again.
func (c *Client) Stream(ctx context.Context) (*Stream, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, fmt.Errorf("xmpp: %w: the client was closed", ErrUnavailable)
	}
	if err := c.budget.spent(); err != nil {
		return nil, err
	}
	if c.stream != nil && c.stream.Alive() {
		return c.stream, nil
	}
	st, err := c.reconnect(ctx)
	if err != nil {
		return nil, err
	}
	c.stream = st
	c.meter.streams.Add(1)
	return st, nil
}

// reconnect connects, after a loss within the time that is left, which it
// counts as spent.
func (c *Client) reconnect(ctx context.Context) (*Stream, error) {
	if c.stream == nil {
		return c.connectWithin(ctx, c.cfg.ReconnectTimeout)
	}
	c.cfg.Logger.Warn("the stream was lost, connecting again", "cause", c.stream.cause())
	began := time.Now()
	st, err := c.connectWithin(ctx, min(c.cfg.ReconnectTimeout, c.budget.left()))
	c.budget.add("a connection to "+c.Domain(), began, time.Now())
	if err != nil && ctx.Err() == nil {
		c.budget.end(err)
	}
	return st, err
}

// connectWithin connects, and tries again while the failure is a temporary
// one.
func (c *Client) connectWithin(ctx context.Context, limit time.Duration) (*Stream, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		st, err := c.connect(ctx)
		if err == nil {
			return st, nil
		}
		// A first connection that fails is reported at once: a user may be
		// waiting to correct the configuration.
		if c.stream == nil || !temporary(err) {
			return nil, err
		}
		c.cfg.Logger.Info("could not connect, trying again", "cause", err, "pause", pause)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, err
		}
	}
}
