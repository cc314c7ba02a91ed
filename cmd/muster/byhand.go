package main

import (
	"fmt"
	"slices"

	"muster/provision"
	"muster/provision/plan"
)

// narrow returns the plan with no more than the command's own action, and a
// line on each named room about which nothing is done. A command without an
// action of its own keeps the whole plan.
func (o *applyFlags) narrow(p plan.Plan) (plan.Plan, []string) {
	if o.byHand == "" {
		return p, nil
	}
	actions := make(map[string]provision.Action)
	for _, c := range p.Changes {
		actions[c.Room.Name] = c.Action
	}
	var lines []string
	for _, name := range o.names {
		if a := actions[name]; a != o.byHand && a != provision.Unknown {
			lines = append(lines, notDone(o.byHand, name, a))
		}
	}
	return p.Filter(func(c provision.Change) bool {
		named := o.byHand == provision.Adopt || slices.Contains(o.names, c.Room.Name)
		return named && (c.Action == o.byHand || c.Action == provision.Unknown)
	}), lines
}

// notDone returns why a room that was named to a command is left alone, given
// the action that the plan has for it, if any.
func notDone(command provision.Action, name string, planned provision.Action) string {
	switch {
	case command == provision.Adopt && planned == provision.Create:
		return fmt.Sprintf("room %q not adopted: it does not exist; muster apply creates it", name)
	case command == provision.Adopt:
		return fmt.Sprintf("room %q not adopted: it is managed already", name)
	case command == provision.Archive:
		return fmt.Sprintf("room %q not archived: it is not a live room of this account", name)
	default:
		return fmt.Sprintf("room %q not reopened: it is not an archived room of this account", name)
	}
}
