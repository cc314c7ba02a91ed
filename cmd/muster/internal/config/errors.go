package config

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// Error is a configuration that cannot be used. It wraps its cause.
type Error struct {
	// Path is the file; empty where none was found.
	Path string
	// Key is the key at fault, such as xmpp.ca_file; empty where the file as a
	// whole is.
	Key string
	// Line is the line of the file that sets the key; 0 where it is not known.
	Line int
	// Err is what is wrong.
	Err error
	// Advice is what the user can do about it; it may be empty.
	Advice string
}

// Error names the file, the key and the cause.
func (e *Error) Error() string {
	text := "configuration"
	if e.Path != "" {
		text += " " + e.Path
	}
	if e.Line > 0 {
		text += fmt.Sprintf(": line %d", e.Line)
	}
	if e.Key != "" {
		text += ": " + e.Key
	}
	return fmt.Sprintf("%s: %v", text, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Hint returns the advice.
func (e *Error) Hint() string { return e.Advice }

// tomlError returns a parser's error with the line, and the key where the value
// has the wrong type, in front.
func tomlError(path string, err error) *Error {
	e := &Error{Path: path, Err: errors.New(strings.TrimPrefix(err.Error(), "toml: "))}
	var pe toml.ParseError
	if errors.As(err, &pe) {
		e.Line = pe.Position.Line
		e.Err = errors.New(strings.TrimPrefix(pe.Message, "toml: "))
	}
	if place := lastKey.FindStringSubmatch(e.Err.Error()); place != nil {
		e.Line, _ = strconv.Atoi(place[1])
		e.Key, e.Err = place[2], errors.New(place[3])
	}
	if types := wrongType.FindStringSubmatch(e.Err.Error()); types != nil {
		e.Err = fmt.Errorf("must be %s, got %s", withArticle(types[2]), withArticle(types[1]))
	}
	return e
}

// lastKey is how the parser puts the place in front of an error of a value.
var lastKey = regexp.MustCompile(`^line (\d+) \(last key "([^"]*)"\): (.*)$`)

// wrongType is how the parser words a value of the wrong type: the value's and
// the key's.
var wrongType = regexp.MustCompile(`incompatible types: TOML value has type (\w+); destination has type (\w+)`)

// withArticle returns the name of a type of TOML as it stands in a sentence.
func withArticle(name string) string {
	switch name {
	case "slice", "array":
		return "an array"
	case "integer", "int64":
		return "an integer"
	case "bool", "boolean":
		return "true or false"
	}
	return "a " + name
}
