package main

import (
	"encoding/json"

	"muster/provision"
	"muster/provision/apply"
	"muster/xmppadmin"
)

// formatVersion names the format of the JSON Lines; it changes when a reader
// of the old format would be led astray.
const formatVersion = "muster/1"

// The records of --format json. Readers ignore types and keys that they do not
// know, so that both may be added.
type (
	versionRecord struct {
		Type    string `json:"type"`
		Format  string `json:"format"`
		Version string `json:"version"`
	}
	changeRecord struct {
		Type    string           `json:"type"`
		Action  provision.Action `json:"action"`
		Room    string           `json:"room"`
		JID     string           `json:"jid"`
		Title   string           `json:"title,omitempty"`
		Reasons []string         `json:"reasons,omitempty"`
		Fields  []fieldRecord    `json:"fields,omitempty"`
		Error   string           `json:"error,omitempty"`
	}
	fieldRecord struct {
		Name xmppadmin.Setting `json:"name"`
		From string            `json:"from"`
		To   string            `json:"to"`
	}
	resultRecord struct {
		Type     string           `json:"type"`
		Action   provision.Action `json:"action"`
		Room     string           `json:"room"`
		JID      string           `json:"jid"`
		Status   apply.Status     `json:"status"`
		Verified bool             `json:"verified"`
		Error    string           `json:"error,omitempty"`
	}
	roomRecord struct {
		Type     string             `json:"type"`
		Room     string             `json:"room"`
		JID      string             `json:"jid"`
		State    string             `json:"state"`
		Managed  bool               `json:"managed"`
		Archived bool               `json:"archived"`
		Action   provision.Action   `json:"action,omitempty"`
		Reasons  []string           `json:"reasons,omitempty"`
		Settings xmppadmin.Settings `json:"settings,omitempty"`
		Fields   []fieldRecord      `json:"fields,omitempty"`
		Error    string             `json:"error,omitempty"`
	}
	checkRecord struct {
		Type    string            `json:"type"`
		Check   string            `json:"check"`
		Verdict xmppadmin.Verdict `json:"verdict"`
		Text    string            `json:"text"`
		Hint    string            `json:"hint,omitempty"`
	}
	errorRecord struct {
		Type    string   `json:"type"`
		Code    exitCode `json:"code"`
		Message string   `json:"message"`
		Hint    string   `json:"hint,omitempty"`
	}
	summaryRecord struct {
		Type      string `json:"type"`
		Wanted    int    `json:"wanted"`
		Create    int    `json:"create"`
		Update    int    `json:"update"`
		Archive   int    `json:"archive"`
		Reopen    int    `json:"reopen"`
		Adopt     int    `json:"adopt"`
		Unchanged int    `json:"unchanged"`
		Conflict  int    `json:"conflict"`
		Unknown   int    `json:"unknown"`
		Withheld  int    `json:"withheld"`
		Refused   int    `json:"refused"`
		Skipped   int    `json:"skipped"`
		Failed    int    `json:"failed"`
	}
)

// json writes one record. The first is preceded by the format's version.
func (a *app) json(record any) error {
	if !a.begun {
		if err := a.jsonVersion(); err != nil {
			return err
		}
	}
	return a.encode(record)
}

func (a *app) jsonVersion() error {
	a.begun = true
	return a.encode(versionRecord{Type: "version", Format: formatVersion, Version: version()})
}

func (a *app) encode(record any) error {
	e := json.NewEncoder(a.stdout)
	e.SetEscapeHTML(false)
	return e.Encode(record)
}

func changeOf(c provision.Change) changeRecord {
	r := changeRecord{
		Type: "change", Action: c.Action, Room: c.Room.Name, JID: c.Room.JID,
		Title: c.Room.Title(), Reasons: reasonsOf(c), Fields: fieldsOf(c.Fields),
	}
	if c.Err != nil {
		r.Error = c.Err.Error()
	}
	return r
}

// reasonsOf returns why a room is wanted and why the change is as it is.
func reasonsOf(c provision.Change) []string {
	var texts []string
	if c.Reason != "" {
		texts = append(texts, c.Reason)
	}
	for _, r := range c.Room.Reasons {
		texts = append(texts, r.Text)
	}
	return texts
}

func fieldsOf(fields []provision.Field) []fieldRecord {
	var records []fieldRecord
	for _, f := range fields {
		records = append(records, fieldRecord{Name: f.Name, From: f.From, To: f.To})
	}
	return records
}

func resultOf(r apply.Result) resultRecord {
	record := resultRecord{
		Type: "result", Action: r.Action, Room: r.Room.Name, JID: r.Room.JID,
		Status: r.Status, Verified: r.Verified,
	}
	if r.Err != nil {
		record.Error = r.Err.Error()
	}
	return record
}

func summaryOf(c provision.Counts, refused int) *summaryRecord {
	return &summaryRecord{
		Type: "summary", Wanted: c.Wanted, Create: c.Create, Update: c.Update, Archive: c.Archive,
		Reopen: c.Reopen, Adopt: c.Adopt, Unchanged: c.Unchanged, Conflict: c.Conflict, Unknown: c.Unknown,
		Withheld: c.Withheld, Refused: refused, Skipped: c.Skipped, Failed: c.Failed,
	}
}
