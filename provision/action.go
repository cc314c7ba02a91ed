package provision

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

// changes says that the action does something on the service.
func (a Action) changes() bool {
	switch a {
	case Create, Update, Archive, Reopen, Adopt:
		return true
	}
	return false
}

// known says that a is one of the actions that stand in a plan.
func (a Action) known() bool { return a.changes() || a == Conflict || a == Unknown }

// Counts are how many rooms of each sort a plan or an apply has. Of the
// wanted rooms each is counted once more, as one of the others; so that Wanted
// is the sum of the others, less the archived rooms and those of Unknown that
// nobody wants.
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
	// Withheld are the changes that the policy holds back.
	Withheld int `json:"withheld"`
	// Failed and Skipped are the changes that an apply could not make or did
	// not begin; none in a plan.
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
}

// add counts one room.
func (c *Counts) add(a Action) {
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
