package main

import (
	"github.com/spf13/cobra"

	"muster/provision/plan"
)

func (a *app) syncCommand() *cobra.Command {
	o := applyFlags{command: "muster sync", yes: true, silent: true}
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "Does what cron wants: apply everything, silent when nothing changed",
		Long: "Plans and does it without asking, by the policy sync. It says nothing when nothing\n" +
			"changed, and one line and the reasons when something did; errors and warnings go to standard error.",
		Annotations: exits(exitIncomplete, exitRefused, exitLocked, exitDatatracker, exitXMPP),
		Example:     "  muster sync\n  muster sync --meeting 126 --lock-timeout 5m",
		Args:        noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.policy = string(plan.Sync)
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
