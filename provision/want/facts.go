package want

import (
	"cmp"
	"fmt"
	"strings"
	"text/template"
	"time"

	"muster/agenda"
	"muster/provision"
)

// Facts are what the templates of a room's title and description are filled
// in with. All texts are single lines; those that do not apply are empty.
type Facts struct {
	Name      string // the room's name
	Acronym   string // the group's acronym; the room's name where no group has it
	GroupName string // the group's name, or the session's whose own room it is,
	// or the title of its request
	Type      string // the slug of the group's type
	State     string // the slug of the group's state
	Kind      string // the group's type in words: "IETF working group"
	Area      string // the acronym of the parent group
	Meeting   string // the meeting's name: "IETF 126"
	City      string // where it is held
	AgendaURL string // the meeting's agenda page
	LogURL    string // the room's public log

	Start time.Time // the next session's, in the meeting's time zone; may be zero
	Place string    // where the next session is

	// Whole sentences, for a template that only puts them in order.
	What      string // what the group is
	When      string // the next session: day, time, time zone, place, meeting
	Cancelled string // a session before it that is cancelled: day, time, time zone, meeting
	Agenda    string // "Agenda: " and its address
	Log       string // "Log: " and its address
	NoteWell  string // that the IETF Note Well applies, and whether the room is publicly logged
}

// facts returns the facts of a candidate's room at the time now.
func (c *candidate) facts(v verdict, rules *compiled) (*Facts, error) {
	f := &Facts{Name: c.name, Acronym: c.name}
	var err error
	if f.LogURL, err = rules.logURL(c.name); err != nil {
		return nil, err
	}
	f.Log, f.NoteWell = labelled("Log: ", f.LogURL), noteWell(f.LogURL)
	f.setRoom(c, v)
	f.GroupName = cmp.Or(f.GroupName, f.Acronym)
	at, next := c.next(v.now)
	f.setCancelled(c, v.now, next)
	if next != nil {
		f.setNext(at, next)
	} else if n := len(c.sets); n > 0 {
		at = c.sets[n-1].meeting
	}
	if at != nil {
		f.Meeting, f.City = at.name, provision.OneLine(at.agenda.City, provision.MaxPlace)
		f.AgendaURL = provision.OneLine(at.agenda.AgendaURL, provision.MaxDescription)
		f.Agenda = labelled("Agenda: ", f.AgendaURL)
	}
	return f, nil
}

func labelled(label, address string) string {
	if address == "" {
		return ""
	}
	return label + address
}

// setRoom fills in what the room is: that of the group whose acronym it bears, as
// the list of groups has it or as it was at its latest meeting, else a standing
// room, the plenary's, or a session's own; or the room of a request.
func (f *Facts) setRoom(c *candidate, v verdict) {
	switch {
	case v.byRequest():
		f.setRequest(c.request)
	case c.standing != nil && !c.ofGroup(v):
		f.GroupName = provision.OneLine(c.standing.Title, provision.MaxGroupName)
		f.What = "Standing room of the IETF."
	case v.keeps():
		f.setGroup(&v.group.Group)
	default:
		f.setSessions(c)
	}
}

// setSessions fills in what the room of sessions is. Sessions that were given
// the room as their chat room count only where there are no others.
func (f *Facts) setSessions(c *candidate) {
	set := c.sets[len(c.sets)-1]
	for _, s := range c.sets {
		if s.rule != byChatRoom {
			set = s
		}
	}
	session := set.sessions[0]
	switch {
	case set.rule == byPlenary:
		f.GroupName, f.What = "IETF plenary", "Plenary sessions of the IETF meeting."
	case set.group == nil:
		f.GroupName = provision.OneLine(session.Name, provision.MaxGroupName)
	case set.rule == byAcronym:
		f.setGroup(set.group)
	default:
		f.setGroup(set.group)
		f.Acronym = c.name
		f.What = "Room of sessions of " + provision.OneLine(set.group.Name, provision.MaxGroupName) + "."
		f.GroupName = cmp.Or(provision.OneLine(session.Name, provision.MaxGroupName), f.GroupName)
	}
}

// setGroup fills in what the facts hold of a group.
func (f *Facts) setGroup(g *agenda.Group) {
	f.Acronym = provision.OneLine(g.Acronym, provision.MaxName)
	f.GroupName = provision.OneLine(g.Name, provision.MaxGroupName)
	f.Type = provision.OneLine(g.Type, provision.MaxName)
	f.State = provision.OneLine(string(g.State), provision.MaxName)
	f.Area = provision.OneLine(g.Parent, provision.MaxName)
	f.Kind = kind(g)
	f.What = capital(f.Kind)
	if f.Area != "" && (g.Type == "wg" || g.Type == "ag") {
		f.What += " in the " + f.Area + " area"
	}
	f.What += "."
}

// setNext fills in what the facts hold of the next session.
func (f *Facts) setNext(m *meeting, s *agenda.Session) {
	zone := m.agenda.TimeZone
	if zone == nil {
		zone = time.UTC
	}
	f.Start = s.Start.In(zone)
	f.Place = provision.OneLine(s.Location, provision.MaxPlace)
	f.When = "Next session: " + when(f.Start, s.Duration) + labelled(", ", f.Place) + ", " + m.name + "."
}

// textTemplate is a text/template over [Facts] that gives one line.
type textTemplate struct {
	what string // which template, for errors
	tmpl *template.Template
}

// parseTemplate parses source and executes it on a sample, so that a field that
// does not exist is found before there is a room to make.
func parseTemplate(what, source string) (textTemplate, error) {
	tmpl, err := template.New(what).Option("missingkey=error").Parse(source)
	if err != nil {
		return textTemplate{}, fmt.Errorf("%s template: %w", what, err)
	}
	t := textTemplate{what: what, tmpl: tmpl}
	_, err = t.fill(sampleFacts(), provision.MaxDescription)
	return t, err
}

// fill returns the template with the facts of one room filled in, as one line of
// limit runes at most.
func (t textTemplate) fill(f *Facts, limit int) (string, error) {
	var b strings.Builder
	if err := t.tmpl.Execute(&b, f); err != nil {
		return "", fmt.Errorf("%s template: %w", t.what, err)
	}
	return provision.OneLine(b.String(), limit), nil
}

// sampleFacts are facts with every field filled in, to try templates on.
func sampleFacts() *Facts {
	const word = "sample"
	return &Facts{
		Name: word, Acronym: word, GroupName: word, Type: word, State: word, Kind: word,
		Area: word, Meeting: word, City: word, AgendaURL: word, LogURL: word, Place: word,
		What: word, When: word, Cancelled: word, Agenda: word, Log: word, NoteWell: word,
		Start: time.Date(2026, time.July, 20, 9, 30, 0, 0, time.UTC),
	}
}
