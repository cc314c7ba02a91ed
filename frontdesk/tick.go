package frontdesk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"muster/provision"
	"muster/xmppadmin"
)

const (
	// firstPause and longestPause are those between attempts to make a room.
	firstPause   = time.Minute
	longestPause = 15 * time.Minute
	// summaryPause is the least time between two messages about what waits.
	summaryPause = 10 * time.Minute
	// profilePause is how long a profile must not name a JID until the link is
	// removed.
	profilePause = 24 * time.Hour
	// recentPast is how old what is reported to the secretariat may be.
	recentPast = 7 * 24 * time.Hour
)

// ticks is what the desk remembers from one tick to the next, in memory.
type ticks struct {
	first    time.Time
	attempts map[int64]attempt // by number of request
	profiles time.Time         // of the list by which links were last checked
	admins   adminMemory
}

// attempt is when something is tried again.
type attempt struct {
	next  time.Time
	pause time.Duration
}

func newTicks() ticks {
	return ticks{attempts: map[int64]attempt{}, admins: newAdminMemory()}
}

// Tick does what is due: it ends and warns, makes rooms, reports to the secretariat,
// checks links, and gives and takes admin affiliations. It is called every
// minute or so, by one goroutine. What fails is tried again by a later tick, and
// keeps nothing else from being done.
func (d *Desk) Tick(ctx context.Context, now time.Time) error {
	if d.ticks.first.IsZero() {
		d.ticks.first = now
	}
	d.sessions.mu.Lock()
	d.sessions.expire(now)
	d.sessions.mu.Unlock()
	d.chats.expire(now)
	facts, _ := d.lists(ctx, now) // logged; what needs them looks at their age
	return errors.Join(
		d.store.Elapse(ctx, d.cfg.Warn, d.cfg.Pending, now),
		d.store.DropCodes(ctx, now),
		d.makeApproved(ctx, now),
		d.endPast(ctx, now),
		d.summarize(ctx, now),
		d.report(ctx, facts, now),
		d.checkLinks(ctx, now),
		d.checkAdmins(ctx, facts, now),
	)
}

// due reports whether a request is to be tried, and has the next attempt wait
// for twice as long as this one did.
func (t *ticks) due(id int64, now time.Time) bool {
	a, tried := t.attempts[id]
	if tried && now.Before(a.next) {
		return false
	}
	a.pause = min(longestPause, max(firstPause, 2*a.pause))
	a.next = now.Add(a.pause)
	t.attempts[id] = a
	return true
}

// makeApproved makes the rooms of approved requests.
func (d *Desk) makeApproved(ctx context.Context, now time.Time) error {
	all, err := d.store.Requests(ctx, Filter{States: []State{Approved}})
	if err != nil {
		return err
	}
	for _, r := range all {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !d.ticks.due(r.ID, now) {
			continue
		}
		if _, err := d.make(ctx, r, now); err == nil {
			delete(d.ticks.attempts, r.ID)
		} else if !errors.Is(err, ErrBusy) {
			d.log.WarnContext(ctx, "a requested room is not made yet", "room", r.Room, "request", r.ID, "error", err)
		}
	}
	return nil
}

// endPast looks at the rooms of live requests that are past their end: those
// that are archived or gone have ended.
func (d *Desk) endPast(ctx context.Context, now time.Time) error {
	all, err := d.store.Requests(ctx, Filter{States: []State{Live}})
	if err != nil {
		return err
	}
	run := Run{Service: d.cfg.Service}
	for _, r := range all {
		if r.End().After(now) || !d.ticks.due(r.ID, now) {
			continue
		}
		room, err := d.rooms.Look(ctx, r.Room)
		if err == nil && (room.State == xmppadmin.Absent || room.State == xmppadmin.Exists && room.Archived) {
			run.Archived = append(run.Archived, r.Room)
			delete(d.ticks.attempts, r.ID)
		}
	}
	return d.store.Settle(ctx, run, now)
}

// summarize reports to the secretariat what waits: at once, and then once in ten
// minutes at most.
func (d *Desk) summarize(ctx context.Context, now time.Time) error {
	return d.store.Summarize(ctx, d.cfg.Secretariat, summaryPause, now)
}

// report sends the secretariat what else it should know, each thing once.
func (d *Desk) report(ctx context.Context, f Facts, now time.Time) error {
	var errs []error
	tell := func(key, text string) {
		errs = append(errs, d.store.Tell(ctx, key, provision.OneLine(text, maxAnswer), d.cfg.Secretariat, now))
	}
	if since := f.Roles.Confirmed; !recent(since, now) && (!since.IsZero() || now.Sub(d.ticks.first) > maxAge) {
		text := "The Datatracker's list of roles has not been confirmed for more than a day, so nothing is approved by it."
		if !since.IsZero() {
			text += " It was last confirmed on " + provision.Date(since) + "."
		}
		tell("roles:"+dayOf(now), text)
	}
	refused, err := d.store.Refused(ctx, Mail, now.Add(-recentPast))
	errs = append(errs, err)
	for _, m := range refused {
		tell(fmt.Sprintf("mail:%d", m.ID), fmt.Sprintf("A code could not be mailed to %s: %s", plain(m.Address), plain(m.Body)))
	}
	all, err := d.store.Requests(ctx, Filter{States: []State{Superseded}})
	errs = append(errs, err)
	for _, r := range all {
		if now.Sub(r.EndedAt) < recentPast {
			tell(fmt.Sprintf("superseded:%d", r.ID), fmt.Sprintf("Request %d by %s has ended: a group, a session or a standing room has the name %s now.",
				r.ID, Shown(r.JID), r.Room))
		}
	}
	return errors.Join(errs...)
}

// checkLinks looks whether the profiles by which JIDs were linked still name
// them, once for each list.
func (d *Desk) checkLinks(ctx context.Context, now time.Time) error {
	if !d.cfg.Profile {
		return nil
	}
	l, err := d.people.Profiles(ctx)
	if err != nil {
		d.log.WarnContext(ctx, "the Datatracker's profiles are not to be had", "error", err)
		return nil
	}
	if l.Stale || l.Incomplete || l.Unread > 0 || !recent(l.Confirmed, now) || !l.Confirmed.After(d.ticks.profiles) {
		return nil
	}
	type owner struct {
		jid    string
		person int
	}
	named := map[owner]bool{}
	for _, p := range l.Profiles {
		named[owner{profileJID(p.Value), p.Person}] = true
	}
	links, err := d.store.Links(ctx)
	if err != nil {
		return err
	}
	for _, k := range links {
		if k.Way != ByProfile {
			continue
		}
		if _, err := d.store.Check(ctx, k.JID, named[owner{k.JID, k.Person}], profilePause, now); err != nil {
			return err
		}
	}
	d.ticks.profiles = l.Confirmed
	return nil
}
