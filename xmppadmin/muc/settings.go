package muc

import (
	"maps"
	"slices"
)

// Setting names one setting of a room, in this project's words. Each dialect
// turns it into the server's own field and back.
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

// AllSettings returns every setting, sorted.
func AllSettings() []Setting {
	return []Setting{
		ChangeSubject, Description, Language, LogAddress, MembersOnly, MessageArchive, Moderated,
		Password, Persistent, Public, PublicLog, Subject, Title,
	}
}

// IsBool reports whether the setting takes the values [True] and [False].
func (s Setting) IsBool() bool {
	switch s {
	case Persistent, Public, MembersOnly, MessageArchive, PublicLog, Moderated, ChangeSubject:
		return true
	default:
		return false
	}
}

// Bool returns a boolean as the value of a setting.
func Bool(b bool) string {
	if b {
		return True
	}
	return False
}

// HiddenPassword stands for the password of a room that has one: settings are
// printed and kept in files.
const HiddenPassword = "(hidden)"

// Settings are the values of some settings of a room. One that is missing was
// not given, or is not offered by the server.
type Settings map[Setting]string

// Names returns the settings that have a value, sorted.
func (s Settings) Names() []Setting {
	return slices.Sorted(maps.Keys(s))
}
