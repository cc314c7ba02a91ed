// Package xep has the protocol features that mellium.im/xmpp v0.22.0 lacks or
// has wrong: data forms (XEP-0004), service discovery (XEP-0030) with paging
// (XEP-0059), private storage (XEP-0049), ad-hoc commands (XEP-0050), software
// version (XEP-0092), message archives (XEP-0313), ejabberd's subscriptions to
// rooms, and of multi-user chat (XEP-0045) joining, subjects, owner
// configuration and affiliations. Each is a file of its own; the comment at
// the top of each names the defect of the library that it avoids, and the report
// upstream where one is known.
//
// What an entity answers that serves others is here too: reading stanzas within
// bounds, forms, commands, descriptions and their hashes (XEP-0115).
//
// The functions send what they are given over a [Requester] and return what
// the entity answered. They hold no policy: which room, which settings, and
// what to do about a refusal is decided by package dialect.
package xep

import (
	"context"
	"encoding/xml"

	"mellium.im/xmlstream"
)

// Requester sends IQs: a session.Client, over whatever stream there is, or a
// session.Stream, over itself alone. Errors wrap the outcomes of package
// session.
type Requester interface {
	// Get sends an IQ of type get to a JID and decodes the payload of its
	// answer into answer, unless that is nil.
	Get(ctx context.Context, to string, payload xml.TokenReader, answer any) error
	// Set does so with an IQ of type set.
	Set(ctx context.Context, to string, payload xml.TokenReader, answer any) error
}

// element returns an element of a namespace, with what is in it and attributes
// as pairs of name and value; attributes without a value are left out.
func element(space, local string, content xml.TokenReader, attributes ...string) xml.TokenReader {
	start := xml.StartElement{Name: xml.Name{Space: space, Local: local}}
	for i := 0; i+1 < len(attributes); i += 2 {
		if attributes[i+1] != "" {
			start.Attr = append(start.Attr, xml.Attr{Name: xml.Name{Local: attributes[i]}, Value: attributes[i+1]})
		}
	}
	return xmlstream.Wrap(content, start)
}

// textElement returns an element that holds a text.
func textElement(name, text string) xml.TokenReader {
	return element("", name, xmlstream.Token(xml.CharData(text)))
}
