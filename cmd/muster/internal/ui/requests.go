package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"muster/frontdesk"
)

// Request is a request of the front desk as it is shown, and as the record of
// --format json.
type Request struct {
	Type      string           `json:"type"` // "request"
	ID        int64            `json:"id"`
	Room      string           `json:"room"`
	State     frontdesk.State  `json:"state"`
	Title     string           `json:"title"`
	Purpose   string           `json:"purpose,omitempty"`
	Group     string           `json:"group,omitempty"`
	Until     string           `json:"until"`
	ExtendTo  string           `json:"extend_to,omitempty"`
	By        string           `json:"by"`
	Person    int              `json:"person,omitempty"`
	Made      time.Time        `json:"made"`
	Decided   time.Time        `json:"decided,omitzero"`
	DecidedBy string           `json:"decided_by,omitempty"`
	Reason    string           `json:"reason,omitempty"`
	Live      time.Time        `json:"live,omitzero"`
	Ended     time.Time        `json:"ended,omitzero"`
	Error     string           `json:"error,omitempty"`
	History   []RequestHistory `json:"history,omitempty"`
}

// RequestHistory is one thing that happened to a request.
type RequestHistory struct {
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
	What   string    `json:"what"`
	Detail string    `json:"detail,omitempty"`
}

// NewRequest returns a request as it is shown, with what happened to it.
func NewRequest(r frontdesk.Request, history []frontdesk.Entry) Request {
	shown := Request{
		Type: "request", ID: r.ID, Room: r.Room, State: r.State, Title: r.Title, Purpose: r.Purpose, Group: r.Acronym,
		Until: r.Until, ExtendTo: r.ExtendTo, By: r.JID, Person: r.Person, Made: r.MadeAt, Decided: r.DecidedAt, DecidedBy: r.DecidedBy,
		Reason: r.Reason, Live: r.LiveAt, Ended: r.EndedAt, Error: r.Error,
	}
	for _, e := range history {
		shown.History = append(shown.History, RequestHistory(e))
	}
	return shown
}

// standing returns the state of the request in words.
func (r Request) standing() string {
	switch {
	case r.ExtendTo != "":
		return string(r.State) + ", waits to be extended"
	case r.State == frontdesk.Approved && r.Error != "":
		return "approved, not made yet"
	}
	return string(r.State)
}

// String returns the request in one line.
func (r Request) String() string {
	return fmt.Sprintf("request %d: %s, %s, until %s, by %s", r.ID, r.Room, r.standing(), r.Until, frontdesk.Shown(r.By))
}

// Requests writes a line for each request.
func (c *Console) Requests(requests []Request) {
	if c.Options.Format == JSON {
		c.recordAll()
		for _, r := range requests {
			c.record(r)
		}
		return
	}
	rows := [][]string{{"ID", "ROOM", "STATE", "UNTIL", "BY", "TITLE"}}
	for _, r := range requests {
		rows = append(rows, []string{strconv.FormatInt(r.ID, 10), r.Room, r.standing(), r.Until, frontdesk.Shown(r.By), r.Title})
	}
	c.table(rows)
}

// Request writes all that is known of one request.
func (c *Console) Request(r Request) {
	if c.Options.Format == JSON {
		c.record(r)
		return
	}
	rows := [][]string{
		{"request", strconv.FormatInt(r.ID, 10)}, {"room", r.Room}, {"state", r.standing()}, {"title", r.Title}, {"purpose", r.Purpose},
		{"group", r.Group}, {"until", r.Until},
	}
	if r.ExtendTo != "" {
		rows = append(rows, []string{"extend to", r.ExtendTo})
	}
	by := frontdesk.Shown(r.By)
	if r.Person != 0 {
		by += fmt.Sprintf(", person %d", r.Person)
	}
	rows = append(rows, []string{"by", by})
	for _, more := range [][]string{{"decided by", r.DecidedBy}, {"reason", r.Reason}, {"error", r.Error}} {
		if more[1] != "" {
			rows = append(rows, more)
		}
	}
	for _, h := range r.History {
		rows = append(rows, []string{"history", strings.TrimSuffix(fmt.Sprintf("%s %s by %s: %s", stamp(h.At), h.What, h.Who, h.Detail), ": ")})
	}
	c.table(rows)
}

// RequestChanged writes what became of a request.
func (c *Console) RequestChanged(r Request) {
	if c.Options.Format == JSON {
		c.record(r)
		return
	}
	c.out.line("%s", r)
}

// Link is the XMPP address of a person as it is shown, and as the record of
// --format json.
type Link struct {
	Type    string            `json:"type"` // "link"
	JID     string            `json:"jid"`
	Person  int               `json:"person"`
	Name    string            `json:"name"`
	Email   string            `json:"email,omitempty"`
	Way     frontdesk.LinkWay `json:"way"`
	Made    time.Time         `json:"made"`
	MadeBy  string            `json:"made_by"`
	Checked time.Time         `json:"checked,omitzero"`
	// Roles are those of the person, as "chair of quic"; nil where they were not
	// read.
	Roles []string `json:"roles,omitempty"`
	// Removed is set on a link that was removed.
	Removed bool `json:"removed,omitempty"`
}

// NewLink returns a link as it is shown.
func NewLink(l frontdesk.Link, roles []string) Link {
	return Link{
		Type: "link", JID: l.JID, Person: l.Person, Name: l.Name, Email: l.Email, Way: l.Way,
		Made: l.MadeAt, MadeBy: l.MadeBy, Checked: l.CheckedAt, Roles: roles,
	}
}

// Links writes a line for each link.
func (c *Console) Links(links []Link) {
	if c.Options.Format == JSON {
		c.recordAll()
		for _, l := range links {
			c.record(l)
		}
		return
	}
	rows := [][]string{{"ADDRESS", "PERSON", "NAME", "BY", "SINCE", "ROLES"}}
	for _, l := range links {
		rows = append(rows, []string{frontdesk.Shown(l.JID), strconv.Itoa(l.Person), l.Name, string(l.Way), l.Made.UTC().Format(time.DateOnly), strings.Join(l.Roles, ", ")})
	}
	c.table(rows)
}

// LinkChanged writes what became of a link.
func (c *Console) LinkChanged(l Link) {
	switch {
	case c.Options.Format == JSON:
		c.record(l)
	case l.Removed:
		c.out.line("%s is no longer linked to %s (person %d)", frontdesk.Shown(l.JID), l.Name, l.Person)
	default:
		c.out.line("%s is linked to %s (person %d)", frontdesk.Shown(l.JID), l.Name, l.Person)
	}
}

// recordAll writes the version, so that a list without an entry has it, too.
func (c *Console) recordAll() {
	if !c.begun {
		c.recordVersion()
	}
}

// stamp returns a time as it is shown.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
