package dialect

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// room returns the arguments that name a room.
func (d *ejabberd) room(name string) []xep.Field {
	return []xep.Field{{Var: "room", Values: []string{name}}, {Var: "service", Values: []string{d.conn.Domain}}}
}

// ask runs a command that changes nothing, again when the stream is lost.
func (d *ejabberd) ask(ctx context.Context, command string, args ...xep.Field) (xep.Form, error) {
	var form xep.Form
	err := d.conn.Client.RetryLost(ctx, func() (err error) {
		form, err = d.run(ctx, command, args)
		return err
	})
	return form, err
}

// call runs a command whose result is a number, of which 0 is success.
func (d *ejabberd) call(ctx context.Context, command string, args ...xep.Field) error {
	form, err := d.run(ctx, command, args)
	if err != nil {
		return err
	}
	if res, ok := form.Field("res"); !ok || res.Value() != "0" {
		return fmt.Errorf("%s was not carried out: the result is %q, not 0", command, res.Value())
	}
	return nil
}

// run runs a command in one stage. The form must hold the arguments and
// nothing else, not even a FORM_TYPE; a failure comes as a completed command
// with a field called error, behind an echo of the arguments.
func (d *ejabberd) run(ctx context.Context, command string, args []xep.Field) (xep.Form, error) {
	c := d.conn.Client
	node := nodeAPI + command
	out, err := xep.Submit(ctx, c, c.Domain(), node, xep.Form{Type: "submit", Fields: args})
	if err != nil {
		return xep.Form{}, err
	}
	if out.Form == nil {
		return xep.Form{}, &xep.CommandError{At: c.Domain(), Node: node, Text: "answered without a result"}
	}
	if problem, bad := out.Form.Field("error"); bad {
		text := session.OneLine(problem.Value())
		return xep.Form{}, &xep.CommandError{At: c.Domain(), Node: node, Text: strings.TrimSpace(problem.Label + ": " + text), Err: outcomeOf(text)}
	}
	return *out.Form, nil
}

// outcomeOf returns the outcome that ejabberd's words stand for, or nil.
func outcomeOf(text string) error {
	text = strings.ToLower(text)
	switch {
	case strings.Contains(text, "already exists"):
		return session.ErrExists
	case strings.Contains(text, "not found"), strings.Contains(text, "does not exist"):
		return session.ErrAbsent
	case strings.Contains(text, "accessrules"), strings.Contains(text, "does not have the right"):
		return session.ErrForbidden
	default:
		return nil
	}
}

func knownEjabberd() server {
	return server{
		name:     "ejabberd",
		obstacle: ejabberdObstacle,
		commands: func(c *Conn) string {
			return fmt.Sprintf("not offered to %s: %s; enable mod_adhoc_api (ejabberd 25.03 and later) and allow the account these by api_permissions",
				c.Client.JID(), strings.Join(missingCommands(c), ", "))
		},
		creation: func(c *Conn) string {
			return fmt.Sprintf("access_create of mod_muc keeps it out: allow %s", c.Client.JID())
		},
		retention: func(*Conn) Finding {
			return Finding{Check: "retention", Verdict: OK, Text: "how long the archive is kept cannot be seen from here"}
		},
	}
}

func ejabberdObstacle(_ *Conn, setting muc.Setting) string {
	switch setting {
	case muc.Persistent:
		return "ejabberd lets this account make no room persistent; see access_persistent of mod_muc"
	case muc.MessageArchive:
		return "ejabberd's archive is not loaded; enable mod_mam"
	case muc.PublicLog:
		return "ejabberd's log is not loaded, or not for this account; see mod_muc_log and its access_log"
	case muc.LogAddress:
		return "ejabberd itself gives rooms with a log its address; see url of mod_muc_log"
	default:
		return ""
	}
}

// Create makes a room with all settings that can be given with it, and sets
// the others by themselves. ejabberd would make a room without an owner, and
// let it vanish after half a minute, by default.
func (d *ejabberd) Create(ctx context.Context, name string, s muc.Settings) error {
	address, err := d.conn.JID(name)
	if err != nil {
		return err
	}
	options := []string{"affiliations:owner=" + d.conn.Client.JID()}
	rest := make(muc.Settings)
	for _, setting := range s.Names() {
		switch {
		case setting == muc.Password && s[setting] == "", !d.offers(setting):
		case setting == muc.Password:
			rest[setting] = s[setting]
		case simple(s[setting]):
			options = append(options, optionName(setting)+":"+s[setting])
		default:
			rest[setting] = s[setting]
		}
	}
	fields := append(d.room(name),
		xep.Field{Var: "host", Values: []string{d.conn.Client.Domain()}}, xep.Field{Var: "options", Values: options})
	if err := d.call(ctx, "create_room_with_opts", fields...); err != nil {
		return roomError(name, err)
	}
	if err := d.setEach(ctx, name, rest); err != nil || s[muc.Subject] == "" {
		return err
	}
	return roomError(name, d.fallback.setFirstSubject(ctx, address, s[muc.Subject]))
}

// simple reports whether a value can stand in a list of options: a colon or no
// text at all makes ejabberd answer as if it had no such command.
func simple(value string) bool {
	return value != "" && !strings.ContainsAny(value, ":\n")
}

// offers reports whether a setting has an option that can be set. Until it is
// known whether rooms have a public log, that is tried.
func (d *ejabberd) offers(setting muc.Setting) bool {
	if optionName(setting) == "" {
		return false
	}
	if setting == muc.MessageArchive {
		return d.conn.Facts.Archives
	}
	if setting != muc.PublicLog {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.logs == nil || *d.logs
}

// setSubject sets the subject from inside the room.
func (d *ejabberd) setSubject(ctx context.Context, name, text string) error {
	address, err := d.conn.JID(name)
	if err != nil {
		return err
	}
	return d.fallback.setSubject(ctx, address, text)
}

// setEach sets each setting by itself, all at once.
func (d *ejabberd) setEach(ctx context.Context, name string, s muc.Settings) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, setting := range s.Names() {
		if setting == muc.Subject {
			g.Go(func() error { return d.setSubject(ctx, name, s[setting]) })
			continue
		}
		g.Go(func() error { return d.set(ctx, name, optionName(setting), s[setting]) })
		if setting == muc.Password {
			g.Go(func() error { return d.set(ctx, name, "password_protected", muc.True) })
		}
	}
	return roomError(name, g.Wait())
}

func (d *ejabberd) set(ctx context.Context, name, option, value string) error {
	fields := append(d.room(name), xep.Field{Var: "option", Values: []string{option}}, xep.Field{Var: "value", Values: []string{value}})
	if err := d.call(ctx, "change_room_option", fields...); err != nil {
		return fmt.Errorf("option %s: %w", option, err)
	}
	return nil
}
