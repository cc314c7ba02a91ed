package xep

import (
	"encoding/xml"
	"io"
	"strings"

	"mellium.im/xmlstream"
)

// maxDepth bounds how deep an element may be nested; what is deeper is read
// and dropped.
const maxDepth = 16

// node is an element with what is in it. Outside data is read into it first
// where only direct children count: a decoder by struct tags would also find
// what a participant put further down.
type node struct {
	start    xml.StartElement
	children []*node
	text     string // the character data directly in the element
}

// readNode reads one element, its start included, from a reader.
func readNode(t xml.TokenReader) (*node, error) {
	var open []*node
	depth := 0
	for {
		token, err := t.Token()
		switch token := token.(type) {
		case xml.StartElement:
			depth++
			if depth > maxDepth {
				break
			}
			n := &node{start: token.Copy()}
			if len(open) > 0 {
				parent := open[len(open)-1]
				parent.children = append(parent.children, n)
			}
			open = append(open, n)
		case xml.CharData:
			if depth == len(open) && depth > 0 {
				open[depth-1].text += string(token)
			}
		case xml.EndElement:
			if depth == 1 {
				return open[0], nil
			}
			if depth == len(open) {
				open = open[:depth-1]
			}
			depth--
		}
		if err == io.EOF {
			return nil, io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
	}
}

// is reports whether the element has a namespace and a name.
func (n *node) is(space, local string) bool {
	return n != nil && n.start.Name.Space == space && n.start.Name.Local == local
}

// child returns the first direct child of a namespace and a name, or nil. It
// may be called on nil.
func (n *node) child(space, local string) *node {
	if n == nil {
		return nil
	}
	for _, c := range n.children {
		if c.is(space, local) {
			return c
		}
	}
	return nil
}

// attr returns the value of an attribute, or "". It may be called on nil.
func (n *node) attr(local string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.start.Attr {
		if a.Name.Local == local && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// lang returns xml:lang, or "". It may be called on nil.
func (n *node) lang() string {
	if n == nil {
		return ""
	}
	for _, a := range n.start.Attr {
		if a.Name.Local == "lang" && (a.Name.Space == "xml" || a.Name.Space == "http://www.w3.org/XML/1998/namespace") {
			return a.Value
		}
	}
	return ""
}

// content returns the character data directly in the element; "" for nil.
func (n *node) content() string {
	if n == nil {
		return ""
	}
	return n.text
}

// xml returns the element as XML, with the namespaces that it uses declared.
func (n *node) xml() (string, error) {
	var b strings.Builder
	e := xml.NewEncoder(&b)
	if _, err := xmlstream.Copy(e, n.tokens()); err != nil {
		return "", err
	}
	err := e.Flush()
	return b.String(), err
}

// tokens returns the element as tokens, without attributes that only declare
// namespaces: the encoder writes those itself.
func (n *node) tokens() xml.TokenReader {
	start := xml.StartElement{Name: n.start.Name}
	for _, a := range n.start.Attr {
		if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
			start.Attr = append(start.Attr, a)
		}
	}
	content := []xml.TokenReader{}
	if n.text != "" {
		content = append(content, xmlstream.Token(xml.CharData(n.text)))
	}
	for _, c := range n.children {
		content = append(content, c.tokens())
	}
	return xmlstream.Wrap(xmlstream.MultiReader(content...), start)
}
