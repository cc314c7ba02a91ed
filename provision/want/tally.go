package want

import (
	"fmt"
	"time"
)

// Tally is what [Derive.Derive] counted on one meeting's agenda.
type Tally struct {
	Meeting string `json:"meeting"`
	// Sessions are all sessions, cancelled ones included, without the ghosts
	// of moved ones; Configured are those of a configured group type.
	Sessions   int `json:"sessions"`
	Configured int `json:"configured"`
	// End is when the last of the sessions ends; zero where no time is known.
	End time.Time `json:"end,omitzero"`
	// Stale says that the agenda is an old one: see [agenda.Meeting].
	Stale bool `json:"stale"`
}

// GroupTally is what [Derive.Derive] counted on the list of groups.
type GroupTally struct {
	// Groups are those of a configured type, in any state; Living are those
	// of them that are active, proposed or a BOF.
	Groups int `json:"groups"`
	Living int `json:"living"`
	// Stale and Incomplete are the list's: see [agenda.GroupList].
	Stale      bool `json:"stale"`
	Incomplete bool `json:"incomplete"`
}

// emptiness says in which way an agenda asks for nothing.
func (t Tally) Emptiness() string {
	if t.Sessions == 0 {
		return "the agenda is empty"
	}
	return fmt.Sprintf("none of the %d sessions on the agenda is of a configured group type", t.Sessions)
}
