package xmppadmin_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"encoding/xml"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"muster/fixtures"
)

// element is any XML element.
type element struct {
	Name     xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

// UnmarshalXML keeps the element's own name.
func (e *element) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	type plain element // without this method
	err := d.DecodeElement((*plain)(e), &start)
	e.Name = start.Name
	return err
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// child returns the first child called name, or an empty element.
func (e element) child(name string) element {
	for _, c := range e.Children {
		if c.Name.Local == name {
			return c
		}
	}
	return element{}
}

// payload returns the first child, or an empty element.
func (e element) payload() element {
	if len(e.Children) == 0 {
		return element{}
	}
	return e.Children[0]
}

// fields returns the values of the data form in the element, by their names.
func (e element) fields() map[string][]string {
	values := make(map[string][]string)
	for _, f := range e.child("x").Children {
		if f.Name.Local == "field" {
			values[f.attr("var")] = []string{}
			for _, v := range f.Children {
				values[f.attr("var")] = append(values[f.attr("var")], v.Text)
			}
		}
	}
	return values
}

// hangUp ends an answer after which the responder closes the connection.
const hangUp = "\x00"

// responder is a server that answers as a test has it answer: for what real
// servers do not say on command. It speaks STARTTLS and SASL PLAIN, and takes
// any password.
type responder struct {
	cert tls.Certificate

	mu     sync.Mutex // held while answering
	answer func(from string, in element) string
	heard  []element // every stanza, with the sender's address
	logins int
}

// newResponder starts a responder, which ends with the test. answer is given
// each stanza and its sender's full JID, one at a time, and returns the XML to
// send back.
func newResponder(t *testing.T, answer func(from string, in element) string) (*responder, *host) {
	t.Helper()
	r := &responder{answer: answer}
	caFile := r.certify(t, "example.org")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var conns sync.Map
	t.Cleanup(func() {
		_ = listener.Close()
		conns.Range(func(c, _ any) bool { return c.(net.Conn).Close() != nil || true })
		all.Wait()
	})
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conns.Store(conn, nil)
			all.Go(func() { r.serve(conn) })
		}
	})
	return r, &host{
		Domain: "example.org", Service: "rooms.example.org", Addr: listener.Addr().String(), CAFile: caFile,
		JID: "muster@example.org", Password: fixtures.ProsodyPassword,
	}
}

// certify makes a certificate that signs itself, and returns its file.
func (r *responder) certify(t *testing.T, domain string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{domain},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 6, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	r.cert = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// serve takes one connection through TLS and login, and then answers.
func (r *responder) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	l := &line{conn: conn}
	if !l.open("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>") || !l.next() {
		return
	}
	l.say("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
	secured := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{r.cert}})
	l = &line{conn: secured}
	if !l.open("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>") || !l.next() {
		return
	}
	plain, err := base64.StdEncoding.DecodeString(l.in.Text)
	parts := strings.Split(string(plain), "\x00")
	if err != nil || len(parts) != 3 {
		return
	}
	l.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
	if !l.open("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>") || !l.next() {
		return
	}
	r.mu.Lock()
	r.logins++
	from := fmt.Sprintf("%s@example.org/%d", parts[1], r.logins)
	r.mu.Unlock()
	l.say("<iq type='result' id='%s'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>%s</jid></bind></iq>", l.in.attr("id"), from)
	for l.next() {
		r.mu.Lock()
		l.in.Attrs = append(l.in.Attrs, xml.Attr{Name: xml.Name{Local: "from"}, Value: from})
		r.heard = append(r.heard, l.in)
		out := r.answer(from, l.in)
		r.mu.Unlock()
		text, over := strings.CutSuffix(out, hangUp)
		l.say("%s", text)
		if over {
			return
		}
	}
	l.say("</stream:stream>")
}

// hears returns the stanzas so far that ok accepts.
func (r *responder) hears(ok func(element) bool) []element {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []element
	for _, e := range r.heard {
		if ok(e) {
			found = append(found, e)
		}
	}
	return found
}

// line is the server's end of one connection.
type line struct {
	conn   net.Conn
	buffer *bufio.Reader
	dec    *xml.Decoder
	in     element // the last that came
}

// open reads the start of a stream and answers with that of another and its
// features.
func (l *line) open(features string) bool {
	if l.buffer == nil {
		l.buffer = bufio.NewReader(l.conn)
	}
	l.dec = xml.NewDecoder(l.buffer)
	for {
		token, err := l.dec.Token()
		if err != nil {
			return false
		}
		if _, ok := token.(xml.StartElement); ok {
			break
		}
	}
	l.say("<?xml version='1.0'?><stream:stream from='example.org' id='s' version='1.0' xmlns='jabber:client' "+
		"xmlns:stream='http://etherx.jabber.org/streams'><stream:features>%s</stream:features>", features)
	return true
}

// next reads one element; it reports false at the stream's end.
func (l *line) next() bool {
	for {
		token, err := l.dec.Token()
		if err != nil {
			return false
		}
		switch token := token.(type) {
		case xml.StartElement:
			l.in = element{}
			return l.dec.DecodeElement(&l.in, &token) == nil
		case xml.EndElement:
			return false
		}
	}
}

// say writes. That the client is gone is seen by the next read.
func (l *line) say(format string, args ...any) { _, _ = fmt.Fprintf(l.conn, format, args...) }

// result answers a request with a payload.
func result(in element, payload string) string {
	return fmt.Sprintf("<iq type='result' id='%s' from='%s' to='%s'>%s</iq>",
		esc(in.attr("id")), esc(in.attr("to")), esc(in.attr("from")), payload)
}

// refusal answers a stanza with an error.
func refusal(in element, kind, condition, text string) string {
	return fmt.Sprintf("<%s type='error' id='%s' from='%s' to='%s'><error type='%s'><%s xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"+
		"<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>%s</text></error></%[1]s>",
		in.Name.Local, esc(in.attr("id")), esc(in.attr("to")), esc(in.attr("from")), kind, condition, esc(text))
}

func esc(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}
