package chatlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// ErrNoMessage means that the record has no such message.
var ErrNoMessage = errors.New("no such message in the record")

// Withdraw erases the text of messages from the record, and of their
// corrections, because a law or a right demands it; a line says that something
// was withdrawn and why. All of them are withdrawn or none. The server still
// has them.
func (s *Store) Withdraw(ctx context.Context, room string, archiveIDs []string, who, reason string) error {
	_, err := s.record(ctx, 0, false, func(r *recorder) error {
		err := r.scan(ctx, []any{&r.room}, "SELECT id FROM room WHERE service = $1 AND name = $2", s.service, room)
		if errors.Is(err, sql.ErrNoRows) {
			return errors.New("the record has no such room")
		}
		if err != nil {
			return err
		}
		for _, id := range archiveIDs {
			m, err := r.find(ctx, "archive = $2", id)
			if err != nil {
				return err
			}
			if m == nil {
				return fmt.Errorf("message %q: %w", id, ErrNoMessage)
			}
			if m.state == Withdrawn {
				continue
			}
			if err := r.erase(ctx, m, Withdrawn, reason); err != nil {
				return err
			}
			if err := r.exec(ctx, "INSERT INTO withdrawal (room, archive, at, who, reason) VALUES ($1, $2, $3, $4, $5)",
				r.room, id, micros(s.now()), who, reason); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("room %q: %w", room, err)
	}
	return nil
}
