package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"muster/agenda"
	"muster/provision"
	"muster/provision/apply"
	"muster/provision/plan"
	"muster/provision/state"
	"muster/provision/want"
	"muster/xmppadmin"
)

// Agenda is the Datatracker; an [agenda.Client] is one.
type Agenda interface {
	Meetings(ctx context.Context, sources []string) ([]agenda.Meeting, error)
	Groups(ctx context.Context, types []string) (agenda.GroupList, error)
}

// Reconciler makes runs on one service.
type Reconciler struct {
	// Agenda is where the meetings and the list of groups come from.
	Agenda Agenda
	// Service connects to the service, while the agenda is read; it is called
	// once for each plan that is not made offline.
	Service func(ctx context.Context) (provision.Service, error)
	// Requests reads the requests of the front desk: see [want.Sources]. Nil where
	// there is no desk. That they cannot be read is a gap and stops no run.
	Requests func(ctx context.Context) ([]want.Request, error)
	Rules    want.Rules
	Limits   plan.Limits
	// State is the state folder. A plan reads it, and does without where there
	// is none; an apply writes it, and needs the folder's [state.Lock].
	State string
	// Actor is who acts, for the audit trail; plan files have the account.
	Actor apply.Actor
	// Version is that of the program, for plan files.
	Version string
	// Now is the clock; nil for [time.Now].
	Now func() time.Time
}

// Derive reads the sources and derives the wanted rooms, without the service:
// the pass has no plan. The errors are those of the agenda, of the state folder
// and of [want.Derive].
func (r *Reconciler) Derive(ctx context.Context, q Request) (Pass, error) {
	if q.At.IsZero() {
		q.At = r.now()
	}
	p := Pass{Request: q}
	var err error
	if p.history, p.Damage, err = state.LoadHistory(r.State); err != nil {
		return p, err
	}
	if p.Sources, err = r.fetch(ctx, q.Meetings, p.history.Rooms); err != nil {
		return p, err
	}
	unread := r.readRequests(ctx, &p.Sources)
	p.Wanted, err = want.Derive(p.Sources, r.Rules, q.At)
	p.Warnings = warnings(p.Sources, p.Wanted, unread...)
	return p, err
}

// fetch reads the agendas and the list of groups, each once.
func (r *Reconciler) fetch(ctx context.Context, meetings []string, seen map[string]want.RoomHistory) (want.Sources, error) {
	in := want.Sources{History: seen}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		in.Meetings, err = r.Agenda.Meetings(ctx, meetings)
		return err
	})
	// Where no meeting comes from the Datatracker, nothing else does.
	types := r.Rules.ListTypes()
	if len(types) > 0 && slices.ContainsFunc(meetings, func(m string) bool { return !isFile(m) }) {
		g.Go(func() error {
			list, err := r.Agenda.Groups(ctx, types)
			in.Groups = &list
			return err
		})
	}
	err := g.Wait()
	return in, err
}

// readRequests adds the requests of the front desk to the sources. It returns the
// warning that they could not be read, if any.
func (r *Reconciler) readRequests(ctx context.Context, in *want.Sources) (warnings []string) {
	in.Protected = r.Limits.Protected
	if r.Requests == nil {
		return nil
	}
	requests, err := r.Requests(ctx)
	if err != nil {
		in.RequestsUnread = true
		return []string{"requests of the front desk: " + err.Error()}
	}
	in.Requests = requests
	return nil
}

// Plan looks at both sides and plans what differs. It changes nothing, but for
// this: where the plan is to be applied, it records in the audit trail what became
// of changes that a killed run has left open.
//
// The error joins those of both sides, or is that of the survey or of [plan.New],
// or a [*plan.StalePlanError], or, where the plan is to be applied and its sources
// come from the cache, an [*OutageError].
func (r *Reconciler) Plan(ctx context.Context, q Request) (Pass, error) {
	p, err := r.sides(ctx, q)
	if err != nil {
		return p, err
	}
	if q.Applying {
		if err := outage(p.Sources); err != nil {
			return p, err
		}
	}
	found := plan.Offline(p.Wanted)
	if p.service != nil {
		if found, p.notes, err = survey(ctx, p, r.Rules); err != nil {
			return p, err
		}
	}
	p.Plan, err = plan.New(plan.Input{
		Wanted: p.Wanted, Found: found, Notes: p.notes, Subjects: p.history.Subjects,
		Rules: r.Rules, Now: p.Request.At,
	}, q.Options)
	if err != nil {
		return p, err
	}
	if p.service != nil {
		p.NotOffered = provision.Obstacles(p.service, p.Plan.NotOffered)
	}
	if q.Applying && p.service != nil {
		if err := r.resolve(ctx, p); err != nil {
			return p, err
		}
	}
	err = r.guard(&p)
	return p, err
}

// guard holds back what a later run may do, compares the plan with a saved one, and
// notes what the guards object to.
func (r *Reconciler) guard(p *Pass) error {
	q := p.Request
	in := plan.GuardInput{
		Limits: r.Limits, Overrides: q.Overrides, Requested: specific(q.Meetings),
		Last: p.history.Meetings, LastGroups: p.history.Groups,
		Meetings: p.Sources.Meetings, Applying: q.Applying,
	}
	var held []string
	if p.Plan, held = plan.HoldBack(p.Plan, in); len(held) > 0 {
		p.Warnings = append(p.Warnings, fmt.Sprintf(
			"rooms whose requests are over, and that later runs archive, since the limit allows no more at once: %d", len(held)))
	}
	if q.Saved != nil {
		if err := q.Saved.CheckFresh(r.File(*p)); err != nil {
			return err
		}
	}
	p.Refusals = plan.Guard(p.Wanted, p.Plan, in)
	return nil
}

// survey reads the rooms with their subjects, and who archived some of them by
// hand.
func survey(ctx context.Context, p Pass, rules want.Rules) (found []xmppadmin.Room, notes map[string]xmppadmin.Note, err error) {
	names := slices.Concat(p.Wanted.Names(), p.Request.Options.Requested(), p.Request.Survey)
	g, both := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		found, err = p.service.Survey(both, slices.Compact(slices.Sorted(slices.Values(names))))
		return err
	})
	g.Go(func() (err error) {
		notes, err = p.service.Notes(both)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	found, err = p.withSubjects(ctx, found, rules)
	return found, notes, err
}

// outage returns an [*OutageError] for each cause for which the sources come
// from the cache.
func outage(in want.Sources) error {
	var errs []error
	for _, o := range in.Outages() {
		errs = append(errs, &OutageError{Outage: o})
	}
	return join(errs...)
}

// sides reads the sources and connects to the service, both at the same time.
// Both are waited for, so that the same troubles give the same errors.
func (r *Reconciler) sides(ctx context.Context, q Request) (Pass, error) {
	if q.Offline {
		return r.Derive(ctx, q)
	}
	type connection struct {
		service provision.Service
		err     error
	}
	connected := make(chan connection, 1)
	go func() {
		service, err := r.Service(ctx)
		connected <- connection{service, err}
	}()
	p, err := r.Derive(ctx, q)
	c := <-connected
	p.service = c.service
	return p, join(err, c.err)
}

// File returns a pass as the plan file that it is saved in.
func (r *Reconciler) File(p Pass) plan.File {
	return plan.File{
		Version: r.Version, Account: r.Actor.Account, Meetings: p.Request.Meetings, Options: p.Request.Options,
		AllowArchive: p.Request.Overrides.Archive, Agendas: p.Sources.Fingerprints(), Configuration: r.Rules.Digest(), Plan: p.Plan,
	}
}

// Apply applies the plan of a pass: it records each change in the audit trail,
// and notes in the state folder what it saw. The caller holds the folder's
// lock. The account, the clock and the trail of the options are the
// reconciler's. The error is that of [apply.Run] or of the state folder; the
// outcome is complete in any case.
//
// A pass that the guards refused is not applied: the error is then the first
// refusal.
func (r *Reconciler) Apply(ctx context.Context, p Pass, o apply.Options) (apply.Outcome, error) {
	switch {
	case len(p.Refusals) > 0:
		return apply.Outcome{}, p.Refusals[0]
	case p.service == nil:
		return apply.Outcome{}, errors.New("a plan made offline cannot be applied")
	}
	audit, err := state.OpenAudit(r.State)
	if err != nil {
		return apply.Outcome{}, err
	}
	if err := r.note(ctx, p); err != nil {
		return apply.Outcome{}, join(err, audit.Close())
	}
	o.Audit, o.Who, o.Now = audit, r.Actor, r.now
	out, err := apply.Run(ctx, p.service, p.Plan, o)
	complete := err == nil && !out.Incomplete()
	return out, join(err, r.remember(p, out, complete), audit.Close())
}

// note has the server note who archives rooms by hand, and drop the notes on
// archivings that are over or end now. It comes before the changes: a note on a
// room that is then not archived is dropped by the next run.
func (r *Reconciler) note(ctx context.Context, p Pass) error {
	notes := p.Plan.Notes(p.notes, xmppadmin.Note{
		Who: r.Actor.Person(), When: r.now().UTC(), Reason: p.Request.Options.Reason,
	})
	if maps.Equal(notes, p.notes) {
		return nil
	}
	return p.service.SetNotes(ctx, notes)
}

// remember notes what a run has seen for later ones, and for their guards what
// it was when all was done.
func (r *Reconciler) remember(p Pass, out apply.Outcome, complete bool) error {
	now, h := r.now(), p.history
	h.Rooms = plan.Remember(p.Sources, p.Wanted, p.Plan, now)
	h.Subjects = p.subjectsAfter(out)
	if complete {
		h = h.WithApply(p.Sources, p.Wanted, now)
	}
	return h.Save(r.State)
}

func (r *Reconciler) now() time.Time {
	if r.Now == nil {
		return time.Now()
	}
	return r.Now()
}
