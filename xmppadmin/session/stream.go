package session

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

	"mellium.im/xmpp"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"
)

// errLost is the cause with which requests end when their stream is lost.
var errLost = errors.New("the stream was lost")

// Stream is one logged-in XMPP stream and its connection. When it is lost it
// stays lost; the [Client] makes another.
type Stream struct {
	client     *Client
	session    *xmpp.Session
	conn       *meteredConn
	connection Connection
	dead       chan struct{} // closed when nothing more will be read
	err        error         // why; to be read after dead is closed

	mu      sync.Mutex
	watches map[string]StanzaHandler // by bare JID
}

// Connection describes how a stream is connected.
type Connection struct {
	Address   string    // host:port
	TLS       string    // the version, as in "TLS 1.3"
	Expires   time.Time // when the server's certificate expires
	Mechanism string    // of SASL
}

// newStream starts to read from a session that has just been negotiated.
func newStream(c *Client, session *xmpp.Session, conn *meteredConn, how Connection) *Stream {
	st := &Stream{
		client: c, session: session, conn: conn, connection: how,
		dead:    make(chan struct{}),
		watches: make(map[string]StanzaHandler),
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

// Get sends an IQ of type get on this stream and no other, and decodes the
// payload of its answer into answer, unless that is nil. A loss of the stream
// is ErrInterrupted.
func (st *Stream) Get(ctx context.Context, to string, payload xml.TokenReader, answer any) error {
	return st.client.request(ctx, st, stanza.GetIQ, to, payload, answer)
}

// Set sends an IQ of type set as Get does one of type get.
func (st *Stream) Set(ctx context.Context, to string, payload xml.TokenReader, answer any) error {
	return st.client.request(ctx, st, stanza.SetIQ, to, payload, answer)
}

// Localpart returns the localpart of the account's JID.
func (st *Stream) Localpart() string { return st.client.Localpart() }

// Alive reports whether the stream is still being read. After its loss nothing
// that was learnt over it is certain: the server may have crashed.
func (st *Stream) Alive() bool {
	select {
	case <-st.dead:
		return false
	default:
		return true
	}
}

// cause returns why a lost stream was lost.
func (st *Stream) cause() error {
	if st.Alive() {
		return nil
	}
	return st.err
}

// close ends the stream in order and then the connection. The library sends
// the end of the stream and returns; waiting for the server's end, and closing
// the connection, are left to the caller
// (https://github.com/mellium/xmpp/issues/248).
func (st *Stream) close() error {
	if !st.Alive() {
		return nil
	}
	// The end of the stream cannot be written to a connection that takes
	// nothing.
	stuck := time.AfterFunc(2*time.Second, func() { _ = st.conn.Close() })
	defer stuck.Stop()
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
// for nothing but its context (https://github.com/mellium/xmpp/issues/118), so
// the context given to it ends with the stream as well as with the time allowed.
func (st *Stream) roundTrip(ctx context.Context, payload xml.TokenReader, iq stanza.IQ, answer any) error {
	timeout := st.client.cfg.Timeout
	rctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	sent := time.Now()
	stop := st.cancelWhenDead(rctx, cancel)
	defer stop()
	defer st.closeIfStuck().Stop()

	err := st.exchange(rctx, payload, iq, answer)
	var se stanza.Error
	switch {
	case err == nil || errors.As(err, &se):
		return err
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", ErrInterrupted, context.Cause(ctx))
	case !st.Alive():
		return fmt.Errorf("%w: %w: %w", ErrInterrupted, errLost, st.err)
	case errors.Is(err, context.DeadlineExceeded):
		if closed := st.waitedFor(iq.To, sent); closed {
			return fmt.Errorf("%w: no answer within %s", ErrInterrupted, timeout)
		}
		return fmt.Errorf("%w: %w within %s", ErrInterrupted, ErrNoAnswer, timeout)
	case broken(err), errors.Is(err, context.Canceled),
		errors.Is(err, xmpp.ErrOutputStreamClosed), errors.Is(err, xmpp.ErrInputStreamClosed):
		// A connection that cannot be written to may still be read from, and
		// a stream that looked alive would be tried again and again.
		_ = st.conn.Close()
		<-st.dead
		return fmt.Errorf("%w: %w: %w", ErrInterrupted, errLost, err)
	default:
		return fmt.Errorf("unusable answer: %w", err)
	}
}

// closeIfStuck closes the connection when the timer that it returns is not
// stopped soon after the time that a request may take. A write into a
// connection that takes nothing is not ended by its context: the library sets
// a deadline and clears it at once. Closing the connection ends it.
func (st *Stream) closeIfStuck() *time.Timer {
	return time.AfterFunc(st.client.cfg.Timeout+2*time.Second, func() { _ = st.conn.Close() })
}

// exchange sends an IQ and decodes the payload of its answer, unless answer is
// nil; an answer without a payload leaves it as it is. The library's way to do
// so panics where white space comes before the payload.
func (st *Stream) exchange(ctx context.Context, payload xml.TokenReader, iq stanza.IQ, answer any) error {
	response, err := st.session.SendIQElement(ctx, payload, iq)
	if err != nil {
		return err
	}
	defer func() { _ = response.Close() }() // left open it stops the whole stream
	return decodeAnswer(xml.NewTokenDecoder(response), answer)
}

// waitedFor counts the time since a request that was not answered as spent
// waiting, and closes the connection of a server that sends nothing at all.
func (st *Stream) waitedFor(to jid.JID, sent time.Time) (closed bool) {
	st.client.budget.add("answers of "+to.Domainpart(), sent, time.Now())
	return st.closeIfIdle(sent)
}

// closeIfIdle closes the connection of a server that has sent nothing at all
// since t. One that is only slow with one request still answers others.
func (st *Stream) closeIfIdle(t time.Time) (closed bool) {
	idle := st.conn.idleSince(t)
	if idle {
		_ = st.conn.Close()
	}
	return idle
}

// cancelWhenDead calls cancel when the stream is lost, unless stopped before.
func (st *Stream) cancelWhenDead(ctx context.Context, cancel context.CancelFunc) (stop func()) {
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

// bareOf returns an address without its resource, as text.
func bareOf(address string) string {
	bare, _, _ := strings.Cut(address, "/")
	return bare
}
