package xmppadmin

import (
	"context"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"
)

// Config says where to log in and as whom.
type Config struct {
	// JID is the account's bare JID.
	JID string
	// Password is never sent but over TLS, and by SCRAM wherever the server
	// offers it.
	Password string
	// Server is host:port; empty to look the server up by its SRV records
	// (RFC 6120 §3.2, XEP-0368).
	Server string
	// DirectTLS says that Server speaks TLS from the first byte. Otherwise
	// it is asked to by STARTTLS, and must agree.
	DirectTLS bool
	// RootCAs are the authorities to trust; nil for the system's.
	RootCAs *x509.CertPool
	// Timeout bounds one request and its answer; 30 s where it is zero.
	Timeout time.Duration
	// Patience bounds the attempts to connect, first and again after a loss;
	// one minute where it is zero.
	Patience time.Duration
	// Window is how many requests may be under way at once; 32 where zero.
	Window int
	// Logger hears of connections made and lost; nil for nobody.
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Patience <= 0 {
		c.Patience = time.Minute
	}
	if c.Window <= 0 {
		c.Window = 32
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
	window  chan struct{} // one slot for each request under way
	meter   meter

	mu     sync.Mutex // held while connecting, so that all wait for one stream
	stream *stream    // nil before the first and after a lost one
	closed bool
}

// Stats count what a [Client] has done so far.
type Stats struct {
	Requests int64 // stanzas sent that ask for an answer
	Sent     int64 // bytes written to the connection, TLS included
	Received int64 // bytes read from it
	Streams  int64 // connections made, the first included
}

type meter struct {
	requests, sent, received, streams atomic.Int64
}

// Dial connects and logs in. Its errors wrap [ErrUnavailable] and tell, by a
// method Hint, what to do about them.
func Dial(ctx context.Context, cfg Config) (*Client, error) {
	account, err := jid.Parse(cfg.JID)
	if err != nil || account.Localpart() == "" || account.Resourcepart() != "" {
		return nil, &ConnectError{
			Step: "read the account", On: fmt.Sprintf("%q", cfg.JID),
			Err:  errors.New("not a bare JID"),
			hint: "xmpp.jid is of the form muster@example.org",
		}
	}
	c := &Client{cfg: cfg.withDefaults(), account: account}
	c.window = make(chan struct{}, c.cfg.Window)
	if _, err := c.live(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// JID returns the account's bare JID.
func (c *Client) JID() string { return c.account.String() }

// Domain returns the domain of the account's server.
func (c *Client) Domain() string { return c.account.Domainpart() }

// Stats returns what the client has done so far.
func (c *Client) Stats() Stats {
	return Stats{
		Requests: c.meter.requests.Load(), Sent: c.meter.sent.Load(),
		Received: c.meter.received.Load(), Streams: c.meter.streams.Load(),
	}
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

// ask sends an IQ of type get. It changes nothing, so it is sent again when
// the stream is lost before its answer.
func (c *Client) ask(ctx context.Context, to string, payload xml.TokenReader, answer any) error {
	tokens, err := keep(payload)
	if err != nil {
		return err
	}
	for {
		err := c.request(ctx, stanza.GetIQ, to, tokens.reader(), answer)
		if !errors.Is(err, ErrInterrupted) || ctx.Err() != nil {
			return err
		}
		if again := c.waitForStream(ctx); again != nil {
			return again
		}
	}
}

// change sends an IQ of type set. When the stream is lost before its answer
// nobody knows whether it was carried out: the error wraps ErrInterrupted.
func (c *Client) change(ctx context.Context, to string, payload xml.TokenReader, answer any) error {
	return c.request(ctx, stanza.SetIQ, to, payload, answer)
}

// request sends one IQ and decodes the payload of its answer into answer,
// unless that is nil.
func (c *Client) request(ctx context.Context, typ stanza.IQType, to string, payload xml.TokenReader, answer any) error {
	address, err := jid.Parse(to)
	if err != nil {
		return fmt.Errorf("%q is no address: %w", to, err)
	}
	select {
	case c.window <- struct{}{}:
		defer func() { <-c.window }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	st, err := c.live(ctx)
	if err != nil {
		return err
	}
	c.meter.requests.Add(1)
	err = st.roundTrip(ctx, c.cfg.Timeout, payload, stanza.IQ{Type: typ, To: address}, answer)
	return requestError(to, err)
}

// waitForStream makes sure that there is a stream again after a loss.
func (c *Client) waitForStream(ctx context.Context) error {
	_, err := c.live(ctx)
	return err
}

// live returns the stream, connecting where there is none. After a loss it
// tries for as long as the configured patience, with growing pauses.
func (c *Client) live(ctx context.Context) (*stream, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, fmt.Errorf("xmpp: %w: the client was closed", ErrUnavailable)
	}
	if c.stream != nil && c.stream.alive() {
		return c.stream, nil
	}
	if c.stream != nil {
		c.cfg.Logger.Warn("the stream was lost, connecting again", "cause", c.stream.cause())
	}
	st, err := c.connectWithin(ctx, c.cfg.Patience)
	if err != nil {
		return nil, err
	}
	c.stream = st
	c.meter.streams.Add(1)
	return st, nil
}

// connectWithin connects, and tries again while the failure is one that may
// pass. The first pause is a quarter of a second; each further one is twice
// as long, up to eight seconds.
func (c *Client) connectWithin(ctx context.Context, patience time.Duration) (*stream, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, 8*time.Second) {
		st, err := c.connect(ctx)
		if err == nil {
			return st, nil
		}
		// A first connection that fails is told at once: somebody is
		// waiting to correct the configuration.
		if c.stream == nil || !passing(err) {
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

// passing says whether a failure to connect may pass by itself. A refused
// login or certificate does not.
func passing(err error) bool {
	var ce *ConnectError
	return errors.As(err, &ce) && ce.passing
}
