package xep

import (
	"context"
	"encoding/xml"
	"fmt"

	"mellium.im/xmlstream"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"

	"muster/xmppadmin/session"
)

// presence is what of a presence stanza from a room matters here
// (XEP-0045 §7.2).
type presence struct {
	From  string        `xml:"from,attr"`
	Type  string        `xml:"type,attr"`
	Error *stanza.Error `xml:"error"`
	X     struct {
		Status []struct {
			Code string `xml:"code,attr"`
		} `xml:"status"`
	} `xml:"http://jabber.org/protocol/muc#user x"`
}

// isSelf reports whether p is the joiner's own presence (110) or an error.
func (p presence) isSelf() bool {
	return p.has("110") || p.Error != nil || p.Type == "error"
}

// has reports whether the presence has a status code.
func (p presence) has(code string) bool {
	for _, s := range p.X.Status {
		if s.Code == code {
			return true
		}
	}
	return false
}

// arrival waits for a room's answer to a join: the joiner's own presence, which
// comes after that of the other occupants (XEP-0045 §7.2.2).
type arrival struct {
	answered bool          // self was sent; used by handlePresence alone
	self     chan presence // has room for one
	subjects subjects
}

// handle receives each stanza from the room.
func (a *arrival) handle(name string, t xml.TokenReader) error {
	if name == "message" {
		return a.subjects.handleMessage(t)
	}
	return a.handlePresence(t)
}

// handlePresence receives each presence from the room. One of type unavailable
// does not answer a join: it may be this account's own, from an earlier stay.
func (a *arrival) handlePresence(t xml.TokenReader) error {
	var p presence
	if err := xml.NewTokenDecoder(t).Decode(&p); err != nil {
		return err
	}
	if a.answered || p.Type == "unavailable" || !p.isSelf() {
		return nil
	}
	a.answered = true
	a.self <- p
	return nil
}

// Occupancy is this account's stay in a room. It ends with its stream.
type Occupancy struct {
	// Created means that the room was made by the join (status 201).
	Created bool

	stream   *session.Stream
	address  jid.JID // in the room
	subjects *subjects
	stop     func() // ends the watch of the room's stanzas
}

// Join enters a room (a bare JID) under nick, without history, and waits for
// the room's answer. password is the room's, empty where it has none. Joining a
// room that does not exist makes it, locked. The library's client for chat
// rooms hides whether the room was made, and can block the session for good
// (https://github.com/mellium/xmpp/issues/435 and 439).
func Join(ctx context.Context, st *session.Stream, room, nick, password string) (Occupancy, error) {
	address, err := jid.Parse(room)
	if err == nil {
		address, err = address.WithResource(nick)
	}
	if err != nil {
		return Occupancy{}, fmt.Errorf("invalid address %q: %w", room, err)
	}
	entry := &arrival{self: make(chan presence, 1)}
	stop, ok := st.Watch(room, entry.handle)
	if !ok {
		return Occupancy{}, fmt.Errorf("room %s is being joined already", room)
	}
	here := Occupancy{stream: st, address: address, subjects: &entry.subjects, stop: stop}
	p, err := session.Ask(ctx, st, address, joinPresence(address, password), entry.self)
	if err != nil {
		here.Leave(ctx)
		return Occupancy{}, fmt.Errorf("join %s: %w", room, err)
	}
	if p.isSelf() && !p.has("110") {
		stop()
		return Occupancy{}, fmt.Errorf("join: %w", session.RequestError(room, refusalOf(p)))
	}
	here.Created = p.has("201")
	return here, nil
}

// refusalOf returns the error of a presence of type error.
func refusalOf(p presence) error {
	if p.Error == nil {
		return stanza.Error{Condition: stanza.UndefinedCondition}
	}
	return *p.Error
}

// Leave leaves the room, even when ctx has ended. The room does not answer.
func (o Occupancy) Leave(ctx context.Context) {
	o.stop()
	gone := stanza.Presence{To: o.address, Type: stanza.UnavailablePresence}.Wrap(nil)
	_ = o.stream.Send(context.WithoutCancel(ctx), gone)
}

func joinPresence(occupant jid.JID, password string) xml.TokenReader {
	content := element("", "history", nil, "maxstanzas", "0")
	if password != "" {
		content = xmlstream.MultiReader(content, textElement("password", password))
	}
	return stanza.Presence{To: occupant}.Wrap(element(FeatureMUC, "x", content))
}
