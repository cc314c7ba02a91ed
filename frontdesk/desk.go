package frontdesk

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"muster/agenda"
	"muster/xmppadmin"
)

// Config is how a desk is set up.
type Config struct {
	// Domain is the address of the component, Chat the localpart of the address
	// that it chats from, Service that of the MUC service.
	Domain, Chat, Service string
	// Name is how the desk is called in lists of services.
	Name string
	// Secretariat are the prepared bare JIDs of those who decide.
	Secretariat []string
	// Local is the domain whose JIDs the server always vouches for. Remote has
	// the JIDs of other domains trusted too; OpenToLocal lets everyone of Local
	// make requests, which then wait.
	Local               string
	Remote, OpenToLocal bool
	// Roles are the slugs of the roles that count; AreaDirectors has those of
	// an area count for its groups.
	Roles         []string
	AreaDirectors bool
	// ChairsAreAdmins makes holders of roles admins of their groups' rooms.
	ChairsAreAdmins bool
	// Profile reports whether links by the Datatracker profile are offered,
	// Mail whether codes can be mailed.
	Profile, Mail bool
	Quota         Quota
	// DefaultDays is how long a room is requested for where nothing is said.
	DefaultDays int
	// Warn is how long before its end a request is warned of, Pending how long
	// one may stay unanswered until it lapses.
	Warn, Pending time.Duration
	// RoomsURL is the page of all rooms, LogURL the address of a room's log with
	// {room} in place of the room; both may be empty.
	RoomsURL, LogURL string
	// Logger is given what goes wrong; nil for none.
	Logger *slog.Logger
}

// Quota is how much may be requested.
type Quota struct {
	Group, Person int // open requests of one group, of one person
	Days          int // from today until the end
	All           int // open requests in all
}

// Caller is who asks, as the server vouches for it: a prepared bare JID, and the
// full one where there is one.
type Caller struct{ JID, Full string }

// Offer is one command that a caller may use: its node, which is a short word,
// and its name (XEP-0050 §3.1).
type Offer struct{ Node, Name string }

// Way is where a caller wants to go from a stage.
type Way int

// The ways. Forward is whatever is neither of the others.
const (
	Forward Way = iota
	Back
	Cancel
)

// Step is one request of a caller on a command.
type Step struct {
	Node string
	// Session is empty on the first request.
	Session string
	Way     Way
	// Values are the first values of the submitted fields, by name. Those of
	// type fixed and those that are not known are ignored.
	Values map[string]string
}

// Status is that of a command (XEP-0050 §3.4).
type Status string

// The statuses of a command.
const (
	Asking    Status = "executing"
	Completed Status = "completed"
	Canceled  Status = "canceled"
)

// Answer is what the desk answers to a Step.
type Answer struct {
	Session string
	// Status is empty where the desk has no command of that node.
	Status Status
	// Say is the note. Its first words say whether it was done: "Done.",
	// "Waiting.", "Not done.".
	Say    string
	Failed bool  // the note is an error
	Form   *Form // the stage to fill in, or the results; nil for none
	Back   bool  // the caller may go back
	Last   bool  // forward completes the command
}

// Form is a stage of a command, or its results. Its first field is always the
// fixed field "say" in a stage, "Outcome" in results.
type Form struct {
	Title, Instructions string
	Fields              []Field
}

// FieldType is the type of a field (XEP-0004 §3.3). No others are used: what
// else there is, clients show wrongly or not at all.
type FieldType string

// The types of fields.
const (
	Fixed      FieldType = "fixed"
	TextSingle FieldType = "text-single"
	ListSingle FieldType = "list-single" // always with a value
	JIDSingle  FieldType = "jid-single"  // in results alone
	Hidden     FieldType = "hidden"
)

// Field is one field of a Form.
type Field struct {
	Name    string
	Type    FieldType
	Label   string
	Value   string // one line
	Options []Option
}

// Option is one choice of a list.
type Option struct{ Label, Value string }

// People is what the desk asks of the Datatracker. Each list says when it was
// last confirmed; the desk decides whether that is recent enough.
type People interface {
	Roles(ctx context.Context) (agenda.RoleList, error)
	// Acronyms returns the groups of every type and in every state.
	Acronyms(ctx context.Context) (agenda.GroupList, error)
	Profiles(ctx context.Context) (agenda.ProfileList, error)
	Person(ctx context.Context, id int) (agenda.Person, error)
}

// The errors of [Rooms] that the desk decides on.
var (
	// ErrBusy means that another run holds the lock.
	ErrBusy = errors.New("another run holds the lock")
	// ErrSuperseded means that the room of a request is wanted for another
	// reason, and is not the requester's.
	ErrSuperseded = errors.New("a group, a session or a standing room has the name now")
)

// Made is a room that was made and read back.
type Made struct {
	JID string // the address of the room
	Log string // the address of its log; may be empty
	// Reopened reports whether the room was there before, archived.
	Reopened bool
}

// Rooms makes one room by plan, guard and apply, under the lock, and manages the
// affiliations of it.
type Rooms interface {
	// Make makes the room of an approved request. The error is [ErrBusy] where
	// another run holds the lock, and [ErrSuperseded] where the request has to
	// give way: then nothing is made.
	Make(ctx context.Context, name string) (Made, error)
	Look(ctx context.Context, name string) (xmppadmin.Room, error)
	// Reserved reports whether a room is wanted, standing or protected for
	// another reason than a request, and why; the reason is a sentence in lower
	// case.
	Reserved(ctx context.Context, name string) (reason string, err error)
	// Live returns the live managed rooms, by name.
	Live(ctx context.Context) ([]xmppadmin.Room, error)
	// Affiliations returns those of a room, by bare JID.
	Affiliations(ctx context.Context, name string) (map[string]string, error)
	Grant(ctx context.Context, name, jid string) error
	Revoke(ctx context.Context, name, jid string) error
}
