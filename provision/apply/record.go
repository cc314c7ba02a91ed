package apply

import (
	"cmp"
	"time"

	"muster/provision"
	"muster/xmppadmin"
)

// The results of a record that are not a [Status].
const (
	// Started is the result of a record that is written before a change is
	// begun.
	Started = "started"
	// Found is the result of a record about a change whose run was killed: the
	// room as the next run found it.
	Found = "found"
)

// Entry is one record of the audit trail. A change leaves two: one before it is
// begun, whose result is [Started], and one when its end is known.
type Entry struct {
	When time.Time `json:"when"`
	Actor
	Plan   string           `json:"plan"` // the plan's digest
	Room   string           `json:"room"`
	Action provision.Action `json:"action"`
	Result string           `json:"result"` // started, done, failed, skipped, found
	// State is how the room was found, for the result [Found]: absent, live,
	// archived, or not managed.
	State  string             `json:"state,omitempty"`
	Before xmppadmin.Settings `json:"before,omitempty"`
	After  xmppadmin.Settings `json:"after,omitempty"`
	Error  string             `json:"error,omitempty"`
}

// Actor is who makes changes.
type Actor struct {
	// Account is the bare JID that acts on the service.
	Account string `json:"who"`
	// User is the operating system's user, SudoUser the one who became User by
	// sudo, Host the machine, and Command the command; each is empty if not
	// known.
	User     string `json:"user,omitempty"`
	SudoUser string `json:"sudo_user,omitempty"`
	Host     string `json:"host,omitempty"`
	Command  string `json:"command,omitempty"`
}

// Person returns who is behind the run, as far as it is known: the user on the
// machine, else the account.
func (a Actor) Person() string {
	name := cmp.Or(a.SudoUser, a.User)
	switch {
	case name == "":
		return a.Account
	case a.Host == "":
		return name
	}
	return name + " on " + a.Host
}

// Recorder keeps the audit trail of an apply. Both methods are called from one
// goroutine only.
type Recorder interface {
	// Record adds one record.
	Record(e Entry) error
	// Sync makes what was recorded last through a crash of the machine.
	Sync() error
}
