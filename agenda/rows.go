package agenda

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Bounds on what one document may make of itself in memory.
const (
	maxRows  = 20000
	maxNotes = 100
)

// document is what one of the two forms of the agenda tells, in the project's
// own terms.
type document struct {
	name   string // agenda.json or agenda-data, for warnings
	number string // empty where it does not say
	city   string
	zone   *time.Location // nil where not known
	rows   []row          // by session ID, each once
	unread []int          // the session IDs of rows left out, 0 where not readable
	notes  notes
}

// row is one session together with its group as that row tells of it.
type row struct {
	session Session
	group   Group
}

// leaveOut puts a row that cannot be used on record.
func (d *document) leaveOut(at, id int, acronym string, why error) {
	d.unread = append(d.unread, id)
	d.notes.add("%s: row %d (session %d, group %q) is left out: %v", d.name, at, id, clip(acronym), why)
}

// settle sorts the rows and sees to it that each session is there once. Of
// several rows of one session the one that takes place counts, then the
// earliest.
func (d *document) settle() {
	slices.SortFunc(d.rows, compareRows)
	kept := d.rows[:0]
	for _, r := range d.rows {
		if len(kept) == 0 || kept[len(kept)-1].session.ID != r.session.ID {
			kept = append(kept, r)
			continue
		}
		first, double := kept[len(kept)-1].session, r.session
		d.notes.add("%s: session %d is there more than once; the row of group %q, %s, counts, that of group %q, %s, does not",
			d.name, double.ID, clip(first.Group), startText(first.Start), clip(double.Group), startText(double.Start))
		if first.Group != double.Group {
			d.unread = append(d.unread, 0)
		}
	}
	d.rows = kept
	if len(d.rows) == 0 && len(d.unread) == 0 {
		d.notes.add("%s has no sessions: the meeting may have no schedule yet", d.name)
	}
}

// compareRows orders rows by session, and those of one session from the one
// that counts to the one that counts least. The order is total, because the
// order on the wire says nothing.
func compareRows(a, b row) int {
	x, y := a.session, b.session
	if c := cmp.Or(
		cmp.Compare(x.ID, y.ID),
		cmp.Compare(ghostliness(x.Status), ghostliness(y.Status)),
		x.Start.Compare(y.Start),
	); c != 0 {
		return c
	}
	return cmp.Compare(lineOf(x)+groupLine(a.group), lineOf(y)+groupLine(b.group))
}

// ghostliness ranks statuses by how little the session still takes place.
func ghostliness(s Status) int {
	switch s {
	case Rescheduled:
		return 2
	case Canceled, CanceledPA:
		return 1
	}
	return 0
}

// startText prints a start for a warning.
func startText(t time.Time) string {
	if t.IsZero() {
		return "without a start"
	}
	return "at " + t.UTC().Format(time.RFC3339)
}

// eachRow calls f for each element of a JSON list, with its position from 0.
func eachRow(list json.RawMessage, f func(at int, raw json.RawMessage)) error {
	dec := json.NewDecoder(bytes.NewReader(list))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('[') {
		return errors.New("want a list of rows, got something else")
	}
	for at := 0; dec.More(); at++ {
		if at == maxRows {
			return fmt.Errorf("more than %d rows", maxRows)
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return jsonError(err)
		}
		f(at, raw)
	}
	return nil
}

// decodeRow is json.Unmarshal with errors that name the key. What could be
// read is in v even then.
func decodeRow(raw json.RawMessage, v any) error {
	return jsonError(json.Unmarshal(raw, v))
}

// jsonError says in the reader's terms what encoding/json found.
func jsonError(err error) error {
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrongType):
		key := wrongType.Field
		if key == "" {
			key = "the value"
		}
		return fmt.Errorf("%s is of the wrong JSON type (%s)", key, clip(wrongType.Value))
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON: %v at byte %d", syntax, syntax.Offset)
	}
	return err
}
