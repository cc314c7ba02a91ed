package reconcile

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"muster/provision"
	"muster/provision/plan"
	"muster/provision/state"
	"muster/provision/want"
	"muster/xmppadmin"
)

// Request is what a run is requested to do.
type Request struct {
	// Meetings are the meetings, as [agenda.Client.Meeting] takes them.
	Meetings  []string
	Options   plan.Options
	Overrides plan.Overrides
	// At is the time that the rooms are wanted for; zero for now.
	At time.Time
	// Offline looks at no service: every wanted room is absent.
	Offline bool
	// Applying is set where the plan is to be carried out: what will do to
	// look at may not do for that.
	Applying bool
	// Outside enters no room: a subject that only occupants are sent is not
	// compared where it would have to be read.
	Outside bool
	// Survey are further rooms to survey, by name.
	Survey []string
	// Saved is the plan file that is to be applied; nil for none. See
	// [FromFile].
	Saved *plan.File
}

// FromFile returns the request of a saved plan: its meetings, options and time.
// [Reconciler.Plan] fails with a [*plan.StalePlanError] where the plan would be
// another one now.
func FromFile(f *plan.File, allowed plan.Overrides) Request {
	allowed.Archive = max(allowed.Archive, f.AllowArchive)
	return Request{
		Meetings: f.Meetings, Options: f.Options, Overrides: allowed, At: f.Plan.Created,
		Applying: true, Saved: f,
	}
}

// Pass is one look at both sides and what differs. It is a value; nothing
// changes it.
type Pass struct {
	Request Request
	Sources want.Sources
	Wanted  want.Wanted
	Plan    plan.Plan
	// Refusals are what the guards object to; a plan is applied only without
	// any.
	Refusals []*plan.GuardError
	// Damage is a sentence in lower case on a state file that could not be
	// understood and is taken as empty; mostly empty.
	Damage string
	// Warnings are what is odd about the sources and the rooms derived from
	// them, each a sentence in lower case without a full stop.
	Warnings []string
	// NotOffered are the wanted settings that the server lacks.
	NotOffered []provision.Obstacle

	service provision.Service // nil offline
	notes   map[string]xmppadmin.Note
	history state.History
}

// Meetings returns the names of the meetings in hand, such as "IETF 126".
func (p Pass) Meetings() string {
	var names []string
	for _, m := range p.Sources.Meetings {
		names = append(names, provision.MeetingName(m.Number))
	}
	return strings.Join(names, ", ")
}

// warnings returns what is odd about the sources and the rooms derived from
// them, after those given, each text once.
func warnings(in want.Sources, w want.Wanted, given ...string) []string {
	all := given
	for _, o := range in.Outages() {
		all = append(all, o.Error())
	}
	for _, m := range in.Meetings {
		for _, text := range m.Warnings {
			all = append(all, fmt.Sprintf("agenda of %s: %s", provision.MeetingName(m.Number), text))
		}
	}
	if in.Groups != nil {
		all = append(all, in.Groups.Warnings...)
	}
	all = append(all, w.Warnings...)
	for _, r := range w.Refused {
		all = append(all, fmt.Sprintf("no room called %q is made: %s", r.Name, r.Why))
	}
	seen := make(map[string]bool)
	return slices.DeleteFunc(all, func(text string) bool {
		twice := seen[text]
		seen[text] = true
		return twice
	})
}

// specific returns those of the meetings requested that name one meeting.
func specific(meetings []string) []string {
	var numbers []string
	for _, m := range meetings {
		if m != "current" && m != "next" && !isFile(m) {
			numbers = append(numbers, m)
		}
	}
	return numbers
}

func isFile(meeting string) bool { return strings.HasPrefix(meeting, "file:") }
