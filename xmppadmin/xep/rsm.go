package xep

import (
	"encoding/xml"
	"fmt"
	"strconv"

	"mellium.im/xmlstream"
)

// FeatureRSM is the feature, and the namespace, of result set management
// (XEP-0059).
const FeatureRSM = "http://jabber.org/protocol/rsm"

// resultSet is how an entity describes one page of a list (XEP-0059 §2.2).
type resultSet struct {
	Last  string `xml:"last"`
	Count *int   `xml:"count"` // of the whole list, where the entity counts
}

// pageAfter returns the request for the page of at most limit items that comes
// after an item, or for the first page where after is empty.
func pageAfter(after string, limit int) xml.TokenReader {
	content := []xml.TokenReader{textElement("max", strconv.Itoa(limit))}
	if after != "" {
		content = append(content, textElement("after", after))
	}
	return element(FeatureRSM, "set", xmlstream.MultiReader(content...))
}

// last reports whether a page of some items ends the list, of which so many
// have been read with it. A page without a set is the whole list.
func (s *resultSet) last(items, read int) bool {
	return s == nil || items == 0 || s.Count != nil && read >= *s.Count
}

// checkCount compares the length of a list that was read to its end with the
// entity's own count.
func (s *resultSet) checkCount(at string, read int) error {
	if s == nil || s.Count == nil || read == *s.Count {
		return nil
	}
	return fmt.Errorf("%s: the list has %d of the %d items that it counts", at, read, *s.Count)
}
