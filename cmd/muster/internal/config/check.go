package config

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"muster/agenda"
	"muster/chatlog"
	"muster/provision"
	"muster/xmppadmin"
)

// check finds what the type of a single value does not exclude. The error is
// an [*Error].
func (c Config) check() error {
	for _, check := range []func() error{c.checkXMPP, c.checkRooms, c.checkTemplates, c.checkOthers, c.checkDesk} {
		if err := check(); err != nil {
			return err
		}
	}
	if err := c.Rules().Validate(); err != nil {
		return &Error{Path: c.Path, Err: err}
	}
	return nil
}

// invalid returns the error of one key.
func (c Config) invalid(key, format string, args ...any) error {
	return &Error{Path: c.Path, Key: key, Err: fmt.Errorf(format, args...)}
}

func (c Config) checkXMPP() error {
	x, passwords := c.XMPP, c.password().given()
	switch {
	case x.Service == "":
		return c.invalid("", "xmpp.service is missing: the domain of the MUC service, such as rooms.example.org")
	case x.JID == "":
		return c.invalid("", "xmpp.jid is missing: the account to log in as, such as muster@example.org")
	case passwords != 1:
		return c.invalid("", "exactly one of xmpp.password_file, xmpp.password_env and xmpp.password_command is required, got %d", passwords)
	case x.TLS != "starttls" && x.TLS != "direct":
		return c.invalid("xmpp.tls", "%q is not one of starttls and direct", x.TLS)
	case x.TLS == "direct" && x.Server == "":
		return &Error{Path: c.Path, Key: "xmpp.tls", Err: errors.New("direct applies only with xmpp.server"),
			Advice: "set xmpp.server to the host:port that takes TLS from the start, or remove xmpp.tls: ports of SRV records are used as the record says"}
	case !slices.Contains(xmppadmin.Dialects(), x.Dialect):
		return c.invalid("xmpp.dialect", "%q is not one of %s", x.Dialect, strings.Join(xmppadmin.Dialects(), ", "))
	}
	return nil
}

// language is the form of a language tag (RFC 5646 §2.1), without its registry.
var language = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

func (c Config) checkRooms() error {
	r := c.Rooms
	for key, types := range map[string][]string{"rooms.group_types": r.GroupTypes, "rooms.year_round": r.YearRound} {
		for _, t := range types {
			if near := provision.Nearest(t, agenda.GroupTypes()); near != "" && near != t {
				return &Error{Path: c.Path, Key: key, Err: fmt.Errorf("%q is not a group type of the Datatracker", t),
					Advice: fmt.Sprintf("did you mean %s? the types are %s", near, strings.Join(agenda.GroupTypes(), ", "))}
			}
		}
	}
	switch {
	case r.Language != "" && !language.MatchString(r.Language):
		return c.invalid("rooms.language", "%q is not a language tag such as en or de-AT", r.Language)
	case r.GraceDays < 0:
		return c.invalid("rooms.grace_days", "must not be negative, got %d", r.GraceDays)
	case r.LogURL != "" && !webAddress(r.LogURL):
		return c.invalid("rooms.log_url", "%q is not an address that begins with https:// or http://", r.LogURL)
	}
	return nil
}

// webAddress reports whether a template begins as a web address.
func webAddress(template string) bool {
	before, _, _ := strings.Cut(template, "{{")
	u, err := url.Parse(before)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && (u.Host != "" || before != template)
}

func (c Config) checkOthers() error {
	for _, m := range c.Meetings.Follow {
		if err := agenda.CheckName(m); err != nil {
			return c.invalid("meetings.follow", "%v", err)
		}
	}
	switch {
	case len(c.Meetings.Follow) == 0:
		return c.invalid("meetings.follow", "must not be empty")
	case c.Guards.ArchiveRooms < 0:
		return c.invalid("guards.archive_rooms", "must not be negative, got %d", c.Guards.ArchiveRooms)
	case c.Guards.ArchivePercent < 0 || c.Guards.ArchivePercent > 100:
		return c.invalid("guards.archive_percent", "must be from 0 to 100, got %d", c.Guards.ArchivePercent)
	case c.Logs.Retracted != "erase" && c.Logs.Retracted != "keep":
		return c.invalid("logs.retracted", "%q is not one of erase and keep", c.Logs.Retracted)
	case c.Logs.URL != "" && !webAddress(c.Logs.URL):
		return c.invalid("logs.url", "%q is not an address that begins with https:// or http://", c.Logs.URL)
	case c.Logs.URL != "" && !strings.HasSuffix(c.Logs.URL, "/"):
		return c.invalid("logs.url", "%q does not end in a slash", c.Logs.URL)
	case c.Logs.WebClient != "" && !strings.Contains(c.Logs.WebClient, "{jid}"):
		return c.invalid("logs.web_client", "%q has no {jid} in place of the room's address", c.Logs.WebClient)
	case c.Logs.Out != "" && !filepath.IsAbs(c.Logs.Out):
		return c.invalid("logs.out", "%q is not an absolute path", c.Logs.Out)
	case time.Duration(c.Logs.Before) > chatlog.MaxMargin:
		return c.invalid("logs.before", "%s is more than %s", time.Duration(c.Logs.Before), chatlog.MaxMargin)
	case time.Duration(c.Logs.After) > chatlog.MaxMargin:
		return c.invalid("logs.after", "%s is more than %s", time.Duration(c.Logs.After), chatlog.MaxMargin)
	case c.State.Dir == "":
		return c.invalid("state.dir", "must not be empty")
	case !filepath.IsAbs(c.State.Dir):
		return &Error{Path: c.Path, Key: "state.dir", Err: fmt.Errorf("%q is not an absolute path", c.State.Dir),
			Advice: "write it from the root of the file system: a relative path would give each working directory a lock of its own"}
	case c.State.MetricsFile != "" && !filepath.IsAbs(c.State.MetricsFile):
		return c.invalid("state.metrics_file", "%q is not an absolute path", c.State.MetricsFile)
	}
	return nil
}
