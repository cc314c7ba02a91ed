package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"muster/agenda"
	"muster/provision"
)

// The bounds of what chat links of sessions may plausibly lead to. Joint
// sessions of a few groups share a room, and a few sessions have rooms of their
// own.
const (
	maxSharing  = 5 // groups whose sessions share one room of their own
	fewOwnRooms = 5 // sessions with rooms of their own that are never too many
)

// guardLinks refuses rooms that chat links make implausible: one room for many
// groups, or rooms of their own for most sessions. Either shows that the links
// are of a kind that was not understood.
func guardLinks(s GuardInput) []*GuardError {
	if s.Overrides.Implausible {
		return nil
	}
	var out []*GuardError
	for i := range s.Meetings {
		if text := implausible(&s.Meetings[i]); text != "" {
			out = append(out, &GuardError{
				Guard: "implausible-rooms", Override: Overrides{Implausible: true},
				Message: provision.MeetingName(s.Meetings[i].Number) + ": implausible chat links: " + text,
			})
		}
	}
	return out
}

// implausible returns what is implausible about a meeting's rooms; empty where
// nothing is.
func implausible(m *agenda.Meeting) string {
	sharing := make(map[string]map[string]bool) // groups by room
	own, all := 0, 0
	for i := range m.Sessions {
		session := &m.Sessions[i]
		if session.Type.Placeholder() || session.Status == agenda.Rescheduled {
			continue
		}
		if all++; !session.OwnRoom {
			continue
		}
		own++
		name := provision.Lower(session.Room)
		if sharing[name] == nil {
			sharing[name] = make(map[string]bool)
		}
		sharing[name][session.Group] = true
	}
	for _, name := range slices.Sorted(maps.Keys(sharing)) {
		if n := len(sharing[name]); n > maxSharing {
			return fmt.Sprintf("%d groups share the room %q", n, provision.OneLine(name, provision.MaxName))
		}
	}
	if own > fewOwnRooms && 2*own > all {
		return fmt.Sprintf("%d of %d sessions have a room other than their group's", own, all)
	}
	return ""
}

// guardInferred refuses to create rooms for which nothing but the guessed type
// of a group speaks.
func guardInferred(p Plan, s GuardInput) []*GuardError {
	if s.Overrides.Inferred || !s.Applying {
		return nil
	}
	var names []string
	for _, r := range p.Rows {
		if r.Action == provision.Create && !r.Withheld && inferred(r.Wanted.Reasons) {
			names = append(names, r.Found.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	list := strings.Join(names[:min(len(names), maxNamed)], ", ")
	if more := len(names) - maxNamed; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return []*GuardError{{
		Guard: "inferred-types", Override: Overrides{Inferred: true},
		Message: "rooms would be created for groups whose types are guesses, because agenda.json does not have them: " + list,
	}}
}

// inferred reports whether every one of a room's reasons is a guess.
func inferred(reasons []provision.Reason) bool {
	return len(reasons) > 0 && !slices.ContainsFunc(reasons, func(r provision.Reason) bool { return !r.Inferred })
}
