package plan

import (
	"fmt"

	"muster/provision"
)

// Policy says which changes of a plan are carried out. The others are
// withheld; what is only reported always stays.
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

// allows says whether a change is carried out under the policy.
func (p Policy) allows(a provision.Action) bool {
	switch {
	case !a.Changes() || p == Sync:
		return true
	case p == CreateOnly:
		return a == provision.Create
	}
	return a != provision.Archive
}
