package main

import (
	"context"
	"fmt"
	"slices"

	"muster/chatlog"
	"muster/chatlog/site"
)

// logsDump is logs export --format jsonl: it writes the record of all rooms, or
// of those named, as JSON Lines. No server is contacted.
func (a *app) logsDump(ctx context.Context, names []string) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	store, err := chatlog.OpenReader(ctx, logsFile(c), a.logsOptions(c))
	if err != nil {
		return noRecord(err)
	}
	defer store.Close()
	rooms, err := store.Rooms(ctx)
	if err != nil {
		return err
	}
	var known []string
	for _, r := range rooms {
		known = append(known, r.Name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return fmt.Errorf("room %q: the record has no such room", name)
		}
	}
	for _, name := range known {
		if len(names) == 0 || slices.Contains(names, name) {
			if err := a.dumpRoom(ctx, store, name); err != nil {
				return err
			}
		}
	}
	return a.console.WriteError()
}

// dumpRoom writes the record of a room, day by day.
func (a *app) dumpRoom(ctx context.Context, store *chatlog.Store, room string) error {
	days, err := store.Days(ctx, room)
	if err != nil {
		return err
	}
	for _, d := range days {
		lines, err := store.Lines(ctx, room, d.Date, d.Date.AddDate(0, 0, 1))
		if err != nil {
			return err
		}
		text, err := site.JSONLines(room, lines)
		if err != nil {
			return err
		}
		a.console.JSONLines(text)
	}
	return nil
}
