package want

import (
	"maps"
	"slices"
	"time"

	"muster/agenda"
	"muster/provision"
)

// forgetAfter is for how long after a room was last wanted it is remembered.
const forgetAfter = 2 * 365 * 24 * time.Hour

// RoomHistory is what earlier runs have seen of one room. Times that are not
// known are zero.
type RoomHistory struct {
	// Last is when the room was last wanted, or kept where it was found.
	Last time.Time `json:"last"`
	// Meeting is the number of the last meeting with a session in the room
	// that was not cancelled, or with any session of the group whose acronym
	// the room bears, and End when that meeting ends or ended.
	Meeting string    `json:"meeting,omitempty"`
	End     time.Time `json:"end,omitzero"`
	// Own reports whether the room is that of sessions and bears no group's
	// acronym, as plenary does.
	Own bool `json:"own,omitempty"`
	// Group is the Datatracker's number of the group whose acronym the room
	// bears, Alive when the list of groups last had it at work, and Over when
	// the list was first seen to have it as over.
	Group int       `json:"group,omitempty"`
	Alive time.Time `json:"alive,omitzero"`
	Over  time.Time `json:"over,omitzero"`
}

// ofOthers reports whether earlier runs saw the room as that of a group or of
// sessions.
func (h *RoomHistory) ofOthers() bool { return h != nil && (h.Group != 0 || h.Meeting != "") }

// Remember returns what is known of rooms after a run at the time now, to be
// the next run's [Sources.History]: what was known before, and what the sources,
// what was wanted of them and the service show. Kept are the names of the rooms
// that were found live and are left alone for a reason, ending those that were
// found live and are to be archived. Rooms that have not been wanted for two
// years are forgotten, but for those of BOFs. A list of groups that is not
// current or not whole adds nothing.
func (s Sources) Remember(w Wanted, kept, ending []string, now time.Time) map[string]RoomHistory {
	seen := maps.Clone(s.History)
	if seen == nil {
		seen = make(map[string]RoomHistory, len(w.Rooms))
	}
	groups := attendances(s.meetings(now))
	for i := range w.Rooms {
		r := &w.Rooms[i]
		if d := r.Decision.Desired; d != provision.LiveIfExists && d != provision.Contested && slices.ContainsFunc(r.Reasons, notStanding) {
			v := seen[r.Name]
			v.Last = now
			v.meet(r, w.Meetings)
			v.see(groups[r.Name].last)
			seen[r.Name] = v
		}
	}
	// Of a room that is not there nothing needs to be remembered: of these
	// only what was found counts.
	for _, name := range kept {
		v := seen[name]
		v.Last = now
		seen[name] = v
	}
	for _, name := range ending {
		if v, ok := seen[name]; ok {
			v.Last = now
			seen[name] = v
		}
	}
	bofs := s.noteGroups(w, seen, now)
	maps.DeleteFunc(seen, func(name string, v RoomHistory) bool { return now.Sub(v.Last) > forgetAfter && !bofs[name] })
	return seen
}

func notStanding(why provision.Reason) bool { return why.Source != provision.FromStanding }

// meet notes the last meeting that a wanted room is on.
func (v *RoomHistory) meet(r *provision.Room, meetings []MeetingStats) {
	met, own := false, true
	for _, why := range r.Reasons {
		if why.Source == provision.FromMeeting {
			own = own && provision.Lower(why.Group) != r.Name
		}
		for _, t := range meetings {
			if why.Source != provision.FromMeeting || t.Meeting != why.Meeting || t.End.IsZero() {
				continue
			}
			met = true
			v.see(lastMeeting{t.Meeting, t.End})
		}
	}
	if met {
		v.Own = own
	}
}

// see notes a meeting that the room is on, if it is the last one. A meeting
// without a number cannot be told from another one, and is not noted.
func (v *RoomHistory) see(m lastMeeting) {
	if m.number == "" {
		return
	}
	last := lastMeeting{v.Meeting, v.End}.or(m)
	v.Meeting, v.End = last.number, last.end.UTC()
}

// noteGroups notes which group a living group's room is of, and since when a
// remembered room's group is seen not to live any more. It returns the names of
// the BOFs: one that met long ago must stay known, else it would count as one
// that has yet to meet.
func (s Sources) noteGroups(w Wanted, seen map[string]RoomHistory, now time.Time) (bofs map[string]bool) {
	if s.Groups == nil {
		return nil
	}
	ours := make(map[string]bool, len(w.Rooms))
	for i := range w.Rooms {
		for _, why := range w.Rooms[i].Reasons {
			ours[w.Rooms[i].Name] = ours[w.Rooms[i].Name] || why.Source == provision.FromGroups
		}
		if d := w.Rooms[i].Decision; d.Desired == provision.LeaveAlone && d.Source == provision.FromGroups {
			ours[w.Rooms[i].Name] = true
		}
	}
	bofs = make(map[string]bool)
	for i := range s.Groups.Groups {
		g := &s.Groups.Groups[i]
		name := provision.Lower(g.Acronym)
		bofs[name] = g.State == agenda.StateBOF
		v, ok := seen[name]
		switch {
		case !ok || !authoritative(s.Groups):
			continue
		case g.State.Active() && ours[name]:
			v.Group, v.Alive, v.Over, v.Own = g.ID, now, time.Time{}, false
		case g.State.Over() && v.Over.IsZero():
			v.Over = now
		}
		seen[name] = v
	}
	return bofs
}
