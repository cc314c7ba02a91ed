package plan

import (
	"fmt"

	"muster/provision"
)

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
