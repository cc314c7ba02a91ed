package main

import (
	"slices"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/ui"
	"muster/provision"
	"muster/provision/plan"
)

func (a *app) archiveCommand() *cobra.Command {
	o := applyFlags{report: (*ui.Console).FullReport, byHand: provision.Archive}
	var reason string
	cmd := &cobra.Command{
		Use:   "archive NAME...",
		Short: "Archive rooms by hand",
		Long: "Close rooms for all but their owners, as a plan does when a group has ended: other users\n" +
			"can neither speak nor change the subject, the title is marked as archived, and the log\n" +
			"stays. muster reopen reverses it. A room that is still wanted is reopened by the next\n" +
			"apply.",
		Annotations: changes(exits(exitIncomplete, exitRefused, exitLocked, exitDatatracker, exitXMPP)),
		Example:     "  muster archive nimby --reason 'the work goes on in ivy'",
		Args:        asUsage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.policy, o.only = string(plan.Sync), args
			o.archive, o.archiveReason = args, reason
			o.allowed.Archive = max(o.allowed.Archive, len(args)) // they were named one by one
			o.command, o.names = cmd.CommandPath(), args
			if err := o.check(cmd); err != nil {
				return err
			}
			return a.apply(cmd.Context(), &o)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "by hand", "the `TEXT` for the room's description")
	o.addByHand(cmd)
	return cmd
}

// addByHand defines the flags of archive and reopen.
func (o *applyFlags) addByHand(cmd *cobra.Command) {
	addMeeting(cmd.Flags(), &o.meetings)
	o.addGuards(cmd.Flags())
	o.addYes(cmd.Flags())
	o.addLock(cmd.Flags())
}

// endByHand removes from the wanted rooms those that are archived by hand.
func (j *job) endByHand(o *planFlags) error {
	for _, name := range o.archive {
		if slices.ContainsFunc(j.wanted.Rooms, func(r provision.Room) bool { return r.Name == name && r.Decision.Desired.Wanted() }) {
			j.app.console.Warn("room %q is still wanted: the next apply reopens it", name)
		}
		archived, err := j.rules.Archive(name, j.app.now(), o.archiveReason)
		if err != nil {
			return err
		}
		j.wanted = j.wanted.With(archived)
	}
	return nil
}
