package provision

import (
	"iter"
	"slices"

	"muster/xmppadmin"
)

// isPromise says that a setting belongs to the service's promise: a room that
// does not confirm it has failed, whether the server offers it or not.
func isPromise(s xmppadmin.Setting) bool {
	switch s {
	case xmppadmin.Persistent, xmppadmin.Public, xmppadmin.MessageArchive:
		return true
	}
	return false
}

// live returns what all live rooms have in common.
func (r Rules) live() xmppadmin.Settings {
	s := xmppadmin.Settings{
		xmppadmin.Title:          "",
		xmppadmin.Description:    "",
		xmppadmin.Persistent:     xmppadmin.True,
		xmppadmin.Public:         xmppadmin.True,
		xmppadmin.MembersOnly:    xmppadmin.False,
		xmppadmin.Password:       "",
		xmppadmin.MessageArchive: xmppadmin.True,
		xmppadmin.PublicLog:      xmppadmin.True,
		xmppadmin.Moderated:      xmppadmin.False,
		xmppadmin.ChangeSubject:  xmppadmin.False,
	}
	if r.Language != "" {
		s[xmppadmin.Language] = r.Language
	}
	return s
}

// NameError is a name that no room can have.
type NameError struct{ Name, Why string }

// Error names the room and says what is wrong with its name.
func (e *NameError) Error() string {
	return "room " + quote(e.Name) + ": " + e.Why
}

// Field is a setting that changes.
type Field struct {
	Name xmppadmin.Setting `json:"name"`
	From string            `json:"from"`
	To   string            `json:"to"`
	// NotShown says that the server did not show the setting, so that From
	// is not known.
	NotShown bool `json:"not_shown,omitempty"`
}

// differences returns the settings of want that have another value in have,
// sorted by name, and those that have does not show. A setting that is not
// shown is a difference where it belongs to the promise, else it is only
// not offered.
func differences(want, have xmppadmin.Settings) (fields []Field, notOffered []xmppadmin.Setting) {
	for name, to := range sorted(want) {
		from, shown := have[name]
		switch {
		case shown && from == to:
		case shown || isPromise(name):
			fields = append(fields, Field{Name: name, From: from, To: to, NotShown: !shown})
		default:
			notOffered = append(notOffered, name)
		}
	}
	return fields, notOffered
}

// allFields returns every setting of a room that does not exist yet.
func allFields(want xmppadmin.Settings) []Field {
	fields := make([]Field, 0, len(want))
	for name, to := range sorted(want) {
		fields = append(fields, Field{Name: name, To: to})
	}
	return fields
}

// settingNames are all settings, sorted, so that those of thousands of rooms
// need not be sorted one by one.
var settingNames = [...]xmppadmin.Setting{
	xmppadmin.ChangeSubject, xmppadmin.Description, xmppadmin.Language, xmppadmin.MembersOnly, xmppadmin.MessageArchive,
	xmppadmin.Moderated, xmppadmin.Password, xmppadmin.Persistent, xmppadmin.Public, xmppadmin.PublicLog, xmppadmin.Title,
}

// sorted goes through settings by name; any that are not among settingNames
// come last.
func sorted(s xmppadmin.Settings) iter.Seq2[xmppadmin.Setting, string] {
	return func(yield func(xmppadmin.Setting, string) bool) {
		left := len(s)
		for _, name := range settingNames {
			if value, ok := s[name]; ok {
				if left--; !yield(name, value) {
					return
				}
			}
		}
		if left == 0 {
			return
		}
		for _, name := range s.Names() {
			if !slices.Contains(settingNames[:], name) && !yield(name, s[name]) {
				return
			}
		}
	}
}

// to returns the settings that the fields lead to.
func to(fields []Field) xmppadmin.Settings {
	s := make(xmppadmin.Settings, len(fields))
	for _, f := range fields {
		s[f.Name] = f.To
	}
	return s
}
