package provision

import (
	"time"

	"muster/agenda"
)

// meeting is a meeting with what is said of it in many rooms.
type meeting struct {
	*agenda.Meeting
	zone            *time.Location
	label, city     string
	url, urlInWords string
	groups          map[string]*agenda.Group
	statuses        map[string]int  // sessions by status that is not known
	typeless        map[string]bool // groups with sessions and no type
}

func newMeeting(m *agenda.Meeting) *meeting {
	s := &meeting{
		Meeting: m, zone: m.TimeZone, label: label(m.Number), city: OneLine(m.City, maxPlace), url: OneLine(m.AgendaURL, MaxDescription),
		groups: make(map[string]*agenda.Group, len(m.Groups)), statuses: make(map[string]int), typeless: make(map[string]bool),
	}
	if s.zone == nil {
		s.zone = time.UTC
	}
	if s.url != "" {
		s.urlInWords = "Agenda: " + s.url
	}
	for i := range m.Groups {
		s.groups[m.Groups[i].Acronym] = &m.Groups[i]
	}
	return s
}

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

// next fills in what the facts say of the next session. It returns the room
// for the text, for the next call.
func (f *Facts) next(o occasion, b []byte) []byte {
	if o.session == nil {
		return b
	}
	f.Start = o.session.Start.In(o.meeting.zone)
	f.Place = OneLine(o.session.Location, maxPlace)
	b = append(b[:0], "Next session: "...)
	b = f.Start.AppendFormat(b, "Monday 2 January 2006, 15:04")
	if d := o.session.Duration; d > 0 {
		b = f.Start.Add(d).AppendFormat(append(b, '-'), "15:04")
	}
	b = appendZone(b, f.Start)
	if f.Place != "" {
		b = append(append(b, ", "...), f.Place...)
	}
	b = append(append(append(b, ", "...), o.meeting.label...), '.')
	f.When = string(b)
	return b
}

// appendZone appends the abbreviation in use at t, and the zone's own name
// where that says more.
func appendZone(b []byte, t time.Time) []byte {
	abbreviation, _ := t.Zone()
	b = append(append(b, ' '), abbreviation...)
	if name := t.Location().String(); name != abbreviation {
		b = append(append(append(b, " ("...), name...), ')')
	}
	return b
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
