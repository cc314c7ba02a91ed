package apply

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"muster/provision"
	"muster/xmppadmin"
)

// applyBatch changes some rooms and reads them back, in as many rounds as it
// takes. Those that it did not begin are left without a result. No room is begun
// once ctx has ended; those that were may take until work ends.
func (r *run) applyBatch(ctx, work context.Context, jobs []*job) {
	for _, j := range jobs {
		if j.recorded = r.record(j, Started, nil); !j.recorded {
			return
		}
	}
	if r.sync(); r.halted != nil {
		return
	}
	for round := 1; len(jobs) > 0; round++ {
		connected := connections(r.svc)
		r.send(ctx, work, jobs)
		jobs = begun(jobs)
		r.readBack(work, jobs)
		if connections(r.svc) != connected {
			doubt(jobs)
		}
		var left []*job
		for _, j := range jobs {
			switch done, err := j.verify(r.svc, round); {
			case err != nil:
				r.end(j, Failed, err)
			case done:
				r.noteNotOffered(j)
				r.end(j, Done, nil)
			default:
				left = append(left, j)
			}
		}
		jobs = left
	}
	r.sync()
	if r.tried > 1 && r.forbidden == r.tried {
		r.halt(fmt.Errorf("the service refuses every change: %w", xmppadmin.ErrForbidden))
	}
}

// doubt has the answers to the last step count as never come: the connection was
// lost since, and the server may have crashed and lost what it had answered.
func doubt(jobs []*job) {
	for _, j := range jobs {
		if j.err == nil {
			j.err, j.interrupted = errConnectionLost, true
		}
	}
}

// send takes the next step on each room, several at once. When the run is
// stopped, or the service turns out to be unavailable, rooms that were not
// begun stay so.
func (r *run) send(ctx, work context.Context, jobs []*job) {
	var g errgroup.Group
	g.SetLimit(r.o.Parallel)
	var down atomic.Pointer[error]
	for _, j := range jobs {
		g.Go(func() error {
			// Checked when it is this room's turn, not when it joins the queue.
			if !j.begun && (r.stopped(ctx) != nil || down.Load() != nil) {
				return nil
			}
			j.begun = true
			j.send(work, r.svc)
			if err := j.err; errors.Is(err, xmppadmin.ErrUnavailable) {
				down.CompareAndSwap(nil, &err)
			}
			return nil
		})
	}
	_ = g.Wait() // the jobs keep their errors
	if err := down.Load(); err != nil {
		r.halt(*err)
	}
}

// readBack reads the rooms back, all with one call.
func (r *run) readBack(work context.Context, jobs []*job) {
	if len(jobs) == 0 {
		return
	}
	names := make([]string, len(jobs))
	for i, j := range jobs {
		names[i] = j.name()
	}
	rooms, err := r.svc.Read(work, names)
	if errors.Is(err, xmppadmin.ErrUnavailable) {
		r.halt(err)
	}
	found := make(map[string]xmppadmin.Room, len(rooms))
	for _, f := range rooms {
		found[f.Name] = f
	}
	for _, j := range jobs {
		f, ok := found[j.name()]
		if err != nil || !ok {
			f = xmppadmin.Room{Name: j.name(), Err: err}
		}
		j.found = f
	}
}

// noteNotOffered notes which wanted settings a finished room does not show.
func (r *run) noteNotOffered(j *job) {
	_, notOffered := provision.Differences(j.change.Room.Settings, j.found.Settings)
	for _, n := range notOffered {
		r.notOffered[n] = true
	}
}

func begun(jobs []*job) []*job {
	var out []*job
	for _, j := range jobs {
		if j.begun {
			out = append(out, j)
		}
	}
	return out
}
