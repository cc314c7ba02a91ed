package config

import (
	"cmp"
	"time"

	"muster/provision/plan"
	"muster/provision/want"
)

// defaultTimeout bounds one document of the Datatracker and one XMPP request.
const defaultTimeout = Duration(30 * time.Second)

// day is the unit of rooms.grace_days.
const day = 24 * time.Hour

// Default returns what applies where the file is silent. What concerns rooms
// and guards are the defaults of package provision.
func Default() Config {
	var c Config
	c.Datatracker.URL = "https://datatracker.ietf.org"
	c.Datatracker.Timeout = defaultTimeout
	c.XMPP.TLS = "starttls"
	c.XMPP.Dialect = "auto"
	c.XMPP.Timeout = defaultTimeout
	c.Meetings.Follow = []string{"current"}
	c.Logs.Index, c.Logs.Retracted = true, "erase"
	c.Logs.Before, c.Logs.After = Duration(10*time.Minute), Duration(30*time.Minute)
	c.Logs.NoteWell = "https://www.ietf.org/about/note-well/"
	c.State.Dir = "/var/lib/muster"
	c.Desk = defaultDesk()

	limits := plan.DefaultLimits()
	c.Guards.ArchiveRooms, c.Guards.ArchivePercent = limits.Archive, int(limits.ArchivePercent)
	c.Rooms.Protected = limits.Protected

	r := want.DefaultRules("")
	c.Rooms.GroupTypes, c.Rooms.YearRound = r.GroupTypes, r.YearRound
	c.Rooms.GraceDays = int(r.Grace / day)
	c.Rooms.HideArchived, c.Rooms.Unwanted = r.HideArchived, r.Unwanted
	c.Rooms.Title, c.Rooms.Description, c.Rooms.Subject = r.Title, r.Description, r.Subject
	c.Rooms.Language, c.Rooms.LogURL = r.Language, r.LogURL
	for _, s := range r.Standing {
		c.Rooms.Standing = append(c.Rooms.Standing, Standing(s))
	}
	for _, n := range r.Renamed {
		c.Rooms.Renamed = append(c.Rooms.Renamed, Renamed(n))
	}
	return c
}

// Rules returns the rules by which rooms are wanted. An empty title or
// description template is the default one.
func (c Config) Rules() want.Rules {
	r := want.DefaultRules(c.XMPP.Service)
	r.GroupTypes, r.YearRound = c.Rooms.GroupTypes, c.Rooms.YearRound
	r.Grace = time.Duration(c.Rooms.GraceDays) * day
	r.HideArchived = c.Rooms.HideArchived
	r.Title = cmp.Or(c.Rooms.Title, r.Title)
	r.Description = cmp.Or(c.Rooms.Description, r.Description)
	r.Subject = c.Rooms.Subject
	r.Language, r.LogURL = c.Rooms.Language, c.logURL()
	r.Standing = nil
	for _, s := range c.Rooms.Standing {
		r.Standing = append(r.Standing, want.Standing(s))
	}
	r.Unwanted = c.Rooms.Unwanted
	for _, n := range c.Rooms.Renamed {
		r.Renamed = append(r.Renamed, want.Rename(n))
	}
	return r
}

// Limits returns the limits of the guards.
func (c Config) Limits() plan.Limits {
	return plan.Limits{
		Archive:        c.Guards.ArchiveRooms,
		ArchivePercent: float64(c.Guards.ArchivePercent),
		Protected:      c.Rooms.Protected,
	}
}

// logURL returns the template for a room's log: rooms.log_url, else the room's
// published pages, where logs.url is given.
func (c Config) logURL() string {
	if c.Rooms.LogURL == "" && c.Logs.URL != "" {
		return c.Logs.URL + "{{.Name}}/"
	}
	return c.Rooms.LogURL
}
