package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"muster/provision"
	"muster/xmppadmin"
)

// reconnecting is a service that counts its connections.
type reconnecting interface {
	// Connections returns how often the service was connected to.
	Connections() int64
}

// connections returns how often a service was connected to, 0 where it does not
// count that.
func connections(svc provision.Service) int64 {
	if c, ok := svc.(reconnecting); ok {
		return c.Connections()
	}
	return 0
}

var errConnectionLost = fmt.Errorf("%w: the connection was lost afterwards", xmppadmin.ErrInterrupted)

// confirm reads the rooms that are done once more, after the connection was
// lost: a server that crashed may have lost what it had shown before. What is
// missing is done again, and has its result from that.
func (r *run) confirm(ctx, work context.Context) {
	var done, again []*job
	for _, res := range r.results {
		if res.Status == Done {
			done = append(done, newJob(res.Change))
		}
	}
	for batch := range slices.Chunk(done, r.o.Batch) {
		r.readBack(work, batch)
		r.readSubjects(work, batch)
		for _, j := range batch {
			j.err, j.interrupted = errConnectionLost, true
			next, err := j.next(true)
			if err == nil && next == nil {
				continue
			}
			if again = append(again, j); err != nil {
				continue
			}
			if j.step = *next; j.found.State != xmppadmin.Unknown {
				r.lost = append(r.lost, j.name())
			}
		}
	}
	r.results = slices.DeleteFunc(r.results, func(res Result) bool {
		return slices.ContainsFunc(again, func(j *job) bool { return j.name() == res.Change.Room.Name })
	})
	for batch := range slices.Chunk(again, r.o.Batch) {
		if r.stopped(ctx) == nil {
			r.applyBatch(ctx, work, batch)
		}
		r.skip(batch, errors.Join(r.stopped(ctx), errConnectionLost))
	}
}

// readSubjects adds to rooms that were read back the subjects that their changes
// have set, where a look at a room does not show the subject.
func (r *run) readSubjects(work context.Context, jobs []*job) {
	if r.svc.ShowsSubjects() {
		return
	}
	var names []string
	for _, j := range jobs {
		_, set := firstStep(j.change).settings[xmppadmin.Subject]
		if _, shown := j.found.Settings[xmppadmin.Subject]; set && !shown && j.found.State == xmppadmin.Exists {
			names = append(names, j.name())
		}
	}
	if len(names) == 0 {
		return
	}
	rooms, err := r.svc.ReadSubjects(work, names, nil)
	if errors.Is(err, xmppadmin.ErrUnavailable) {
		r.halt(err)
	}
	for _, j := range jobs {
		i := slices.IndexFunc(rooms, func(f xmppadmin.Room) bool { return f.Name == j.name() })
		switch {
		case i < 0:
		case rooms[i].State != xmppadmin.Exists:
			j.found = rooms[i]
		default:
			j.found.Settings = maps.Clone(j.found.Settings)
			j.found.Settings[xmppadmin.Subject] = rooms[i].Settings[xmppadmin.Subject]
		}
	}
}
