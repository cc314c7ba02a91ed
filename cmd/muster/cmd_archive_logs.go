package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2"

	"muster/chatlog"
	"muster/cmd/muster/internal/config"
	"muster/provision"
	"muster/provision/apply"
	"muster/xmppadmin"
)

// unrecordedFile has, in the folder of the record, the rooms that were archived
// and are not known to be in the record as a whole.
const unrecordedFile = "archived.json"

// recordArchived reads the archives of the rooms that a run archived, and of
// those of earlier runs for which that failed, into the record, and compares
// them message by message. It does so where the chat logs are configured or
// there is a record. The error err is that of the run.
func (a *app) recordArchived(ctx context.Context, c config.Config, o *applyFlags, out apply.Outcome, err error) error {
	if !keepsRecord(c) || ctx.Err() != nil {
		return err
	}
	rooms, failed := unrecorded(c)
	for _, r := range out.Results {
		if r.Action == provision.Archive && r.Status == apply.Done && !slices.Contains(rooms, r.Room.Name) {
			rooms = append(rooms, r.Room.Name)
		}
	}
	if failed == nil && len(rooms) == 0 {
		return err
	}
	if failed == nil {
		if failed = noteUnrecorded(c, rooms); failed == nil {
			failed = a.record(ctx, c, o, rooms)
		}
	}
	if failed == nil {
		return err
	}
	if !shown(failed) {
		a.console.Error(fmt.Errorf("the chat logs of archived rooms (%s): %w; the next run tries it again", listed(rooms), failed))
	}
	if err != nil {
		return err
	}
	return &statusError{code: exitIncomplete}
}

// keepsRecord reports whether the chat logs are configured, or there is a record.
func keepsRecord(c config.Config) bool {
	_, err := os.Stat(logsFile(c))
	return c.Logs.Out != "" || c.Logs.URL != "" || err == nil
}

// listed returns the names of rooms as one text, the first few of many.
func listed(rooms []string) string {
	const most = 5
	text := fmt.Sprintf("%q", rooms[:min(len(rooms), most)])
	if len(rooms) > most {
		text = fmt.Sprintf("%s and %d more", text, len(rooms)-most)
	}
	return text
}

// record reads and compares the archives of archived rooms, and notes those
// that are left to do. An error that was shown already has no text.
func (a *app) record(ctx context.Context, c config.Config, o *applyFlags, names []string) error {
	conn, err := a.connection(ctx, c)
	if err != nil {
		return err
	}
	unlock, err := a.lockIn(ctx, c, logsDir(c), o.command, o.lockTimeout)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := conn.open(ctx); err != nil {
		return err
	}
	defer conn.close()
	store, err := chatlog.Open(ctx, logsFile(c), a.logsOptions(c))
	if err != nil {
		return err
	}
	defer store.Close()
	rooms, left, err := archivedOf(ctx, conn.service, names)
	if err != nil {
		return err
	}
	outcomes, err := store.Export(ctx, conn.service, rooms, chatlog.ExportOptions{Full: true})
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		if o.Verdict == chatlog.UnknownVerdict || o.Verdict == chatlog.Unread {
			left = append(left, o.Room)
		}
	}
	a.console.Recorded(outcomes)
	if err := noteUnrecorded(c, left); err != nil {
		return err
	}
	if len(left) > 0 {
		a.console.Error(fmt.Errorf("the chat logs of archived rooms (%s) are not all in the record; the next run tries it again", listed(left)))
		return &statusError{code: exitIncomplete}
	}
	return nil
}

// archivedOf returns those of the rooms that are archived, and the names of
// those that could not be surveyed. One that is archived no longer, or is gone,
// needs no proof; of names see archives.
func archivedOf(ctx context.Context, service surveyor, names []string) (rooms []chatlog.Room, left []string, err error) {
	found, err := service.Survey(ctx, names)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range found {
		switch {
		case !slices.Contains(names, f.Name), provision.CheckName(f.Name) != "":
		case f.State == xmppadmin.Unknown:
			left = append(left, f.Name)
		case f.State == xmppadmin.Exists && f.Managed && f.Archived:
			rooms = append(rooms, logRoom(f))
		}
	}
	return rooms, left, nil
}

// unrecorded reads the names of the rooms that are left to record.
func unrecorded(c config.Config) (names []string, err error) {
	text, err := os.ReadFile(filepath.Join(logsDir(c), unrecordedFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &names); err != nil {
		return nil, fmt.Errorf("%s: %w", unrecordedFile, err)
	}
	return names, nil
}

// noteUnrecorded writes the names of the rooms that are left to record.
func noteUnrecorded(c config.Config, names []string) error {
	path := filepath.Join(logsDir(c), unrecordedFile)
	if len(names) == 0 {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if err := os.MkdirAll(logsDir(c), 0o700); err != nil {
		return err
	}
	text, err := json.Marshal(names)
	if err != nil {
		return err
	}
	return renameio.WriteFile(path, append(text, '\n'), 0o600)
}
