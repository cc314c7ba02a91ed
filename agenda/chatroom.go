package agenda

import (
	"net/url"
	"strings"
)

// usualRoom returns the chat room of a session that has none of its own.
func usualRoom(t SessionType, acronym string) string {
	if t == Plenary {
		return PlenaryRoom
	}
	return acronym
}

// ownRoom returns the chat room that a session's link names, empty where that
// is its usual one. A link that names the acronym that the group has today
// comes from a rename and is no room of the session's own. The second result
// is false where there is a link and it names no room.
func ownRoom(link string, t SessionType, acronym, today string) (string, bool) {
	if link == "" {
		return "", true
	}
	room, ok := roomOf(link)
	if !ok {
		return "", false
	}
	if strings.EqualFold(room, usualRoom(t, acronym)) || strings.EqualFold(room, usualRoom(t, today)) {
		return "", true
	}
	return room, true
}

// roomOf takes the room's name out of a chat link: the last segment of a web
// address, which for Zulip is in the fragment
// (https://zulip.ietf.org/#narrow/stream/quic), or the node of an XMPP URI
// (RFC 5122: xmpp:quic@jabber.ietf.org?join).
func roomOf(link string) (string, bool) {
	u, err := url.Parse(link)
	if err != nil {
		return "", false
	}
	var escaped string
	switch u.Scheme {
	case "xmpp":
		address := u.Opaque
		if address == "" { // xmpp://account@server/room@host
			address = strings.TrimPrefix(u.EscapedPath(), "/")
		}
		node, _, found := strings.Cut(address, "@")
		if !found {
			return "", false
		}
		escaped = node
	case "http", "https":
		path := u.EscapedFragment()
		if path == "" {
			path = u.EscapedPath()
		}
		path = strings.TrimRight(path, "/")
		escaped = path[strings.LastIndex(path, "/")+1:]
	default:
		return "", false
	}
	room, err := url.PathUnescape(escaped)
	return room, err == nil && room != ""
}
