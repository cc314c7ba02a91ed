package reconcile

import (
	"strings"
	"time"

	"muster/agenda"
)

// OutageError refuses to apply what was derived from an old copy of the
// Datatracker's documents. It wraps the [*agenda.Outage].
type OutageError struct{ Outage agenda.Outage }

// Error returns the outage, and since when the copy is.
func (e *OutageError) Error() string {
	o := e.Outage
	copied := o.Confirmed
	o.Confirmed = time.Time{}
	return o.Error() + "; the copy of " + copied.Format("2006-01-02 15:04:05 UTC") + " is not applied"
}

// Unwrap returns the outage.
func (e *OutageError) Unwrap() error { return &e.Outage }

// Errors are several errors of one run, each of which stands for itself.
type Errors []error

// Error returns the texts of all errors.
func (e Errors) Error() string {
	texts := make([]string, len(e))
	for i, err := range e {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns the errors.
func (e Errors) Unwrap() []error { return e }

// join returns the errors that are not nil: none as nil, one as itself.
func join(errs ...error) error {
	var all Errors
	for _, err := range errs {
		if err != nil {
			all = append(all, err)
		}
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}
