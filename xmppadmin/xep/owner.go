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

// DestroyRoom destroys a room (XEP-0045 §10.9).
func DestroyRoom(ctx context.Context, r Requester, room string) error {
	return r.Set(ctx, room, element(nsMUCOwner, "query", element("", "destroy", nil)), nil)
}

// Affiliated lists the JIDs with one affiliation to a room (XEP-0045 §10.5).
// Of the owners these are the stored ones: a server that lets its
// administrators act as owners shows them the form of every room, so the form
// alone is no proof of ownership.
func Affiliated(ctx context.Context, r Requester, room, affiliation string) ([]string, error) {
	var q struct {
		XMLName xml.Name `xml:"http://jabber.org/protocol/muc#admin query"`
		Items   []struct {
			JID         string `xml:"jid,attr"`
			Affiliation string `xml:"affiliation,attr"`
		} `xml:"item"`
	}
	list := element(nsMUCAdmin, "query", element("", "item", nil, "affiliation", affiliation))
	if err := r.Get(ctx, room, list, &q); err != nil {
		return nil, err
	}
	var jids []string
	for _, item := range q.Items {
		if item.Affiliation == affiliation || item.Affiliation == "" {
			jids = append(jids, item.JID)
		}
	}
	return jids, nil
}

// Affiliate gives a JID an affiliation to a room: one in each request, because
// Prosody carries out only the first.
func Affiliate(ctx context.Context, r Requester, room, jid, affiliation string) error {
	return r.Set(ctx, room, element(nsMUCAdmin, "query",
		element("", "item", nil, "affiliation", affiliation, "jid", jid)), nil)
}

// SetRole gives the occupant with a nick a role in a room (XEP-0045 §8.3).
func SetRole(ctx context.Context, r Requester, room, nick, role string) error {
	return r.Set(ctx, room, element(nsMUCAdmin, "query",
		element("", "item", nil, "nick", nick, "role", role)), nil)
}
