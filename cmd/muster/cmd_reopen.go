package main

import (
	"github.com/spf13/cobra"

	"muster/provision"
	"muster/provision/plan"
)

func (a *app) reopenCommand() *cobra.Command {
	var o applyFlags
	cmd := &cobra.Command{
		Use:         "reopen NAME...",
		Short:       "Reopen archived rooms by hand",
		Long:        "Restore what archiving changed: who may speak, affiliations, the title.",
		Annotations: changes(exits(exitIncomplete, exitRefused, exitLocked, exitDatatracker, exitXMPP)),
		Example:     "  muster reopen nimby",
		Args:        asUsage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.options.Policy, o.options.Action = plan.UpsertOnly, provision.Reopen
			o.options.Only, o.options.Reopen = args, args
			o.command = cmd.CommandPath()
			if err := o.check(cmd); err != nil {
				return err
			}
			return a.apply(cmd.Context(), &o)
		},
	}
	o.addByHand(cmd)
	return cmd
}
