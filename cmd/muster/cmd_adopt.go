package main

import (
	"github.com/spf13/cobra"

	"muster/provision"
	"muster/provision/plan"
)

func (a *app) adoptCommand() *cobra.Command {
	var o applyFlags
	cmd := &cobra.Command{
		Use:   "adopt NAME...",
		Short: "Take ownership of existing rooms",
		Long: "Make the account an owner of rooms that exist, in addition to the owners they have, and\n" +
			"configure those that are wanted. With --wanted, adopt every wanted room that is in\n" +
			"conflict.",
		Annotations: changes(exits(exitIncomplete, exitRefused, exitLocked, exitDatatracker, exitXMPP)),
		Example:     "  muster adopt quic tls\n  muster adopt --wanted --yes",
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.options.AdoptWanted == (len(args) > 0) {
				return wrongUsage(cmd, "either room names or --wanted is required")
			}
			o.options.Policy, o.options.Action, o.options.Adopt = plan.UpsertOnly, provision.Adopt, args
			if err := o.check(cmd); err != nil {
				return err
			}
			o.command = cmd.CommandPath()
			return a.apply(cmd.Context(), &o)
		},
	}
	cmd.Flags().BoolVar(&o.options.AdoptWanted, "wanted", false, "adopt every wanted room that is in conflict")
	addMeeting(cmd.Flags(), &o.meetings)
	o.addGuards(cmd.Flags())
	o.addYes(cmd.Flags())
	o.addLock(cmd.Flags())
	return cmd
}
