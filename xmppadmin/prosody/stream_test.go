package prosody_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"os"
	"strings"
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

// find returns all elements called name below e, in their order.
func (e element) find(name string) []element {
	var found []element
	for _, c := range e.Children {
		if c.Name.Local == name {
			found = append(found, c)
		}
		found = append(found, c.find(name)...)
	}
	return found
}

// stream is a client's stream in its barest form: what the module is tested
// with must not depend on what it is made for.
type stream struct {
	t    *testing.T
	conn *tls.Conn
	dec  *xml.Decoder
	ids  int
}

// patience is how long an answer may take on a busy machine.
const patience = 30 * time.Second

func login(t *testing.T, p *fixtures.Prosody, name string) *stream {
	t.Helper()
	ca, err := os.ReadFile(p.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	conn, err := tls.Dial("tcp", p.DirectTLSAddr, &tls.Config{RootCAs: roots, ServerName: p.Domain})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	s := &stream{t: t, conn: conn}
	s.open(p.Domain)
	s.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>%s</auth>",
		base64.StdEncoding.EncodeToString([]byte("\x00"+name+"\x00"+p.Password)))
	if e := s.read(); e.Name.Local != "success" {
		t.Fatalf("login as %s: got %+v", name, e)
	}
	s.open(p.Domain)
	s.ask("set", "", "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>")
	return s
}

func (s *stream) open(domain string) {
	s.t.Helper()
	s.dec = xml.NewDecoder(s.conn)
	s.send("<stream:stream to='%s' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", domain)
	for {
		token, err := s.dec.Token()
		if err != nil {
			s.t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "stream" {
			break
		}
	}
	s.read() // its features
}

func (s *stream) send(format string, args ...any) {
	s.t.Helper()
	if _, err := fmt.Fprintf(s.conn, format, args...); err != nil {
		s.t.Fatal(err)
	}
}

// read returns the next element that the server sends.
func (s *stream) read() element {
	s.t.Helper()
	if err := s.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		s.t.Fatal(err)
	}
	for {
		token, err := s.dec.Token()
		if err != nil {
			s.t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok {
			var e element
			if err := s.dec.DecodeElement(&e, &start); err != nil {
				s.t.Fatal(err)
			}
			return e
		}
	}
}

// until reads on to the first element that ok accepts.
func (s *stream) until(ok func(element) bool) element {
	s.t.Helper()
	for {
		if e := s.read(); ok(e) {
			return e
		}
	}
}

// ask sends an IQ and returns the answer to it.
func (s *stream) ask(kind, to, payload string) element {
	s.t.Helper()
	s.ids++
	id := fmt.Sprintf("i%d", s.ids)
	if to != "" {
		to = " to='" + to + "'"
	}
	s.send("<iq type='%s' id='%s'%s>%s</iq>", kind, id, to, payload)
	return s.until(func(e element) bool { return e.Name.Local == "iq" && e.attr("id") == id })
}

// enter enters a room as nick, and returns its subject.
func (s *stream) enter(room, nick string) string {
	s.t.Helper()
	s.send("<presence to='%s@rooms.example.org/%s'><x xmlns='http://jabber.org/protocol/muc'/></presence>", room, nick)
	_, text := s.subject()
	return text
}

// subject waits for the next subject that a room sends.
func (s *stream) subject() (from, text string) {
	s.t.Helper()
	message := s.until(func(e element) bool { return e.Name.Local == "message" && len(e.find("subject")) == 1 })
	return message.attr("from"), message.find("subject")[0].Text
}

// info returns the fields of the form in a room's answer to disco#info.
func (s *stream) info(room string) map[string][]string {
	s.t.Helper()
	answer := s.ask("get", room+"@rooms.example.org", "<query xmlns='http://jabber.org/protocol/disco#info'/>")
	return readReply(answer).fields
}

// say speaks in a room and returns what came of it: the message as everybody
// there sees it, or the error.
func (s *stream) say(room, content string) element {
	s.t.Helper()
	s.ids++
	id := fmt.Sprintf("m%d", s.ids)
	s.send("<message type='groupchat' id='%s' to='%s@rooms.example.org'>%s</message>", id, room, content)
	return s.until(func(e element) bool {
		return e.Name.Local == "message" && (e.attr("id") == id || strings.Contains(content, "<subject>") && len(e.find("subject")) > 0)
	})
}
