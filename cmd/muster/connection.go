package main

import (
	"context"
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"time"

	"muster/agenda"
	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/desk"
	"muster/cmd/muster/internal/ui"
	"muster/provision"
	"muster/provision/apply"
	"muster/provision/reconcile"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

// connection is the session with the server, once it is made.
type connection struct {
	app     *app
	config  config.Config
	account session.Config
	client  *session.Client    // nil before
	service *xmppadmin.Service // likewise
}

// connection puts together what a login takes. Nothing is contacted.
func (a *app) connection(ctx context.Context, c config.Config) (*connection, error) {
	password, err := c.Password(ctx, a.env.get)
	if err != nil {
		return nil, err
	}
	authorities, err := c.Authorities()
	if err != nil {
		return nil, err
	}
	x := c.XMPP
	return &connection{app: a, config: c, account: session.Config{
		JID: x.JID, Password: password, Server: x.Server, DirectTLS: x.TLS == "direct",
		RootCAs: authorities, Timeout: time.Duration(x.Timeout), Logger: a.console.Logger(),
	}}, nil
}

// login makes the session with the server.
func (c *connection) login(ctx context.Context) (err error) {
	c.client, err = session.Dial(ctx, c.account)
	return err
}

// open logs in and finds out which dialect the service takes.
func (c *connection) open(ctx context.Context) (provision.Service, error) {
	err := c.login(ctx)
	if err == nil {
		c.service, err = xmppadmin.Open(ctx, c.client, c.config.XMPP.Service, c.config.XMPP.Dialect)
	}
	if err != nil {
		return nil, err
	}
	c.service.OnWarning(func(room, text string) { c.app.console.Warn("room %q: %s", room, text) })
	return c.service, nil
}

// longWait is the waiting that is shown without --verbose. What is shorter is
// shown as none.
const longWait = 100 * time.Millisecond

// close ends the session with the server. It shows what was waited for, and with
// --verbose what the session took.
func (c *connection) close() {
	if c == nil || c.client == nil {
		return
	}
	_ = c.client.Close()
	if waited, what := c.client.Waited(); what != "" && (waited >= longWait || c.app.console.Options.Verbose) {
		c.app.console.Note("waited %s", what)
	}
	if s := c.client.Stats(); c.app.console.Options.Verbose {
		c.app.console.Note("%d requests over %d connections, %d bytes sent, %d received", s.Requests, s.Streams, s.Sent, s.Received)
	}
}

// actor returns who runs the command called so.
func (a *app) actor(c config.Config, command string) apply.Actor {
	who := apply.Actor{Account: c.XMPP.JID, SudoUser: a.env.get("SUDO_USER"), Command: command}
	who.Host, _ = os.Hostname()
	if u, err := user.Current(); err == nil {
		who.User = u.Username
	}
	return who
}

// reconciler returns what makes the runs, on a connection that is not made yet;
// without one, for runs that look at no server. command is the command that
// runs, for the audit trail.
func (a *app) reconciler(c config.Config, conn *connection, command string) (*reconcile.Reconciler, error) {
	client, err := a.agendaClient(c)
	if err != nil {
		return nil, err
	}
	r := &reconcile.Reconciler{
		Agenda: client, Rules: c.Rules(), Limits: c.Limits(), State: c.State.Dir,
		Actor: a.actor(c, command), Version: release, Now: a.now, Requests: desk.Requests(deskFile(c)),
	}
	if conn != nil {
		r.Service = conn.open
	}
	return r, nil
}

// look plans what differs, and shows what is odd about the state folder. The
// caller closes the connection, which may be nil.
func (a *app) look(ctx context.Context, c config.Config, command string, q reconcile.Request) (*reconcile.Reconciler, reconcile.Pass, *connection, error) {
	var conn *connection
	var err error
	if !q.Offline {
		if conn, err = a.connection(ctx, c); err != nil {
			return nil, reconcile.Pass{}, nil, err
		}
	}
	r, err := a.reconciler(c, conn, command)
	if err != nil {
		return nil, reconcile.Pass{}, conn, err
	}
	if len(q.Meetings) == 0 {
		q.Meetings = c.Meetings.Follow
	}
	activity := a.console.Activity("the rooms on " + c.XMPP.Service)
	r.Agenda = watchedAgenda{r.Agenda, activity}
	if conn != nil {
		r.Service = func(ctx context.Context) (provision.Service, error) {
			defer activity.Begin("the server of " + c.XMPP.Service)()
			return conn.open(ctx)
		}
	}
	p, err := r.Plan(ctx, q)
	activity.Close()
	if p.Damage != "" {
		a.console.Warn("%s", p.Damage)
	}
	return r, p, conn, err
}

// watchedAgenda is the Datatracker, whose answers are waited for visibly.
type watchedAgenda struct {
	agenda   reconcile.Agenda
	activity *ui.Activity
}

// Meetings reads meetings.
func (w watchedAgenda) Meetings(ctx context.Context, sources []string) ([]agenda.Meeting, error) {
	defer w.activity.Begin("the Datatracker")()
	return w.agenda.Meetings(ctx, sources)
}

// Groups reads the list of groups.
func (w watchedAgenda) Groups(ctx context.Context, types []string) (agenda.GroupList, error) {
	defer w.activity.Begin("the Datatracker")()
	return w.agenda.Groups(ctx, types)
}

// agendaClient returns a client of the configured Datatracker, with its cache
// in the state folder where there is one.
func (a *app) agendaClient(c config.Config) (*agenda.Client, error) {
	cache := filepath.Join(c.State.Dir, "cache")
	if _, err := os.Stat(c.State.Dir); errors.Is(err, os.ErrNotExist) {
		cache = "" // a plan makes no state folder
	}
	client, err := agenda.New(agenda.Config{
		URL: c.Datatracker.URL, ChatPattern: c.Datatracker.ChatPattern,
		Timeout: time.Duration(c.Datatracker.Timeout), CacheDir: cache,
		Logger: a.console.Logger(), UserAgent: "muster/" + release, Now: a.now,
	})
	if err != nil {
		return nil, &config.Error{Path: c.Path, Err: err}
	}
	return client, nil
}
