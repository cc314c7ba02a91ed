package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"muster/agenda"
)

// meetingsValue is the value of a flag that may be repeated: names of meetings.
type meetingsValue struct{ names *[]string }

// String returns the names.
func (v meetingsValue) String() string {
	if v.names == nil {
		return ""
	}
	return strings.Join(*v.names, ",")
}

// Set adds a name.
func (v meetingsValue) Set(name string) error {
	if strings.TrimSpace(name) == "" {
		return errors.New("must not be empty")
	}
	if err := agenda.CheckName(name); err != nil {
		return err
	}
	*v.names = append(*v.names, name)
	return nil
}

// Type names the value in a usage.
func (meetingsValue) Type() string { return "stringArray" }

// durationValue is the value of a flag: a duration that is not negative.
type durationValue struct{ d *time.Duration }

// String returns the duration as it is typed.
func (v durationValue) String() string {
	if v.d == nil {
		return ""
	}
	return v.d.String()
}

// Set parses a duration.
func (v durationValue) Set(text string) error {
	d, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("%q is not a duration, write for example 30s", text)
	}
	if d < 0 {
		return fmt.Errorf("must not be negative, got %s", text)
	}
	*v.d = d
	return nil
}

// Type names the value in a usage.
func (durationValue) Type() string { return "duration" }

// countValue is the value of a flag: a whole number that is not negative.
type countValue struct{ n *int }

// String returns the number as it is typed.
func (v countValue) String() string {
	if v.n == nil {
		return ""
	}
	return strconv.Itoa(*v.n)
}

// Set parses a number.
func (v countValue) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("%q is not a whole number", text)
	}
	if n < 0 {
		return fmt.Errorf("must not be negative, got %d", n)
	}
	*v.n = n
	return nil
}

// Type names the value in a usage.
func (countValue) Type() string { return "int" }
