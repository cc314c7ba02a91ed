package want

import (
	"maps"
	"time"

	"muster/provision"
	"muster/xmppadmin"
)

// Ended is a room whose life is over: it is to be archived. See [Rules.End].
type Ended struct {
	Name string `json:"name"`
	JID  string `json:"jid"`
	// Source is where the news of its end come from; empty where somebody
	// archives it by hand.
	Source provision.Source `json:"source,omitempty"`
	// Since is when its life ended, zero where that is not known, and Until
	// how long the rules let the room live on, zero where they do not.
	Since time.Time `json:"since,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// Reason is why, a text that may follow a colon.
	Reason string `json:"reason"`
	// Title is the title of the archived room; empty where [plan.New] makes it of
	// the title that the room has.
	Title string `json:"title,omitempty"`
	// IfFound says that nothing tells whether there ever was such a room, so
	// that a survey need not look for it.
	IfFound bool `json:"if_found,omitempty"`
	// Settings are those of the archived room, all but the title.
	Settings xmppadmin.Settings `json:"settings,omitempty"`
}

// Kept is a room that is neither wanted nor to be archived, and why.
type Kept struct {
	Name   string           `json:"name"`
	Source provision.Source `json:"source"`
	// Reason is why, a text that may follow a colon.
	Reason string `json:"reason"`
	// Since is when the life of its group ended, zero for one that lives on or
	// may do so, and Until when the room is to be archived, zero where nobody
	// knows.
	Since time.Time `json:"since,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// End says that the room called name is to be archived: since when, and why.
// It fails where the name cannot be a room's, or where the rules are not valid.
func (r Rules) End(name string, since time.Time, reason string) (Ended, error) {
	c, err := r.compile()
	if err != nil {
		return Ended{}, err
	}
	if why := provision.CheckName(name); why != "" {
		return Ended{}, &provision.NameError{Name: name, Why: why}
	}
	e := Ended{Name: name, JID: c.JID(name), Since: since, Reason: reason}
	e.Settings, _, err = c.archived(name, since, reason, nil)
	return e, err
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

// SettingsFor returns the settings of the archived room that has the title
// given.
func (e *Ended) SettingsFor(title string) xmppadmin.Settings {
	s := maps.Clone(e.Settings)
	if s == nil {
		s = make(xmppadmin.Settings)
	}
	if s[xmppadmin.Title] = e.Title; e.Title == "" {
		s[xmppadmin.Title] = archivedTitle(e.Name, title)
	}
	return s
}
