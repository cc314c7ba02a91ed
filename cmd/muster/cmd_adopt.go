package main

import (
	"github.com/spf13/cobra"

	"muster/provision"
	"muster/provision/plan"
)

func (a *app) adoptCommand() *cobra.Command {
	o := applyFlags{command: "muster adopt"}
	cmd := &cobra.Command{
		Use:   "adopt NAME...",
		Short: "Takes over rooms that exist and are not managed",
		Long: "Makes the account an owner of rooms that exist, besides the owners they have, and sets\n" +
			"those that are wanted as they should be. With --wanted it takes over every wanted room\n" +
			"that is in conflict.",
		Annotations: exits(exitIncomplete, exitRefused, exitLocked, exitDatatracker, exitXMPP),
		Example:     "  muster adopt quic tls\n  muster adopt --wanted --yes",
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.adoptWanted == (len(args) > 0) {
				return wrongUsage(cmd, "either names of rooms or --wanted is needed")
			}
			o.policy = string(plan.UpsertOnly)
			o.adopt = args
			if err := o.check(cmd); err != nil {
				return err
			}
			o.keep = func(a *app, p plan.Plan) plan.Plan {
				a.tellNotAdopted(args, p)
				return p.Filter(func(c provision.Change) bool {
					return c.Action == provision.Adopt || c.Action == provision.Unknown
				})
			}
			return a.apply(cmd.Context(), &o)
		},
	}
	cmd.Flags().BoolVar(&o.adoptWanted, "wanted", false, "take over every wanted room that is in conflict")
	addMeeting(cmd.Flags(), &o.meetings)
	o.addGuards(cmd.Flags())
	o.addYes(cmd.Flags())
	o.addLock(cmd.Flags())
	return cmd
}

// tellNotAdopted says of each room that was named why it is not taken over.
func (a *app) tellNotAdopted(names []string, p plan.Plan) {
	actions := make(map[string]provision.Action)
	for _, c := range p.Changes {
		actions[c.Room.Name] = c.Action
	}
	for _, name := range names {
		switch actions[name] {
		case provision.Adopt, provision.Unknown:
		case provision.Create:
			a.warn("room %q is not taken over: it does not exist; muster apply makes it", name)
		default:
			a.warn("room %q is not taken over: it is managed already", name)
		}
	}
}
