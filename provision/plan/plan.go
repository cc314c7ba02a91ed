package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"muster/provision"
	"muster/provision/want"
	"muster/xmppadmin"
)

// Plan is what differs between the wanted rooms and the found ones.
type Plan struct {
	Service string    `json:"service"`
	Created time.Time `json:"created"`
	Policy  Policy    `json:"policy"`
	// Changes are sorted by room name, without the unchanged rooms.
	Changes []provision.Change `json:"changes"`
	// Withheld are changes that the policy does not allow.
	Withheld []provision.Change `json:"withheld,omitempty"`
	// Unchanged are wanted rooms that are as they should be.
	Unchanged []provision.Room `json:"unchanged,omitempty"`
	// Kept are managed, live rooms that nobody wants and that are left alone
	// for a reason, sorted by name.
	Kept []provision.Room `json:"kept,omitempty"`
	// Unexplained are managed, live rooms that nobody wants and nobody knows
	// Anything of. They are left alone.
	Unexplained []string `json:"unexplained,omitempty"`
	// NotOffered are wanted settings that the server does not show of rooms
	// that exist, sorted, each once. The promise is never among them.
	NotOffered []xmppadmin.Setting `json:"not_offered,omitempty"`
	// Managed is how many of the rooms found are managed and live, Unmanaged
	// how many are neither managed nor wanted.
	Managed   int `json:"managed"`
	Unmanaged int `json:"unmanaged"`
	// LeftOut is how many rooms, wanted or found, the options leave out.
	LeftOut int              `json:"left_out,omitempty"`
	Counts  provision.Counts `json:"counts"`
}

// Digest returns a digest of all that the plan would do.
func (p Plan) Digest() string {
	return provision.DigestOf(struct {
		Service string
		Changes []provision.Change
	}{p.Service, p.Changes})
}

// Options narrow a plan down or widen it.
type Options struct {
	// Policy is which changes are to be made; empty for [UpsertOnly].
	Policy Policy
	// Only and Except are names, or patterns of [path.Match], of the rooms to
	// look at and not to look at. One that matches nothing is an error.
	Only, Except []string
	// Adopt are names of rooms to take over where they exist unmanaged, and
	// AdoptWanted takes over every wanted one.
	Adopt       []string
	AdoptWanted bool
	// Reopen are names of archived rooms to reopen, wanted or not.
	Reopen []string
	// Now is the time of the plan.
	Now time.Time
}

// New compares the wanted rooms with those that a survey found.
//
//	desired                found                        then
//	---------------------  ---------------------------  ------------------------------
//	live                   absent                       create
//	live                   managed, live, as wanted     unchanged
//	live                   managed, live, different     update
//	live                   managed, archived            reopen
//	live                   not managed                  conflict; adopt if requested
//	live                   unknown, or not surveyed     unknown
//	live unless archived   managed, archived            nothing, and not counted
//	live unless archived   any other                    as for a live one
//	live if it exists      absent                       nothing, and not counted
//	live if it exists      managed, archived            nothing, and not counted
//	live if it exists      any other                    as for a live one
//	archived               managed, live                archive
//	archived               managed, archived            nothing; archive if it is to point to another room
//	archived               not managed                  counted as unmanaged
//	archived               absent                       nothing
//	archived               unknown, or not surveyed     unknown
//	archived if found      not surveyed                 nothing
//	archived if found      any other                    as for an archived one
//	leave alone            managed, live                kept: reported
//	leave alone            any other                    as for one not known
//	not known              managed, live                unexplained: reported
//	not known              managed, archived            nothing; reopen if requested
//	not known              not managed                  counted as unmanaged; adopt if requested
//	not known              absent                       nothing
//	not known              unknown                      unknown
//
// A room is different when a wanted setting has another value, or when one of
// the promise is not shown; other settings that are not shown are NotOffered.
// Nothing in a plan destroys a room.
//
// The error is a service that is no domain, a pattern that cannot be read, or
// an [*UnmatchedError].
func New(w want.Wanted, found []xmppadmin.Room, o Options) (Plan, error) {
	s, err := newSelection(o)
	if err != nil {
		return Plan{}, err
	}
	p := planner{options: o, selection: s, notOffered: make(map[xmppadmin.Setting]bool)}
	p.out = Plan{Service: w.Service, Created: o.Now, Policy: cmp.Or(o.Policy, UpsertOnly)}
	if p.Addresses, err = provision.NewAddresses(w.Service); err != nil {
		return Plan{}, err
	}
	found = sortedRooms(found)
	p.out.Unchanged = make([]provision.Room, 0, len(w.Rooms))
	p.compare(sortedWanted(w.Rooms), found)
	return p.finish(), s.unmatched(func() []string { return namesOf(w, found) })
}

// Offline returns what a survey of a service without any room finds, for a
// plan that looks at no server: every wanted room is a create.
func Offline(w want.Wanted) []xmppadmin.Room {
	names := w.Names()
	found := make([]xmppadmin.Room, len(names))
	for i, n := range names {
		found[i] = xmppadmin.Room{Name: n, State: xmppadmin.Absent}
	}
	return found
}

// sortedRooms returns rooms by name, each once, and leaves the argument as it
// is.
func sortedRooms(rooms []xmppadmin.Room) []xmppadmin.Room {
	byName := func(a, b xmppadmin.Room) int { return strings.Compare(a.Name, b.Name) }
	if !slices.IsSortedFunc(rooms, byName) {
		rooms = slices.Clone(rooms)
		slices.SortStableFunc(rooms, byName)
	}
	for i := 1; i < len(rooms); i++ {
		if rooms[i].Name == rooms[i-1].Name {
			return slices.CompactFunc(slices.Clone(rooms), func(a, b xmppadmin.Room) bool { return a.Name == b.Name })
		}
	}
	return rooms
}

func sortedWanted(rooms []provision.Room) []provision.Room {
	byName := func(a, b provision.Room) int { return strings.Compare(a.Name, b.Name) }
	if slices.IsSortedFunc(rooms, byName) {
		return rooms
	}
	return slices.SortedStableFunc(slices.Values(rooms), byName)
}

func namesOf(w want.Wanted, found []xmppadmin.Room) []string {
	names := w.Names()
	for _, f := range found {
		names = append(names, f.Name)
	}
	return slices.Compact(slices.Sorted(slices.Values(names)))
}
