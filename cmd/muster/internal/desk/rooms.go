package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"muster/frontdesk"
	"muster/provision"
	"muster/provision/apply"
	"muster/provision/plan"
	"muster/provision/reconcile"
	"muster/provision/state"
	"muster/provision/want"
	"muster/xmppadmin"
)

// fresh is for how long a look at all rooms is good enough for showing them, and
// for what is reserved.
const fresh = 30 * time.Second

// Service is what the desk needs of the MUC service; an [xmppadmin.Service] has
// it.
type Service interface {
	provision.Service
	Affiliations(ctx context.Context, name string) (map[string]string, error)
	SetAffiliation(ctx context.Context, name, jid, affiliation string) error
}

// Rooms makes rooms by plan, guard and apply, under the lock of the state folder.
// It is a [frontdesk.Rooms], and safe for use by many goroutines.
type Rooms struct {
	// Service returns the service, connected.
	Service func(ctx context.Context) (Service, error)
	// Reconciler returns what makes a run whose changes are recorded as those of
	// a command.
	Reconciler func(command string) (*reconcile.Reconciler, error)
	// Lock takes the lock of the state folder without waiting.
	Lock func(ctx context.Context, command string) (unlock func(), err error)
	// Meetings are those that the rooms go by.
	Meetings []string
	// Command is how the changes are recorded, before the number of the request.
	Command string
	// Number returns the number of the open request for a room, 0 for none.
	Number func(ctx context.Context, room string) int64
	// Now is the clock.
	Now func() time.Time

	one    sync.Mutex // held by the one that changes something
	mu     sync.Mutex // guards what follows
	live   look[[]xmppadmin.Room]
	wanted look[want.Wanted]
}

// look is what was seen, and when.
type look[T any] struct {
	value T
	at    time.Time
}

// Make makes the room of an approved request, and reads it back. A room that is as
// it should be is made already.
func (r *Rooms) Make(ctx context.Context, name string) (frontdesk.Made, error) {
	command := r.Command
	if id := r.Number(ctx, name); id != 0 {
		command = fmt.Sprintf("%s, request %d", command, id)
	}
	done, err := r.exclusively(ctx, command)
	if err != nil {
		return frontdesk.Made{}, err
	}
	defer done()
	defer r.forget()
	run, err := r.Reconciler(command)
	if err != nil {
		return frontdesk.Made{}, err
	}
	run.Service = func(ctx context.Context) (provision.Service, error) { return r.Service(ctx) }
	pass, err := run.Plan(ctx, reconcile.Request{
		Meetings: r.Meetings, Options: plan.Options{Policy: plan.UpsertOnly, Only: []string{name}}, Applying: true,
	})
	if err != nil {
		return frontdesk.Made{}, err
	}
	row, err := rowOf(pass, name)
	if err != nil {
		return frontdesk.Made{}, err
	}
	out, err := run.Apply(ctx, pass, apply.Options{})
	if err == nil {
		err = troubleIn(name, row, out)
	}
	return r.made(row), err
}

// rowOf returns the row of a room that its request wants, and that may be
// applied.
func rowOf(pass reconcile.Pass, name string) (plan.Row, error) {
	i := slices.IndexFunc(pass.Plan.Rows, func(row plan.Row) bool { return row.Found.Name == name })
	for _, refused := range pass.Wanted.Refused {
		if refused.Name == name {
			return plan.Row{}, fmt.Errorf("room %q: %s", name, refused.Why)
		}
	}
	switch {
	case slices.Contains(pass.Wanted.Superseded, name):
		return plan.Row{}, fmt.Errorf("room %q: %w", name, frontdesk.ErrSuperseded)
	case i < 0 || pass.Plan.Rows[i].Wanted == nil || !byRequest(pass.Plan.Rows[i].Wanted.Decision):
		return plan.Row{}, fmt.Errorf("room %q: no request for it is open", name)
	case pass.Plan.Rows[i].ArchivedByHand():
		return plan.Row{}, fmt.Errorf("room %q: it was archived by hand, and stays so until muster reopen %s", name, name)
	case len(pass.Refusals) > 0:
		return plan.Row{}, pass.Refusals[0]
	}
	return pass.Plan.Rows[i], nil
}

// byRequest reports whether a request wants a room, and nothing else does.
func byRequest(d provision.Decision) bool {
	return d.Desired == provision.Live && d.Source == provision.FromRequest
}

// made returns a room that was made.
func (r *Rooms) made(row plan.Row) frontdesk.Made {
	return frontdesk.Made{JID: row.JID, Log: row.Wanted.Settings[xmppadmin.LogAddress], Reopened: row.Action == provision.Reopen}
}

// troubleIn returns why a room is not as it should be after an apply.
func troubleIn(name string, row plan.Row, out apply.Outcome) error {
	switch row.Action {
	case provision.Unchanged:
		return nil
	case provision.Conflict:
		return fmt.Errorf("room %q: it exists and belongs to another account", name)
	case provision.Unknown:
		return fmt.Errorf("room %q could not be surveyed: %w", name, row.Found.Err)
	}
	for _, result := range out.Results {
		if result.Room.Name != name {
			continue
		}
		if result.Status == apply.Done {
			return nil
		}
		return result.Err
	}
	return fmt.Errorf("room %q: nothing was done about it", name)
}

// forget has what was seen before looked at anew.
func (r *Rooms) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live, r.wanted = look[[]xmppadmin.Room]{}, look[want.Wanted]{}
}

// exclusively waits for the other changes of this desk, takes the lock, and
// returns what ends both.
func (r *Rooms) exclusively(ctx context.Context, command string) (done func(), err error) {
	r.one.Lock()
	unlock, err := r.Lock(ctx, command)
	if err != nil {
		r.one.Unlock()
		if errors.As(err, new(*state.LockedError)) {
			err = fmt.Errorf("%w: %w", frontdesk.ErrBusy, err)
		}
		return nil, err
	}
	return func() {
		unlock()
		r.one.Unlock()
	}, nil
}

// Look looks at one room.
func (r *Rooms) Look(ctx context.Context, name string) (xmppadmin.Room, error) {
	service, err := r.Service(ctx)
	if err != nil {
		return xmppadmin.Room{}, err
	}
	rooms, err := service.Read(ctx, []string{name})
	if err != nil {
		return xmppadmin.Room{}, err
	}
	for _, room := range rooms {
		if room.Name == name {
			return room, nil
		}
	}
	return xmppadmin.Room{Name: name}, nil // unknown
}

// Live returns the live managed rooms, by name, as they were at most half a
// minute ago.
func (r *Rooms) Live(ctx context.Context) ([]xmppadmin.Room, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Now().Sub(r.live.at) < fresh {
		return slices.Clone(r.live.value), nil
	}
	service, err := r.Service(ctx)
	if err != nil {
		return nil, err
	}
	found, err := service.Survey(ctx, nil)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(room xmppadmin.Room) bool {
		return room.State != xmppadmin.Exists || !room.Managed || room.Archived
	})
	r.live = look[[]xmppadmin.Room]{found, r.Now()}
	return slices.Clone(found), nil
}

// Reserved reports whether a room is wanted, standing or protected for another
// reason than a request, by the Datatracker as it was half a minute ago.
func (r *Rooms) Reserved(ctx context.Context, name string) (reason string, err error) {
	run, err := r.Reconciler(r.Command)
	if err != nil {
		return "", err
	}
	if slices.Contains(run.Limits.Protected, name) {
		return fmt.Sprintf("the room %s is protected", name), nil
	}
	w, err := r.others(ctx, run)
	if err != nil {
		return "", err
	}
	for _, room := range w.Rooms {
		if room.Name == name && room.Decision.Desired.Wanted() {
			var why []string
			for _, reason := range room.Reasons {
				why = append(why, reason.Text)
			}
			return fmt.Sprintf("the room %s is wanted: %s", name, strings.Join(why, ", ")), nil
		}
	}
	for _, refused := range w.Refused {
		if refused.Name == name {
			return fmt.Sprintf("no room can be called %s: %s", name, refused.Why), nil
		}
	}
	return "", nil
}

// others returns the rooms that are wanted for another reason than a request.
func (r *Rooms) others(ctx context.Context, run *reconcile.Reconciler) (want.Wanted, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Now().Sub(r.wanted.at) < fresh {
		return r.wanted.value, nil
	}
	run.Requests = nil
	pass, err := run.Derive(ctx, reconcile.Request{Meetings: r.Meetings})
	if err != nil {
		return want.Wanted{}, err
	}
	r.wanted = look[want.Wanted]{pass.Wanted, r.Now()}
	return pass.Wanted, nil
}

// Affiliations returns those of a room, by bare JID.
func (r *Rooms) Affiliations(ctx context.Context, name string) (map[string]string, error) {
	service, err := r.Service(ctx)
	if err != nil {
		return nil, err
	}
	return service.Affiliations(ctx, name)
}

// Grant makes a user an administrator of a room.
func (r *Rooms) Grant(ctx context.Context, name, jid string) error {
	return r.affiliate(ctx, name, jid, "admin")
}

// Revoke takes what Grant gave.
func (r *Rooms) Revoke(ctx context.Context, name, jid string) error {
	return r.affiliate(ctx, name, jid, "none")
}

// affiliate sets an affiliation under the lock: no archiving of the room runs at
// the same time.
func (r *Rooms) affiliate(ctx context.Context, name, jid, affiliation string) error {
	done, err := r.exclusively(ctx, r.Command)
	if err != nil {
		return err
	}
	defer done()
	service, err := r.Service(ctx)
	if err != nil {
		return err
	}
	return service.SetAffiliation(ctx, name, jid, affiliation)
}
