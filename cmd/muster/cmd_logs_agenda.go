package main

import (
	"context"
	"strings"

	"muster/agenda"
	"muster/chatlog"
	"muster/cmd/muster/internal/config"
	"muster/provision"
	"muster/provision/reconcile"
)

// logSources is what the record takes from the agendas: the sessions, and what
// rooms are for. It may be empty; the record then keeps what it has.
type logSources struct {
	meetings []agenda.Meeting
	purposes map[string]chatlog.Purpose
}

// logSources reads the agendas that are followed. That they cannot be read is a
// warning: the messages are worth reading all the same.
func (a *app) logSources(ctx context.Context, c config.Config, command string) logSources {
	r, err := a.reconciler(c, nil, command)
	if err != nil {
		a.console.Warn("%v", err)
		return logSources{}
	}
	p, err := r.Derive(ctx, reconcile.Request{Meetings: c.Meetings.Follow})
	if err != nil && ctx.Err() == nil {
		a.console.Warn("%v; the record keeps the sessions that it knows", err)
	}
	return sourcesOf(p)
}

// sourcesOf returns what the record takes from a run.
func sourcesOf(p reconcile.Pass) logSources {
	s := logSources{meetings: p.Sources.Meetings, purposes: make(map[string]chatlog.Purpose)}
	for _, r := range p.Wanted.Rooms {
		s.purposes[r.Name] = purposeOf(r)
	}
	return s
}

// purposeOf returns what a room is for: of several reasons the one by which it
// lasts longest.
//
//	a standing room                          standing
//	a group's, or of a meeting as its own    group
//	of sessions only                         session
//	of a request                             requested
//	no longer wanted                         what it is archived for
func purposeOf(r provision.Room) chatlog.Purpose {
	has := make(map[chatlog.Purpose]bool)
	for _, why := range r.Reasons {
		switch {
		case why.Source == provision.FromStanding:
			has[chatlog.ForStanding] = true
		case why.Source == provision.FromRequest:
			has[chatlog.ForRequester] = true
		case why.Source == provision.FromGroups, strings.EqualFold(why.Group, r.Name):
			has[chatlog.ForGroup] = true
		case why.Source == provision.FromMeeting:
			has[chatlog.ForSession] = true
		}
	}
	for _, p := range []chatlog.Purpose{chatlog.ForStanding, chatlog.ForGroup, chatlog.ForSession, chatlog.ForRequester} {
		if has[p] {
			return p
		}
	}
	switch r.Decision.Source {
	case provision.FromGroups:
		return chatlog.ForGroup
	case provision.FromRequest:
		return chatlog.ForRequester
	}
	return ""
}

// record adds the sessions to the record, and what they are for to rooms.
func (s logSources) record(ctx context.Context, store *chatlog.Store, rooms []chatlog.Room) error {
	for i := range rooms {
		rooms[i].Purpose = s.purposes[rooms[i].Name]
	}
	for _, m := range s.meetings {
		if err := store.AddMeeting(ctx, m); err != nil {
			return err
		}
	}
	return nil
}
