package provision

import (
	"fmt"
	"strings"
	"time"

	"muster/xmppadmin"
)

// Room is a wanted room, from [Want] to [Apply].
type Room struct {
	// Name is the localpart of JID, and JID the room's bare JID.
	Name string `json:"name"`
	JID  string `json:"jid"`
	// Settings are how the room should be set. Of a room that is to be
	// archived they are those of the archived room.
	Settings xmppadmin.Settings `json:"settings,omitempty"`
	// Reasons are why the room is wanted.
	Reasons []Reason `json:"reasons,omitempty"`
	// IfExists says that the room is wanted where it exists and is live, and
	// is not to be made or reopened: all its sessions are cancelled.
	IfExists bool `json:"if_exists,omitempty"`
	// StayArchived says that the room is not to be reopened: it is that of a
	// BOF which is on no agenda in hand.
	StayArchived bool `json:"stay_archived,omitempty"`
}

// Title returns the title that the room should have.
func (r Room) Title() string { return r.Settings[xmppadmin.Title] }

// Source says where the wish for a room comes from, or the news of its end.
type Source string

// The sources.
const (
	FromMeeting  Source = "meeting"  // the agenda of a meeting
	FromGroups   Source = "groups"   // the Datatracker's list of groups
	FromStanding Source = "standing" // the configuration's standing rooms
	FromRenamed  Source = "renamed"  // the configuration's renamed groups
	FromRequest  Source = "request"
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
	Sessions  []int  `json:"sessions,omitempty"`
	// Text says it to people: "IETF 126: 2 sessions of quic (wg)".
	Text string `json:"text"`
	// Until is when the reason ends, where that is known; else zero.
	Until time.Time `json:"until,omitzero"`
}

// Refusal is a room that cannot be made under the name it would have.
type Refusal struct {
	Name    string   `json:"name"`
	Why     string   `json:"why"`
	Reasons []Reason `json:"reasons,omitempty"`
}

// Wanted is which rooms there should be.
type Wanted struct {
	// Service is the domain of the MUC service.
	Service string
	// Rooms are sorted by name, each name once.
	Rooms []Room
	// Refused are the names that no room can have, sorted.
	Refused []Refusal
	// Ended are rooms to archive. One that is also among Rooms lives.
	Ended []Ended
	// Kept are rooms that are neither wanted nor to be archived, with the
	// reason for that, sorted by name. One that is also among Rooms is wanted.
	Kept []Kept
	// Warnings are what was odd, each a sentence in lower case without a full
	// stop, sorted.
	Warnings []string
	// Meetings are the tallies, in the order of the meetings' first sessions.
	Meetings []Tally
	// Groups is the tally of the list of groups; nil where there is none.
	Groups *GroupTally
}

// Names returns the names that a survey must look at for [Plan]: those of the
// wanted rooms and of the ended ones that there may be, sorted, each once.
func (w Wanted) Names() []string {
	names := make([]string, 0, len(w.Rooms)+len(w.Ended))
	for _, r := range w.Rooms {
		names = append(names, r.Name)
	}
	for _, e := range w.Ended {
		if !e.IfFound {
			names = append(names, e.Name)
		}
	}
	return sortedOnce(names)
}

// CollisionError says that a name is claimed by more than one: the Datatracker
// or the configuration must be put right before anything is done.
type CollisionError struct {
	// Name is the name of the room, Claimants who claims it, such as
	// `group "quic"`.
	Name      string
	Claimants []string
}

// Error names the room and everyone who claims it.
func (e *CollisionError) Error() string {
	return fmt.Sprintf("room %q: claimed by %s", e.Name, strings.Join(e.Claimants, " and by "))
}
