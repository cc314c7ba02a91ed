package want

import (
	"time"

	"muster/agenda"
	"muster/provision"
)

// occasion is a session at its meeting.
type occasion struct {
	meeting *meeting
	session *agenda.Session
}

// before says that o is still to come at now and is earlier than p.
func (o occasion) before(p occasion, now time.Time) bool {
	if o.session.Start.IsZero() || o.session.Start.Before(now) {
		return false
	}
	return p.session == nil || o.session.Start.Before(p.session.Start)
}

// next fills in what the facts say of the next session.
func (f *Facts) next(o occasion) {
	if o.session == nil {
		return
	}
	f.Start = o.session.Start.In(o.meeting.zone)
	f.Place = provision.OneLine(o.session.Location, provision.MaxPlace)
	when, comma := o.meeting.when(f.Start, o.session.Duration), ""
	if f.Place != "" {
		comma = ", "
	}
	f.When = "Next session: " + when + comma + f.Place + ", " + o.meeting.label + "."
}
