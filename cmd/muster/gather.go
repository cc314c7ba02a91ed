package main

import (
	"context"
	"errors"
	"fmt"
	"muster/provision"
	"muster/provision/plan"
	"muster/provision/state"
	"muster/provision/want"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"muster/agenda"
	"muster/cmd/muster/internal/config"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

// job is one run's view of both sides: the rooms wanted, from the agendas, and
// the service that has them or should.
type job struct {
	app     *app
	config  config.Config
	rules   want.Rules
	sources []string // the meetings, as asked for
	inputs  want.Sources
	memory  state.Memory
	wanted  want.Wanted
	account session.Config     // what a login takes, once it was put together
	client  *session.Client    // nil where no server is looked at
	service *xmppadmin.Service // likewise
}

// prepare gets both sides ready at once: the agendas from the Datatracker, and
// a session with the server unless the run is to look at none. now is the time
// that the wishes are made for.
func (a *app) prepare(ctx context.Context, c config.Config, sources []string, now time.Time, offline bool) (*job, error) {
	j := &job{app: a, config: c, rules: c.Rules(), sources: sources}
	if len(j.sources) == 0 {
		j.sources = c.Meetings.Follow
	}
	if !offline {
		if err := j.credentials(ctx); err != nil {
			return nil, err
		}
	}
	// Both are waited for, so that the same troubles give the same errors.
	var sides errgroup.Group
	var fetched, connected error
	sides.Go(func() error { fetched = j.fetch(ctx, now); return nil })
	if !offline {
		sides.Go(func() error { connected = j.connect(ctx); return nil })
	}
	_ = sides.Wait()
	if err := list(fetched, connected); err != nil {
		j.close()
		return nil, err
	}
	return j, nil
}

// fetch reads the agendas and the list of groups, each once, and derives the
// wanted rooms.
func (j *job) fetch(ctx context.Context, now time.Time) error {
	client, err := j.app.agendaClient(j.config)
	if err != nil {
		return err
	}
	var warning string
	if j.memory, warning, err = state.LoadMemory(j.config.State.Dir); err != nil {
		return err
	}
	if warning != "" {
		j.app.console.Warn("%s", warning)
	}
	j.inputs = want.Sources{History: j.memory.Rooms}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		j.inputs.Meetings, err = client.Meetings(gctx, j.sources)
		return err
	})
	if types := j.rules.ListTypes(); len(types) > 0 && !onlyFiles(j.sources) {
		g.Go(func() error {
			list, err := client.Groups(gctx, types)
			j.inputs.Groups = &list
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	j.wanted, err = want.Derive(j.inputs, j.rules, now)
	return err
}

// onlyFiles reports whether no meeting comes from the Datatracker, so that nothing
// else may either.
func onlyFiles(sources []string) bool {
	return !slices.ContainsFunc(sources, func(s string) bool { return !strings.HasPrefix(s, "file:") })
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

// connect logs in and finds out which dialect the service takes.
func (j *job) connect(ctx context.Context) error {
	if err := j.login(ctx); err != nil {
		return err
	}
	var err error
	j.service, err = xmppadmin.Open(ctx, j.client, j.config.XMPP.Service, j.config.XMPP.Dialect)
	return err
}

// login makes the session with the server.
func (j *job) login(ctx context.Context) error {
	if err := j.credentials(ctx); err != nil {
		return err
	}
	var err error
	j.client, err = session.Dial(ctx, j.account)
	return err
}

// credentials puts together, once, what a login takes. Nothing is contacted.
func (j *job) credentials(ctx context.Context) error {
	if j.account.JID != "" {
		return nil
	}
	x := j.config.XMPP
	password, err := j.config.Password(ctx, j.app.env.get)
	if err != nil {
		return err
	}
	authorities, err := j.config.Authorities()
	if err != nil {
		return err
	}
	j.account = session.Config{
		JID: x.JID, Password: password, Server: x.Server, DirectTLS: x.TLS == "direct",
		RootCAs: authorities, Timeout: time.Duration(x.Timeout), Logger: j.app.console.Logger(),
	}
	return nil
}

// close ends the session with the server and shows, with --verbose, what it
// took.
func (j *job) close() {
	if j.client == nil {
		return
	}
	_ = j.client.Close()
	if _, what := j.client.Waited(); what != "" && j.app.console.Options.Verbose {
		j.app.console.Note("waited %s", what)
	}
	if s := j.client.Stats(); j.app.console.Options.Verbose {
		j.app.console.Note("%d requests over %d connections, %d bytes sent, %d received", s.Requests, s.Streams, s.Sent, s.Received)
	}
}

// survey looks at the service's rooms; without a service none is there.
func (j *job) survey(ctx context.Context) ([]xmppadmin.Room, error) {
	if j.service == nil {
		return plan.Offline(j.wanted), nil
	}
	return j.service.Survey(ctx, j.wanted.Names())
}

// who is the run as the lock and the audit trail name it.
func (j *job) who() string { return j.config.XMPP.JID }

// label names the meetings for people.
func (j *job) label() string {
	var names []string
	for _, m := range j.inputs.Meetings {
		names = append(names, provision.MeetingName(m.Number))
	}
	return strings.Join(names, ", ")
}

// warnings are what the agendas and the derivation of rooms had to remark.
func (j *job) warnings() []string {
	var all []string
	for _, o := range j.inputs.Outages() {
		all = append(all, o.Error())
	}
	for _, m := range j.inputs.Meetings {
		for _, w := range m.Warnings {
			all = append(all, fmt.Sprintf("agenda of %s: %s", m.Number, w))
		}
	}
	if j.inputs.Groups != nil {
		all = append(all, j.inputs.Groups.Warnings...)
	}
	all = append(all, j.wanted.Warnings...)
	for _, r := range j.wanted.Refused {
		all = append(all, fmt.Sprintf("no room called %q is made: %s", r.Name, r.Why))
	}
	return all
}
