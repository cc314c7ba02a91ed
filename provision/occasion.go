package provision

import (
	"time"

	"muster/agenda"
)

// occasion is a session on the agenda of its meeting.
type occasion struct {
	meeting *agenda.Meeting
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
	f.Start = o.session.Start.In(zone(o.meeting))
	f.Place = OneLine(o.session.Location, maxPlace)
	b := make([]byte, 0, 128)
	b = append(b, "Next session: "...)
	b = f.Start.AppendFormat(b, "Monday 2 January 2006, 15:04")
	if d := o.session.Duration; d > 0 {
		b = f.Start.Add(d).AppendFormat(append(b, '-'), "15:04")
	}
	b = appendZone(b, f.Start)
	if f.Place != "" {
		b = append(append(b, ", "...), f.Place...)
	}
	b = append(append(b, ", "...), label(o.meeting.Number)...)
	f.When = string(append(b, '.'))
}

// appendZone appends the abbreviation in use at t, and the zone's own name
// where that says more.
func appendZone(b []byte, t time.Time) []byte {
	b = t.AppendFormat(append(b, ' '), "MST")
	if name := t.Location().String(); name != "UTC" && name != "" {
		b = append(append(append(b, " ("...), name...), ')')
	}
	return b
}

func zone(m *agenda.Meeting) *time.Location {
	if m.TimeZone == nil {
		return time.UTC
	}
	return m.TimeZone
}

// label returns how people call a meeting: "IETF 126", or the name of an
// interim.
func label(number string) string {
	if number == "" {
		return "the meeting"
	}
	for _, c := range number {
		if c < '0' || c > '9' {
			return OneLine(number, maxPlace)
		}
	}
	return "IETF " + number
}
