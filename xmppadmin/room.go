package xmppadmin

import (
	"maps"
	"slices"
)

// Setting names one thing that can be set of a room, in this project's words.
// Each dialect turns it into the server's own field and back.
type Setting string

// The settings. Those marked bool take the values [True] and [False].
const (
	Title          Setting = "title"           // muc#roomconfig_roomname
	Description    Setting = "description"     // muc#roomconfig_roomdesc
	Language       Setting = "language"        // muc#roomconfig_lang
	Persistent     Setting = "persistent"      // bool: the room outlives its occupants
	Public         Setting = "public"          // bool: listed by the service
	MembersOnly    Setting = "members_only"    // bool: only members may enter
	Password       Setting = "password"        // the empty string for none
	MessageArchive Setting = "message_archive" // bool: XEP-0313, permanent
	PublicLog      Setting = "public_log"      // bool: the server's own log on the web
	Moderated      Setting = "moderated"       // bool: newcomers have no voice
	ChangeSubject  Setting = "change_subject"  // bool: any occupant may change the subject
	Subject        Setting = "subject"         // XEP-0045 §8.1; the empty string for none
	LogAddress     Setting = "log_address"     // muc#roominfo_logs: where the room's log is on the web
)

// The values of the settings that are marked bool.
const (
	True  = "true"
	False = "false"
)

// Settings are the values of some settings of a room. One that is missing is
// one that nobody asked for, or that the server does not offer.
type Settings map[Setting]string

// Names returns the settings that have a value, sorted.
func (s Settings) Names() []Setting {
	return slices.Sorted(maps.Keys(s))
}

// State is what a look at a room has shown.
type State int

// A look has three outcomes. The zero value is Unknown, so that what nobody
// filled in is never taken for an absent room.
const (
	Unknown State = iota // an error, a time-out, a refusal: see Room.Err
	Absent               // the server said that there is no such room
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

// Room is what a look at one room has found.
type Room struct {
	// Name is the localpart of the room's JID.
	Name string
	// State is the outcome of the look. The fields below it are filled in
	// for a room that exists, Err for one that is unknown.
	State State
	// Settings are those that the server showed to this account; nil where
	// it showed none, as to an account that is not an owner.
	Settings Settings
	// Managed says that this account's bare JID is among the stored owners.
	Managed bool
	// Archived says that the room is archived.
	Archived bool
	// Err is why the room is unknown.
	Err error
}
