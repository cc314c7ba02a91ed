package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	// codeLetters are those of a code, without those that look alike; there are
	// 32, so that a byte is one of them without bias.
	codeLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	codeLength  = 12 // 60 bits
	codeLife    = 30 * time.Minute
	codeTries   = 5

	// The mails of a day.
	mailsToAddress = 3
	mailsOfJID     = 3
	mailsInAll     = 100
	mailDay        = 24 * time.Hour
)

// The errors of codes.
var (
	// ErrTooMany means that no more codes are mailed today.
	ErrTooMany = errors.New("too many codes were requested")
	// ErrCode means that a code is wrong, and may be tried again.
	ErrCode = errors.New("wrong code")
	// ErrNoCode means that a JID has no open code: there was none, it is too old,
	// or it was tried too often.
	ErrNoCode = errors.New("no open code")
)

// The events of codes.
const (
	codeMailed  = "code"
	codeUnknown = "code for an unknown address"
)

// Code is what a code that was mailed would prove.
type Code struct {
	JID    string
	Person int
	Email  string
}

// MailCode has a code mailed to the address of a person, with which the JID can
// be linked; it replaces an earlier one of the JID. Person 0 stands for an
// address that is not known: nothing is mailed, and everything else is as with
// one that is known. Over the limits it returns [ErrTooMany].
func (s *Store) MailCode(ctx context.Context, c Code, now time.Time) error {
	var failed error
	err := s.writeAt(ctx, now, func(tx *change) error {
		if failed = tx.mayMail(ctx, c); failed != nil {
			return nil
		}
		what := codeMailed
		if c.Person == 0 {
			what = codeUnknown
		}
		if err := tx.record(ctx, 0, c.JID, what, c.Email); err != nil {
			return err
		}
		code := newCode()
		hash, err := tx.hash(ctx, code, c.JID, c.Person)
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, `INSERT OR REPLACE INTO code (jid, person, email, hash, made_at, ends_at, tries) VALUES (?, ?, ?, ?, ?, ?, 0)`,
			c.JID, c.Person, c.Email, hash, now.Unix(), now.Add(codeLife).Unix())
		if err != nil || c.Person == 0 {
			return err
		}
		_, err = tx.send(ctx, Message{Key: "code:" + hex.EncodeToString(hash), Medium: Mail, Address: c.Email, Body: codeMail(c.JID, code)})
		return err
	})
	return errors.Join(err, failed)
}

// mayMail returns [ErrTooMany] where one more code is over a limit of the day.
func (c *change) mayMail(ctx context.Context, code Code) error {
	var address, jid, all int
	err := c.tx.QueryRowContext(ctx, `SELECT coalesce(sum(detail = ?), 0), coalesce(sum(who = ?), 0), coalesce(sum(what = ?), 0)
		FROM event WHERE what IN (?, ?) AND at > ?`,
		code.Email, code.JID, codeMailed, codeMailed, codeUnknown, c.now.Add(-mailDay).Unix()).Scan(&address, &jid, &all)
	if err == nil && (address >= mailsToAddress || jid >= mailsOfJID || all >= mailsInAll) {
		err = ErrTooMany
	}
	return err
}

// newCode returns a random code.
func newCode() string {
	random := make([]byte, codeLength)
	rand.Read(random)
	for i, b := range random {
		random[i] = codeLetters[int(b)%len(codeLetters)]
	}
	return string(random)
}

// codeMail returns the text of the mail. It has the code in a line of its own.
func codeMail(jid, code string) string {
	return fmt.Sprintf("The address %s asked to be linked to you at the room desk. If that is you, give it this code within %d minutes:\n\n%s\n\n"+
		"Otherwise ignore this mail: without the code nothing happens.\n", Shown(jid), int(codeLife.Minutes()), code)
}

// keyName is that of the key of the codes.
const keyName = "code key"

// hash returns what is kept of a code, which is bound to a JID and a person. The
// key is made when it is first needed.
func (c *change) hash(ctx context.Context, code, jid string, person int) ([]byte, error) {
	text, err := c.meta(ctx, keyName)
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(text)
	if err != nil || len(key) < sha256.Size {
		key = make([]byte, sha256.Size)
		rand.Read(key)
		if err := c.setMeta(ctx, keyName, hex.EncodeToString(key)); err != nil {
			return nil, err
		}
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s\x00%s\x00%d", code, jid, person)
	return mac.Sum(nil), nil
}

// Prove returns what a code proves that was mailed for a JID. A wrong code is
// [ErrCode], and [ErrNoCode] at the last try.
func (s *Store) Prove(ctx context.Context, jid, code string, now time.Time) (Code, error) {
	var out Code
	var failed error
	err := s.writeAt(ctx, now, func(c *change) (err error) {
		out, failed, err = c.prove(ctx, jid, code)
		return err
	})
	return out, errors.Join(err, failed)
}

// Redeem links the JID of l by a code that was mailed, once; the errors are
// those of [Store.Prove]. L.Person must be the person that the code is for.
func (s *Store) Redeem(ctx context.Context, l Link, code string, secretariat []string, now time.Time) error {
	var failed error
	err := s.writeAt(ctx, now, func(c *change) error {
		proved, wrong, err := c.prove(ctx, l.JID, code)
		if err == nil && wrong == nil && proved.Person != l.Person {
			wrong = ErrNoCode
		}
		if failed = wrong; err != nil || wrong != nil {
			return err
		}
		if _, err := c.exec(ctx, "DELETE FROM code WHERE jid = ?", l.JID); err != nil {
			return err
		}
		l.Way, l.MadeBy, l.Email = ByMail, l.JID, proved.Email
		return c.link(ctx, l, secretariat)
	})
	return errors.Join(err, failed)
}

// prove compares a code with the open one of a JID, and counts a wrong one. An
// address that is not known has a code too, which nothing proves.
func (c *change) prove(ctx context.Context, jid, code string) (out Code, wrong, err error) {
	var hash []byte
	var tries int
	out.JID = jid
	err = c.tx.QueryRowContext(ctx, "SELECT person, email, hash, tries FROM code WHERE jid = ? AND ends_at > ? AND tries < ?",
		jid, c.now.Unix(), codeTries).Scan(&out.Person, &out.Email, &hash, &tries)
	if errors.Is(err, sql.ErrNoRows) {
		return out, ErrNoCode, nil
	} else if err != nil {
		return out, nil, err
	}
	want, err := c.hash(ctx, normal(code), jid, out.Person)
	if err != nil || hmac.Equal(hash, want) && out.Person != 0 {
		return out, nil, err
	}
	if wrong = ErrCode; tries+1 >= codeTries {
		wrong = ErrNoCode
	}
	_, err = c.exec(ctx, "UPDATE code SET tries = tries + 1 WHERE jid = ?", jid)
	return out, wrong, err
}

// normal returns a code as it was mailed, however it was typed.
func normal(code string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, code))
}

// DropCodes removes the codes that are too old.
func (s *Store) DropCodes(ctx context.Context, now time.Time) error {
	return s.write(ctx, func(c *change) error {
		_, err := c.exec(ctx, "DELETE FROM code WHERE ends_at <= ?", now.Unix())
		return err
	})
}
