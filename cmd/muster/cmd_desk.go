package main

import (
	"cmp"
	"context"
	"path/filepath"

	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/desk"
	"muster/frontdesk"
	"muster/provision/apply"
	"muster/provision/reconcile"
)

// deskFile is the database of the front desk.
func deskFile(c config.Config) string { return filepath.Join(c.State.Dir, "desk.db") }

// shellActor returns who acts at the command line, as the desk's database has it.
func (a *app) shellActor(c config.Config) string {
	who := a.actor(c, "")
	return "shell:" + cmp.Or(who.SudoUser, who.User, "unknown")
}

// settle notes what a run did to the rooms of requests. That it could not be noted
// is no failure of the run: the next one does so.
func (a *app) settle(ctx context.Context, c config.Config, p reconcile.Pass, out apply.Outcome) {
	if !desk.Exists(deskFile(c)) {
		return
	}
	err := desk.With(deskFile(c), func(store *frontdesk.Store) error {
		return store.Settle(context.WithoutCancel(ctx), desk.RunOf(p, out), a.now())
	})
	if err != nil {
		a.console.Warn("requests of the front desk: %v", err)
	}
}

// deskRooms returns what makes the rooms of requests. The caller closes its
// connection.
func (a *app) deskRooms(ctx context.Context, c config.Config, store *frontdesk.Store, command string) (rooms *desk.Rooms, closeRooms func(), err error) {
	conn, err := a.connection(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	keeper := &desk.Keeper{Dial: func(ctx context.Context) (*desk.Connected, error) {
		if _, err := conn.open(ctx); err != nil {
			return nil, err
		}
		return &desk.Connected{Service: conn.service, Renew: conn.client.RenewWaitLimit, Close: conn.close}, nil
	}}
	return &desk.Rooms{
		Service:    keeper.Service,
		Reconciler: func(command string) (*reconcile.Reconciler, error) { return a.reconciler(c, conn, command) },
		Lock: func(ctx context.Context, command string) (func(), error) {
			return a.lockIn(ctx, c, c.State.Dir, command, 0)
		},
		Meetings: c.Meetings.Follow, Command: command, Now: a.now,
		Number: func(ctx context.Context, room string) int64 {
			open, err := store.Requests(ctx, frontdesk.Filter{Room: room, States: []frontdesk.State{frontdesk.Approved, frontdesk.Live}})
			if err != nil || len(open) == 0 {
				return 0
			}
			return open[len(open)-1].ID
		},
	}, keeper.Close, nil
}
