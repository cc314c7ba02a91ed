package chatlog

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"muster/xmppadmin"
)

// deep reads the whole archive of a room and compares it with the record:
//
//	the archive has, the record lacks     recorded now
//	the record has, the archive lacks:
//	  older than all that it has          forgotten: kept, and reported
//	  between its first and last          removed: the text goes
//	  newer than all that it has          hidden; removed when it has a newer one
//
// A correction that is removed takes the message along that it corrects. An archive
// that is switched off is compared with nothing. The place where the next export
// begins is written last: one that ends before compares everything again.
func (x *exporter) deep(ctx context.Context) error {
	if on, err := x.archives(ctx); err != nil || !on {
		return err
	}
	seen, end, err := x.readAll(ctx, sinceMargin)
	if err != nil {
		return err
	}
	if !x.counted {
		// Nothing is removed because a clock was set back, and its messages were left
		// out for their time.
		lacking, err := x.lacking(ctx, seen)
		if err != nil {
			return fmt.Errorf("room %q: %w", x.name, err)
		}
		if lacking {
			if seen, end, err = x.readAll(ctx, noSince); err != nil {
				return err
			}
		}
	}
	if err := x.reconcile(ctx, seen, end); err != nil {
		return fmt.Errorf("room %q: %w", x.name, err)
	}
	return x.setVerdict(ctx)
}

// readAll reads a whole archive into the record, and returns the archive ids that it
// has, and the place at its end.
func (x *exporter) readAll(ctx context.Context, margin time.Duration) (seen map[string]bool, end place, err error) {
	seen, x.comparing = make(map[string]bool), true
	err = x.pages(ctx, margin, func(at place, page xmppadmin.ArchivePage) (place, error) {
		if len(seen) == 0 && len(page.Messages) > 0 {
			if err := x.noteGap(ctx, page.Messages[0].Time); err != nil {
				return at, fmt.Errorf("room %q: %w", x.name, err)
			}
		}
		for _, m := range page.Messages {
			seen[m.Archive] = true
		}
		var err error
		end, err = x.writer.put(ctx, x, at, page)
		return end, err
	})
	if err != nil {
		return nil, end, err
	}
	return seen, end, x.writer.flush(ctx)
}

// lacking reports whether an archive lacks a message between others, whose text would
// go.
func (x *exporter) lacking(ctx context.Context, seen map[string]bool) (bool, error) {
	odd, first, last, err := x.standings(ctx, seen)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(odd, func(m standing) bool { return m.removed(first, last) }), nil
}

// pages reads an archive from its beginning, see [place.query]. do returns the place
// behind each page.
func (x *exporter) pages(ctx context.Context, margin time.Duration, do func(place, xmppadmin.ArchivePage) (place, error)) error {
	seen := make(map[string]bool)
	at := place{room: x.id}
	for {
		page, err := x.pacer.page(ctx, x.src, x.name, at.query(margin))
		if err != nil {
			return &sourceError{err}
		}
		x.counted = page.Count >= 0
		for _, m := range page.Messages {
			if seen[m.Archive] {
				return &sourceError{fmt.Errorf("room %q: the archive has %q on two pages", x.name, m.Archive)}
			}
			seen[m.Archive] = true
		}
		if at, err = do(at, page); err != nil {
			return err
		}
		if page.Complete || len(page.Messages) == 0 {
			return nil
		}
	}
}

// noteGap notes that messages may have been lost: where the archive begins, with
// what was said at oldest, after all that the record had when the room was last read
// to its end.
func (x *exporter) noteGap(ctx context.Context, oldest time.Time) error {
	if x.had == 0 || micros(oldest) <= x.had {
		return nil
	}
	return x.store.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO gap (room, from_time, to_time, noticed, cause) SELECT $1, $2, $3, $4, $5
			WHERE NOT EXISTS (SELECT 1 FROM gap WHERE room = $1 AND from_time = $2 AND to_time = $3)`,
			x.id, x.had, micros(oldest), micros(x.store.now()), "the archive lost messages before they were read")
		if err == nil {
			_, err = tx.ExecContext(ctx, "INSERT INTO changed (room, day) VALUES ($1, '') ON CONFLICT DO NOTHING", x.id)
		}
		return err
	})
}

// standing is how a message of the record stands beside the archive.
type standing struct {
	row
	reason          string
	forgotten, text bool
	seen            bool // the archive has it
}

// reconcile marks what the archive no longer has, and writes the place at its end.
func (x *exporter) reconcile(ctx context.Context, seen map[string]bool, end place) error {
	all, first, last, err := x.standings(ctx, seen)
	if err != nil {
		return err
	}
	r, err := x.store.record(ctx, x.id, x.store.keep, func(r *recorder) error {
		for i := range all {
			if err := r.reconcile(ctx, &all[i], first, last); err != nil {
				return err
			}
		}
		if end.cursor != "" {
			if err := r.setPlace(ctx, end); err != nil {
				return err
			}
		}
		return r.exec(ctx, `UPDATE room SET verified = $1,
			verified_last = (SELECT COALESCE(MAX(id), 0) FROM message WHERE room = $2) WHERE id = $2`, micros(x.store.now()), x.id)
	})
	x.out.Removed += r.removed
	return err
}

// standings returns the messages of the record that are missing in the
// archive, or were and are there again, or have a text that was kept by a setting
// that is changed, and the ids of the first and the last one that it has.
func (x *exporter) standings(ctx context.Context, seen map[string]bool) (odd []standing, first, last int64, err error) {
	rows, err := x.store.db.QueryContext(ctx, `SELECT id, archive, time, nick, kind, target, state, reason, forgotten, body <> ''
		FROM message WHERE room = $1 ORDER BY id`, x.id)
	if err != nil {
		return nil, 0, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var m standing
		if err := rows.Scan(&m.id, &m.archive, &m.time, &m.author.nick, &m.kind, &m.target, &m.state, &m.reason, &m.forgotten, &m.text); err != nil {
			return nil, 0, 0, err
		}
		m.seen = seen[m.archive]
		if m.seen {
			if first == 0 {
				first = m.id
			}
			last = m.id
		}
		if m.seen == m.forgotten || !m.seen || !x.store.keep && m.kept() {
			odd = append(odd, m)
		}
	}
	return odd, first, last, rows.Err()
}

// removed reports whether a message, with a text that is shown or hidden, is missing
// between the first and the last one that the archive has.
func (m *standing) removed(first, last int64) bool {
	text := m.state == Unchanged || m.state == Corrected || m.state == Removed && m.text
	return !m.seen && text && first != 0 && first < m.id && m.id < last
}

// kept reports whether a message has its text though it was retracted or moderated.
func (m *standing) kept() bool { return m.text && (m.state == Retracted || m.state == Moderated) }

// reconcile does with one message what the table of deep has for it. Of a message
// that is missing at the end of the archive the text is hidden, and goes when
// it is still missing while the archive has a newer one: a server that was set
// back to a backup looks the same as a moderator who removed the last message.
func (r *recorder) reconcile(ctx context.Context, m *standing, first, last int64) error {
	if m.kept() && !r.keep {
		if err := r.erase(ctx, &m.row, m.state, m.reason); err != nil {
			return err
		}
	}
	if m.seen {
		return r.restore(ctx, m)
	}
	if err := r.forget(ctx, m); err != nil {
		return err
	}
	switch {
	case m.id < first || first == 0:
	case m.removed(first, last):
		o, err := r.original(ctx, &m.row)
		if err != nil {
			return err
		}
		return r.erase(ctx, o, Removed, "")
	case m.id > last && (m.state == Unchanged || m.state == Corrected):
		return r.hide(ctx, &m.row)
	}
	return nil
}

// forget notes that the server no longer has a message.
func (r *recorder) forget(ctx context.Context, m *standing) error {
	if m.forgotten {
		return nil
	}
	return r.exec(ctx, "UPDATE message SET forgotten = TRUE WHERE id = $1", m.id)
}

// hide gives a message, and the one that it corrects, the state Removed and keeps
// the text, which no reader sees.
func (r *recorder) hide(ctx context.Context, m *row) error {
	o, err := r.original(ctx, m)
	if err != nil {
		return err
	}
	for _, id := range []int64{m.id, o.id} {
		if err := r.exec(ctx, "UPDATE message SET state = $1 WHERE id = $2 AND state IN ('', 'corrected')", Removed, id); err != nil {
			return err
		}
	}
	r.removed++
	if err := r.unindex(ctx, o.id); err != nil {
		return err
	}
	return r.changedLine(ctx, o)
}

// restore notes that the server has a message again, and shows its text again
// where that was only hidden.
func (r *recorder) restore(ctx context.Context, m *standing) error {
	if err := r.exec(ctx, "UPDATE message SET forgotten = FALSE WHERE id = $1", m.id); err != nil {
		return err
	}
	if m.state != Removed || !m.text {
		return nil
	}
	o, err := r.original(ctx, &m.row)
	if err != nil {
		return err
	}
	if o.id != m.id {
		if err := r.exec(ctx, "UPDATE message SET state = '' WHERE id = $1", m.id); err != nil {
			return err
		}
	}
	return r.show(ctx, o)
}

// show shows the text of a message that was hidden, with its newest correction,
// unless one of them is still missing in the archive.
func (r *recorder) show(ctx context.Context, m *row) error {
	var text, nick string
	const corrections = "SELECT c.body FROM message c WHERE c.room = message.room AND c.kind = 'correction' AND c.target = message.archive"
	err := r.scan(ctx, []any{&text, &nick}, `UPDATE message
		SET state = CASE WHEN EXISTS (`+corrections+` AND c.state = '') THEN 'corrected' ELSE '' END
		WHERE id = $1 AND state = 'removed' AND NOT forgotten AND body <> '' AND NOT EXISTS (`+corrections+` AND c.forgotten AND c.state = 'removed')
		RETURNING COALESCE((`+corrections+` AND c.state = '' ORDER BY c.id DESC LIMIT 1), body), nick`, m.id)
	if err != nil {
		return noRows(err)
	}
	if m.kind == Said || m.kind == Subject {
		r.index(m.id, nick, text)
	}
	return r.changedLine(ctx, m)
}
