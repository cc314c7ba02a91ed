package xep

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mellium.im/xmpp/stanza"

	"muster/xmppadmin/session"
)

// nsCommands is the namespace of ad-hoc commands (XEP-0050) and the disco node
// under which an entity lists them.
const nsCommands = "http://jabber.org/protocol/commands"

// maxStages bounds a command: a server with ever more stages is a broken one.
const maxStages = 8

// Note is a note of the server on a command (XEP-0050 §3.3).
type Note struct {
	Type string // info, warn or error
	Text string
}

// Outcome is the answer to a completed command.
type Outcome struct {
	Notes []Note
	// Form is the result form, or nil where there was none.
	Form *Form
}

// CommandError is a command that did not succeed. XEP-0050 gives a server
// several ways to answer so: an error stanza (Unwrap then gives a
// [stanza.Error]), a note of type error, or the status canceled.
type CommandError struct {
	At   string // the JID that the command was sent to
	Node string
	Text string // the server's words, one line
	Err  error
}

// Error names the command, where it was sent, and the server's words.
func (e *CommandError) Error() string {
	return fmt.Sprintf("command %s at %s: %s", e.Node, e.At, e.Text)
}

// Unwrap returns the cause: an outcome of package session where one applies.
func (e *CommandError) Unwrap() error { return e.Err }

// Fill answers one stage of a command. It receives the server's form, or nil
// where the stage has none, and returns the form to submit.
type Fill func(stage int, f *Form) (Form, error)

// Execute runs a command of one or more stages at the entity at (a JID). The
// first request fetches the form, each further one submits what fill returns,
// with the action that the server names as its default (XEP-0050 §3.4). An
// error of fill cancels the command at the server. Execute is not repeated
// when the stream breaks: see [session.ErrInterrupted].
func Execute(ctx context.Context, r Requester, at, node string, fill Fill) (Outcome, error) {
	reply, err := command(ctx, r, at, CommandRequest{Node: node, Action: "execute"})
	for stage := 1; err == nil && reply.Status == "executing"; stage++ {
		if stage > maxStages {
			cancel(ctx, r, at, node, reply.SessionID)
			return Outcome{}, &CommandError{At: at, Node: node, Text: fmt.Sprintf("still not complete after %d stages", maxStages)}
		}
		answer, ferr := fill(stage, reply.Form)
		if ferr != nil {
			cancel(ctx, r, at, node, reply.SessionID)
			return Outcome{}, fmt.Errorf("command %s at %s: %w", node, at, ferr)
		}
		reply, err = command(ctx, r, at, CommandRequest{
			Node: node, SessionID: reply.SessionID, Action: reply.nextAction(), Form: &answer,
		})
	}
	if err != nil {
		return Outcome{}, err
	}
	return reply.outcome(at, node)
}

// Submit runs a command in one stage: the form goes with the first request.
// Not every server accepts that; with those that do it saves a round trip. An
// answer that has another stage is an error.
func Submit(ctx context.Context, r Requester, at, node string, f Form) (Outcome, error) {
	reply, err := command(ctx, r, at, CommandRequest{Node: node, Action: "execute", Form: &f})
	if err != nil {
		return Outcome{}, err
	}
	if reply.Status == "executing" {
		cancel(ctx, r, at, node, reply.SessionID)
		return Outcome{}, &CommandError{At: at, Node: node, Text: "the server requires a further stage", Err: session.ErrUnsupported}
	}
	return reply.outcome(at, node)
}

// CommandForm returns the form of a command's first stage, or nil where the
// stage has none, and cancels the command. A command that completes without a
// stage is an error.
func CommandForm(ctx context.Context, r Requester, at, node string) (*Form, error) {
	reply, err := command(ctx, r, at, CommandRequest{Node: node, Action: "execute"})
	if err != nil {
		return nil, err
	}
	if reply.Status != "executing" {
		return nil, &CommandError{At: at, Node: node, Text: fmt.Sprintf("answered with the status %q instead of a form", reply.Status)}
	}
	cancel(ctx, r, at, node, reply.SessionID)
	return reply.Form, nil
}

// cancel ends a command that will not be completed. Its answer does not matter.
func cancel(ctx context.Context, r Requester, at, node, session string) {
	_, _ = command(ctx, r, at, CommandRequest{Node: node, SessionID: session, Action: "cancel"})
}

// command sends one request of a command and returns its answer. The
// library's commands.Execute leaves the response open when the server answers
// with an error stanza, and so stops the whole session.
func command(ctx context.Context, r Requester, at string, req CommandRequest) (commandReply, error) {
	var reply commandReply
	err := r.Set(ctx, at, req.TokenReader(), &reply)
	if err == nil {
		return reply, nil
	}
	text := err.Error()
	var se stanza.Error
	if errors.As(err, &se) {
		text = session.StanzaText(se)
	}
	return reply, &CommandError{At: at, Node: req.Node, Text: text, Err: err}
}

// CommandRequest is one request on a command (XEP-0050 §3.4), as it is sent and
// as it comes.
type CommandRequest struct {
	Node string
	// SessionID is empty on the first request.
	SessionID string
	// Action is execute, next, complete, prev or cancel; empty means execute.
	Action string
	Form   *Form // nil for none
}

// TokenReader returns the request as XML.
func (r CommandRequest) TokenReader() xml.TokenReader {
	var payload xml.TokenReader
	if r.Form != nil {
		payload = r.Form.TokenReader()
	}
	return element(nsCommands, "command", payload, "node", r.Node, "action", r.Action, "sessionid", r.SessionID)
}

// commandReply is the <command/> that a server sends back. Its children may
// come in any order: Prosody emits them as its hash table gives them.
type commandReply struct {
	XMLName   xml.Name `xml:"http://jabber.org/protocol/commands command"`
	Status    string   `xml:"status,attr"`
	SessionID string   `xml:"sessionid,attr"`
	Actions   *struct {
		Execute  string    `xml:"execute,attr"`
		Next     *struct{} `xml:"next"`
		Complete *struct{} `xml:"complete"`
	} `xml:"actions"`
	Notes []struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	} `xml:"note"`
	Form *Form `xml:"jabber:x:data x"`
}

// nextAction returns the action of the next request: the server's default,
// else whichever of complete and next it allows, else complete. "execute"
// would be ambiguous from the second stage on.
func (r commandReply) nextAction() string {
	a := r.Actions
	switch {
	case a == nil:
		return "complete"
	case a.Execute == "next" || a.Execute == "complete":
		return a.Execute
	case a.Complete == nil && a.Next != nil:
		return "next"
	default:
		return "complete"
	}
}

// outcome returns a final answer as an Outcome, or the failure that it reports
// inside an IQ of type result.
func (r commandReply) outcome(at, node string) (Outcome, error) {
	var out Outcome
	var failed []string
	for _, n := range r.Notes {
		note := Note{Type: n.Type, Text: session.OneLine(n.Text)}
		if note.Type == "" {
			note.Type = "info"
		}
		if note.Type == "error" {
			failed = append(failed, note.Text)
		}
		out.Notes = append(out.Notes, note)
	}
	out.Form = r.Form
	fail := func(text string) (Outcome, error) {
		return out, &CommandError{At: at, Node: node, Text: text}
	}
	switch {
	case len(failed) > 0:
		return fail(strings.Join(failed, "; "))
	case r.Status == "canceled":
		return fail("canceled by the server")
	case r.Status != "completed":
		return fail(fmt.Sprintf("answered with the status %q", r.Status))
	}
	return out, nil
}

// Commands returns the nodes of the ad-hoc commands that the entity at lists
// for this account, sorted (XEP-0050 §3.1). An entity that knows no commands
// gives an empty list.
func Commands(ctx context.Context, r Requester, at string) ([]string, error) {
	items, err := Items(ctx, r, at, nsCommands)
	if errors.Is(err, session.ErrAbsent) || errors.Is(err, session.ErrUnsupported) || errors.Is(err, session.ErrForbidden) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var nodes []string
	for _, item := range items {
		if item.Node != "" {
			nodes = append(nodes, item.Node)
		}
	}
	slices.Sort(nodes)
	return slices.Compact(nodes), nil
}
