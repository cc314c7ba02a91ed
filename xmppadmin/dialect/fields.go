package dialect

import (
	"slices"
	"strings"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/xep"
)

const (
	fieldPrefix  = "muc#roomconfig_"
	fieldLogging = fieldPrefix + "enablelogging"

	// passwordSwitch is on some servers whether the room's password is in force.
	passwordSwitch = fieldPrefix + "passwordprotectedroom"
)

// fieldNames returns the fields of a room's configuration form that may stand
// for a setting; the first that a form has is the one. XEP-0045 knows no field
// for the message archive: Prosody and ejabberd each have one of their own, and
// on Openfire the logging of a room is its archive.
func fieldNames(s muc.Setting) []string {
	switch s {
	case muc.Title:
		return []string{fieldPrefix + "roomname"}
	case muc.Description:
		return []string{fieldPrefix + "roomdesc"}
	case muc.Language:
		return []string{fieldPrefix + "lang"}
	case muc.Persistent:
		return []string{fieldPrefix + "persistentroom"}
	case muc.Public:
		return []string{fieldPrefix + "publicroom"}
	case muc.MembersOnly:
		return []string{fieldPrefix + "membersonly"}
	case muc.Password:
		return []string{fieldPrefix + "roomsecret"}
	case muc.MessageArchive:
		return []string{fieldPrefix + "enablearchiving", "mam", fieldLogging}
	case muc.PublicLog:
		return []string{fieldLogging}
	case muc.Moderated:
		return []string{fieldPrefix + "moderatedroom"}
	case muc.ChangeSubject:
		return []string{fieldPrefix + "changesubject"}
	case muc.Subject:
		return []string{"muc#roominfo_subject"} // of the companion module
	case muc.LogAddress:
		return []string{"muc#roominfo_logs"} // of the companion module
	default:
		return nil
	}
}

// FieldOf returns the name of the field that stands for a setting among those
// that has reports, or false where there is none. One field never stands for
// two settings: where logging is all the archive there is, no public log is
// offered.
func FieldOf(s muc.Setting, has func(string) bool) (string, bool) {
	names := fieldNames(s)
	i := slices.IndexFunc(names, has)
	if i < 0 {
		return "", false
	}
	if s == muc.PublicLog {
		if archive, _ := FieldOf(muc.MessageArchive, has); archive == fieldLogging {
			return "", false
		}
	}
	return names[i], true
}

// settingsOf reads the settings out of the fields of a room's configuration.
func settingsOf(fields []xep.Field) muc.Settings {
	byName := make(map[string]xep.Field, len(fields))
	for _, f := range fields {
		if _, twice := byName[f.Var]; !twice {
			byName[f.Var] = f
		}
	}
	has := func(name string) bool { _, ok := byName[name]; return ok }
	found := make(muc.Settings)
	for _, s := range muc.AllSettings() {
		if name, ok := FieldOf(s, has); ok {
			found[s] = settingValue(s, byName[name])
		}
	}
	if password, ok := passwordOf(fields); ok {
		found[muc.Password] = passwordMark(password != "")
	}
	return found
}

// passwordOf returns the password that is in force; it reports false where the
// fields do not have any.
func passwordOf(fields []xep.Field) (string, bool) {
	form := xep.Form{Fields: fields}
	name, ok := FieldOf(muc.Password, form.Has)
	if sw, switched := form.Field(passwordSwitch); !ok || switched && !sw.Bool() {
		return "", ok
	}
	field, _ := form.Field(name)
	return field.Value(), true
}

// passwordMark returns what stands for a password in settings: they are printed
// and kept in files.
func passwordMark(protected bool) string {
	if protected {
		return muc.HiddenPassword
	}
	return ""
}

// settingValue turns a field's values into a setting's. The lines of a
// text-multi field are one text.
func settingValue(s muc.Setting, f xep.Field) string {
	if s.IsBool() {
		return muc.Bool(f.Bool())
	}
	return strings.Join(f.Values, "\n")
}

// withSettings adds to a submission the fields that stand for the settings,
// in the order of the settings' names. Settings that no field stands for are
// left out: reading the room then shows that it does not have them.
func withSettings(form xep.Form, s muc.Settings, has func(string) bool) xep.Form {
	for _, name := range s.Names() {
		field, ok := FieldOf(name, has)
		value := s[name]
		if !ok || name == muc.Password && value == muc.HiddenPassword {
			continue
		}
		if name.IsBool() {
			value = wireBool(value == muc.True)
		}
		form = form.With(field, value)
		if name == muc.Password && has(passwordSwitch) {
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
