package component

import (
	"context"
	"log/slog"
	"time"

	"muster/frontdesk"
)

// Desk decides what is answered. Its methods are called by several goroutines at
// once, but for one bare JID in the order in which its stanzas came.
type Desk interface {
	// Offers returns the commands that a caller may use.
	Offers(ctx context.Context, c frontdesk.Caller, now time.Time) []frontdesk.Offer
	// Run answers one request of a caller on a command. An answer without a
	// status means that there is no such command.
	Run(ctx context.Context, c frontdesk.Caller, s frontdesk.Step, now time.Time) frontdesk.Answer
	// Say answers a chat message; "" is silence.
	Say(ctx context.Context, c frontdesk.Caller, text string, now time.Time) string
}

// Outbox has the messages that are to be sent.
type Outbox interface {
	// Due returns the messages of a medium that are to be sent now, the oldest
	// first. One that was sent, given up or is to be tried later is not among
	// them.
	Due(ctx context.Context, medium frontdesk.Medium, now time.Time) ([]frontdesk.Message, error)
	// Sent records durably that the server has taken a message. It is never
	// sent again.
	Sent(ctx context.Context, id int64, now time.Time) error
	// Failed records why a message was not sent, and when to try again; the
	// zero time is never.
	Failed(ctx context.Context, id int64, reason string, retryAt time.Time) error
	// Bounced records that a message that was sent came back as an error from
	// the address that it was sent to, a bare JID. It does nothing where the
	// message of that id went to another address.
	Bounced(ctx context.Context, id int64, address, reason string) error
}

// Observer is given what happens, for metrics. Its methods must not block; they
// are called by several goroutines at once.
type Observer interface {
	// Connected is called with true when the desk has connected, and with
	// false when the connection was lost (muster_desk_connected).
	Connected(up bool)
	// Stanza is called once for each stanza that came, with its kind (command,
	// iq, message, presence) and what was done with it: answered, refused
	// (answered with an error), limited (over a limit on stanzas), full (the
	// queue was), failed (the desk panicked), or dropped (nothing is answered to
	// stanzas of this kind) (muster_desk_stanzas_total{kind,outcome}).
	Stanza(kind, outcome string)
}

// Config is how a desk is connected.
type Config struct {
	// Domain is the address of the component, Chat the localpart of the
	// address that it chats from, Name what it is called in lists of services.
	Domain, Chat, Name string
	// Server is the domain of the XMPP server, which vouches for the JIDs of
	// its accounts; Service is the address of its MUC service, which is never
	// answered.
	Server, Service string
	// Remote lifts the limits of strangers from people of other domains.
	Remote bool
	// Address is where the server takes components: host:port of the loopback
	// interface, or unix:PATH. Secret is what the component logs in with.
	Address, Secret string
	// Limits are how many stanzas are answered; see [DefaultLimits] for the
	// zero value.
	Limits Limits
	// Pauses are those between two attempts to connect; zero for the usual.
	Pauses Pauses
	// Outbox is how often the outbox is looked at, one second where zero.
	Outbox time.Duration
	// Observer and Logger may be nil.
	Observer Observer
	Logger   *slog.Logger
	// Now is the clock; time.Now where nil.
	Now func() time.Time
}

// Limits are how many stanzas a minute are answered, as token buckets: of one
// bare JID, of all of one other domain, in all, and of one bare JID of another
// domain that is not trusted. Burst is how many of a bare JID are answered at
// once after a pause.
type Limits struct {
	JID, Burst, Domain, All, Stranger int
}

// DefaultLimits returns the limits of a desk that people use by hand.
func DefaultLimits() Limits {
	return Limits{JID: 30, Burst: 20, Domain: 120, All: 600, Stranger: 6}
}

// Pauses are those between two attempts to connect: they double from First to
// Longest. After a refused secret or an unknown host the pause is Refused.
type Pauses struct{ First, Longest, Refused time.Duration }
