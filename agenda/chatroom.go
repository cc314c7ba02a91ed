package agenda

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// usualRoom returns the chat room of a session that has none of its own.
func usualRoom(t SessionType, acronym string) string {
	if t == Plenary {
		return PlenaryRoom
	}
	return acronym
}

// chatLinks reads the chat links of sessions. A link counts only in a shape
// that is known to name a room:
//
//	xmpp:ROOM@HOST, xmpp://ACCOUNT@SERVER/ROOM@HOST       RFC 5122
//	https://HOST/#narrow/stream/NAME, or channel, with    Zulip
//	  ID-NAME in place of NAME, and /topic/… behind it
//	the web pattern                                       as configured
type chatLinks struct {
	web *regexp.Regexp // the first group is the room; nil for none
}

// roomPlaceholder stands for the room in the configured pattern of chat links.
const roomPlaceholder = "{room}"

// newChatLinks returns the reader for a web pattern such as
// https://chat.example.org/rooms/{room}; none where it is empty.
func newChatLinks(pattern string) (chatLinks, error) {
	if pattern == "" {
		return chatLinks{}, nil
	}
	before, after, found := strings.Cut(pattern, roomPlaceholder)
	u, err := url.Parse(before)
	if !found || strings.Contains(after, roomPlaceholder) || err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return chatLinks{}, fmt.Errorf("chat link pattern %.80q: want a web address with one %s, such as https://chat.example.org/rooms/%s",
			pattern, roomPlaceholder, roomPlaceholder)
	}
	end := regexp.QuoteMeta(after)
	if after == "" {
		end = "/?(?:[?#].*)?"
	}
	web, err := regexp.Compile("^" + regexp.QuoteMeta(before) + "([^/?#]+)" + end + "$")
	return chatLinks{web}, err
}

// ownRoom returns the chat room that a session's link names, empty where that
// is its usual one. A link that names the acronym that the group has today
// comes from a rename and is no room of the session's own. The second result
// is false where there is a link and it names no room.
func (l chatLinks) ownRoom(link string, t SessionType, acronym, today string) (string, bool) {
	if link == "" {
		return "", true
	}
	names := l.names(link)
	usual := func(name string) bool {
		return strings.EqualFold(name, usualRoom(t, acronym)) || strings.EqualFold(name, usualRoom(t, today))
	}
	switch {
	case len(names) == 0:
		return "", false
	case slices.ContainsFunc(names, usual):
		return "", true
	}
	return names[0], true
}

// names returns the room that a link names: several readings where a link can
// be read in several ways, the likeliest first, and none where its shape is
// not known.
func (l chatLinks) names(link string) []string {
	if l.web != nil {
		if m := l.web.FindStringSubmatch(link); m != nil {
			return unescaped(m[1])
		}
	}
	u, err := url.Parse(link)
	if err != nil {
		return nil
	}
	switch u.Scheme {
	case "xmpp":
		return xmppRoom(u)
	case "https", "http":
		return zulipStream(u)
	}
	return nil
}

// xmppRoom returns the node of an XMPP URI (RFC 5122): xmpp:ROOM@HOST?join, or
// xmpp://ACCOUNT@SERVER/ROOM@HOST.
func xmppRoom(u *url.URL) []string {
	address := u.Opaque
	if address == "" {
		address = strings.TrimPrefix(u.EscapedPath(), "/")
	}
	node, host, found := strings.Cut(address, "@")
	if !found || host == "" {
		return nil
	}
	return unescaped(node)
}

// zulipOperators are what may follow the name of a stream in a link.
var zulipOperators = []string{"topic", "subject", "near", "with"}

// zulipStream returns the stream of a link into Zulip:
// https://zulip.example.org/#narrow/stream/7-quic/topic/hello.
func zulipStream(u *url.URL) []string {
	parts := strings.Split(strings.TrimRight(u.EscapedFragment(), "/"), "/")
	if u.Host == "" || strings.Trim(u.Path, "/") != "" || len(parts) < 3 || parts[0] != "narrow" {
		return nil
	}
	if parts[1] != "stream" && parts[1] != "channel" || len(parts) > 3 && !slices.Contains(zulipOperators, parts[3]) {
		return nil
	}
	var out []string
	for _, name := range unescaped(parts[2]) {
		out = append(out, zulipNames(name)...)
	}
	return out
}

// zulipNames returns the readings of the segment of a link that names a
// stream: ID-NAME or NAME, with the dot encoding of Zulip or without. A number
// alone names no stream.
func zulipNames(segment string) []string {
	id, name, found := strings.Cut(segment, "-")
	if strings.Trim(id, "0123456789") != "" || id == "" {
		return dotDecoded(segment)
	}
	if !found || name == "" {
		return nil
	}
	return append(dotDecoded(name), dotDecoded(segment)...)
}

// dotDecoded undoes the encoding of Zulip, which has .20 for a space and .2E
// for a dot. A segment in which that cannot be meant is a name as it is; one
// that has such sequences may be, which is the second reading.
func dotDecoded(segment string) []string {
	if !strings.Contains(segment, ".") {
		return []string{segment}
	}
	decoded, err := url.PathUnescape(strings.ReplaceAll(strings.ReplaceAll(segment, "%", "%25"), ".", "%"))
	if err != nil || !utf8.ValidString(decoded) || url.QueryEscape(decoded) == decoded && !strings.Contains(decoded, ".") {
		return []string{segment}
	}
	return []string{decoded, segment}
}

// unescaped undoes percent-encoding; none where there is nothing, or no text.
func unescaped(s string) []string {
	name, err := url.PathUnescape(s)
	if err != nil || name == "" || !utf8.ValidString(name) {
		return nil
	}
	return []string{name}
}
