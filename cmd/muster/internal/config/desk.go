package config

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"mellium.im/xmpp/jid"

	"muster/frontdesk"
)

// Desk is the table [desk]: the front desk. There is none without a domain.
type Desk struct {
	Domain          string   `toml:"domain"`
	Component       string   `toml:"component"`
	SecretFile      string   `toml:"secret_file"`
	SecretEnv       string   `toml:"secret_env"`
	SecretCommand   string   `toml:"secret_command"`
	Chat            string   `toml:"chat"`
	Name            string   `toml:"name"`
	Secretariat     []string `toml:"secretariat"`
	Roles           []string `toml:"roles"`
	AreaDirectors   bool     `toml:"area_directors"`
	OpenTo          string   `toml:"open_to"`
	Remote          bool     `toml:"remote"`
	ProfileTag      string   `toml:"profile_tag"`
	ChairsAdmins    bool     `toml:"chairs_are_admins"`
	AnnounceInRooms bool     `toml:"announce_in_rooms"`
	GroupRooms      int      `toml:"group_rooms"`
	PersonRooms     int      `toml:"person_rooms"`
	MaxDays         int      `toml:"max_days"`
	DefaultDays     int      `toml:"default_days"`
	WarnDays        int      `toml:"warn_days"`
	PendingDays     int      `toml:"pending_days"`
	MetricsAddress  string   `toml:"metrics"`
	Mail            Mail     `toml:"mail"`
}

// Mail is the table [desk.mail]: how codes are mailed. None are without a server.
type Mail struct {
	Server          string `toml:"server"`
	From            string `toml:"from"`
	User            string `toml:"user"`
	PasswordFile    string `toml:"password_file"`
	PasswordEnv     string `toml:"password_env"`
	PasswordCommand string `toml:"password_command"`
	TLS             string `toml:"tls"`
	CAFile          string `toml:"ca_file"`
}

// allRequests is how many requests may be open in all.
const allRequests = 200

func defaultDesk() Desk {
	return Desk{
		Component: "127.0.0.1:5347", Chat: "help", Name: "IETF room desk",
		Roles: []string{"chair", "secr", "delegate", "lead"}, AreaDirectors: true, OpenTo: "linked",
		ProfileTag: "jabber_room", ChairsAdmins: true, GroupRooms: 5, PersonRooms: 10,
		MaxDays: 180, DefaultDays: 30, WarnDays: 7, PendingDays: 30,
		MetricsAddress: "127.0.0.1:9726", Mail: Mail{TLS: "starttls"},
	}
}

func (c Config) deskSecret() secret {
	d := c.Desk
	return secret{key: "desk.secret", what: "component's secret", file: d.SecretFile, env: d.SecretEnv, command: d.SecretCommand}
}

func (c Config) mailPassword() secret {
	m := c.Desk.Mail
	return secret{key: "desk.mail.password", what: "password", file: m.PasswordFile, env: m.PasswordEnv, command: m.PasswordCommand}
}

// DeskSecret returns the secret that the desk's component logs in with, as
// [Config.Password] returns the account's.
func (c Config) DeskSecret(ctx context.Context, getenv func(string) string) (string, error) {
	return c.read(ctx, c.deskSecret(), getenv)
}

// MailPassword returns the password for the mail server, likewise; empty where
// no login is configured.
func (c Config) MailPassword(ctx context.Context, getenv func(string) string) (string, error) {
	if c.Desk.Mail.User == "" {
		return "", nil
	}
	return c.read(ctx, c.mailPassword(), getenv)
}

// NoDeskError returns the error of a command that needs a desk where none is
// configured.
func (c Config) NoDeskError() error {
	return &Error{Path: c.Path, Key: "desk.domain", Err: errors.New("not set: there is no front desk"),
		Advice: "set it to the address of the desk's component, such as desk.example.org; docs/desk.md has the whole set-up"}
}

func (c Config) checkDesk() error {
	d := c.Desk
	for _, number := range []struct {
		key string
		n   int
	}{
		{"group_rooms", d.GroupRooms}, {"person_rooms", d.PersonRooms}, {"max_days", d.MaxDays},
		{"default_days", d.DefaultDays}, {"warn_days", d.WarnDays}, {"pending_days", d.PendingDays},
	} {
		if number.n < 1 {
			return c.invalid("desk."+number.key, "must be above zero, got %d", number.n)
		}
	}
	switch {
	case d.OpenTo != "linked" && d.OpenTo != "local":
		return c.invalid("desk.open_to", "%q is not one of linked and local", d.OpenTo)
	case d.DefaultDays > d.MaxDays:
		return c.invalid("desk.default_days", "%d is more than desk.max_days, %d", d.DefaultDays, d.MaxDays)
	case d.Chat == "" || !isJID(d.Chat+"@desk.example.org"):
		return c.invalid("desk.chat", "%q is no local part of an address, such as help", d.Chat)
	case len(d.Roles) == 0:
		return c.invalid("desk.roles", "must not be empty")
	case !isComponent(d.Component):
		return &Error{Path: c.Path, Key: "desk.component", Err: fmt.Errorf("%q is neither a port of this machine's loopback nor unix:PATH", d.Component),
			Advice: "components are connected without encryption: run the desk on the machine of the XMPP server"}
	case d.MetricsAddress != "" && !isHostPort(d.MetricsAddress):
		return c.invalid("desk.metrics", "%q is not of the form 127.0.0.1:9726", d.MetricsAddress)
	}
	for _, s := range d.Secretariat {
		if !isJID(s) {
			return c.invalid("desk.secretariat", "%q is not a bare JID such as amy@example.org", s)
		}
	}
	if err := c.checkMail(); err != nil || d.Domain == "" {
		return err
	}
	if _, err := jid.New("", d.Domain, ""); err != nil || strings.ContainsAny(d.Domain, "@/") {
		return c.invalid("desk.domain", "%q is not a domain", d.Domain)
	}
	if domain(d.Domain) == domain(c.XMPP.Service) {
		return c.invalid("desk.domain", "%q is the MUC service; the desk has an address of its own", d.Domain)
	}
	if n := c.deskSecret().given(); n != 1 {
		return c.invalid("", "exactly one of desk.secret_file, desk.secret_env and desk.secret_command is required, got %d", n)
	}
	return nil
}

func (c Config) checkMail() error {
	m, n := c.Desk.Mail, c.mailPassword().given()
	switch {
	case m.TLS != "starttls" && m.TLS != "direct":
		return c.invalid("desk.mail.tls", "%q is not one of starttls and direct", m.TLS)
	case m.Server == "":
		return nil
	case !isHostPort(m.Server):
		return c.invalid("desk.mail.server", "%q is not of the form mail.example.org:587", m.Server)
	case !strings.Contains(m.From, "@"):
		return c.invalid("desk.mail.from", "%q is not a mail address", m.From)
	case m.User != "" && n != 1:
		return c.invalid("", "with desk.mail.user, exactly one of desk.mail.password_file, desk.mail.password_env and desk.mail.password_command is required, got %d", n)
	}
	return nil
}

// isJID reports whether text is a bare JID with a local part.
func isJID(text string) bool {
	j, err := jid.Parse(text)
	return err == nil && j.Localpart() != "" && j.Resourcepart() == ""
}

func isHostPort(text string) bool {
	_, port, err := net.SplitHostPort(text)
	n, perr := strconv.ParseUint(port, 10, 16)
	return err == nil && perr == nil && n > 0
}

// isComponent reports whether text is where a component may be connected: a
// port of the loopback, or a Unix socket.
func isComponent(text string) bool {
	if path, ok := strings.CutPrefix(text, "unix:"); ok {
		return filepath.IsAbs(path)
	}
	host, _, err := net.SplitHostPort(text)
	ip := net.ParseIP(host)
	return err == nil && isHostPort(text) && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// FrontDesk returns how the desk is set up. The addresses of the secretariat
// are prepared.
func (c Config) FrontDesk() frontdesk.Config {
	d := c.Desk
	local := ""
	if j, err := jid.Parse(c.XMPP.JID); err == nil {
		local = j.Domainpart()
	}
	return frontdesk.Config{
		Domain: domain(d.Domain), Chat: d.Chat, Service: domain(c.XMPP.Service), Name: d.Name,
		Secretariat: prepared(d.Secretariat), Local: local, Remote: d.Remote, OpenToLocal: d.OpenTo == "local",
		Roles: slices.Clone(d.Roles), AreaDirectors: d.AreaDirectors, ChairsAreAdmins: d.ChairsAdmins,
		Profile: d.ProfileTag != "", Mail: d.Mail.Server != "",
		Quota:       frontdesk.Quota{Group: d.GroupRooms, Person: d.PersonRooms, Days: d.MaxDays, All: allRequests},
		DefaultDays: d.DefaultDays, Warn: time.Duration(d.WarnDays) * day, Pending: time.Duration(d.PendingDays) * day,
		RoomsURL: c.Logs.URL, LogURL: roomTemplate(c.logURL()),
	}
}

// domain returns a domain as servers write it in addresses.
func domain(text string) string {
	if j, err := jid.Parse(text); err == nil {
		return j.String()
	}
	return text
}

// prepared returns addresses as they are compared.
func prepared(addresses []string) []string {
	var all []string
	for _, a := range addresses {
		if j, err := jid.Parse(a); err == nil {
			all = append(all, j.Bare().String())
		}
	}
	return all
}

// roomTemplate returns the template for a log with {room} in place of the room;
// empty where it depends on more than the room.
func roomTemplate(template string) string {
	text := strings.ReplaceAll(template, "{{.Name}}", "{room}")
	if strings.Contains(text, "{{") {
		return ""
	}
	return text
}

// BareJID returns an address as it is compared: a bare JID with a local part.
func BareJID(text string) (string, error) {
	if !isJID(text) {
		return "", fmt.Errorf("%q is not a bare JID such as alice@example.org", text)
	}
	return prepared([]string{text})[0], nil
}
