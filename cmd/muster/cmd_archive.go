package main

import (
	"github.com/spf13/cobra"

	"muster/provision"
	"muster/provision/plan"
)

func (a *app) archiveCommand() *cobra.Command {
	var o applyFlags
	cmd := &cobra.Command{
		Use:   "archive NAME...",
		Short: "Archive rooms by hand",
		Long: "Close rooms for all but their owners, as a plan does when a group has ended: other users\n" +
			"can neither speak nor change the subject, the title is marked as archived, and the log\n" +
			"stays. A room archived by hand stays archived, wanted or not, until muster reopen; the\n" +
			"server keeps who archived it, when and why.",
		Annotations: changes(exits(exitIncomplete, exitRefused, exitLocked, exitDatatracker, exitXMPP)),
		Example:     "  muster archive nimby --reason 'the work goes on in ivy'",
		Args:        asUsage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.options.Policy, o.options.Action = plan.Sync, provision.Archive
			o.options.Only, o.options.Archive = args, args
			o.allowed.Archive = max(o.allowed.Archive, len(args)) // they were named one by one
			o.command = cmd.CommandPath()
			if err := o.check(cmd); err != nil {
				return err
			}
			return a.apply(cmd.Context(), &o)
		},
	}
	cmd.Flags().StringVar(&o.options.Reason, "reason", "by hand", "the `TEXT` for the room's description")
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
