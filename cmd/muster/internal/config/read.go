package config

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/BurntSushi/toml"

	"muster/cmd/muster/internal/fileerr"
	"muster/provision"
)

//go:embed muster.toml
var sample string

// Sample returns the configuration that muster init writes: every key,
// explained, with the defaults as comments.
func Sample() string { return sample }

// Find returns the file to read: the one named, else $MUSTER_CONFIG, else the
// first of the usual ones that exists. The error is an [*Error].
func Find(named string, getenv func(string) string) (string, error) {
	if named == "" {
		named = getenv("MUSTER_CONFIG")
	}
	if named != "" {
		return named, nil
	}
	usual := []string{"muster.toml", "/etc/muster/muster.toml"}
	for _, path := range usual {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", &Error{
		Err:    fmt.Errorf("none found; looked for ./%s and %s", usual[0], usual[1]),
		Advice: "run muster init to write one, or name it with --config or $MUSTER_CONFIG",
	}
}

// Read reads a file strictly: an unknown key is an error. The error is an
// [*Error].
func Read(path string) (Config, error) {
	c := Default()
	c.Path = path
	text, err := os.ReadFile(path)
	if err != nil {
		return c, &Error{Path: path, Err: fileerr.Cause(err)}
	}
	standing := c.Rooms.Standing
	c.Rooms.Standing = nil
	meta, err := toml.Decode(string(text), &c)
	if err != nil {
		return c, tomlError(path, err)
	}
	if !meta.IsDefined("rooms", "standing") {
		c.Rooms.Standing = standing
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return c, unknownKey(path, unknown[0].String())
	}
	err = c.check()
	var e *Error
	if errors.As(err, &e) && e.Key != "" {
		e.Line = lineOf(string(text), e.Key)
	}
	return c, err
}

// lineOf returns the number of the line on which text sets a key of the form
// table.name, 0 where it does not.
func lineOf(text, key string) int {
	table, name := "", key
	if i := strings.LastIndex(key, "."); i >= 0 {
		table, name = key[:i], key[i+1:]
	}
	within, n := "", 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			within, _, _ = strings.Cut(strings.Trim(line, "[ "), "]")
		}
		set, _, found := strings.Cut(line, "=")
		set = strings.TrimSpace(set)
		if found && (strings.TrimSpace(within) == table && set == name || within == "" && set == key) {
			return n
		}
	}
	return 0
}

// unknownKey names the known key or table that is nearest.
func unknownKey(path, key string) error {
	e := &Error{Path: path, Err: fmt.Errorf("unknown key %s", key)}
	candidates := Keys()
	for _, k := range Keys() {
		candidates = append(candidates, k[:strings.LastIndex(k, ".")])
	}
	if near := provision.Nearest(key, candidates); near != "" {
		e.Advice = fmt.Sprintf("did you mean %s?", near)
	}
	return e
}
