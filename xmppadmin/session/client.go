package session

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"mellium.im/xmlstream"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"
)

// Client is one account's connection to its server. It sends requests over
// one stream, many at a time, and makes a new stream when that one is lost.
// It is safe for use by many goroutines.
type Client struct {
	cfg     Config
	account jid.JID
	slots   chan struct{} // one for each request under way
	meter   meter
	budget  budget

	resolver resolver

	mu     sync.Mutex // held while connecting, so that all wait for one stream
	stream *Stream    // nil before the first; the last one after a loss
	closed bool
}

// Stats count what a [Client] has done so far.
type Stats struct {
	Requests int64 // stanzas sent that expect an answer
	Sent     int64 // bytes written to the connection, TLS included
	Received int64 // bytes read from it
	Streams  int64 // connections made, the first included
}

type meter struct {
	requests, sent, received, streams atomic.Int64
}

// Dial connects and logs in. A failure is a [*ConnectError].
func Dial(ctx context.Context, cfg Config) (*Client, error) {
	account, err := jid.Parse(cfg.JID)
	if err != nil || account.Localpart() == "" || account.Resourcepart() != "" {
		return nil, &ConnectError{
			Step: "read the account", On: fmt.Sprintf("%q", cfg.JID),
			Err: errors.New("not a bare JID"), Hint: Hint{Kind: HintAccount},
		}
	}
	c := &Client{cfg: cfg.withDefaults(), account: account, resolver: net.DefaultResolver}
	c.slots = make(chan struct{}, c.cfg.MaxInFlight)
	c.budget.limit = c.cfg.WaitLimit
	if _, err := c.Stream(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// JID returns the account's bare JID.
func (c *Client) JID() string { return c.account.String() }

// Localpart returns the localpart of the account's JID.
func (c *Client) Localpart() string { return c.account.Localpart() }

// Domain returns the domain of the account's server.
func (c *Client) Domain() string { return c.account.Domainpart() }

// MaxInFlight returns how many requests may be under way at once.
func (c *Client) MaxInFlight() int { return c.cfg.MaxInFlight }

// Stats returns what the client has done so far.
func (c *Client) Stats() Stats {
	return Stats{
		Requests: c.meter.requests.Load(), Sent: c.meter.sent.Load(),
		Received: c.meter.received.Load(), Streams: c.meter.streams.Load(),
	}
}

// Waited returns how long the client has waited for answers that did not come
// and for a connection after a loss, and for what: "40s for answers of
// rooms.example.org".
func (c *Client) Waited() (time.Duration, string) { return c.budget.total() }

// RenewWaitLimit lets the client wait for Config.WaitLimit again, and connect
// again after it gave up. It is for a program that does several pieces of work,
// one after the other, over one client.
func (c *Client) RenewWaitLimit() { c.budget.renew() }

// Connection returns how the client is, or was last, connected.
func (c *Client) Connection() Connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stream == nil {
		return Connection{}
	}
	return c.stream.connection
}

// Close ends the stream and the connection. Requests under way fail.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.stream == nil {
		return nil
	}
	return c.stream.close()
}

// Get sends an IQ of type get and decodes the payload of its answer into
// answer, unless that is nil. A get changes nothing, so it is sent again when
// the stream is lost before the answer.
func (c *Client) Get(ctx context.Context, to string, payload xml.TokenReader, answer any) error {
	tokens, err := xmlstream.ReadAll(payload)
	if err != nil {
		return err
	}
	return c.RetryLost(ctx, func() error {
		return c.request(ctx, nil, stanza.GetIQ, to, replay(tokens), answer)
	})
}

// Set sends an IQ of type set and decodes the payload of its answer into
// answer, unless that is nil. When the stream is lost before the answer, the
// error wraps ErrInterrupted: whether the set was carried out is not known.
func (c *Client) Set(ctx context.Context, to string, payload xml.TokenReader, answer any) error {
	return c.request(ctx, nil, stanza.SetIQ, to, payload, answer)
}

// RetryLost calls do, and calls it again on a new stream each time it ends
// with ErrInterrupted, within Config.WaitLimit. It is for what changes nothing.
//
// The first repetition is immediate. A request that ends each stream is
// repeated after growing pauses.
func (c *Client) RetryLost(ctx context.Context, do func() error) error {
	for pause := time.Duration(0); ; pause = min(max(2*pause, firstPause), longestPause) {
		err := do()
		if !errors.Is(err, ErrInterrupted) || ctx.Err() != nil {
			return err
		}
		if !c.pause(ctx, pause) {
			return err
		}
		if _, again := c.Stream(ctx); again != nil {
			return again
		}
	}
}

// Pauses between attempts grow from the first to the longest, each twice as
// long as the one before.
const (
	firstPause   = 250 * time.Millisecond
	longestPause = 8 * time.Second
)

// pause waits, counts that as spent waiting, and reports whether ctx is still
// in force.
func (c *Client) pause(ctx context.Context, d time.Duration) bool {
	if d == 0 {
		return ctx.Err() == nil
	}
	began := time.Now()
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
	c.budget.add("a stream that lasts", began, time.Now())
	return ctx.Err() == nil
}

// request sends one IQ on st, or where that is nil on the stream that there
// is, and decodes the payload of its answer into answer, unless that is nil.
func (c *Client) request(ctx context.Context, st *Stream, typ stanza.IQType, to string, payload xml.TokenReader, answer any) error {
	address, err := jid.Parse(to)
	if err != nil {
		return fmt.Errorf("invalid address %q: %w", to, err)
	}
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if st == nil {
		if st, err = c.Stream(ctx); err != nil {
			return err
		}
	}
	if err := c.budget.spent(); err != nil {
		return err
	}
	c.meter.requests.Add(1)
	sent := time.Now()
	err = RequestError(to, st.roundTrip(ctx, payload, stanza.IQ{Type: typ, To: address}, answer))
	outcome := any("result")
	if err != nil {
		outcome = err
	}
	c.cfg.Logger.Debug("request", "to", to, "type", typ, "outcome", outcome, "took", time.Since(sent))
	return err
}
