package xmppadmin

import "errors"

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
