package xmppadmin

import (
	"context"
	"encoding/xml"
	"slices"

	"mellium.im/xmlstream"
)

const (
	nsDiscoInfo  = "http://jabber.org/protocol/disco#info"
	nsDiscoItems = "http://jabber.org/protocol/disco#items"
	nsVersion    = "jabber:iq:version"
	nsMUC        = "http://jabber.org/protocol/muc"
	nsMAM        = "urn:xmpp:mam:2"
)

// discoInfo is what an entity says of itself (XEP-0030 §3, XEP-0128).
type discoInfo struct {
	XMLName    xml.Name `xml:"http://jabber.org/protocol/disco#info query"`
	Identities []struct {
		Category string `xml:"category,attr"`
		Type     string `xml:"type,attr"`
		Name     string `xml:"name,attr"`
	} `xml:"identity"`
	Features []struct {
		Var string `xml:"var,attr"`
	} `xml:"feature"`
	Forms []Form `xml:"jabber:x:data x"`
}

func (i discoInfo) has(feature string) bool {
	for _, f := range i.Features {
		if f.Var == feature {
			return true
		}
	}
	return false
}

func (i discoInfo) conference() bool {
	for _, id := range i.Identities {
		if id.Category == "conference" {
			return true
		}
	}
	return false
}

type discoItem struct {
	JID  string `xml:"jid,attr"`
	Node string `xml:"node,attr"`
	Name string `xml:"name,attr"`
}

func query(space, node string) xml.TokenReader {
	start := xml.StartElement{Name: xml.Name{Space: space, Local: "query"}}
	if node != "" {
		start.Attr = []xml.Attr{{Name: xml.Name{Local: "node"}, Value: node}}
	}
	return xmlstream.Wrap(nil, start)
}

// discoInfo asks the entity at what it is.
func (c *Client) discoInfo(ctx context.Context, at string) (discoInfo, error) {
	var info discoInfo
	err := c.ask(ctx, at, query(nsDiscoInfo, ""), &info)
	return info, err
}

// discoItems lists what the entity at has under node. It is not done with the
// library's iterator, which asks the wrong entity for the second page and
// panics when that fails.
func (c *Client) discoItems(ctx context.Context, at, node string) ([]discoItem, error) {
	var list struct {
		XMLName xml.Name    `xml:"http://jabber.org/protocol/disco#items query"`
		Items   []discoItem `xml:"item"`
	}
	if err := c.ask(ctx, at, query(nsDiscoItems, node), &list); err != nil {
		return nil, err
	}
	return slices.Clip(list.Items), nil
}

// software returns the name and the version of the server's software
// (XEP-0092), empty where it does not tell.
func (c *Client) software(ctx context.Context, at string) (name, version string, err error) {
	var v struct {
		XMLName xml.Name `xml:"jabber:iq:version query"`
		Name    string   `xml:"name"`
		Version string   `xml:"version"`
	}
	err = c.ask(ctx, at, query(nsVersion, ""), &v)
	return v.Name, v.Version, err
}
