package chatlog

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

	"muster/xmppadmin"
)

// row is a message as the database has it, as far as effects need it.
type row struct {
	id      int64
	archive string
	time    int64
	author  author
	kind    Kind
	target  string
	state   State
}

// authorOf returns who a message comes from.
func authorOf(m *xmppadmin.ArchivedMessage) author { return author{m.Nick, markOf(m.Occupant)} }

// markOf returns what the database has of an id that is only ever compared with
// others of the same room: a part of its digest, or 0 for none. Such ids make up
// half of what a message takes, and nothing else needs them.
func markOf(id string) int64 {
	if id == "" {
		return 0
	}
	sum := sha256.Sum256([]byte(id))
	return int64(binary.BigEndian.Uint64(sum[:8]) | 1)
}

// recorder writes messages of one room in one transaction. Whatever writes a
// message writes its place in the search index, the day to be published with
// its number of lines, and what becomes of the message that it is about.
type recorder struct {
	room int64
	keep bool
	// count of the messages that were new, that lost their text, and that had
	// another one
	added, removed, mended int

	tx       *sql.Tx
	prepared map[string]*sql.Stmt // by their text; they end with the transaction
	days     map[int64]bool       // that changed, by their number since 1970
	toIndex  map[int64][2]string  // nick and text, by the id of the message
}

// record calls do with a recorder for a room, in one transaction, which is
// undone where do fails.
func (s *Store) record(ctx context.Context, room int64, keep bool, do func(*recorder) error) (*recorder, error) {
	r := &recorder{room: room, keep: keep, prepared: make(map[string]*sql.Stmt), days: make(map[int64]bool)}
	return r, s.inTx(ctx, func(tx *sql.Tx) error {
		r.tx = tx
		if err := do(r); err != nil {
			return err
		}
		if err := r.countDays(ctx); err != nil {
			return err
		}
		return r.writeIndex(ctx)
	})
}

// statement returns a statement that is prepared once in a transaction.
func (r *recorder) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	if s := r.prepared[text]; s != nil {
		return s, nil
	}
	s, err := r.tx.PrepareContext(ctx, text)
	if err == nil {
		r.prepared[text] = s
	}
	return s, err
}

// exec executes a statement. When ctx ends, the next one fails: interrupting each
// of so many takes a goroutine for each.
func (r *recorder) exec(ctx context.Context, text string, args ...any) error {
	s, err := r.statement(ctx, text)
	if err == nil {
		_, err = s.ExecContext(context.WithoutCancel(ctx), args...)
	}
	return err
}

// scan scans the one row that a statement returns, which may be
// [sql.ErrNoRows].
func (r *recorder) scan(ctx context.Context, into []any, text string, args ...any) error {
	s, err := r.statement(ctx, text)
	if err != nil {
		return err
	}
	return s.QueryRowContext(context.WithoutCancel(ctx), args...).Scan(into...)
}

// add records a message. One that is there already keeps its place; what it
// does to others is done again, which changes nothing the second time.
func (r *recorder) add(ctx context.Context, m *xmppadmin.ArchivedMessage) error {
	have, added, err := r.insert(ctx, m, KindOf(m))
	switch {
	case err != nil:
		return err
	case added:
		r.added++
	case m.Tombstone:
		if have.state == Removed || Effect(Moderation, false, have.kind, have.state) == Moderated {
			err = r.erase(ctx, have, Moderated, m.Reason)
		}
	default:
		err = r.mend(ctx, have, m)
	}
	if err != nil {
		return err
	}
	return r.affect(ctx, have, m)
}

// mend gives a message that is there already the text that the archive has.
func (r *recorder) mend(ctx context.Context, have *row, m *xmppadmin.ArchivedMessage) error {
	if have.kind != Said && have.kind != Subject && have.kind != Correction {
		return nil
	}
	text, state := textOf(m, have.kind), Unchanged
	err := r.scan(ctx, []any{&state}, `UPDATE message SET body = $1
		WHERE id = $2 AND body <> $1 AND state IN ('', 'corrected') RETURNING state`, text, have.id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("mend a message: %w", err)
	}
	r.mended++
	if have.kind != Correction && state == Unchanged {
		if err := r.unindex(ctx, have.id); err != nil {
			return err
		}
		if text != "" {
			r.index(have.id, m.Nick, text)
		}
	}
	return r.changed(ctx, have.time)
}

// insert writes a message, unless it is there, and reports whether it did.
func (r *recorder) insert(ctx context.Context, m *xmppadmin.ArchivedMessage, kind Kind) (n *row, added bool, err error) {
	us := micros(m.Time)
	n = &row{archive: m.Archive, time: us, author: authorOf(m), kind: kind}
	text, reason := textOf(m, kind), ""
	if m.Tombstone {
		n.state, reason = Moderated, m.Reason
	}
	if kind == Reaction {
		n.target = m.Reacts
		text = joinReactions(m.Reactions)
	}
	origin := markOf(m.Origin)
	if m.Origin == m.ID {
		origin = 0
	}
	have, err := r.place(ctx, n, r.room, m.Archive, us, markOf(m.ID), origin, m.Nick, n.author.occupant,
		m.Lang, kind, n.target, m.Reply, text, m.Extra, n.state, reason)
	if err != nil {
		return nil, false, fmt.Errorf("record a message: %w", err)
	}
	if have != nil {
		return have, false, nil
	}
	if (kind == Said || kind == Subject) && text != "" {
		r.index(n.id, m.Nick, text)
	}
	return n, true, r.changed(ctx, us)
}

// place writes a row under the first free id of its time, and sets it, or
// returns the row that has the archive id already.
func (r *recorder) place(ctx context.Context, n *row, columns ...any) (have *row, err error) {
	s, err := r.statement(ctx, `INSERT INTO message
		(id, room, archive, time, stanza, origin, nick, occupant, lang, kind, target, reply, body, extra, state, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING`)
	if err != nil {
		return nil, err
	}
	slot := firstID(n.time)
	for n.id = slot; ; {
		done, err := s.ExecContext(context.WithoutCancel(ctx), append([]any{n.id}, columns...)...)
		if err != nil {
			return nil, err
		}
		if written, err := done.RowsAffected(); err != nil || written == 1 {
			return nil, err
		}
		if have, err := r.find(ctx, "archive = $2", n.archive); err != nil || have != nil {
			return have, err
		}
		if n.id >= slot+1<<idBits {
			slot += 1 << idBits // the ids of that millisecond are all taken
		}
		err = r.scan(ctx, []any{&n.id}, "SELECT COALESCE(MAX(id) + 1, $1) FROM message WHERE id >= $1 AND id < $1 + 256", slot)
		if err != nil {
			return nil, err
		}
	}
}

// find returns the message of the room that a condition on $2 selects, the
// newest where there are several, or nil.
func (r *recorder) find(ctx context.Context, condition string, values ...any) (*row, error) {
	var m row
	err := r.scan(ctx, []any{&m.id, &m.archive, &m.time, &m.author.nick, &m.author.occupant, &m.kind, &m.target, &m.state},
		`SELECT id, archive, time, nick, occupant, kind, target, state FROM message
		WHERE room = $1 AND `+condition+` ORDER BY id DESC LIMIT 1`, append([]any{r.room}, values...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look a message up: %w", err)
	}
	return &m, nil
}

// findOwn returns the message by the author of m that a condition on the mark
// $2 of an id selects. The ids are the senders' own: another may have sent a
// message with the same one.
func (r *recorder) findOwn(ctx context.Context, condition, id string, m *xmppadmin.ArchivedMessage) (*row, error) {
	who := authorOf(m)
	return r.find(ctx, `kind IN ('said', 'correction') AND `+condition+`
		AND occupant = $3 AND (occupant <> 0 OR nick = $4)`, markOf(id), who.occupant, who.nick)
}

// affect does to another message what a message is for.
func (r *recorder) affect(ctx context.Context, m *row, am *xmppadmin.ArchivedMessage) error {
	target, err := r.targetOf(ctx, m.kind, am)
	if err != nil || target == nil || target.id == m.id {
		return err
	}
	if target, err = r.original(ctx, target); err != nil {
		return err
	}
	if err := r.setTarget(ctx, m, target.archive); err != nil {
		return err
	}
	effect := Effect(m.kind, m.author.same(target.author), target.kind, target.state)
	switch effect {
	case Unchanged:
		switch {
		case m.kind == Reaction:
			return r.changed(ctx, target.time)
		case m.kind == Correction && target.state != Corrected && target.state != Unchanged:
			return r.correctErased(ctx, m, target)
		}
		return nil
	case Corrected:
		return r.correct(ctx, target, textOf(am, Correction), am.Nick)
	default:
		return r.erase(ctx, target, effect, am.Reason)
	}
}

// original returns the message as which readers see another: of a correction
// the one that it corrects, where the record has that.
func (r *recorder) original(ctx context.Context, m *row) (*row, error) {
	if m.kind != Correction || m.target == "" {
		return m, nil
	}
	first, err := r.find(ctx, "archive = $2", m.target)
	if err != nil || first == nil {
		return m, err
	}
	return first, nil
}

// targetOf returns the message that another is about, or nil.
func (r *recorder) targetOf(ctx context.Context, kind Kind, m *xmppadmin.ArchivedMessage) (*row, error) {
	switch {
	case kind == Moderation:
		return r.find(ctx, "archive = $2", m.Moderates)
	case kind == Reaction:
		return r.find(ctx, "archive = $2", m.Reacts)
	case kind == Retraction && m.Retracts != "":
		return r.find(ctx, "archive = $2", m.Retracts)
	case kind == Retraction:
		return r.findOwn(ctx, "(origin = $2 AND origin <> 0 OR stanza = $2 AND stanza <> 0)", m.RetractsOrigin, m)
	case kind == Correction:
		return r.findOwn(ctx, "stanza = $2 AND stanza <> 0", m.Replaces, m)
	}
	return nil, nil
}

func (r *recorder) setTarget(ctx context.Context, m *row, target string) error {
	if m.target == target {
		return nil
	}
	m.target = target
	return r.exec(ctx, "UPDATE message SET target = $1 WHERE id = $2", target, m.id)
}

// correct notes that a message has a newer text, by which it is found from now
// on.
func (r *recorder) correct(ctx context.Context, target *row, text, nick string) error {
	if err := r.exec(ctx, "UPDATE message SET state = $1 WHERE id = $2", Corrected, target.id); err != nil {
		return err
	}
	if err := r.unindex(ctx, target.id); err != nil {
		return err
	}
	r.index(target.id, nick, text)
	return r.changed(ctx, target.time)
}

// changed notes that the day of a time is to be published again.
func (r *recorder) changed(ctx context.Context, us int64) error {
	day := us / dayMicros
	if r.days[day] {
		return nil
	}
	r.days[day] = true
	return r.exec(ctx, "INSERT INTO changed (room, day) VALUES ($1, $2) ON CONFLICT DO NOTHING", r.room, dayOf(us))
}
