package main

import (
	"context"
	"fmt"
	"muster/provision"
	"muster/provision/plan"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/ui"
	"muster/xmppadmin"
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
			return a.plan(cmd.Context(), &o, offline, unchanged, output)
		},
	}
	addMeeting(cmd.Flags(), &o.meetings)
	o.addSelection(cmd.Flags())
	o.addGuards(cmd.Flags())
	cmd.Flags().BoolVar(&offline, "offline", false, "contact no server: every wanted room is a create")
	cmd.Flags().BoolVar(&unchanged, "show-unchanged", false, "also list the rooms that are as they should be")
	cmd.Flags().StringVarP(&output, "output", "o", "", "save the plan to `FILE`")
	return cmd
}

// plan is the command plan.
func (a *app) plan(ctx context.Context, o *planFlags, offline, unchanged bool, output string) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	now := a.now()
	j, err := a.prepare(ctx, c, o.meetings, now, offline)
	if err != nil {
		return err
	}
	defer j.close()
	p, err := j.plan(ctx, o, now)
	if err != nil {
		return err
	}
	r := j.run(p)
	r.ShowUnchanged = unchanged
	a.console.Remarks(r)
	a.console.Plan(r.Plan)
	if output != "" {
		if err := j.save(output, o, p); err != nil {
			return err
		}
	}
	return planStatus(p, j.guard(o, p, false))
}

// plan compares the wanted rooms with a fresh look at the service.
func (j *job) plan(ctx context.Context, o *planFlags, now time.Time) (plan.Plan, error) {
	options, err := o.options(now)
	if err != nil {
		return plan.Plan{}, err
	}
	wanted := j.wanted.Names()
	if err := j.endByHand(o); err != nil {
		return plan.Plan{}, err
	}
	found, err := j.survey(ctx)
	if err != nil {
		return plan.Plan{}, err
	}
	if err := checkNames(o.archive, wanted, found); err != nil {
		return plan.Plan{}, err
	}
	return plan.New(j.wanted, found, options)
}

// checkNames returns an error for the names of rooms to archive that no room
// has, wanted or found.
func checkNames(names, wanted []string, found []xmppadmin.Room) error {
	known := slices.Clone(wanted)
	for _, r := range found {
		if r.State != xmppadmin.Absent {
			known = append(known, r.Name)
		}
	}
	e := &plan.UnmatchedError{Nearest: make(map[string]string)}
	for _, name := range names {
		if !slices.Contains(known, name) {
			e.Names = append(e.Names, name)
			e.Nearest[name] = provision.Nearest(name, known)
		}
	}
	if len(e.Names) == 0 {
		return nil
	}
	slices.Sort(e.Names)
	return e
}

// guard asks the guards, with what the last run left behind.
func (j *job) guard(o *planFlags, p plan.Plan, applying bool) []*plan.GuardError {
	return plan.Guard(j.wanted, p, plan.GuardInput{
		Limits:    j.config.Limits(),
		Overrides: o.allowed, Asked: asked(j.sources), Last: j.memory.Meetings,
		LastGroups: j.memory.Groups, Applying: applying,
	})
}

// asked returns those of the sources that name one meeting.
func asked(sources []string) []string {
	var numbers []string
	for _, s := range sources {
		if s != "current" && s != "next" && !strings.HasPrefix(s, "file:") {
			numbers = append(numbers, s)
		}
	}
	return numbers
}

// planStatus is the status with which a plan ends.
func planStatus(p plan.Plan, refusals []*plan.GuardError) error {
	switch {
	case len(refusals) > 0:
		return refused(refusals)
	case p.Counts.Unknown > 0:
		return &statusError{code: exitIncomplete, err: unknownRooms(p)}
	case p.Counts.Changes() > 0:
		return &statusError{code: exitChanges}
	}
	return nil
}

// refused joins the guards' refusals into one error.
func refused(refusals []*plan.GuardError) error {
	errs := make([]error, len(refusals))
	for i, r := range refusals {
		errs[i] = r
	}
	return list(errs...)
}

func unknownRooms(p plan.Plan) error {
	return fmt.Errorf("%d of the rooms could not be surveyed and are left alone", p.Counts.Unknown)
}

// run returns the plan as it is shown and applied.
func (j *job) run(p plan.Plan) ui.Run {
	return ui.Run{
		Plan:     ui.Plan{Plan: p, Meetings: j.label(), Refused: j.wanted.Refused},
		Warnings: j.warnings(), NotOffered: j.notOffered(p.NotOffered),
	}
}

// notOffered returns a note on each wanted setting that the server lacks.
func (j *job) notOffered(settings []xmppadmin.Setting) []string {
	if j.service == nil {
		return nil
	}
	var notes []string
	for _, s := range settings {
		text := fmt.Sprintf("%s does not offer the setting %s", j.config.XMPP.Service, s)
		if why := j.service.Explain(s); why != "" {
			text += ": " + why
		}
		notes = append(notes, text)
	}
	return notes
}
