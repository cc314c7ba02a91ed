package agenda

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxRows is how many rows one document may have.
const maxRows = 20000

// document is the content of one of the two forms of the agenda.
type document struct {
	name   string // agenda.json or agenda-data, for warnings
	number string // empty where the document does not have it
	city   string
	zone   *time.Location // nil where not known
	rows   []row          // by session ID, each once
	unread []unreadRow
	notes  notes
}

// row is one session together with its group, as that row has it.
type row struct {
	session Session
	group   Group
}

// unreadRow is a row that was left out: the number of its session or group, 0
// where that could not be read, and the acronym of its group, empty where that
// could not be read.
type unreadRow struct {
	id    int
	group string
	alone bool // what could not be read is in no other document
}

// leaveOut records a row that cannot be used.
func (d *document) leaveOut(at, id int, acronym string, why error) {
	d.unread = append(d.unread, unreadRow{id: id, group: acronym})
	d.notes.add("%s: row %d (session %d, group %.80q) is left out: %v", d.name, at, id, acronym, why)
}

// sortAndDedupe sorts the rows and keeps one of each session: the one that
// takes place, then the earliest.
func (d *document) sortAndDedupe() {
	slices.SortFunc(d.rows, compareRows)
	kept := d.rows[:0]
	for _, r := range d.rows {
		if len(kept) == 0 || kept[len(kept)-1].session.ID != r.session.ID {
			kept = append(kept, r)
			continue
		}
		first, double := kept[len(kept)-1].session, r.session
		d.notes.add("%s: session %d is there more than once; the row of group %.80q, %s, counts, that of group %.80q, %s, does not",
			d.name, double.ID, first.Group, startText(first.Start), double.Group, startText(double.Start))
		if first.Group != double.Group {
			d.unread = append(d.unread, unreadRow{group: double.Group})
		}
	}
	d.rows = kept
	if len(d.rows) == 0 && len(d.unread) == 0 {
		d.notes.add("%s has no sessions: the meeting may have no schedule yet", d.name)
	}
}

// compareRows orders rows by session, and those of one session from the one
// that counts to the one that counts least. The order is total, because the
// order on the wire has no meaning.
func compareRows(a, b row) int {
	x, y := a.session, b.session
	if c := cmp.Or(
		cmp.Compare(x.ID, y.ID),
		cmp.Compare(statusRank(x.Status), statusRank(y.Status)),
		x.Start.Compare(y.Start),
	); c != 0 {
		return c
	}
	return cmp.Compare(lineOf(x)+groupLine(a.group), lineOf(y)+groupLine(b.group))
}

// statusRank ranks a session that takes place before one that is cancelled,
// and that before one that moved.
func statusRank(s Status) int {
	switch s {
	case Rescheduled:
		return 2
	case Canceled, CanceledPA:
		return 1
	}
	return 0
}

// startText formats a start for a warning.
func startText(t time.Time) string {
	if t.IsZero() {
		return "without a start"
	}
	return "at " + t.UTC().Format(time.RFC3339)
}

// Unread is what could not be read of a document and was left out.
type Unread struct {
	// Rows is the number of rows.
	Rows int
	// Groups are the acronyms of the groups of these rows, where they could be
	// read, sorted, each once.
	Groups []string
	// Unnamed is how many of the rows have no readable group.
	Unnamed int
}

// Includes reports whether a row of the group with this acronym, in whichever
// case, may be among those left out.
func (u Unread) Includes(acronym string) bool {
	return u.Unnamed > 0 || slices.ContainsFunc(u.Groups, func(g string) bool { return strings.EqualFold(g, acronym) })
}

// unreadOf returns what was left out in one or more lists of rows, except for
// the sessions or groups whose numbers are known from a row that was read.
func unreadOf(known map[int]bool, lists ...[]unreadRow) Unread {
	var u Unread
	seen := map[int]bool{}
	for _, r := range slices.Concat(lists...) {
		if known[r.id] && !r.alone {
			continue
		}
		if !seen[r.id] {
			u.Rows++
		}
		seen[r.id] = r.id > 0
		if r.group == "" {
			u.Unnamed++
			continue
		}
		u.Groups = append(u.Groups, r.group)
	}
	u.Groups = sortedSet(u.Groups)
	return u
}

// rowReader reads the keys of one JSON object. What cannot be read of it is
// collected in the problems, which the readers of nested objects share.
type rowReader struct {
	keys     map[string]json.RawMessage
	prefix   string // of the keys in messages
	problems *problems
}

// problems are why keys of a row could not be read: fatal, the first of those
// without which the row is of no use, and the others.
type problems struct {
	fatal error
	minor []error
}

func (p *problems) fail(err error) {
	if p.fatal == nil {
		p.fatal = err
	}
}

// openRow returns a reader of one row.
func openRow(raw json.RawMessage) rowReader {
	r := rowReader{problems: &problems{}}
	if err := decodeAs("the row", raw, &r.keys); err != nil {
		r.problems.fail(err)
	}
	return r
}

// need reads a key without which the row is of no use. An absent key and null
// leave the value as it is.
func (r rowReader) need(key string, into any) {
	if err := decodeAs(r.prefix+key, r.keys[key], into); err != nil {
		r.problems.fail(err)
	}
}

// want reads a key that may be missing, and reports whether it was readable.
func (r rowReader) want(key string, into any) bool {
	err := decodeAs(r.prefix+key, r.keys[key], into)
	r.check(err)
	return err == nil
}

// check records what is wrong with a key that was read with want.
func (r rowReader) check(err error) {
	if err != nil {
		r.problems.minor = append(r.problems.minor, err)
	}
}

// needObject returns a reader of the object under a key, which is needed.
func (r rowReader) needObject(key string) rowReader {
	inner := rowReader{prefix: r.prefix + key + ".", problems: r.problems}
	r.need(key, &inner.keys)
	return inner
}

// wantObject returns a reader of the object under a key, and reports whether it
// was readable.
func (r rowReader) wantObject(key string) (rowReader, bool) {
	inner := rowReader{prefix: r.prefix + key + ".", problems: r.problems}
	return inner, r.want(key, &inner.keys)
}

// decodeAs decodes one value; errors name it as what.
func decodeAs(what string, raw json.RawMessage, into any) error {
	if len(raw) == 0 {
		return nil
	}
	err := json.Unmarshal(raw, into)
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		return fmt.Errorf("%s is of the wrong JSON type (%.80s)", what, wrongType.Value)
	}
	return err
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

// jsonError rewords an error of encoding/json in terms of the document.
func jsonError(err error) error {
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrongType):
		return fmt.Errorf("%s is of the wrong JSON type (%.80s)", cmp.Or(wrongType.Field, "the value"), wrongType.Value)
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON: %v at byte %d", syntax, syntax.Offset)
	}
	return err
}
