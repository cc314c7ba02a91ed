package xmppadmin_test

import (
	"bytes"
	"crypto/tls"
	"encoding/xml"
	"io"
	"net"
	"sync"
	"testing"

	"muster/fixtures"
	"muster/fixtures/xmpptest"
	"muster/xmppadmin/session"
)

// fate is what a tap does with a stanza of the client.
type fate int

const (
	pass      fate = iota
	drop           // the server never sees it
	cutBefore      // the connection ends before the server sees it
	cutAfter       // the server sees it, and the connection ends before its answer
	refuse         // the server never sees it, and the answer is an error
	conflict       // likewise: a conflict
)

// tap stands between the program and a real server, and decides on each stanza
// that the program sends. It ends TLS on both sides.
type tap struct {
	addr, caFile, upstream string
	cert                   tls.Certificate

	serving connections

	mu     sync.Mutex
	decide func(xmpptest.Element) fate // nil to pass all
}

// connections counts those that are being served. Unlike a WaitGroup it may be
// waited for while others come.
type connections struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n is 0; nil before anyone waits
}

// Go serves one in a goroutine.
func (c *connections) Go(serve func()) {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	go func() {
		defer func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.n--; c.n == 0 && c.idle != nil {
				close(c.idle)
				c.idle = nil
			}
		}()
		serve()
	}()
}

// Wait returns when none is being served.
func (c *connections) Wait() {
	c.mu.Lock()
	if c.n == 0 {
		c.mu.Unlock()
		return
	}
	if c.idle == nil {
		c.idle = make(chan struct{})
	}
	idle := c.idle
	c.mu.Unlock()
	<-idle
}

// newTap starts a tap in front of a server. It ends with the test.
func newTap(t *testing.T, p *fixtures.Server) *tap {
	t.Helper()
	w := &tap{upstream: p.DirectTLSAddr}
	w.cert, w.caFile = xmpptest.NewCertificate(t, p.Domain)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.addr = listener.Addr().String()
	var accepting sync.WaitGroup
	var conns sync.Map
	t.Cleanup(func() {
		_ = listener.Close()
		accepting.Wait()
		conns.Range(func(c, _ any) bool { _ = c.(net.Conn).Close(); return true })
		w.serving.Wait()
	})
	accepting.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conns.Store(conn, nil)
			w.serving.Go(func() { w.serve(conn) })
		}
	})
	return w
}

// through returns the configuration of a client of the server behind the tap.
func (w *tap) through(t *testing.T, p *fixtures.Server) session.Config {
	t.Helper()
	behind := *p
	behind.CAFile = w.caFile
	cfg := config(t, &behind)
	cfg.Server, cfg.DirectTLS = w.addr, true
	return cfg
}

// on has decide decide on each stanza from now on.
func (w *tap) on(decide func(xmpptest.Element) fate) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.decide = decide
}

func (w *tap) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	down := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{w.cert}})
	up, err := tls.Dial("tcp", w.upstream, &tls.Config{
		ServerName: "example.org", InsecureSkipVerify: true, NextProtos: []string{"xmpp-client"},
	})
	if err != nil {
		return
	}
	defer func() { _ = up.Close() }()
	var all sync.WaitGroup
	var writing sync.Mutex // to down
	write := func(to io.Writer, stanza []byte) bool {
		writing.Lock()
		defer writing.Unlock()
		_, err := to.Write(stanza)
		return err == nil
	}
	answers := make(chan string, 1000) // the ids of what the server sent
	all.Go(func() {
		defer close(answers)
		relay(up, func(in *xmpptest.Element, stanza []byte) bool {
			if in != nil {
				answers <- in.Attr("id")
			}
			write(down, stanza) // fails once the connection was cut
			return true
		})
		_ = conn.Close()
	})
	relay(down, func(in *xmpptest.Element, stanza []byte) bool {
		switch what := w.decided(in); what {
		case drop:
			return true
		case cutBefore:
			return false
		case refuse, conflict:
			condition := map[fate]string{refuse: "policy-violation", conflict: "conflict"}[what]
			return write(down, []byte(xmpptest.Refusal(*in, "cancel", condition, "refused by the test")))
		case cutAfter:
			_ = conn.Close()
			if _, err := up.Write(stanza); err != nil || in.Name.Local != "iq" {
				return false
			}
			for id := range answers {
				if id == in.Attr("id") {
					break
				}
			}
			return false
		default:
			_, err := up.Write(stanza)
			return err == nil
		}
	})
	_ = up.Close()
	all.Wait()
}

// decided returns what to do with what the client sends; in is nil for what is
// no stanza.
func (w *tap) decided(in *xmpptest.Element) fate {
	w.mu.Lock()
	defer w.mu.Unlock()
	if in == nil || w.decide == nil {
		return pass
	}
	return w.decide(*in)
}

// relay reads a stream and hands over each element of it, and all that is
// between, until there is no more or next returns false.
func relay(from io.Reader, next func(in *xmpptest.Element, raw []byte) bool) {
	var raw bytes.Buffer
	var read int64
	dec := xml.NewDecoder(io.TeeReader(from, &raw))
	for {
		token, err := dec.Token()
		if err != nil {
			return
		}
		var in *xmpptest.Element
		if start, ok := token.(xml.StartElement); ok && start.Name.Local != "stream" {
			in = new(xmpptest.Element)
			if dec.DecodeElement(in, &start) != nil {
				return
			}
		}
		n := dec.InputOffset() - read
		read += n
		if !next(in, raw.Next(int(n))) {
			return
		}
	}
}

// kindOf names the kind of a request: its type, its namespace and for a
// command its node; it is empty for what is no request of an established
// session.
func kindOf(in xmpptest.Element) string {
	p := in.Payload()
	switch {
	case in.Name.Local == "presence" && in.Attr("type") == "":
		return "join"
	case in.Name.Local != "iq" || p.Name.Local == "bind":
		return ""
	case p.Name.Local == "command":
		return p.Attr("node") + " " + p.Attr("action")
	default:
		return in.Attr("type") + " " + p.Name.Space + " " + p.Payload().Name.Local
	}
}
