package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"muster/provision"
	"muster/provision/plan"
	"muster/xmppadmin"
)

// The defaults of [Options].
const (
	DefaultParallel = 32
	DefaultBatch    = 64
	DefaultGrace    = 30 * time.Second
)

// maxRounds is how often a step is sent for a room and the room read back before
// it counts as failed: enough for an adoption that is interrupted once.
const maxRounds = 3

// Options are how a plan is carried out. The zero value is valid.
type Options struct {
	// Parallel is how many rooms are changed at once, Batch how many are read
	// back with one call; 0 for the defaults.
	Parallel, Batch int
	// Grace is how long rooms in flight may take to be finished and read back
	// when ctx has ended; 0 for the default.
	Grace time.Duration
	// Progress is called with each result when it is known, one after the other;
	// nil for none.
	Progress func(Result)
	// Audit records what is done; nil for no trail. Nothing is done that could
	// not be recorded beforehand.
	Audit Recorder
	// Who makes the changes, for the trail.
	Who Actor
	// Now is the clock of the trail; nil for [time.Now].
	Now func() time.Time
}

// Run carries out the changes of p on svc.
//
// It changes the rooms in batches, several at once, and trusts no answer: it
// reads every room back and compares all that was wanted. After an answer that
// never came it reads first and then does only what is left. One room's failure
// does not stop the others. Where the connection was lost on the way, it reads
// once more all that it had done: the server may have crashed.
//
// It stops early, with the rest skipped, when ctx ends (the rooms in flight are
// finished and read back first), when the service is unavailable, when it
// forbids all of several changes tried, or when the trail cannot be written.
// Only then is there an error: ctx's cause, or one that wraps
// [xmppadmin.ErrUnavailable], [xmppadmin.ErrForbidden] or the trail's. The
// outcome has a result for each change in any case.
func Run(ctx context.Context, svc provision.Service, p plan.Plan, o Options) (Outcome, error) {
	r := newRun(svc, p, o)
	connected := connections(svc)
	work, stop := outlive(ctx, r.o.Grace)
	defer stop()
	var jobs []*job
	for _, c := range p.Changes() {
		if c.Action.Changes() {
			jobs = append(jobs, newJob(c))
		} else {
			r.report(c)
		}
	}
	for batch := range slices.Chunk(jobs, r.o.Batch) {
		if r.stopped(ctx) == nil {
			r.applyBatch(ctx, work, batch)
		}
		r.skip(batch, r.stopped(ctx))
	}
	if r.stopped(ctx) == nil && connections(svc) != connected {
		r.confirm(ctx, work)
	}
	sortResults(r.results)
	out := Outcome{Results: r.results, Counts: count(p, r.results), NotOffered: r.newlyNotOffered(p), Lost: slices.Sorted(slices.Values(r.lost))}
	switch {
	case r.halted != nil:
		return out, fmt.Errorf("apply stopped: %w", r.halted)
	case out.Counts.Failed+out.Counts.Skipped > 0:
		return out, context.Cause(ctx)
	}
	return out, nil
}

// outlive returns a context that ends a while after ctx does.
func outlive(ctx context.Context, grace time.Duration) (context.Context, func()) {
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	unhook := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(grace, func() { cancel(context.Cause(ctx)) })
		context.AfterFunc(work, func() { timer.Stop() })
	})
	return work, func() { unhook(); cancel(nil) }
}

// run is one apply under way.
type run struct {
	svc        provision.Service
	o          Options
	plan       string // its digest
	results    []Result
	lost       []string // rooms that a crash of the server took away
	notOffered map[xmppadmin.Setting]bool
	// tried is how many changes have ended that were begun, and forbidden how
	// many of them the service refused for want of rights.
	tried, forbidden int
	halted           error // why no further room is begun
}

func newRun(svc provision.Service, p plan.Plan, o Options) *run {
	o.Parallel = cmp.Or(max(o.Parallel, 0), DefaultParallel)
	o.Batch = cmp.Or(max(o.Batch, 0), DefaultBatch)
	o.Grace = cmp.Or(o.Grace, DefaultGrace)
	if o.Now == nil {
		o.Now = time.Now
	}
	return &run{svc: svc, o: o, plan: p.Digest(), notOffered: make(map[xmppadmin.Setting]bool)}
}

// stopped returns why no further room is begun, or nil.
func (r *run) stopped(ctx context.Context) error {
	if r.halted != nil {
		return r.halted
	}
	return context.Cause(ctx)
}

// report gives a change that is only a report its result.
func (r *run) report(c provision.Change) {
	err := c.Err
	if err == nil {
		err = errors.New(c.Reason)
	}
	r.finish(Result{Change: c, Status: Skipped, Err: fmt.Errorf("room %q: %w", c.Room.Name, err)})
}

// skip gives a result to those that have none.
func (r *run) skip(jobs []*job, why error) {
	for _, j := range jobs {
		if !j.ended {
			r.end(j, Skipped, fmt.Errorf("room %q: not begun: %w", j.name(), why))
		}
	}
}

// end gives a job its result.
func (r *run) end(j *job, status Status, err error) {
	j.ended = true
	if j.recorded {
		r.record(j, string(status), err)
	}
	res := Result{Change: j.change, Status: status, Err: err}
	if j.begun {
		res.After = j.found.Settings
		r.tried++
		if errors.Is(err, xmppadmin.ErrForbidden) {
			r.forbidden++
		}
	}
	r.finish(res)
}

func (r *run) finish(res Result) {
	r.results = append(r.results, res)
	if r.o.Progress != nil {
		r.o.Progress(res)
	}
}

// record writes a record of a job and reports whether it could; a trail that
// fails ends the run.
func (r *run) record(j *job, result string, err error) bool {
	if r.o.Audit == nil {
		return true
	}
	e := Entry{When: r.o.Now(), Actor: r.o.Who, Plan: r.plan, Room: j.name(), Action: j.change.Action, Result: result, Before: j.change.Before}
	if j.begun {
		e.After = j.found.Settings
	}
	if err != nil {
		e.Error = err.Error()
	}
	err = r.o.Audit.Record(e)
	r.halt(err)
	return err == nil
}

func (r *run) sync() {
	if r.o.Audit != nil {
		r.halt(r.o.Audit.Sync())
	}
}

// halt notes why no further room may be begun; the first reason counts.
func (r *run) halt(err error) {
	if r.halted == nil {
		r.halted = err
	}
}

// newlyNotOffered returns what the rooms read back do not show and the plan did
// not know of.
func (r *run) newlyNotOffered(p plan.Plan) []provision.Obstacle {
	for _, n := range p.NotOffered {
		delete(r.notOffered, n)
	}
	return provision.Obstacles(r.svc, slices.Sorted(maps.Keys(r.notOffered)))
}
