package main

import (
	"context"
	"errors"
	"os"
	"os/user"
	"slices"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/ui"
	"muster/provision"
	"muster/provision/apply"
	"muster/provision/plan"
	"muster/provision/state"
	"muster/xmppadmin"
)

func (a *app) applyCommand() *cobra.Command {
	o := applyFlags{report: (*ui.Console).FullReport}
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
	now := a.now()
	var file *plan.File
	if o.file != "" {
		if file, err = readPlanFile(o.file); err != nil {
			return err
		}
		o.fromFile(file)
		now = file.Plan.Created
	}
	if err := a.checkConfirmable(o); err != nil {
		return err
	}
	unlock, err := a.lock(ctx, c, o)
	if err != nil {
		return err
	}
	defer unlock()
	j, err := a.prepare(ctx, c, o.meetings, now, false)
	if err != nil {
		return err
	}
	defer j.close()
	p, err := j.plan(ctx, &o.planFlags, now)
	if err != nil {
		return err
	}
	if file != nil {
		if err := file.CheckFresh(j.planFile(o.fileOptions(), p)); err != nil {
			return err
		}
	}
	p, reasons := o.narrow(p)
	for _, why := range reasons {
		a.console.Warn("%s", why)
	}
	if refusals := j.guard(&o.planFlags, p, true); len(refusals) > 0 {
		o.report(a.console).Before(j.run(p))
		return refused(refusals)
	}
	return j.applyPlan(ctx, o, p)
}

// applyPlan asks, applies the plan, and reports the results.
func (j *job) applyPlan(ctx context.Context, o *applyFlags, p plan.Plan) error {
	a, r, report := j.app, j.run(p), o.report(j.app.console)
	report.Before(r)
	if p.Counts.Changes() > 0 && !o.yes {
		if err := a.confirm(ctx, r.Plan); err != nil {
			return err
		}
	}
	a.applying.Store(true)
	defer a.applying.Store(false)
	audit, err := state.OpenAudit(j.config.State.Dir)
	if err != nil {
		return err
	}
	defer audit.Close()
	progress := a.console.Progress(p.Counts.Changes())
	applied, err := apply.Run(ctx, j.service, p, apply.Options{
		Audit: audit, Who: j.who(), Now: a.now,
		Progress: func(r apply.Result) {
			if r.Action != provision.Conflict && r.Action != provision.Unknown {
				progress.Add()
			}
		},
	})
	progress.Close()
	report.After(r, applied, j.notOffered(unknownBefore(p, applied)))
	incomplete := applied.Counts.Failed+applied.Counts.Unknown+applied.Counts.Skipped > 0
	if rerr := j.remember(p, applied, err == nil && !incomplete); err == nil && rerr != nil {
		return rerr
	}
	if err != nil {
		return applyError(ctx, err)
	}
	if incomplete {
		return &statusError{code: exitIncomplete}
	}
	return nil
}

// unknownBefore returns the settings of which only the apply found that the
// server does not offer them.
func unknownBefore(p plan.Plan, applied apply.Outcome) []xmppadmin.Setting {
	var news []xmppadmin.Setting
	for _, s := range applied.NotOffered {
		if !slices.Contains(p.NotOffered, s) {
			news = append(news, s)
		}
	}
	return news
}

// confirm shows the plan and asks whether to make its changes.
func (a *app) confirm(ctx context.Context, p ui.Plan) error {
	a.console.PlanToConfirm(p)
	yes, err := a.console.Confirm(ctx, "Make these changes?")
	if err == nil && !yes {
		err = &statusError{code: exitError, err: errors.New("not confirmed, nothing was changed")}
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

// remember notes what this run has seen for later ones, and for their guards
// what it was when all was done.
func (j *job) remember(p plan.Plan, applied apply.Outcome, complete bool) error {
	now := j.app.now()
	j.memory.Rooms = plan.Remember(j.inputs, j.wanted, p, now)
	if complete {
		digests := make(map[string]string)
		for _, m := range j.inputs.Meetings {
			digests[m.Number] = m.Digest()
		}
		for _, t := range j.wanted.Meetings {
			j.memory.Remember(t.Meeting, plan.LastApply{
				Sessions: t.Sessions, Rooms: applied.Counts.Wanted, Agenda: digests[t.Meeting], When: now,
			})
		}
		j.memory.RememberGroups(j.wanted.Groups, now)
	}
	return j.memory.Save(j.config.State.Dir)
}

// lock makes the state folder where there is none and takes the lock in it.
func (a *app) lock(ctx context.Context, c config.Config, o *applyFlags) (unlock func(), err error) {
	if err := os.MkdirAll(c.State.Dir, 0o700); err != nil {
		return nil, &config.Error{Path: c.Path, Key: "state.dir", Err: err, Advice: "state.dir is where the lock, the cache and the audit trail are kept; this account must be able to write there"}
	}
	who := state.Holder{PID: os.Getpid(), Command: o.command, Since: a.now()}
	who.Host, _ = os.Hostname()
	if u, err := user.Current(); err == nil {
		who.User = u.Username
	}
	l, err := state.AcquireLock(ctx, c.State.Dir, who, 0)
	if o.lockTimeout > 0 && errors.As(err, new(*state.LockedError)) {
		a.console.Note("%v; waiting for up to %s", err, o.lockTimeout)
		l, err = state.AcquireLock(ctx, c.State.Dir, who, o.lockTimeout)
	}
	if err != nil {
		return nil, err
	}
	return func() {
		if err := l.Release(); err != nil {
			a.console.Warn("lock: %v", err)
		}
	}, nil
}
