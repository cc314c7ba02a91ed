package xmppadmin

import (
	"errors"
	"fmt"

	"mellium.im/xmpp/stanza"
)

// The outcomes that callers decide on. Errors of this package wrap them where
// they apply; the message says on what and why.
var (
	// ErrExists: the room is there already, and was not touched.
	ErrExists = errors.New("room exists")
	// ErrAbsent: the server said that there is no such room.
	ErrAbsent = errors.New("no such room")
	// ErrForbidden: this account lacks the right.
	ErrForbidden = errors.New("forbidden")
	// ErrInterrupted: the stream broke, or the time ran out, after a request
	// was sent and before its answer came, so that nobody knows whether it
	// was carried out. Look before asking again.
	ErrInterrupted = errors.New("interrupted before the answer came")
	// ErrUnavailable: the service or the server cannot be reached or refuses
	// the login, and retrying within the time allowed did not help.
	ErrUnavailable = errors.New("service unavailable")
	// ErrUnsupported: the server offers no way to do this.
	ErrUnsupported = errors.New("not supported by this server")
)

// ConnectError is a connection that could not be made. It wraps
// [ErrUnavailable] and its cause.
type ConnectError struct {
	Step string // what was tried: look up, connect to, log in as, …
	On   string // on what: an address, a domain, an account
	Err  error

	hint    string
	passing bool // it may work later as it stands
}

// Error names the step, its object and the cause.
func (e *ConnectError) Error() string {
	return fmt.Sprintf("xmpp: cannot %s %s: %v", e.Step, e.On, e.Err)
}

// Unwrap returns ErrUnavailable and the cause.
func (e *ConnectError) Unwrap() []error { return []error{ErrUnavailable, e.Err} }

// Hint says what to do about it; it may be empty.
func (e *ConnectError) Hint() string { return e.hint }

// answerError is an error that the addressed entity sent back.
type answerError struct {
	to   string
	kind error // one of the outcomes above, or nil
	err  stanza.Error
}

func (e *answerError) Error() string {
	return fmt.Sprintf("%s answered %s", e.to, stanzaText(e.err))
}

func (e *answerError) Unwrap() []error {
	if e.kind == nil {
		return []error{e.err}
	}
	return []error{e.kind, e.err}
}

// requestError gives the failure of a request its address and its kind.
func requestError(to string, err error) error {
	var se stanza.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &se):
		return &answerError{to: to, kind: kindOf(se.Condition), err: se}
	default:
		return fmt.Errorf("request to %s: %w", to, err)
	}
}

// kindOf says which outcome a stanza error's condition (RFC 6120 §8.3.3)
// stands for. A room that was destroyed is gone, so there is none.
func kindOf(c stanza.Condition) error {
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

// stanzaText returns a stanza error as one line: its condition and, where the
// server gave one, its text in any language.
func stanzaText(se stanza.Error) string {
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
	return fmt.Sprintf("%s: %s", se.Condition, oneLine(text))
}
