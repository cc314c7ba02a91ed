package xep

import (
	"context"
	"encoding/xml"

	"mellium.im/xmlstream"
)

const nsPrivate = "jabber:iq:private"

// PrivateText returns the text that this account keeps under the element local
// of a namespace in its private storage (XEP-0049), or "". account is its bare
// JID. The library has no private storage.
func PrivateText(ctx context.Context, r Requester, account, space, local string) (string, error) {
	var q struct {
		XMLName xml.Name `xml:"jabber:iq:private query"`
		Element struct {
			Text string `xml:",chardata"`
		} `xml:",any"`
	}
	err := r.Get(ctx, account, element(nsPrivate, "query", element(space, local, nil)), &q)
	return q.Element.Text, err
}

// SetPrivateText keeps a text under the element local of a namespace, in place
// of what was there.
func SetPrivateText(ctx context.Context, r Requester, account, space, local, text string) error {
	var content xml.TokenReader
	if text != "" {
		content = xmlstream.Token(xml.CharData(text))
	}
	return r.Set(ctx, account, element(nsPrivate, "query", element(space, local, content)), nil)
}
