package plan

import (
	"maps"
	"time"

	"muster/provision"
	"muster/xmppadmin"
)

// SubjectHistory is what earlier runs have written and seen of the subject of
// one room. Times that are not known are zero.
type SubjectHistory struct {
	// Wrote is the subject that this account last wrote.
	Wrote string `json:"wrote,omitempty"`
	// Wanted is the subject that was last wanted, written or not, and Next when
	// the session begins that it names as the next one.
	Wanted string    `json:"wanted,omitempty"`
	Next   time.Time `json:"next,omitzero"`
	// Other is a subject that an occupant has set, and Over when the session
	// ends that was under way, or else the next one, when it was first seen.
	Other string    `json:"other,omitempty"`
	Over  time.Time `json:"over,omitzero"`
}

// held reports whether the subject is an occupant's that is to stay.
func (h SubjectHistory) held(subject string, now time.Time) bool {
	return subject != "" && subject != h.Wrote && (subject != h.Other || h.Over.IsZero() || now.Before(h.Over))
}

// lapsed reports whether the subject wanted differs from the one before only
// because time has passed: the session that was the next one has begun.
func (h SubjectHistory) lapsed(wanted string, now time.Time) bool {
	return h.Wrote != "" && (wanted == h.Wanted || !h.Next.IsZero() && !now.Before(h.Next))
}

// Writes reports whether the subject wanted is to be written to a live room.
// The subject belongs to the occupants as much as to this account.
//
//	found                    session last named    room       then
//	-----------------------  --------------------  ---------  -----
//	as wanted                any                   any        (nothing to write)
//	empty                    any                   any        write
//	as last written          still to come         any        write: it has moved, is cancelled, …
//	as last written          has begun             empty      write
//	as last written          has begun             occupied   leave
//	an occupant's            any                   any        leave, until the room's next session is over
func (h SubjectHistory) Writes(found string, occupied bool, wanted string, now time.Time) bool {
	switch {
	case found == wanted || found == "":
		return true
	case h.held(found, now):
		return false
	}
	return !occupied || found != h.Wrote || !h.lapsed(wanted, now)
}

// Need is what has to be read of a subject before Writes can decide.
type Need int

// The needs.
const (
	NeedNone    Need = iota // the subject need not be read: Assumed does
	NeedIfEmpty             // it is to be read if the room has no occupants
	NeedSubject
)

// Need returns what has to be read where looking at a room does not show its
// subject.
func (h SubjectHistory) Need(wanted string, now time.Time) Need {
	switch {
	case h.Other != "" && h.held(h.Other, now):
		return NeedNone
	case h.Other != "":
		return NeedSubject
	case wanted == h.Wrote:
		return NeedNone
	case h.lapsed(wanted, now):
		return NeedIfEmpty
	}
	return NeedSubject
}

// Assumed returns the subject that the room had when it was last read.
func (h SubjectHistory) Assumed() string {
	if h.Other != "" {
		return h.Other
	}
	return h.Wrote
}

// After returns the history of a room that now has the subject found, where
// wanted was to be written unless left is set.
func (h SubjectHistory) After(found string, wanted provision.Room, left bool) SubjectHistory {
	text := wanted.Settings[xmppadmin.Subject]
	switch {
	case found == text:
		return SubjectHistory{Wrote: text, Wanted: text, Next: wanted.Next}
	case found == "":
		return SubjectHistory{Wrote: h.Wrote, Wanted: h.Wanted, Next: h.Next}
	case found == h.Wrote && left:
		return SubjectHistory{Wrote: h.Wrote, Wanted: text, Next: wanted.Next}
	case found == h.Wrote:
		h.Other, h.Over = "", time.Time{}
	case found != h.Other:
		h.Other, h.Over = found, wanted.Over
	case h.Over.IsZero():
		h.Over = wanted.Over
	}
	return h
}

// withSubject returns the row with the subject left out of what is wanted, if it
// is not to be written.
func (p *planner) withSubject(r Row) Row {
	text, has := r.Wanted.Settings[xmppadmin.Subject]
	found, shown := r.Found.Settings[xmppadmin.Subject]
	if !has || !shown || r.Found.Archived || p.in.Subjects[r.Found.Name].Writes(found, r.Found.Occupants > 0, text, p.in.Now) {
		return r
	}
	room := *r.Wanted
	room.Settings = maps.Clone(room.Settings)
	delete(room.Settings, xmppadmin.Subject)
	r.Wanted = &room
	return r
}
