package chatlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"muster/xmppadmin"
)

const (
	// pageSize is how many messages are requested at once. Servers have limits
	// of their own.
	pageSize = 100
	// roomsAtOnce is how many archives are read at the same time. Prosody
	// serves other users by the same thread.
	roomsAtOnce = 8
	// sinceMargin is how much older than the last message the start time beside
	// its id is: clocks step.
	sinceMargin = time.Minute
)

// ExportOptions are how archives are read.
type ExportOptions struct {
	// Full reads every archive from its beginning and compares it.
	Full bool
	// Progress receives each room's outcome when it is known, one after the
	// other; nil for none.
	Progress func(Outcome)
}

// Export reads what is new in the archives of rooms into the record. The
// messages of a page and the place where the next page begins are written in
// one transaction, so that an export that ends anywhere can be run again:
// nothing is lost, and nothing is there twice.
//
// A room's archive is compared with the record, message by message, where the
// server's count differs from the record's. The outcomes are in the order of
// rooms. A room that could not be read is UnknownVerdict; the error is that of
// the database, or ctx's.
func (s *Store) Export(ctx context.Context, src Source, rooms []Room, o ExportOptions) ([]Outcome, error) {
	outcomes := make([]Outcome, len(rooms))
	var mu sync.Mutex
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(roomsAtOnce)
	for i, room := range rooms {
		g.Go(func() error {
			x := &exporter{store: s, src: src, out: Outcome{Room: room.Name}}
			err := x.room(gctx, room, o.Full)
			if err = x.noteFailure(gctx, err); err != nil {
				return err
			}
			outcomes[i] = x.out
			if o.Progress != nil {
				mu.Lock()
				defer mu.Unlock()
				o.Progress(x.out)
			}
			return nil
		})
	}
	return outcomes, g.Wait()
}

// sourceError is an error of a Source: it makes one room unknown.
type sourceError struct{ err error }

// Error returns the text of the cause.
func (e *sourceError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *sourceError) Unwrap() error { return e.err }

// exporter reads the archive of one room.
type exporter struct {
	store *Store
	src   Source
	name  string
	id    int64 // of the room in the database
	had   int64 // the time of the newest message before this run, or 0
	out   Outcome
}

// noteFailure turns an error of the source into the room's outcome, and writes the
// verdict.
func (x *exporter) noteFailure(ctx context.Context, err error) error {
	var failed *sourceError
	switch {
	case errors.As(err, &failed) && ctx.Err() == nil:
		x.out.Verdict, x.out.Err = UnknownVerdict, failed.err
	case err != nil:
		return err
	}
	if x.id == 0 {
		return nil
	}
	_, err = x.store.db.ExecContext(ctx, "UPDATE room SET looked = $1, verdict = $2 WHERE id = $3",
		micros(x.store.now()), x.out.Verdict, x.id)
	return err
}

// room brings the record of one room up to date.
func (x *exporter) room(ctx context.Context, room Room, full bool) error {
	x.name = room.Name
	at, err := x.store.enter(ctx, room)
	if err != nil {
		return err
	}
	x.id, x.out.Before = at.room, at.verdict
	if x.had, err = x.store.newest(ctx, x.id); err != nil {
		return err
	}
	if full {
		return x.deep(ctx)
	}
	if at.cursor == "" {
		if on, err := x.archives(ctx); err != nil || !on {
			return err
		}
	}
	return x.forward(ctx, at)
}

// archives reports whether the room archives its messages, and notes the
// verdict where it does not.
func (x *exporter) archives(ctx context.Context) (bool, error) {
	on, err := x.src.HasArchive(ctx, x.name)
	if err != nil {
		return false, &sourceError{err}
	}
	if !on {
		x.out.Verdict = Off
	}
	return on, nil
}

// place is where reading goes on: behind a message of an archive.
type place struct {
	room    int64
	cursor  string
	time    time.Time
	verdict Verdict // of the last export
}

// query returns the request for the page at a place.
func (p place) query() xmppadmin.ArchiveQuery {
	q := xmppadmin.ArchiveQuery{After: p.cursor, Max: pageSize}
	if p.cursor != "" && !p.time.IsZero() {
		q.Since = p.time.Add(-sinceMargin)
	}
	return q
}

// forward reads from a place to the end of the archive. Where the server no
// longer has the place, or counts other than the record does, the whole archive
// is compared instead.
func (x *exporter) forward(ctx context.Context, at place) error {
	first := true
	for {
		page, err := x.src.ArchivePage(ctx, x.name, at.query())
		if errors.Is(err, xmppadmin.ErrForgotten) {
			return x.deep(ctx)
		}
		if err != nil {
			return &sourceError{err}
		}
		if first && page.Count >= 0 {
			expected, err := x.store.expected(ctx, x.id)
			if err != nil {
				return err
			}
			if page.Count < expected {
				return x.deep(ctx) // before anything is written: archiving may be off
			}
		}
		first = false
		if at, err = x.write(ctx, at, page); err != nil {
			return err
		}
		if !page.Complete && len(page.Messages) > 0 {
			continue
		}
		return x.finish(ctx, page.Count)
	}
}

// finish compares the server's count, where it gives one, with the record's.
func (x *exporter) finish(ctx context.Context, count int) error {
	expected, err := x.store.expected(ctx, x.id)
	if err != nil {
		return err
	}
	if count >= 0 && count != expected {
		return x.deep(ctx)
	}
	return x.setVerdict(ctx)
}

// setVerdict sets the verdict of a room of which everything was read.
func (x *exporter) setVerdict(ctx context.Context) error {
	var forgotten, gaps int
	err := x.store.db.QueryRowContext(ctx, `SELECT
		(SELECT COUNT(*) FROM message WHERE room = $1 AND forgotten AND state IN ('', 'corrected')),
		(SELECT COUNT(*) FROM gap WHERE room = $1)`, x.id).Scan(&forgotten, &gaps)
	if err != nil {
		return fmt.Errorf("room %q: %w", x.name, err)
	}
	x.out.Forgotten, x.out.Verdict = forgotten, Whole
	switch {
	case gaps > 0:
		x.out.Verdict = Gap
	case forgotten > 0:
		x.out.Verdict = Forgotten
	}
	return nil
}

// write records a page and the place behind it, in one transaction.
func (x *exporter) write(ctx context.Context, at place, page xmppadmin.ArchivePage) (place, error) {
	if len(page.Messages) == 0 {
		return at, nil
	}
	last := page.Messages[len(page.Messages)-1]
	at.cursor, at.time = last.Archive, last.Time
	r := &recorder{room: x.id, keep: x.store.keep}
	err := x.store.inTx(ctx, func(tx *sql.Tx) error {
		r.tx = tx
		for i := range page.Messages {
			if err := r.add(ctx, &page.Messages[i]); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "UPDATE room SET cursor = $1, cursor_time = $2 WHERE id = $3", at.cursor, micros(at.time), x.id)
		return err
	})
	if err != nil {
		return at, fmt.Errorf("room %q: %w", x.name, err)
	}
	x.out.New += r.added
	x.out.Removed += r.removed
	return at, nil
}

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
	err := s.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM message WHERE room = $1 AND NOT forgotten", room).Scan(&n)
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
