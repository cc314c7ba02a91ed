package muc

// State is the outcome of looking at a room.
type State int

// Looking at a room has three outcomes. The zero value is Unknown, so that a
// room that was not looked at is never taken for an absent one.
const (
	Unknown State = iota // an error, a time-out, a refusal: see Room.Err
	Absent               // the server answered that there is no such room
	Exists
)

// String returns "exists", "absent" or "unknown".
func (s State) String() string {
	switch s {
	case Exists:
		return "exists"
	case Absent:
		return "absent"
	default:
		return "unknown"
	}
}

// Room is one room as it was found.
type Room struct {
	// Name is the localpart of the room's JID.
	Name string
	// State is the outcome of looking at it. The fields from Settings to
	// HalfArchived are filled in for a room that exists, Err for an unknown one.
	State State
	// Settings are those that the server shows to this account; nil where it
	// shows none, as to an account that is not an owner.
	Settings Settings
	// Managed reports whether this account's bare JID is among the stored
	// owners.
	Managed bool
	// Archived reports whether the room is archived.
	Archived bool
	// HalfArchived reports whether archiving or reopening the room was begun
	// and not finished. Archive finishes it; Reopen and Configure undo it.
	HalfArchived bool
	// Occupants is the number of occupants, as far as the server showed it: 0
	// where it did not.
	Occupants int
	// Err is why the room is unknown.
	Err error
}

// UnknownRoom returns a room that could not be looked at.
func UnknownRoom(name string, err error) Room {
	return Room{Name: name, State: Unknown, Err: err}
}
