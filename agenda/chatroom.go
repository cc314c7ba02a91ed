package agenda

import (
	"net/url"
	"strings"
)

// plenaryRoom is the room of every plenary session, whoever owns it.
const plenaryRoom = "plenary"

// ownRoom is the chat room of a session where its link shows another than the
// Datatracker's rule gives: plenary for a plenary session, else the acronym of
// the group at the time of the meeting. A link that shows the acronym that the
// group bears today comes of a rename and is no room of the session's own. The
// second result is false where the link is there but shows no room.
func ownRoom(link, sessionType, acronym, today string) (string, bool) {
	if link == "" {
		return "", true
	}
	room, ok := roomOf(link)
	switch {
	case !ok:
		return "", false
	case sessionType == "plenary":
		acronym, today = plenaryRoom, plenaryRoom
	}
	if strings.EqualFold(room, acronym) || strings.EqualFold(room, today) {
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
