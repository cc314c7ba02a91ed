package xmppadmin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// Note is who archived a room by hand, when and why. Notes are kept by the
// server, in the account's private storage (XEP-0049), so that they hold for
// every machine that administers the service.
type Note struct {
	Who    string    `json:"who"`
	When   time.Time `json:"when"`
	Reason string    `json:"reason,omitempty"`
}

// The notes of a service are one element of a namespace that ends with its
// domain.
const (
	notesSpace   = "urn:x-muster:notes:"
	notesElement = "notes"
)

// Notes returns the notes on the service's rooms, by room name. A server
// without private storage has none.
func (s *Service) Notes(ctx context.Context) (map[string]Note, error) {
	c := s.conn.Client
	text, err := xep.PrivateText(ctx, c, c.JID(), notesSpace+s.conn.Domain, notesElement)
	switch {
	case errors.Is(err, session.ErrUnsupported):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("private storage (XEP-0049): %w", err)
	case text == "":
		return nil, nil
	}
	var notes map[string]Note
	if err := json.Unmarshal([]byte(text), &notes); err != nil {
		return nil, fmt.Errorf("private storage (XEP-0049): the notes on the rooms of %s cannot be read: %w", s.conn.Domain, err)
	}
	return notes, nil
}

// SetNotes keeps these notes in place of those that the service has, and reads
// them back.
func (s *Service) SetNotes(ctx context.Context, notes map[string]Note) error {
	text, err := json.Marshal(notes)
	if err != nil {
		return err
	}
	if len(notes) == 0 {
		text = nil
	}
	c := s.conn.Client
	err = xep.SetPrivateText(ctx, c, c.JID(), notesSpace+s.conn.Domain, notesElement, string(text))
	if err != nil {
		return fmt.Errorf("private storage (XEP-0049; mod_private on Prosody and ejabberd) is needed to remember who archived a room by hand: %w", err)
	}
	back, err := xep.PrivateText(ctx, c, c.JID(), notesSpace+s.conn.Domain, notesElement)
	if err == nil && back != string(text) {
		err = errors.New("the server does not keep what is stored")
	}
	if err != nil {
		return fmt.Errorf("private storage (XEP-0049): %w", err)
	}
	return nil
}
