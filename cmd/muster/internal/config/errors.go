package config

import (
	"errors"
	"fmt"
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
	if e.Key != "" {
		text += ": " + e.Key
	}
	return fmt.Sprintf("%s: %v", text, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Hint returns the advice.
func (e *Error) Hint() string { return e.Advice }

// tomlError returns a parser's error with the line in front.
func tomlError(err error) error {
	var pe toml.ParseError
	if errors.As(err, &pe) {
		return fmt.Errorf("line %d: %s", pe.Position.Line, strings.TrimPrefix(pe.Message, "toml: "))
	}
	return errors.New(strings.TrimPrefix(err.Error(), "toml: "))
}
