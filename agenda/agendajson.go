package agenda

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"
)

// agendaRow is one row of agenda.json. Keys that are not here are ignored;
// is_bof among them, because it is also true of a concluded BOF.
type agendaRow struct {
	ObjType   string          `json:"objtype"`
	SessionID int             `json:"session_id"`
	Group     agendaGroup     `json:"group"`
	Name      string          `json:"name"`
	Start     string          `json:"start"`
	Duration  json.RawMessage `json:"duration"`
	Location  string          `json:"location"` // null where there is none
	Status    string          `json:"status"`
	Agenda    string          `json:"agenda"`
}

// agendaGroup is the group in a row of agenda.json, as it stood at the time
// of the meeting. Type and state may be null, parent is often absent.
type agendaGroup struct {
	Acronym string `json:"acronym"`
	Name    string `json:"name"`
	Type    string `json:"type"`
	State   string `json:"state"`
	Parent  string `json:"parent"`
}

// meetingInPath finds the meeting in the address of a session's material.
var meetingInPath = regexp.MustCompile(`/meeting/([0-9]{1,4}|interim-[a-z0-9-]{1,100})/`)

// parseAgendaJSON reads /meeting/<n>/agenda.json: an object with one key, the
// meeting's number, over a list of sessions, locations and parents in no
// order. A row that cannot be read is left out with a warning; a document of
// another shape is an error.
func parseAgendaJSON(body []byte) (document, error) {
	doc := document{name: "agenda.json"}
	key, list, err := onlyKey(body)
	if err != nil {
		return document{}, err
	}
	doc.number = key
	linked := map[string]bool{}
	err = eachRow(list, func(at int, raw json.RawMessage) {
		var r agendaRow
		err := decodeRow(raw, &r)
		if err == nil && r.ObjType == "" {
			err = errors.New("no objtype")
		}
		if r.ObjType != "session" && r.ObjType != "" {
			return
		}
		if m := meetingInPath.FindStringSubmatch(r.Agenda); m != nil {
			linked[m[1]] = true
		}
		s, g, more := r.read()
		if err = firstError(err, more); err != nil {
			doc.leaveOut(at, r.SessionID, r.Group.Acronym, err)
			return
		}
		doc.rows = append(doc.rows, row{s, g})
	})
	if err != nil {
		return document{}, fmt.Errorf("agenda.json: %q: %w", clip(key), err)
	}
	if key == "None" { // that is how /meeting/agenda.json calls its meeting
		doc.number = onlyOne(linked)
	}
	doc.settle()
	return doc, nil
}

// read turns a row into the project's own values.
func (r *agendaRow) read() (Session, Group, error) {
	if err := checkIdentity(r.SessionID, r.Group.Acronym); err != nil {
		return Session{}, Group{}, err
	}
	start, badStart := parseStart(r.Start, time.UTC)
	duration, badDuration := parseDuration(r.Duration)
	s := Session{
		ID: r.SessionID, Group: r.Group.Acronym, Name: r.Name, Status: Status(r.Status),
		Start: start, Duration: duration, Location: r.Location,
	}
	g := Group{
		Acronym: r.Group.Acronym, Name: r.Group.Name, Type: r.Group.Type,
		State: GroupState(r.Group.State), Parent: r.Group.Parent,
	}
	return s, g, firstError(badStart, badDuration)
}

// checkIdentity refuses rows of which nobody could say what they are about.
func checkIdentity(id int, acronym string) error {
	switch {
	case id <= 0:
		return fmt.Errorf("session id %d is none", id)
	case acronym == "":
		return errors.New("its group has no acronym")
	}
	return nil
}

// firstError is the first error that is one.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// onlyKey takes an object with a single key apart.
func onlyKey(body []byte) (string, json.RawMessage, error) {
	if !json.Valid(body) {
		var ignored json.RawMessage
		return "", nil, fmt.Errorf("agenda.json: %w", jsonError(json.Unmarshal(body, &ignored)))
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return "", nil, errors.New("agenda.json: want an object with the meeting's number as its key")
	}
	if !dec.More() {
		return "", nil, errors.New("agenda.json: the object is empty; want the meeting's number as its key")
	}
	key, err := dec.Token()
	if err != nil {
		return "", nil, jsonError(err)
	}
	var list json.RawMessage
	if err := dec.Decode(&list); err != nil {
		return "", nil, jsonError(err)
	}
	if dec.More() {
		return "", nil, errors.New("agenda.json: more than one key; want the meeting's number alone")
	}
	return key.(string), list, nil
}

// onlyOne is the single member of a set, empty where there is none or several.
func onlyOne(set map[string]bool) string {
	if len(set) != 1 {
		return ""
	}
	return slices.Collect(maps.Keys(set))[0]
}
