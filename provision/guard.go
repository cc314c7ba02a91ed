package provision

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
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
	return Limits{Archive: 10, ArchivePercent: 10, Protected: []string{"hallway", plenaryRoom}}
}

// Allowed is what somebody allows in spite of a guard, each by its flag.
type Allowed struct {
	Archive   int  // --allow-archive N: so many archives at once
	Empty     bool // --allow-empty: no agenda with a session that counts
	Mismatch  bool // --allow-mismatch: another meeting than the one asked for
	Shrink    bool // --allow-shrink: an agenda or a list of groups that lost more than half
	Protected bool // --allow-protected: archiving a protected room
}

// Situation is what the guards must know besides the plan.
type Situation struct {
	Limits  Limits
	Allowed Allowed
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
// well.
func Guard(w Wanted, p Planned, s Situation) []*GuardError {
	var out []*GuardError
	out = append(out, guardMeetings(w, s)...)
	busy := slices.ContainsFunc(w.Meetings, func(t Tally) bool { return t.Configured > 0 })
	for _, t := range w.Meetings {
		out = append(out, guardTally(t, s, busy)...)
	}
	out = append(out, guardGroups(w.Groups, s)...)
	out = append(out, guardProtected(p, s)...)
	return append(out, guardArchives(p, s)...)
}

// guardMeetings compares the meetings asked for with those in hand.
func guardMeetings(w Wanted, s Situation) []*GuardError {
	if s.Allowed.Mismatch {
		return nil
	}
	var got, missing []string
	for _, t := range w.Meetings {
		got = append(got, t.Meeting)
	}
	for _, asked := range s.Asked {
		if !slices.Contains(got, asked) {
			missing = append(missing, label(asked))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	for i := range got {
		got[i] = label(got[i])
	}
	if len(got) == 0 {
		got = []string{"no meeting"}
	}
	return []*GuardError{{
		Guard:    "other-meeting",
		Message:  fmt.Sprintf("not the meeting asked for: asked for %s, got %s", strings.Join(missing, ", "), strings.Join(got, ", ")),
		Override: "--allow-mismatch",
	}}
}

// guardTally judges one meeting's agenda. One that asks for nothing will do
// where another one is busy.
func guardTally(t Tally, s Situation, busy bool) []*GuardError {
	var out []*GuardError
	refuse := func(guard, flag, format string, args ...any) {
		out = append(out, &GuardError{Guard: guard, Message: label(t.Meeting) + ": " + fmt.Sprintf(format, args...), Override: flag})
	}
	switch {
	case s.Allowed.Empty || busy:
	case t.Sessions == 0:
		refuse("empty-agenda", "--allow-empty", "%s", t.emptiness())
	case t.Configured == 0:
		refuse("no-sessions", "--allow-empty", "%s", t.emptiness())
	}
	if last := s.Last[t.Meeting]; !s.Allowed.Shrink && 2*t.Sessions < last.Sessions {
		refuse("shrunk-agenda", "--allow-shrink", "the agenda shrank by more than half: %d sessions, %d at the last apply on %s",
			t.Sessions, last.Sessions, last.When.UTC().Format("2006-01-02 15:04 UTC"))
	}
	if t.Stale && s.Applying {
		refuse("stale-agenda", "", "the Datatracker did not answer, and an agenda from the cache is not applied")
	}
	return out
}

// emptiness says in which way an agenda asks for nothing.
func (t Tally) emptiness() string {
	if t.Sessions == 0 {
		return "the agenda is empty"
	}
	return fmt.Sprintf("none of the %d sessions on the agenda is of a configured group type", t.Sessions)
}

// guardGroups judges the list of groups, where there is one.
func guardGroups(t *GroupTally, s Situation) []*GuardError {
	if t == nil {
		return nil
	}
	var out []*GuardError
	if last := s.LastGroups; !s.Allowed.Shrink && 2*t.Living < last.Living {
		out = append(out, &GuardError{
			Guard: "shrunk-groups", Override: "--allow-shrink",
			Message: fmt.Sprintf("list of groups: it shrank by more than half: %d living groups, %d at the last apply on %s",
				t.Living, last.Living, last.When.UTC().Format("2006-01-02 15:04 UTC")),
		})
	}
	if t.Stale && s.Applying {
		out = append(out, &GuardError{
			Guard: "stale-groups", Message: "list of groups: the Datatracker did not answer, and a list from the cache is not applied",
		})
	}
	return out
}

func guardProtected(p Planned, s Situation) []*GuardError {
	if s.Allowed.Protected {
		return nil
	}
	var names []string
	for _, c := range p.Changes {
		if c.Action == Archive && slices.Contains(s.Limits.Protected, c.Room.Name) {
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

func guardArchives(p Planned, s Situation) []*GuardError {
	n := 0
	for _, c := range p.Changes {
		if c.Action == Archive {
			n++
		}
	}
	if n <= s.Allowed.Archive {
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
