package xmppadmin

import (
	"context"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"

	"mellium.im/xmlstream"
)

const (
	nsDiscoInfo  = "http://jabber.org/protocol/disco#info"
	nsDiscoItems = "http://jabber.org/protocol/disco#items"
	nsVersion    = "jabber:iq:version"
	nsMUC        = "http://jabber.org/protocol/muc"
	nsMAM        = "urn:xmpp:mam:2"
	nsRSM        = "http://jabber.org/protocol/rsm"
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

// roomsPerPage is how many rooms are asked for at once. Some servers give the
// wrong rooms when they are asked for more.
const roomsPerPage = 100

// list lists the rooms that the service shows: page by page where it can,
// because ejabberd leaves out empty rooms from a list that would be long.
func (s *Service) list(ctx context.Context) ([]discoItem, error) {
	if !s.facts.pages {
		return s.client.discoItems(ctx, s.domain, "")
	}
	var all []discoItem
	seen := make(map[string]bool)
	for after := ""; ; {
		var page struct {
			XMLName xml.Name    `xml:"http://jabber.org/protocol/disco#items query"`
			Items   []discoItem `xml:"item"`
			Set     *struct {
				Last  string `xml:"last"`
				Count *int   `xml:"count"`
			} `xml:"http://jabber.org/protocol/rsm set"`
		}
		if err := s.client.ask(ctx, s.domain, pageQuery(after), &page); err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			if seen[item.JID] {
				return nil, fmt.Errorf("%s: the list of rooms has %q twice, so it may not have them all", s.domain, item.JID)
			}
			seen[item.JID] = true
		}
		all = append(all, page.Items...)
		switch {
		case page.Set == nil, len(page.Items) == 0, page.Set.Count != nil && len(all) >= *page.Set.Count:
			if page.Set != nil && page.Set.Count != nil && len(all) != *page.Set.Count {
				return nil, fmt.Errorf("%s: the list of rooms has %d of the %d rooms that it counts", s.domain, len(all), *page.Set.Count)
			}
			return all, nil
		case page.Set.Last == "" || page.Set.Last == after:
			return nil, fmt.Errorf("%s: the list of rooms does not go on after %q", s.domain, after)
		}
		after = page.Set.Last
	}
}

// pageQuery asks for the page of a list that comes after an item (XEP-0059).
func pageQuery(after string) xml.TokenReader {
	paging := []xml.TokenReader{textElement("max", strconv.Itoa(roomsPerPage))}
	if after != "" {
		paging = append(paging, textElement("after", after))
	}
	set := xmlstream.Wrap(xmlstream.MultiReader(paging...), xml.StartElement{Name: xml.Name{Space: nsRSM, Local: "set"}})
	return xmlstream.Wrap(set, xml.StartElement{Name: xml.Name{Space: nsDiscoItems, Local: "query"}})
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
