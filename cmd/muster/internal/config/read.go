package config

import (
	_ "embed"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"muster/cmd/muster/internal/fileerr"
	"muster/cmd/muster/internal/suggest"
	"muster/xmppadmin"
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
		return c, &Error{Path: path, Err: tomlError(err)}
	}
	if !meta.IsDefined("rooms", "standing") {
		c.Rooms.Standing = standing
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return c, unknownKey(path, unknown[0].String())
	}
	return c, c.check()
}

// unknownKey names the known key or table that is nearest.
func unknownKey(path, key string) error {
	e := &Error{Path: path, Err: fmt.Errorf("unknown key %s", key)}
	candidates := Keys()
	for _, k := range Keys() {
		candidates = append(candidates, k[:strings.LastIndex(k, ".")])
	}
	if near := suggest.Nearest(key, candidates); near != "" {
		e.Advice = fmt.Sprintf("did you mean %s?", near)
	}
	return e
}

// check finds what the type of a single value does not exclude.
func (c Config) check() error {
	fail := func(format string, args ...any) error {
		return &Error{Path: c.Path, Err: fmt.Errorf(format, args...)}
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
		return fail("exactly one of xmpp.password_file, xmpp.password_env and xmpp.password_command is required, got %d", passwords)
	case c.XMPP.TLS != "starttls" && c.XMPP.TLS != "direct":
		return fail("xmpp.tls is %q, not one of starttls and direct", c.XMPP.TLS)
	case !slices.Contains(xmppadmin.Dialects(), c.XMPP.Dialect):
		return fail("xmpp.dialect is %q, not one of %s", c.XMPP.Dialect, strings.Join(xmppadmin.Dialects(), ", "))
	case len(c.Meetings.Follow) == 0:
		return fail("meetings.follow is empty")
	case c.Guards.ArchiveRooms < 0 || c.Guards.ArchivePercent < 0 || c.Guards.ArchivePercent > 100:
		return fail("guards.archive_rooms must not be negative, and guards.archive_percent must be from 0 to 100")
	case c.Rooms.GraceDays < 0:
		return fail("rooms.grace_days must not be negative, got %d", c.Rooms.GraceDays)
	case c.State.Dir == "":
		return fail("state.dir is empty")
	}
	if err := c.Rules().Validate(); err != nil {
		return &Error{Path: c.Path, Err: err}
	}
	return nil
}
