package chatlog

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"muster/agenda"
)

// ChatLines returns lines as they are uploaded: what was said and is still said,
// with its newest text. Subjects, and what was retracted, removed or withdrawn,
// are left out, also where [Options.KeepRetracted] shows it.
func ChatLines(lines []Line) []agenda.ChatLine {
	var out []agenda.ChatLine
	for _, l := range lines {
		if l.Kind != Said || l.Text == "" || l.State != Unchanged && l.State != Corrected {
			continue
		}
		text := l.Text
		if action, ok := strings.CutPrefix(text, "/me "); ok {
			text = "* " + l.Nick + " " + action
		}
		out = append(out, agenda.ChatLine{Author: l.Nick, Text: text, Time: l.Time})
	}
	return out
}

// DigestLines returns a digest of lines that are uploaded.
func DigestLines(lines []agenda.ChatLine) string {
	sum := sha256.New()
	for _, l := range lines {
		fmt.Fprintf(sum, "%q %q %d\n", l.Author, l.Text, l.Time.Unix())
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Upload is what is known of a transcript at the Datatracker.
type Upload struct {
	// Digest is that of the lines; empty where nothing was sent.
	Digest string
	At     time.Time
	// Sent reports that the Datatracker took it. It is false where that is not
	// known: the connection broke, or the program ended meanwhile.
	Sent bool
}

// Uploaded returns what was last sent of a session.
func (s *Store) Uploaded(ctx context.Context, session int) (Upload, error) {
	var u Upload
	var at int64
	err := s.db.QueryRowContext(ctx, "SELECT digest, at, state = 'sent' FROM upload WHERE session = $1", session).Scan(&u.Digest, &at, &u.Sent)
	if noRows(err) != nil {
		return Upload{}, fmt.Errorf("upload of session %d: %w", session, err)
	}
	u.At = timeOrZero(at)
	return u, nil
}

// Send calls send for a transcript of this digest, and notes before that it is
// being sent, and after it that it was. Where send fails, certain reports whether
// the Datatracker has surely not taken it: then what was noted before is noted
// again. An upload that ends anywhere else is noted as one that may have been
// taken.
func (s *Store) Send(ctx context.Context, p Part, digest string, send func() error, certain func(error) bool) error {
	var before struct {
		there        bool
		digest, room string
		from, to, at int64
		state        string
	}
	note := func(digest, room string, from, to, at int64, state string) error {
		// What was sent is noted also where the run is being stopped.
		_, err := s.db.ExecContext(context.WithoutCancel(ctx), `INSERT INTO upload (session, room, from_time, to_time, digest, at, state)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (session) DO UPDATE SET room = EXCLUDED.room, from_time = EXCLUDED.from_time,
			to_time = EXCLUDED.to_time, digest = EXCLUDED.digest, at = EXCLUDED.at, state = EXCLUDED.state`,
			p.Session.ID, room, from, to, digest, at, state)
		if err != nil {
			return fmt.Errorf("upload of session %d: %w", p.Session.ID, err)
		}
		return nil
	}
	err := s.db.QueryRowContext(ctx, "SELECT digest, room, from_time, to_time, at, state FROM upload WHERE session = $1", p.Session.ID).
		Scan(&before.digest, &before.room, &before.from, &before.to, &before.at, &before.state)
	if noRows(err) != nil {
		return fmt.Errorf("upload of session %d: %w", p.Session.ID, err)
	}
	before.there = err == nil
	now := micros(s.now())
	if err := note(digest, p.Session.Room, micros(p.From), micros(p.To), now, "sending"); err != nil {
		return err
	}
	err = send()
	switch {
	case err == nil:
		return note(digest, p.Session.Room, micros(p.From), micros(p.To), now, "sent")
	case certain(err) && before.there:
		return firstOf(err, note(before.digest, before.room, before.from, before.to, before.at, before.state))
	case certain(err):
		_, failed := s.db.ExecContext(context.WithoutCancel(ctx), "DELETE FROM upload WHERE session = $1", p.Session.ID)
		return firstOf(err, failed)
	}
	return err
}

// firstOf returns the first error that is not nil.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// UploadedSessions returns the numbers of the sessions in whose uploaded
// transcripts messages of a room were, ascending.
func (s *Store) UploadedSessions(ctx context.Context, room string, archiveIDs []string) ([]int, error) {
	seen := make(map[int]bool)
	for _, id := range archiveIDs {
		rows, err := s.db.QueryContext(ctx, `SELECT upload.session FROM upload JOIN message ON message.time >= upload.from_time AND message.time < upload.to_time
			JOIN room ON room.id = message.room AND room.name = upload.room
			WHERE room.service = $1 AND room.name = $2 AND message.archive IN ($3, COALESCE((SELECT target FROM message c
			WHERE c.room = room.id AND c.archive = $3 AND c.kind = 'correction'), ''))`, s.service, room, id)
		if err != nil {
			return nil, fmt.Errorf("uploads of room %q: %w", room, err)
		}
		if err := scanInts(rows, seen); err != nil {
			return nil, fmt.Errorf("uploads of room %q: %w", room, err)
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

func scanInts(rows *sql.Rows, into map[int]bool) error {
	defer rows.Close()
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			return err
		}
		into[n] = true
	}
	return rows.Err()
}

// Coverage is what is known of a room's record over a time: whether all that the
// archive had of it was read.
type Coverage struct {
	// There reports that the record has the room.
	There bool
	// Verdict and Looked are what the last export found, and when.
	Verdict Verdict
	Looked  time.Time
	// Gap reports that the server lost messages of that time before they were
	// read.
	Gap bool
}

// Covers reports whether the record has all that was said until the end of a time.
func (c Coverage) Covers(p Span) bool {
	switch c.Verdict {
	case Whole, Forgotten, Gap:
		return c.There && !c.Gap && !c.Looked.Before(p.To)
	}
	return false
}

// Coverage returns what is known of the record of a room over a time.
func (s *Store) Coverage(ctx context.Context, room string, over Span) (Coverage, error) {
	var c Coverage
	var looked int64
	err := s.db.QueryRowContext(ctx, `SELECT verdict, looked, EXISTS (SELECT 1 FROM gap WHERE gap.room = room.id AND from_time < $1 AND to_time > $2)
		FROM room WHERE service = $3 AND name = $4`, micros(over.To), micros(over.From), s.service, room).Scan(&c.Verdict, &looked, &c.Gap)
	if noRows(err) != nil {
		return Coverage{}, fmt.Errorf("room %q: %w", room, err)
	}
	c.There, c.Looked = err == nil, timeOrZero(looked)
	return c, nil
}
