package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"muster/chatlog"
	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/ui"
	"muster/provision"
	"muster/provision/state"
	"muster/xmppadmin"
)

// logsFlags are the flags of the commands on chat logs.
type logsFlags struct {
	full        bool
	out         string
	lockTimeout time.Duration
	reason      string
	yes         bool
	command     string
	meeting     string
	sessions    []int
	again       bool
}

func (a *app) logsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "logs",
		Short: "Keep and publish the chat logs",
		Long: "Read the rooms' message archives into a record, compare it with them, publish it as\n" +
			"pages, and search it.",
		Annotations: exits(),
		Args:        noArguments,
		RunE:        func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.logsExportCommand(), a.logsVerifyCommand(), a.logsPublishCommand(), a.logsSearchCommand(), a.logsServeCommand(), a.logsUploadCommand(), a.logsWithdrawCommand())
	return cmd
}

// addLogsLock defines --lock-timeout of the lock on the record.
func (o *logsFlags) addLogsLock(cmd *cobra.Command) {
	cmd.Flags().Var(durationValue{&o.lockTimeout}, "lock-timeout", "how long to wait for another run to end: a `DURATION` such as 30s")
}

func (a *app) logsExportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export [NAME...]",
		Short: "Read what is new in the rooms' message archives",
		Long: "Read what is new in the message archives of all managed rooms, or of those named, into\n" +
			"the record. What was retracted or removed disappears from the record; what the server\n" +
			"forgot stays, and is reported. An export that was interrupted goes on where it was.\n" +
			"With --format jsonl no server is contacted: the record itself is written, one message a\n" +
			"line, as the pages have it.",
		Annotations: changes(exits(exitIncomplete, exitLocked, exitXMPP)),
		Example:     "  muster logs export\n  muster logs export quic --full\n  muster logs export --format jsonl >record.jsonl",
	}
	cmd.Annotations[furtherFormats] = ui.JSONLines
	return archiveCommand(cmd, "full", "read the archives from their beginning and compare every message", a.logsExport)
}

func (a *app) logsVerifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify [NAME...]",
		Short: "Compare the record with the rooms' message archives",
		Long: "Compare the record of all managed rooms, or of those named, with their message\n" +
			"archives: by the ends and the number of messages, or with --deep message by message.\n" +
			"--repair does so, too, and reads what is missing in the record.",
		Annotations: exits(exitIncomplete, exitLocked, exitXMPP),
		Example:     "  muster logs verify\n  muster logs verify quic --deep\n  muster logs verify --repair",
	}
	var repair bool
	cmd.Flags().BoolVar(&repair, "repair", false, "compare every message, and bring the record in line with the archive")
	return archiveCommand(cmd, "deep", "compare every message", func(ctx context.Context, names []string, o *logsFlags) error {
		return a.logsVerify(ctx, names, o, repair)
	})
}

// archiveCommand completes a command that reads the archives of rooms, all or
// those that are its arguments; the flag called name has it read all of them.
func archiveCommand(cmd *cobra.Command, name, usage string, run func(context.Context, []string, *logsFlags) error) *cobra.Command {
	var o logsFlags
	cmd.Flags().BoolVar(&o.full, name, false, usage)
	o.addLogsLock(cmd)
	cmd.Args = asUsage(cobra.ArbitraryArgs)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.command = cmd.CommandPath()
		return run(cmd.Context(), args, &o)
	}
	return cmd
}

// logsExport is the command logs export.
func (a *app) logsExport(ctx context.Context, names []string, o *logsFlags) error {
	if a.console.Options.Format == ui.JSONLines {
		return a.logsDump(ctx, names)
	}
	c, err := a.load()
	if err != nil {
		return err
	}
	sources := a.logSources(ctx, c, o.command)
	return a.withArchives(ctx, c, names, o, func(conn *connection, store *chatlog.Store, rooms []chatlog.Room) error {
		if err := sources.record(ctx, store, rooms); err != nil {
			return err
		}
		progress := a.console.Progress(len(rooms))
		outcomes, err := store.Export(ctx, conn.service, rooms, chatlog.ExportOptions{
			Full: o.full, Progress: func(chatlog.Outcome) { progress.Add() },
		})
		progress.Close()
		if err != nil {
			return err
		}
		a.console.Exported(outcomes)
		return outcomesError(outcomes, false)
	})
}

// logsVerify is the command logs verify.
func (a *app) logsVerify(ctx context.Context, names []string, o *logsFlags, repair bool) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	return a.withArchives(ctx, c, names, o, func(conn *connection, store *chatlog.Store, rooms []chatlog.Room) error {
		progress := a.console.Progress(len(rooms))
		outcomes, err := compare(ctx, store, conn.service, rooms, o.full, repair, func(chatlog.Outcome) { progress.Add() })
		progress.Close()
		if err != nil {
			return err
		}
		a.console.Verified(outcomes, repair)
		return outcomesError(outcomes, true)
	})
}

// compare compares the record with archives: with the ends alone, with every
// message, or so that the record is then as they are.
func compare(ctx context.Context, store *chatlog.Store, src chatlog.Source, rooms []chatlog.Room, deep, repair bool,
	progress func(chatlog.Outcome)) ([]chatlog.Outcome, error) {
	if repair {
		return store.Export(ctx, src, rooms, chatlog.ExportOptions{Full: true, Progress: progress})
	}
	return store.Verify(ctx, src, rooms, chatlog.VerifyOptions{Deep: deep, Progress: progress})
}

// outcomesError is the status of an export or a comparison: incomplete where a
// room could not be read or, strictly, is not whole.
func outcomesError(outcomes []chatlog.Outcome, strict bool) error {
	for _, o := range outcomes {
		if o.Verdict == chatlog.UnknownVerdict || strict && o.Verdict != chatlog.Whole {
			return &statusError{code: exitIncomplete}
		}
	}
	return nil
}

// withArchives takes the lock on the record, opens it and the service, and
// calls do with the managed rooms: all, or those named.
func (a *app) withArchives(ctx context.Context, c config.Config, names []string, o *logsFlags,
	do func(*connection, *chatlog.Store, []chatlog.Room) error) error {
	conn, err := a.connection(ctx, c)
	if err != nil {
		return err
	}
	unlock, err := a.logsLock(ctx, c, o)
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
	rooms, unknown, err := archives(ctx, conn.service, store, names)
	if err != nil {
		return err
	}
	err = do(conn, store, rooms)
	for _, u := range unknown {
		a.console.Error(u)
	}
	if err == nil && len(unknown) > 0 {
		return &statusError{code: exitIncomplete}
	}
	return err
}

// surveyor is what archives needs of a service.
type surveyor interface {
	Survey(ctx context.Context, names []string) ([]xmppadmin.Room, error)
}

// archives returns the rooms whose archives are to be read, sorted by name:
// the managed ones, or those named. Rooms of the record that the service no
// longer has are noted as gone. One that could not be surveyed does not keep
// the others from being read: it is in unknown, unless it was named. Rooms with names
// that muster gives none, which could be no part of an address, are left out.
func archives(ctx context.Context, service surveyor, store *chatlog.Store, names []string) (rooms []chatlog.Room, unknown errorList, err error) {
	known, err := store.Rooms(ctx)
	if err != nil {
		return nil, nil, err
	}
	survey := slices.Clone(names)
	for _, r := range known {
		survey = append(survey, r.Name)
	}
	found, err := service.Survey(ctx, survey)
	if err != nil {
		return nil, nil, err
	}
	var refused errorList
	for _, f := range found {
		wanted := len(names) == 0 || slices.Contains(names, f.Name)
		switch {
		case f.State == xmppadmin.Absent:
			if err := store.MarkGone(ctx, f.Name); err != nil {
				return nil, nil, err
			}
			if len(names) > 0 && wanted {
				refused = append(refused, fmt.Errorf("room %q: no such room", f.Name))
			}
		case !wanted:
		case provision.CheckName(f.Name) != "":
			// Others may make rooms of any name and give them to this account.
			if len(names) > 0 {
				refused = append(refused, &provision.NameError{Name: f.Name, Why: provision.CheckName(f.Name)})
			}
		case f.State == xmppadmin.Unknown:
			unknown = append(unknown, &statusError{code: exitIncomplete, err: fmt.Errorf("room %q could not be surveyed: %w", f.Name, f.Err)})
		case !f.Managed && len(names) > 0:
			refused = append(refused, fmt.Errorf("room %q is not managed; muster adopt %s takes ownership of it", f.Name, f.Name))
		case f.Managed:
			rooms = append(rooms, logRoom(f))
		}
	}
	if len(names) > 0 {
		refused, unknown = append(refused, unknown...), nil
	}
	if len(refused) > 0 {
		return nil, nil, refused
	}
	return rooms, unknown, nil
}

// logRoom returns a room as the record has it.
func logRoom(f xmppadmin.Room) chatlog.Room {
	r := chatlog.Room{
		Name: f.Name, Title: xmppadmin.LiveTitle(f.Settings[xmppadmin.Title]),
		Description: f.Settings[xmppadmin.Description], Life: chatlog.Live,
	}
	if f.Archived {
		r.Life = chatlog.Archived
	}
	return r
}

// logsDir is the folder of the record, with a lock of its own: cron may keep
// the rooms in sync during a long export.
func logsDir(c config.Config) string { return filepath.Join(c.State.Dir, "logs") }

func logsFile(c config.Config) string { return filepath.Join(logsDir(c), "messages.db") }

func (a *app) logsOptions(c config.Config) chatlog.Options {
	return chatlog.Options{Service: c.XMPP.Service, KeepRetracted: c.Logs.Retracted == "keep", Now: a.now}
}

// logsLock takes the lock on the record.
func (a *app) logsLock(ctx context.Context, c config.Config, o *logsFlags) (unlock func(), err error) {
	return a.lockIn(ctx, c, logsDir(c), o.command, o.lockTimeout)
}

// lockIn makes a folder where there is none and takes the lock in it.
func (a *app) lockIn(ctx context.Context, c config.Config, dir, command string, timeout time.Duration) (unlock func(), err error) {
	return a.locked(c, dir, command, func(who state.Holder) (*state.Lock, error) {
		l, err := state.AcquireLock(ctx, dir, who, 0)
		if timeout > 0 && errors.As(err, new(*state.LockedError)) {
			a.console.Note("%v; waiting for up to %s", err, timeout)
			l, err = state.AcquireLock(ctx, dir, who, timeout)
		}
		return l, err
	})
}

// locked makes a folder where there is none and takes a lock in it.
func (a *app) locked(c config.Config, dir, command string, acquire func(who state.Holder) (*state.Lock, error)) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &config.Error{Path: c.Path, Key: "state.dir", Err: err, Advice: "state.dir is where the lock, the cache and the audit trail are kept; this account must be able to write there"}
	}
	actor := a.actor(c, command)
	l, err := acquire(state.Holder{PID: os.Getpid(), Command: command, Since: a.now(), Host: actor.Host, User: actor.User})
	if err != nil {
		return nil, err
	}
	return func() {
		if err := l.Release(); err != nil {
			a.console.Warn("lock: %v", err)
		}
	}, nil
}
