package plan

import (
	"fmt"
	"slices"
	"strings"

	"muster/provision"
	"muster/provision/want"
)

// guardMeetings compares the meetings requested with those in hand.
func guardMeetings(w want.Wanted, s GuardInput) []*GuardError {
	if s.Overrides.Mismatch {
		return nil
	}
	var got, missing []string
	for _, t := range w.Meetings {
		got = append(got, t.Meeting)
	}
	for _, number := range s.Requested {
		if !slices.Contains(got, number) {
			missing = append(missing, provision.MeetingName(number))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	for i := range got {
		got[i] = provision.MeetingName(got[i])
	}
	if len(got) == 0 {
		got = []string{"no meeting"}
	}
	return []*GuardError{{
		Guard:    "other-meeting",
		Message:  fmt.Sprintf("not the meeting requested: requested %s, got %s", strings.Join(missing, ", "), strings.Join(got, ", ")),
		Override: Overrides{Mismatch: true},
	}}
}

// guardMeeting checks one meeting's agenda. An empty one is accepted where
// another one is busy.
func guardMeeting(t want.MeetingStats, s GuardInput, busy bool) []*GuardError {
	var out []*GuardError
	refuse := func(guard string, allow Overrides, format string, args ...any) {
		out = append(out, &GuardError{Guard: guard, Message: provision.MeetingName(t.Meeting) + ": " + fmt.Sprintf(format, args...), Override: allow})
	}
	switch {
	case s.Overrides.Empty || busy:
	case t.Sessions == 0:
		refuse("empty-agenda", Overrides{Empty: true}, "%s", t.Emptiness())
	case t.Configured == 0:
		refuse("no-sessions", Overrides{Empty: true}, "%s", t.Emptiness())
	}
	last, shrunk := s.Last[t.Meeting], "the agenda shrank by more than half: %d %s, %d at the last apply on %s"
	when := last.When.UTC().Format("2006-01-02 15:04 UTC")
	switch {
	case t.Meeting == "" || s.Overrides.Shrink:
	case 2*t.Sessions < last.Sessions:
		refuse("shrunk-agenda", Overrides{Shrink: true}, shrunk, t.Sessions, "sessions", last.Sessions, when)
	case busy && 2*t.Rooms < last.Rooms: // else the guards of empty agendas speak
		refuse("shrunk-agenda", Overrides{Shrink: true}, shrunk, t.Rooms, "rooms", last.Rooms, when)
	}
	return out
}

// guardGroups checks the list of groups, where there is one.
func guardGroups(t *want.GroupStats, s GuardInput) []*GuardError {
	if t == nil {
		return nil
	}
	var out []*GuardError
	if last := s.LastGroups; !s.Overrides.Shrink && 2*t.Living < last.Living {
		out = append(out, &GuardError{
			Guard: "shrunk-groups", Override: Overrides{Shrink: true},
			Message: fmt.Sprintf("list of groups: it shrank by more than half: %d living groups, %d at the last apply on %s",
				t.Living, last.Living, last.When.UTC().Format("2006-01-02 15:04 UTC")),
		})
	}
	return out
}
