package main

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/desk"
	"muster/frontdesk"
	"muster/frontdesk/component"
	"muster/frontdesk/mail"
	"muster/provision/apply"
	"muster/provision/reconcile"
	"muster/provision/state"
)

func (a *app) deskCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "desk",
		Short: "Run the front desk, where chairs request rooms",
		Long: "Run the front desk until it is interrupted: a component of the XMPP server, at which chairs\n" +
			"request rooms by commands or by chat and the secretariat answers. It connects again, for\n" +
			"ever, when the server was away. Only one desk runs. Its log goes to standard error, a line\n" +
			"for each connection, decision and trouble, with --format json as JSON.",
		Annotations: changes(exits(exitLocked)),
		Args:        noArguments,
		RunE:        func(cmd *cobra.Command, _ []string) error { return a.desk(cmd.Context(), cmd.CommandPath()) },
	}
}

// desk is the command desk.
func (a *app) desk(ctx context.Context, command string) error {
	c, err := a.load()
	switch {
	case err != nil:
		return err
	case c.Desk.Domain == "":
		return c.NoDeskError()
	}
	unlock, err := a.lockDesk(ctx, c, command)
	if err != nil {
		return err
	}
	defer unlock()
	return desk.With(deskFile(c), func(store *frontdesk.Store) error {
		d, closeDesk, err := a.daemon(ctx, c, store, command)
		if err != nil {
			return err
		}
		defer closeDesk()
		a.applying.Store(true) // an interrupt waits for what is under way
		return d.Run(ctx)
	})
}

// daemon puts a desk together. The caller closes its connection.
func (a *app) daemon(ctx context.Context, c config.Config, store *frontdesk.Store, command string) (*desk.Daemon, func(), error) {
	secret, err := c.DeskSecret(ctx, a.env.get)
	if err != nil {
		return nil, nil, err
	}
	people, err := a.people(c)
	if err != nil {
		return nil, nil, err
	}
	rooms, closeRooms, err := a.deskRooms(ctx, c, store, command)
	if err != nil {
		return nil, nil, err
	}
	setup, log := c.FrontDesk(), a.console.DaemonLogger()
	setup.Logger = log
	worker, err := frontdesk.New(setup, store, people, rooms)
	if err != nil {
		return nil, nil, err
	}
	d := &desk.Daemon{
		Worker: worker, Outbox: store, People: people, Logger: log, Now: a.now,
		Monitor: desk.NewMonitor(store.Stats, people.Confirmed, c.State.Dir, a.now),
	}
	d.Component = component.Config{
		Domain: setup.Domain, Chat: setup.Chat, Name: setup.Name, Server: setup.Local, Service: setup.Service, Remote: setup.Remote,
		Address: c.Desk.Component, Secret: secret, Observer: d.Monitor, Logger: log, Now: a.now,
	}
	if err := a.addMonitor(ctx, c, d); err != nil {
		return nil, nil, err
	}
	return d, closeRooms, a.addMail(ctx, c, store, d)
}

// addMonitor has the desk serve what monitoring reads, where that is configured.
func (a *app) addMonitor(ctx context.Context, c config.Config, d *desk.Daemon) error {
	if c.Desk.MetricsAddress == "" {
		return nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Desk.MetricsAddress)
	if err != nil {
		return &config.Error{Path: c.Path, Key: "desk.metrics", Err: err, Advice: "name another port, or \"\" for none"}
	}
	d.Logger.InfoContext(ctx, "serving /healthz and /metrics", "address", l.Addr().String())
	d.Serve = func(ctx context.Context, handler http.Handler) error { return serveUntil(ctx, l, handler) }
	return nil
}

// addMail has the desk send mails, where that is configured.
func (a *app) addMail(ctx context.Context, c config.Config, store *frontdesk.Store, d *desk.Daemon) error {
	if c.Desk.Mail.Server == "" {
		return nil
	}
	sender, err := a.mailer(ctx, c)
	if err != nil {
		return err
	}
	d.Mail = func(ctx context.Context) {
		desk.SendMail(ctx, sender, store, a.now, func(err error) {
			if err != nil {
				d.Logger.WarnContext(ctx, "mails could not be sent", "error", err)
				return
			}
			d.Logger.InfoContext(ctx, "mails are sent again")
		})
	}
	return nil
}

// lockDesk takes the lock of the front desk.
func (a *app) lockDesk(ctx context.Context, c config.Config, command string) (unlock func(), err error) {
	return a.locked(c, c.State.Dir, command, func(who state.Holder) (*state.Lock, error) {
		l, err := state.AcquireDeskLock(ctx, c.State.Dir, who)
		if errors.As(err, new(*state.LockedError)) {
			err = &otherDeskError{err}
		}
		return l, err
	})
}

// otherDeskError is that another desk runs.
type otherDeskError struct{ err error }

func (e *otherDeskError) Error() string { return e.err.Error() }
func (e *otherDeskError) Unwrap() error { return e.err }

// Hint names the service.
func (e *otherDeskError) Hint() string {
	return "only one front desk runs: see systemctl status muster-desk.service"
}

// deskFile is the database of the front desk.
func deskFile(c config.Config) string { return filepath.Join(c.State.Dir, "desk.db") }

// shellActor returns who acts at the command line, as the desk's database has it.
func (a *app) shellActor(c config.Config) string {
	who := a.actor(c, "")
	return "shell:" + cmp.Or(who.SudoUser, who.User, "unknown")
}

// settle notes what a run did to the rooms of requests. That it could not be noted
// is no failure of the run: the next one does so. A run that could not read the
// requests has reported it, and notes nothing.
func (a *app) settle(ctx context.Context, c config.Config, p reconcile.Pass, out apply.Outcome) {
	if p.Sources.RequestsUnread || !desk.Exists(deskFile(c)) {
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

// mailer returns what sends the desk's mails.
func (a *app) mailer(ctx context.Context, c config.Config) (*mail.Sender, error) {
	password, err := c.MailPassword(ctx, a.env.get)
	if err != nil {
		return nil, err
	}
	authorities, err := c.MailAuthorities()
	if err != nil {
		return nil, err
	}
	m := c.Desk.Mail
	sender, err := mail.New(mail.Config{
		Server: m.Server, DirectTLS: m.TLS == "direct", User: m.User, Password: password, From: m.From, Name: c.Desk.Name, Roots: authorities,
	})
	if err != nil {
		return nil, &config.Error{Path: c.Path, Key: "desk.mail.server", Err: err}
	}
	return sender, nil
}
