package xep

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"

	"mellium.im/xmlstream"
)

// The bounds of a stanza that is served. What exceeds one is read through and
// not kept.
const (
	maxStanza     = 64 << 10 // bytes
	maxFields     = 64       // of a form
	maxValues     = 64       // of a field
	maxValueBytes = 2 << 10
)

// errTooLarge is the error of a form with more in it than is read.
var errTooLarge = errors.New("the form is too large")

// Stanza is a stanza that came for an entity that serves others.
type Stanza struct {
	Kind string // iq, message or presence
	// Type, ID, From and To are its attributes.
	Type, ID, From, To string
	// Size is about how many bytes it takes in memory.
	Size int
	// TooLarge is set where the stanza has more than 64 KiB or 16 levels; then
	// nothing of what is in it was kept.
	TooLarge bool

	root *node
}

// ReadStanza reads one stanza, its start included, and all that is in it.
func ReadStanza(t xml.TokenReader) (Stanza, error) {
	r := &meteredReader{t: t}
	root, err := readNode(r)
	if err != nil {
		return Stanza{}, err
	}
	if r.over {
		root.children, root.text = nil, ""
	}
	return Stanza{
		Kind: root.start.Name.Local, Type: root.attr("type"), ID: root.attr("id"), From: root.attr("from"), To: root.attr("to"),
		Size: r.size + r.elements*elementSize, TooLarge: r.over, root: root,
	}, nil
}

// meteredReader passes on tokens until there are too many bytes or levels of
// them; from then on only the end of the outermost element.
type meteredReader struct {
	t        xml.TokenReader
	size     int // bytes
	elements int // that were passed on
	depth    int
	kept     int // levels that were passed on and have not ended
	over     bool
}

// elementSize is what an element takes besides its texts.
const elementSize = 256

// Token returns the next token. A token that is left out is an empty text.
func (r *meteredReader) Token() (xml.Token, error) {
	token, err := r.t.Token()
	switch token := token.(type) {
	case xml.StartElement:
		r.depth++
		r.size += len(token.Name.Local) + len("<></>")
		for _, a := range token.Attr {
			r.size += len(a.Name.Local) + len(a.Value) + len(` =""`)
		}
		r.over = r.over || r.depth > 1 && (r.size > maxStanza || r.depth > maxDepth)
		if r.over {
			return xml.CharData(nil), err
		}
		r.kept++
		r.elements++
	case xml.EndElement:
		r.depth--
		if r.depth >= r.kept {
			return xml.CharData(nil), err
		}
		r.kept--
	case xml.CharData:
		r.size += len(token)
		if r.over = r.over || r.size > maxStanza; r.over {
			return xml.CharData(nil), err
		}
	}
	return token, err
}

// Payload returns the name of the only element in an IQ and its attribute
// "node". It reports false where there is none or more than one (RFC 6120
// §8.2.3).
func (s Stanza) Payload() (name xml.Name, queried string, ok bool) {
	if len(s.root.children) != 1 {
		return xml.Name{}, "", false
	}
	n := s.root.children[0]
	return n.start.Name, n.attr("node"), true
}

// Body returns the text of a message, and false where it has none.
func (s Stanza) Body() (string, bool) {
	n := s.root.child(s.root.start.Name.Space, "body")
	return n.content(), n != nil
}

// Thread returns the conversation that a message is part of, or "".
func (s Stanza) Thread() string {
	return s.root.child(s.root.start.Name.Space, "thread").content()
}

// Encrypted reports whether a message is an encrypted one, whose body is there
// for those who cannot read it: by XEP-0380, or by the elements of OMEMO,
// OpenPGP and their like.
func (s Stanza) Encrypted() bool {
	for _, c := range s.root.children {
		switch c.start.Name.Local {
		case "encrypted":
			return true
		case "encryption":
			if c.start.Name.Space == "urn:xmpp:eme:0" {
				return true
			}
		case "x":
			if c.start.Name.Space == "jabber:x:encrypted" {
				return true
			}
		case "openpgp":
			return true
		}
	}
	return false
}

// Delayed reports whether a message was kept on its way (XEP-0203, XEP-0091).
func (s Stanza) Delayed() bool {
	return s.root.child("urn:xmpp:delay", "delay") != nil || s.root.child("jabber:x:delay", "x") != nil
}

// InRoom reports whether a message came by way of a chat room: from an occupant
// to another, or as an invitation (XEP-0045 §7.5, §7.8).
func (s Stanza) InRoom() bool { return s.root.child(FeatureMUC+"#user", "x") != nil }

// HasStatus reports whether a presence from a room has a status code (XEP-0045
// §15.6.2).
func (s Stanza) HasStatus(code string) bool {
	x := s.root.child(FeatureMUC+"#user", "x")
	if x == nil {
		return false
	}
	for _, c := range x.children {
		if c.start.Name.Local == "status" && c.attr("code") == code {
			return true
		}
	}
	return false
}

// IsSubject reports whether a message from a room is its subject, which ends what
// is sent to who enters (XEP-0045 §7.2.15).
func (s Stanza) IsSubject() bool {
	_, hasBody := s.Body()
	return s.root.child(s.root.start.Name.Space, "subject") != nil && !hasBody
}

// Condition returns the condition of a stanza of type error and its text (RFC
// 6120 §8.3): undefined-condition where there is none.
func (s Stanza) Condition() (condition, text string) {
	condition = "undefined-condition"
	e := s.root.child(s.root.start.Name.Space, "error")
	if e == nil {
		return condition, ""
	}
	for _, c := range e.children {
		switch {
		case c.start.Name.Space != nsStanzas:
		case c.start.Name.Local == "text":
			text = c.content()
		default:
			condition = c.start.Name.Local
		}
	}
	return condition, text
}

// Command returns the request on a command in an IQ (XEP-0050). The error is
// [io.EOF] where there is none, else it says why the form in it is not read.
func (s Stanza) Command() (CommandRequest, error) {
	n := s.root.child(nsCommands, "command")
	if n == nil {
		return CommandRequest{}, io.EOF
	}
	req := CommandRequest{Node: n.attr("node"), SessionID: n.attr("sessionid"), Action: n.attr("action")}
	x := n.child(nsForm, "x")
	if x == nil {
		return req, nil
	}
	form, err := formOf(x)
	if err == nil {
		req.Form = &form
	}
	return req, err
}

// formOf reads a form that was filled in.
func formOf(x *node) (Form, error) {
	f := Form{Type: x.attr("type")}
	for _, c := range x.children {
		if !c.is(nsForm, "field") {
			continue
		}
		field := Field{Var: c.attr("var"), Type: c.attr("type")}
		for _, v := range c.children {
			if !v.is(nsForm, "value") {
				continue
			}
			if len(field.Values) == maxValues || len(v.text) > maxValueBytes {
				return Form{}, errTooLarge
			}
			field.Values = append(field.Values, v.text)
		}
		if len(f.Fields) == maxFields {
			return Form{}, errTooLarge
		}
		f.Fields = append(f.Fields, field)
	}
	return f, nil
}

// nsStanzas is the namespace of the conditions of stanza errors.
const nsStanzas = "urn:ietf:params:xml:ns:xmpp-stanzas"

// Reply returns the stanza that answers s, of a kind and type, with what is in
// it. It comes from the address that s went to.
func (s Stanza) Reply(kind string, content xml.TokenReader) xml.TokenReader {
	return element("", s.Kind, content, "type", kind, "id", s.ID, "from", s.To, "to", s.From)
}

// Result returns the answer to an IQ.
func (s Stanza) Result(content xml.TokenReader) xml.TokenReader { return s.Reply("result", content) }

// Refusal returns the error that answers s: its type (auth, cancel, continue,
// modify, wait), its condition (RFC 6120 §8.3.3), and a text for people.
func (s Stanza) Refusal(kind, condition, text string) xml.TokenReader {
	return s.Reply("error", element("", "error", xmlstream.MultiReader(
		element(nsStanzas, condition, nil),
		element(nsStanzas, "text", xmlstream.Token(xml.CharData(text))),
	), "type", kind))
}

// Chat returns a message of type chat. Thread and id may be empty.
func Chat(from, to, id, thread, body string) xml.TokenReader {
	content := []xml.TokenReader{textElement("body", body)}
	if thread != "" {
		content = append(content, textElement("thread", thread))
	}
	return element("", "message", xmlstream.MultiReader(content...), "type", "chat", "id", id, "from", from, "to", to)
}

// Presence returns a presence of a type, which is empty for "available", with
// what is in it.
func Presence(from, to, kind string, content xml.TokenReader) xml.TokenReader {
	return element("", "presence", content, "type", kind, "from", from, "to", to)
}

// Enter returns the presence by which from enters a room under the address of an
// occupant, and has so many of the last messages sent to it (XEP-0045 §7.2).
func Enter(from, occupant string, history int) xml.TokenReader {
	return Presence(from, occupant, "", element(FeatureMUC, "x", element("", "history", nil, "maxstanzas", strconv.Itoa(history))))
}

// SayInRoom returns a message to all occupants of a room (XEP-0045 §7.4).
func SayInRoom(from, room, id, body string) xml.TokenReader {
	return element("", "message", textElement("body", body), "type", "groupchat", "id", id, "from", from, "to", room)
}
