package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/config"
	"muster/frontdesk"
	"muster/provision/state"
)

func (a *app) requestApproveCommand() *cobra.Command {
	var o requestFlags
	cmd := onRequest(&cobra.Command{
		Use: "approve ID", Short: "Approve a request, and make its room",
		Long: "Approve a request that waits, or the extension of one that waits, and make the room at\n" +
			"once. Where another run holds the lock or a service does not answer, the request is\n" +
			"approved all the same: the desk or the next muster sync makes the room.",
		Annotations: changes(exits(exitIncomplete, exitRefused, exitLocked, exitDatatracker, exitXMPP)),
		Example:     "  muster request approve 12\n  muster request approve 12 --name quic-dt --until 2026-12-24",
	}, a.requestIDs(frontdesk.Pending), nil)
	a.decide(cmd, &o, func(ctx context.Context, c config.Config, store *frontdesk.Store, id int64) (frontdesk.Request, error) {
		r, err := store.Request(ctx, id)
		if err == nil {
			err = a.checkLastDay(r, o.amendment.Until)
		}
		if err == nil {
			r, err = store.Approve(ctx, id, o.amendment, a.shellActor(c), a.now())
		}
		if err != nil {
			return frontdesk.Request{}, err
		}
		return a.makeRequested(ctx, c, store, r, o.command)
	})
	o.add(cmd, "another last `DAY`, YYYY-MM-DD")
	cmd.Flags().StringVar(&o.amendment.Room, "name", "", "another `NAME` for the room")
	return cmd
}

func (a *app) requestDenyCommand() *cobra.Command {
	var o requestFlags
	cmd := onRequest(&cobra.Command{
		Use: "deny ID --reason TEXT", Short: "Deny a request",
		Long: "Deny a request that waits, or the extension of one that waits. The requester is sent\n" +
			"the reason.",
		Annotations: changes(exits()),
		Example:     "  muster request deny 12 --reason 'please use the room of the group'",
	}, a.requestIDs(frontdesk.Pending), nil)
	a.decide(cmd, &o, func(ctx context.Context, c config.Config, store *frontdesk.Store, id int64) (frontdesk.Request, error) {
		return store.Deny(ctx, id, o.reason, a.shellActor(c), a.now())
	})
	cmd.Flags().StringVar(&o.reason, "reason", "", "why, one line of `TEXT`")
	needs(cmd, "reason")
	return cmd
}

func (a *app) requestWithdrawCommand() *cobra.Command {
	var o requestFlags
	cmd := onRequest(&cobra.Command{
		Use: "withdraw ID", Short: "Withdraw a request",
		Long:        "Withdraw a request. A room that is there is archived by the next muster sync.",
		Annotations: changes(exits()),
		Example:     "  muster request withdraw 12",
	}, a.requestIDs(frontdesk.Pending, frontdesk.Approved, frontdesk.Live), nil)
	a.decide(cmd, &o, func(ctx context.Context, c config.Config, store *frontdesk.Store, id int64) (frontdesk.Request, error) {
		r, err := store.Withdraw(ctx, id, a.shellActor(c), a.now())
		if err == nil && r.State == frontdesk.Live {
			a.console.Note("the next muster sync archives the room %s", r.Room)
		}
		return r, err
	})
	return cmd
}

func (a *app) requestExtendCommand() *cobra.Command {
	var o requestFlags
	cmd := onRequest(&cobra.Command{
		Use: "extend ID --until DAY", Short: "Give a request a later last day",
		Long:        "Give a request whose room is there, or approved, a later last day.",
		Annotations: changes(exits()),
		Example:     "  muster request extend 12 --until 2027-01-31",
	}, a.requestIDs(frontdesk.Approved, frontdesk.Live), nil)
	a.decide(cmd, &o, func(ctx context.Context, c config.Config, store *frontdesk.Store, id int64) (frontdesk.Request, error) {
		r, err := store.Request(ctx, id)
		if err == nil && (r.State == frontdesk.Approved || r.State == frontdesk.Live) && !lastDay(o.amendment.Until).After(r.End()) {
			err = &dayError{r.ID, "is " + r.Until + " already", "--until takes a later one; muster request withdraw ends a request before its day"}
		}
		if err != nil {
			return frontdesk.Request{}, err
		}
		return store.Extend(ctx, id, o.amendment.Until, true, "", a.shellActor(c), a.now())
	})
	o.addUntil(cmd, "the last `DAY` of the room, YYYY-MM-DD")
	needs(cmd, "until")
	return cmd
}

// lastDay returns the end of a day in UTC.
func lastDay(day string) time.Time { return frontdesk.Request{Until: day}.End() }

// checkLastDay returns the error of approving a request that waits, or the
// extension of one, where its last day is past and no other one is given.
func (a *app) checkLastDay(r frontdesk.Request, until string) error {
	day := cmp.Or(r.ExtendTo, r.Until)
	if !r.Waits() || until != "" || lastDay(day).After(a.now()) {
		return nil
	}
	return &dayError{r.ID, day + " is past", "name another one with --until"}
}

// dayError is what is wrong with the last day of a request, and what to do.
type dayError struct {
	request    int64
	text, hint string
}

func (e *dayError) Error() string {
	return fmt.Sprintf("request %d: its last day %s", e.request, e.text)
}

// Hint returns what to do.
func (e *dayError) Hint() string { return e.hint }

// decide has a command on one request check its flags and change the request.
func (a *app) decide(cmd *cobra.Command, o *requestFlags, do func(context.Context, config.Config, *frontdesk.Store, int64) (frontdesk.Request, error)) {
	onRequest(cmd, cmd.ValidArgsFunction, func(ctx context.Context, id int64) error {
		o.command = cmd.CommandPath()
		if err := a.checkAmendment(cmd, o); err != nil {
			return err
		}
		return a.withRequests(func(c config.Config, store *frontdesk.Store) error {
			return a.showChanged(do(ctx, c, store, id))
		})
	})
}

// makeRequested makes the room of an approved request, and returns the request as
// it is then.
func (a *app) makeRequested(ctx context.Context, c config.Config, store *frontdesk.Store, r frontdesk.Request, command string) (frontdesk.Request, error) {
	rooms, closeRooms, err := a.deskRooms(ctx, c, store, command)
	if err != nil {
		return r, notMade(r, err)
	}
	defer closeRooms()
	a.applying.Store(true)
	defer a.applying.Store(false)
	made, err := rooms.Make(ctx, r.Room)
	run := frontdesk.Run{Service: c.XMPP.Service}
	switch {
	case err == nil:
		run.Live = map[string]string{r.Room: made.Log}
	case errors.Is(err, frontdesk.ErrSuperseded):
		run.Superseded = []string{r.Room}
	case codeOf(err) == exitError:
		err = &statusError{code: exitIncomplete, err: err}
		run.Failed = map[string]string{r.Room: err.Error()}
	}
	lasting := context.WithoutCancel(ctx)
	serr := store.Settle(lasting, run, a.now())
	if now, rerr := store.Request(lasting, r.ID); rerr == nil {
		r = now
	}
	return r, errors.Join(notMade(r, err), serr)
}

// notMade is why the room of an approved request is not there yet; nil for nil.
func notMade(r frontdesk.Request, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, frontdesk.ErrSuperseded) {
		return fmt.Errorf("request %d has ended: %w", r.ID, err)
	}
	if locked := (*state.LockedError)(nil); errors.As(err, &locked) {
		err = locked // alone: that a run holds the lock is said once
	}
	return fmt.Errorf("request %d is approved, and its room not made yet: %w", r.ID, err)
}
