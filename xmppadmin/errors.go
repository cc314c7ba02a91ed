package xmppadmin

import "muster/xmppadmin/session"

// The outcomes that callers decide on. Errors of this package wrap them where
// they apply; the message names the room or the entity and the cause.
var (
	// ErrExists means that the room exists, and was not touched.
	ErrExists = session.ErrExists
	// ErrAbsent means that the server answered that there is no such room.
	ErrAbsent = session.ErrAbsent
	// ErrForbidden means that this account lacks the right.
	ErrForbidden = session.ErrForbidden
	// ErrInterrupted means that the stream broke, or the time ran out, after a
	// request was sent and before its answer came. Whether the request was
	// carried out is not known. Look before sending it again.
	ErrInterrupted = session.ErrInterrupted
	// ErrUnavailable means that the service or the server cannot be reached or
	// refuses the login, and that retrying within the time allowed did not help.
	ErrUnavailable = session.ErrUnavailable
	// ErrUnsupported means that the server offers no way to do this.
	ErrUnsupported = session.ErrUnsupported
)
