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

	"muster/agenda/internal/wire"
)

// meetingInPath finds the meeting in the address of a session's material.
var meetingInPath = regexp.MustCompile(`/meeting/([0-9]{1,4}|interim-[a-z0-9-]{1,100})/`)

// parseAgendaJSON reads /meeting/<n>/agenda.json: an object with one key, the
// meeting's number, over a list of sessions, locations and parents in no
// order. A row that cannot be read is left out with a warning; a document of
// another shape is an error.
func parseAgendaJSON(body []byte) (document, error) {
	doc := document{name: "agenda.json"}
	key, list, err := onlyKey(body)
	if err == nil {
		err = checkNumber(key)
	}
	if err != nil {
		return document{}, fmt.Errorf("agenda.json: %w", err)
	}
	linked := map[string]bool{}
	err = wire.EachRow(list, func(at int, raw json.RawMessage) { doc.addListRow(at, raw, linked) })
	if err != nil {
		return document{}, fmt.Errorf("agenda.json: %.80q: %w", key, err)
	}
	doc.number = key
	if key == "None" { // the key of /meeting/agenda.json, whichever meeting that is
		doc.number = onlyOne(linked)
	}
	doc.sortAndDedupe()
	return doc, nil
}

// addListRow reads one row. Where it links to material of a meeting, that
// meeting is added to linked. Of is_bof nothing is read, because it is also
// true of a concluded BOF.
func (d *document) addListRow(at int, raw json.RawMessage, linked map[string]bool) {
	r := wire.OpenRow(raw)
	var objtype, link string
	r.Need("objtype", &objtype)
	if objtype != "session" && objtype != "" {
		return
	}
	if objtype == "" {
		r.Fail(errors.New("no objtype"))
	}
	material, _ := r.Raw("agenda")
	_ = wire.DecodeAs("agenda", material, &link)
	if m := meetingInPath.FindStringSubmatch(link); m != nil {
		linked[m[1]] = true
	}
	var s Session
	r.Need("session_id", &s.ID)
	g := listGroup(r.NeedObject("group"))
	s.Group = g.Acronym
	r.Need("status", &s.Status)
	r.Want("name", &s.Name)
	r.Want("location", &s.Location) // null where there is none
	s.Start, s.Duration = r.Times("start", time.UTC)
	d.add(at, r, row{s, g})
}

// listGroup reads the group in a row of agenda.json, as it stood at the time
// of the meeting. Type and state may be null, parent is often absent.
func listGroup(r wire.Row) Group {
	var g Group
	r.Need("acronym", &g.Acronym)
	r.Need("type", &g.Type)
	r.Need("state", &g.State)
	r.Want("name", &g.Name)
	r.Want("parent", &g.Parent)
	return g
}

// add adds a row, or leaves it out and returns false where what is needed of it
// cannot be read.
func (d *document) add(at int, r wire.Row, row row) bool {
	s := row.session
	if why := firstError(r.Failed(), checkIdentity(s.ID, s.Group)); why != nil {
		d.leaveOut(at, s.ID, s.Group, why)
		return false
	}
	for _, err := range r.Problems() {
		d.notes.Add("%s: session %d (group %.80q): %v; it is taken as unknown", d.name, s.ID, s.Group, err)
	}
	d.rows = append(d.rows, row)
	return true
}

// checkIdentity refuses rows without a session or a group.
func checkIdentity(id int, acronym string) error {
	switch {
	case id <= 0:
		return fmt.Errorf("invalid session id %d", id)
	case acronym == "":
		return errors.New("its group has no acronym")
	}
	return nil
}

// numberText matches the number of a meeting in a document: that of an IETF
// meeting, the name of an interim one, also of one with an odd acronym, or
// None.
var numberText = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$`)

// checkNumber refuses what cannot be the number of a meeting. An empty one is
// unknown.
func checkNumber(s string) error {
	if s != "" && !numberText.MatchString(s) {
		return fmt.Errorf("%.80q is no number of a meeting: want one such as 126 or interim-2026-quic-01", s)
	}
	return nil
}

// onlyKey returns the single key of an object, and the value.
func onlyKey(body []byte) (string, json.RawMessage, error) {
	if !json.Valid(body) {
		var ignored json.RawMessage
		return "", nil, wire.JSONError(json.Unmarshal(body, &ignored))
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return "", nil, errors.New("want an object with the meeting's number as its key")
	}
	if !dec.More() {
		return "", nil, errors.New("the object is empty; want the meeting's number as its key")
	}
	key, err := dec.Token()
	if err != nil {
		return "", nil, wire.JSONError(err)
	}
	var list json.RawMessage
	if err := dec.Decode(&list); err != nil {
		return "", nil, wire.JSONError(err)
	}
	if dec.More() {
		return "", nil, errors.New("more than one key; want the meeting's number alone")
	}
	return key.(string), list, nil
}

// onlyOne returns the single member of a set, empty where there is none or
// several.
func onlyOne(set map[string]bool) string {
	if len(set) != 1 {
		return ""
	}
	return slices.Collect(maps.Keys(set))[0]
}
