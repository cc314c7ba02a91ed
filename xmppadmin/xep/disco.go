package xep

import (
	"context"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
)

const (
	nsDiscoInfo  = "http://jabber.org/protocol/disco#info"
	nsDiscoItems = "http://jabber.org/protocol/disco#items"
	nsVersion    = "jabber:iq:version"

	// FeatureMUC is the feature of a multi-user chat service (XEP-0045 §6.1).
	FeatureMUC = "http://jabber.org/protocol/muc"
	// FeatureMAM is the feature of a message archive (XEP-0313 §6).
	FeatureMAM = "urn:xmpp:mam:2"
	// FeatureOccupantID is the feature of a room whose messages have occupant ids
	// (XEP-0421 §3).
	FeatureOccupantID = "urn:xmpp:occupant-id:0"
	// FeaturePassword is the feature of a room that takes a password (XEP-0045
	// §15.3).
	FeaturePassword = "muc_passwordprotected"
)

// DiscoInfo is how an entity describes itself (XEP-0030 §3).
type DiscoInfo struct {
	XMLName    xml.Name `xml:"http://jabber.org/protocol/disco#info query"`
	Identities []struct {
		Category string `xml:"category,attr"`
		Name     string `xml:"name,attr"`
	} `xml:"identity"`
	Features []struct {
		Var string `xml:"var,attr"`
	} `xml:"feature"`
	Forms []Form `xml:"jabber:x:data x"` // XEP-0128
}

// Occupants returns the number of occupants in a room's answer, or 0 where it
// has none (XEP-0045 §15.5.4).
func (i DiscoInfo) Occupants() int {
	for _, form := range i.Forms {
		if field, ok := form.Field("muc#roominfo_occupants"); ok {
			n, _ := strconv.Atoi(field.Value())
			return max(n, 0)
		}
	}
	return 0
}

// Has reports whether the entity has a feature.
func (i DiscoInfo) Has(feature string) bool {
	for _, f := range i.Features {
		if f.Var == feature {
			return true
		}
	}
	return false
}

// Is reports whether the entity has an identity of a category.
func (i DiscoInfo) Is(category string) bool {
	for _, id := range i.Identities {
		if id.Category == category {
			return true
		}
	}
	return false
}

// DiscoItem is an entity that another one lists (XEP-0030 §4).
type DiscoItem struct {
	JID  string `xml:"jid,attr"`
	Node string `xml:"node,attr"`
	Name string `xml:"name,attr"`
}

// Info returns how the entity at describes itself.
func Info(ctx context.Context, r Requester, at string) (DiscoInfo, error) {
	var info DiscoInfo
	err := r.Get(ctx, at, element(nsDiscoInfo, "query", nil), &info)
	return info, err
}

// Items lists what the entity at has under node, in one answer. The library's
// iterator asks the wrong entity for the second page, and panics when that
// fails.
func Items(ctx context.Context, r Requester, at, node string) ([]DiscoItem, error) {
	var list struct {
		XMLName xml.Name    `xml:"http://jabber.org/protocol/disco#items query"`
		Items   []DiscoItem `xml:"item"`
	}
	if err := r.Get(ctx, at, element(nsDiscoItems, "query", nil, "node", node), &list); err != nil {
		return nil, err
	}
	return slices.Clip(list.Items), nil
}

// itemsPerPage is how many items a page has. Some servers give the wrong items
// for a larger page.
const itemsPerPage = 100

// PagedItems lists what the entity at has, page by page (XEP-0059). A list
// that has an item twice, does not go on, or has another number of items than
// the entity counts, is an error.
func PagedItems(ctx context.Context, r Requester, at string) ([]DiscoItem, error) {
	var all []DiscoItem
	seen := make(map[string]bool)
	for after := ""; ; {
		var page struct {
			XMLName xml.Name    `xml:"http://jabber.org/protocol/disco#items query"`
			Items   []DiscoItem `xml:"item"`
			Set     *resultSet  `xml:"http://jabber.org/protocol/rsm set"`
		}
		if err := r.Get(ctx, at, element(nsDiscoItems, "query", pageAfter(after, itemsPerPage)), &page); err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			if seen[item.JID] {
				return nil, fmt.Errorf("%s: the list has %q twice and may be incomplete", at, item.JID)
			}
			seen[item.JID] = true
		}
		all = append(all, page.Items...)
		if page.Set.last(len(page.Items), len(all)) {
			return all, page.Set.checkCount(at, len(all))
		}
		if page.Set.Last == "" || page.Set.Last == after {
			return nil, fmt.Errorf("%s: the list does not go on after %q", at, after)
		}
		after = page.Set.Last
	}
}

// Version returns the name and the version of an entity's software (XEP-0092),
// empty where it gives none.
func Version(ctx context.Context, r Requester, at string) (name, version string, err error) {
	var v struct {
		XMLName xml.Name `xml:"jabber:iq:version query"`
		Name    string   `xml:"name"`
		Version string   `xml:"version"`
	}
	err = r.Get(ctx, at, element(nsVersion, "query", nil), &v)
	return v.Name, v.Version, err
}
