package want

import (
	"cmp"
	"maps"
	"time"

	"muster/provision"
	"muster/xmppadmin"
)

// liveSettings returns the settings of a candidate's room that is to be live.
func (c *candidate) liveSettings(v verdict, rules *compiled) (xmppadmin.Settings, error) {
	f, err := c.facts(v, rules)
	if err != nil {
		return nil, err
	}
	title, err := rules.title.fill(f, provision.MaxTitle)
	if err != nil {
		return nil, err
	}
	description, err := rules.description.fill(f, provision.MaxDescription)
	if err != nil {
		return nil, err
	}
	if v.byRequest() {
		title = requestTitle(c.request)
	}
	if c.standing != nil && !c.ofGroup(v) {
		title = provision.OneLine(cmp.Or(c.standing.Title, c.name), provision.MaxTitle)
		description = cmp.Or(provision.OneLine(c.standing.Description, provision.MaxDescription), description)
	}
	s := rules.common()
	s[xmppadmin.Title], s[xmppadmin.Description] = title, description
	if f.LogURL != "" {
		s[xmppadmin.LogAddress] = f.LogURL
	}
	if rules.Subject != "" {
		s[xmppadmin.Subject], err = rules.subject.fill(f, provision.MaxSubject)
	}
	return s, err
}

// common returns the settings that all live rooms have in common.
func (r Rules) common() xmppadmin.Settings {
	s := xmppadmin.Settings{
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
	room.Settings, err = c.archivedSettings(room.Name, room.Decision, since)
	return room, err
}

// archivedSettings returns the settings of the room called name that is archived
// since a day. They have a title only where the room points to another one.
func (c *compiled) archivedSettings(name string, d provision.Decision, since time.Time) (xmppadmin.Settings, error) {
	logURL, err := c.logURL(name)
	if err != nil {
		return nil, err
	}
	reason := d.Reason
	if d.MovedTo != "" {
		reason += "; join xmpp:" + c.JID(d.MovedTo) + "?join instead"
	}
	description := "Archived since " + provision.Date(since) + ": " + provision.OneLine(reason, provision.MaxTitle) + "."
	description += labelled(" Log: ", logURL)
	s := xmppadmin.Settings{
		xmppadmin.Description:    provision.OneLine(description, provision.MaxDescription),
		xmppadmin.Persistent:     xmppadmin.True,
		xmppadmin.Public:         xmppadmin.True,
		xmppadmin.MessageArchive: xmppadmin.True,
	}
	if c.Subject != "" {
		s[xmppadmin.Subject] = provision.OneLine(description, provision.MaxSubject)
	}
	if logURL != "" {
		s[xmppadmin.LogAddress] = logURL
	}
	if c.HideArchived {
		s[xmppadmin.Public] = xmppadmin.False
	}
	if d.MovedTo != "" {
		s[xmppadmin.Title] = archivedTitle(name, name+": now "+d.MovedTo)
	}
	return s, nil
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
