package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/ui"
	"muster/provision"
	"muster/provision/plan"
	"muster/provision/reconcile"
	"muster/provision/want"
)

func (a *app) planCommand() *cobra.Command {
	var o planFlags
	var offline, unchanged bool
	var output string
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what would change",
		Long: "Show what would change, and why, room by room. Nothing is written on the service, and no\n" +
			"lock is taken. With -o the plan is saved for muster apply.",
		Annotations: exits(exitChanges, exitIncomplete, exitRefused, exitDatatracker, exitXMPP),
		Example:     "  muster plan\n  muster plan --meeting 126 -o 126.plan\n  muster plan --meeting file:agenda.json --offline",
		Args:        noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			if cmd.Flags().Changed("output") && output == "" {
				return wrongUsage(cmd, "--output must not be empty")
			}
			if offline && output != "" {
				return wrongUsage(cmd, "a plan made with --offline cannot be saved: it surveys no room")
			}
			return a.plan(cmd.Context(), &o, offline, unchanged, output)
		},
	}
	addMeeting(cmd.Flags(), &o.meetings)
	o.addSelection(cmd.Flags())
	o.addGuards(cmd.Flags())
	cmd.Flags().BoolVar(&offline, "offline", false, "do not contact the XMPP server: every wanted room is a create")
	cmd.Flags().BoolVar(&unchanged, "show-unchanged", false, "also list the rooms that are as they should be")
	cmd.Flags().StringVarP(&output, "output", "o", "", "save the plan to `FILE`")
	cmd.AddCommand(a.planShowCommand())
	return cmd
}

func (a *app) planShowCommand() *cobra.Command {
	var unchanged bool
	cmd := &cobra.Command{
		Use:         "show FILE",
		Short:       "Show a saved plan",
		Long:        "Show a plan that was saved with -o. Nothing is contacted: muster apply checks whether the\nplan still fits.",
		Annotations: exits(),
		Example:     "  muster plan show 126.plan",
		Args:        asUsage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			file, err := readPlanFile(args[0])
			if err != nil {
				return err
			}
			a.console.Saved(file)
			a.console.Plan(ui.Plan{Plan: file.Plan, Meetings: meetingsOf(file), ShowUnchanged: unchanged, ByHand: file.Options.Action})
			return nil
		},
	}
	cmd.Flags().BoolVar(&unchanged, "show-unchanged", false, "also list the rooms that are as they should be")
	return cmd
}

// meetingsOf returns the names of the meetings of a saved plan.
func meetingsOf(f *plan.File) string {
	var names []string
	for _, m := range f.Agendas {
		if m.Meeting != want.GroupsSource && m.Meeting != want.RequestsSource {
			names = append(names, provision.MeetingName(m.Meeting))
		}
	}
	return strings.Join(names, ", ")
}

// plan is the command plan.
func (a *app) plan(ctx context.Context, o *planFlags, offline, unchanged bool, output string) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	q := o.request()
	q.Offline = offline
	r, pass, conn, err := a.look(ctx, c, "", q)
	defer conn.close()
	if err != nil {
		return err
	}
	run := a.run(c, pass)
	run.ShowUnchanged = unchanged
	a.console.Notices(run)
	a.console.Plan(run.Plan)
	if output != "" {
		if err := savePlan(output, r.File(pass)); err != nil {
			return err
		}
	}
	return planStatus(pass)
}

// planStatus is the status with which a plan ends.
func planStatus(p reconcile.Pass) error {
	switch n := p.Plan.Counts; {
	case len(p.Refusals) > 0:
		return refused(p.Refusals)
	case n.Unknown > 0:
		return &statusError{code: exitIncomplete, err: fmt.Errorf("%d of the rooms could not be surveyed and are left alone", n.Unknown)}
	case p.Wanted.Incomplete():
		return incomplete(p.Wanted.Shortfalls())
	case n.Changes() > 0:
		return &statusError{code: exitChanges}
	}
	return nil
}

// incomplete is the status of a run whose sources hold more than could be wanted
// of them: what is missing, or none where it was reported before.
func incomplete(missing []error) error {
	return &statusError{code: exitIncomplete, err: list(missing...)}
}

// refused joins the guards' refusals into one error.
func refused(refusals []*plan.GuardError) error {
	errs := make([]error, len(refusals))
	for i, r := range refusals {
		errs[i] = &refusedError{r}
	}
	return list(errs...)
}

// run returns a pass as it is shown.
func (a *app) run(c config.Config, p reconcile.Pass) ui.Run {
	return ui.Run{
		Plan: ui.Plan{
			Plan: p.Plan, Meetings: p.Meetings(), Refused: p.Wanted.Refused, Roomless: p.Wanted.Roomless,
			Missing: ui.MissingIn(p.Wanted), ByHand: p.Request.Options.Action,
		},
		Warnings: p.Warnings, NotOffered: notOffered(c, p.NotOffered),
	}
}

// notOffered returns a note on each wanted setting that the server lacks.
func notOffered(c config.Config, settings []provision.Obstacle) []string {
	var notes []string
	for _, s := range settings {
		text := fmt.Sprintf("%s does not offer the setting %s", c.XMPP.Service, s.Setting)
		if s.Why != "" {
			text += ": " + s.Why
		}
		notes = append(notes, text)
	}
	return notes
}
