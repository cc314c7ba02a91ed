// Package wire reads the JSON that the Datatracker sends: rows of which a key may
// be missing or of another type than expected, and the ways in which it writes
// times. What the rows mean is left to the caller.
package wire

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"time"
)

// MaxRows is how many rows one document may have.
const MaxRows = 20000

// Row reads the keys of one JSON object. What cannot be read of it is
// collected in the problems, which the readers of nested objects share.
type Row struct {
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

// OpenRow returns a reader of one row.
func OpenRow(raw json.RawMessage) Row {
	r := RowOf(nil)
	if err := DecodeAs("the row", raw, &r.keys); err != nil {
		r.Fail(err)
	}
	return r
}

// RowOf returns a reader of an object whose keys are at hand.
func RowOf(keys map[string]json.RawMessage) Row { return Row{keys: keys, problems: &problems{}} }

// Fail records why the row is of no use. The first reason counts.
func (r Row) Fail(err error) {
	if r.problems.fatal == nil {
		r.problems.fatal = err
	}
}

// Failed returns why the row is of no use, nil where it is of use.
func (r Row) Failed() error { return r.problems.fatal }

// Problems returns why keys that may be missing could not be read.
func (r Row) Problems() []error { return r.problems.minor }

// Raw returns the value of a key as it is, and whether the row has the key.
func (r Row) Raw(key string) (json.RawMessage, bool) {
	raw, ok := r.keys[key]
	return raw, ok
}

// Need reads a key without which the row is of no use. An absent key and null
// leave the value as it is.
func (r Row) Need(key string, into any) {
	if err := DecodeAs(r.prefix+key, r.keys[key], into); err != nil {
		r.Fail(err)
	}
}

// Want reads a key that may be missing, and reports whether it was readable.
func (r Row) Want(key string, into any) bool {
	err := DecodeAs(r.prefix+key, r.keys[key], into)
	r.Check(err)
	return err == nil
}

// Check records what is wrong with a key that was read with Want.
func (r Row) Check(err error) {
	if err != nil {
		r.problems.minor = append(r.problems.minor, err)
	}
}

// NeedObject returns a reader of the object under a key, which is needed.
func (r Row) NeedObject(key string) Row {
	inner := Row{prefix: r.prefix + key + ".", problems: r.problems}
	r.Need(key, &inner.keys)
	return inner
}

// WantObject returns a reader of the object under a key, and reports whether it
// was readable.
func (r Row) WantObject(key string) (Row, bool) {
	inner := Row{prefix: r.prefix + key + ".", problems: r.problems}
	return inner, r.Want(key, &inner.keys)
}

// DecodeAs decodes one value; errors name it as what.
func DecodeAs(what string, raw json.RawMessage, into any) error {
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

// EachRow calls f for each element of a JSON list, with its position from 0.
func EachRow(list json.RawMessage, f func(at int, raw json.RawMessage)) error {
	dec := json.NewDecoder(bytes.NewReader(list))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('[') {
		return errors.New("want a list of rows, got something else")
	}
	for at := 0; dec.More(); at++ {
		if at == MaxRows {
			return fmt.Errorf("more than %d rows", MaxRows)
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return JSONError(err)
		}
		f(at, raw)
	}
	return nil
}

// JSONError rewords an error of encoding/json in terms of the document.
func JSONError(err error) error {
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

// Times reads the start under a key, and the duration. What cannot be read is
// zero.
func (r Row) Times(startKey string, zone *time.Location) (time.Time, time.Duration) {
	var text string
	var length json.RawMessage
	r.Want(startKey, &text)
	r.Want("duration", &length)
	start, err := ParseStart(text, zone)
	r.Check(err)
	duration, err := ParseDuration(length)
	r.Check(err)
	return start, duration
}

// LastSegment returns the slug or number that a URI of the REST API ends in,
// empty where there is none.
func LastSegment(uri string) string {
	if base := path.Base(uri); base != "." && base != "/" {
		return base
	}
	return ""
}
