package store

import (
	"fmt"
	"strings"
	"time"

	"muster/provision/want"
)

// State is that of a request.
type State string

// The states of a request.
const (
	Pending    State = "pending"  // waits for the secretariat
	Approved   State = "approved" // the room is to be made
	Live       State = "live"     // the room was made and read back
	Denied     State = "denied"
	Withdrawn  State = "withdrawn"
	Lapsed     State = "lapsed" // was not answered in time
	Ended      State = "ended"  // the room is archived
	Superseded State = "superseded"
)

// States returns all states, in the order of a request's life.
func States() []State {
	return []State{Pending, Approved, Live, Denied, Withdrawn, Lapsed, Ended, Superseded}
}

// Open reports whether a request in this state has its name to itself.
func (s State) Open() bool { return s == Pending || s == Approved || s == Live }

// Event is what happens to a request.
type Event string

// The events that change the state of a request.
const (
	Approve   Event = "approve"
	Deny      Event = "deny"
	Withdraw  Event = "withdraw"
	Lapse     Event = "lapse"     // unanswered for too long
	Make      Event = "make"      // the room was made and read back
	Extend    Event = "extend"    // a later last day
	End       Event = "end"       // past its last day, and no live room is left
	Supersede Event = "supersede" // a group, a session or a standing room takes the name
)

// next has the state after each event. What is not in it cannot happen. A live
// room that is withdrawn stays live until it is archived, with a last day that
// is over; an extension that waits for the secretariat leaves the state as it is.
var next = map[State]map[Event]State{
	Pending:  {Approve: Approved, Deny: Denied, Withdraw: Withdrawn, Lapse: Lapsed, Supersede: Superseded},
	Approved: {Make: Live, Withdraw: Withdrawn, Extend: Approved, End: Ended, Supersede: Superseded},
	Live:     {Withdraw: Live, Extend: Live, End: Ended, Supersede: Superseded},
}

// Next returns the state of a request after an event. An event that cannot
// happen in state s is [ErrState].
func Next(s State, e Event) (State, error) {
	if to, ok := next[s][e]; ok {
		return to, nil
	}
	return "", fmt.Errorf("%w: cannot %s a request that is %s", ErrState, e, s)
}

// Request is one request for a room.
type Request struct {
	ID int64
	// Origin is the command session or message that the request came by: the
	// same one twice is the same request. It may be empty.
	Origin string
	Room   string // a checked room name
	// Acronym is that of the group that the room is for, empty for none.
	Acronym        string
	Title, Purpose string // one line each
	// Until is the last day of the room, in UTC: YYYY-MM-DD.
	Until string
	// ExtendTo is a later last day that waits for the secretariat, or empty.
	ExtendTo string
	// JID is the bare JID of the requester, or shell:USER. Person is the number of
	// that person in the Datatracker, 0 where it is not known.
	JID    string
	Person int
	State  State
	MadeAt time.Time
	// DecidedAt and DecidedBy are zero while the request waits. Reason is why it
	// waits, then why it was decided as it was.
	DecidedAt time.Time
	DecidedBy string
	Reason    string
	// LiveAt, EndedAt and WarnedAt are zero for what has not happened.
	LiveAt, EndedAt, WarnedAt time.Time
	// Error is why the room was not made, at the last attempt.
	Error string
}

// End returns the moment at which the room is no longer wanted: the start, in
// UTC, of the day after its last.
func (r Request) End() time.Time { return endOf(r.Until) }

// Waits reports whether the secretariat has something to decide: the request, or
// an extension of it.
func (r Request) Waits() bool { return r.State == Pending || r.ExtendTo != "" }

// wanted returns the request as the derivation of rooms takes it.
func (r Request) wanted() want.Request {
	return want.Request{ID: r.ID, Room: r.Room, Title: r.Title, Purpose: r.Purpose, Acronym: r.Acronym, Until: r.End()}
}

// HasJID reports whether the request came from a chat client, so that messages
// can be sent to the requester.
func (r Request) HasJID() bool { return !strings.HasPrefix(r.JID, shellPrefix) }

// shellPrefix begins the name of an actor at the command line.
const shellPrefix = "shell:"

// Filter selects requests. The zero value selects all; JID and Person together
// select what either made.
type Filter struct {
	States  []State // any of these; empty for all
	JID     string  // made by this JID
	Person  int     // made by this person, from whatever JID
	Acronym string  // for this group
	Room    string
	Waiting bool // something is to be decided
}

// where returns the filter as a clause of SQL, and its arguments.
func (f Filter) where() (clause string, args []any) {
	var all []string
	add := func(condition string, values ...any) {
		all, args = append(all, condition), append(args, values...)
	}
	if len(f.States) > 0 {
		states := make([]any, len(f.States))
		for i, state := range f.States {
			states[i] = string(state)
		}
		add("state IN (?"+strings.Repeat(", ?", len(states)-1)+")", states...)
	}
	switch {
	case f.JID != "" && f.Person != 0:
		add("(jid = ? OR person = ?)", f.JID, f.Person)
	case f.JID != "":
		add("jid = ?", f.JID)
	case f.Person != 0:
		add("person = ?", f.Person)
	}
	if f.Acronym != "" {
		add("acronym = ?", f.Acronym)
	}
	if f.Room != "" {
		add("room = ?", f.Room)
	}
	if f.Waiting {
		add("(state = ? OR extend_to IS NOT NULL)", string(Pending))
	}
	if len(all) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(all, " AND "), args
}

// Entry is one thing that happened to a request.
type Entry struct {
	At        time.Time
	Who, What string
	Detail    string
}

// endOf returns the start of the day after a day.
func endOf(day string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, day, time.UTC)
	if err != nil {
		return time.Time{}
	}
	return t.AddDate(0, 0, 1)
}

// dayOf returns the day of a time in UTC.
func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }
