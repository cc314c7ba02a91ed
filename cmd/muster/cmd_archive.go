package main

import (
	"slices"

	"github.com/spf13/cobra"

	"muster/provision"
	"muster/provision/plan"
	"muster/provision/want"
)

func (a *app) archiveCommand() *cobra.Command {
	o := applyFlags{command: "muster archive"}
	var reason string
	cmd := &cobra.Command{
		Use:   "archive NAME...",
		Short: "Archives rooms by hand",
		Long: "Closes rooms for all but their owners, as a plan does when a group is over: nobody else\n" +
			"can speak or change the subject, the title says that the room is archived, and its log\n" +
			"stays. muster reopen takes it back. A room that is still wanted is reopened by the next\n" +
			"apply.",
		Annotations: exits(exitIncomplete, exitRefused, exitLocked, exitDatatracker, exitXMPP),
		Example:     "  muster archive nimby --reason 'the work goes on in ivy'",
		Args:        asUsage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.policy, o.only = string(plan.Sync), args
			o.archive, o.archiveReason = args, reason
			o.allowed.Archive = max(o.allowed.Archive, len(args)) // they were named one by one
			return a.byHand(cmd, &o, args, provision.Archive, "it is no live room of this account")
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "by hand", "why, for the room's description")
	o.addByHand(cmd)
	return cmd
}

// addByHand puts the options of archive and reopen on a command.
func (o *applyFlags) addByHand(cmd *cobra.Command) {
	addMeeting(cmd.Flags(), &o.meetings)
	o.addGuards(cmd.Flags())
	o.addYes(cmd.Flags())
	o.addLock(cmd.Flags())
}

// byHand carries out one action on the rooms that were named, and says of the
// others why nothing is done about them.
func (a *app) byHand(cmd *cobra.Command, o *applyFlags, names []string, action provision.Action, otherwise string) error {
	if err := o.check(cmd); err != nil {
		return err
	}
	o.keep = func(a *app, p plan.Plan) plan.Plan {
		p = p.Filter(func(c provision.Change) bool {
			return slices.Contains(names, c.Room.Name) && (c.Action == action || c.Action == provision.Unknown)
		})
		for _, name := range names {
			if !slices.ContainsFunc(p.Changes, func(c provision.Change) bool { return c.Room.Name == name }) {
				a.warn("room %q: nothing is done: %s", name, otherwise)
			}
		}
		return p
	}
	return a.apply(cmd.Context(), o)
}

// endByHand has the wanted rooms be without those that are to be archived by
// hand.
func (j *job) endByHand(o *planFlags) error {
	for _, name := range o.archive {
		if i := slices.IndexFunc(j.wanted.Rooms, func(r provision.Room) bool { return r.Name == name }); i >= 0 {
			j.app.warn("room %q is still wanted: the next apply reopens it", name)
			j.wanted.Rooms = slices.Delete(j.wanted.Rooms, i, i+1)
		}
		j.wanted.Ended = slices.DeleteFunc(j.wanted.Ended, func(e want.Ended) bool { return e.Name == name })
		end, err := j.rules.End(name, j.app.now(), o.archiveReason)
		if err != nil {
			return err
		}
		j.wanted.Ended = append(j.wanted.Ended, end)
	}
	return nil
}
