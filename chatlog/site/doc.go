// Package site writes the chat logs as pages that any web server can serve:
// an index of the rooms, a calendar and a feed for each room, and a page for
// each day, with the same as text and as JSON Lines beside it.
//
// The pages need no script and load nothing from other hosts. Nothing that a
// participant wrote becomes markup; only http, https and xmpp addresses become
// links. Files are replaced whole, and only where their content changed.
package site
