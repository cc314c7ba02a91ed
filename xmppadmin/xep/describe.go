package xep

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/xml"
	"slices"
	"strings"

	"mellium.im/xmlstream"
)

// The features that an entity with commands has.
const (
	FeatureInfo     = nsDiscoInfo
	FeatureItems    = nsDiscoItems
	FeatureCommands = nsCommands
	FeatureForms    = nsForm
	FeatureCaps     = "http://jabber.org/protocol/caps"
	FeaturePing     = "urn:xmpp:ping"
)

// Identity is what an entity is (XEP-0030 §3.1).
type Identity struct{ Category, Type, Name string }

// Description is how an entity describes itself to others.
type Description struct {
	Identities []Identity
	Features   []string
}

// TokenReader returns the description as the answer to a disco#info request for
// a node, which may be empty.
func (d Description) TokenReader(queried string) xml.TokenReader {
	var content []xml.TokenReader
	for _, i := range d.Identities {
		content = append(content, element("", "identity", nil, "category", i.Category, "type", i.Type, "name", i.Name))
	}
	for _, f := range d.Features {
		content = append(content, element("", "feature", nil, "var", f))
	}
	return element(nsDiscoInfo, "query", xmlstream.MultiReader(content...), "node", queried)
}

// Version returns the hash by which others know the description again (XEP-0115
// §5.1). The description has no forms.
func (d Description) Version() string {
	var all []string
	for _, i := range d.Identities {
		all = append(all, i.Category+"/"+i.Type+"//"+i.Name+"<")
	}
	slices.Sort(all)
	var b strings.Builder
	for _, i := range all {
		b.WriteString(i)
	}
	for _, f := range slices.Sorted(slices.Values(d.Features)) {
		b.WriteString(f + "<")
	}
	sum := sha1.Sum([]byte(b.String()))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Caps returns the element that has others look the description up, once for all
// entities with the same one, under a node: software#version.
func (d Description) Caps(software string) xml.TokenReader {
	return element(FeatureCaps, "c", nil, "hash", "sha-1", "node", software, "ver", d.Version())
}

// ItemList returns the answer to a disco#items request for a node, which may be
// empty.
func ItemList(queried string, items []DiscoItem) xml.TokenReader {
	var content []xml.TokenReader
	for _, i := range items {
		content = append(content, element("", "item", nil, "jid", i.JID, "node", i.Node, "name", i.Name))
	}
	return element(nsDiscoItems, "query", xmlstream.MultiReader(content...), "node", queried)
}
