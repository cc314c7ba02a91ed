package session

import (
	"context"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"mellium.im/xmlstream"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"
)

// Config is where to log in and as whom.
type Config struct {
	// JID is the account's bare JID.
	JID string
	// Password is never sent but over TLS, and by PLAIN only where the server
	// offers no SCRAM mechanism at all.
	Password string
	// Server is host:port; empty to look the server up by its SRV records
	// (RFC 6120 §3.2, XEP-0368).
	Server string
	// DirectTLS means that Server takes TLS from the first byte. Otherwise TLS
	// begins with STARTTLS, which the server must agree to.
	DirectTLS bool
	// RootCAs are the authorities to trust; nil for the system's.
	RootCAs *x509.CertPool
	// Timeout bounds one request and its answer; 30 s where it is zero.
	Timeout time.Duration
	// ReconnectTimeout bounds the attempts to connect again after a loss; one
	// minute where it is zero.
	ReconnectTimeout time.Duration
	// WaitLimit bounds the time that the client spends waiting in all, for
	// answers that do not come and for a connection after a loss; two minutes
	// where it is zero. Once it is spent, every request fails at once with
	// ErrUnavailable. Waiting ends at most one Timeout later.
	WaitLimit time.Duration
	// MaxInFlight is how many requests may be under way at once; 32 where zero.
	MaxInFlight int
	// Logger receives connections made and lost; nil for no log.
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	if c.ReconnectTimeout <= 0 {
		c.ReconnectTimeout = time.Minute
	}
	if c.WaitLimit <= 0 {
		c.WaitLimit = 2 * time.Minute
	}
	if c.MaxInFlight <= 0 {
		c.MaxInFlight = 32
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

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
	if c.stream != nil && c.stream.alive() {
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
