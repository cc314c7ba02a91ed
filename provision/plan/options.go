package plan

import (
	"fmt"
	"slices"

	"muster/provision"
)

// Options are what a plan is requested to do. They are kept in plan files, from
// which the same plan is made again.
type Options struct {
	// Policy is which changes are to be made; empty for [UpsertOnly].
	Policy Policy `json:"policy"`
	// Only and Except are names, or patterns of [path.Match], of the rooms to
	// consider and to leave out. One that matches nothing is an error.
	Only   []string `json:"only,omitempty"`
	Except []string `json:"except,omitempty"`
	// Action, if not empty, is the one action of the plan: rooms that need
	// another one are left as they are. Rooms that are unknown are reported all
	// the same.
	Action provision.Action `json:"action,omitempty"`
	// Adopt, Archive and Reopen are the names of rooms to adopt, to archive and
	// to reopen by request, wanted or not. A name that no room has is an error;
	// a room that does not allow it is in [Plan.Unmet].
	Adopt   []string `json:"adopt,omitempty"`
	Archive []string `json:"archive,omitempty"`
	Reopen  []string `json:"reopen,omitempty"`
	// AdoptWanted adopts every wanted room that is in conflict.
	AdoptWanted bool `json:"adopt_wanted,omitempty"`
	// Reason is why the rooms of Archive are archived: a text that may follow a
	// colon.
	Reason string `json:"reason,omitempty"`
}

// Requested returns the names of the rooms that are to be adopted, archived or
// reopened by request, sorted, each once. A survey must look at them.
func (o Options) Requested() []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(o.Adopt, o.Archive, o.Reopen))))
}

// Unmet is a request for an action that a room does not allow, so that nothing
// is done about the room on that account.
type Unmet struct {
	Action provision.Action // [provision.Adopt], [provision.Archive] or [provision.Reopen]
	Row    Row
}

// Reason returns why the request is not met: a text that may follow a colon.
func (u Unmet) Reason() string {
	switch {
	case !u.Row.exists():
		return "it does not exist"
	case u.Action == provision.Adopt:
		return "it is managed already"
	case u.Action == provision.Archive:
		return "it is not a live room of this account"
	default:
		return "it is not an archived room of this account"
	}
}

// Policy is which changes of a plan are made. The others are withheld; what is
// only reported is not.
type Policy string

// The policies, from the most careful one on.
const (
	CreateOnly Policy = "create-only" // makes rooms and touches none that exists
	UpsertOnly Policy = "upsert-only" // everything but archiving
	Sync       Policy = "sync"        // everything
)

// ParsePolicy returns the policy of that name.
func ParsePolicy(name string) (Policy, error) {
	switch p := Policy(name); p {
	case CreateOnly, UpsertOnly, Sync:
		return p, nil
	}
	return "", fmt.Errorf("policy %q: not one of %s, %s, %s", name, CreateOnly, UpsertOnly, Sync)
}

// allows reports whether the policy allows an action.
func (p Policy) allows(a provision.Action) bool {
	switch {
	case !a.Changes() || p == Sync:
		return true
	case p == CreateOnly:
		return a == provision.Create
	}
	return a != provision.Archive
}
