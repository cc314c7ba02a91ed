package main

import (
	"context"
	"errors"

	"muster/agenda"
	"muster/provision/plan"
	"muster/provision/state"
	"muster/xmppadmin"
)

// exitCode is the status with which the program ends. Scripts rely on it.
type exitCode int

const (
	exitOK          exitCode = 0   // done, or nothing to do
	exitError       exitCode = 1   // an error, or wrong usage
	exitChanges     exitCode = 2   // plan: something would change
	exitIncomplete  exitCode = 3   // a room failed or is unknown; the rest was done
	exitRefused     exitCode = 4   // a guard refused, or a plan no longer fits
	exitLocked      exitCode = 5   // another run holds the lock
	exitDatatracker exitCode = 6   // the Datatracker is unreachable or unusable
	exitXMPP        exitCode = 7   // the XMPP service is unreachable or refuses
	exitInterrupted exitCode = 130 // stopped by a signal
)

// statusError ends the program with a status of its own. A nil Err has been
// told to the user already, by the summary.
type statusError struct {
	code exitCode
	err  error
}

func (e *statusError) Error() string {
	if e.err == nil {
		return "not everything was done"
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

// codeOf says with which status an error ends the program.
func codeOf(err error) exitCode {
	var status *statusError
	var guard *plan.GuardError
	var locked *state.LockedError
	var moved *plan.StaleError
	var datatracker *agenda.Error
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &status):
		return status.code
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &guard), errors.As(err, &moved):
		return exitRefused
	case errors.As(err, &locked):
		return exitLocked
	case errors.As(err, &datatracker):
		return exitDatatracker
	case errors.Is(err, xmppadmin.ErrUnavailable), errors.Is(err, xmppadmin.ErrForbidden),
		errors.Is(err, xmppadmin.ErrInterrupted), errors.Is(err, xmppadmin.ErrUnsupported):
		return exitXMPP
	default:
		return exitError
	}
}

// hintOf returns what to do about an error, where the error knows.
func hintOf(err error) string {
	var h interface{ Hint() string }
	var datatracker *agenda.Error
	var moved *plan.StaleError
	var locked *state.LockedError
	switch {
	case errors.As(err, &h):
		return h.Hint()
	case errors.As(err, &datatracker):
		return datatracker.Hint
	case errors.As(err, &moved):
		return "make the plan again, and look at it again"
	case errors.As(err, &locked):
		return "wait for it to end, or give --lock-timeout to have this run wait"
	case errors.Is(err, xmppadmin.ErrForbidden):
		return "the service must let the account xmpp.jid make and own rooms: list it among the admins of the MUC component"
	}
	return ""
}
