package want

import (
	"time"

	"muster/agenda"
)

// cancelled returns the first cancelled session in the room that would be still
// to come at now, and its meeting; nil where there is none before next.
func (c *candidate) cancelled(now time.Time, next *agenda.Session) (*meeting, *agenda.Session) {
	var at *meeting
	first := next
	for _, set := range c.sets {
		for _, s := range set.sessions {
			if s.Status.Canceled() && shown(s, now) && (first == nil || s.Start.Before(first.Start)) {
				at, first = set.meeting, s
			}
		}
	}
	if at == nil {
		return nil, nil
	}
	return at, first
}

// nextStart returns when the first session begins that [Facts] name; zero for
// none.
func (c *candidate) nextStart(now time.Time) time.Time {
	_, next := c.next(now)
	if _, cancelled := c.cancelled(now, next); cancelled != nil {
		return cancelled.Start
	}
	if next != nil {
		return next.Start
	}
	return time.Time{}
}

// nextEnd returns when the session in the room ends that is under way at now, or
// else the next one; zero for none.
func (c *candidate) nextEnd(now time.Time) time.Time {
	var first time.Time
	for _, set := range c.sets {
		for _, s := range set.sessions {
			end := s.Start.Add(s.Duration)
			if s.Status.Canceled() || !timed(s, now) || !end.After(now) {
				continue
			}
			if first.IsZero() || end.Before(first) {
				first = end
			}
		}
	}
	return first
}

// setCancelled fills in what the facts hold of a cancelled session before next.
func (f *Facts) setCancelled(c *candidate, now time.Time, next *agenda.Session) {
	m, s := c.cancelled(now, next)
	if s == nil {
		return
	}
	zone := m.agenda.TimeZone
	if zone == nil {
		zone = time.UTC
	}
	f.Cancelled = "Cancelled: " + when(s.Start.In(zone), s.Duration) + ", " + m.name + "."
}
