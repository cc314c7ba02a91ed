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
)

// tap stands between the program and a real server, and sees each stanza that
// the program sends. It ends TLS on both sides.
type tap struct {
	addr, caFile, upstream string
	cert                   tls.Certificate

	mu     sync.Mutex
	decide func(xmpptest.Element) fate // nil to pass all
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
	var all sync.WaitGroup
	var conns sync.Map
	t.Cleanup(func() {
		_ = listener.Close()
		conns.Range(func(c, _ any) bool { _ = c.(net.Conn).Close(); return true })
		all.Wait()
	})
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conns.Store(conn, nil)
			all.Go(func() { w.serve(conn) })
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
	down := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{w.cert}})
	defer func() { _ = conn.Close() }()
	up, err := tls.Dial("tcp", w.upstream, &tls.Config{ServerName: "example.org", InsecureSkipVerify: true, NextProtos: []string{"xmpp-client"}})
	if err != nil {
		return
	}
	defer func() { _ = up.Close() }()
	var all sync.WaitGroup
	all.Go(func() {
		_, _ = io.Copy(down, up)
		_ = conn.Close()
	})
	w.relay(down, up)
	_ = up.Close()
	all.Wait()
}

// relay passes on what the client sends, one element at a time.
func (w *tap) relay(down io.Reader, up io.Writer) {
	var raw bytes.Buffer
	var sent int64 // up to which offset raw was passed on
	dec := xml.NewDecoder(io.TeeReader(down, &raw))
	next := func() []byte {
		n := dec.InputOffset() - sent
		sent += n
		return raw.Next(int(n))
	}
	for {
		token, err := dec.Token()
		if err != nil {
			return
		}
		start, ok := token.(xml.StartElement)
		what := pass
		if ok && start.Name.Local != "stream" {
			var in xmpptest.Element
			if dec.DecodeElement(&in, &start) != nil {
				return
			}
			w.mu.Lock()
			if w.decide != nil {
				what = w.decide(in)
			}
			w.mu.Unlock()
		}
		stanza := next()
		if what == cutBefore {
			return
		}
		if what == drop {
			continue
		}
		if _, err := up.Write(stanza); err != nil || what == cutAfter {
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
