package provision

import (
	"muster/xmppadmin"
)

// IsPromise reports whether a setting belongs to the service's promise: a room
// that does not confirm it has failed, whether the server offers it or not.
func IsPromise(s xmppadmin.Setting) bool {
	switch s {
	case xmppadmin.Persistent, xmppadmin.Public, xmppadmin.MessageArchive:
		return true
	}
	return false
}

// Differences returns the settings of want that have another value in have,
// sorted by name, and those that have does not show. A setting that is not
// shown is a difference where it belongs to the promise, else it is only
// not offered.
func Differences(want, have xmppadmin.Settings) (fields []Field, notOffered []xmppadmin.Setting) {
	for _, name := range want.Names() {
		to := want[name]
		from, shown := have[name]
		switch {
		case shown && from == to:
		case shown || IsPromise(name):
			fields = append(fields, Field{Name: name, From: from, To: to, NotShown: !shown})
		default:
			notOffered = append(notOffered, name)
		}
	}
	return fields, notOffered
}

// AllFields returns every setting of a room that does not exist yet.
func AllFields(want xmppadmin.Settings) []Field {
	fields := make([]Field, 0, len(want))
	for _, name := range want.Names() {
		fields = append(fields, Field{Name: name, To: want[name]})
	}
	return fields
}

// SettingsOf returns the settings that the fields lead to.
func SettingsOf(fields []Field) xmppadmin.Settings {
	s := make(xmppadmin.Settings, len(fields))
	for _, f := range fields {
		s[f.Name] = f.To
	}
	return s
}
