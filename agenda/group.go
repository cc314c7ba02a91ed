package agenda

import (
	"fmt"
	"strings"
	"time"
)

// Group is one group: as it stood at the time of the meeting where it comes
// from an agenda, as it is today where it comes from the list of groups.
type Group struct {
	// Acronym is the group's short name, as the Datatracker spells it.
	Acronym string
	// Name is the group's full name.
	Name string
	// Type is the slug of the group's type: wg, rg, ag, rag, area, team, ….
	Type string
	// State is the slug of the group's state, empty where it is not known.
	State GroupState
	// Parent is the acronym of the parent group (the area), or empty.
	Parent string
	// BOF reports whether the group is a BOF: its state is bof. A concluded
	// BOF (bof-conc) is none, whatever is_bof is on the wire.
	BOF bool
	// Inferred reports whether Type is a guess: agenda-data has no types, and
	// agenda.json did not have the group. An area group (ag, rag) or an
	// editorial one (edwg) then passes for a working group.
	Inferred bool
}

// The group types that make a difference. The Datatracker has more.
const (
	WorkingGroup      = "wg" // a BOF is one, in state bof
	ResearchGroup     = "rg"
	AreaGroup         = "ag"
	ResearchAreaGroup = "rag"
	EditorialGroup    = "edwg"
	Directorate       = "dir"
	ReviewDirectorate = "review" // the other type that directorates have
)

// GroupTypes returns the slugs of the group types that the Datatracker had in
// 2026, sorted. It may have more by now: the list is for recognizing a misspelt
// one.
func GroupTypes() []string {
	return strings.Fields("adhoc adm ag area dir edappr edwg editorial iab iabasg iabworkshop iana iesg ietf " +
		"individ irtf ise isoc nomcom program rag review rfcedtyp rg sdo team wg")
}

// GroupState is the slug of a group's state.
type GroupState string

// The group states that are known.
const (
	StateActive    GroupState = "active"
	StateProposed  GroupState = "proposed"
	StateBOF       GroupState = "bof"
	StateConcluded GroupState = "conclude"
	StateAbandoned GroupState = "abandon"
	StateReplaced  GroupState = "replaced"
	StateBOFOver   GroupState = "bof-conc"
	StateDormant   GroupState = "dormant"
	StateUnknown   GroupState = "unknown"
)

// Active reports whether a group in this state is at work, or about to be.
func (s GroupState) Active() bool {
	return s == StateActive || s == StateProposed || s == StateBOF
}

// Over reports whether a group in this state has ended.
func (s GroupState) Over() bool {
	switch s {
	case StateConcluded, StateAbandoned, StateReplaced, StateBOFOver:
		return true
	}
	return false
}

// Dormant reports whether a group in this state is neither active nor over. A
// state that is not known here is none of the three.
func (s GroupState) Dormant() bool {
	return s == StateDormant || s == StateUnknown
}

// Words returns the state as it reads after "the group is" or "the group has
// been": "concluded", "a BOF"; the slug of a state that is not known here.
func (s GroupState) Words() string {
	switch s {
	case StateBOF:
		return "a BOF"
	case StateConcluded:
		return "concluded"
	case StateAbandoned:
		return "abandoned"
	case StateReplaced:
		return "replaced by another group"
	case StateBOFOver:
		return "a concluded BOF"
	}
	return string(s)
}

// GroupRecord is one group as the Datatracker has it today.
type GroupRecord struct {
	Group
	// ID is the Datatracker's own number of the group, which stays when the
	// acronym changes.
	ID int
	// Changed is when the Datatracker last recorded a change of the group, in
	// UTC; zero where it never did. It is the closest that the list comes to
	// the day on which a group was concluded. Every later edit moves it, so a
	// group in state conclude has been in it since Changed or longer, if its
	// conclusion was recorded too. To be sure, also remember when that state
	// was first seen.
	Changed time.Time
}

// GroupList is the Datatracker's list of groups. That a group is not in it
// proves nothing while Stale, Incomplete or Unread leaves room for it, and
// little without that: groups change their types and acronyms. A group that is
// over is in the list, with the state that shows it (conclude, abandon,
// replaced, bof-conc, …).
type GroupList struct {
	// Groups are in all states, sorted by acronym, each once.
	Groups []GroupRecord
	// Confirmed is when the Datatracker last sent or confirmed the list, that of
	// its oldest part, in UTC; zero where nothing was read.
	Confirmed time.Time
	// Stale reports whether the list comes, wholly or in part, from the cache,
	// because the Datatracker gave nothing usable: good enough to look at, not
	// to act on.
	Stale bool
	// Outages are why the list is stale, one for each cause.
	Outages []Outage
	// Incomplete reports whether fewer or more rows came than the Datatracker
	// counts, whether it did not count them, or whether there were none at all.
	Incomplete bool
	// Warnings are what a reader of this list should know, each a sentence in
	// lower case without a full stop, sorted.
	Warnings []string
	// Unread is about the rows that could not be read and were left out;
	// Warnings names them. Such a group may be in any state.
	Unread Unread
}

// addOutages records why documents come from the cache.
func (l *GroupList) addOutages(outages []Outage) {
	l.Outages = MergeOutages(l.Outages, outages)
	l.Stale = len(l.Outages) > 0
}

// warn adds warnings and keeps all of them sorted, each once.
func (l *GroupList) warn(warnings ...string) {
	l.Warnings = sortedSet(l.Warnings, warnings)
}

// Digest returns a hex SHA-256 over the groups of the list. It does not
// depend on where the list came from, how complete it is, or what the
// warnings are.
func (l GroupList) Digest() string {
	lines := make([]string, 0, len(l.Groups))
	for _, g := range l.Groups {
		lines = append(lines, recordLine(g))
	}
	return digestOf("groups 1", lines)
}

// groupLine returns a group in full, on one line and without ambiguity.
func groupLine(g Group) string {
	return fmt.Sprintf("group %q %q %q %q %q %t", g.Acronym, g.Name, g.Type, g.State, g.Parent, g.BOF)
}

// recordLine returns a group in the list of groups in the same way.
func recordLine(g GroupRecord) string {
	return fmt.Sprintf("%s %d %s", groupLine(g.Group), g.ID, g.Changed.UTC().Format(time.RFC3339Nano))
}
