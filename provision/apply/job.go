package apply

import (
	"context"
	"errors"
	"fmt"

	"muster/provision"
	"muster/xmppadmin"
)

// step is what is done next about a room.
type step uint8

const (
	stepLook step = iota // nothing but to read it back
	stepCreate
	stepConfigure
	stepArchive
	stepReopen
	stepAdopt
)

// job is one change under way.
type job struct {
	change   provision.Change
	step     step
	settings xmppadmin.Settings // those that the step sends
	// begun says that something was asked of the service, recorded that the
	// trail says so, and ended that the job has its result.
	begun, recorded, ended bool
	// interrupted says that an answer never came, at any step so far.
	interrupted bool
	err         error          // the answer to the step
	found       xmppadmin.Room // the room as last read back
}

func newJob(c provision.Change) *job {
	j := &job{change: c}
	switch c.Action {
	case provision.Create:
		j.step, j.settings = stepCreate, c.Room.Settings
	case provision.Update:
		j.step, j.settings = stepConfigure, provision.SettingsOf(c.Fields)
	case provision.Archive:
		j.step, j.settings = stepArchive, offered(c.Room.Settings, c.Before)
	case provision.Reopen:
		j.step, j.settings = stepReopen, offered(c.Room.Settings, c.Before)
	case provision.Adopt:
		j.step = stepAdopt
	}
	return j
}

// offered returns the wanted settings that the server showed, and the promise:
// what is sent where the server may set others in the same step.
func offered(want, have xmppadmin.Settings) xmppadmin.Settings {
	s := make(xmppadmin.Settings, len(want))
	for name, value := range want {
		if _, shown := have[name]; shown || provision.IsPromise(name) {
			s[name] = value
		}
	}
	return s
}

func (j *job) name() string { return j.change.Room.Name }

// take takes the next step.
func (j *job) take(ctx context.Context, m provision.Writer) {
	switch name := j.name(); j.step {
	case stepLook:
		return // the answer is the one to the step before
	case stepCreate:
		j.err = m.Create(ctx, name, j.settings)
	case stepConfigure:
		j.err = m.Configure(ctx, name, j.settings)
	case stepArchive:
		j.err = m.Archive(ctx, name, j.settings)
	case stepReopen:
		j.err = m.Reopen(ctx, name, j.settings)
	case stepAdopt:
		j.err = m.Adopt(ctx, name)
	}
	if errors.Is(j.err, xmppadmin.ErrInterrupted) {
		j.interrupted = true
	}
}

// judge compares the room that was read back with the wanted one. It says
// whether the job is done; an error ends it too. Else the next step is set.
//
//	answer       read back                  then
//	-----------  -------------------------  ----------------------------------
//	OK           as wanted                  done
//	OK           different                  failed: the server does not keep it
//	OK, adopted  managed, different         configure what differs
//	OK, adopted  managed, archived          reopen
//	interrupted  as wanted                  done
//	interrupted  absent, to be created      create
//	interrupted  not adopted, archived, …   the same step again
//	interrupted  managed, different         configure what differs
//	interrupted  unknown                    look again
//	exists       anything                   failed: appeared since the plan; after
//	                                        an interruption as if interrupted
//	an error     anything                   failed
//	OK           unknown                    failed
func (j *job) judge(x explainer, round int) (done bool, err error) {
	open := errors.Is(j.err, xmppadmin.ErrInterrupted) || j.interrupted && errors.Is(j.err, xmppadmin.ErrExists)
	if j.err != nil && !open {
		return false, j.refused()
	}
	next, fields, err := j.remains(open)
	switch {
	case err != nil:
		return false, fmt.Errorf("room %q: %w", j.name(), err)
	case next == nil:
		return true, nil
	case !open && j.step != stepAdopt:
		return false, verifyError(x, j.name(), fields)
	case round >= maxRounds && j.found.State == xmppadmin.Unknown:
		return false, fmt.Errorf("room %q: %w (%w) after: %w", j.name(), ErrUnverified, j.lookErr(), j.err)
	case round >= maxRounds:
		return false, j.givenUp(round)
	}
	j.step = *next
	if j.step == stepConfigure {
		j.settings = provision.SettingsOf(fields)
	}
	return false, nil
}

// remains returns the step that is left to take and, where it is to configure
// the room, the settings that differ; no step where the room is as wanted. Open
// Error that nobody knows whether the last step was taken.
func (j *job) remains(open bool) (next *step, fields []provision.Field, err error) {
	again := func(ok bool, otherwise string) (*step, []provision.Field, error) {
		if !ok {
			return nil, nil, errors.New(otherwise)
		}
		first := newJob(j.change)
		j.settings = first.settings
		return &first.step, nil, nil
	}
	f, action := j.found, j.change.Action
	switch {
	case f.State == xmppadmin.Unknown && open:
		look := stepLook
		return &look, nil, nil
	case f.State == xmppadmin.Unknown:
		return nil, nil, fmt.Errorf("%w: %w", ErrUnverified, j.lookErr())
	case f.State == xmppadmin.Absent && action == provision.Create:
		return again(open, "the server answered that it is done, but there is no such room")
	case f.State == xmppadmin.Absent:
		return nil, nil, errors.New("it is gone since the plan was made")
	case !f.Managed && action == provision.Adopt:
		return again(open, "the server answered that it is done, but this account is not an owner")
	case !f.Managed:
		return nil, nil, errors.New("it belongs to somebody else: this account is not an owner")
	case !f.Archived && action == provision.Archive:
		return again(open, "the server answered that it is done, but the room is not archived")
	case f.Archived && action == provision.Reopen:
		return again(open, "the server answered that it is done, but the room is still archived")
	case f.Archived && action == provision.Adopt && len(j.change.Room.Settings) > 0:
		if j.step == stepReopen && !open {
			return nil, nil, errors.New("the server answered that it is done, but the room is still archived")
		}
		reopen := stepReopen
		j.settings = offered(j.change.Room.Settings, f.Settings)
		return &reopen, nil, nil
	case f.Archived && (action == provision.Create || action == provision.Update):
		return nil, nil, errors.New("it was archived since the plan was made")
	}
	if fields, _ = provision.Differences(j.change.Room.Settings, f.Settings); len(fields) == 0 {
		return nil, nil, nil
	}
	configure := stepConfigure
	return &configure, fields, nil
}

func (j *job) lookErr() error {
	if j.found.Err != nil {
		return j.found.Err
	}
	return errors.New("the look at it had no outcome")
}

// givenUp returns the error of a room that would need more rounds.
func (j *job) givenUp(rounds int) error {
	if j.err == nil {
		return fmt.Errorf("room %q: given up after %d rounds, the last of which left something to do", j.name(), rounds)
	}
	return fmt.Errorf("room %q: given up after %d rounds: %w", j.name(), rounds, j.err)
}

// refused returns the error of a step that the server refused.
func (j *job) refused() error {
	switch {
	case errors.Is(j.err, xmppadmin.ErrExists):
		return fmt.Errorf("room %q: it appeared since the plan was made: %w", j.name(), j.err)
	case errors.Is(j.err, xmppadmin.ErrAbsent):
		return fmt.Errorf("room %q: it is gone since the plan was made: %w", j.name(), j.err)
	}
	return fmt.Errorf("room %q: %w", j.name(), j.err)
}
