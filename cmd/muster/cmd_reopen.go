package main

import (
	"github.com/spf13/cobra"

	"muster/provision"
	"muster/provision/plan"
)

func (a *app) reopenCommand() *cobra.Command {
	o := applyFlags{command: "muster reopen"}
	cmd := &cobra.Command{
		Use:         "reopen NAME...",
		Short:       "Reopens archived rooms by hand",
		Long:        "Brings back what archiving rooms has changed: who may speak, affiliations, the title.",
		Annotations: exits(exitIncomplete, exitRefused, exitLocked, exitDatatracker, exitXMPP),
		Example:     "  muster reopen nimby",
		Args:        asUsage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.policy, o.only, o.reopen = string(plan.UpsertOnly), args, args
			return a.byHand(cmd, &o, args, provision.Reopen, "it is no archived room of this account")
		},
	}
	o.addByHand(cmd)
	return cmd
}
