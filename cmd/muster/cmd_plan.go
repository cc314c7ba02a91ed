package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"muster/provision"
	"muster/provision/plan"
)

func (a *app) planCommand() *cobra.Command {
	var o planFlags
	var offline, unchanged bool
	var output string
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Says what would change",
		Long: "Says what would change, and why, room by room. It takes no lock and writes nothing on\n" +
			"the service. With -o the plan is saved for muster apply.",
		Annotations: exits(exitChanges, exitIncomplete, exitRefused, exitDatatracker, exitXMPP),
		Example:     "  muster plan\n  muster plan --meeting 126 -o 126.plan\n  muster plan --meeting file:agenda.json --offline",
		Args:        noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(cmd); err != nil {
				return err
			}
			if cmd.Flags().Changed("output") && output == "" {
				return wrongUsage(cmd, "--output is given, and empty")
			}
			return a.plan(cmd.Context(), &o, offline, unchanged, output)
		},
	}
	addMeeting(cmd.Flags(), &o.meetings)
	o.addSelection(cmd.Flags())
	o.addGuards(cmd.Flags())
	cmd.Flags().BoolVar(&offline, "offline", false, "look at no server: every wanted room is a create")
	cmd.Flags().BoolVar(&unchanged, "show-unchanged", false, "list the rooms that are as they should be, too")
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
	j.remark(p)
	if err := a.showPlan(j, p, unchanged); err != nil {
		return err
	}
	if output != "" {
		if err := j.save(output, o, p, now); err != nil {
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
	if err := j.endByHand(o); err != nil {
		return plan.Plan{}, err
	}
	found, err := j.survey(ctx)
	if err != nil {
		return plan.Plan{}, err
	}
	return plan.New(j.wanted, found, options)
}

// guard asks the guards, with what the last run left behind.
func (j *job) guard(o *planFlags, p plan.Plan, applying bool) []*plan.GuardError {
	return plan.Guard(j.wanted, p, plan.GuardInput{
		Limits: plan.Limits{
			Archive: j.config.Guards.ArchiveRooms, ArchivePercent: float64(j.config.Guards.ArchivePercent),
			Protected: j.config.Rooms.Protected,
		},
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
	return errors.Join(errs...)
}

func unknownRooms(p plan.Plan) error {
	return fmt.Errorf("%d of the rooms could not be looked at; nothing is done about them", p.Counts.Unknown)
}

// remark tells the warnings, and what the server does not offer.
func (j *job) remark(p plan.Plan) {
	for _, w := range j.warnings() {
		j.app.warn("%s", w)
	}
	for _, c := range p.Changes {
		if c.Action == provision.Conflict {
			j.app.warn("room %q is in conflict: %s; muster adopt %s takes it over", c.Room.Name, c.Reason, c.Room.Name)
		}
	}
	j.remarkNotOffered(p)
}

// remarkNotOffered names, once, the wanted settings that the server lacks.
func (j *job) remarkNotOffered(p plan.Plan) {
	if j.service == nil {
		return
	}
	for _, s := range p.NotOffered {
		text := fmt.Sprintf("%s does not offer the setting %s", p.Service, s)
		if why := j.service.Explain(s); why != "" {
			text += ": " + why
		}
		j.app.note("%s", text)
	}
}

// showPlan writes the plan in the format asked for.
func (a *app) showPlan(j *job, p plan.Plan, unchanged bool) error {
	switch a.format {
	case "json":
		for _, c := range p.Changes {
			if err := a.json(changeOf(c)); err != nil {
				return err
			}
		}
		a.summary = summaryOf(p.Counts, len(j.wanted.Refused))
	case "markdown":
		writePlanMarkdown(a.stdout, j, p, unchanged)
	default:
		a.writePlan(a.stdout, j, p, unchanged)
	}
	return nil
}
