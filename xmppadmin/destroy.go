package xmppadmin

import (
	"context"
	"errors"
	"fmt"

	"muster/xmppadmin/xep"
)

// Destruction is what the occupants of a room are sent when it is destroyed.
type Destruction = xep.Destruction

// Destroy destroys the room called name, with its message archive, for good
// (XEP-0045 §10.9), and reads back that it is gone. A room that the server
// still shows afterwards, or that cannot be looked at, is an error.
func (s *Service) Destroy(ctx context.Context, name string, d Destruction) error {
	at, err := s.conn.JID(name)
	if err != nil {
		return err
	}
	// An answer that was lost is no failure: what was done shows below.
	if err := xep.DestroyRoom(ctx, s.conn.Client, at, d); err != nil && !errors.Is(err, ErrInterrupted) {
		return fmt.Errorf("room %q: destroy: %w", name, err)
	}
	rooms, err := s.dialect.Read(ctx, []string{name})
	switch {
	case err != nil:
		return fmt.Errorf("room %q: destroyed, but not read back: %w", name, err)
	case rooms[0].State == Exists:
		return fmt.Errorf("room %q: server reported success, but the room still exists", name)
	case rooms[0].State == Unknown:
		return fmt.Errorf("room %q: destroyed, but not read back: %w", name, rooms[0].Err)
	}
	return nil
}
