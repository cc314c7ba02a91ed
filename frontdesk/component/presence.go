package component

import (
	"context"

	"muster/xmppadmin/xep"
)

// resource is where the desk is present. Some clients list the commands of a
// contact only where it is present with a resource and capabilities.
const resource = "desk"

// answerPresence lets everyone see the desk, and keeps nothing of it.
func (w *wire) answerPresence(ctx context.Context, j job) string {
	switch j.stanza.Type {
	case "unsubscribe":
		w.send(ctx, xep.Presence(j.at, j.caller.JID, "unsubscribed", nil))
		return answered
	case "subscribe":
		w.send(ctx, xep.Presence(j.at, j.caller.JID, "subscribed", nil))
	}
	w.send(ctx, xep.Presence(j.at+"/"+resource, j.caller.JID, "", w.about.Caps(software)))
	return answered
}
