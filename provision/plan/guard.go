package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"muster/agenda"
	"muster/provision"
	"muster/provision/want"
)

// Limits are how much a plan may do unasked.
type Limits struct {
	// Archive is how many rooms may be archived at once, and ArchivePercent
	// how many in a hundred of the managed, live ones. Both hold.
	Archive        int
	ArchivePercent float64
	// Protected are the names of rooms that are not to be archived.
	Protected []string
}

// DefaultLimits returns 10 rooms, 10 %, and the rooms that every meeting has.
func DefaultLimits() Limits {
	return Limits{Archive: 10, ArchivePercent: 10, Protected: []string{"hallway", agenda.PlenaryRoom}}
}

// Overrides is what somebody allows in spite of a guard, each by its flag.
type Overrides struct {
	Archive   int  // --allow-archive N: so many archives at once
	Empty     bool // --allow-empty: no agenda with a session that counts
	Mismatch  bool // --allow-mismatch: another meeting than the one asked for
	Shrink    bool // --allow-shrink: an agenda or a list of groups that lost more than half
	Protected bool // --allow-protected: archiving a protected room
}

// GuardInput is what the guards must know besides the plan.
type GuardInput struct {
	Limits    Limits
	Overrides Overrides
	// Asked are the meetings asked for, by number or by an interim's name.
	// What names no one meeting, such as "current" or a file, is left out.
	Asked []string
	// Last is the last successful apply for each meeting, by its number.
	Last map[string]LastApply
	// LastGroups is what the list of groups was at the last successful apply.
	LastGroups LastGroups
	// Applying says that the plan is to be carried out, not only shown.
	Applying bool
}

// GuardError is a refusal of the whole apply.
type GuardError struct {
	// Guard is the guard's name: archives, empty-agenda, no-sessions,
	// other-meeting, protected, shrunk-agenda, shrunk-groups, stale-agenda,
	// stale-groups.
	Guard string
	// Message says what is wrong, in numbers.
	Message string
	// Override is the flag that allows it, with its value, as it stands on a
	// command line; empty where nothing does.
	Override string
}

// Error returns the message and how to go on in spite of it.
func (e *GuardError) Error() string {
	if e.Override == "" {
		return e.Message
	}
	return e.Message + "; pass " + e.Override + " to go on"
}

// Guard returns what forbids to carry the plan out: the refusals in a fixed
// order, those of agendas in the order of the meetings; none where all is
// Well.
func Guard(w want.Wanted, p Plan, s GuardInput) []*GuardError {
	var out []*GuardError
	out = append(out, guardMeetings(w, s)...)
	busy := slices.ContainsFunc(w.Meetings, func(t want.MeetingStats) bool { return t.Configured > 0 })
	for _, t := range w.Meetings {
		out = append(out, guardTally(t, s, busy)...)
	}
	out = append(out, guardGroups(w.Groups, s)...)
	out = append(out, guardProtected(p, s)...)
	return append(out, guardArchives(p, s)...)
}

func guardProtected(p Plan, s GuardInput) []*GuardError {
	if s.Overrides.Protected {
		return nil
	}
	var names []string
	for _, c := range p.Changes {
		if c.Action == provision.Archive && slices.Contains(s.Limits.Protected, c.Room.Name) {
			names = append(names, c.Room.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []*GuardError{{
		Guard:    "protected",
		Message:  "protected rooms would be archived: " + strings.Join(names, ", "),
		Override: "--allow-protected",
	}}
}

func guardArchives(p Plan, s GuardInput) []*GuardError {
	n := 0
	for _, c := range p.Changes {
		if c.Action == provision.Archive {
			n++
		}
	}
	if n <= s.Overrides.Archive {
		return nil
	}
	var limits []string
	if float64(n)*100 > s.Limits.ArchivePercent*float64(p.Managed) {
		percent := 100 * float64(n) / float64(max(p.Managed, 1))
		limits = append(limits, fmt.Sprintf("%.1f %%, limit %s %%", percent, strconv.FormatFloat(s.Limits.ArchivePercent, 'f', -1, 64)))
	}
	if n > s.Limits.Archive {
		limits = append(limits, fmt.Sprintf("limit %d rooms", s.Limits.Archive))
	}
	if len(limits) == 0 {
		return nil
	}
	return []*GuardError{{
		Guard:    "archives",
		Message:  fmt.Sprintf("too many archives: %d of %d rooms (%s)", n, p.Managed, strings.Join(limits, "; ")),
		Override: fmt.Sprintf("--allow-archive %d", n),
	}}
}

// LastApply is what is remembered of the last successful apply for a meeting.
type LastApply struct {
	Sessions int       `json:"sessions"` // as in [want.MeetingStats]
	Rooms    int       `json:"rooms"`    // wanted on that run
	Agenda   string    `json:"agenda"`   // its digest: see [agenda.Meeting.Digest]
	When     time.Time `json:"when"`
}

// LastGroups is what is remembered of the list of groups at the last
// successful apply.
type LastGroups struct {
	Living int       `json:"living"` // as in [want.GroupStats]
	When   time.Time `json:"when"`
}
