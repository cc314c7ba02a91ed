package main

import (
	"context"

	"github.com/spf13/cobra"

	"muster/agenda"
	"muster/chatlog"
	"muster/chatlog/site"
	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/desk"
	"muster/frontdesk"
	"muster/provision/plan"
	"muster/provision/reconcile"
	"muster/xmppadmin"
)

func (a *app) syncCommand() *cobra.Command {
	o := applyFlags{yes: true, brief: true}
	var logs bool
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "Apply all changes without asking; print nothing if nothing changed (for cron)",
		Long: "Plan and apply the changes by the policy sync, without asking. Nothing is printed if\n" +
			"nothing changed, otherwise the summary and a line for each change; errors and warnings\n" +
			"go to standard error. With --logs the chat logs are then exported and, where logs.out\n" +
			"is set, published: also after rooms failed, a guard refused or the Datatracker did not\n" +
			"answer.",
		Annotations: changes(exits(exitIncomplete, exitRefused, exitLocked, exitDatatracker, exitXMPP)),
		Example:     "  muster sync\n  muster sync --meeting 126 --lock-timeout 5m\n  muster sync --logs",
		Args:        noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.command, o.options.Policy = cmd.CommandPath(), plan.Sync
			if err := o.check(cmd); err != nil {
				return err
			}
			if logs {
				return a.syncWithLogs(cmd.Context(), &o)
			}
			return a.apply(cmd.Context(), &o)
		},
	}
	addMeeting(cmd.Flags(), &o.meetings)
	o.addGuards(cmd.Flags())
	o.addLock(cmd.Flags())
	cmd.Flags().BoolVar(&logs, "logs", false, "export and publish the chat logs afterwards")
	return cmd
}

// syncWithLogs syncs the rooms and then the chat logs. What the rooms fail for
// stops the logs only where it would stop them too.
func (a *app) syncWithLogs(ctx context.Context, o *applyFlags) error {
	var sources logSources
	o.seen = func(p reconcile.Pass) { sources = sourcesOf(p) }
	rooms := a.apply(ctx, o)
	switch codeOf(rooms) {
	case exitOK, exitIncomplete, exitDatatracker, exitRefused:
	default:
		return rooms
	}
	logs := a.syncLogs(ctx, &logsFlags{command: o.command, lockTimeout: o.lockTimeout}, sources)
	if rooms == nil {
		return logs
	}
	if logs == nil {
		return rooms
	}
	code := codeOf(rooms)
	for _, err := range []error{rooms, logs} {
		if !shown(err) {
			a.console.Fatal(split(err)...)
		}
		if severity(codeOf(err)) > severity(code) {
			code = codeOf(err)
		}
	}
	return &statusError{code: code}
}

// syncLogs exports the chat logs and, where there is a folder for them,
// publishes them, with the agendas and rooms of the run before. It shows only
// what changed for the worse.
func (a *app) syncLogs(ctx context.Context, o *logsFlags, sources logSources) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	err = a.withArchives(ctx, c, nil, o, func(conn *connection, store *chatlog.Store, rooms []chatlog.Room) error {
		if err := sources.record(ctx, store, rooms); err != nil {
			return err
		}
		outcomes, err := store.Export(ctx, conn.service, rooms, chatlog.ExportOptions{})
		if err != nil {
			return err
		}
		a.console.ExportTroubles(outcomes)
		if c.Logs.Out != "" {
			if _, err := site.Publish(ctx, store, a.siteConfig(c)); err != nil {
				return publishError(err)
			}
		}
		return outcomesError(outcomes, false)
	})
	return err
}

// sendNews has the front desk send news of sessions that moved, were cancelled or
// take place again to the chairs that are linked. Agendas that are not fresh or not
// whole are left out. That it could not be done is no failure of the run: the next
// sync does so.
func (a *app) sendNews(ctx context.Context, c config.Config, p reconcile.Pass) {
	if !desk.Exists(deskFile(c)) {
		return
	}
	var meetings []agenda.Meeting
	for _, m := range p.Sources.Meetings {
		if !m.Stale && m.Unread.Rows == 0 {
			meetings = append(meetings, m)
		}
	}
	err := desk.With(deskFile(c), func(store *frontdesk.Store) error {
		now := a.now()
		known, err := store.Sightings(ctx)
		if err != nil {
			return err
		}
		known, news := frontdesk.Moved(known, meetings, now)
		messages, err := a.newsMessages(ctx, c, store, news)
		if err != nil {
			return err
		}
		if c.Desk.AnnounceInRooms && c.Desk.Domain != "" {
			messages = append(messages, frontdesk.RoomMessages(news, p.Wanted.Service, liveRooms(p), now)...)
		}
		return store.SetSightings(ctx, known, messages, now)
	})
	if err != nil {
		a.console.Warn("news of sessions: %v", err)
	}
}

// liveRooms returns the names of the managed rooms that were found live.
func liveRooms(p reconcile.Pass) map[string]bool {
	live := make(map[string]bool)
	for _, row := range p.Plan.Rows {
		f := row.Found
		live[f.Name] = f.State == xmppadmin.Exists && f.Managed && !f.Archived && !f.HalfArchived
	}
	return live
}

// newsMessages returns the messages of news. Only where there are any, and who to
// send them to, the Datatracker's list of roles is read.
func (a *app) newsMessages(ctx context.Context, c config.Config, store *frontdesk.Store, news []frontdesk.News) ([]frontdesk.Message, error) {
	links, err := store.Links(ctx)
	if err != nil || len(news) == 0 || len(links) == 0 {
		return nil, err
	}
	people, err := a.people(c)
	if err != nil {
		return nil, err
	}
	f := frontdesk.Facts{Now: a.now(), Counted: c.Desk.Roles}
	if f.Roles, err = people.Roles(ctx); err != nil {
		return nil, err
	}
	if f.Groups, err = people.Acronyms(ctx); err != nil {
		return nil, err
	}
	return frontdesk.NewsMessages(news, links, f), nil
}
