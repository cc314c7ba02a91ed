package provision

import (
	"cmp"
	"slices"
	"time"

	"muster/xmppadmin"
)

// Change is what a plan says of one room.
type Change struct {
	Action Action `json:"action"`
	// Room is the wanted room. Of one that nobody wants it has the name, the
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

// Planned is what differs between the wanted rooms and the found ones.
type Planned struct {
	Service string    `json:"service"`
	Created time.Time `json:"created"`
	Policy  Policy    `json:"policy"`
	// Changes are sorted by room name, without the unchanged rooms.
	Changes []Change `json:"changes"`
	// Withheld are changes that the policy does not allow.
	Withheld []Change `json:"withheld,omitempty"`
	// Unchanged are wanted rooms that are as they should be.
	Unchanged []Room `json:"unchanged,omitempty"`
	// Kept are managed, live rooms that nobody wants and that are left alone
	// for a reason, sorted by name.
	Kept []Kept `json:"kept,omitempty"`
	// Unexplained are managed, live rooms that nobody wants and nobody knows
	// anything of. They are left alone.
	Unexplained []string `json:"unexplained,omitempty"`
	// NotOffered are wanted settings that the server does not show of rooms
	// that exist, sorted, each once. The promise is never among them.
	NotOffered []xmppadmin.Setting `json:"not_offered,omitempty"`
	// Managed is how many of the rooms found are managed and live, Unmanaged
	// how many are neither managed nor wanted.
	Managed   int `json:"managed"`
	Unmanaged int `json:"unmanaged"`
	// LeftOut is how many rooms, wanted or found, the options leave out.
	LeftOut int    `json:"left_out,omitempty"`
	Counts  Counts `json:"counts"`
}

// Digest returns a digest of all that the plan would do.
func (p Planned) Digest() string {
	return digestOf(struct {
		Service string
		Changes []Change
	}{p.Service, p.Changes})
}

// PlanOptions narrow a plan down or widen it.
type PlanOptions struct {
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

// Plan compares the wanted rooms with those that a survey found.
//
//	wanted                   found                        then
//	-----------------------  ---------------------------  ------------------------------
//	yes                      absent                       create
//	yes                      managed, live, as wanted     unchanged
//	yes                      managed, live, different     update
//	yes                      managed, archived            reopen
//	yes, may stay archived   managed, archived            nothing, and not counted
//	yes                      not managed                  conflict; adopt where asked to
//	yes                      unknown, or not looked at    unknown
//	where it exists          absent                       nothing, and not counted
//	where it exists          managed, archived            nothing, and not counted
//	where it exists          any other                    as for a wanted one
//	no, its life is over     managed, live                archive
//	no, its life is over     managed, archived            nothing; archive where it is to point elsewhere
//	no, its life is over     not managed                  counted as unmanaged
//	no, its life is over     absent                       nothing
//	no, its life is over     unknown, or not looked at    unknown; nothing where it may never have been
//	no, but kept             managed, live                kept: reported
//	no                       managed, live                unexplained: reported
//	no                       managed, archived            nothing; reopen where asked to
//	no                       not managed                  counted as unmanaged; adopt where asked to
//	no                       absent                       nothing
//	no                       unknown                      unknown
//
// A room is different when a wanted setting has another value, or when one of
// the promise is not shown; other settings that are not shown are NotOffered.
// Nothing in a plan destroys a room.
//
// The error is a service that is no domain, a pattern that cannot be read, or
// an [*UnmatchedError].
func Plan(w Wanted, found []xmppadmin.Room, o PlanOptions) (Planned, error) {
	s, err := newSelection(o)
	if err != nil {
		return Planned{}, err
	}
	p := planner{options: o, selection: s, ended: make(map[string]*Ended, len(w.Ended)), kept: make(map[string]*Kept, len(w.Kept)), notOffered: make(map[xmppadmin.Setting]bool)}
	p.out = Planned{Service: w.Service, Created: o.Now, Policy: cmp.Or(o.Policy, UpsertOnly)}
	if p.addresses, err = newAddresses(w.Service); err != nil {
		return Planned{}, err
	}
	for i := range w.Ended {
		p.ended[w.Ended[i].Name] = &w.Ended[i]
	}
	for i := range w.Kept {
		p.kept[w.Kept[i].Name] = &w.Kept[i]
	}
	found = sortedRooms(found)
	p.out.Unchanged = make([]Room, 0, len(w.Rooms))
	p.compare(sortedWanted(w.Rooms), found)
	p.unseen()
	return p.finish(), s.unmatched(func() []string { return namesOf(w, found) })
}

// Offline returns what a survey of a service without any room finds, for a
// plan that looks at no server: every wanted room is a create.
func Offline(w Wanted) []xmppadmin.Room {
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
	byName := func(a, b xmppadmin.Room) int { return compare(a.Name, b.Name) }
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

func sortedWanted(rooms []Room) []Room {
	byName := func(a, b Room) int { return compare(a.Name, b.Name) }
	if slices.IsSortedFunc(rooms, byName) {
		return rooms
	}
	return slices.SortedStableFunc(slices.Values(rooms), byName)
}

func namesOf(w Wanted, found []xmppadmin.Room) []string {
	names := w.Names()
	for _, f := range found {
		names = append(names, f.Name)
	}
	return sortedOnce(names)
}
