package dialect

import (
	"context"
	"encoding/json"
	"fmt"

	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// The backup of a room is the element backupElement of a namespace that ends
// with the room's address.
const (
	backupSpace   = "urn:x-muster:archived:"
	backupElement = "archived"
)

// roomBackup is what archiving a room has changed. It is kept by the server,
// in the account's private storage (XEP-0049): it must be there weeks later,
// for another run on another machine.
type roomBackup struct {
	// Phase is how far the change that wrote this has come.
	Phase backupPhase `json:"state"`
	// Fields are fields of the room's configuration form with the values that
	// they had.
	Fields map[string][]string `json:"fields,omitempty"`
	// Subject is the subject that the room had, if archiving has changed it.
	Subject *string `json:"subject,omitempty"`
	// Affiliations are those that were taken away, by JID.
	Affiliations map[string]string `json:"affiliations,omitempty"`
}

type backupPhase string

const (
	noBackup  backupPhase = ""
	archiving backupPhase = "archiving" // begun, or done
	reopening backupPhase = "reopening" // begun: affiliations come back before the settings
)

// loadBackup reads the backup of a room (a bare JID); that there is none is no
// error.
func loadBackup(ctx context.Context, c *session.Client, room string) (roomBackup, error) {
	var b roomBackup
	text, err := xep.PrivateText(ctx, c, c.JID(), backupSpace+room, backupElement)
	if err != nil {
		return b, fmt.Errorf("private storage (XEP-0049; mod_private on Prosody and ejabberd) is needed to remember what archiving changes: %w", err)
	}
	if text == "" {
		return b, nil
	}
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		return b, fmt.Errorf("private storage (XEP-0049): the backup of %s cannot be read: %w", room, err)
	}
	return b, nil
}

// storeBackup writes the backup of a room, and compares it with what the server
// then returns.
func storeBackup(ctx context.Context, c *session.Client, room string, b roomBackup) error {
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	if err := xep.SetPrivateText(ctx, c, c.JID(), backupSpace+room, backupElement, string(text)); err != nil {
		return fmt.Errorf("private storage (XEP-0049): %w", err)
	}
	back, err := loadBackup(ctx, c, room)
	if err != nil {
		return err
	}
	if again, err := json.Marshal(back); err != nil || string(again) != string(text) {
		return fmt.Errorf("private storage (XEP-0049): the server does not keep the backup of %s", room)
	}
	return nil
}
