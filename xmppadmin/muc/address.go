package muc

import (
	"fmt"

	"mellium.im/xmpp/jid"
)

// RoomJID returns the bare JID of the room called name on the MUC service.
// It fails where name is not a localpart, or not one that JID preparation
// (RFC 7622 §3.3) leaves unchanged: such a room would be created under
// another name.
func RoomJID(name, service string) (string, error) {
	if name == "" {
		return "", fmt.Errorf("room %q: the name is empty", name)
	}
	j, err := jid.New(name, service, "")
	if err != nil {
		return "", fmt.Errorf("room %q: not a valid address on %s: %w", name, service, err)
	}
	if j.Localpart() != name {
		return "", fmt.Errorf("room %q: the server would change it to %q", name, j.Localpart())
	}
	return j.String(), nil
}
