package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"muster/provision"
	"muster/provision/want"
)

// maxNamed is how many rooms an error names before it only counts them.
const maxNamed = 10

// StalePlanError is the error of a saved plan that no longer fits.
type StalePlanError struct {
	// Agendas are the numbers of the meetings whose agenda has changed, or
	// that are no longer, or newly, among those in hand, [want.GroupsSource] where
	// the list of groups has changed, and [want.RequestsSource] where the requests
	// of the front desk have; sorted.
	Agendas []string
	// Configuration is set where the rules, the service, the account or the
	// options are others.
	Configuration bool
	// Rooms are the names of the rooms that have changed, sorted; none where the
	// agenda or the configuration has, since rooms differ on that account.
	Rooms []string
	// Differences are the rooms about which the plan would be another one now,
	// whatever the cause, sorted by name.
	Differences []Difference
}

// Difference is what a saved plan and one made now are to do about one room.
type Difference struct {
	Room string
	// Then and Now are the changes; nil for none.
	Then, Now *provision.Change
}

// Error returns what has changed, with the rooms' names.
func (e *StalePlanError) Error() string {
	var parts []string
	for _, m := range e.Agendas {
		switch m {
		case want.GroupsSource:
			parts = append(parts, "the list of groups has changed")
		case want.RequestsSource:
			parts = append(parts, "the requests of the front desk have changed")
		default:
			parts = append(parts, "the agenda of "+provision.MeetingName(m)+" has changed")
		}
	}
	if e.Configuration {
		parts = append(parts, "the configuration has changed")
	}
	if n := len(e.Rooms); n > 0 {
		names := strings.Join(e.Rooms[:min(n, maxNamed)], ", ")
		if n > maxNamed {
			names += fmt.Sprintf(" and %d more", n-maxNamed)
		}
		parts = append(parts, "rooms have changed: "+names)
	}
	return "the plan no longer fits: " + strings.Join(parts, "; ")
}

// CheckFresh compares the saved plan with one made anew, from the agendas, the
// configuration and the rooms as they are now, with the saved plan's options and
// its time of creation. The error is a [*StalePlanError].
func (f *File) CheckFresh(now File) error {
	e := &StalePlanError{
		Agendas: changedAgendas(f.Agendas, now.Agendas),
		Configuration: f.Configuration != now.Configuration || f.Account != now.Account ||
			f.Plan.Service != now.Plan.Service || provision.DigestOf(f.Options) != provision.DigestOf(now.Options),
	}
	e.Differences = differences(f.Plan.Changes(), now.Plan.Changes())
	if len(e.Agendas) == 0 && !e.Configuration {
		for _, d := range e.Differences {
			e.Rooms = append(e.Rooms, d.Room)
		}
	}
	if len(e.Agendas) == 0 && !e.Configuration && len(e.Rooms) == 0 {
		return nil
	}
	return e
}

func changedAgendas(then, now []want.SourceDigest) []string {
	var changed []string
	for _, m := range slices.Concat(then, now) {
		if !slices.Contains(then, m) || !slices.Contains(now, m) {
			changed = append(changed, m.Meeting)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(changed)))
}

// differences compares two lists of changes by the room, and returns those that
// are not the same.
func differences(then, now []provision.Change) []Difference {
	rooms := make(map[string]Difference, len(then))
	for _, c := range then {
		rooms[c.Room.Name] = Difference{Room: c.Room.Name, Then: &c}
	}
	for _, c := range now {
		d := rooms[c.Room.Name]
		if d.Then != nil && markOf(*d.Then) == markOf(c) {
			delete(rooms, c.Room.Name)
			continue
		}
		rooms[c.Room.Name] = Difference{Room: c.Room.Name, Then: d.Then, Now: &c}
	}
	return slices.SortedFunc(maps.Values(rooms), func(a, b Difference) int { return strings.Compare(a.Room, b.Room) })
}

// markOf returns a digest of what was found of a room and what is to become of
// it. Why a room is unknown may differ from one survey to the next.
func markOf(c provision.Change) string {
	if c.Action == provision.Unknown {
		c.Reason, c.Before = "", nil
	}
	return provision.DigestOf(c)
}
