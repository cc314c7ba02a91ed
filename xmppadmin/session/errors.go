package session

import (
	"errors"
	"fmt"
	"strings"

	"mellium.im/xmpp/stanza"
)

// The outcomes that callers decide on. Errors of this package wrap them where
// they apply; the message names the entity and the cause.
var (
	// ErrExists is a conflict: what was to be made exists, and was not touched.
	ErrExists = errors.New("exists already")
	// ErrAbsent means that the addressed entity does not exist.
	ErrAbsent = errors.New("does not exist")
	// ErrForbidden means that this account lacks the right.
	ErrForbidden = errors.New("forbidden")
	// ErrInterrupted means that the stream broke, or the time ran out, after a
	// request was sent and before its answer came. Whether the request was
	// carried out is not known. Look before sending it again.
	ErrInterrupted = errors.New("interrupted before the answer came")
	// ErrNoAnswer comes with ErrInterrupted where the time ran out and the stream
	// lasted: the server answers others.
	ErrNoAnswer = errors.New("no answer")
	// ErrUnavailable means that the service or the server cannot be reached or
	// refuses the login, and that retrying within the time allowed did not help.
	ErrUnavailable = errors.New("service unavailable")
	// ErrUnsupported means that the server offers no way to do this.
	ErrUnsupported = errors.New("not supported by this server")
)

// ConnectError is a connection that could not be made. It wraps
// [ErrUnavailable] and its cause.
type ConnectError struct {
	Step string // what was tried: look up, connect to, log in as, …
	On   string // on what: an address, a domain, an account
	Err  error
	Hint Hint // what to do about it; the zero value where nothing is known
	// Temporary means that the same attempt may succeed later.
	Temporary bool
}

// Error names the step, its object and the cause.
func (e *ConnectError) Error() string {
	return fmt.Sprintf("xmpp: cannot %s %s: %v", e.Step, e.On, e.Err)
}

// Unwrap returns ErrUnavailable and the cause.
func (e *ConnectError) Unwrap() []error { return []error{ErrUnavailable, e.Err} }

// Hint is what a user may do about a [ConnectError]: a kind, and the values
// that its wording needs.
type Hint struct {
	Kind HintKind
	// Domain is the domain that the kind is about: the account's, or the
	// chat service's.
	Domain string
	// Names are those that the kind lists: mechanisms, dialects.
	Names []string
	// Advice is what to change on the server, where that is known.
	Advice string
}

// HintKind names one kind of [Hint].
type HintKind string

// The kinds of hints.
const (
	HintNone        HintKind = ""
	HintAccount     HintKind = "account"     // the account is not a bare JID
	HintLookup      HintKind = "lookup"      // the name service failed
	HintAddress     HintKind = "address"     // the port takes no connection
	HintTLS         HintKind = "tls"         // TLS failed; of Domain
	HintCertificate HintKind = "certificate" // the certificate is not trusted for Domain
	HintSilent      HintKind = "silent"      // the port takes the connection and does not speak XMPP
	HintStream      HintKind = "stream"      // the server refuses a stream for Domain
	HintMechanisms  HintKind = "mechanisms"  // no common SASL mechanism; Names are the server's
	HintCredentials HintKind = "credentials" // the login was refused
	HintServer      HintKind = "server"      // the server refuses for a reason of its own, for now
	HintService     HintKind = "service"     // no chat service there; Domain is the account's, Names its server's chat services
	HintCommands    HintKind = "commands"    // the dialect's commands are not offered; Advice
	HintDialect     HintKind = "dialect"     // no such dialect; Names are those that there are
	HintComponent   HintKind = "component"   // the server takes no component Domain there
	HintLoopback    HintKind = "loopback"    // components connect over the loopback interface or a Unix socket
	HintSecret      HintKind = "secret"      // the secret of the component Domain was refused; ejabberd says so of an unknown one too
	HintHost        HintKind = "host"        // the server does not know the component Domain
	HintConflict    HintKind = "conflict"    // the component Domain is connected already
)

// temporary reports whether a failure to connect may end by itself. A refused
// login or certificate does not.
func temporary(err error) bool {
	var ce *ConnectError
	return errors.As(err, &ce) && ce.Temporary
}

// AnswerError is an error that the addressed entity sent back. It wraps one
// of the outcomes above, where one applies, and the [stanza.Error].
type AnswerError struct {
	To     string // the entity's JID
	Stanza stanza.Error

	outcome error
}

// Error names the entity and its error.
func (e *AnswerError) Error() string {
	return fmt.Sprintf("%s answered %s", e.To, StanzaText(e.Stanza))
}

// Unwrap returns the outcome, where one applies, and the stanza error.
func (e *AnswerError) Unwrap() []error {
	if e.outcome == nil {
		return []error{e.Stanza}
	}
	return []error{e.outcome, e.Stanza}
}

// RequestError returns the failure of a request to an entity, with the
// entity's JID and the outcome that a stanza error stands for.
func RequestError(to string, err error) error {
	var se stanza.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &se):
		return &AnswerError{To: to, outcome: outcomeOf(se.Condition), Stanza: se}
	default:
		return fmt.Errorf("request to %s: %w", to, err)
	}
}

// outcomeOf returns the outcome that a stanza error's condition (RFC 6120
// §8.3.3) stands for, or nil. An entity that is gone does not exist.
func outcomeOf(c stanza.Condition) error {
	switch c {
	case stanza.Conflict:
		return ErrExists
	case stanza.ItemNotFound, stanza.Gone:
		return ErrAbsent
	case stanza.Forbidden, stanza.NotAllowed, stanza.NotAuthorized, stanza.RegistrationRequired:
		return ErrForbidden
	case stanza.FeatureNotImplemented, stanza.ServiceUnavailable:
		return ErrUnsupported
	case stanza.RemoteServerNotFound, stanza.RemoteServerTimeout:
		return ErrUnavailable
	default:
		return nil
	}
}

// StanzaText returns a stanza error as one line: its condition and, where the
// server gave one, its text, in English if there is a choice.
func StanzaText(se stanza.Error) string {
	text := se.Text[""]
	if text == "" {
		text = se.Text["en"]
	}
	for _, t := range se.Text {
		if text == "" {
			text = t
		}
	}
	if text == "" {
		return string(se.Condition)
	}
	return fmt.Sprintf("%s: %s", se.Condition, OneLine(text))
}

// OneLine returns a server's text with each run of white space as one space.
func OneLine(s string) string {
	return strings.Join(strings.Fields(s), " ")
}
