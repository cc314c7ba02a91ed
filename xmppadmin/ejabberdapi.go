package xmppadmin

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// room are the arguments that name a room.
func (d *ejabberd) room(name string) []Field {
	return []Field{{Var: "room", Values: []string{name}}, {Var: "service", Values: []string{d.service.domain}}}
}

// ask runs a command that changes nothing, again when the stream is lost.
func (d *ejabberd) ask(ctx context.Context, command string, args ...Field) (Form, error) {
	for {
		form, err := d.run(ctx, command, args)
		if !errors.Is(err, ErrInterrupted) || ctx.Err() != nil {
			return form, err
		}
		if err := d.service.client.waitForStream(ctx); err != nil {
			return Form{}, err
		}
	}
}

// call runs a command whose result is a number, of which 0 is success.
func (d *ejabberd) call(ctx context.Context, command string, args ...Field) error {
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
func (d *ejabberd) run(ctx context.Context, command string, args []Field) (Form, error) {
	c := d.service.client
	node := nodeAPI + command
	out, err := c.Submit(ctx, c.Domain(), node, Form{Type: "submit", Fields: args})
	if err != nil {
		return Form{}, err
	}
	if out.Form == nil {
		return Form{}, &CommandError{At: c.Domain(), Node: node, Text: "answered without a result"}
	}
	if problem, bad := out.Form.Field("error"); bad {
		text := oneLine(problem.Value())
		return Form{}, &CommandError{At: c.Domain(), Node: node, Text: strings.TrimSpace(problem.Label + ": " + text), Err: ejabberdKind(text)}
	}
	return *out.Form, nil
}

// ejabberdKind says which outcome ejabberd's words stand for.
func ejabberdKind(text string) error {
	text = strings.ToLower(text)
	switch {
	case strings.Contains(text, "already exists"):
		return ErrExists
	case strings.Contains(text, "not found"), strings.Contains(text, "does not exist"):
		return ErrAbsent
	case strings.Contains(text, "accessrules"), strings.Contains(text, "does not have the right"):
		return ErrForbidden
	default:
		return nil
	}
}
