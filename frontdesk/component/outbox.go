package component

import (
	"context"
	"encoding/xml"
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
	for {
		w.sendDue(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// sendDue sends the messages that are due, until one is not taken.
func (w *wire) sendDue(ctx context.Context) {
	due, err := w.outbox.Due(ctx, frontdesk.Chat, w.cfg.Now())
	if err != nil {
		if ctx.Err() == nil {
			w.cfg.Logger.Error("the outbox cannot be read", "cause", err)
		}
		return
	}
	for len(due) > 0 {
		n := min(batch, len(due))
		if !w.deliver(ctx, due[:n]) {
			return
		}
		due = due[n:]
	}
}

// deliver sends messages and records those that the server has taken. It reports
// false where that is to be tried again.
func (w *wire) deliver(ctx context.Context, messages []frontdesk.Message) bool {
	var sent []int64
	var stanzas []xml.TokenReader
	for _, m := range messages {
		to, err := jid.Parse(m.Address)
		if err != nil {
			w.record(m.ID, w.outbox.Failed(ctx, m.ID, "not an address: "+err.Error(), time.Time{}))
			continue
		}
		sent = append(sent, m.ID)
		stanzas = append(stanzas, xep.Chat(w.chat(), to.String(), idOf(m.ID), "", m.Body))
	}
	if len(stanzas) == 0 {
		return true
	}
	w.flights.begin(messages)
	if err := w.conn.Deliver(ctx, stanzas...); err != nil {
		w.flights.end()
		return false
	}
	ok := true
	for _, id := range sent {
		ok = w.record(id, w.outbox.Sent(ctx, id, w.cfg.Now())) && ok
	}
	for _, b := range w.flights.end() {
		w.record(b.row, w.outbox.Bounced(ctx, b.row, b.address, b.reason))
	}
	return ok
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
func (w *wire) record(id int64, err error) bool {
	if err != nil {
		w.cfg.Logger.Error("the outbox cannot be written", "message", id, "cause", err)
	}
	return err == nil
}
