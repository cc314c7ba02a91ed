package apply

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"muster/provision"
	"muster/xmppadmin"
)

// kind is what a step does about a room.
type kind uint8

const (
	kindRead kind = iota // nothing but to read it back
	kindCreate
	kindConfigure
	kindArchive
	kindReopen
	kindAdopt
)

// step is what is done next about a room, with the settings that it sends.
type step struct {
	kind     kind
	settings xmppadmin.Settings
}

// firstStep returns the step that a change begins with.
func firstStep(c provision.Change) step {
	switch c.Action {
	case provision.Create:
		return step{kindCreate, c.Room.Settings}
	case provision.Update:
		return step{kindConfigure, provision.SettingsOf(c.Fields)}
	case provision.Archive:
		return step{kindArchive, offered(c.Room.Settings, c.Before)}
	case provision.Reopen:
		return step{kindReopen, offered(c.Room.Settings, c.Before)}
	case provision.Adopt:
		return step{kindAdopt, nil}
	}
	return step{}
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

// job is one change under way.
type job struct {
	change provision.Change
	step   step
	// begun is set once a request was sent, recorded once the trail has the
	// change, and ended once the job has its result.
	begun, recorded, ended bool
	// interrupted is set if an answer never came, at any step so far.
	interrupted bool
	err         error          // the answer to the step
	found       xmppadmin.Room // the room as last read back
}

func newJob(c provision.Change) *job { return &job{change: c, step: firstStep(c)} }

func (j *job) name() string { return j.change.Room.Name }

// send takes the next step.
func (j *job) send(ctx context.Context, w provision.Writer) {
	switch name, s := j.name(), j.step.settings; j.step.kind {
	case kindRead:
		return // the answer is the one to the step before
	case kindCreate:
		j.err = w.Create(ctx, name, s)
	case kindConfigure:
		j.err = w.Configure(ctx, name, s)
	case kindArchive:
		j.err = w.Archive(ctx, name, s)
	case kindReopen:
		j.err = w.Reopen(ctx, name, s)
	case kindAdopt:
		j.err = w.Adopt(ctx, name)
	}
	if errors.Is(j.err, xmppadmin.ErrInterrupted) {
		j.interrupted = true
	}
}

// verify compares the room that was read back with the wanted one. It reports
// whether the job is done; an error ends it too. Otherwise the next step is set.
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
//	interrupted  unknown                    read it again
//	exists       as wanted                  done, by another run
//	exists       anything else              failed: created since the plan; after
//	                                        an interruption as if interrupted
//	an error     anything                   failed
//	OK           unknown                    failed
func (j *job) verify(x explainer, round int) (done bool, err error) {
	open := errors.Is(j.err, xmppadmin.ErrInterrupted) || j.interrupted && errors.Is(j.err, xmppadmin.ErrExists)
	switch {
	case open || j.err == nil:
	case j.step.kind == kindCreate && errors.Is(j.err, xmppadmin.ErrExists) && j.asWanted():
		return true, nil
	default:
		return false, j.refused()
	}
	next, err := j.next(open)
	switch {
	case err != nil:
		return false, j.named(err)
	case next == nil:
		return true, nil
	case !open && j.step.kind != kindAdopt:
		return false, verifyError(x, j.name(), j.differences())
	case round >= maxRounds && j.found.State == xmppadmin.Unknown:
		return false, j.named(fmt.Errorf("%w (%w) after: %w", ErrUnverified, j.readError(), j.cause()))
	case round >= maxRounds:
		return false, j.givenUp(round)
	}
	j.step = *next
	return false, nil
}

// next returns the step that is left to take, nil where the room is as wanted.
// Open is set where it is not known whether the last step was taken.
func (j *job) next(open bool) (*step, error) {
	f, action := j.found, j.change.Action
	adopted := action == provision.Adopt && len(j.change.Room.Settings) > 0
	switch {
	case f.State == xmppadmin.Unknown && open:
		return &step{kind: kindRead}, nil
	case f.State == xmppadmin.Unknown:
		return nil, fmt.Errorf("%w: %w", ErrUnverified, j.readError())
	case f.State == xmppadmin.Absent && action == provision.Create:
		return j.again(open, "the room does not exist")
	case f.State == xmppadmin.Absent:
		return nil, errGone
	case !f.Managed && action == provision.Adopt:
		return j.again(open, "this account is not an owner")
	case !f.Managed:
		return nil, errors.New("this account is not an owner of it")
	case !f.Archived && action == provision.Archive:
		return j.again(open, "the room is not archived")
	case f.Archived && action == provision.Reopen, f.Archived && adopted && j.step.kind == kindReopen && !open:
		return j.again(open, "the room is still archived")
	case f.HalfArchived && (action == provision.Reopen || action == provision.Update):
		return j.again(open, "the room is still half archived")
	case f.Archived && adopted:
		return &step{kindReopen, offered(j.change.Room.Settings, f.Settings)}, nil
	case f.Archived && (action == provision.Create || action == provision.Update):
		return nil, errors.New("it was archived since the plan was made")
	}
	if fields := j.differences(); len(fields) > 0 {
		return &step{kindConfigure, provision.SettingsOf(fields)}, nil
	}
	return nil, nil
}

// again returns the first step again where the last one may not have been
// taken; otherwise the server's answer was not true.
func (j *job) again(open bool, but string) (*step, error) {
	if !open {
		return nil, fmt.Errorf("server reported success, but %s", but)
	}
	first := firstStep(j.change)
	return &first, nil
}

// asWanted reports whether the room that was read back is a live one of this
// account without a difference.
func (j *job) asWanted() bool {
	f := j.found
	return f.State == xmppadmin.Exists && f.Managed && !f.Archived && len(j.differences()) == 0
}

// differences returns what of the room that was read back is not as wanted.
func (j *job) differences() []provision.Field {
	fields, _ := provision.Differences(j.change.Room.Settings, j.found.Settings)
	return fields
}

var errGone = errors.New("it is gone since the plan was made")

// readError returns why the room could not be read back.
func (j *job) readError() error {
	if j.found.Err != nil {
		return j.found.Err
	}
	return errors.New("lookup returned no state")
}

// givenUp returns the error of a room that would need more rounds.
func (j *job) givenUp(rounds int) error {
	if j.err == nil {
		return j.named(fmt.Errorf("given up after %d rounds, the last of which left something to do", rounds))
	}
	return j.named(fmt.Errorf("given up after %d rounds: %w", rounds, j.cause()))
}

// refused returns the error of a step that the server refused.
func (j *job) refused() error {
	creating := j.step.kind == kindCreate
	switch {
	case creating && errors.Is(j.err, xmppadmin.ErrExists):
		return j.named(fmt.Errorf("it was created since the plan was made: %w", j.cause()))
	case creating && errors.Is(j.err, xmppadmin.ErrAbsent):
		return j.named(fmt.Errorf("the server reserves the name of a room that was destroyed: %w", j.cause()))
	case errors.Is(j.err, xmppadmin.ErrAbsent):
		return j.named(fmt.Errorf("%w: %w", errGone, j.cause()))
	}
	return j.named(j.cause())
}

// named returns an error with the room's name in front.
func (j *job) named(err error) error { return fmt.Errorf("room %q: %w", j.name(), err) }

// cause returns the answer to the step without the room's name, with which a
// service's errors begin.
func (j *job) cause() error {
	if inner := errors.Unwrap(j.err); inner != nil && strings.HasPrefix(j.err.Error(), fmt.Sprintf("room %q: ", j.name())) {
		return inner
	}
	return j.err
}
