package component

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"mellium.im/xmpp/jid"

	"muster/frontdesk"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

const (
	// visitTime is how long one visit to a room may take.
	visitTime = 30 * time.Second
	// visitTries is how often a message is tried, a minute apart and more.
	visitTries = 6
	// looksBack is how many of the last messages of a room the desk looks through
	// for its own, to say nothing twice.
	looksBack = 20
)

// announce says what is due in rooms, again and again: the desk enters a room,
// says one line, and leaves.
func (w *wire) announce(ctx context.Context) {
	ticker := time.NewTicker(w.cfg.Outbox)
	defer ticker.Stop()
	for {
		due, err := w.outbox.Due(ctx, frontdesk.InRoom, w.cfg.Now())
		if err != nil && ctx.Err() == nil {
			w.cfg.Logger.Error("the outbox cannot be read", "cause", err)
		}
		for _, m := range due {
			if ctx.Err() == nil {
				w.announceOne(ctx, m)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// announceOne says one message in its room, and records what became of it.
func (w *wire) announceOne(ctx context.Context, m frontdesk.Message) {
	room, err := jid.Parse(m.Address)
	if err != nil || room.Domainpart() != w.cfg.Service || room.Localpart() == "" || room.Resourcepart() != "" {
		w.record(m.ID, w.outbox.Failed(ctx, m.ID, fmt.Sprintf("%q is not a room of %s", m.Address, w.cfg.Service), time.Time{}))
		return
	}
	err = w.visit(ctx, room, idOf(m.ID), cut(m.Body, maxAnswer))
	switch now := w.cfg.Now(); {
	case err == nil:
		w.record(m.ID, w.outbox.Sent(ctx, m.ID, now))
	case ctx.Err() != nil, errors.Is(err, session.ErrUnavailable): // it stays due
	case m.Tries+1 >= visitTries || errors.Is(err, errRefused):
		w.record(m.ID, w.outbox.Failed(ctx, m.ID, err.Error(), time.Time{}))
	default:
		w.record(m.ID, w.outbox.Failed(ctx, m.ID, err.Error(), now.Add(time.Minute<<m.Tries)))
	}
}

// errRefused is that a room does not take what the desk has to say.
var errRefused = errors.New("the room refuses it")

// visit enters a room, says a line unless the room has it already, waits until the
// room has passed it on, and leaves.
func (w *wire) visit(ctx context.Context, room jid.JID, id, text string) error {
	ctx, cancel := context.WithTimeout(ctx, visitTime)
	defer cancel()
	nick := cmp.Or(w.cfg.Name, "desk")
	occupant, err := room.WithResource(nick)
	if err != nil {
		return err
	}
	from := w.chat() + "/" + resource
	v := w.visits.begin(room, occupant, id)
	defer w.visits.end()
	if err := w.conn.Send(ctx, xep.Enter(from, occupant.String(), looksBack)); err != nil {
		return err
	}
	defer func() {
		_ = w.conn.Send(context.WithoutCancel(ctx), xep.Presence(from, occupant.String(), "unavailable", nil))
	}()
	if err := await(ctx, v.entered, "enter the room"); err != nil || v.was() {
		return err
	}
	if err := w.conn.Send(ctx, xep.SayInRoom(from, room.String(), id, text)); err != nil {
		return err
	}
	return await(ctx, v.said, "say it in the room")
}

// await waits for the outcome of a step.
func await(ctx context.Context, outcome <-chan error, step string) error {
	select {
	case err := <-outcome:
		if err != nil {
			return fmt.Errorf("%s: %w", step, err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s: no answer: %w", step, ctx.Err())
	}
}

// visits is the visit to a room that is under way: one at a time.
type visits struct {
	mu  sync.Mutex
	now *visit
}

// visit is a visit to a room. Each channel has room for one outcome.
type visit struct {
	room, occupant jid.JID
	id             string // of the message
	entered, said  chan error

	mu     sync.Mutex
	inside bool // the desk is an occupant
	before bool // the room has the message from an earlier visit
}

func (vs *visits) begin(room, occupant jid.JID, id string) *visit {
	v := &visit{room: room, occupant: occupant, id: id, entered: make(chan error, 1), said: make(chan error, 1)}
	vs.mu.Lock()
	defer vs.mu.Unlock()
	vs.now = v
	return v
}

func (vs *visits) end() {
	vs.mu.Lock()
	defer vs.mu.Unlock()
	vs.now = nil
}

// take reports whether a stanza comes from the room that is visited, and has the
// visit go on by it.
func (vs *visits) take(s xep.Stanza, from jid.JID) bool {
	vs.mu.Lock()
	v := vs.now
	vs.mu.Unlock()
	if v == nil || s.Kind == "iq" || !from.Bare().Equal(v.room) {
		return false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case s.Type == "error":
		condition, text := s.Condition()
		if text != "" {
			condition += ": " + text
		}
		if s.Kind == "message" {
			v.settle(true, fmt.Errorf("%w: %s", errRefused, cut(condition, 200)))
			break
		}
		v.settle(false, errors.New(cut(condition, 200)))
	case s.Kind == "presence" && s.Type == "" && s.HasStatus("110"):
		if v.inside = true; s.HasStatus("201") {
			v.settle(false, fmt.Errorf("%w: it is not there", errRefused))
		}
	case s.Kind == "presence" && s.Type == "unavailable" && s.HasStatus("110") && v.inside: // else it ends an earlier visit
		out := errors.New("the desk was put out of it")
		v.settle(false, out)
		v.settle(true, out)
	case s.Kind == "message" && from.Equal(v.occupant) && s.ID == v.id:
		v.before = v.before || s.Delayed()
		if !s.Delayed() {
			v.settle(true, nil)
		}
	case s.Kind == "message" && v.inside && s.IsSubject():
		v.settle(false, nil)
	}
	return true
}

// settle sets the outcome of entering, or of saying; the first one counts.
func (v *visit) settle(said bool, err error) {
	outcome := v.entered
	if said {
		outcome = v.said
	}
	select {
	case outcome <- err:
	default:
	}
}

// was reports whether the room has had the message before.
func (v *visit) was() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.before
}
