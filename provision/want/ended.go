package want

import (
	"cmp"
	"maps"
	"time"

	"muster/provision"
	"muster/xmppadmin"
)

// Archive returns the room called name as one that is to be archived by hand:
// since when, and why. It fails where the name cannot be a room's, or where the
// rules are not valid.
func (r Rules) Archive(name string, since time.Time, reason string) (provision.Room, error) {
	c, err := r.compile()
	if err != nil {
		return provision.Room{}, err
	}
	if why := provision.CheckName(name); why != "" {
		return provision.Room{}, &provision.NameError{Name: name, Why: why}
	}
	room := provision.Room{
		Name: name, JID: c.JID(name),
		Decision: provision.Decision{Desired: provision.Archived, Since: since, Reason: reason},
	}
	room.Settings, _, err = c.archived(name, since, reason, nil)
	return room, err
}

// archived returns the settings of a room that is archived since a day, all
// but its title. It takes and returns a buffer, for the next call.
func (c *compiled) archived(name string, since time.Time, reason string, buf []byte) (xmppadmin.Settings, []byte, error) {
	log, buf, err := c.logLine(&Facts{Name: name}, buf)
	if err != nil {
		return nil, buf, err
	}
	d := "Archived since " + provision.Date(since) + ": " + provision.OneLine(reason, provision.MaxTitle) + "."
	if log != "" {
		d += " " + log
	}
	public := xmppadmin.True
	if c.HideArchived {
		public = xmppadmin.False
	}
	return xmppadmin.Settings{
		xmppadmin.Description:    provision.OneLine(d, provision.MaxDescription),
		xmppadmin.Persistent:     xmppadmin.True,
		xmppadmin.Public:         public,
		xmppadmin.MessageArchive: xmppadmin.True,
	}, buf, nil
}

// ArchivedSettings returns the settings that r, a room to be archived, should
// have where it was found with the title given.
func ArchivedSettings(r provision.Room, title string) xmppadmin.Settings {
	s := maps.Clone(r.Settings)
	if s == nil {
		s = make(xmppadmin.Settings)
	}
	s[xmppadmin.Title] = cmp.Or(s[xmppadmin.Title], archivedTitle(r.Name, title))
	return s
}
