package xmppadmin

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"mellium.im/xmlstream"
	"mellium.im/xmpp"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"
)

// errLost is the cause with which requests end when their stream is lost.
var errLost = errors.New("the stream was lost")

// stream is one logged-in XMPP stream and its connection. When it is lost it
// stays lost: the Client makes another.
type stream struct {
	session *xmpp.Session
	conn    *meteredConn
	facts   Connection
	dead    chan struct{} // closed when nothing more will be read
	err     error         // why; to be read after dead is closed

	mu    sync.Mutex
	joins map[string]*joining // by bare room JID: see join.go
}

// newStream starts to read from a session that has just been negotiated.
func newStream(session *xmpp.Session, conn *meteredConn) *stream {
	st := &stream{
		session: session, conn: conn,
		dead:  make(chan struct{}),
		joins: make(map[string]*joining),
	}
	go func() {
		err := session.Serve(xmpp.HandlerFunc(st.handle))
		if err == nil {
			err = io.EOF
		}
		st.err = err
		close(st.dead)
		_ = conn.Close()
	}()
	return st
}

func (st *stream) alive() bool {
	select {
	case <-st.dead:
		return false
	default:
		return true
	}
}

// cause says why a lost stream was lost.
func (st *stream) cause() error {
	if st.alive() {
		return nil
	}
	return st.err
}

// close ends the stream in order and then the connection. The library sends
// the end of the stream and returns; it leaves waiting for the server's end,
// and the connection, to us.
func (st *stream) close() error {
	if !st.alive() {
		return nil
	}
	err := st.session.Close()
	select {
	case <-st.dead:
	case <-time.After(2 * time.Second):
	}
	if cerr := st.conn.Close(); err == nil && cerr != nil && !errors.Is(cerr, net.ErrClosed) {
		err = cerr
	}
	return err
}

// roundTrip sends an IQ and decodes its answer. The library's own call waits
// for nothing but its context, so the context given to it ends with the
// stream as well as with the time allowed.
func (st *stream) roundTrip(ctx context.Context, timeout time.Duration, payload xml.TokenReader, iq stanza.IQ, answer any) error {
	rctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	sent := time.Now()
	stop := st.cancelWhenDead(rctx, cancel)
	defer stop()
	// A write into a connection that takes nothing is not ended by the
	// context: the library sets a deadline and clears it at once. Closing
	// the connection ends it.
	stuck := time.AfterFunc(timeout+2*time.Second, func() { _ = st.conn.Close() })
	defer stuck.Stop()

	err := st.exchange(rctx, payload, iq, answer)
	var se stanza.Error
	switch {
	case err == nil || errors.As(err, &se):
		return err
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", ErrInterrupted, context.Cause(ctx))
	case !st.alive():
		return fmt.Errorf("%w: %w: %w", ErrInterrupted, errLost, st.err)
	case errors.Is(err, context.DeadlineExceeded):
		st.abandonIfSilent(sent)
		return fmt.Errorf("%w: no answer within %s", ErrInterrupted, timeout)
	case broken(err), errors.Is(err, context.Canceled),
		errors.Is(err, xmpp.ErrOutputStreamClosed), errors.Is(err, xmpp.ErrInputStreamClosed):
		// A connection that takes no more may still be heard from, and a
		// stream that looked alive would be tried again and again.
		_ = st.conn.Close()
		<-st.dead
		return fmt.Errorf("%w: %w: %w", ErrInterrupted, errLost, err)
	default:
		return fmt.Errorf("unusable answer: %w", err)
	}
}

// exchange sends an IQ and decodes the payload of its answer, unless answer is
// nil; an answer without a payload leaves it as it is. The library's way to do
// so panics where white space comes before the payload.
func (st *stream) exchange(ctx context.Context, payload xml.TokenReader, iq stanza.IQ, answer any) error {
	response, err := st.session.SendIQElement(ctx, payload, iq)
	if err != nil {
		return err
	}
	defer func() { _ = response.Close() }() // left open it stops the whole stream
	d := xml.NewTokenDecoder(response)
	var envelope xml.StartElement
	for {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if envelope.Name.Local != "" {
				return decodePayload(d, token, answer)
			}
			envelope = token
			if attribute(envelope, "type") == string(stanza.ErrorIQ) {
				return decodeRefusal(d, envelope)
			}
		case xml.EndElement:
			return nil
		}
	}
}

func decodePayload(d *xml.Decoder, start xml.StartElement, answer any) error {
	if answer == nil {
		return nil
	}
	return d.DecodeElement(answer, &start)
}

// decodeRefusal returns the error in an IQ of type error. The request may be
// in there with it (RFC 6120 §8.3.1).
func decodeRefusal(d *xml.Decoder, start xml.StartElement) error {
	refusal := struct {
		Error stanza.Error `xml:"error"`
	}{stanza.Error{Condition: stanza.UndefinedCondition}}
	if err := d.DecodeElement(&refusal, &start); err != nil {
		return err
	}
	return refusal.Error
}

func attribute(start xml.StartElement, name string) string {
	for _, a := range start.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// abandonIfSilent closes the connection of a server that has said nothing at
// all since t: it is gone. One that is only slow with one request still
// answers others.
func (st *stream) abandonIfSilent(t time.Time) {
	if st.conn.silentSince(t) {
		_ = st.conn.Close()
	}
}

// cancelWhenDead calls cancel when the stream is lost, unless stopped before.
func (st *stream) cancelWhenDead(ctx context.Context, cancel context.CancelFunc) (stop func()) {
	done := make(chan struct{})
	go func() {
		select {
		case <-st.dead:
			cancel()
		case <-done:
		case <-ctx.Done():
		}
	}()
	return func() { close(done) }
}

// handle is given each stanza that is not the answer to a request. Presence
// from rooms that are being joined is passed on; all else is dropped. It
// never returns an error of a stanza's making, because that would end the
// stream, and looks at addresses as text, because the library's readers
// refuse some that servers let through: a stranger's nick in a room must not
// end the session.
func (st *stream) handle(t xmlstream.TokenReadEncoder, start *xml.StartElement) error {
	switch start.Name.Local {
	case "presence":
		return st.handlePresence(t, start)
	case "iq":
		return refuseIQ(t, start)
	default:
		return nil
	}
}

// refuseIQ answers requests with service-unavailable (RFC 6120 §8.4). The
// library would do so by itself, but ends the stream where the sender's
// address is one that it cannot read.
func refuseIQ(t xmlstream.TokenReadEncoder, start *xml.StartElement) error {
	var id, from, typ string
	for _, a := range start.Attr {
		switch a.Name.Local {
		case "id":
			id = a.Value
		case "from":
			from = a.Value
		case "type":
			typ = a.Value
		}
	}
	if typ != string(stanza.GetIQ) && typ != string(stanza.SetIQ) {
		return nil
	}
	attrs := []xml.Attr{{Name: xml.Name{Local: "type"}, Value: "error"}, {Name: xml.Name{Local: "id"}, Value: id}}
	if from != "" {
		attrs = append(attrs, xml.Attr{Name: xml.Name{Local: "to"}, Value: from})
	}
	_, err := xmlstream.Copy(t, xmlstream.Wrap(
		stanza.Error{Type: stanza.Cancel, Condition: stanza.ServiceUnavailable}.TokenReader(),
		xml.StartElement{Name: xml.Name{Local: "iq"}, Attr: attrs},
	))
	return err
}

// kept is XML that can be sent more than once.
type kept []xml.Token

func keep(r xml.TokenReader) (kept, error) {
	return xmlstream.ReadAll(r)
}

func (k kept) reader() xml.TokenReader {
	i := 0
	return xmlstream.ReaderFunc(func() (xml.Token, error) {
		if i == len(k) {
			return nil, io.EOF
		}
		i++
		return k[i-1], nil
	})
}

// bareOf returns an address without its resource, as text.
func bareOf(address string) string {
	bare, _, _ := strings.Cut(address, "/")
	return bare
}

// sameJID compares two addresses by what JID preparation makes of them.
func sameJID(a, b string) bool {
	ja, erra := jid.Parse(a)
	jb, errb := jid.Parse(b)
	return erra == nil && errb == nil && ja.Equal(jb)
}
