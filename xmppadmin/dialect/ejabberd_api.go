package dialect

import (
	"context"
	"fmt"
	"strings"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// room returns the arguments that name a room.
func (d *ejabberd) room(name string) []xep.Field {
	return []xep.Field{{Var: "room", Values: []string{name}}, {Var: "service", Values: []string{d.conn.Domain}}}
}

// roomFor returns the arguments that name a room, for a command whose arguments
// differ between the versions of ejabberd's API, to any of which mod_adhoc_api
// can be pinned: the form of the command has those of its version. old reports
// a version before the third (ejabberd 24.12).
func (d *ejabberd) roomFor(ctx context.Context, command, name string) (args []xep.Field, old bool, err error) {
	args = d.room(name)
	d.pins.Lock()
	defer d.pins.Unlock()
	old, known := d.old[command]
	if !known {
		var form *xep.Form
		err := d.conn.Client.RetryLost(ctx, func() (err error) {
			form, err = xep.CommandForm(ctx, d.conn.Client, d.conn.Client.Domain(), nodeAPI+command)
			return err
		})
		if err != nil {
			return nil, false, err
		}
		old = form != nil && form.Has("name")
		d.old[command] = old
	}
	if old {
		args[0].Var = "name"
	}
	return args, old, nil
}

// ask runs a command that changes nothing, again when the stream is lost.
func (d *ejabberd) ask(ctx context.Context, command string, args ...xep.Field) (xep.Form, error) {
	var form xep.Form
	err := d.conn.Client.RetryLost(ctx, func() (err error) {
		form, err = d.run(ctx, d.conn.Client, command, args)
		return err
	})
	return form, err
}

// call runs a command whose result is a number, of which 0 is success.
func (d *ejabberd) call(ctx context.Context, command string, args ...xep.Field) error {
	return d.callOver(ctx, d.conn.Client, command, args...)
}

// callOver is call over a stream, or a client.
func (d *ejabberd) callOver(ctx context.Context, r xep.Requester, command string, args ...xep.Field) error {
	form, err := d.run(ctx, r, command, args)
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
func (d *ejabberd) run(ctx context.Context, r xep.Requester, command string, args []xep.Field) (xep.Form, error) {
	c := d.conn.Client
	node := nodeAPI + command
	out, err := xep.Submit(ctx, r, c.Domain(), node, xep.Form{Type: "submit", Fields: args})
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
	case strings.Contains(text, "not found"), strings.Contains(text, "does not exist"), strings.Contains(text, "doesn't exist"):
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
		rate: func(c *Conn) string {
			return fmt.Sprintf(`a line "none: %s" before the others of c2s_shaper, in shaper_rules, exempts the account, with an acl of that name for %s`,
				c.Client.Localpart(), c.Client.JID())
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
