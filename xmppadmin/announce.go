package xmppadmin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// The commands of XEP-0133 that send a text to the users of the server.
const (
	nodeAnnounce = "http://jabber.org/protocol/admin#announce"
	nodeSetMOTD  = "http://jabber.org/protocol/admin#set-motd"
	nodeEditMOTD = "http://jabber.org/protocol/admin#edit-motd"
)

// Announce sends a text to all users who are online at the account's server
// (XEP-0133 §4.23). subject may be empty; not every server shows one. A server
// without the command is a [*NotOfferedError].
func Announce(ctx context.Context, c *session.Client, subject, text string) error {
	return announce(ctx, c, subject, text, nodeAnnounce)
}

// SetMOTD makes a text the message of the day, which the server sends to each
// user who logs in (XEP-0133 §4.24), in place of the present one.
func SetMOTD(ctx context.Context, c *session.Client, subject, text string) error {
	return announce(ctx, c, subject, text, nodeSetMOTD, nodeEditMOTD)
}

// announce runs the first of the commands that the server offers.
func announce(ctx context.Context, c *session.Client, subject, text string, nodes ...string) error {
	offered, err := xep.Commands(ctx, c, c.Domain())
	if err != nil {
		return err
	}
	for _, node := range nodes {
		if slices.Contains(offered, node) {
			_, err := xep.Execute(ctx, c, c.Domain(), node, func(_ int, f *xep.Form) (xep.Form, error) {
				return fillAnnouncement(f, subject, text)
			})
			return err
		}
	}
	return &NotOfferedError{Domain: c.Domain(), Account: c.JID(), Nodes: nodes}
}

// fillAnnouncement fills in the server's form: XEP-0133 and Openfire call the
// text announcement or motd, ejabberd calls it body, and Prosody requires a
// subject besides. A required field that is none of these is an error.
func fillAnnouncement(f *xep.Form, subject, text string) (xep.Form, error) {
	answer := xep.Form{Type: "submit"}
	if f == nil {
		return answer, errors.New("the command has no form to fill in")
	}
	filled := false
	for _, field := range f.Fields {
		switch field.Var {
		case "FORM_TYPE":
			answer.Fields = append(answer.Fields, xep.Field{Var: field.Var, Type: "hidden", Values: field.Values})
		case "announcement", "body", "motd":
			filled = true
			lines := []string{text}
			if field.Type == "text-multi" {
				lines = strings.Split(text, "\n")
			}
			answer = answer.With(field.Var, lines...)
		case "subject":
			answer = answer.With(field.Var, subject)
		default:
			if field.Required {
				return answer, fmt.Errorf("the command's form requires %q, which is not known", field.Var)
			}
		}
	}
	if !filled {
		return answer, errors.New("the command's form has no field for the text")
	}
	return answer, nil
}

// NotOfferedError is a command that the server does not offer to this account.
// It wraps ErrUnsupported.
type NotOfferedError struct {
	Domain  string   // the server's
	Account string   // the bare JID
	Nodes   []string // of the commands any of which would do
}

// Error names the commands.
func (e *NotOfferedError) Error() string {
	return fmt.Sprintf("%s does not offer %s to %s", e.Domain, strings.Join(e.Nodes, " or "), e.Account)
}

// Unwrap returns ErrUnsupported.
func (e *NotOfferedError) Unwrap() error { return ErrUnsupported }

// Hint returns what to load and whom to allow on the server.
func (e *NotOfferedError) Hint() string {
	return fmt.Sprintf("on Prosody load announce on the host %s and list %s in its admins; "+
		"on ejabberd enable mod_announce and allow the account by its access option; "+
		"Prosody has no message of the day", e.Domain, e.Account)
}

// examineAnnouncements reports whether this account may send announcements.
func (s *Service) examineAnnouncements() Finding {
	client := s.conn.Client
	if slices.Contains(s.conn.Facts.AtDomain, nodeAnnounce) {
		return Finding{Check: "announcements", Verdict: OK, Text: client.JID() + " may send them"}
	}
	err := &NotOfferedError{Domain: client.Domain(), Account: client.JID(), Nodes: []string{nodeAnnounce}}
	return Finding{Check: "announcements", Verdict: Warn, Text: "not offered to " + client.JID(), Hint: err.Hint()}
}
