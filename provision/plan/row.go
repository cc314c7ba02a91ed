package plan

import (
	"encoding/json"
	"errors"
	"fmt"

	"muster/provision"
	"muster/xmppadmin"
)

// Row is one room in a plan: how it was found, how it should be, and what is to
// be done about it.
type Row struct {
	// JID is the room's bare JID; its localpart is Found.Name.
	JID string
	// Found is the room as the survey found it. One that was not surveyed is
	// unknown.
	Found xmppadmin.Room
	// ByHand is who archived the room by hand, when and why; nil where it is not
	// archived, or was archived by a plan. Such a room stays archived until it is
	// reopened by request.
	ByHand *xmppadmin.Note
	// Wanted is the room as it should be by the sources or by request; nil
	// where neither knows it.
	Wanted *provision.Room
	// Action is what is to be done, empty where nothing is: a wanted room that
	// is as it should be is [provision.Unchanged].
	Action provision.Action
	// ByRequest is set where Action is done because the room was named for it.
	ByRequest bool
	// Withheld is set where the policy does not allow Action, or a later run is to
	// do it: see [HoldBack].
	Withheld bool
	// Fields are the settings that Action changes, sorted by name.
	Fields []provision.Field
	// Reason is why the room is archived, in conflict or unknown, or reopened
	// without being wanted: a text that may follow a colon.
	Reason string
}

// Planned reports whether the row is an action or a report of the plan: neither
// an unchanged room, nor one that is left as it is, nor a withheld change.
func (r Row) Planned() bool { return r.Action.Known() && !r.Withheld }

// Kept reports whether the room is managed and live, is not wanted, and is left
// alone for a reason, which is that of Wanted's decision.
func (r Row) Kept() bool {
	return r.Action == "" && r.live() && r.Wanted != nil && r.Wanted.Decision.Desired == provision.LeaveAlone
}

// Unexplained reports whether the room is managed and live, and nothing is
// known of it. Such rooms are left alone.
func (r Row) Unexplained() bool { return r.Action == "" && r.live() && r.Wanted == nil }

// ArchivedByHand reports whether the room would be live if it had not been
// archived by hand.
func (r Row) ArchivedByHand() bool {
	return r.ByHand != nil && r.Action == "" && r.Wanted != nil && r.Wanted.Decision.Desired == provision.Live
}

func (r Row) exists() bool { return r.Found.State == xmppadmin.Exists }

func (r Row) live() bool { return r.exists() && r.Found.Managed && !r.Found.Archived }

// Change returns what the row is to [apply.Run].
func (r Row) Change() provision.Change {
	c := provision.Change{
		Action: r.Action, Room: provision.Room{Name: r.Found.Name, JID: r.JID},
		Fields: r.Fields, Before: r.Found.Settings, Reason: r.Reason,
	}
	if r.Wanted != nil {
		c.Room = *r.Wanted
	}
	if r.Action == provision.Unknown {
		c.Err = r.Found.Err
	}
	return c
}

// rowRecord is a row in a plan file.
type rowRecord struct {
	Room     string             `json:"room"`
	JID      string             `json:"jid"`
	State    string             `json:"state"`
	Managed  bool               `json:"managed,omitempty"`
	Archived bool               `json:"archived,omitempty"`
	Half     bool               `json:"half_archived,omitempty"`
	Found    xmppadmin.Settings `json:"found,omitempty"`
	Error    string             `json:"error,omitempty"`
	ByHand   *xmppadmin.Note    `json:"archived_by_hand,omitempty"`
	Wanted   *provision.Room    `json:"wanted,omitempty"`
	Action   provision.Action   `json:"action,omitempty"`
	Request  bool               `json:"by_request,omitempty"`
	Withheld bool               `json:"withheld,omitempty"`
	Fields   []provision.Field  `json:"fields,omitempty"`
	Reason   string             `json:"reason,omitempty"`
}

// MarshalJSON returns the row as plan files have it.
func (r Row) MarshalJSON() ([]byte, error) {
	f := r.Found
	record := rowRecord{
		Room: f.Name, JID: r.JID, State: f.State.String(), Managed: f.Managed, Archived: f.Archived, Half: f.HalfArchived, Found: f.Settings,
		ByHand: r.ByHand, Wanted: r.Wanted, Action: r.Action, Request: r.ByRequest, Withheld: r.Withheld, Fields: r.Fields, Reason: r.Reason,
	}
	if f.Err != nil {
		record.Error = f.Err.Error()
	}
	return json.Marshal(record)
}

// UnmarshalJSON reads a row of a plan file. Of a room's error only the text is
// kept.
func (r *Row) UnmarshalJSON(data []byte) error {
	var record rowRecord
	if err := json.Unmarshal(data, &record); err != nil {
		return err
	}
	*r = Row{
		JID:    record.JID,
		Found:  xmppadmin.Room{Name: record.Room, Managed: record.Managed, Archived: record.Archived, HalfArchived: record.Half, Settings: record.Found},
		ByHand: record.ByHand, Wanted: record.Wanted, Action: record.Action, ByRequest: record.Request, Withheld: record.Withheld, Fields: record.Fields, Reason: record.Reason,
	}
	switch record.State {
	case xmppadmin.Absent.String():
		r.Found.State = xmppadmin.Absent
	case xmppadmin.Exists.String():
		r.Found.State = xmppadmin.Exists
	case xmppadmin.Unknown.String():
	default:
		return fmt.Errorf("room %q: %q is not a state", record.Room, record.State)
	}
	if record.Error != "" {
		r.Found.Err = errors.New(record.Error)
	}
	return nil
}
