package chatlog

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"time"
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

// daysSchema is of the table of days, which is brought up to date in the
// transaction that changes messages: counting those of a room takes as long as
// reading it.
//
//go:embed days.sql
var daysSchema string

// isLine is the condition that a message is a line that readers see.
const isLine = `message.kind IN ('said', 'subject') AND (message.body <> '' OR message.state <> '' OR message.kind = 'subject')`

const dayMicros = 24 * 60 * 60 * 1_000_000

// countDays brings the table of days up to date for the days that changed.
func (r *recorder) countDays(ctx context.Context) error {
	for day := range r.days {
		if err := r.exec(ctx, "DELETE FROM day WHERE room = $1 AND day = $2", r.room, day); err != nil {
			return fmt.Errorf("count the lines of a day: %w", err)
		}
		// The ids of a full millisecond go on in the next, those of a day in
		// the following one at worst.
		err := r.exec(ctx, `INSERT INTO day (room, day, lines, first, last)
			SELECT $1, $2, COUNT(*), MIN(time), MAX(time) FROM message
			WHERE room = $1 AND id >= $3 AND id < $4 AND time >= $5 AND time < $6 AND `+isLine+` HAVING COUNT(*) > 0`,
			r.room, day, firstID(day*dayMicros), firstID((day+2)*dayMicros), day*dayMicros, (day+1)*dayMicros)
		if err != nil {
			return fmt.Errorf("count the lines of a day: %w", err)
		}
	}
	return nil
}

// Day is a day on which something was said.
type Day struct {
	Date  time.Time // midnight, UTC
	Lines int
	Last  time.Time // of the newest line
}

// scan reads the number of a day since 1970, its lines and the time of the
// newest one, behind the columns for before.
func (d *Day) scan(rows *sql.Rows, before ...any) error {
	var day, last int64
	if err := rows.Scan(append(before, &day, &d.Lines, &last)...); err != nil {
		return err
	}
	d.Date, d.Last = timeOf(day*dayMicros), timeOf(last)
	return nil
}

// Days returns the days on which something was said in a room, oldest first,
// each with the number of lines.
func (s *Store) Days(ctx context.Context, room string) ([]Day, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT day.day, day.lines, day.last FROM day JOIN room ON room.id = day.room
		WHERE room.service = $1 AND room.name = $2 ORDER BY day.day`, s.service, room)
	if err != nil {
		return nil, fmt.Errorf("days of room %q: %w", room, err)
	}
	defer rows.Close()
	var days []Day
	for rows.Next() {
		var d Day
		if err := d.scan(rows); err != nil {
			return nil, fmt.Errorf("days of room %q: %w", room, err)
		}
		days = append(days, d)
	}
	return days, rows.Err()
}

// RoomDay is a day on which something was said in a room.
type RoomDay struct {
	Room string
	Day
}

// RecentDays returns the days of all rooms with lines since a time, up to limit,
// the newest first. Each is counted as a whole.
func (s *Store) RecentDays(ctx context.Context, since time.Time, limit int) ([]RoomDay, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT room.name, day.day, day.lines, day.last FROM room CROSS JOIN day
		WHERE room.service = $1 AND day.room = room.id AND day.day >= $2 AND day.last >= $3
		ORDER BY day.last DESC, room.name LIMIT $4`, s.service, micros(since)/dayMicros, micros(since), limit)
	if err != nil {
		return nil, fmt.Errorf("recent days: %w", err)
	}
	defer rows.Close()
	var days []RoomDay
	for rows.Next() {
		var d RoomDay
		if err := d.scan(rows, &d.Room); err != nil {
			return nil, fmt.Errorf("recent days: %w", err)
		}
		days = append(days, d)
	}
	return days, rows.Err()
}
