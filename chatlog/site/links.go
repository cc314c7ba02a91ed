package site

import (
	"net/url"
	"regexp"
	"strings"
)

// Part is a piece of a text; Href is where it leads, or "".
type Part struct{ Text, Href string }

// address matches what may be the address of a link. What it begins with is
// all that may become one.
var address = regexp.MustCompile(`(?i)\b(?:https?://|xmpp:)[^\s<>"\x60{}|\\^\x00-\x1f\x7f]+`)

// Links cuts a text into parts: addresses of http, https and xmpp, and what is
// between them. The texts of the parts give the text back.
func Links(text string) []Part {
	var parts []Part
	rest := text
	for strings.Contains(rest, ":") { // as every address does
		at := address.FindStringIndex(rest)
		if at == nil {
			break
		}
		found := trimAddress(rest[at[0]:at[1]])
		href := hrefOf(found)
		if href == "" {
			// Not an address after all: it is plain text, like what is before it.
			end := at[0] + max(len(found), 1)
			parts = appendText(parts, rest[:end])
			rest = rest[end:]
			continue
		}
		parts = appendText(parts, rest[:at[0]])
		parts = append(parts, Part{Text: found, Href: href})
		rest = rest[at[0]+len(found):]
	}
	return appendText(parts, rest)
}

// appendText appends plain text, to the last part where that is plain too.
func appendText(parts []Part, text string) []Part {
	if text == "" {
		return parts
	}
	if n := len(parts); n > 0 && parts[n-1].Href == "" {
		parts[n-1].Text += text
		return parts
	}
	return append(parts, Part{Text: text})
}

// trimAddress cuts off the punctuation that ends a sentence rather than an
// address; a closing bracket stays where the address has the opening one.
func trimAddress(s string) string {
	for s != "" {
		last := s[len(s)-1]
		closing := strings.IndexByte(")]", last)
		if closing >= 0 && strings.Count(s, string("(["[closing])) >= strings.Count(s, string(last)) {
			break
		}
		if closing < 0 && strings.IndexByte(".,;:!?'*_", last) < 0 {
			break
		}
		s = s[:len(s)-1]
	}
	return s
}

// hrefOf returns the address that a text leads to, written anew from its parts,
// or "" where it is none that a reader may be sent to.
func hrefOf(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.User != nil {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Hostname() == "" {
			return ""
		}
	case "xmpp":
		if u.Opaque == "" || strings.Contains(u.Opaque, "/") && !strings.Contains(u.Opaque, "@") {
			return ""
		}
	default:
		return ""
	}
	return u.String()
}
