package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"muster/provision"
)

// The keys of what the secretariat was last told of what waits: the number of
// the last event, and when.
const (
	toldEvent = "waiting told"
	toldAt    = "waiting told at"
)

// Summarize sends each of the secretariat one message about the requests that
// wait, if one waits that no message was about, and the last message is at least
// every ago.
func (s *Store) Summarize(ctx context.Context, secretariat []string, every time.Duration, now time.Time) error {
	waiting, err := s.Requests(ctx, Filter{Waiting: true})
	if err != nil || len(waiting) == 0 || len(secretariat) == 0 {
		return err
	}
	return s.writeAt(ctx, now, func(c *change) error {
		told, err := c.metaNumber(ctx, toldEvent)
		if err != nil {
			return err
		}
		at, err := c.metaNumber(ctx, toldAt)
		since := now.Sub(time.Unix(at, 0)) // below zero where the clock was set back
		if err != nil || at != 0 && since >= 0 && since < every {
			return err
		}
		var last sql.NullInt64
		err = c.tx.QueryRowContext(ctx, `SELECT max(e.id) FROM event e JOIN request r ON r.id = e.request
			WHERE e.what IN ('request', ?) AND (r.state = ? OR r.extend_to IS NOT NULL)`, string(Extend), string(Pending)).Scan(&last)
		if err != nil || last.Int64 <= told {
			return err
		}
		if err := c.setMeta(ctx, toldEvent, strconv.FormatInt(last.Int64, 10)); err != nil {
			return err
		}
		if err := c.setMeta(ctx, toldAt, strconv.FormatInt(now.Unix(), 10)); err != nil {
			return err
		}
		return c.tellAll(ctx, fmt.Sprintf("waiting:%d", last.Int64), waitingText(waiting), secretariat)
	})
}

// metaNumber returns a number that is kept by its key, 0 for none.
func (c *change) metaNumber(ctx context.Context, key string) (int64, error) {
	text, err := c.meta(ctx, key)
	if err != nil || text == "" {
		return 0, err
	}
	return strconv.ParseInt(text, 10, 64)
}

// mostNamed is how many requests a summary names.
const mostNamed = 8

// waitingText is the message about requests that wait, the newest first.
func waitingText(waiting []Request) string {
	var lines []string
	for i := len(waiting) - 1; i >= 0 && len(lines) < mostNamed; i-- {
		r := waiting[i]
		what := provision.OneLine(r.Title, 60)
		if r.ExtendTo != "" {
			what = "extension until " + r.ExtendTo
		}
		lines = append(lines, fmt.Sprintf("%d %s by %s, %s", r.ID, r.Room, provision.OneLine(Shown(r.JID), 80), what))
	}
	text := "1 request waits"
	if len(waiting) != 1 {
		text = fmt.Sprintf("%d requests wait", len(waiting))
	}
	if n := len(waiting) - len(lines); n > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", n))
	}
	return text + ". Use the command \"Review requests\", or send: pending\n" + strings.Join(lines, "\n")
}

// Tell sends a message to each address, once for its key.
func (s *Store) Tell(ctx context.Context, key, text string, to []string, now time.Time) error {
	if len(to) == 0 {
		return nil
	}
	return s.writeAt(ctx, now, func(c *change) error { return c.tellAll(ctx, key, text, to) })
}

// Refused returns the messages of a medium that were given up, or came back,
// and that were finished after a time; their Body is why.
func (s *Store) Refused(ctx context.Context, medium Medium, after time.Time) ([]Message, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, key, medium, address, error, due_at, tries FROM outbox
		WHERE sent_at > ? AND error IS NOT NULL AND medium = ? ORDER BY id`, after.Unix(), string(medium))
	return collect(rows, err, scanMessage)
}
