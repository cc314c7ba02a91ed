package chatlog

import (
	"context"
	"database/sql"
	"fmt"
)

// enter returns the room's place in the record, and makes one where there is
// none. What changed of the room itself is to be published.
func (s *Store) enter(ctx context.Context, room Room) (place, error) {
	var p place
	var us int64
	if room.Life == "" {
		room.Life = Live
	}
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		var same bool
		err := tx.QueryRowContext(ctx, `SELECT title = $1 AND description = $2 AND life = $3 AND ($4 = '' OR purpose = $4)
			FROM room WHERE service = $5 AND name = $6`,
			room.Title, room.Description, room.Life, room.Purpose, s.service, room.Name).Scan(&same)
		if noRows(err) != nil {
			return err
		}
		err = tx.QueryRowContext(ctx, `INSERT INTO room (id, service, name, title, description, life, purpose)
			VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM room), $1, $2, $3, $4, $5, $6)
			ON CONFLICT (service, name) DO UPDATE SET title = EXCLUDED.title, description = EXCLUDED.description, life = EXCLUDED.life,
			purpose = CASE EXCLUDED.purpose WHEN '' THEN room.purpose ELSE EXCLUDED.purpose END
			RETURNING id, cursor, cursor_time, verdict`, s.service, room.Name, room.Title, room.Description, room.Life, room.Purpose).
			Scan(&p.room, &p.cursor, &us, &p.verdict)
		if err != nil || same {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO changed (room, day) VALUES ($1, '') ON CONFLICT DO NOTHING", p.room)
		return err
	})
	if err != nil {
		return place{}, fmt.Errorf("room %q: %w", room.Name, err)
	}
	if us != 0 {
		p.time = timeOf(us)
	}
	return p, nil
}

// expected returns how many messages of a room the server should have.
func (s *Store) expected(ctx context.Context, room int64) (int, error) {
	var n int
	err := s.db.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM message WHERE room = $1)
		- (SELECT COUNT(*) FROM message WHERE room = $1 AND forgotten)`, room).Scan(&n)
	return n, err
}

// MarkGone notes that the service no longer has a room of the record. A room
// that the record does not have is left out.
func (s *Store) MarkGone(ctx context.Context, room string) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		var id int64
		err := tx.QueryRowContext(ctx, "UPDATE room SET life = $1 WHERE service = $2 AND name = $3 AND life <> $1 RETURNING id",
			Gone, s.service, room).Scan(&id)
		if err != nil {
			return noRows(err)
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO changed (room, day) VALUES ($1, '') ON CONFLICT DO NOTHING", id)
		return err
	})
}

// newestMessage selects the newest message of the room $1 that the server should have.
const newestMessage = "SELECT time FROM message WHERE room = $1 AND NOT forgotten ORDER BY id DESC LIMIT 1"

// settled returns the time, in microseconds, of the newest message that the record
// had when the room was last read to its end, else of the newest that it has; 0
// where there is none.
func (s *Store) settled(ctx context.Context, room int64) (int64, error) {
	var us int64
	err := s.db.QueryRowContext(ctx, "SELECT settled FROM room WHERE id = $1", room).Scan(&us)
	if err == nil && us == 0 {
		err = noRows(s.db.QueryRowContext(ctx, newestMessage, room).Scan(&us))
	}
	return us, err
}

// settle notes that a room was read to its end.
func (s *Store) settle(ctx context.Context, room int64) error {
	_, err := s.db.ExecContext(ctx, "UPDATE room SET settled = COALESCE(("+newestMessage+"), 0) WHERE id = $1", room)
	return err
}

// find returns the id of the message of a room that has an archive id, or 0.
func (s *Store) find(ctx context.Context, room int64, archive string) (id int64, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT id FROM message WHERE room = $1 AND archive = $2", room, archive).Scan(&id)
	return id, noRows(err)
}
