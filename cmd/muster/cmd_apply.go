package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/ui"
	"muster/provision"
	"muster/provision/apply"
	"muster/provision/plan"
	"muster/provision/reconcile"
	"muster/provision/state"
)

func (a *app) applyCommand() *cobra.Command {
	var o applyFlags
	cmd := &cobra.Command{
		Use:   "apply [PLANFILE]",
		Short: "Plan and apply the changes",
		Long: "Plan, show the plan, and apply it: rooms are created and repaired, each read back and\n" +
			"compared. On a terminal it asks first; elsewhere --yes is required. With PLANFILE that\n" +
			"plan is applied, unless the agenda, the configuration or the rooms have changed since.\n" +
			"Only the policy sync archives.",
		Annotations: changes(exits(exitIncomplete, exitRefused, exitLocked, exitDatatracker, exitXMPP)),
		Example:     "  muster apply\n  muster apply 126.plan\n  muster apply --meeting 126 --only quic,tls --yes",
		Args:        asUsage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.command = cmd.CommandPath()
			if len(args) == 1 {
				if err := noPlanFlags(cmd); err != nil {
					return err
				}
				o.file = args[0]
			}
			if err := o.check(cmd); err != nil {
				return err
			}
			return a.apply(cmd.Context(), &o)
		},
	}
	addMeeting(cmd.Flags(), &o.meetings)
	o.addSelection(cmd.Flags())
	o.addGuards(cmd.Flags())
	o.addYes(cmd.Flags())
	o.addLock(cmd.Flags())
	return cmd
}

// apply plans and applies; sync, adopt, archive and reopen do so with other
// flags.
func (a *app) apply(ctx context.Context, o *applyFlags) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	q := o.request()
	if o.file != "" {
		file, err := readPlanFile(o.file)
		if err != nil {
			return err
		}
		q = reconcile.FromFile(file, o.allowed)
	}
	if err := a.checkConfirmable(o); err != nil {
		return err
	}
	unlock, err := a.lock(ctx, c, o)
	if err != nil {
		return err
	}
	defer unlock()
	began := a.now()
	m, err := a.makeRun(ctx, c, o, q)
	err = a.recordArchived(ctx, c, o, m.outcome, err)
	return a.noteRun(c, o, began, m, err)
}

// makeRun plans, asks, applies the plan and reports the results.
func (a *app) makeRun(ctx context.Context, c config.Config, o *applyFlags, q reconcile.Request) (m made, err error) {
	q.Applying = true
	r, pass, conn, err := a.look(ctx, c, o.command, q)
	defer conn.close()
	m.pass = pass
	if o.seen != nil {
		o.seen(pass)
	}
	if err != nil {
		var stale *plan.StalePlanError
		if errors.As(err, &stale) {
			a.console.Stale(stale)
		}
		return m, err
	}
	run, report := a.run(c, pass), a.console.FullReport()
	if o.brief {
		report = a.console.ChangesReport()
	}
	last, _, err := state.LoadRun(c.State.Dir)
	if err != nil {
		return m, err
	}
	var missing []error
	run.News, missing, m.conditions = news(pass, last, o.brief, a.now())
	for _, text := range byRequest(pass.Plan) {
		a.console.Warn("%s", text)
	}
	report.Before(run)
	if len(pass.Refusals) > 0 {
		return m, refused(pass.Refusals)
	}
	if pass.Plan.Counts.Changes() > 0 && !o.yes {
		if err := a.confirm(ctx, run.Plan); err != nil {
			return m, err
		}
	}
	a.applying.Store(true)
	defer a.applying.Store(false)
	progress := a.console.Progress(pass.Plan.Counts.Changes())
	m.outcome, err = r.Apply(ctx, pass, apply.Options{Progress: func(r apply.Result) {
		if r.Action.Changes() {
			progress.Add()
		}
	}})
	progress.Close()
	if lost := m.outcome.Lost; len(lost) > 0 {
		a.console.Warn("%s", crashed(lost))
	}
	a.settle(ctx, c, pass, m.outcome)
	if err == nil && o.brief {
		a.sendNews(ctx, c, pass)
	}
	report.After(run, m.outcome, notOffered(c, m.outcome.NotOffered))
	switch {
	case err != nil:
		return m, applyError(ctx, err)
	case pass.Wanted.Incomplete():
		return m, incomplete(missing)
	case m.outcome.Incomplete():
		return m, &statusError{code: exitIncomplete}
	}
	return m, nil
}

// crashed returns the warning about rooms that a crash of the server took away.
func crashed(rooms []string) string {
	const most = 10
	names := strings.Join(rooms[:min(len(rooms), most)], ", ")
	if more := len(rooms) - most; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	return "the server has crashed, and lost what it had already done; these rooms were done again: " + names +
		"; what users said in them since may be lost, and the server's log has why it crashed"
}

// byRequest returns a line on each room that was named to the command and about
// which nothing is done, and on each that is archived although it is wanted.
func byRequest(p plan.Plan) []string {
	var lines []string
	past := map[provision.Action]string{provision.Adopt: "adopted", provision.Archive: "archived", provision.Reopen: "reopened"}
	for _, u := range p.Unmet {
		text := fmt.Sprintf("room %q not %s: %s", u.Row.Found.Name, past[u.Action], u.Reason())
		if u.Action == provision.Adopt && u.Row.Action == provision.Create {
			text += "; muster apply creates it"
		}
		lines = append(lines, text)
	}
	for _, r := range p.Rows {
		if r.Action == provision.Archive && len(r.Wanted.Reasons) > 0 {
			lines = append(lines, fmt.Sprintf("room %q is wanted; it stays archived until muster reopen %s", r.Found.Name, r.Found.Name))
		}
	}
	return lines
}

// confirm shows the plan and asks whether to make its changes.
func (a *app) confirm(ctx context.Context, p ui.Plan) error {
	a.console.PlanToConfirm(p)
	yes, err := a.console.Confirm(ctx, "Make these changes?")
	if err == nil && !yes {
		err = &statusError{code: exitError, err: errNotConfirmed}
	}
	return err
}

// applyError is why an apply stopped before its end.
func applyError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &statusError{code: exitInterrupted, err: errors.New("interrupted; changes in progress were completed, the next run continues")}
	}
	return err
}

// lock makes the state folder where there is none and takes the lock in it.
func (a *app) lock(ctx context.Context, c config.Config, o *applyFlags) (unlock func(), err error) {
	return a.lockIn(ctx, c, c.State.Dir, o.command, o.lockTimeout)
}
