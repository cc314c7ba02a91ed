package want

import (
	"fmt"
	"strings"
	"text/template"
	"time"

	"muster/provision"
)

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
