package main

import (
	"github.com/spf13/cobra"
	"muster/provision/plan"
)

func (a *app) syncCommand() *cobra.Command {
	o := applyFlags{yes: true, brief: true}
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "Apply all changes without asking; print nothing if nothing changed (for cron)",
		Long: "Plan and apply the changes by the policy sync, without asking. Nothing is printed if\n" +
			"nothing changed, otherwise the summary and a line for each change; errors and warnings\n" +
			"go to standard error.",
		Annotations: changes(exits(exitIncomplete, exitRefused, exitLocked, exitDatatracker, exitXMPP)),
		Example:     "  muster sync\n  muster sync --meeting 126 --lock-timeout 5m",
		Args:        noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.command, o.options.Policy = cmd.CommandPath(), plan.Sync
			if err := o.check(cmd); err != nil {
				return err
			}
			return a.apply(cmd.Context(), &o)
		},
	}
	addMeeting(cmd.Flags(), &o.meetings)
	o.addGuards(cmd.Flags())
	o.addLock(cmd.Flags())
	return cmd
}
