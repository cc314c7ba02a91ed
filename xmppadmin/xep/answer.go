package xep

import (
	"encoding/xml"
	"slices"

	"mellium.im/xmlstream"
)

// CommandAnswer is the answer to one request on a command, as the entity that
// has the command sends it (XEP-0050 §3.4).
type CommandAnswer struct {
	Node, SessionID string
	Status          string // executing, completed or canceled
	// Default is the action that execute stands for, Actions are all that are
	// allowed besides execute and cancel: prev, next, complete. Both are
	// written while Status is executing.
	Default string
	Actions []string
	Notes   []Note
	Form    *Form // nil for none
}

// TokenReader returns the answer as XML.
func (a CommandAnswer) TokenReader() xml.TokenReader {
	var content []xml.TokenReader
	if a.Status == "executing" {
		content = append(content, a.actions())
	}
	if a.Form != nil {
		content = append(content, a.Form.TokenReader())
	}
	for _, n := range a.Notes {
		content = append(content, element("", "note", xmlstream.Token(xml.CharData(n.Text)), "type", n.Type))
	}
	return element(nsCommands, "command", xmlstream.MultiReader(content...),
		"node", a.Node, "sessionid", a.SessionID, "status", a.Status)
}

// actions returns them in the order of the schema, which some clients rely on.
func (a CommandAnswer) actions() xml.TokenReader {
	var all []xml.TokenReader
	for _, action := range []string{"prev", "next", "complete"} {
		if slices.Contains(a.Actions, action) {
			all = append(all, element("", action, nil))
		}
	}
	return element("", "actions", xmlstream.MultiReader(all...), "execute", a.Default)
}
