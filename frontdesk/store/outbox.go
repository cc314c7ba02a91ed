package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Medium is what a [Message] is sent by.
type Medium string

// The media.
const (
	Chat Medium = "chat"
	Mail Medium = "mail"
	// Room is what is said in a chat room, whose address a message has.
	Room Medium = "room"
)

// Message is one message that waits to be sent.
type Message struct {
	// ID is that of its row, which is never given to another one.
	ID int64
	// Key is unique: what has the same key is the same message.
	Key     string
	Medium  Medium
	Address string // a bare JID, a mail address, or the address of a room
	Body    string
	Due     time.Time // since when it is to be sent
	Tries   int       // how often it was tried already
}

const (
	// mostDue is how many messages Due returns at once.
	mostDue = 100
	// longestRetry is longer than any message waits to be sent again.
	longestRetry = 2 * time.Hour
)

// Due returns the messages of a medium that are to be sent by now, the oldest
// first, and 100 at most. Those that would be due in more than two hours are
// among them: the clock was set back since.
func (s *Store) Due(ctx context.Context, medium Medium, now time.Time) ([]Message, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, key, medium, address, body, due_at, tries FROM outbox
		WHERE sent_at IS NULL AND medium = ? AND (due_at <= ? OR due_at > ?) ORDER BY id LIMIT ?`,
		string(medium), now.Unix(), now.Add(longestRetry).Unix(), mostDue)
	return collect(rows, err, scanMessage)
}

func scanMessage(r *sql.Rows) (m Message, err error) {
	var due sql.NullInt64
	err = r.Scan(&m.ID, &m.Key, &m.Medium, &m.Address, &m.Body, &due, &m.Tries)
	m.Due = timeOf(due)
	return m, err
}

// Sent notes that a message was sent. The text of a mail, which has a code, is
// not kept.
func (s *Store) Sent(ctx context.Context, id int64, now time.Time) error {
	return s.finish(ctx, id, "", now)
}

// Failed notes that a message was not sent and why; it is due again at retry. A
// zero retry gives the message up.
func (s *Store) Failed(ctx context.Context, id int64, reason string, retry time.Time) error {
	if retry.IsZero() {
		return s.finish(ctx, id, reason, retry)
	}
	return s.write(ctx, func(c *change) error {
		_, err := c.exec(ctx, "UPDATE outbox SET tries = tries + 1, error = ?, due_at = ? WHERE id = ? AND sent_at IS NULL",
			reason, retry.Unix(), id)
		return err
	})
}

// Bounced notes that a message that was sent came back from its address, and
// why. It does nothing where the message of that number went to another address.
func (s *Store) Bounced(ctx context.Context, id int64, address, reason string) error {
	return s.write(ctx, func(c *change) error {
		_, err := c.exec(ctx, "UPDATE outbox SET error = ? WHERE id = ? AND address = ? AND sent_at IS NOT NULL", reason, id, address)
		return err
	})
}

// finish takes a message out of those to send. A zero time stands for that at
// which it was due.
func (s *Store) finish(ctx context.Context, id int64, reason string, at time.Time) error {
	var sent any
	if !at.IsZero() {
		sent = at.Unix()
	}
	return s.write(ctx, func(c *change) error {
		n, err := c.exec(ctx, `UPDATE outbox SET sent_at = coalesce(?, due_at), error = ?, tries = tries + 1,
			body = CASE medium WHEN 'mail' THEN '' ELSE body END WHERE id = ? AND sent_at IS NULL`, sent, orNull(reason), id)
		if err == nil && n == 0 {
			err = fmt.Errorf("message %d: %w, or sent before", id, ErrUnknown)
		}
		return err
	})
}

// Send puts a message into the outbox, once for its key, and reports whether it
// was new.
func (s *Store) Send(ctx context.Context, m Message) (bool, error) {
	var added bool
	err := s.write(ctx, func(c *change) (err error) {
		added, err = c.send(ctx, m)
		return err
	})
	return added, err
}

// send puts a message into the outbox, once for its key.
func (c *change) send(ctx context.Context, m Message) (bool, error) {
	due := m.Due
	if due.IsZero() {
		due = c.now
	}
	n, err := c.exec(ctx, "INSERT INTO outbox (key, medium, address, body, due_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
		m.Key, string(m.Medium), m.Address, m.Body, due.Unix())
	return n > 0, err
}

// Stats are counts for metrics.
type Stats struct {
	Requests map[State]int
	// Waiting is how many messages are to be sent, Oldest since when the oldest
	// of them is due; zero for none.
	Waiting int
	Oldest  time.Time
}

// Stats counts requests by state, and messages to send.
func (s *Store) Stats(ctx context.Context) (Stats, error) {
	st := Stats{Requests: map[State]int{}}
	for _, state := range States() {
		st.Requests[state] = 0
	}
	err := s.write(ctx, func(c *change) error {
		var oldest sql.NullInt64
		err := c.tx.QueryRowContext(ctx, "SELECT count(*), min(due_at) FROM outbox WHERE sent_at IS NULL").Scan(&st.Waiting, &oldest)
		if err != nil {
			return err
		}
		st.Oldest = timeOf(oldest)
		rows, err := c.tx.QueryContext(ctx, "SELECT state, count(*) FROM request GROUP BY state")
		_, err = collect(rows, err, func(r *sql.Rows) (_ struct{}, err error) {
			var state State
			var n int
			err = r.Scan(&state, &n)
			st.Requests[state] = n
			return struct{}{}, err
		})
		return err
	})
	return st, err
}
