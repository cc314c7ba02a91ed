package want

import (
	"fmt"
	"slices"
	"strings"

	"muster/provision"
)

// Refusal is a room that cannot be made under the name it would have.
type Refusal struct {
	Name    string             `json:"name"`
	Why     string             `json:"why"`
	Reasons []provision.Reason `json:"reasons,omitempty"`
}

// Wanted is which rooms there should be.
type Wanted struct {
	// Service is the domain of the MUC service.
	Service string
	// Rooms are sorted by name, each name once.
	Rooms []provision.Room
	// Refused are the names that no room can have, sorted.
	Refused []Refusal
	// Ended are rooms to archive. One that is also among Rooms lives.
	Ended []Ended
	// Kept are rooms that are neither wanted nor to be archived, with the
	// reason for that, sorted by name. One that is also among Rooms is wanted.
	Kept []Kept
	// Warnings are what was odd, each a sentence in lower case without a full
	// stop, sorted.
	Warnings []string
	// Meetings are the tallies, in the order of the meetings' first sessions.
	Meetings []Tally
	// Groups is the tally of the list of groups; nil where there is none.
	Groups *GroupTally
}

// Names returns the names that a survey must look at for [plan.New]: those of the
// wanted rooms and of the ended ones that there may be, sorted, each once.
func (w Wanted) Names() []string {
	names := make([]string, 0, len(w.Rooms)+len(w.Ended))
	for _, r := range w.Rooms {
		names = append(names, r.Name)
	}
	for _, e := range w.Ended {
		if !e.IfFound {
			names = append(names, e.Name)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(names)))
}

// CollisionError says that a name is claimed by more than one: the Datatracker
// or the configuration must be put right before anything is done.
type CollisionError struct {
	// Name is the name of the room, Claimants who claims it, such as
	// `group "quic"`.
	Name      string
	Claimants []string
}

// Error names the room and everyone who claims it.
func (e *CollisionError) Error() string {
	return fmt.Sprintf("room %q: claimed by %s", e.Name, strings.Join(e.Claimants, " and by "))
}
