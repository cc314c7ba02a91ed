package want

import (
	"time"

	"muster/agenda"
	"muster/provision"
)

// Facts are what the templates of a room's title and description are filled
// in with. All texts are single lines; those that do not apply are empty.
type Facts struct {
	Name      string // the room's name
	Acronym   string // the group's acronym; the room's name where no group has it
	GroupName string // the group's name, or the session's whose own room it is
	Type      string // the slug of the group's type
	State     string // the slug of the group's state
	Kind      string // the group's type in words: "working group"
	Area      string // the acronym of the parent group
	Meeting   string // the meeting as people call it: "IETF 126"
	City      string // where it is held
	AgendaURL string // the meeting's agenda page
	LogURL    string // the room's public log

	Start time.Time // the next session's, in the meeting's time zone; may be zero
	Place string    // where the next session is

	// Whole sentences, for a template that only puts them in order.
	What     string // what the group is
	When     string // the next session: day, time, time zone, place, meeting
	Agenda   string // "Agenda: " and its address
	Log      string // "Log: " and its address
	NoteWell string // that the IETF Note Well applies
}

// textField returns what reads the text in the field that is called name, or
// nil where there is no such text.
func textField(name string) func(*Facts) string {
	switch name {
	case "Name":
		return func(f *Facts) string { return f.Name }
	case "Acronym":
		return func(f *Facts) string { return f.Acronym }
	case "GroupName":
		return func(f *Facts) string { return f.GroupName }
	case "Type":
		return func(f *Facts) string { return f.Type }
	case "State":
		return func(f *Facts) string { return f.State }
	case "Kind":
		return func(f *Facts) string { return f.Kind }
	case "Area":
		return func(f *Facts) string { return f.Area }
	case "Meeting":
		return func(f *Facts) string { return f.Meeting }
	case "City":
		return func(f *Facts) string { return f.City }
	case "AgendaURL":
		return func(f *Facts) string { return f.AgendaURL }
	case "LogURL":
		return func(f *Facts) string { return f.LogURL }
	case "Place":
		return func(f *Facts) string { return f.Place }
	case "What":
		return func(f *Facts) string { return f.What }
	case "When":
		return func(f *Facts) string { return f.When }
	case "Agenda":
		return func(f *Facts) string { return f.Agenda }
	case "Log":
		return func(f *Facts) string { return f.Log }
	case "NoteWell":
		return func(f *Facts) string { return f.NoteWell }
	}
	return nil
}

// sampleFacts are facts with every field filled in, to try templates on.
func sampleFacts() *Facts {
	const word = "sample"
	return &Facts{
		Name: word, Acronym: word, GroupName: word, Type: word, State: word, Kind: word,
		Area: word, Meeting: word, City: word, AgendaURL: word, LogURL: word, Place: word,
		What: word, When: word, Agenda: word, Log: word, NoteWell: word,
		Start: time.Date(2026, time.July, 20, 9, 30, 0, 0, time.UTC),
	}
}

// phrases keeps what is said of groups of one kind: many are alike.
type phrases map[phraseKey]phrase

type phraseKey struct {
	slug, parent string
	state        agenda.GroupState
	bof          bool
}

type phrase struct{ kind, what, slug, state, area string }

// of returns what is said of groups such as g.
func (p phrases) of(g *agenda.Group) phrase {
	key := phraseKey{g.Type, g.Parent, g.State, g.BOF}
	if have, ok := p[key]; ok {
		return have
	}
	made := phrase{kind: kind(g), slug: provision.OneLine(g.Type, provision.MaxName), state: provision.OneLine(string(g.State), provision.MaxName), area: provision.OneLine(g.Parent, provision.MaxName)}
	made.what = capital(made.kind)
	if made.area != "" && (g.Type == "wg" || g.Type == "ag") {
		made.what += " in the " + made.area + " area"
	}
	made.what += "."
	p[key] = made
	return made
}

// Group fills in what the facts say of a group.
func (f *Facts) group(g *agenda.Group, words phrases) {
	f.Acronym = provision.OneLine(g.Acronym, provision.MaxName)
	f.GroupName = provision.OneLine(g.Name, provision.MaxGroupName)
	p := words.of(g)
	f.Kind, f.What, f.Type, f.State, f.Area = p.kind, p.what, p.slug, p.state, p.area
}
