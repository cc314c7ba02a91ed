package agenda

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Meeting is one IETF meeting or interim, as its agenda has it.
type Meeting struct {
	// Number is "126" for an IETF meeting, "interim-2026-quic-01" for an
	// interim one, and "file:PATH" where a file does not have it. It is never
	// empty.
	Number string
	// City is where it is held; empty where it is not known.
	City string
	// TimeZone is the meeting's own time zone, UTC where it is not known.
	TimeZone *time.Location
	// Sessions are sorted by start, then by ID. Cancelled sessions are among
	// them, and so are the old placements of moved ones: see [Rescheduled].
	Sessions []Session
	// Groups are those that own a session, sorted by acronym, each once.
	Groups []Group
	// AgendaURL is the page where a person reads the agenda.
	AgendaURL string
	// Stale reports whether the agenda comes, wholly or in part, from the
	// cache, because the Datatracker gave nothing usable: good enough to look
	// at, not to act on.
	Stale bool
	// Outages are why the agenda is stale, one for each cause.
	Outages []Outage
	// Warnings are what a reader of this agenda should know, each a sentence
	// in lower case without a full stop, sorted.
	Warnings []string
	// Unread is about the sessions whose rows could not be read in what
	// decides on rooms, and were left out; Warnings names them. A group that
	// Unread includes may be missing from Groups, may have more sessions than
	// are listed, and another room.
	Unread Unread
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

// PlenaryRoom is the chat room of every plenary session, whichever group owns
// the session.
const PlenaryRoom = "plenary"

// SessionType is the slug of a session's type.
type SessionType string

// The session types that make a difference. The Datatracker has more.
const (
	Regular      SessionType = "regular"
	Plenary      SessionType = "plenary"
	Break        SessionType = "break"
	Registration SessionType = "reg"
	Reserved     SessionType = "reserved"
	Unavailable  SessionType = "unavail"
)

// Placeholder reports whether rows of this type only block a time or a place:
// breaks, registration, and rooms that are reserved or unavailable.
func (t SessionType) Placeholder() bool {
	switch t {
	case Break, Registration, Reserved, Unavailable:
		return true
	}
	return false
}

// Status is the slug of a session's status.
type Status string

// The statuses with names of their own here. The Datatracker has more, and
// often sends none at all.
const (
	Scheduled   Status = "sched"
	Canceled    Status = "canceled"
	CanceledPA  Status = "canceledpa" // before it was announced
	Rescheduled Status = "resched"    // the old placement of a session that moved
)

// Canceled reports whether a session of this status does not take place. An
// unknown status is no cancellation.
func (s Status) Canceled() bool {
	switch s {
	case Canceled, CanceledPA, "deleted", "disappr", "notmeet":
		return true
	}
	return false
}

// Known reports whether the status is one that the Datatracker is known to
// have, or empty.
func (s Status) Known() bool {
	switch s {
	case Scheduled, Rescheduled, "", "appr", "apprw", "scheda", "schedw":
		return true
	}
	return s.Canceled()
}

// addOutages records why documents come from the cache.
func (m *Meeting) addOutages(outages []Outage) {
	m.Outages = MergeOutages(m.Outages, outages)
	m.Stale = len(m.Outages) > 0
}

// warn adds warnings and keeps all of them sorted, each once.
func (m *Meeting) warn(warnings ...string) {
	m.Warnings = sortedSet(m.Warnings, warnings)
}

// Digest returns a hex SHA-256 over the content of the agenda: the number, the
// sessions and the groups. It does not depend on their order, on where the
// agenda came from, when it was fetched, or what the warnings are.
func (m Meeting) Digest() string {
	lines := make([]string, 0, len(m.Sessions)+len(m.Groups))
	for _, s := range m.Sessions {
		lines = append(lines, lineOf(s))
	}
	for _, g := range m.Groups {
		lines = append(lines, groupLine(g))
	}
	return digestOf(fmt.Sprintf("agenda 1 %q", m.Number), lines)
}

// digestOf returns a hex SHA-256 over a heading and lines, in whichever order.
func digestOf(heading string, lines []string) string {
	sorted := slices.Sorted(slices.Values(lines))
	sum := sha256.Sum256([]byte(heading + "\n" + strings.Join(sorted, "\n")))
	return hex.EncodeToString(sum[:])
}

// lineOf returns a session in full, on one line and without ambiguity.
func lineOf(s Session) string {
	own := ""
	if s.OwnRoom {
		own = s.Room
	}
	return fmt.Sprintf("session %d %q %q %q %q %s %d %q %q", s.ID, s.Group, s.Name, s.Type, s.Status,
		s.Start.UTC().Format(time.RFC3339Nano), s.Duration, s.Location, own)
}
