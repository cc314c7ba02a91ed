package chatlog

import (
	"context"
	"fmt"

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
// An archive that is switched off is compared with nothing.
func (x *exporter) deep(ctx context.Context) error {
	if on, err := x.archives(ctx); err != nil || !on {
		return err
	}
	seen := make(map[string]bool)
	var oldest xmppadmin.ArchivedMessage
	err := x.pages(ctx, func(at place, page xmppadmin.ArchivePage) (place, error) {
		for _, m := range page.Messages {
			if oldest.Archive == "" {
				oldest = m
			}
			seen[m.Archive] = true
		}
		return x.writer.put(ctx, x, at, page)
	})
	if err != nil {
		return err
	}
	if err := x.writer.flush(ctx); err != nil {
		return err
	}
	if err := x.reconcile(ctx, seen, oldest); err != nil {
		return fmt.Errorf("room %q: %w", x.name, err)
	}
	return x.setVerdict(ctx)
}

// pages reads an archive from its beginning. do returns the place behind each
// page.
func (x *exporter) pages(ctx context.Context, do func(place, xmppadmin.ArchivePage) (place, error)) error {
	seen := make(map[string]bool)
	at := place{room: x.id}
	for {
		page, err := x.pacer.page(ctx, x.src, x.name, at.query())
		if err != nil {
			return &sourceError{err}
		}
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

// standing is how a message of the record stands beside the archive.
type standing struct {
	row
	forgotten, text bool
	seen            bool // the archive has it
}

// reconcile marks what the archive no longer has. Where the archive begins with
// a message, oldest, that is newer than all that the record had before this
// run, messages may have been lost between them.
func (x *exporter) reconcile(ctx context.Context, seen map[string]bool, oldest xmppadmin.ArchivedMessage) error {
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
		if oldest.Archive != "" && x.had != 0 && micros(oldest.Time) > x.had {
			if err := r.exec(ctx, "INSERT INTO gap (room, from_time, to_time, noticed, cause) VALUES ($1, $2, $3, $4, $5)",
				x.id, x.had, micros(oldest.Time), micros(x.store.now()), "the archive lost messages before they were read"); err != nil {
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
// archive, or were and are there again, and the ids of the first and the last
// one that it has.
func (x *exporter) standings(ctx context.Context, seen map[string]bool) (odd []standing, first, last int64, err error) {
	rows, err := x.store.db.QueryContext(ctx, `SELECT id, archive, time, nick, kind, target, state, forgotten, body <> ''
		FROM message WHERE room = $1 ORDER BY id`, x.id)
	if err != nil {
		return nil, 0, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var m standing
		if err := rows.Scan(&m.id, &m.archive, &m.time, &m.author.nick, &m.kind, &m.target, &m.state, &m.forgotten, &m.text); err != nil {
			return nil, 0, 0, err
		}
		m.seen = seen[m.archive]
		if m.seen {
			if first == 0 {
				first = m.id
			}
			last = m.id
		}
		if m.seen == m.forgotten || !m.seen {
			odd = append(odd, m)
		}
	}
	return odd, first, last, rows.Err()
}

// reconcile does with one message what the table of deep has for it. Of a message
// that is missing at the end of the archive the text is hidden, and goes when
// it is still missing while the archive has a newer one: a server that was set
// back to a backup looks the same as a moderator who removed the last message.
func (r *recorder) reconcile(ctx context.Context, m *standing, first, last int64) error {
	line := m.state == Unchanged || m.state == Corrected
	switch {
	case m.seen:
		return r.restore(ctx, m)
	case m.id < first || first == 0:
		return r.forget(ctx, m)
	case m.id < last && (line || m.state == Removed && m.text):
		if err := r.forget(ctx, m); err != nil {
			return err
		}
		m.state = Unchanged
		return r.erase(ctx, &m.row, Removed, "")
	case m.id > last && line:
		if err := r.forget(ctx, m); err != nil {
			return err
		}
		return r.hide(ctx, &m.row)
	}
	return r.forget(ctx, m)
}

// forget notes that the server no longer has a message.
func (r *recorder) forget(ctx context.Context, m *standing) error {
	if m.forgotten {
		return nil
	}
	return r.exec(ctx, "UPDATE message SET forgotten = TRUE WHERE id = $1", m.id)
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
	var text string
	if err := r.scan(ctx, []any{&text}, "UPDATE message SET state = '' WHERE id = $1 RETURNING body", m.id); err != nil {
		return err
	}
	if m.kind == Said || m.kind == Subject {
		r.index(m.id, m.author.nick, text)
	}
	return r.changed(ctx, m.time)
}

// hide gives a message the state Removed and keeps its text, which no reader
// sees.
func (r *recorder) hide(ctx context.Context, m *row) error {
	if err := r.exec(ctx, "UPDATE message SET state = $1 WHERE id = $2", Removed, m.id); err != nil {
		return err
	}
	r.removed++
	if err := r.unindex(ctx, m.id); err != nil {
		return err
	}
	return r.changed(ctx, m.time)
}
