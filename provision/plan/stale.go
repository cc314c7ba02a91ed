package plan

import (
	"fmt"
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
	// that are no longer, or newly, among those in hand, and [want.GroupsSource]
	// where the list of groups has changed; sorted.
	Agendas []string
	// Configuration is set where the rules, the service, the account or the
	// options are others.
	Configuration bool
	// Rooms are the names of the rooms about which the plan would be another
	// one, sorted.
	Rooms []string
}

// Error returns what has changed, with the rooms' names.
func (e *StalePlanError) Error() string {
	var parts []string
	for _, m := range e.Agendas {
		what := "the agenda of " + provision.MeetingName(m)
		if m == want.GroupsSource {
			what = "the list of groups"
		}
		parts = append(parts, what+" has changed")
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
//
// Where the agenda or the configuration has changed, rooms are not compared,
// since they differ on that account.
func (f *File) CheckFresh(now File) error {
	e := &StalePlanError{
		Agendas: changedAgendas(f.Agendas, now.Agendas),
		Configuration: f.Configuration != now.Configuration || f.Account != now.Account ||
			f.Plan.Service != now.Plan.Service || provision.DigestOf(f.Options) != provision.DigestOf(now.Options),
	}
	if len(e.Agendas) == 0 && !e.Configuration {
		e.Rooms = changedRooms(f.Plan.Changes(), now.Plan.Changes())
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

func changedRooms(then, now []provision.Change) []string {
	marks := make(map[string]string, len(then))
	for _, c := range then {
		marks[c.Room.Name] = markOf(c)
	}
	var changed []string
	for _, c := range now {
		if marks[c.Room.Name] != markOf(c) {
			changed = append(changed, c.Room.Name)
		}
		delete(marks, c.Room.Name)
	}
	for name := range marks {
		changed = append(changed, name)
	}
	return slices.Compact(slices.Sorted(slices.Values(changed)))
}

// markOf returns a digest of what was found of a room and what is to become of
// it. Why a room is unknown may differ from one survey to the next.
func markOf(c provision.Change) string {
	if c.Action == provision.Unknown {
		c.Reason, c.Before = "", nil
	}
	return provision.DigestOf(c)
}
