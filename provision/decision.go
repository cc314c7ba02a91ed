package provision

import "time"

// Desired is how a room should be.
type Desired string

// How a room can be desired. The zero value stands for a room of which nothing
// is known but its name.
const (
	// Live rooms exist and are open: they are created or reopened.
	Live Desired = "live"
	// LiveIfExists rooms are kept as live ones are, and neither created nor
	// reopened: all their sessions are cancelled.
	LiveIfExists Desired = "live-if-exists"
	// LiveUnlessArchived rooms are kept or created as live ones are, and not
	// reopened: those of BOFs that are on no agenda in hand.
	LiveUnlessArchived Desired = "live-unless-archived"
	// Archived rooms are archived where they exist: their life is over.
	Archived Desired = "archived"
	// ArchivedIfFound rooms are archived too, but nothing shows that they ever
	// existed: a survey need not look for them.
	ArchivedIfFound Desired = "archived-if-found"
	// LeaveAlone rooms stay as they are.
	LeaveAlone Desired = "leave-alone"
	// Contested rooms are wanted by two groups that claim the name, each as its
	// own: they are reported as in conflict, and stay as they are.
	Contested Desired = "contested"
)

// Wanted reports whether a room so desired is a wanted one: whether it is to be
// live under some condition, or would be if its name were not contested.
func (d Desired) Wanted() bool {
	return d == Live || d == LiveIfExists || d == LiveUnlessArchived || d == Contested
}

// Over reports whether the life of a room so desired has ended.
func (d Desired) Over() bool { return d == Archived || d == ArchivedIfFound }

// Surveyed reports whether a survey must look for a room so desired.
func (d Desired) Surveyed() bool { return d.Wanted() || d == Archived }

// Decision is what is to become of a room, and why.
type Decision struct {
	Desired Desired `json:"desired"`
	// Source is where the evidence comes from; empty for a room that is
	// archived by hand, and for one that is wanted otherwise than by request.
	Source Source `json:"source,omitempty"`
	// Request is the number of the front desk's request that the decision goes by;
	// zero for none.
	Request int64 `json:"request,omitempty"`
	// Reason is why a room that is not wanted is archived or left alone: a text
	// that may follow a colon. The reasons of a wanted room are [Room.Reasons].
	Reason string `json:"reason,omitempty"`
	// Since is when the life of the room's group ended, zero where it has not or
	// where the time is not known, and Until when the room's days of grace end,
	// zero where they are not counted.
	Since time.Time `json:"since,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// MovedTo is the name of the room that takes the place of an archived one;
	// empty for none.
	MovedTo string `json:"moved_to,omitempty"`
}
