package chatlog

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"muster/xmppadmin"
)

// RoomInfo is a room of the record.
type RoomInfo struct {
	Room
	// JID is the room's address; empty where its name is none that can be
	// joined.
	JID string
	// First and Last are the times of the oldest and newest line; zero for none.
	First, Last time.Time
	// Verdict is how the record compared with the archive when it was last
	// looked at.
	Verdict Verdict
	// Gaps are the times of which the archive lost what was not read yet.
	Gaps []Span
}

// Span is a time from one moment to another.
type Span struct{ From, To time.Time }

// Rooms returns the rooms of the record, sorted by name.
func (s *Store) Rooms(ctx context.Context) ([]RoomInfo, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, name, title, description, life, purpose, verdict,
		COALESCE((SELECT first FROM day WHERE day.room = room.id ORDER BY day LIMIT 1), 0),
		COALESCE((SELECT last FROM day WHERE day.room = room.id ORDER BY day DESC LIMIT 1), 0)
		FROM room WHERE service = $1 ORDER BY name`, s.service)
	if err != nil {
		return nil, fmt.Errorf("rooms of the record: %w", err)
	}
	defer rows.Close()
	var rooms []RoomInfo
	byID := make(map[int64]int)
	for rows.Next() {
		var r RoomInfo
		var id, first, last int64
		if err := rows.Scan(&id, &r.Name, &r.Title, &r.Description, &r.Life, &r.Purpose, &r.Verdict, &first, &last); err != nil {
			return nil, fmt.Errorf("rooms of the record: %w", err)
		}
		r.JID, _ = xmppadmin.RoomJID(r.Name, s.service)
		if last != 0 {
			r.First, r.Last = timeOf(first), timeOf(last)
		}
		byID[id] = len(rooms)
		rooms = append(rooms, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("rooms of the record: %w", err)
	}
	rows.Close()
	return rooms, s.addGaps(ctx, rooms, byID)
}

func (s *Store) addGaps(ctx context.Context, rooms []RoomInfo, byID map[int64]int) error {
	rows, err := s.db.QueryContext(ctx, "SELECT room, from_time, to_time FROM gap ORDER BY from_time")
	if err != nil {
		return fmt.Errorf("gaps of the record: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var room, from, to int64
		if err := rows.Scan(&room, &from, &to); err != nil {
			return fmt.Errorf("gaps of the record: %w", err)
		}
		if i, ok := byID[room]; ok {
			rooms[i].Gaps = append(rooms[i].Gaps, Span{timeOf(from), timeOf(to)})
		}
	}
	return rows.Err()
}

// ChangedDays returns, by room, the days whose lines changed since they were
// last published, as dates such as 2026-11-25, sorted.
func (s *Store) ChangedDays(ctx context.Context) (map[string][]string, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT room.name, changed.day FROM changed JOIN room ON room.id = changed.room
		WHERE room.service = $1 ORDER BY room.name, changed.day`, s.service)
	if err != nil {
		return nil, fmt.Errorf("changed days: %w", err)
	}
	defer rows.Close()
	days := make(map[string][]string)
	for rows.Next() {
		var room, day string
		if err := rows.Scan(&room, &day); err != nil {
			return nil, fmt.Errorf("changed days: %w", err)
		}
		days[room] = append(days[room], day)
	}
	return days, rows.Err()
}

// Published notes, in one transaction, that the days of a room were published:
// pages are the digests of the files written for them by path, and gone the
// paths of those removed.
func (s *Store) Published(ctx context.Context, room string, days []string, pages map[string]string, gone []string) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		if err := notePages(ctx, tx, pages, gone); err != nil {
			return err
		}
		for _, day := range days {
			if _, err := tx.ExecContext(ctx, `DELETE FROM changed WHERE day = $1
				AND room = (SELECT id FROM room WHERE service = $2 AND name = $3)`, day, s.service, room); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note what was published: %w", err)
	}
	return nil
}

// notePages notes the digests of files that were written, by path, and the paths
// of those removed.
func notePages(ctx context.Context, tx *sql.Tx, pages map[string]string, gone []string) error {
	note, err := tx.PrepareContext(ctx, `INSERT INTO page (path, digest) VALUES ($1, $2)
		ON CONFLICT (path) DO UPDATE SET digest = EXCLUDED.digest`)
	if err != nil {
		return err
	}
	defer note.Close()
	for path, digest := range pages {
		if _, err := note.ExecContext(ctx, path, digest); err != nil {
			return err
		}
	}
	for _, path := range gone {
		if _, err := tx.ExecContext(ctx, "DELETE FROM page WHERE path = $1", path); err != nil {
			return err
		}
	}
	return nil
}

// Pages returns the digests of the published files whose paths begin with a
// prefix, by path.
func (s *Store) Pages(ctx context.Context, prefix string) (map[string]string, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT path, digest FROM page WHERE path >= $1 AND path < $2", prefix, prefix+"\U0010FFFF")
	if err != nil {
		return nil, fmt.Errorf("published pages: %w", err)
	}
	defer rows.Close()
	pages := make(map[string]string)
	for rows.Next() {
		var path, digest string
		if err := rows.Scan(&path, &digest); err != nil {
			return nil, fmt.Errorf("published pages: %w", err)
		}
		pages[path] = digest
	}
	return pages, rows.Err()
}

// PagesAt returns the digests of those of the paths that were published.
func (s *Store) PagesAt(ctx context.Context, paths ...string) (map[string]string, error) {
	pages := make(map[string]string)
	for _, path := range paths {
		var digest string
		err := s.db.QueryRowContext(ctx, "SELECT digest FROM page WHERE path = $1", path).Scan(&digest)
		if err := noRows(err); err != nil {
			return nil, fmt.Errorf("published pages: %w", err)
		}
		if digest != "" {
			pages[path] = digest
		}
	}
	return pages, nil
}

// CountPages returns the number of published files.
func (s *Store) CountPages(ctx context.Context) (n int, err error) {
	return n, s.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM page").Scan(&n)
}

// UnknownPage is the digest of a published file whose content is not known.
const UnknownPage = "unknown"

// DoubtPages notes that the content of the published files is not known, or
// with forget that there are none.
func (s *Store) DoubtPages(ctx context.Context, forget bool) error {
	query, args := "UPDATE page SET digest = $1", []any{UnknownPage}
	if forget {
		query, args = "DELETE FROM page", nil
	}
	_, err := s.db.ExecContext(ctx, query, args...)
	return err
}

// DayOf returns the day of a message of a room, such as 2026-11-25, and ""
// where the record does not show it.
func (s *Store) DayOf(ctx context.Context, room, archive string) (string, error) {
	var us int64
	err := s.db.QueryRowContext(ctx, `SELECT message.time FROM message JOIN room ON room.id = message.room
		WHERE room.service = $1 AND room.name = $2 AND message.archive = $3 AND `+isLine, s.service, room, archive).Scan(&us)
	if err := noRows(err); err != nil || us == 0 {
		return "", err
	}
	return dayOf(us), nil
}
