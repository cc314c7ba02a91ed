package want

import (
	"errors"
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
	// Rooms are the rooms that anything is known of: those to be live, to be
	// archived, and to be left alone for a reason. They are sorted by name,
	// each name once.
	Rooms []provision.Room
	// Refused are the names that no room can have, sorted.
	Refused []Refusal
	// Collisions are the names that two groups claim, sorted; their rooms are
	// among Rooms, as contested ones.
	Collisions []*CollisionError
	// Superseded are the rooms of requests that are not over and gave way to
	// another claim on the name, sorted.
	Superseded []string
	// Roomless are the groups with sessions on the agendas that get no room
	// because of their type, by type.
	Roomless []Roomless
	// Gaps are what could not be read of the sources: rooms may be missing,
	// and some are left alone that would be archived.
	Gaps []Gap
	// Warnings are what was odd, each a sentence in lower case without a full
	// stop, sorted.
	Warnings []string
	// Meetings are the counts, in the order of the meetings' first sessions.
	Meetings []MeetingStats
	// Groups are the counts of the list of groups; nil where there is none.
	Groups *GroupStats
}

// Names returns the names that a survey must look at for [plan.New], sorted.
func (w Wanted) Names() []string {
	names := make([]string, 0, len(w.Rooms))
	for i := range w.Rooms {
		if w.Rooms[i].Decision.Desired.Surveyed() {
			names = append(names, w.Rooms[i].Name)
		}
	}
	slices.Sort(names)
	return names
}

// Incomplete reports whether the rooms are not all that the sources ask for:
// something could not be read, a name was refused, or two groups claim one.
func (w Wanted) Incomplete() bool { return len(w.Gaps)+len(w.Refused)+len(w.Collisions) > 0 }

// Shortfalls returns why the rooms are not all that the sources ask for, none
// where [Wanted.Incomplete] reports false: a [*CollisionError] for each contested
// name, and one error each for the refused names and for each gap.
func (w Wanted) Shortfalls() []error {
	var out []error
	for _, c := range w.Collisions {
		out = append(out, c)
	}
	if n := len(w.Refused); n > 0 {
		out = append(out, fmt.Errorf("names that no room can have: %d, of which the first is %q: %s", n, w.Refused[0].Name, w.Refused[0].Why))
	}
	for _, g := range w.Gaps {
		out = append(out, errors.New(g.String()))
	}
	return out
}

// With returns w with r in place of the room of its name, if any.
func (w Wanted) With(r provision.Room) Wanted {
	i, found := slices.BinarySearchFunc(w.Rooms, r.Name, func(have provision.Room, name string) int {
		return strings.Compare(have.Name, name)
	})
	w.Rooms = slices.Clone(w.Rooms)
	if found {
		w.Rooms[i] = r
	} else {
		w.Rooms = slices.Insert(w.Rooms, i, r)
	}
	return w
}

// CollisionError is that a room's name is claimed by more than one: nothing is
// done about the room until the Datatracker or the configuration is put right.
type CollisionError struct {
	// Name is the name of the room, Claimants are those who claim it, such as
	// `group "quic"`.
	Name      string
	Claimants []string
}

// Error names the room and all its claimants.
func (e *CollisionError) Error() string {
	return fmt.Sprintf("room %q: claimed by %s", e.Name, strings.Join(e.Claimants, " and by "))
}
