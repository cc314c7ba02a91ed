package chatlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"muster/agenda"
)

// Meeting is a meeting whose sessions the record knows.
type Meeting struct {
	// Number is "126" for an IETF meeting, "interim-2026-quic-01" for an interim.
	Number string
	// City is where it was held; empty where that is not known.
	City string
	// Zone is the meeting's time zone.
	Zone *time.Location
	// URL is the page where a person reads the agenda; it may be empty.
	URL string
	// Start and End are those of the first and of the last session; zero where
	// none has a time.
	Start, End time.Time
	// Changed reports that the meeting or its sessions changed since they were
	// published.
	Changed bool
}

// Session is a session of a meeting.
type Session struct {
	ID      int // the Datatracker's number
	Meeting string
	// Room is the name of the session's chat room. The record may not have it.
	Room string
	// Group is the acronym of the group, and Title the name of the session, else
	// that of the group.
	Group, Title string
	Type         agenda.SessionType
	Status       agenda.Status
	// Place is where it is held; it may be empty.
	Place string
	// Start and End are zero where they are not known.
	Start, End time.Time
	// Changed reports that the session changed since it was published.
	Changed bool
}

// Held reports whether the session took or takes place, at a time that is known:
// it is neither cancelled nor the old placement of one that moved.
func (s Session) Held() bool {
	return !s.Status.Canceled() && s.Status != agenda.Rescheduled && !s.Start.IsZero()
}

// meetingNumber matches the number of a meeting that pages can be named after.
var meetingNumber = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$`)

// MaxMargin is the longest time before or after a session that a [Margin] may
// have.
const MaxMargin = 6 * time.Hour

// AddMeeting records the sessions of a meeting, in place of those that the record
// has of it. What a changed session shows, and the days of its room that lead to
// it, are to be published again. An agenda without sessions, or one from a cache,
// replaces none; sessions that could not be read stay. A meeting without a number
// is left out.
func (s *Store) AddMeeting(ctx context.Context, m agenda.Meeting) error {
	if !meetingNumber.MatchString(m.Number) {
		return nil
	}
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		var digest string
		err := tx.QueryRowContext(ctx, "SELECT digest FROM meeting WHERE number = $1", m.Number).Scan(&digest)
		known := err == nil
		if noRows(err) != nil {
			return err
		}
		now := digestOf(m)
		if digest == now || known && (m.Stale || len(m.Sessions) == 0) {
			return nil
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO meeting (number, city, zone, url, digest, changed) VALUES ($1, $2, $3, $4, $5, TRUE)
			ON CONFLICT (number) DO UPDATE SET city = EXCLUDED.city, zone = EXCLUDED.zone, url = EXCLUDED.url, digest = EXCLUDED.digest, changed = TRUE`,
			m.Number, m.City, zoneOf(m), m.AgendaURL, now); err != nil {
			return err
		}
		return s.replaceSessions(ctx, tx, m)
	})
	if err != nil {
		return fmt.Errorf("meeting %s: %w", m.Number, err)
	}
	return nil
}

func zoneOf(m agenda.Meeting) string {
	if m.TimeZone == nil {
		return "UTC"
	}
	return m.TimeZone.String()
}

// digestOf returns what differs between two agendas that are to be published
// differently.
func digestOf(m agenda.Meeting) string {
	return fmt.Sprintf("%s %q %q %q %d", m.Digest(), m.City, zoneOf(m), m.AgendaURL, m.Unread.Rows)
}

// sessionsOf returns the sessions of an agenda that the record keeps: all but
// breaks and the like.
func sessionsOf(m agenda.Meeting) []Session {
	names := make(map[string]string, len(m.Groups))
	for _, g := range m.Groups {
		names[g.Acronym] = g.Name
	}
	var out []Session
	for _, x := range m.Sessions {
		if x.Type.Placeholder() {
			continue
		}
		n := Session{
			ID: x.ID, Meeting: m.Number, Room: strings.ToLower(x.Room), Group: x.Group, Title: x.Name, Type: x.Type, Status: x.Status, Place: x.Location,
		}
		if n.Title == "" {
			n.Title = names[x.Group]
		}
		if !x.Start.IsZero() {
			n.Start, n.End = x.Start.UTC().Truncate(time.Microsecond), x.Start.Add(x.Duration).UTC().Truncate(time.Microsecond)
		}
		out = append(out, n)
	}
	return out
}

// replaceSessions makes the sessions of a meeting those of an agenda.
func (s *Store) replaceSessions(ctx context.Context, tx *sql.Tx, m agenda.Meeting) error {
	old, err := querySessions(ctx, tx, "meeting = $1", m.Number)
	if err != nil {
		return err
	}
	before := make(map[int]Session, len(old))
	for _, x := range old {
		x.Changed = false
		before[x.ID] = x
	}
	for _, x := range sessionsOf(m) {
		was, had := before[x.ID]
		delete(before, x.ID)
		if had && was == x {
			continue
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO session (id, meeting, room, acronym, title, kind, status, place, start, ends, changed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, TRUE)
			ON CONFLICT (id) DO UPDATE SET meeting = EXCLUDED.meeting, room = EXCLUDED.room, acronym = EXCLUDED.acronym, title = EXCLUDED.title,
			kind = EXCLUDED.kind, status = EXCLUDED.status, place = EXCLUDED.place, start = EXCLUDED.start, ends = EXCLUDED.ends, changed = TRUE`,
			x.ID, x.Meeting, x.Room, x.Group, x.Title, x.Type, x.Status, x.Place, microsOrZero(x.Start), microsOrZero(x.End)); err != nil {
			return err
		}
		if err := s.sessionChanged(ctx, tx, was, x); err != nil {
			return err
		}
	}
	if m.Unread.Rows > 0 {
		return nil // one of the rest may be among those that could not be read
	}
	for id, was := range before {
		if _, err := tx.ExecContext(ctx, "DELETE FROM session WHERE id = $1", id); err != nil {
			return err
		}
		if err := s.sessionChanged(ctx, tx, was, Session{}); err != nil {
			return err
		}
	}
	return nil
}

// sessionChanged notes what else is to be published after a session changed from
// one to another: the days that lead to it, and its neighbours in the room, whose
// transcripts end where it begins.
func (s *Store) sessionChanged(ctx context.Context, tx *sql.Tx, was, is Session) error {
	for _, x := range []Session{was, is} {
		if x.ID == 0 || x.Start.IsZero() {
			continue
		}
		from, to := x.Start.Add(-MaxMargin), x.End.Add(MaxMargin)
		if _, err := tx.ExecContext(ctx, "UPDATE session SET changed = TRUE WHERE room = $1 AND ends > $2 AND start < $3",
			x.Room, micros(from.Add(-MaxMargin)), micros(to.Add(MaxMargin))); err != nil {
			return err
		}
		for day := from.Truncate(24 * time.Hour); day.Before(to); day = day.AddDate(0, 0, 1) {
			if _, err := tx.ExecContext(ctx, `INSERT INTO changed (room, day) SELECT id, $1 FROM room WHERE service = $2 AND name = $3
				ON CONFLICT DO NOTHING`, day.Format(time.DateOnly), s.service, x.Room); err != nil {
				return err
			}
		}
	}
	return nil
}

// Meetings returns the meetings that the record knows, the newest first.
func (s *Store) Meetings(ctx context.Context) ([]Meeting, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT number, city, zone, url, changed OR EXISTS (SELECT 1 FROM session WHERE meeting = number AND changed),
		COALESCE((SELECT MIN(start) FROM session WHERE meeting = number AND start <> 0), 0) AS first,
		COALESCE((SELECT MAX(ends) FROM session WHERE meeting = number), 0)
		FROM meeting ORDER BY first DESC, number`)
	if err != nil {
		return nil, fmt.Errorf("meetings of the record: %w", err)
	}
	defer rows.Close()
	var out []Meeting
	for rows.Next() {
		var m Meeting
		var zone string
		var start, end int64
		if err := rows.Scan(&m.Number, &m.City, &zone, &m.URL, &m.Changed, &start, &end); err != nil {
			return nil, fmt.Errorf("meetings of the record: %w", err)
		}
		m.Start, m.End = timeOrZero(start), timeOrZero(end)
		if m.Zone, err = time.LoadLocation(zone); err != nil {
			m.Zone = time.UTC
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// Sessions returns the sessions of a meeting, in the order of their times.
func (s *Store) Sessions(ctx context.Context, meeting string) ([]Session, error) {
	list, err := querySessions(ctx, s.db, "meeting = $1", meeting)
	if err != nil {
		return nil, fmt.Errorf("sessions of meeting %s: %w", meeting, err)
	}
	return list, nil
}

// Session returns a session by its number. The error is ErrNoSession where the
// record does not know it.
func (s *Store) Session(ctx context.Context, id int) (Session, error) {
	list, err := querySessions(ctx, s.db, "id = $1", id)
	if err == nil && len(list) == 0 {
		err = ErrNoSession
	}
	if err != nil {
		return Session{}, fmt.Errorf("session %d: %w", id, err)
	}
	return list[0], nil
}

// ErrNoSession means that the record knows no such session.
var ErrNoSession = errors.New("no such session in the record")

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// querySessions returns the sessions that a condition on $1 selects, in the order
// of their times.
func querySessions(ctx context.Context, q querier, condition string, value any) ([]Session, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, meeting, room, acronym, title, kind, status, place, start, ends, changed
		FROM session WHERE `+condition+` ORDER BY start, id`, value)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Session
	for rows.Next() {
		var x Session
		var start, end int64
		if err := rows.Scan(&x.ID, &x.Meeting, &x.Room, &x.Group, &x.Title, &x.Type, &x.Status, &x.Place, &start, &end, &x.Changed); err != nil {
			return nil, err
		}
		x.Start, x.End = timeOrZero(start), timeOrZero(end)
		out = append(out, x)
	}
	return out, rows.Err()
}

// PublishedMeeting notes, in one transaction, that the pages of a meeting were
// published: as Published does, and those of these sessions.
func (s *Store) PublishedMeeting(ctx context.Context, number string, sessions []int, pages map[string]string, gone []string) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		if err := notePages(ctx, tx, pages, gone); err != nil {
			return err
		}
		for _, id := range sessions {
			if _, err := tx.ExecContext(ctx, "UPDATE session SET changed = FALSE WHERE id = $1", id); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "UPDATE meeting SET changed = FALSE WHERE number = $1", number)
		return err
	})
	if err != nil {
		return fmt.Errorf("note what was published: %w", err)
	}
	return nil
}

func microsOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return micros(t)
}

func timeOrZero(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return timeOf(us)
}
