package agenda

import "time"

// Meeting is one IETF meeting or interim as its agenda tells of it.
type Meeting struct {
	// Number is "126" for an IETF meeting, "interim-2026-quic-01" for an
	// interim one.
	Number string
	// City is where it is held; empty where the agenda does not say.
	City string
	// TimeZone is the meeting's own time zone, UTC where it is not known.
	TimeZone *time.Location
	// Sessions are sorted by start, then by ID. Cancelled sessions are among
	// them, and so are the ghosts of moved ones: see Session.Status.
	Sessions []Session
	// Groups are those that own a session, sorted by acronym, each once.
	Groups []Group
	// AgendaURL is the page where a person reads the agenda.
	AgendaURL string
	// Stale says that the Datatracker did not answer and that the agenda
	// comes, wholly or in part, from the cache: good enough to look at, not
	// to act on.
	Stale bool
	// Warnings are what a reader of this agenda should know, each a sentence
	// in lower case without a full stop, sorted.
	Warnings []string
	// Unread counts the sessions whose rows could not be read and were left
	// out; Warnings names them. Their groups may be missing from Groups,
	// so a group's absence proves nothing while Unread is above zero.
	Unread int
}

// Session is one session on the agenda. Times are those of the schedule.
type Session struct {
	// ID is the Datatracker's stable number of the session (session_id).
	ID int
	// Group is the acronym of the owning group at the time of the meeting,
	// as the Datatracker spells it.
	Group string
	// Name is the session's own name, empty where it has none.
	Name string
	// Type is the slug of the session's type, empty where it is not known.
	Type SessionType
	// Status is the slug of the session's status, often empty.
	Status Status
	// Start is when it begins, in the meeting's time zone; zero where unknown.
	Start time.Time
	// Duration is how long it takes; zero where unknown.
	Duration time.Duration
	// Location is the name of the place, empty where there is none.
	Location string
	// Room is the name of the session's chat room by the Datatracker's rule:
	// the session's own where its chat link names another than the following,
	// else [PlenaryRoom] for a plenary session, else the group's acronym. It
	// is spelt as the Datatracker spells it, and may be no valid room name.
	Room string
	// OwnRoom reports whether Room comes from the session's own chat link.
	OwnRoom bool
}

// Group is one group as it stood at the time of the meeting.
type Group struct {
	// Acronym is the group's short name, as the Datatracker spells it.
	Acronym string
	// Name is the group's full name.
	Name string
	// Type is the slug of the group's type: wg, rg, ag, rag, area, team, ….
	Type string
	// State is the slug of the group's state, empty where it is not known.
	State GroupState
	// Parent is the acronym of the parent group (the area), or empty.
	Parent string
	// BOF says that the group was a BOF at this meeting: its state is bof. A
	// concluded BOF (bof-conc) is none, whatever is_bof says on the wire.
	BOF bool
}
