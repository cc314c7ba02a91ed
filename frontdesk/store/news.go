package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"
)

// Placement is when and where a session is, as an agenda has it.
type Placement struct {
	Start    time.Time     `json:"start,omitzero"` // in UTC; zero where unknown
	Duration time.Duration `json:"duration,omitempty"`
	Place    string        `json:"place,omitempty"` // one line
	Canceled bool          `json:"canceled,omitempty"`
}

// Equal reports whether two placements are the same.
func (p Placement) Equal(q Placement) bool {
	return p.Start.Equal(q.Start) && p.Duration == q.Duration && p.Place == q.Place && p.Canceled == q.Canceled
}

// Sighting is what is known of one session on the agendas.
type Sighting struct {
	// Meeting is the number of the meeting and Session the ID of the session,
	// which together identify it; Group is the acronym of its group.
	Meeting string
	Session int
	Group   string
	// Told is the placement that its chairs know of.
	Told Placement
	// Seen is another one, which so many syncs have seen, the first at Since;
	// none where Syncs is 0.
	Seen  Placement
	Since time.Time
	Syncs int
}

// Last returns the last start of the session that is known; zero where none is.
func (s Sighting) Last() time.Time {
	if s.Seen.Start.After(s.Told.Start) {
		return s.Seen.Start
	}
	return s.Told.Start
}

// Sightings returns what is known of sessions, by meeting and session.
func (s *Store) Sightings(ctx context.Context) ([]Sighting, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT meeting, session, acronym, told, seen, since, syncs FROM sighting ORDER BY meeting, session")
	return collect(rows, err, func(r *sql.Rows) (Sighting, error) {
		var at Sighting
		var told, seen string
		var since sql.NullInt64
		if err := r.Scan(&at.Meeting, &at.Session, &at.Group, &told, &seen, &since, &at.Syncs); err != nil {
			return at, err
		}
		at.Since = timeOf(since)
		if err := json.Unmarshal([]byte(told), &at.Told); err != nil {
			return at, err
		}
		return at, json.Unmarshal([]byte(seen), &at.Seen)
	})
}

// SetSightings keeps what is known of sessions, in place of what was, and puts the
// news of them into the outbox: both or neither.
func (s *Store) SetSightings(ctx context.Context, all []Sighting, news []Message, now time.Time) error {
	return s.writeAt(ctx, now, func(c *change) error {
		if _, err := c.exec(ctx, "DELETE FROM sighting"); err != nil {
			return err
		}
		for _, at := range all {
			told, err := json.Marshal(at.Told)
			if err != nil {
				return err
			}
			seen, err := json.Marshal(at.Seen)
			if err != nil {
				return err
			}
			var since any
			if !at.Since.IsZero() {
				since = at.Since.Unix()
			}
			_, err = c.exec(ctx, "INSERT INTO sighting (meeting, session, acronym, told, seen, since, syncs) VALUES (?, ?, ?, ?, ?, ?, ?)",
				at.Meeting, at.Session, at.Group, string(told), string(seen), since, at.Syncs)
			if err != nil {
				return err
			}
		}
		for _, m := range news {
			if _, err := c.send(ctx, m); err != nil {
				return err
			}
		}
		return nil
	})
}
