package xmppadmin

import "muster/xmppadmin/muc"

type (
	// Room is one room as it was found.
	Room = muc.Room
	// State is the outcome of looking at a room: Unknown, Absent or Exists.
	State = muc.State
	// Setting names one setting of a room, in this project's words.
	Setting = muc.Setting
	// Settings are the values of some settings of a room. One that is missing
	// was not given, or is not offered by the server.
	Settings = muc.Settings
)

// The outcomes of looking at a room. The zero value is Unknown, so that a room
// that was not looked at is never taken for an absent one.
const (
	Unknown = muc.Unknown // an error, a time-out, a refusal: see Room.Err
	Absent  = muc.Absent  // the server answered that there is no such room
	Exists  = muc.Exists
)

// The settings. Those marked bool take the values [True] and [False].
const (
	Title          = muc.Title          // muc#roomconfig_roomname
	Description    = muc.Description    // muc#roomconfig_roomdesc
	Language       = muc.Language       // muc#roomconfig_lang
	Persistent     = muc.Persistent     // bool: the room outlives its occupants
	Public         = muc.Public         // bool: listed by the service
	MembersOnly    = muc.MembersOnly    // bool: only members may enter
	Password       = muc.Password       // the empty string for none
	MessageArchive = muc.MessageArchive // bool: XEP-0313, permanent
	PublicLog      = muc.PublicLog      // bool: the server's own log on the web
	Moderated      = muc.Moderated      // bool: newcomers have no voice
	ChangeSubject  = muc.ChangeSubject  // bool: any occupant may change the subject
	Subject        = muc.Subject        // XEP-0045 §8.1; the empty string for none
	LogAddress     = muc.LogAddress     // muc#roominfo_logs: where the room's log is on the web
)

// The values of the settings that are marked bool.
const (
	True  = muc.True
	False = muc.False
)

// HiddenPassword stands for the password of a room that has one.
const HiddenPassword = muc.HiddenPassword

// RoomJID returns the bare JID of the room called name on the MUC service. It
// fails where name is not a localpart, or not one that JID preparation
// (RFC 7622 §3.3) leaves unchanged.
func RoomJID(name, service string) (string, error) { return muc.RoomJID(name, service) }

// ArchivedTitle returns the title that a room with the title given has once it
// is archived. [Service.Archive] sets it by itself.
func ArchivedTitle(title string) string { return muc.ArchivedTitle(title) }

// LiveTitle returns a title without the mark of an archived room.
func LiveTitle(title string) string { return muc.LiveTitle(title) }
