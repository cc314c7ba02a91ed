package xmppadmin

import "slices"

const (
	nsOwner      = "http://jabber.org/protocol/muc#owner"
	nsMUCAdmin   = "http://jabber.org/protocol/muc#admin"
	formRoom     = "http://jabber.org/protocol/muc#roomconfig"
	fieldPrefix  = "muc#roomconfig_"
	fieldLogging = fieldPrefix + "enablelogging"
)

// fieldNames gives for each setting the fields of a room's configuration form
// that may stand for it; the first that a form has is the one. XEP-0045 knows
// no field for the message archive: Prosody and ejabberd each have one of
// their own, and on Openfire the logging of a room is its archive.
var fieldNames = map[Setting][]string{
	Title:          {fieldPrefix + "roomname"},
	Description:    {fieldPrefix + "roomdesc"},
	Language:       {fieldPrefix + "lang"},
	Persistent:     {fieldPrefix + "persistentroom"},
	Public:         {fieldPrefix + "publicroom"},
	MembersOnly:    {fieldPrefix + "membersonly"},
	Password:       {fieldPrefix + "roomsecret"},
	MessageArchive: {fieldPrefix + "enablearchiving", "mam", fieldLogging},
	PublicLog:      {fieldLogging},
	Moderated:      {fieldPrefix + "moderatedroom"},
	ChangeSubject:  {fieldPrefix + "changesubject"},
}

// passwordSwitch says on some servers whether the room's password is in force.
const passwordSwitch = fieldPrefix + "passwordprotectedroom"

// isBool says which settings take True and False.
func (s Setting) isBool() bool {
	switch s {
	case Persistent, Public, MembersOnly, MessageArchive, PublicLog, Moderated, ChangeSubject:
		return true
	default:
		return false
	}
}

// fieldOf returns the name of the field that stands for a setting among those
// that has reports, or false where there is none. One field never stands for
// two settings: where logging is all the archive there is, no public log is
// offered.
func fieldOf(s Setting, has func(string) bool) (string, bool) {
	names := fieldNames[s]
	i := slices.IndexFunc(names, has)
	if i < 0 {
		return "", false
	}
	if s == PublicLog {
		if archive, _ := fieldOf(MessageArchive, has); archive == fieldLogging {
			return "", false
		}
	}
	return names[i], true
}

// settingsOf reads the settings out of the fields of a room's configuration.
func settingsOf(fields []Field) Settings {
	byName := make(map[string]Field, len(fields))
	for _, f := range fields {
		if _, twice := byName[f.Var]; !twice {
			byName[f.Var] = f
		}
	}
	has := func(name string) bool { _, ok := byName[name]; return ok }
	found := make(Settings, len(fieldNames))
	for s := range fieldNames {
		name, ok := fieldOf(s, has)
		if !ok {
			continue
		}
		found[s] = settingValue(s, byName[name])
	}
	if sw, ok := byName[passwordSwitch]; ok && !sw.Bool() {
		found[Password] = ""
	}
	return found
}

// settingValue turns a field's values into a setting's. The lines of a
// text-multi field are one text.
func settingValue(s Setting, f Field) string {
	if s.isBool() {
		return boolSetting(f.Bool())
	}
	text := ""
	for i, line := range f.Values {
		if i > 0 {
			text += "\n"
		}
		text += line
	}
	return text
}

func boolSetting(b bool) string {
	if b {
		return True
	}
	return False
}

// withSettings adds to a submission the fields that stand for the settings,
// in the order of the settings' names. Settings that no field stands for are
// left out: a look at the room then shows that it does not have them.
func withSettings(form Form, s Settings, has func(string) bool) Form {
	for _, name := range s.Names() {
		field, ok := fieldOf(name, has)
		if !ok {
			continue
		}
		value := s[name]
		if name.isBool() {
			value = wireBool(value == True)
		}
		form = form.With(field, value)
		if name == Password && has(passwordSwitch) {
			form = form.With(passwordSwitch, wireBool(value != ""))
		}
	}
	return form
}

func wireBool(b bool) string {
	if b {
		return "1"
	}
	return "0"
}
