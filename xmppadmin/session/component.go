package session

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"mellium.im/xmpp/component"
	"mellium.im/xmpp/jid"

	"muster/xmppadmin/session/internal/socket"
)

// ComponentHandler reads one stanza that came for the component, its start
// included. It is called on the goroutine that reads the stream: it must not
// block and must not send. What it leaves unread is dropped.
type ComponentHandler func(stanza xml.TokenReader)

// Component is an external component of a server, over whatever stream there is.
type Component struct {
	cfg    ComponentConfig
	domain jid.JID
	meter  meter

	mu   sync.Mutex
	link *componentLink // nil while there is none
}

// NewComponent checks the configuration. It does not connect: see
// [Component.Serve]. The error is a [*ConnectError].
func NewComponent(cfg ComponentConfig) (*Component, error) {
	domain, err := jid.Parse(cfg.Domain)
	if err == nil && (domain.Localpart() != "" || domain.Resourcepart() != "") {
		err = errors.New("not a domain")
	}
	if err != nil {
		return nil, &ConnectError{Step: "be the component", On: cfg.Domain, Err: err, Hint: Hint{Kind: HintComponent}}
	}
	if _, _, err := dialable(cfg.Address); err != nil {
		return nil, &ConnectError{Step: "connect to", On: cfg.Address, Err: err, Hint: Hint{Kind: HintLoopback}}
	}
	return &Component{cfg: cfg.withDefaults(), domain: domain}, nil
}

// Serve connects and hands each stanza that comes to handle until ctx ends; then
// it ends the stream in order and returns nil. A stream that cannot be made or is
// lost is made again, for ever.
func (c *Component) Serve(ctx context.Context, handle ComponentHandler) error {
	var said string // the failure to connect that was logged last
	for pause := c.cfg.FirstPause; ctx.Err() == nil; pause = min(2*pause, c.cfg.LongestPause) {
		l, err := c.connect(ctx)
		if err == nil {
			said = ""
			if c.serve(ctx, l, handle) > c.cfg.LongestPause {
				pause = c.cfg.FirstPause
			}
			wait(ctx, pause)
			continue
		}
		if ctx.Err() == nil && err.Error() != said {
			said = err.Error()
			c.cfg.Logger.Error("could not connect as a component, trying again for ever", "cause", err)
		}
		if temporary(err) {
			wait(ctx, pause)
		} else {
			wait(ctx, c.cfg.RefusedPause)
		}
	}
	return nil
}

func wait(ctx context.Context, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// TryComponent connects once and closes the stream again. On some servers the
// stanzas that come meanwhile are lost to a component that is connected already.
// The error is a [*ConnectError].
func TryComponent(ctx context.Context, cfg ComponentConfig) error {
	c, err := NewComponent(cfg)
	if err != nil {
		return err
	}
	l, err := c.connect(ctx)
	if err != nil {
		return err
	}
	go l.read(func(xml.TokenReader) {})
	return l.close()
}

// connect makes one stream. The library's context bounds nothing here: what
// bounds the handshake is the deadline of the connection, and closing it.
func (c *Component) connect(ctx context.Context) (*componentLink, error) {
	network, at, err := dialable(c.cfg.Address)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	raw, err := new(net.Dialer).DialContext(ctx, network, at)
	if err != nil {
		return nil, &ConnectError{
			Step: "connect to", On: c.cfg.Address, Err: bareCause(err), Temporary: true, Hint: Hint{Kind: HintComponent, Domain: c.cfg.Domain},
		}
	}
	conn := &meteredConn{Conn: raw, meter: &c.meter, ack: socket.QuickAck(raw)}
	_ = conn.SetDeadline(time.Now().Add(c.cfg.Timeout))
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	session, err := component.NewSession(ctx, c.domain, []byte(c.cfg.Secret), conn)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = conn.Close()
		return nil, c.handshakeError(err)
	}
	_ = conn.SetDeadline(time.Time{})
	return &componentLink{
		cfg: c.cfg, own: c.domain.String(), session: session, conn: conn,
		dead: make(chan struct{}), pings: make(map[string]chan struct{}),
	}, nil
}

// handshakeError returns what a failed handshake failed at. A conflict passes:
// it may be an old stream of this component that the server has not missed yet.
func (c *Component) handshakeError(err error) error {
	refusal := refusalOf(err)
	hint := Hint{Kind: HintComponent, Domain: c.cfg.Domain}
	temporary := true
	switch refusal.condition {
	case "not-authorized":
		hint.Kind, temporary = HintSecret, false
	case "host-unknown":
		hint.Kind, temporary = HintHost, false
	case "conflict":
		hint.Kind = HintConflict
	}
	return &ConnectError{Step: "connect as the component", On: c.cfg.Domain, Err: refusal, Temporary: temporary, Hint: hint}
}

// serve reads a stream until it is lost, or closes it when ctx ends. It returns
// how long the stream lived.
func (c *Component) serve(ctx context.Context, l *componentLink, handle ComponentHandler) time.Duration {
	began := time.Now()
	c.use(l)
	defer c.use(nil)
	c.cfg.Logger.Info("connected as a component", "domain", c.cfg.Domain, "address", c.cfg.Address)
	go l.keepAlive()
	stop := context.AfterFunc(ctx, func() { _ = l.close() })
	defer stop()
	l.read(handle)
	if ctx.Err() == nil {
		c.cfg.Logger.Warn("the component's stream was lost, connecting again", "cause", l.err)
	}
	return time.Since(began)
}

// use has stanzas sent over a stream, or over none.
func (c *Component) use(l *componentLink) {
	c.mu.Lock()
	c.link = l
	c.mu.Unlock()
	c.cfg.Connected(l != nil)
}

func (c *Component) current() (*componentLink, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.link == nil {
		return nil, fmt.Errorf("xmpp: %w: the component %s is not connected", ErrUnavailable, c.cfg.Domain)
	}
	return c.link, nil
}

// Send sends a stanza, which has a sender: without one, servers close the
// stream. The error is [ErrUnavailable] where there is no stream; nil does not
// mean that the server has read it.
func (c *Component) Send(ctx context.Context, stanza xml.TokenReader) error {
	l, err := c.current()
	if err != nil {
		return err
	}
	return l.send(ctx, stanza)
}

// Deliver sends stanzas, and a ping to the server behind them on the same stream.
// It returns nil when the ping is answered: the server has then taken all of
// them. Otherwise it is not known which of them it has.
func (c *Component) Deliver(ctx context.Context, stanzas ...xml.TokenReader) error {
	l, err := c.current()
	if err != nil {
		return err
	}
	for _, s := range stanzas {
		if err := l.send(ctx, s); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Patience)
	defer cancel()
	return l.ping(ctx)
}
