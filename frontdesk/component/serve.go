package component

import (
	"context"
	"encoding/xml"
	"hash/maphash"
	"log/slog"
	"sync"
	"time"

	"mellium.im/xmpp/jid"

	"muster/frontdesk"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// Serve connects the desk and answers until ctx ends, and returns nil then. A
// connection that is lost or refused is made again, for ever: a server that
// restarts takes the desk back within seconds. The error is a
// [*session.ConnectError]: the configuration cannot be one of a component.
//
// Two desks must not be connected as the same component: ejabberd would deal the
// stanzas out between them. The caller holds a lock.
func Serve(ctx context.Context, cfg Config, d Desk, out Outbox) error {
	cfg = cfg.withDefaults()
	conn, err := session.NewComponent(session.ComponentConfig{
		Domain: cfg.Domain, Server: cfg.Server, Address: cfg.Address, Secret: cfg.Secret,
		FirstPause: cfg.Pauses.First, LongestPause: cfg.Pauses.Longest, RefusedPause: cfg.Pauses.Refused,
		Connected: cfg.Observer.Connected, Logger: cfg.Logger,
	})
	if err != nil {
		return err
	}
	w := newWire(cfg, d, out, conn)
	var working sync.WaitGroup
	for _, queue := range w.queues {
		working.Go(func() { w.work(ctx, queue) })
	}
	working.Go(func() { w.sendRefusals(ctx) })
	working.Go(func() { w.sendOutbox(ctx) })
	working.Go(func() { w.announce(ctx) })
	err = conn.Serve(ctx, w.take)
	working.Wait()
	return err
}

func (c Config) withDefaults() Config {
	// As servers write them in addresses.
	for _, domain := range []*string{&c.Domain, &c.Server, &c.Service} {
		if j, err := jid.Parse(*domain); err == nil {
			*domain = j.String()
		}
	}
	if j, err := jid.Parse(c.Chat + "@" + c.Domain); err == nil {
		c.Chat = j.Localpart()
	}
	if c.Limits == (Limits{}) {
		c.Limits = DefaultLimits()
	}
	if c.Outbox <= 0 {
		c.Outbox = time.Second
	}
	if c.Observer == nil {
		c.Observer = unobserved{}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

type unobserved struct{}

func (unobserved) Connected(bool)        {}
func (unobserved) Stanza(string, string) {}

// connection is what carries the desk's stanzas: a [session.Component].
type connection interface {
	Send(ctx context.Context, stanza xml.TokenReader) error
	Deliver(ctx context.Context, stanzas ...xml.TokenReader) error
}

// wire is a desk at work on its connection.
type wire struct {
	cfg     Config
	desk    Desk
	outbox  Outbox
	conn    connection
	about   xep.Description
	limiter *limiter
	repeats *repeats
	flights flights
	visits  visits

	seed     maphash.Seed
	queues   []chan job
	space    *space
	refusals chan xml.TokenReader
}

func newWire(cfg Config, d Desk, out Outbox, conn connection) *wire {
	w := &wire{
		cfg: cfg, desk: d, outbox: out, conn: conn, about: describe(cfg.Name),
		limiter: newLimiter(cfg.Limits), repeats: newRepeats(),
		seed: maphash.MakeSeed(), space: &space{limit: maxQueued},
		refusals: make(chan xml.TokenReader, queueLength),
	}
	for range workers {
		w.queues = append(w.queues, make(chan job, queueLength))
	}
	return w
}

// address returns the address of the desk that a stanza went to, without the
// resource. It reports false where the desk has no such address.
func (w *wire) address(to string) (string, bool) {
	j, err := jid.Parse(to)
	if err != nil || j.Localpart() != "" && j.Localpart() != w.cfg.Chat {
		return "", false
	}
	return j.Bare().String(), true
}

// chat returns the address from which the desk chats.
func (w *wire) chat() string { return w.cfg.Chat + "@" + w.cfg.Domain }

// job is a stanza that is to be answered.
type job struct {
	stanza xep.Stanza
	kind   string // as an Observer is given it
	caller frontdesk.Caller
	at     string // the address of the desk that it went to
	over   bool   // over a limit: it is answered with slowDown
}
