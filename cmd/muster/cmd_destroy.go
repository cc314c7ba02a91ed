package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"muster/chatlog"
	"muster/cmd/muster/internal/config"
	"muster/provision"
	"muster/provision/apply"
	"muster/provision/state"
	"muster/xmppadmin"
)

// destroyAction is how the audit trail calls the destruction of a room. No
// plan has it.
const destroyAction provision.Action = "destroy"

func (a *app) destroyCommand() *cobra.Command {
	var o logsFlags
	var confirm, instead string
	var d xmppadmin.Destruction
	cmd := &cobra.Command{
		Use:   "destroy NAME",
		Short: "Destroy an archived room for good",
		Long: "Destroy the room NAME and its message archive on the server, for good. The room must be\n" +
			"archived, and its messages must be in the record: the archive is read and compared\n" +
			"first. The record and its pages stay. --confirm repeats the name.",
		Annotations: changes(exits(exitRefused, exitLocked, exitXMPP)),
		Example:     "  muster destroy oldbof --confirm oldbof",
		Args:        asUsage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if confirm != args[0] {
				return wrongUsage(cmd, "--confirm must repeat the room name %q", args[0])
			}
			o.command = cmd.CommandPath()
			return a.destroy(cmd.Context(), args[0], instead, d, &o)
		},
	}
	cmd.Flags().StringVar(&confirm, "confirm", "", "the `NAME` of the room once more")
	cmd.Flags().StringVar(&d.Reason, "reason", "", "the `TEXT` that occupants are sent, and later visitors where the server keeps it")
	cmd.Flags().StringVar(&instead, "instead", "", "the `ROOM` to go to, by name or as a JID")
	o.addLogsLock(cmd)
	return cmd
}

// destroy is the command destroy.
func (a *app) destroy(ctx context.Context, name, instead string, d xmppadmin.Destruction, o *logsFlags) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	if d.Instead = instead; instead != "" && !strings.Contains(instead, "@") {
		if d.Instead, err = xmppadmin.RoomJID(instead, c.XMPP.Service); err != nil {
			return fmt.Errorf("--instead: %w", err)
		}
	}
	unlock, err := a.lockIn(ctx, c, c.State.Dir, o.command, o.lockTimeout)
	if err != nil {
		return err
	}
	defer unlock()
	return a.withArchives(ctx, c, []string{name}, o, func(conn *connection, store *chatlog.Store, rooms []chatlog.Room) error {
		if rooms[0].Life != chatlog.Archived {
			return &statusError{code: exitRefused, err: fmt.Errorf("room %q is not archived; muster archive %s archives it", name, name)}
		}
		if err := proved(ctx, conn.service, store, rooms); err != nil {
			return err
		}
		if err := a.destroyRecorded(ctx, c, conn.service, name, d, o.command); err != nil {
			return err
		}
		a.console.Result("destroy: the room %q and its message archive are gone; its record stays", name)
		return store.MarkGone(ctx, name)
	})
}

// proved compares the record of a room with its archive, and refuses unless the
// record has all of it.
func proved(ctx context.Context, service *xmppadmin.Service, store *chatlog.Store, rooms []chatlog.Room) error {
	outcomes, err := store.Export(ctx, service, rooms, chatlog.ExportOptions{Full: true})
	if err != nil {
		return err
	}
	p, err := store.Proof(ctx, rooms[0].Name)
	switch {
	case err != nil:
		return err
	case p.Proves():
		return nil
	case outcomes[0].Err != nil:
		err = outcomes[0].Err
	default:
		err = fmt.Errorf("the record is %q, not whole", outcomes[0].Verdict)
	}
	return &statusError{code: exitRefused, err: fmt.Errorf("room %q is not destroyed: %w", rooms[0].Name, err)}
}

// destroyRecorded destroys a room, with a record in the audit trail before and
// after. Nothing is destroyed that could not be recorded.
func (a *app) destroyRecorded(ctx context.Context, c config.Config, service *xmppadmin.Service, name string, d xmppadmin.Destruction, command string) (err error) {
	audit, err := state.OpenAudit(c.State.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, audit.Close()) }()
	e := apply.Entry{When: a.now(), Actor: a.actor(c, command), Room: name, Action: destroyAction, Result: string(apply.Started)}
	if err := errors.Join(audit.Record(e), audit.Sync()); err != nil {
		return err
	}
	err = service.Destroy(ctx, name, d)
	e.When, e.Result = a.now(), string(apply.Done)
	if err != nil {
		e.Result, e.Error = string(apply.Failed), err.Error()
	}
	return errors.Join(err, audit.Record(e), audit.Sync())
}
