package apply

import (
	"time"

	"muster/provision"
	"muster/xmppadmin"
)

// Entry is one record of the audit trail. A change leaves two: one before it
// is begun, whose result is "started", and one when its end is known.
type Entry struct {
	When   time.Time          `json:"when"`
	Who    string             `json:"who"`
	Plan   string             `json:"plan"` // the plan's digest
	Room   string             `json:"room"`
	Action provision.Action   `json:"action"`
	Result string             `json:"result"` // started, done, failed, skipped
	Before xmppadmin.Settings `json:"before,omitempty"`
	After  xmppadmin.Settings `json:"after,omitempty"`
	Error  string             `json:"error,omitempty"`
}

// Recorder keeps the audit trail of an apply. Both methods are called from one
// goroutine only.
type Recorder interface {
	// Record adds one record.
	Record(e Entry) error
	// Sync makes what was recorded last through a crash of the machine.
	Sync() error
}
