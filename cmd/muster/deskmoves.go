package main

import (
	"context"

	"muster/agenda"
	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/desk"
	"muster/frontdesk"
	"muster/provision/reconcile"
)

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
		return store.SetSightings(ctx, known, messages, now)
	})
	if err != nil {
		a.console.Warn("news of sessions: %v", err)
	}
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
