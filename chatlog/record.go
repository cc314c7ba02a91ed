package chatlog

import (
	"context"
	"database/sql"
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

// recorder writes messages of one room in one transaction. Whatever writes a
// message writes its place in the search index, the day to be published, and
// what becomes of the message that it is about.
type recorder struct {
	tx   *sql.Tx
	room int64
	keep bool
	// count of the messages that were new, and of those that lost their text
	added, removed int
}

// add records a message. One that is there already keeps its place; what it
// does to others is done again, which changes nothing the second time.
func (r *recorder) add(ctx context.Context, m *xmppadmin.ArchivedMessage) error {
	kind := KindOf(m)
	have, err := r.find(ctx, "archive = $2", m.Archive)
	if err != nil {
		return err
	}
	if have != nil {
		if m.Tombstone {
			err = r.erase(ctx, have, Moderated, m.Reason)
		}
	} else if have, err = r.insert(ctx, m, kind); err == nil {
		r.added++
	}
	if err != nil {
		return err
	}
	return r.affect(ctx, have, m)
}

// insert writes a message under the first free id of its time.
func (r *recorder) insert(ctx context.Context, m *xmppadmin.ArchivedMessage, kind Kind) (*row, error) {
	us := micros(m.Time)
	n := &row{id: us << 10, archive: m.Archive, time: us, author: author{m.Nick, m.Occupant}, kind: kind}
	text, reason := textOf(m, kind), ""
	if m.Tombstone {
		n.state, reason = Moderated, m.Reason
	}
	reply := m.Reply
	if kind == Reaction {
		n.target = m.Reacts
		text = joinReactions(m.Reactions)
	}
	for ; ; n.id++ {
		done, err := r.tx.ExecContext(ctx, `INSERT INTO message
			(id, room, archive, time, stanza, origin, nick, occupant, lang, kind, target, reply, body, extra, state, reason)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
			ON CONFLICT (id) DO NOTHING`,
			n.id, r.room, m.Archive, us, m.ID, m.Origin, m.Nick, m.Occupant, m.Lang, kind, n.target, reply, text, m.Extra, n.state, reason)
		if err != nil {
			return nil, fmt.Errorf("record a message: %w", err)
		}
		if k, _ := done.RowsAffected(); k == 1 {
			break
		}
	}
	if (kind == Said || kind == Subject) && text != "" {
		if err := r.index(ctx, n.id, m.Nick, text); err != nil {
			return nil, err
		}
	}
	return n, r.changed(ctx, us)
}

// find returns the message of the room that a condition on $2 selects, the
// newest where there are several, or nil.
func (r *recorder) find(ctx context.Context, condition, value string) (*row, error) {
	var m row
	err := r.tx.QueryRowContext(ctx, `SELECT id, archive, time, nick, occupant, kind, target, state FROM message
		WHERE room = $1 AND `+condition+` ORDER BY id DESC LIMIT 1`, r.room, value).
		Scan(&m.id, &m.archive, &m.time, &m.author.nick, &m.author.occupant, &m.kind, &m.target, &m.state)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look a message up: %w", err)
	}
	return &m, nil
}

// affect does to another message what a message is for.
func (r *recorder) affect(ctx context.Context, m *row, am *xmppadmin.ArchivedMessage) error {
	target, err := r.targetOf(ctx, m.kind, am)
	if err != nil || target == nil || target.id == m.id {
		return err
	}
	if target.kind == Correction && target.target != "" {
		// What is about a correction is about the message that it corrects.
		first, err := r.find(ctx, "archive = $2", target.target)
		if err != nil {
			return err
		}
		if first != nil {
			target = first
		}
	}
	if err := r.setTarget(ctx, m, target.archive); err != nil {
		return err
	}
	effect := Effect(m.kind, m.author.same(target.author), target.kind, target.state)
	switch effect {
	case Unchanged:
		if m.kind == Reaction {
			return r.changed(ctx, target.time)
		}
		return nil
	case Corrected:
		return r.correct(ctx, target, textOf(am, Correction), am.Nick)
	default:
		return r.erase(ctx, target, effect, am.Reason)
	}
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
		return r.find(ctx, "kind IN ('said', 'correction') AND (origin = $2 OR stanza = $2)", m.RetractsOrigin)
	case kind == Correction:
		return r.find(ctx, "kind IN ('said', 'correction') AND stanza = $2 AND stanza <> ''", m.Replaces)
	}
	return nil, nil
}

func (r *recorder) setTarget(ctx context.Context, m *row, target string) error {
	if m.target == target {
		return nil
	}
	_, err := r.tx.ExecContext(ctx, "UPDATE message SET target = $1 WHERE id = $2", target, m.id)
	return err
}

// correct notes that a message has a newer text, by which it is found from now
// on.
func (r *recorder) correct(ctx context.Context, target *row, text, nick string) error {
	if _, err := r.tx.ExecContext(ctx, "UPDATE message SET state = $1 WHERE id = $2", Corrected, target.id); err != nil {
		return err
	}
	if err := r.unindex(ctx, target.id); err != nil {
		return err
	}
	if err := r.index(ctx, target.id, nick, text); err != nil {
		return err
	}
	return r.changed(ctx, target.time)
}

// erase gives a message, and the corrections of it, a state without text.
func (r *recorder) erase(ctx context.Context, target *row, state State, reason string) error {
	if target.state == state {
		return nil
	}
	kept := r.keep && (state == Retracted || state == Moderated)
	set := "state = $1, reason = $2, body = '', extra = '', reply = ''"
	if kept {
		set = "state = $1, reason = $2"
	}
	_, err := r.tx.ExecContext(ctx, "UPDATE message SET "+set+
		" WHERE room = $3 AND (id = $4 OR kind = 'correction' AND target = $5)", state, reason, r.room, target.id, target.archive)
	if err != nil {
		return fmt.Errorf("erase a message: %w", err)
	}
	r.removed++
	if !kept {
		if err := r.unindex(ctx, target.id); err != nil {
			return err
		}
	}
	return r.changed(ctx, target.time)
}

// changed notes that the day of a time is to be published again.
func (r *recorder) changed(ctx context.Context, us int64) error {
	_, err := r.tx.ExecContext(ctx, "INSERT INTO changed (room, day) VALUES ($1, $2) ON CONFLICT DO NOTHING", r.room, dayOf(us))
	return err
}
