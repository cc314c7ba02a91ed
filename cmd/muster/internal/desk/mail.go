package desk

import (
	"context"
	"time"

	"muster/frontdesk/mail"
)

// mailEvery is how often the outbox is looked at for mails.
const mailEvery = 5 * time.Second

// SendMail sends the mails of an outbox as they fall due, until ctx ends. What is
// in the way is given to report when it begins and when it changes, and nil once
// mails are sent again.
func SendMail(ctx context.Context, sender *mail.Sender, box mail.Outbox, now func() time.Time, report func(error)) {
	tick := time.NewTicker(mailEvery)
	defer tick.Stop()
	last := ""
	for {
		switch sent, err := sender.Drain(ctx, box, now()); {
		case ctx.Err() != nil:
			return
		case err != nil && err.Error() != last:
			last = err.Error()
			report(err)
		case err == nil && sent > 0 && last != "":
			last = ""
			report(nil)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
