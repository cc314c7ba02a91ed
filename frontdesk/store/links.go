package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// LinkWay is how a JID was linked to a person.
type LinkWay string

// The ways to link.
const (
	BySecretariat LinkWay = "secretariat"
	ByProfile     LinkWay = "profile" // the person's Datatracker profile names the JID
	ByMail        LinkWay = "mail"    // a code that was mailed to an address of the person
)

// Link is a JID that belongs to a person of the Datatracker.
type Link struct {
	JID    string // prepared and bare
	Person int
	Name   string
	Email  string // where one was used; may be empty
	Way    LinkWay
	MadeAt time.Time
	MadeBy string // a bare JID or shell:USER
	// CheckedAt is when the link was last found to hold.
	CheckedAt time.Time
}

const linkColumns = "jid, person, name, coalesce(email, ''), way, made_at, made_by, checked_at"

func scanLink(row scanner) (Link, error) {
	var l Link
	var made, checked sql.NullInt64
	err := row.Scan(&l.JID, &l.Person, &l.Name, &l.Email, &l.Way, &made, &l.MadeBy, &checked)
	l.MadeAt, l.CheckedAt = timeOf(made), timeOf(checked)
	return l, err
}

// Links returns all links, by JID.
func (s *Store) Links(ctx context.Context) ([]Link, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT "+linkColumns+" FROM link ORDER BY jid")
	return collect(rows, err, func(r *sql.Rows) (Link, error) { return scanLink(r) })
}

// LinkOf returns the link of a JID, and whether there is one.
func (s *Store) LinkOf(ctx context.Context, jid string) (Link, bool, error) {
	l, err := scanLink(s.db.QueryRowContext(ctx, "SELECT "+linkColumns+" FROM link WHERE jid = ?", jid))
	if errors.Is(err, sql.ErrNoRows) {
		return Link{}, false, nil
	}
	return l, err == nil, err
}

// Link links a JID to a person, in place of an earlier link of that JID. The JID
// itself, every other JID of that person and the secretariat, given as bare
// JIDs, get a message: a link by an address that was taken over is seen.
func (s *Store) Link(ctx context.Context, l Link, secretariat []string, now time.Time) error {
	return s.writeAt(ctx, now, func(c *change) error { return c.link(ctx, l, secretariat) })
}

func (c *change) link(ctx context.Context, l Link, secretariat []string) error {
	var others []string
	rows, err := c.tx.QueryContext(ctx, "SELECT jid FROM link WHERE person = ? AND jid <> ? ORDER BY jid", l.Person, l.JID)
	others, err = collect(rows, err, func(r *sql.Rows) (jid string, err error) { return jid, r.Scan(&jid) })
	if err != nil {
		return err
	}
	at := c.now.Unix()
	_, err = c.tx.ExecContext(ctx, `INSERT INTO link (jid, person, name, email, way, made_at, made_by, checked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (jid) DO UPDATE SET person = excluded.person, name = excluded.name, email = excluded.email, way = excluded.way,
		made_at = excluded.made_at, made_by = excluded.made_by, checked_at = excluded.checked_at`,
		l.JID, l.Person, l.Name, orNull(l.Email), string(l.Way), at, l.MadeBy, at)
	if err != nil {
		return err
	}
	if err := c.setMeta(ctx, goneKey(l.JID), ""); err != nil {
		return err
	}
	if err := c.record(ctx, 0, l.MadeBy, "link", fmt.Sprintf("%s is person %d, %s, by %s", l.JID, l.Person, l.Name, l.Way)); err != nil {
		return err
	}
	text := fmt.Sprintf("The address %s was linked to %s. If that is wrong, write to the secretariat.", Shown(l.JID), l.Name)
	return c.tellAll(ctx, fmt.Sprintf("link:%s:%d:%d", l.JID, l.Person, at), text, []string{l.JID}, others, secretariat)
}

// tellAll sends a message to each of the addresses, once to each.
func (c *change) tellAll(ctx context.Context, key, text string, to ...[]string) error {
	for _, jids := range to {
		for _, jid := range jids {
			if _, err := c.send(ctx, Message{Key: key + ":" + jid, Medium: Chat, Address: jid, Body: text}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Unlink removes the link of a JID and returns it; [ErrUnknown] where there is
// none. Reason is a clause for the message to that JID, and may be empty.
func (s *Store) Unlink(ctx context.Context, jid, reason, by string, now time.Time) (Link, error) {
	var l Link
	err := s.writeAt(ctx, now, func(c *change) (err error) {
		l, err = scanLink(c.tx.QueryRowContext(ctx, "SELECT "+linkColumns+" FROM link WHERE jid = ?", jid))
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("link of %s: %w", jid, ErrUnknown)
		} else if err != nil {
			return err
		}
		if _, err = c.tx.ExecContext(ctx, "DELETE FROM link WHERE jid = ?", jid); err != nil {
			return err
		}
		if err = c.setMeta(ctx, goneKey(jid), ""); err != nil {
			return err
		}
		if err = c.record(ctx, 0, by, "unlink", fmt.Sprintf("%s was person %d, %s: %s", jid, l.Person, l.Name, reason)); err != nil {
			return err
		}
		text := "This address is no longer linked to " + l.Name
		if reason != "" {
			text += ": " + reason
		}
		return c.tellAll(ctx, fmt.Sprintf("unlink:%s:%d", jid, now.Unix()), text+".", []string{jid})
	})
	return l, err
}

// goneKey is where the time is kept at which a link was first found not to hold.
func goneKey(jid string) string { return "gone:" + jid }

// Check notes whether a link by profile still holds, and removes it where it did
// not twice, at least patience apart. It reports whether it was removed.
func (s *Store) Check(ctx context.Context, jid string, holds bool, patience time.Duration, now time.Time) (bool, error) {
	gone := false
	err := s.writeAt(ctx, now, func(c *change) error {
		if holds {
			if _, err := c.tx.ExecContext(ctx, "UPDATE link SET checked_at = ? WHERE jid = ?", now.Unix(), jid); err != nil {
				return err
			}
			return c.setMeta(ctx, goneKey(jid), "")
		}
		since, err := c.meta(ctx, goneKey(jid))
		if err != nil {
			return err
		}
		first, err := time.Parse(time.RFC3339, since)
		if err != nil {
			return c.setMeta(ctx, goneKey(jid), now.UTC().Format(time.RFC3339))
		}
		gone = now.Sub(first) >= patience
		return nil
	})
	if err != nil || !gone {
		return false, err
	}
	_, err = s.Unlink(ctx, jid, "your Datatracker profile has not named it for a day", byDesk, now)
	return err == nil, err
}

// Grant is an admin affiliation that the desk gave.
type Grant struct {
	Room, JID string
	// Affiliation is admin, or none after the room was archived, which takes
	// affiliations away.
	Affiliation string
	At          time.Time
}

// Granted returns the affiliations that the desk gave, by room and JID.
func (s *Store) Granted(ctx context.Context) ([]Grant, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT room, jid, affiliation, at FROM granted ORDER BY room, jid")
	return collect(rows, err, func(r *sql.Rows) (g Grant, err error) {
		var at sql.NullInt64
		err = r.Scan(&g.Room, &g.JID, &g.Affiliation, &at)
		g.At = timeOf(at)
		return g, err
	})
}

// SetGranted notes that the desk gave an affiliation.
func (s *Store) SetGranted(ctx context.Context, g Grant) error {
	return s.write(ctx, func(c *change) error {
		_, err := c.tx.ExecContext(ctx, `INSERT INTO granted (room, jid, affiliation, at) VALUES (?, ?, ?, ?)
			ON CONFLICT (room, jid) DO UPDATE SET affiliation = excluded.affiliation, at = excluded.at`, g.Room, g.JID, g.Affiliation, g.At.Unix())
		return err
	})
}

// DropGranted forgets an affiliation that the desk gave.
func (s *Store) DropGranted(ctx context.Context, room, jid string) error {
	return s.write(ctx, func(c *change) error {
		_, err := c.tx.ExecContext(ctx, "DELETE FROM granted WHERE room = ? AND jid = ?", room, jid)
		return err
	})
}
