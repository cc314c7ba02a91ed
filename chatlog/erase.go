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
// has them. A message is named by the id of a correction, too. Afterwards no file of
// the record has the text, unless a reader keeps SQLite from writing its journal
// back meanwhile.
func (s *Store) Withdraw(ctx context.Context, room string, archiveIDs []string, who, reason string) error {
	if err := s.withdraw(ctx, room, archiveIDs, who, reason); err != nil {
		return fmt.Errorf("room %q: %w", room, err)
	}
	if err := s.forgetErased(ctx); err != nil {
		return fmt.Errorf("room %q: %w", room, err)
	}
	return nil
}

// withdraw is Withdraw as far as readers see it.
func (s *Store) withdraw(ctx context.Context, room string, archiveIDs []string, who, reason string) error {
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
			if m, err = r.original(ctx, m); err != nil {
				return err
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
	return err
}

// erase gives a message, and the corrections of it, a state without text. Where
// they have both already, nothing is changed.
func (r *recorder) erase(ctx context.Context, target *row, state State, reason string) error {
	kept := r.keep && (state == Retracted || state == Moderated)
	set, unless := "state = $1, reason = $2, body = '', extra = '', reply = ''", "state <> $1 OR body <> ''"
	if kept {
		set, unless = "state = $1, reason = $2", "state <> $1"
	}
	s, err := r.statement(ctx, "UPDATE message SET "+set+
		" WHERE room = $3 AND (id = $4 OR kind = 'correction' AND target = $5) AND ("+unless+")")
	if err != nil {
		return err
	}
	done, err := s.ExecContext(ctx, state, reason, r.room, target.id, target.archive)
	if err != nil {
		return fmt.Errorf("erase a message: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return err
	}
	if target.kind == Correction && target.target != "" {
		return nil // readers see the message that it corrects
	}
	r.removed++
	if !kept {
		if err := r.unindex(ctx, target.id); err != nil {
			return err
		}
	}
	return r.changedLine(ctx, target)
}

// changedLine notes that the day on which readers see a message is to be published
// again: a reaction stands beside the message that it is to.
func (r *recorder) changedLine(ctx context.Context, m *row) error {
	if m.kind == Reaction && m.target != "" {
		to, err := r.find(ctx, "archive = $2", m.target)
		if err != nil {
			return err
		}
		if to != nil {
			m = to
		}
	}
	return r.changed(ctx, m.time)
}

// correctErased erases a correction of a message that has no text any more. One of a
// message that is only hidden stays.
func (r *recorder) correctErased(ctx context.Context, m, target *row) error {
	var hidden bool
	err := r.scan(ctx, []any{&hidden}, "SELECT state = 'removed' AND body <> '' FROM message WHERE id = $1", target.id)
	if err != nil || hidden {
		return err
	}
	return r.erase(ctx, m, target.state, "")
}
