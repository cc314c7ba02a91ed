package xep

import (
	"context"
	"encoding/xml"

	"mellium.im/xmlstream"
)

// nsMUCSub is the namespace of ejabberd's subscriptions to rooms, by which
// users receive and send messages without being in the room.
const nsMUCSub = "urn:xmpp:mucsub:0"

// Subscription is a user's subscription to a room (MUC/Sub).
type Subscription struct {
	JID    string `xml:"jid,attr" json:"jid"`
	Nick   string `xml:"nick,attr" json:"nick"`
	Events []struct {
		Node string `xml:"node,attr" json:"node"`
	} `xml:"event" json:"events,omitempty"`
}

// Subscriptions lists the subscriptions to a room, to an owner.
func Subscriptions(ctx context.Context, r Requester, room string) ([]Subscription, error) {
	var q struct {
		XMLName xml.Name       `xml:"urn:xmpp:mucsub:0 subscriptions"`
		List    []Subscription `xml:"subscription"`
	}
	err := r.Get(ctx, room, element(nsMUCSub, "subscriptions", nil), &q)
	return q.List, err
}

// Subscribe subscribes a user to a room, as an owner may.
func Subscribe(ctx context.Context, r Requester, room string, s Subscription) error {
	var events []xml.TokenReader
	for _, e := range s.Events {
		events = append(events, element("", "event", nil, "node", e.Node))
	}
	return r.Set(ctx, room, element(nsMUCSub, "subscribe", xmlstream.MultiReader(events...), "nick", s.Nick, "jid", s.JID), nil)
}
