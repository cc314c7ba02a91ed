package chatlog

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"muster/xmppadmin"
)

const (
	// pageSize is how many messages are requested at once. Servers have limits
	// of their own, mostly smaller ones, and apply them without saying so.
	pageSize = 500
	// roomsAtOnce is how many archives are read at the same time, unless the
	// source has another number.
	roomsAtOnce = 16
	// sinceMargin is how much older than the last message the start time beside
	// its id is: clocks step, and the server leaves out what is older.
	sinceMargin = time.Minute
	// noSince sends no start time, which makes some servers slow.
	noSince time.Duration = -1
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
	w := newWriter(s)
	all, actx := errgroup.WithContext(ctx)
	all.Go(func() error { return w.run(actx) })
	all.Go(func() error {
		defer close(w.jobs)
		return s.exportRooms(actx, src, rooms, w, o, outcomes)
	})
	return outcomes, all.Wait()
}

// exportRooms reads the archives of rooms, several at a time, and sets their
// outcomes.
func (s *Store) exportRooms(ctx context.Context, src Source, rooms []Room, w *writer, o ExportOptions, outcomes []Outcome) error {
	var mu sync.Mutex
	g, gctx := errgroup.WithContext(ctx)
	n := atOnce(src)
	g.SetLimit(n)
	p := newPacer(n)
	for i, room := range rooms {
		g.Go(func() error {
			x := &exporter{store: s, src: src, writer: w, pacer: p, out: Outcome{Room: room.Name}}
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
	return g.Wait()
}

// atOnce returns how many archives of a source are read at the same time.
func atOnce(src Source) int {
	if limited, ok := src.(Limited); ok {
		return max(limited.ArchivesAtOnce(), 1)
	}
	return roomsAtOnce
}

// sourceError is an error of a Source: it makes one room unknown.
type sourceError struct{ err error }

// Error returns the text of the cause.
func (e *sourceError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *sourceError) Unwrap() error { return e.err }

// exporter reads the archive of one room.
type exporter struct {
	store  *Store
	src    Source
	writer *writer
	pacer  *pacer
	name   string
	id     int64 // of the room in the database
	had    int64 // see Store.settled
	began  time.Time
	// read reports that the archive had messages behind the place, comparing that
	// all of it is being compared, and counted that the server gives the number of
	// messages.
	read, comparing, counted bool
	out                      Outcome
}

// noteFailure turns an error of the source into the room's outcome, and writes the
// verdict. What was read before the error is written.
func (x *exporter) noteFailure(ctx context.Context, err error) error {
	var failed *sourceError
	switch {
	case errors.As(err, &failed) && ctx.Err() == nil:
		if err := x.writer.flush(ctx); err != nil {
			return err
		}
		x.out.Verdict, x.out.Err = UnknownVerdict, failed.err
	case err != nil:
		return err
	}
	if x.id == 0 {
		return nil
	}
	_, err = x.store.db.ExecContext(ctx, "UPDATE room SET looked = $1, verdict = $2 WHERE id = $3",
		micros(x.began), x.out.Verdict, x.id)
	if err == nil && x.out.Verdict != Off && x.out.Verdict != UnknownVerdict {
		err = x.store.settle(ctx, x.id)
	}
	return err
}

// room brings the record of one room up to date.
func (x *exporter) room(ctx context.Context, room Room, full bool) error {
	x.name, x.began = room.Name, x.store.now()
	at, err := x.store.enter(ctx, room)
	if err != nil {
		return err
	}
	x.id, x.out.Before = at.room, at.verdict
	if x.had, err = x.store.settled(ctx, x.id); err != nil {
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
func (p place) query(margin time.Duration) xmppadmin.ArchiveQuery {
	q := xmppadmin.ArchiveQuery{After: p.cursor, Max: pageSize}
	if p.cursor != "" && !p.time.IsZero() && margin != noSince {
		q.Since = p.time.Add(-margin)
	}
	return q
}

// forward reads from a place to the end of the archive. Where the server no
// longer has the place, or counts other than the record does, the whole archive
// is compared instead.
func (x *exporter) forward(ctx context.Context, at place) error {
	first := true
	for {
		page, err := x.pacer.page(ctx, x.src, x.name, at.query(sinceMargin))
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
		x.read = x.read || len(page.Messages) > 0
		if at, err = x.writer.put(ctx, x, at, page); err != nil {
			return err
		}
		if !page.Complete && len(page.Messages) > 0 {
			continue
		}
		if err := x.writer.flush(ctx); err != nil {
			return err
		}
		return x.finish(ctx, page.Count)
	}
}

// finish compares the server's count, where it gives one, with the record's. What
// is hidden is looked at again once the archive has something newer.
func (x *exporter) finish(ctx context.Context, count int) error {
	expected, err := x.store.expected(ctx, x.id)
	if err != nil {
		return err
	}
	if count >= 0 && count != expected {
		return x.deep(ctx)
	}
	hidden := false
	if x.read {
		err = x.store.db.QueryRowContext(ctx,
			"SELECT EXISTS (SELECT 1 FROM message WHERE room = $1 AND forgotten AND state = 'removed' AND body <> '')", x.id).Scan(&hidden)
	}
	if err != nil {
		return err
	}
	if hidden {
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
