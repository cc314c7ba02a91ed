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

// Limits are how much a plan may do without an override.
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

// Overrides are what the user allows in spite of the guards.
type Overrides struct {
	// Archive is how many rooms may be archived at once, whatever the limits
	// are.
	Archive int `json:"archive,omitempty"`
	// Empty allows agendas without a session that counts.
	Empty bool `json:"empty,omitempty"`
	// Mismatch allows another meeting than the one requested.
	Mismatch bool `json:"mismatch,omitempty"`
	// Shrink allows an agenda or a list of groups that lost more than half of
	// its entries.
	Shrink bool `json:"shrink,omitempty"`
	// Protected allows protected rooms to be archived.
	Protected bool `json:"protected,omitempty"`
	// Implausible allows rooms that the agenda's chat links make implausible.
	Implausible bool `json:"implausible,omitempty"`
	// Inferred allows rooms to be created for groups whose types are guesses.
	Inferred bool `json:"inferred,omitempty"`
}

// GuardInput is what the guards must know besides the plan.
type GuardInput struct {
	Limits    Limits
	Overrides Overrides
	// Requested are the meetings requested, by number or by an interim's name.
	// What names no one meeting, such as "current" or a file, is left out.
	Requested []string
	// Last is the last successful apply for each meeting, by its number.
	Last map[string]LastApply
	// LastGroups is what the list of groups was at the last successful apply.
	LastGroups LastGroups
	// Meetings are the agendas that the rooms were derived from.
	Meetings []agenda.Meeting
	// Applying is set where the plan is to be carried out, not only shown.
	Applying bool
}

// GuardError is a refusal of the whole apply.
type GuardError struct {
	// Guard is the guard's name: archives, empty-agenda, no-sessions,
	// implausible-rooms, inferred-types, other-meeting, protected,
	// shrunk-agenda, shrunk-groups.
	Guard string
	// Message is what is wrong, in numbers.
	Message string
	// Override is what would allow it; the zero value where nothing does.
	Override Overrides
}

// Error returns the message.
func (e *GuardError) Error() string { return e.Message }

// Guard returns what forbids to carry the plan out: the refusals in a fixed
// order, those of agendas in the order of the meetings; none where all is well.
func Guard(w want.Wanted, p Plan, s GuardInput) []*GuardError {
	var out []*GuardError
	out = append(out, guardMeetings(w, s)...)
	busy := slices.ContainsFunc(w.Meetings, func(t want.MeetingStats) bool { return t.Configured > 0 })
	for _, t := range w.Meetings {
		out = append(out, guardMeeting(t, s, busy)...)
	}
	out = append(out, guardGroups(w.Groups, s)...)
	out = append(out, guardLinks(s)...)
	out = append(out, guardInferred(p, s)...)
	out = append(out, guardProtected(p, s)...)
	return append(out, guardArchives(p, s)...)
}

func guardProtected(p Plan, s GuardInput) []*GuardError {
	if s.Overrides.Protected {
		return nil
	}
	var names []string
	for _, r := range p.Select(archives) {
		if slices.Contains(s.Limits.Protected, r.Found.Name) {
			names = append(names, r.Found.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []*GuardError{{
		Guard:    "protected",
		Message:  "protected rooms would be archived: " + strings.Join(names, ", "),
		Override: Overrides{Protected: true},
	}}
}

// HoldBack withholds the archiving of rooms whose requests are over where that of
// all rooms would be more than the guard allows at once: so many requests may end
// on one day, and they must not have the run refused. It returns the plan and the
// names of those rooms, which later runs archive, one at least in each run.
func HoldBack(p Plan, s GuardInput) (Plan, []string) {
	requested := p.Select(archivesRequested)
	most := min(s.Limits.Archive, int(s.Limits.ArchivePercent*float64(p.Managed)/100))
	if s.Limits.Archive > 0 && s.Limits.ArchivePercent > 0 {
		most = max(most, 1)
	}
	others := len(p.Select(archives)) - len(requested)
	allowed := max(0, max(most, s.Overrides.Archive)-others)
	if len(requested) <= allowed {
		return p, nil
	}
	var names []string
	p.Rows = slices.Clone(p.Rows)
	for i := range p.Rows {
		switch r := &p.Rows[i]; {
		case !archivesRequested(*r):
		case allowed > 0:
			allowed--
		default:
			r.Withheld = true
			names = append(names, r.Found.Name)
		}
	}
	p.Counts.Archive -= len(names)
	p.Counts.Withheld += len(names)
	return p, names
}

// archivesRequested reports whether a room would be archived because its request is
// over.
func archivesRequested(r Row) bool {
	return archives(r) && r.Wanted != nil && r.Wanted.Decision.Source == provision.FromRequest && !r.ByRequest
}

// guardArchives counts what [HoldBack] does not hold back.
func guardArchives(p Plan, s GuardInput) []*GuardError {
	n := len(p.Select(archives)) - len(p.Select(archivesRequested))
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
		Override: Overrides{Archive: n},
	}}
}

// archives reports whether a room would be archived.
func archives(r Row) bool { return r.Action == provision.Archive && !r.Withheld }

// LastApply is what is remembered of the last successful apply for a meeting.
type LastApply struct {
	Sessions int       `json:"sessions"` // as in [want.MeetingStats]
	Rooms    int       `json:"made"`     // that the sessions made, as in [want.MeetingStats]
	Agenda   string    `json:"agenda"`   // its digest: see [agenda.Meeting.Digest]
	When     time.Time `json:"when"`
}

// LastGroups is what is remembered of the list of groups at the last
// successful apply.
type LastGroups struct {
	Living int       `json:"living"` // as in [want.GroupStats]
	When   time.Time `json:"when"`
}
