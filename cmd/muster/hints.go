package main

import (
	"errors"
	"muster/provision/plan"
	"muster/provision/state"

	"muster/agenda"
	"muster/xmppadmin"
)

// hintOf returns what the user can do about an error, or nothing.
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
		return "make the plan again, and review it"
	case errors.As(err, &locked):
		return "wait for it to end, or give --lock-timeout to have this run wait"
	case errors.Is(err, xmppadmin.ErrForbidden):
		return "the service must allow the account xmpp.jid to create and own rooms: list it among the admins of the MUC component"
	}
	return ""
}
