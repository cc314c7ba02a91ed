package xep

import (
	"context"
	"encoding/xml"
	"fmt"
	"sync"

	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"

	"muster/xmppadmin/session"
)

// subjectMessage is what of a message from a room matters here (XEP-0045 §8.1).
type subjectMessage struct {
	ID      string        `xml:"id,attr"`
	Type    string        `xml:"type,attr"`
	Subject *string       `xml:"subject"`
	Body    *string       `xml:"body"`
	Thread  *string       `xml:"thread"`
	Error   *stanza.Error `xml:"error"`
}

// subjects follows the subject of a room from its messages.
type subjects struct {
	mu     sync.Mutex
	text   string
	wanted string     // what SetSubject waits for
	done   chan error // has room for one; nil while nothing is waited for
}

// subjectID is the id of the message by which this account sets a subject.
const subjectID = "muster-subject"

// handleMessage receives each message from the room. One with a body or a
// thread is no change of the subject.
func (s *subjects) handleMessage(t xml.TokenReader) error {
	var m subjectMessage
	if err := xml.NewTokenDecoder(t).Decode(&m); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case m.Type == "error" && m.ID == subjectID:
		refusal := stanza.Error{Condition: stanza.UndefinedCondition}
		if m.Error != nil {
			refusal = *m.Error
		}
		s.answer(refusal)
	case m.Type == "groupchat" && m.Subject != nil && m.Body == nil && m.Thread == nil:
		s.text = *m.Subject
		if s.text == s.wanted {
			s.answer(nil)
		}
	}
	return nil
}

// answer ends the waiting of SetSubject, if it waits. The lock is held.
func (s *subjects) answer(refusal error) {
	if s.done != nil {
		s.done <- refusal
		s.done = nil
	}
}

// expect returns the channel that receives nil once the room has sent the
// subject text, or its refusal.
func (s *subjects) expect(text string) <-chan error {
	s.mu.Lock()
	defer s.mu.Unlock()
	done := make(chan error, 1)
	s.wanted, s.done = text, done
	return done
}

// Subject returns the subject of the room, the empty string for none. The room
// sends it after the occupant's own presence (XEP-0045 §7.2.15), and so before
// the answer to a later request.
func (o Occupancy) Subject(ctx context.Context) (string, error) {
	if _, err := Info(ctx, o.stream, o.address.Bare().String()); err != nil {
		return "", err
	}
	o.subjects.mu.Lock()
	defer o.subjects.mu.Unlock()
	return o.subjects.text, nil
}

// SendSubject sends the subject of the room without waiting for it. The room sends
// it to its occupants before it answers a later request over this stream; sent,
// called after such an answer, returns whether it did so, or its refusal.
func (o Occupancy) SendSubject(ctx context.Context, text string) (sent func() error, err error) {
	room := o.address.Bare()
	done := o.subjects.expect(text)
	if err := o.stream.Send(ctx, subjectOf(room, text)); err != nil {
		return nil, fmt.Errorf("set the subject: %w", err)
	}
	return func() error {
		select {
		case refusal := <-done:
			if err := session.RequestError(room.String(), refusal); err != nil {
				return fmt.Errorf("set the subject: %w", err)
			}
			return nil
		default:
			return fmt.Errorf("set the subject: %s has not sent it to its occupants", room)
		}
	}, nil
}

// subjectOf returns the message that sets the subject of a room.
func subjectOf(room jid.JID, text string) xml.TokenReader {
	return stanza.Message{ID: subjectID, To: room, Type: stanza.GroupChatMessage}.Wrap(textElement("subject", text))
}

// SetSubject sets the subject of the room and waits until the room has sent it
// to its occupants, this one among them. The empty string removes it. The text
// must not be the present subject, which a room need not send again.
func (o Occupancy) SetSubject(ctx context.Context, text string) error {
	room := o.address.Bare()
	refusal, err := session.Ask(ctx, o.stream, room, subjectOf(room, text), o.subjects.expect(text))
	if err == nil {
		err = session.RequestError(room.String(), refusal)
	}
	if err != nil {
		return fmt.Errorf("set the subject: %w", err)
	}
	return nil
}
