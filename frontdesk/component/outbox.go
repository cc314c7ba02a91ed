package component

import (
	"context"
	"encoding/xml"
	"errors"
	"sync"
	"time"

	"mellium.im/xmpp/jid"

	"muster/frontdesk"
	"muster/xmppadmin/xep"
)

// batch is how many messages wait for one acknowledgment.
const batch = 20

// sendOutbox sends what is due, again and again. A message that the server has
// not acknowledged is sent again, with the same id.
func (w *wire) sendOutbox(ctx context.Context) {
	ticker := time.NewTicker(w.cfg.Outbox)
	defer ticker.Stop()
	p := post{wire: w, taken: make(map[int64]bool)}
	for {
		p.logChange(ctx, p.sendDue(ctx))
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// post is who sends what is in the outbox.
type post struct {
	wire *wire
	// taken are the messages that the server has taken and that could not be
	// recorded as sent yet. They are not sent again.
	taken map[int64]bool
	said  string // the failure of the outbox that was logged last
}

// logChange logs a failure of the outbox once, however often it comes.
func (p *post) logChange(ctx context.Context, err error) {
	said := ""
	if err != nil && ctx.Err() == nil {
		said = err.Error()
	}
	if said != "" && said != p.said {
		p.wire.cfg.Logger.Error("the outbox failed", "cause", err)
	}
	p.said = said
}

// sendDue sends the messages that are due, until the server does not take some or
// the outbox fails.
func (p *post) sendDue(ctx context.Context) error {
	due, err := p.wire.outbox.Due(ctx, frontdesk.Chat, p.wire.cfg.Now())
	for err == nil && len(due) > 0 {
		n := min(batch, len(due))
		var taken bool
		if taken, err = p.deliver(ctx, due[:n]); !taken {
			return err
		}
		due = due[n:]
	}
	return err
}

// deliver sends messages and records those that the server has taken. It reports
// false where the rest is to be tried again later. The error is the outbox's.
func (p *post) deliver(ctx context.Context, messages []frontdesk.Message) (taken bool, err error) {
	w := p.wire
	var sent []int64
	var stanzas []xml.TokenReader
	for _, m := range messages {
		to, invalid := jid.Parse(m.Address)
		switch {
		case p.taken[m.ID]:
			sent = append(sent, m.ID)
		case invalid != nil:
			err = errors.Join(err, w.outbox.Failed(ctx, m.ID, "not an address: "+invalid.Error(), time.Time{}))
		default:
			sent = append(sent, m.ID)
			stanzas = append(stanzas, xep.Chat(w.chat(), to.String(), idOf(m.ID), "", m.Body))
		}
	}
	w.flights.begin(messages)
	if len(stanzas) > 0 && w.conn.Deliver(ctx, stanzas...) != nil {
		w.flights.end()
		return false, err
	}
	for _, id := range sent {
		p.taken[id] = true
		failed := w.outbox.Sent(ctx, id, w.cfg.Now())
		if failed == nil {
			delete(p.taken, id)
		}
		err = errors.Join(err, failed)
	}
	for _, b := range w.flights.end() {
		err = errors.Join(err, w.outbox.Bounced(ctx, b.row, b.address, b.reason))
	}
	return err == nil, err
}

// flights are the messages that were sent and not acknowledged yet. Those of
// them that come back are recorded after they were recorded as sent.
type flights struct {
	mu      sync.Mutex
	under   map[int64]bool
	bounces []bounced
}

// bounced is a message that came back from an address.
type bounced struct {
	row             int64
	address, reason string
}

func (f *flights) begin(messages []frontdesk.Message) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.under, f.bounces = make(map[int64]bool, len(messages)), nil
	for _, m := range messages {
		f.under[m.ID] = true
	}
}

// back keeps a message that came back while it is under way. It reports false
// where it is not.
func (f *flights) back(b bounced) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.under[b.row] {
		f.bounces = append(f.bounces, b)
	}
	return f.under[b.row]
}

// end returns the messages that came back.
func (f *flights) end() []bounced {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.under = nil
	return f.bounces
}

// record logs what the outbox could not record.
func (w *wire) record(id int64, err error) {
	if err != nil {
		w.cfg.Logger.Error("the outbox cannot be written", "message", id, "cause", err)
	}
}
