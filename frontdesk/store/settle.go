package store

import (
	"context"
	"fmt"
	"time"
)

// Run is what a run did to rooms, or found of them. Rooms that no request has
// are ignored, so that all rooms of a run can be given.
type Run struct {
	// Live are the rooms that were made, or found as they should be, each with
	// the address of its log, which may be empty.
	Live map[string]string
	// Failed are the rooms that could not be made, each with the cause.
	Failed map[string]string
	// Superseded are the rooms whose name a group, a session or a standing room
	// has taken.
	Superseded []string
	// Archived are the rooms that were archived, or found so.
	Archived []string
	// Service is the domain of the MUC service, for the addresses in messages.
	Service string
}

// Settle notes what a run did to the rooms of requests: an approved request
// whose room is there is live, one that failed has the error, one whose name was
// taken is superseded, and a live one past its end whose room is archived has
// ended. The requester gets a message of each. The same run twice changes nothing
// more.
func (s *Store) Settle(ctx context.Context, run Run, now time.Time) error {
	open, err := s.Requests(ctx, Filter{States: []State{Pending, Approved, Live}})
	if err != nil || len(open) == 0 {
		return err
	}
	return s.writeAt(ctx, now, func(c *change) error {
		archived, superseded := setOf(run.Archived), setOf(run.Superseded)
		for _, found := range open {
			r, err := c.request(ctx, found.ID)
			if err != nil {
				return err
			}
			if err := c.settle(ctx, r, run, superseded[r.Room], archived[r.Room]); err != nil {
				return fmt.Errorf("request %d: %w", r.ID, err)
			}
		}
		return nil
	})
}

func setOf(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, n := range names {
		set[n] = true
	}
	return set
}

// settle notes what a run did to the room of one request.
func (c *change) settle(ctx context.Context, r Request, run Run, superseded, archived bool) error {
	log, live := run.Live[r.Room]
	cause, failed := run.Failed[r.Room]
	switch {
	case !r.State.Open():
		return nil
	case superseded:
		return c.happen(ctx, r, Supersede, "", supersededText(r))
	case archived && r.State == Live && !r.End().After(c.now):
		return c.happen(ctx, r, End, "", endedText(r))
	case live && r.State == Approved:
		return c.happen(ctx, r, Make, "", liveText(r, run.Service, log))
	case live && r.State == Live && r.Error != "":
		r.Error = ""
		return c.save(ctx, r)
	case failed && r.State != Pending && r.Error != cause:
		r.Error = cause
		if err := c.save(ctx, r); err != nil {
			return err
		}
		if err := c.record(ctx, r.ID, byDesk, "fail", cause); err != nil {
			return err
		}
		if r.State == Live { // it is there: the requester has nothing to wait for
			return nil
		}
		return c.tell(ctx, r, "failed", failedText(r))
	}
	return nil
}

// happen has an event change a request by itself, and sends a message of it.
func (c *change) happen(ctx context.Context, r Request, e Event, detail, text string) error {
	state, err := Next(r.State, e)
	if err != nil {
		return err
	}
	at := c.now.UTC().Truncate(time.Second)
	switch r.State, r.Error = state, ""; state {
	case Live:
		r.LiveAt = at
	case Ended, Superseded, Lapsed:
		r.EndedAt, r.ExtendTo = at, ""
	}
	if err := c.save(ctx, r); err != nil {
		return err
	}
	if err := c.record(ctx, r.ID, byDesk, string(e), detail); err != nil {
		return err
	}
	return c.tell(ctx, r, string(state), text)
}

// Elapse notes what the passing of time does: requests that wait for longer than
// pending lapse, approved ones whose end passed before their room was made have
// ended, and the requester of a room that ends within warn is warned, once for each
// end.
func (s *Store) Elapse(ctx context.Context, warn, pending time.Duration, now time.Time) error {
	open, err := s.Requests(ctx, Filter{States: []State{Pending, Approved, Live}})
	if err != nil {
		return err
	}
	for _, r := range open {
		if elapsed(r, warn, pending, now) == "" {
			continue
		}
		err := s.writeAt(ctx, now, func(c *change) error {
			r, err := c.request(ctx, r.ID) // it may have changed meanwhile
			if err != nil {
				return err
			}
			return c.elapse(ctx, r, elapsed(r, warn, pending, now))
		})
		if err != nil {
			return fmt.Errorf("request %d: %w", r.ID, err)
		}
	}
	return nil
}

// warning is the event of a message before the end of a room.
const warning Event = "warn"

// elapsed returns what the passing of time does to a request, or nothing.
func elapsed(r Request, warn, pending time.Duration, now time.Time) Event {
	switch {
	case r.State == Pending && now.Sub(r.MadeAt) >= pending:
		return Lapse
	case r.State == Approved && !r.End().After(now):
		return End
	case r.State == Live && r.WarnedAt.IsZero() && r.End().After(now) && r.End().Sub(now) <= warn:
		return warning
	}
	return ""
}

func (c *change) elapse(ctx context.Context, r Request, e Event) error {
	switch e {
	case Lapse:
		return c.happen(ctx, r, Lapse, "", lapsedText(r))
	case End:
		return c.happen(ctx, r, End, "the room was never made", neverMadeText(r))
	case warning:
		r.WarnedAt = c.now.UTC().Truncate(time.Second)
		if err := c.save(ctx, r); err != nil {
			return err
		}
		if err := c.record(ctx, r.ID, byDesk, string(warning), r.Until); err != nil {
			return err
		}
		return c.tell(ctx, r, "warned:"+r.Until, warningText(r))
	}
	return nil
}
