package want

import (
	"time"

	"muster/agenda"
	"muster/provision"
)

// meeting is a meeting with what is said of it in many rooms.
type meeting struct {
	*agenda.Meeting
	zone            *time.Location
	end             time.Time // when the last session ends
	label, city     string
	url, urlInWords string
	groups          map[string]*agenda.Group
	slots           map[slot]string
	statuses        map[string]int  // sessions by status that is not known
	typeless        map[string]bool // groups with sessions and no type
}

// slot is when a session is; a meeting has many sessions in few slots.
type slot struct {
	start    int64 // Unix time in seconds
	duration time.Duration
}

func newMeeting(m *agenda.Meeting) *meeting {
	s := &meeting{
		Meeting: m, zone: m.TimeZone, label: provision.MeetingName(m.Number), city: provision.OneLine(m.City, provision.MaxPlace), url: provision.OneLine(m.AgendaURL, provision.MaxDescription),
		groups: make(map[string]*agenda.Group, len(m.Groups)), slots: make(map[slot]string),
		statuses: make(map[string]int), typeless: make(map[string]bool),
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

// when says when a session is: its day, its time, and the meeting's time zone.
func (m *meeting) when(start time.Time, d time.Duration) string {
	key := slot{start.Unix(), d}
	if said, ok := m.slots[key]; ok {
		return said
	}
	b := start.AppendFormat(nil, "Monday 2 January 2006, 15:04")
	if d > 0 {
		b = start.Add(d).AppendFormat(append(b, '-'), "15:04")
	}
	abbreviation, _ := start.Zone()
	b = append(append(b, ' '), abbreviation...)
	if name := m.zone.String(); name != abbreviation {
		b = append(append(append(b, " ("...), name...), ')')
	}
	m.slots[key] = string(b)
	return m.slots[key]
}
