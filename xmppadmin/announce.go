package xmppadmin

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// The commands of XEP-0133 that speak to everybody on the server.
const (
	nodeAnnounce = formAdmin + "#announce"
	nodeSetMOTD  = formAdmin + "#set-motd"
	nodeEditMOTD = formAdmin + "#edit-motd"
)

// Announce sends a text to everybody who is online at the account's server
// (XEP-0133 §4.23). subject may be empty; not every server shows one.
func (c *Client) Announce(ctx context.Context, subject, text string) error {
	return c.tellAll(ctx, subject, text, nodeAnnounce)
}

// SetMOTD makes a text the message of the day, which everybody is sent who
// logs in (XEP-0133 §4.24), in the place of any there is.
func (c *Client) SetMOTD(ctx context.Context, subject, text string) error {
	return c.tellAll(ctx, subject, text, nodeSetMOTD, nodeEditMOTD)
}

// tellAll runs the first of the commands that the server offers.
func (c *Client) tellAll(ctx context.Context, subject, text string, nodes ...string) error {
	offered, err := c.Commands(ctx, c.Domain())
	if err != nil {
		return err
	}
	for _, node := range nodes {
		if slices.Contains(offered, node) {
			_, err := c.Execute(ctx, c.Domain(), node, func(_ int, f *Form) (Form, error) {
				return fillAnnouncement(f, subject, text)
			})
			return err
		}
	}
	return &notOffered{at: c.Domain(), account: c.JID(), nodes: nodes}
}

// fillAnnouncement fills in whatever form the server gives: XEP-0133 and
// Openfire call the text announcement or motd, ejabberd calls it body, and
// Prosody demands a subject besides. A required field that is none of these
// is an error.
func fillAnnouncement(f *Form, subject, text string) (Form, error) {
	answer := Form{Type: "submit"}
	if f == nil {
		return answer, fmt.Errorf("the server gave no form to fill in")
	}
	filled := false
	for _, field := range f.Fields {
		switch field.Var {
		case "FORM_TYPE":
			answer.Fields = append(answer.Fields, Field{Var: field.Var, Type: "hidden", Values: field.Values})
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
				return answer, fmt.Errorf("the server's form demands %q, which this program does not know", field.Var)
			}
		}
	}
	if !filled {
		return answer, fmt.Errorf("the server's form has no field for the text")
	}
	return answer, nil
}

// notOffered is a command that the server does not offer to this account.
type notOffered struct {
	at, account string
	nodes       []string
}

// Error names the commands.
func (e *notOffered) Error() string {
	return fmt.Sprintf("%s does not offer %s to %s", e.at, strings.Join(e.nodes, " or "), e.account)
}

// Unwrap returns ErrUnsupported.
func (e *notOffered) Unwrap() error { return ErrUnsupported }

// Hint says what to load and whom to allow.
func (e *notOffered) Hint() string {
	return fmt.Sprintf("on Prosody load announce on the host %s and list %s in its admins; on ejabberd enable mod_announce and allow the account by its access option; a message of the day is not to be had on Prosody", e.at, e.account)
}
