package provision

import (
	"muster/xmppadmin"
)

// Action is what a plan does about one room.
type Action string

// The actions. Conflict and Unknown are reports: nothing is done about such a
// room.
const (
	Create    Action = "create"
	Update    Action = "update"
	Archive   Action = "archive"
	Reopen    Action = "reopen"
	Adopt     Action = "adopt"
	Conflict  Action = "conflict"
	Unknown   Action = "unknown"
	Unchanged Action = "unchanged"
)

// Changes reports whether the action changes anything on the service.
func (a Action) Changes() bool {
	switch a {
	case Create, Update, Archive, Reopen, Adopt:
		return true
	}
	return false
}

// Known reports whether a is one of the actions that stand in a plan.
func (a Action) Known() bool { return a.Changes() || a == Conflict || a == Unknown }

// Counts are how many rooms of each sort a plan or an apply has. Of the
// wanted rooms each is counted once more, as one of the others; so that Wanted
// is the sum of the others, less the archived rooms and those of Unknown that
// are not wanted.
type Counts struct {
	Wanted    int `json:"wanted"`
	Create    int `json:"create"`
	Update    int `json:"update"`
	Archive   int `json:"archive"`
	Reopen    int `json:"reopen"`
	Adopt     int `json:"adopt"`
	Unchanged int `json:"unchanged"`
	Conflict  int `json:"conflict"`
	Unknown   int `json:"unknown"`
	// Withheld are the changes that the policy or the limits hold back.
	Withheld int `json:"withheld"`
	// Failed and Skipped are the changes that an apply could not make or did
	// not begin; none in a plan.
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
}

// Add counts one room.
func (c *Counts) Add(a Action) {
	switch a {
	case Create:
		c.Create++
	case Update:
		c.Update++
	case Archive:
		c.Archive++
	case Reopen:
		c.Reopen++
	case Adopt:
		c.Adopt++
	case Unchanged:
		c.Unchanged++
	case Conflict:
		c.Conflict++
	case Unknown:
		c.Unknown++
	}
}

// Changes returns how many changes there are to make.
func (c Counts) Changes() int {
	return c.Create + c.Update + c.Archive + c.Reopen + c.Adopt
}

// Change is what a plan has for one room.
type Change struct {
	Action Action `json:"action"`
	// Room is the wanted room. Of one that is not wanted it has the name, the
	// address and, where it is to be archived or reopened, the settings.
	Room Room `json:"room"`
	// Fields are the settings that change, sorted by name.
	Fields []Field `json:"fields,omitempty"`
	// Before is how the room was found; nil where nothing was shown.
	Before xmppadmin.Settings `json:"before,omitempty"`
	// Reason is why a room is archived, in conflict or unknown.
	Reason string `json:"reason,omitempty"`
	// Err is why a room is unknown. Plan files keep it as Reason only.
	Err error `json:"-"`
}

// Field is a setting that changes.
type Field struct {
	Name xmppadmin.Setting `json:"name"`
	From string            `json:"from"`
	To   string            `json:"to"`
	// NotShown reports whether the server did not show the setting, so that From
	// is not known.
	NotShown bool `json:"not_shown,omitempty"`
}
