package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"muster/chatlog"
	"muster/cmd/muster/internal/ui"
)

func (a *app) logsWithdrawCommand() *cobra.Command {
	var o logsFlags
	cmd := &cobra.Command{
		Use:   "withdraw NAME ID...",
		Short: "Erase messages from the record for good",
		Long: "Erase the text of messages, named by the ids of the server's archive, from the record\n" +
			"of the room NAME, as a law may demand. The pages then say that something was\n" +
			"withdrawn, and why. The server's archive is not changed. muster logs publish takes the\n" +
			"text off the pages. Ids that begin with - go last, behind --.",
		Annotations: changes(exits(exitLocked)),
		Example: "  muster logs withdraw quic 0193a7f2-5b1e --reason 'court order' --yes\n" +
			"  muster logs withdraw quic --reason 'court order' -- -Xb3kQ",
		Args: asUsage(cobra.MinimumNArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.reason == "" {
				return wrongUsage(cmd, "--reason is required: the pages show it")
			}
			o.command = cmd.CommandPath()
			return a.logsWithdraw(cmd.Context(), args[0], args[1:], &o)
		},
	}
	cmd.Flags().StringVar(&o.reason, "reason", "", "why: a `TEXT` that the pages show")
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask; required where there is no terminal")
	o.addLogsLock(cmd)
	return cmd
}

// logsWithdraw is the command logs withdraw.
func (a *app) logsWithdraw(ctx context.Context, room string, ids []string, o *logsFlags) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	if !o.yes && !a.console.CanAsk() {
		return &usageError{err: errors.New("no terminal to ask on: --yes is required"), command: o.command}
	}
	unlock, err := a.logsLock(ctx, c, o)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := os.Stat(logsFile(c)); err != nil {
		return noRecord(fmt.Errorf("chat logs: %w", err))
	}
	store, err := chatlog.Open(ctx, logsFile(c), a.logsOptions(c))
	if err != nil {
		return err
	}
	defer store.Close()
	if !o.yes {
		yes, err := a.console.Confirm(ctx, fmt.Sprintf("Erase %s of the room %q from the record for good?", ui.Counted(len(ids), "message"), room))
		if err != nil {
			return err
		}
		if !yes {
			return &statusError{code: exitError, err: errors.New("not confirmed, nothing was changed")}
		}
	}
	who := a.actor(c, o.command)
	if err := store.Withdraw(ctx, room, ids, cmp.Or(who.SudoUser, who.User), o.reason); err != nil {
		return err
	}
	a.console.Result("withdraw: %s of the room %q erased; muster logs publish takes the text off the pages", ui.Counted(len(ids), "message"), room)
	return a.noteUploads(ctx, store, room, ids)
}

// noteUploads warns of messages that are in transcripts at the Datatracker: it
// keeps all revisions.
func (a *app) noteUploads(ctx context.Context, store *chatlog.Store, room string, ids []string) error {
	sessions, err := store.UploadedSessions(ctx, room, ids)
	if err != nil {
		return err
	}
	for _, id := range sessions {
		a.console.Warn("session %d: its transcript was uploaded; muster logs upload sends a new revision, and earlier ones stay at the Datatracker", id)
	}
	return nil
}
