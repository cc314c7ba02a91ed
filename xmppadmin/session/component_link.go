package session

import (
	"context"
	"crypto/rand"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"mellium.im/xmlstream"
	"mellium.im/xmpp"
)

// componentLink is one stream of a component. When it is lost it stays lost.
type componentLink struct {
	cfg     ComponentConfig
	own     string // the prepared address
	session *xmpp.Session
	conn    *meteredConn
	dead    chan struct{} // closed when nothing more will be read
	err     error         // why; to be read after dead is closed

	mu    sync.Mutex
	pings map[string]chan struct{} // those under way, by id
}

// read hands out the stanzas until the stream ends.
func (l *componentLink) read(handle ComponentHandler) {
	err := l.session.Serve(xmpp.HandlerFunc(func(t xmlstream.TokenReadEncoder, start *xml.StartElement) error {
		if !l.pong(*start) && l.fromElsewhere(*start) {
			handle(xmlstream.MultiReader(xmlstream.Token(*start), t))
		}
		return nil // any error would end the stream
	}))
	if err == nil {
		err = io.EOF
	}
	l.err = err
	close(l.dead)
	_ = l.conn.Close()
}

// fromElsewhere reports whether a stanza has a sender that is not the component
// itself. The library blanks the component's own address.
func (l *componentLink) fromElsewhere(start xml.StartElement) bool {
	from := bareOf(attribute(start, "from"))
	return from != "" && from != l.own
}

// pong takes the answer to a ping, which an error is too. It reports whether it
// was one. The id alone would let anyone answer.
func (l *componentLink) pong(start xml.StartElement) bool {
	kind := attribute(start, "type")
	if start.Name.Local != "iq" || kind != "result" && kind != "error" || attribute(start, "from") != l.cfg.Server {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	answered, ok := l.pings[attribute(start, "id")]
	if ok {
		delete(l.pings, attribute(start, "id"))
		close(answered)
	}
	return ok
}

// send sends a stanza. A write into a connection that takes nothing ends when
// the connection is closed.
func (l *componentLink) send(ctx context.Context, stanza xml.TokenReader) error {
	stuck := time.AfterFunc(l.cfg.Timeout, func() { _ = l.conn.Close() })
	defer stuck.Stop()
	if err := l.session.Send(ctx, stanza); err != nil {
		return fmt.Errorf("%w: %w", ErrInterrupted, err)
	}
	return nil
}

// ping returns when the server has answered a ping (XEP-0199).
func (l *componentLink) ping(ctx context.Context) error {
	id, answered := rand.Text(), make(chan struct{})
	l.mu.Lock()
	l.pings[id] = answered
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		delete(l.pings, id)
		l.mu.Unlock()
	}()
	attr := func(name, value string) xml.Attr { return xml.Attr{Name: xml.Name{Local: name}, Value: value} }
	err := l.send(ctx, xmlstream.Wrap(
		xmlstream.Wrap(nil, xml.StartElement{Name: xml.Name{Space: "urn:xmpp:ping", Local: "ping"}}),
		xml.StartElement{Name: xml.Name{Local: "iq"}, Attr: []xml.Attr{
			attr("type", "get"), attr("id", id), attr("from", l.own), attr("to", l.cfg.Server),
		}},
	))
	if err != nil {
		return err
	}
	select {
	case <-answered:
		return nil
	case <-l.dead:
		return fmt.Errorf("%w: %w", ErrInterrupted, errLost)
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrInterrupted, context.Cause(ctx))
	}
}

// keepAlive pings the server for as long as the stream lives, and closes the
// connection of one that does not answer in time.
func (l *componentLink) keepAlive() {
	ticker := time.NewTicker(l.cfg.PingEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-l.dead:
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), l.cfg.Patience)
		stuck := time.AfterFunc(l.cfg.Patience, func() { _ = l.conn.Close() })
		if err := l.ping(ctx); err != nil {
			_ = l.conn.Close()
		}
		stuck.Stop()
		cancel()
	}
}

// close ends the stream in order, waits a little for the server to do so too,
// and closes the connection.
func (l *componentLink) close() error {
	stuck := time.AfterFunc(2*time.Second, func() { _ = l.conn.Close() })
	defer stuck.Stop()
	err := l.session.Close()
	select {
	case <-l.dead:
	case <-time.After(2 * time.Second):
	}
	if cerr := l.conn.Close(); err == nil && cerr != nil && !errors.Is(cerr, net.ErrClosed) {
		err = cerr
	}
	return err
}
