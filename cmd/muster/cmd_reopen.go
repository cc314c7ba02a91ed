package main

import (
	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/ui"
	"muster/provision"
	"muster/provision/plan"
)

func (a *app) reopenCommand() *cobra.Command {
	o := applyFlags{report: (*ui.Console).FullReport, byHand: provision.Reopen}
	cmd := &cobra.Command{
		Use:         "reopen NAME...",
		Short:       "Reopen archived rooms by hand",
		Long:        "Restore what archiving changed: who may speak, affiliations, the title.",
		Annotations: changes(exits(exitIncomplete, exitRefused, exitLocked, exitDatatracker, exitXMPP)),
		Example:     "  muster reopen nimby",
		Args:        asUsage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.policy, o.only, o.reopen = string(plan.UpsertOnly), args, args
			o.command, o.names = cmd.CommandPath(), args
			if err := o.check(cmd); err != nil {
				return err
			}
			return a.apply(cmd.Context(), &o)
		},
	}
	o.addByHand(cmd)
	return cmd
}
