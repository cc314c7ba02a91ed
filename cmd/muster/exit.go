package main

import (
	"context"
	"errors"
	"strings"

	"muster/agenda"
	"muster/provision/plan"
	"muster/provision/reconcile"
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
	exitRefused     exitCode = 4   // a guard refused, or a plan is stale
	exitLocked      exitCode = 5   // another run holds the lock
	exitDatatracker exitCode = 6   // the Datatracker is unreachable or unusable
	exitXMPP        exitCode = 7   // the XMPP service is unreachable or refuses
	exitInterrupted exitCode = 130 // stopped by a signal
)

// severity orders exit statuses where several apply and one must be chosen:
// what the user must mend first is the highest.
func severity(code exitCode) int {
	switch code {
	case exitOK:
		return 0
	case exitChanges:
		return 1
	case exitIncomplete:
		return 2
	case exitDatatracker:
		return 3
	case exitXMPP:
		return 4
	case exitLocked:
		return 5
	case exitRefused:
		return 6
	case exitInterrupted:
		return 8
	default:
		return 7
	}
}

// statusError ends the program with a status of its own. One without err has
// been shown to the user already, by the summary.
type statusError struct {
	code exitCode
	err  error
}

// Error returns the text of err.
func (e *statusError) Error() string {
	if e.err == nil {
		return "not everything was done"
	}
	return e.err.Error()
}

// Unwrap returns err.
func (e *statusError) Unwrap() error { return e.err }

// shown reports whether the results have shown an error already.
func shown(err error) bool {
	var status *statusError
	return errors.As(err, &status) && status.err == nil
}

// errorList is several errors, each of which is shown by itself.
type errorList []error

// Error returns the texts of all errors.
func (l errorList) Error() string {
	texts := make([]string, len(l))
	for i, err := range l {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns the errors.
func (l errorList) Unwrap() []error { return l }

// list returns the errors that are not nil: none as nil, one as itself.
func list(errs ...error) error {
	var l errorList
	for _, err := range errs {
		if err != nil {
			l = append(l, err)
		}
	}
	switch len(l) {
	case 0:
		return nil
	case 1:
		return l[0]
	}
	return l
}

// split returns the errors of a list, or the one error. Each of a list that has
// a status has that status.
func split(err error) []error {
	switch l := err.(type) {
	case *statusError:
		var errs []error
		for _, e := range split(l.err) {
			errs = append(errs, &statusError{code: l.code, err: e})
		}
		return errs
	case errorList:
		return l
	case reconcile.Errors:
		return l
	}
	return []error{err}
}

// codeOf returns the status with which an error ends the program.
func codeOf(err error) exitCode {
	var status *statusError
	var guard *plan.GuardError
	var locked *state.LockedError
	var stale *plan.StalePlanError
	var datatracker *agenda.Error
	var outage *agenda.Outage
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &status):
		return status.code
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &guard), errors.As(err, &stale):
		return exitRefused
	case errors.As(err, &locked):
		return exitLocked
	case errors.As(err, &datatracker), errors.As(err, &outage):
		return exitDatatracker
	case errors.Is(err, xmppadmin.ErrUnavailable), errors.Is(err, xmppadmin.ErrForbidden),
		errors.Is(err, xmppadmin.ErrInterrupted), errors.Is(err, xmppadmin.ErrUnsupported):
		return exitXMPP
	default:
		return exitError
	}
}
