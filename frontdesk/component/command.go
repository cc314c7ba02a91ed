package component

import (
	"cmp"
	"context"
	"crypto/rand"

	"muster/frontdesk"
	"muster/xmppadmin/xep"
)

// answerCommand has the desk answer one request on a command. What the desk
// refuses to a person is an answer like any other: clients show errors badly.
// Errors are for programs.
func (w *wire) answerCommand(ctx context.Context, j job) string {
	req, err := j.stanza.Command()
	if err != nil {
		return w.refuseIQ(ctx, j, "modify", "not-acceptable", "The form is too large: 64 fields, 64 values and 2 KiB a value are read, not more.")
	}
	way, ok := wayOf(req.Action)
	if !ok || req.Node == "" {
		return w.refuseIQ(ctx, j, "modify", "bad-request", "A command has a node, and an action that XEP-0050 knows.")
	}
	a := w.desk.Run(ctx, j.caller, frontdesk.Step{
		Node: req.Node, Session: req.SessionID, Way: way, Values: valuesOf(req.Form),
	}, w.cfg.Now())
	if a.Status == "" {
		return w.refuseIQ(ctx, j, "cancel", "item-not-found", "There is no such command.")
	}
	return w.result(ctx, j, written(req, a).TokenReader())
}

// wayOf returns where an action leads. Clients take whichever of the actions they
// like for forward, offered or not, or none.
func wayOf(action string) (frontdesk.Way, bool) {
	switch action {
	case "", "execute", "next", "complete":
		return frontdesk.Forward, true
	case "prev":
		return frontdesk.Back, true
	case "cancel":
		return frontdesk.Cancel, true
	}
	return frontdesk.Forward, false
}

// valuesOf returns the first value of each field that was filled in. Some clients
// send fixed fields back, others do not.
func valuesOf(f *xep.Form) map[string]string {
	if f == nil {
		return nil
	}
	values := make(map[string]string, len(f.Fields))
	for _, field := range f.Fields {
		if _, twice := values[field.Var]; field.Var != "" && field.Type != "fixed" && !twice {
			values[field.Var] = field.Value()
		}
	}
	return values
}

// written returns an answer of the desk as it is sent. Clients without a button
// of their own need the actions, and their default.
func written(req xep.CommandRequest, a frontdesk.Answer) xep.CommandAnswer {
	out := xep.CommandAnswer{
		Node: req.Node, SessionID: cmp.Or(a.Session, req.SessionID, rand.Text()), Status: string(a.Status),
		Default: "next",
	}
	if a.Last {
		out.Default = "complete"
	}
	out.Actions = []string{out.Default}
	if a.Back {
		out.Actions = append(out.Actions, "prev")
	}
	if a.Say != "" {
		note := xep.Note{Type: "info", Text: a.Say}
		if a.Failed {
			note.Type = "error"
		}
		out.Notes = []xep.Note{note}
	}
	if a.Form != nil {
		out.Form = formOf(*a.Form, a.Status)
	}
	return out
}

func formOf(f frontdesk.Form, status frontdesk.Status) *xep.Form {
	out := &xep.Form{Type: "result", Title: f.Title, Instructions: f.Instructions}
	if status == frontdesk.Asking {
		out.Type = "form"
	}
	for _, field := range f.Fields {
		w := xep.Field{Var: field.Name, Type: string(field.Type), Label: field.Label, Values: []string{field.Value}}
		for _, o := range field.Options {
			w.Options = append(w.Options, xep.Option{Label: o.Label, Value: o.Value})
		}
		out.Fields = append(out.Fields, w)
	}
	return out
}
