package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/agnivade/levenshtein"

	"muster/xmppadmin"
)

// config is the configuration file, as docs/configuration.md describes it.
type config struct {
	Datatracker struct {
		URL     string   `toml:"url"`
		Timeout duration `toml:"timeout"`
	} `toml:"datatracker"`
	XMPP struct {
		JID             string   `toml:"jid"`
		PasswordFile    string   `toml:"password_file"`
		PasswordEnv     string   `toml:"password_env"`
		PasswordCommand string   `toml:"password_command"`
		Service         string   `toml:"service"`
		Server          string   `toml:"server"`
		TLS             string   `toml:"tls"`
		CAFile          string   `toml:"ca_file"`
		Dialect         string   `toml:"dialect"`
		Timeout         duration `toml:"timeout"`
	} `toml:"xmpp"`
	Meetings struct {
		Follow []string `toml:"follow"`
	} `toml:"meetings"`
	Rooms struct {
		GroupTypes   []string   `toml:"group_types"`
		YearRound    []string   `toml:"year_round"`
		GraceDays    int        `toml:"grace_days"`
		HideArchived bool       `toml:"hide_archived"`
		Title        string     `toml:"title"`
		Description  string     `toml:"description"`
		Language     string     `toml:"language"`
		LogURL       string     `toml:"log_url"`
		Protected    []string   `toml:"protected"`
		Standing     []standing `toml:"standing"`
		Renamed      []renamed  `toml:"renamed"`
	} `toml:"rooms"`
	Guards struct {
		ArchiveRooms   int `toml:"archive_rooms"`
		ArchivePercent int `toml:"archive_percent"`
	} `toml:"guards"`
	State struct {
		Dir string `toml:"dir"`
	} `toml:"state"`

	path string // where it was read
}

// standing is a room that no group owns.
type standing struct {
	Name        string `toml:"name"`
	Title       string `toml:"title"`
	Description string `toml:"description"`
}

// renamed is a room whose group has another acronym now.
type renamed struct {
	Name       string `toml:"name"`
	Previously string `toml:"previously"`
}

// duration is a time.Duration written as in "30s".
type duration time.Duration

// UnmarshalText reads a duration that is above zero.
func (d *duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no duration, write for example \"30s\"", text)
	}
	if v <= 0 {
		return fmt.Errorf("%q is not above zero", text)
	}
	*d = duration(v)
	return nil
}

// defaultConfig is what holds where the file says nothing.
func defaultConfig() config {
	var c config
	c.Datatracker.URL = "https://datatracker.ietf.org"
	c.Datatracker.Timeout = duration(30 * time.Second)
	c.XMPP.TLS = "starttls"
	c.XMPP.Dialect = "auto"
	c.XMPP.Timeout = duration(30 * time.Second)
	c.Meetings.Follow = []string{"current"}
	c.Rooms.GroupTypes = []string{"wg", "rg", "ag", "rag"}
	c.Rooms.YearRound = []string{"wg", "rg", "ag", "rag", "dir"}
	c.Rooms.GraceDays = 30
	c.Rooms.Language = "en"
	c.Rooms.Protected = []string{"hallway", "plenary"}
	c.Rooms.Standing = []standing{{Name: "hallway", Title: "hallway: the IETF's social room"}}
	c.Guards.ArchiveRooms = 10
	c.Guards.ArchivePercent = 10
	c.State.Dir = "/var/lib/muster"
	return c
}

// configError is a configuration that cannot be used.
type configError struct {
	path string
	err  error
	hint string
}

func (e *configError) Error() string {
	if e.path == "" {
		return fmt.Sprintf("configuration: %v", e.err)
	}
	return fmt.Sprintf("configuration %s: %v", e.path, e.err)
}

func (e *configError) Unwrap() error { return e.err }

// Hint says what to do about it.
func (e *configError) Hint() string { return e.hint }

// findConfig returns the file to read: the one named, else the first of the
// usual ones that exists.
func findConfig(named string, env environment) (string, error) {
	if named == "" {
		named = env.get("MUSTER_CONFIG")
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
	return "", &configError{
		err:  fmt.Errorf("none found; looked for ./%s and %s", usual[0], usual[1]),
		hint: "run muster init to write one, or name it with --config or $MUSTER_CONFIG",
	}
}

// readConfig reads the file strictly: a key that it does not know is an error.
func readConfig(path string) (config, error) {
	c := defaultConfig()
	c.path = path
	text, err := os.ReadFile(path)
	if err != nil {
		return c, &configError{path: path, err: bareFileError(err)}
	}
	standing := c.Rooms.Standing
	c.Rooms.Standing = nil
	meta, err := toml.Decode(string(text), &c)
	if err != nil {
		return c, &configError{path: path, err: tomlError(err)}
	}
	if !meta.IsDefined("rooms", "standing") {
		c.Rooms.Standing = standing
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return c, unknownKey(path, unknown[0].String())
	}
	return c, c.check()
}

// bareFileError takes the path out of a file error, which is named anyway.
func bareFileError(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

func tomlError(err error) error {
	var pe toml.ParseError
	if errors.As(err, &pe) {
		return fmt.Errorf("line %d: %s", pe.Position.Line, strings.TrimPrefix(pe.Message, "toml: "))
	}
	return errors.New(strings.TrimPrefix(err.Error(), "toml: "))
}

func unknownKey(path, key string) error {
	e := &configError{path: path, err: fmt.Errorf("unknown key %s", key)}
	candidates := configKeys()
	for _, k := range configKeys() {
		candidates = append(candidates, k[:strings.LastIndex(k, ".")])
	}
	if near := nearest(key, candidates); near != "" {
		e.hint = fmt.Sprintf("did you mean %s?", near)
	}
	return e
}

// nearest returns the candidate with the least edits from word.
func nearest(word string, candidates []string) string {
	best, least := "", 1<<30
	for _, c := range candidates {
		if d := levenshtein.ComputeDistance(word, c); d < least {
			best, least = c, d
		}
	}
	return best
}

// check finds what a single value cannot tell by its type.
func (c config) check() error {
	fail := func(format string, args ...any) error {
		return &configError{path: c.path, err: fmt.Errorf(format, args...)}
	}
	passwords := 0
	for _, p := range []string{c.XMPP.PasswordFile, c.XMPP.PasswordEnv, c.XMPP.PasswordCommand} {
		if p != "" {
			passwords++
		}
	}
	switch {
	case c.XMPP.Service == "":
		return fail("xmpp.service is missing: the domain of the MUC service, such as rooms.example.org")
	case c.XMPP.JID == "":
		return fail("xmpp.jid is missing: the account to log in as, such as muster@example.org")
	case passwords != 1:
		return fail("exactly one of xmpp.password_file, xmpp.password_env and xmpp.password_command is needed, there are %d", passwords)
	case c.XMPP.TLS != "starttls" && c.XMPP.TLS != "direct":
		return fail("xmpp.tls is %q, not one of starttls and direct", c.XMPP.TLS)
	case !slices.Contains(xmppadmin.Dialects(), c.XMPP.Dialect):
		return fail("xmpp.dialect is %q, not one of %s", c.XMPP.Dialect, strings.Join(xmppadmin.Dialects(), ", "))
	case len(c.Meetings.Follow) == 0:
		return fail("meetings.follow is empty")
	case c.Guards.ArchiveRooms < 0 || c.Guards.ArchivePercent < 0 || c.Guards.ArchivePercent > 100:
		return fail("guards.archive_rooms is a number of rooms and guards.archive_percent one from 0 to 100")
	case c.Rooms.GraceDays < 0:
		return fail("rooms.grace_days is %d, below zero", c.Rooms.GraceDays)
	case c.State.Dir == "":
		return fail("state.dir is empty")
	}
	return nil
}
