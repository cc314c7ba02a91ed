package ui

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"muster/provision"
	"muster/provision/plan"
	"muster/xmppadmin"
)

// Room is a room on the service, or one that is wanted there, as it is shown
// and as the record of --format json.
type Room struct {
	Type     string           `json:"type"` // "room"
	Name     string           `json:"room"`
	JID      string           `json:"jid"`
	State    string           `json:"state"`
	Managed  bool             `json:"managed"`
	Archived bool             `json:"archived"`
	Half     bool             `json:"half_archived,omitempty"`
	ByHand   *xmppadmin.Note  `json:"archived_by_hand,omitempty"`
	Action   provision.Action `json:"action,omitempty"`
	// Request is the number of the front desk's request for the room; zero for
	// none.
	Request  int64              `json:"request,omitempty"`
	Reasons  []string           `json:"reasons,omitempty"`
	Settings xmppadmin.Settings `json:"settings,omitempty"`
	Fields   []FieldRecord      `json:"fields,omitempty"`
	Error    string             `json:"error,omitempty"`
	// Occupants is their number, as far as the server shows it. Owners, Admins
	// and LastMessage are filled in for one room that is shown.
	Occupants   int       `json:"occupants,omitempty"`
	Owners      []string  `json:"owners,omitempty"`
	Admins      []string  `json:"admins,omitempty"`
	LastMessage time.Time `json:"last_message,omitzero"`
	// Log is the address of the room's log.
	Log string `json:"log,omitempty"`
	// Requests are those of the front desk for the room, filled in for one room
	// that is shown.
	Requests []Request `json:"requests,omitempty"`
}

// NewRoom returns a room of a plan as it is shown.
func NewRoom(row plan.Row) Room {
	f := row.Found
	r := Room{
		Type: "room", Name: f.Name, JID: row.JID, State: f.State.String(), Managed: f.Managed,
		Archived: f.Archived, Half: f.HalfArchived, ByHand: row.ByHand, Action: row.Action, Reasons: reasonsOf(row.Change()), Settings: f.Settings, Fields: FieldsOf(row.Fields),
	}
	if row.Wanted != nil && len(r.Reasons) == 0 && row.Wanted.Decision.Reason != "" {
		r.Reasons = []string{row.Wanted.Decision.Reason}
	}
	if f.Err != nil {
		r.Error = f.Err.Error()
	}
	r.Occupants, r.Log = f.Occupants, f.Settings[xmppadmin.LogAddress]
	if row.Wanted != nil {
		r.Request = row.Wanted.Decision.Request
		r.Log = cmp.Or(r.Log, row.Wanted.Settings[xmppadmin.LogAddress])
	}
	return r
}

// Standing returns the state of the room on the service in words.
func (r Room) Standing() string {
	switch {
	case r.State != xmppadmin.Exists.String():
		return r.State
	case !r.Managed:
		return "not managed"
	case r.Archived:
		return "archived"
	case r.Half:
		return "half archived"
	default:
		return "live"
	}
}

// verdict returns whether the room is as it should be, in words.
func (r Room) verdict() string {
	switch r.Action {
	case provision.Unchanged:
		return "yes"
	case provision.Update:
		var names []string
		for _, f := range r.Fields {
			names = append(names, string(f.Name))
		}
		return "no: " + strings.Join(names, ", ")
	case "":
		if r.ByHand != nil {
			return "archived by hand"
		}
		return "not wanted"
	default:
		return "no: " + string(r.Action)
	}
}

// Rooms writes a line for each room.
func (c *Console) Rooms(rooms []Room) {
	if c.Options.Format == JSON {
		for _, r := range rooms {
			c.record(r)
		}
		return
	}
	rows := [][]string{{"ROOM", "STATE", "AS IT SHOULD BE", "TITLE"}}
	for _, r := range rooms {
		rows = append(rows, []string{r.Name, r.Standing(), r.verdict(), r.Settings[xmppadmin.Title]})
	}
	c.table(rows)
}

// Room writes all that is known of one room.
func (c *Console) Room(r Room) {
	if c.Options.Format == JSON {
		c.record(r)
		return
	}
	c.table(r.rows())
}

// rows returns the room in two columns.
func (r Room) rows() [][]string {
	rows := [][]string{{"room", r.JID}, {"state", r.Standing()}, {"as it should be", r.verdict()}}
	if r.ByHand != nil {
		rows = append(rows, []string{"archived", byHand(*r.ByHand)})
	}
	if r.State == xmppadmin.Exists.String() {
		last := ""
		if !r.LastMessage.IsZero() {
			last = r.LastMessage.UTC().Format("2006-01-02 15:04:05 UTC")
		}
		rows = append(rows, []string{"owners", strings.Join(r.Owners, ", ")}, []string{"administrators", strings.Join(r.Admins, ", ")},
			[]string{"occupants", strconv.Itoa(r.Occupants)}, []string{"last message", last}, []string{"log", r.Log})
	}
	for i, reason := range r.Reasons {
		head := "because"
		if i > 0 {
			head = "and because"
		}
		rows = append(rows, []string{head, reason})
	}
	for _, q := range r.Requests {
		rows = append(rows, []string{"requested", q.String()})
	}
	wanted := make(map[xmppadmin.Setting]string)
	for _, f := range r.Fields {
		wanted[f.Name] = f.To
	}
	for _, s := range r.Settings.Names() {
		value := r.Settings[s]
		if to, differs := wanted[s]; differs {
			value = fmt.Sprintf("%s   (should be %q)", cmp.Or(value, "-"), to)
		}
		rows = append(rows, []string{string(s), value})
	}
	return rows
}
