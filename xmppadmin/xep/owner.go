package xep

import (
	"context"
	"encoding/xml"
	"fmt"
)

const (
	nsMUCOwner = "http://jabber.org/protocol/muc#owner"
	nsMUCAdmin = "http://jabber.org/protocol/muc#admin"

	// FormRoomConfig is the FORM_TYPE of a room's configuration (XEP-0045
	// §10.2).
	FormRoomConfig = "http://jabber.org/protocol/muc#roomconfig"
)

// RoomForm returns a room's configuration form (XEP-0045 §10.2).
func RoomForm(ctx context.Context, r Requester, room string) (Form, error) {
	var q struct {
		XMLName xml.Name `xml:"http://jabber.org/protocol/muc#owner query"`
		Form    *Form    `xml:"jabber:x:data x"`
	}
	if err := r.Get(ctx, room, element(nsMUCOwner, "query", nil), &q); err != nil {
		return Form{}, err
	}
	if q.Form == nil {
		return Form{}, fmt.Errorf("%s answered without a configuration form", room)
	}
	return *q.Form, nil
}

// SubmitRoomForm sends a filled-in configuration form. The library's
// muc.SetConfig loses the server's refusal.
func SubmitRoomForm(ctx context.Context, r Requester, room string, answer Form) error {
	return r.Set(ctx, room, element(nsMUCOwner, "query", answer.TokenReader()), nil)
}

// Destruction is what the occupants of a room are sent when it is destroyed
// (XEP-0045 §10.9). Each field may be empty.
type Destruction struct {
	Reason string
	// Instead is the JID of a room to go to.
	Instead string
}

// DestroyRoom destroys a room (XEP-0045 §10.9).
func DestroyRoom(ctx context.Context, r Requester, room string, d Destruction) error {
	var reason xml.TokenReader
	if d.Reason != "" {
		reason = textElement("reason", d.Reason)
	}
	return r.Set(ctx, room, element(nsMUCOwner, "query", element("", "destroy", reason, "jid", d.Instead)), nil)
}

// ListItem is one entry of a room's lists: a user with an affiliation, or an
// occupant with a role (XEP-0045 §9, §10). What a list does not give is empty.
type ListItem struct {
	JID         string `xml:"jid,attr"`
	Nick        string `xml:"nick,attr"` // registered, or that of the occupant
	Affiliation string `xml:"affiliation,attr"`
	Role        string `xml:"role,attr"`
	Reason      string `xml:"reason"`
}

// Affiliated lists the users with one affiliation to a room (XEP-0045 §10.5).
// Of the owners these are the stored ones: a server that lets its
// administrators act as owners shows them the form of every room, so the form
// alone is no proof of ownership.
func Affiliated(ctx context.Context, r Requester, room, affiliation string) ([]ListItem, error) {
	return list(ctx, r, room, "affiliation", affiliation, func(item *ListItem) *string { return &item.Affiliation })
}

// WithRole lists the occupants of a room with one role (XEP-0045 §9.8).
func WithRole(ctx context.Context, r Requester, room, role string) ([]ListItem, error) {
	return list(ctx, r, room, "role", role, func(item *ListItem) *string { return &item.Role })
}

// list requests the entries whose attribute, which field gives, has a value. An
// entry without the attribute gets it; one with another value is dropped.
func list(ctx context.Context, r Requester, room, attribute, value string, field func(*ListItem) *string) ([]ListItem, error) {
	var q struct {
		XMLName xml.Name   `xml:"http://jabber.org/protocol/muc#admin query"`
		Items   []ListItem `xml:"item"`
	}
	err := r.Get(ctx, room, element(nsMUCAdmin, "query", element("", "item", nil, attribute, value)), &q)
	var found []ListItem
	for _, item := range q.Items {
		if f := field(&item); *f == value || *f == "" {
			*f = value
			found = append(found, item)
		}
	}
	return found, err
}

// Affiliate gives a user an affiliation to a room, with the registered nick and
// the reason of the item: one in each request, because Prosody carries out only
// the first.
func Affiliate(ctx context.Context, r Requester, room string, item ListItem) error {
	var reason xml.TokenReader
	if item.Reason != "" {
		reason = textElement("reason", item.Reason)
	}
	return r.Set(ctx, room, element(nsMUCAdmin, "query",
		element("", "item", reason, "affiliation", item.Affiliation, "jid", item.JID, "nick", item.Nick)), nil)
}

// SetRole gives the occupant with a nick a role in a room (XEP-0045 §8.3).
func SetRole(ctx context.Context, r Requester, room, nick, role string) error {
	return r.Set(ctx, room, element(nsMUCAdmin, "query",
		element("", "item", nil, "nick", nick, "role", role)), nil)
}
