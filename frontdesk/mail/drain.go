package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

	gomail "github.com/wneessen/go-mail"

	"muster/frontdesk/store"
)

// Outbox has the mails to send; a [store.Store] is one.
type Outbox interface {
	// Due returns those that are to be sent by now, the oldest first.
	Due(ctx context.Context, medium store.Medium, now time.Time) ([]store.Message, error)
	// Sent notes that one was sent.
	Sent(ctx context.Context, id int64, now time.Time) error
	// Failed notes that one was not sent, and why. It is due again at retry; a
	// zero retry gives it up.
	Failed(ctx context.Context, id int64, reason string, retry time.Time) error
}

// maxTries is how often one mail is tried: for about half an hour, which is as
// long as the code in it is good for.
const maxTries = 6

// wait returns how long a mail waits that was tried so often.
func wait(tries int) time.Duration { return time.Minute << min(tries, maxTries) }

// Drain sends the mails that are due at now, over one connection, and returns how
// many were accepted. A mail that the server refuses for good (5yz, RFC 5321
// §4.2.1), or whose address is none, is given up. One that it refuses for now, or
// without an answer, is tried again later, as are all while the server cannot be
// reached or does not accept the login; that is the error. Where no answer came
// the server may have accepted the mail: it is sent again under the same
// Message-ID.
func (s *Sender) Drain(ctx context.Context, box Outbox, now time.Time) (sent int, err error) {
	due, err := box.Due(ctx, store.Mail, now)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	c, err := s.connect(ctx)
	if err != nil {
		return 0, errors.Join(err, s.postpone(ctx, box, due, err, now))
	}
	defer func() { _ = c.close() }()
	for _, m := range due {
		mail, bad := s.compose(m, now)
		if bad != nil {
			if err := box.Failed(ctx, m.ID, bad.Error(), time.Time{}); err != nil {
				return sent, err
			}
			continue
		}
		refused := c.Send(mail)
		if refused == nil {
			if err := box.Sent(ctx, m.ID, now); err != nil {
				return sent, err
			}
			sent++
			continue
		}
		if ctx.Err() != nil {
			return sent, ctx.Err()
		}
		code := codeOf(refused)
		if err := s.fail(ctx, box, m, refused, code, now); err != nil {
			return sent, err
		}
		if code == 0 { // the connection is of no more use; the others are due still
			return sent, fmt.Errorf("mail server %s: %w", s.cfg.Server, refused)
		}
	}
	return sent, nil
}

// postpone notes that none of the mails was sent because of the server.
func (s *Sender) postpone(ctx context.Context, box Outbox, due []store.Message, why error, now time.Time) error {
	for _, m := range due {
		if ctx.Err() != nil {
			return nil
		}
		if err := s.fail(ctx, box, m, why, 0, now); err != nil {
			return err
		}
	}
	return nil
}

// fail notes that a mail was refused, with the server's code; 0 for none.
func (s *Sender) fail(ctx context.Context, box Outbox, m store.Message, why error, code int, now time.Time) error {
	retry := now.Add(wait(m.Tries))
	if code >= 500 || m.Tries+1 >= maxTries {
		retry = time.Time{}
	}
	return box.Failed(ctx, m.ID, why.Error(), retry)
}

// codeOf returns the code of a server's refusal; 0 where the error is another one.
func codeOf(err error) int {
	var refusal *gomail.SendError
	if errors.As(err, &refusal) {
		return refusal.ErrorCode()
	}
	return 0
}
