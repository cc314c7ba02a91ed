package chatlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"muster/xmppadmin"
)

// VerifyOptions are how a record is compared.
type VerifyOptions struct {
	// Deep compares every message.
	Deep bool
	// Progress is as in [ExportOptions].
	Progress func(Outcome)
}

// Verify compares the record of rooms with the server's archives: by their ends
// and, where the server counts, by the number of messages, and where these differ,
// or with Deep, message by message. It changes nothing. The outcomes are in the order of rooms; the error is that of the
// database, or ctx's.
func (s *Store) Verify(ctx context.Context, src Source, rooms []Room, o VerifyOptions) ([]Outcome, error) {
	outcomes := make([]Outcome, len(rooms))
	var mu sync.Mutex
	g, gctx := errgroup.WithContext(ctx)
	n := atOnce(src)
	g.SetLimit(n)
	p := newPacer(n)
	for i, room := range rooms {
		g.Go(func() error {
			x := &exporter{store: s, src: src, pacer: p, name: room.Name, out: Outcome{Room: room.Name}}
			err := x.verify(gctx, o.Deep)
			var failed *sourceError
			if errors.As(err, &failed) && gctx.Err() == nil {
				x.out.Verdict, x.out.Err = UnknownVerdict, failed.err
				err = nil
			}
			outcomes[i] = x.out
			if o.Progress != nil {
				mu.Lock()
				defer mu.Unlock()
				o.Progress(x.out)
			}
			return err
		})
	}
	return outcomes, g.Wait()
}

// verify sets the verdict of one room.
func (x *exporter) verify(ctx context.Context, deep bool) error {
	if on, err := x.archives(ctx); err != nil || !on {
		return err
	}
	var found int
	err := x.store.db.QueryRowContext(ctx, "SELECT COUNT(*), COALESCE(MAX(id), 0) FROM room WHERE service = $1 AND name = $2",
		x.store.service, x.name).Scan(&found, &x.id)
	if err != nil {
		return fmt.Errorf("room %q: %w", x.name, err)
	}
	if deep {
		return x.compare(ctx)
	}
	return x.ends(ctx)
}

// ends compares the ends of an archive with the record, and the count where the
// server gives one. Where they differ otherwise than by messages that are new, every
// message is compared.
func (x *exporter) ends(ctx context.Context) error {
	var ids [2]int64 // of the first and the last message in the record
	count := -1
	for i, q := range []xmppadmin.ArchiveQuery{{Max: 1}, {Last: true, Max: 1}} {
		page, err := x.pacer.page(ctx, x.src, x.name, q)
		if err != nil {
			return &sourceError{err}
		}
		count = page.Count
		for _, m := range page.Messages {
			if ids[i], err = x.store.find(ctx, x.id, m.Archive); err != nil {
				return fmt.Errorf("room %q: %w", x.name, err)
			}
			if ids[i] == 0 {
				x.out.Verdict, x.out.New = Unread, 1
			}
		}
	}
	expected, err := x.store.expected(ctx, x.id)
	if err != nil {
		return fmt.Errorf("room %q: %w", x.name, err)
	}
	var older int // than the first, and believed to be there
	err = x.store.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM message WHERE room = $1 AND id < $2 AND NOT forgotten", x.id, ids[0]).Scan(&older)
	switch {
	case err != nil:
		return fmt.Errorf("room %q: %w", x.name, err)
	case count > expected:
		x.out.Verdict, x.out.New = Unread, count-expected
		return nil
	case x.out.Verdict == Unread:
		return nil
	case count >= 0 && count < expected, older > 0, ids[0] == 0 && expected > 0:
		return x.compare(ctx)
	}
	return x.setVerdict(ctx)
}

// compare reads a whole archive and sets the verdict: New, Removed and Differing
// count the messages of which the record lacks what deep would write.
func (x *exporter) compare(ctx context.Context) error {
	seen, err := x.compareAll(ctx, sinceMargin)
	if err != nil {
		return err
	}
	odd, first, last, err := x.standings(ctx, seen)
	if err == nil && !x.counted && slices.ContainsFunc(odd, func(m standing) bool { return m.removed(first, last) }) {
		// As in deep, nothing is missing for its time.
		if seen, err = x.compareAll(ctx, noSince); err != nil {
			return err
		}
		odd, first, last, err = x.standings(ctx, seen)
	}
	if err != nil {
		return fmt.Errorf("room %q: %w", x.name, err)
	}
	gone := 0
	for _, m := range odd {
		line := m.state == Unchanged || m.state == Corrected
		switch {
		case m.seen || !line || m.forgotten:
		case m.id < first || first == 0:
			gone++
		case m.id < last || m.id > last:
			x.out.Removed++
		}
	}
	if x.out.New+x.out.Removed+x.out.Differing > 0 {
		x.out.Verdict = Unread
		return nil
	}
	if err := x.setVerdict(ctx); err != nil {
		return err
	}
	if x.out.Forgotten += gone; gone > 0 && x.out.Verdict == Whole {
		x.out.Verdict = Forgotten
	}
	return nil
}

// compareAll reads a whole archive, counts the messages that the record lacks or has
// otherwise, and returns the archive ids.
func (x *exporter) compareAll(ctx context.Context, margin time.Duration) (seen map[string]bool, err error) {
	seen = make(map[string]bool)
	x.out.New, x.out.Removed, x.out.Differing = 0, 0, 0
	return seen, x.pages(ctx, margin, func(at place, page xmppadmin.ArchivePage) (place, error) {
		for i := range page.Messages {
			m := &page.Messages[i]
			seen[m.Archive] = true
			var text string
			var state State
			err := x.store.db.QueryRowContext(ctx, "SELECT body, state FROM message WHERE room = $1 AND archive = $2", x.id, m.Archive).Scan(&text, &state)
			switch line := state == Unchanged || state == Corrected; {
			case errors.Is(err, sql.ErrNoRows):
				x.out.New++
			case err != nil:
				return at, fmt.Errorf("room %q: %w", x.name, err)
			case line && m.Tombstone:
				x.out.Removed++
			case line && KindOf(m) != Reaction && text != textOf(m, KindOf(m)):
				x.out.Differing++
			}
			at.cursor, at.time = m.Archive, m.Time
		}
		return at, nil
	})
}

// Proof is what shows that a room's record is whole.
type Proof struct {
	Room     string
	Life     Life
	Verdict  Verdict
	Verified time.Time // when all of the archive was last compared; zero for never
	Last     time.Time // of the newest message; zero for none
	Messages int
	// Newer reports that messages were recorded since.
	Newer bool
}

// Proves reports whether the record has all that the archive of a closed room
// had when it was last compared.
func (p Proof) Proves() bool {
	return p.Life == Archived && (p.Verdict == Whole || p.Verdict == Forgotten) &&
		!p.Verified.IsZero() && !p.Newer
}

// Proof returns what is known of a room's record. A room that the record does
// not have has no proof, and no error.
func (s *Store) Proof(ctx context.Context, room string) (Proof, error) {
	p := Proof{Room: room}
	var verified, last int64
	err := s.db.QueryRowContext(ctx, `SELECT life, verdict, verified,
		(SELECT COALESCE(MAX(time), 0) FROM message WHERE message.room = room.id),
		(SELECT COUNT(*) FROM message WHERE message.room = room.id),
		(SELECT COALESCE(MAX(id), 0) > verified_last FROM message WHERE message.room = room.id)
		FROM room WHERE service = $1 AND name = $2`, s.service, room).
		Scan(&p.Life, &p.Verdict, &verified, &last, &p.Messages, &p.Newer)
	if err := noRows(err); err != nil {
		return p, fmt.Errorf("room %q: %w", room, err)
	}
	if verified != 0 {
		p.Verified = timeOf(verified)
	}
	if last != 0 {
		p.Last = timeOf(last)
	}
	return p, nil
}
