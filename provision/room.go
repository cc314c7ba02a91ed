package provision

import (
	"time"

	"muster/xmppadmin"
)

// Room is a wanted room, from [want.Derive] to [apply.Run].
type Room struct {
	// Name is the localpart of JID, and JID the room's bare JID.
	Name string `json:"name"`
	JID  string `json:"jid"`
	// Decision is what is to become of the room.
	Decision Decision `json:"decision"`
	// Settings are how the room should be set. Of a room that is to be
	// archived they are those of the archived room, without a title where the
	// title is made of the one that the room has.
	Settings xmppadmin.Settings `json:"settings,omitempty"`
	// Next is when the session begins that the texts of the room name as the
	// next one, or as cancelled; zero where they name none.
	Next time.Time `json:"next,omitzero"`
	// Over is when the session in the room ends that is under way, or else the
	// next one; zero for none.
	Over time.Time `json:"over,omitzero"`
	// Reasons are why the room is wanted.
	Reasons []Reason `json:"reasons,omitempty"`
}

// Title returns the title that the room should have.
func (r Room) Title() string { return r.Settings[xmppadmin.Title] }

// Source is where the evidence comes from that a room is wanted, or that its life
// has ended.
type Source string

// The sources.
const (
	FromMeeting  Source = "meeting"  // the agenda of a meeting
	FromGroups   Source = "groups"   // the Datatracker's list of groups
	FromStanding Source = "standing" // the configuration's standing rooms
	FromRenamed  Source = "renamed"  // the configuration's renamed groups
	FromUnwanted Source = "unwanted" // the configuration's unwanted rooms
	FromRequest  Source = "request"  // a request of the front desk
)

// Reason is one reason why a room is wanted.
type Reason struct {
	Source Source `json:"source"`
	// Meeting is the number of the meeting and Sessions the IDs of its
	// sessions, ascending, for a reason from a meeting; Group the acronym of
	// the group as the Datatracker spells it and GroupType the slug of its
	// type, for one from a meeting or from the list of groups.
	Meeting   string `json:"meeting,omitempty"`
	Group     string `json:"group,omitempty"`
	GroupType string `json:"group_type,omitempty"`
	// Inferred reports whether the reason holds only if GroupType, which the
	// agenda does not have, was guessed right.
	Inferred bool  `json:"inferred,omitempty"`
	Sessions []int `json:"sessions,omitempty"`
	// Text is the reason in words: "IETF 126: 2 sessions of quic (wg)".
	Text string `json:"text"`
	// Until is when the reason ends, where that is known; else zero.
	Until time.Time `json:"until,omitzero"`
}
