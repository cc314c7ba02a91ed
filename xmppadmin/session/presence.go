package session

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"time"

	"mellium.im/xmlstream"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"
)

// StanzaHandler receives presence and message stanzas, one after the other:
// name is "presence" or "message", and the reader has the tokens of the whole
// element. It must not block. Its errors are ignored, unless the XML itself is
// broken.
type StanzaHandler func(name string, element xml.TokenReader) error

// Watch passes presence and messages from the bare JID at, and from its
// resources, to handle until stop is called. It reports false, and does
// nothing, where that JID is being watched already. Addresses are compared as
// text.
func (st *Stream) Watch(at string, handle StanzaHandler) (stop func(), ok bool) {
	key := strings.ToLower(at)
	st.mu.Lock()
	defer st.mu.Unlock()
	if _, taken := st.watches[key]; taken {
		return nil, false
	}
	st.watches[key] = handle
	return func() {
		st.mu.Lock()
		defer st.mu.Unlock()
		delete(st.watches, key)
	}, true
}

// Send sends a stanza whose answer, if there is one, is awaited by other means.
func (st *Stream) Send(ctx context.Context, stanza xml.TokenReader) error {
	ctx, cancel := context.WithTimeout(ctx, st.client.cfg.Timeout)
	defer cancel()
	defer st.closeIfStuck().Stop()
	if err := st.session.Send(ctx, stanza); err != nil {
		return fmt.Errorf("%w: %w", ErrInterrupted, err)
	}
	return nil
}

// Ask sends a stanza to an address and waits until answered delivers a value,
// for as long as Config.Timeout. Otherwise the error is ErrInterrupted.
func Ask[T any](ctx context.Context, st *Stream, to jid.JID, stanza xml.TokenReader, answered <-chan T) (T, error) {
	var none T
	if err := st.client.budget.spent(); err != nil {
		return none, err
	}
	ctx, cancel := context.WithTimeout(ctx, st.client.cfg.Timeout)
	defer cancel()
	st.client.meter.requests.Add(1)
	sent := time.Now()
	if err := st.Send(ctx, stanza); err != nil {
		return none, err
	}
	select {
	case answer := <-answered:
		return answer, nil
	case <-st.dead:
		return none, fmt.Errorf("%w: %w", ErrInterrupted, errLost)
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			st.waitedFor(to, sent)
		}
		return none, fmt.Errorf("%w: %w", ErrInterrupted, context.Cause(ctx))
	}
}

// handle receives each stanza that is not the answer to a request. Presence
// and messages that are watched are passed on; all else is dropped. It returns
// no error because of a stanza's content, since that would end the stream, and
// compares addresses as text, because the library's readers refuse some that
// servers let through: an occupant's nick must not end the session.
func (st *Stream) handle(t xmlstream.TokenReadEncoder, start *xml.StartElement) error {
	switch start.Name.Local {
	case "presence", "message":
		return st.passOn(t, start)
	case "iq":
		return refuseIQ(t, start)
	default:
		return nil
	}
}

// passOn passes a stanza on to its handler. The lock is not held meanwhile.
func (st *Stream) passOn(t xml.TokenReader, start *xml.StartElement) error {
	st.mu.Lock()
	handle := st.watches[strings.ToLower(bareOf(attribute(*start, "from")))]
	st.mu.Unlock()
	if handle == nil {
		return nil
	}
	err := handle(start.Name.Local, xmlstream.MultiReader(xmlstream.Token(*start), t))
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return err
	}
	return nil
}

// refuseIQ answers requests with service-unavailable (RFC 6120 §8.4). The
// library would do so by itself, but ends the stream where the sender's
// address is one that it cannot read.
func refuseIQ(t xmlstream.TokenReadEncoder, start *xml.StartElement) error {
	if typ := attribute(*start, "type"); typ != string(stanza.GetIQ) && typ != string(stanza.SetIQ) {
		return nil
	}
	attrs := []xml.Attr{
		{Name: xml.Name{Local: "type"}, Value: "error"},
		{Name: xml.Name{Local: "id"}, Value: attribute(*start, "id")},
	}
	if from := attribute(*start, "from"); from != "" {
		attrs = append(attrs, xml.Attr{Name: xml.Name{Local: "to"}, Value: from})
	}
	_, err := xmlstream.Copy(t, xmlstream.Wrap(
		stanza.Error{Type: stanza.Cancel, Condition: stanza.ServiceUnavailable}.TokenReader(),
		xml.StartElement{Name: xml.Name{Local: "iq"}, Attr: attrs},
	))
	return err
}
