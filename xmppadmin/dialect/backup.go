package dialect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// The backup of a room is the element backupElement of a namespace that ends
// with the room's address; a long one goes on in further elements, whose
// namespaces end with a number, in one of two sets of them.
const (
	backupSpace   = "urn:x-muster:archived:"
	backupElement = "archived"
	// backupPart is the length of one element, in bytes: with all escapes far
	// below the stanza that servers accept (256 KiB on ejabberd and Prosody).
	backupPart = 30_000
)

// roomBackup is what archiving a room changes, as it was before. It is kept by
// the server, in the account's private storage (XEP-0049): it must be there
// weeks later, for another run on another machine. It belongs to the room while
// the room's title has a mark; without one, all but Voiced is out of date.
type roomBackup struct {
	// Fields are fields of the room's configuration form with their values.
	Fields map[string][]string `json:"fields,omitempty"`
	// Subject is the subject, where archiving changes it.
	Subject *string `json:"subject,omitempty"`
	// Affiliations are those that are taken away, by JID.
	Affiliations map[string]affiliation `json:"affiliations,omitempty"`
	// Subscriptions are those that the server forgets.
	Subscriptions []xep.Subscription `json:"subscriptions,omitempty"`
	// Voiced are users to whom reopening or Affiliate gave a role, on a
	// server that gives users their former role back.
	Voiced []string `json:"voiced,omitempty"`
}

// affiliation is a user's affiliation to a room.
type affiliation struct {
	Name   string `json:"affiliation"` // admin or member
	Nick   string `json:"nick,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// backupHead is the first element: the backup itself, or how many further
// elements it is in, and of which set.
type backupHead struct {
	roomBackup
	Parts int    `json:"parts,omitempty"`
	Set   string `json:"set,omitempty"` // empty or otherSet
}

// otherSet is the set whose parts are written where those of the first are in
// use: parts of two backups in one set could not be read.
const otherSet = "b"

// loadHead reads the first element of the backup of a room (a bare JID); that
// there is none is no error.
func loadHead(ctx context.Context, c *session.Client, room string) (head backupHead, err error) {
	text, err := xep.PrivateText(ctx, c, c.JID(), backupSpace+room, backupElement)
	if err != nil {
		return head, fmt.Errorf("private storage (XEP-0049; mod_private on Prosody and ejabberd) is needed to remember what archiving changes: %w", err)
	}
	if text == "" {
		return head, nil
	}
	if err := json.Unmarshal([]byte(text), &head); err != nil {
		return head, fmt.Errorf("private storage (XEP-0049): the backup of %s cannot be read: %w", room, err)
	}
	return head, nil
}

// loadBackup reads the backup of a room (a bare JID); that there is none is no
// error.
func loadBackup(ctx context.Context, c *session.Client, room string) (roomBackup, error) {
	head, err := loadHead(ctx, c, room)
	if err != nil || head.Parts == 0 {
		return head.roomBackup, err
	}
	var whole strings.Builder
	for n := range head.Parts {
		part, err := xep.PrivateText(ctx, c, c.JID(), partSpace(room, head.Set, n), backupElement)
		if err != nil {
			return roomBackup{}, fmt.Errorf("private storage (XEP-0049): %w", err)
		}
		whole.WriteString(part)
	}
	var b roomBackup
	if err := json.Unmarshal([]byte(whole.String()), &b); err != nil {
		return roomBackup{}, fmt.Errorf("private storage (XEP-0049): the backup of %s cannot be read: %w", room, err)
	}
	return b, nil
}

func partSpace(room, set string, n int) string {
	return backupSpace + room + ":" + set + strconv.Itoa(n)
}

// storeBackup writes the backup of a room, and compares it with what the server
// then returns. The first element is written last, and parts that are in use are
// left alone, so that an interrupted one leaves the former backup or none.
func storeBackup(ctx context.Context, c *session.Client, room string, b roomBackup) error {
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	head := string(text)
	if len(text) > backupPart {
		if head, err = storeParts(ctx, c, room, split(text, backupPart)); err != nil {
			return err
		}
	}
	if err := xep.SetPrivateText(ctx, c, c.JID(), backupSpace+room, backupElement, head); err != nil {
		return fmt.Errorf("private storage (XEP-0049): %w", err)
	}
	back, err := loadBackup(ctx, c, room)
	if err != nil {
		return err
	}
	if again, err := json.Marshal(back); err != nil || string(again) != string(text) {
		return errors.Join(err, fmt.Errorf("private storage (XEP-0049): the server does not keep the backup of %s", room))
	}
	return nil
}

// storeParts writes the parts of a backup, of the set that is not in use, and
// returns the first element for them.
func storeParts(ctx context.Context, c *session.Client, room string, parts []string) (head string, err error) {
	former, err := loadHead(ctx, c, room)
	if err != nil {
		return "", err
	}
	set := otherSet
	if former.Parts == 0 || former.Set == otherSet {
		set = ""
	}
	for n, part := range parts {
		if err := xep.SetPrivateText(ctx, c, c.JID(), partSpace(room, set, n), backupElement, part); err != nil {
			return "", fmt.Errorf("private storage (XEP-0049): %w", err)
		}
	}
	return fmt.Sprintf(`{"parts":%d,"set":%q}`, len(parts), set), nil
}

// split cuts a text into parts of at most limit bytes, between characters.
func split(text []byte, limit int) []string {
	var parts []string
	for len(text) > limit {
		end := limit
		for text[end]&0xC0 == 0x80 { // inside a character
			end--
		}
		parts = append(parts, string(text[:end]))
		text = text[end:]
	}
	return append(parts, string(text))
}
