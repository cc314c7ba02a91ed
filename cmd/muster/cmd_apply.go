package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"

	"github.com/spf13/cobra"

	"muster/provision/apply"
	"muster/provision/plan"
	"muster/provision/state"
)

func (a *app) applyCommand() *cobra.Command {
	o := applyFlags{command: "muster apply"}
	cmd := &cobra.Command{
		Use:   "apply [PLANFILE]",
		Short: "Plans, and does it",
		Long: "Plans, shows the plan, and makes it so: rooms are created and repaired, each read back\n" +
			"and compared. On a terminal it asks first; elsewhere it needs --yes. With PLANFILE it\n" +
			"does that plan, and refuses where the agenda, the configuration or the rooms have moved\n" +
			"since. Only the policy sync archives.",
		Annotations: exits(exitIncomplete, exitRefused, exitLocked, exitDatatracker, exitXMPP),
		Example:     "  muster apply\n  muster apply 126.plan\n  muster apply --meeting 126 --only quic,tls --yes",
		Args:        asUsage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
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

// apply is the command apply, and what sync and adopt do with other options.
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
	if err := a.checkAsking(o); err != nil {
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
	if o.keep != nil {
		p = o.keep(a, p)
	}
	if refusals := j.guard(&o.planFlags, p, true); len(refusals) > 0 {
		if !o.silent {
			j.remark(p)
		}
		return refused(refusals)
	}
	return j.applyPlan(ctx, o, p)
}

// applyPlan asks, carries the plan out, and tells what became of it.
func (j *job) applyPlan(ctx context.Context, o *applyFlags, p plan.Plan) error {
	a := j.app
	if !o.silent {
		j.remark(p)
	}
	if p.Counts.Changes() > 0 && !o.yes {
		if a.format == "text" {
			a.writePlan(a.stderr, j, p, false)
		} else {
			writePlanMarkdown(a.stderr, j, p, false)
		}
		if !a.ask("Make these changes?") {
			return &statusError{code: exitError, err: errors.New("not confirmed, nothing was changed")}
		}
	}
	audit, err := state.OpenAudit(j.config.State.Dir)
	if err != nil {
		return err
	}
	defer audit.Close()
	progress := a.progress(p.Counts.Changes())
	applied, err := apply.Run(ctx, j.service, p, apply.Options{
		Audit: audit, Who: j.who(), Now: a.now,
		Progress: func(r apply.Result) { progress.add(r) },
	})
	progress.close()
	j.tellApplied(o, p, applied)
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

// applyError is why an apply stopped before its end.
func applyError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &statusError{code: exitInterrupted, err: errors.New("interrupted; what was begun is done and told above, the next run goes on")}
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
func (a *app) lock(ctx context.Context, c config, o *applyFlags) (unlock func(), err error) {
	if err := os.MkdirAll(c.State.Dir, 0o700); err != nil {
		return nil, &configError{path: c.path, err: fmt.Errorf("state.dir: %w", err), hint: "state.dir is where the lock, the cache and the audit trail are kept; this account must be able to write there"}
	}
	who := state.Holder{PID: os.Getpid(), Command: o.command, Since: a.now()}
	who.Host, _ = os.Hostname()
	if u, err := user.Current(); err == nil {
		who.User = u.Username
	}
	l, err := state.AcquireLock(ctx, c.State.Dir, who, 0)
	if o.lockTimeout > 0 && errors.As(err, new(*state.LockedError)) {
		a.note("%v; waiting for up to %s", err, o.lockTimeout)
		l, err = state.AcquireLock(ctx, c.State.Dir, who, o.lockTimeout)
	}
	if err != nil {
		return nil, err
	}
	return func() {
		if err := l.Release(); err != nil {
			a.warn("lock: %v", err)
		}
	}, nil
}
