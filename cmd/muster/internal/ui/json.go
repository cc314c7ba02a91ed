package ui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"

	"muster/provision"
	"muster/provision/apply"
	"muster/provision/want"
	"muster/xmppadmin"
)

// FormatVersion names the format of the JSON Lines; it changes when a reader
// of the old format would misread the new one.
const FormatVersion = "muster/1"

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
		Request int64            `json:"request,omitempty"`
		Reasons []string         `json:"reasons,omitempty"`
		Fields  []FieldRecord    `json:"fields,omitempty"`
		Error   string           `json:"error,omitempty"`
	}
	// FieldRecord is a setting that differs.
	FieldRecord struct {
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
	checkRecord struct {
		Type    string            `json:"type"`
		Check   string            `json:"check"`
		Verdict xmppadmin.Verdict `json:"verdict"`
		Text    string            `json:"text"`
		Hint    string            `json:"hint,omitempty"`
	}
	errorRecord struct {
		Type    string `json:"type"`
		Code    int    `json:"code"`
		Message string `json:"message"`
		Guard   string `json:"guard,omitempty"` // the guard that refuses
		Hint    string `json:"hint,omitempty"`
	}
	warningRecord struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	}
	summaryRecord struct {
		Type string `json:"type"`
		provision.Counts
		Missing
	}
)

// Missing are the counts of what has no room for a lack in the sources.
type Missing struct {
	// Roomless are the groups on the agenda that get no room because of their
	// type, Unread the rows of the sources that could not be read (of a list
	// that is not whole, at least one), and Refused the names that no room can
	// have.
	Roomless int `json:"roomless,omitempty"`
	Unread   int `json:"unread,omitempty"`
	Refused  int `json:"refused"`
}

// MissingIn returns what has no room in a pass.
func MissingIn(w want.Wanted) Missing {
	m := Missing{Refused: len(w.Refused)}
	for _, r := range w.Roomless {
		m.Roomless += len(r.Groups)
	}
	for _, g := range w.Gaps {
		m.Unread += max(1, g.Unread.Rows)
	}
	return m
}

// record writes one record. The first is preceded by the version.
func (c *Console) record(r any) {
	if !c.begun {
		c.recordVersion()
	}
	c.encode(r)
}

func (c *Console) recordVersion() {
	c.begun = true
	c.encode(versionRecord{Type: "version", Format: FormatVersion, Version: c.version})
}

// encode writes a record as one line in which every character can be seen.
func (c *Console) encode(r any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		panic(fmt.Sprintf("a record of type %T cannot be encoded: %v", r, err))
	}
	_, _ = c.out.Write(escapeJSON(b.Bytes()))
}

// escapeJSON writes the hidden characters of a line of JSON, which stand in
// its strings alone, as \u escapes.
func escapeJSON(line []byte) []byte {
	text := bytes.TrimSuffix(line, []byte("\n"))
	var b bytes.Buffer
	for _, r := range string(text) {
		if !hidden(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// Summarize has the JSON records end with these counts.
func (c *Console) Summarize(counts provision.Counts, missing Missing) {
	c.summary = &summaryRecord{Type: "summary", Counts: counts, Missing: missing}
}

// Finish ends the JSON records: with the summary where there is one, and of a
// run that failed with an empty one.
func (c *Console) Finish(failed bool) {
	if c.Options.Format != JSON {
		return
	}
	if failed && c.summary == nil {
		c.summary = &summaryRecord{Type: "summary"}
	}
	if c.summary != nil {
		c.record(c.summary)
	}
}

func changeOf(c provision.Change) changeRecord {
	r := changeRecord{
		Type: "change", Action: c.Action, Room: c.Room.Name, JID: c.Room.JID,
		Title: c.Room.Title(), Request: c.Room.Decision.Request, Reasons: reasonsOf(c), Fields: FieldsOf(c.Fields),
	}
	if c.Err != nil {
		r.Error = c.Err.Error()
	}
	return r
}

// reasonsOf returns why the change is as it is, and why its room is wanted.
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

// FieldsOf returns the records of fields.
func FieldsOf(fields []provision.Field) []FieldRecord {
	var records []FieldRecord
	for _, f := range fields {
		records = append(records, FieldRecord{Name: f.Name, From: f.From, To: f.To})
	}
	return records
}

func resultOf(r apply.Result) resultRecord {
	record := resultRecord{
		Type: "result", Action: r.Action, Room: r.Room.Name, JID: r.Room.JID,
		Status: r.Status, Verified: r.Verified(),
	}
	if r.Err != nil {
		record.Error = r.Err.Error()
	}
	return record
}
