package frontdesk

import "muster/frontdesk/store"

// What the desk keeps is package store; these are its names.
type (
	// Store is what the front desk keeps, in an SQLite database.
	Store = store.Store
	// Request is one request for a room, State where it stands, Event what
	// happens to it, Entry a line of its history.
	Request = store.Request
	State   = store.State
	Event   = store.Event
	Entry   = store.Entry
	// Filter selects requests, Amendment is what approving changes of one.
	Filter    = store.Filter
	Amendment = store.Amendment
	// Link is a JID that belongs to a person, LinkWay how it was linked.
	Link    = store.Link
	LinkWay = store.LinkWay
	// Grant is an admin affiliation that the desk gave.
	Grant = store.Grant
	// Message waits to be sent by a Medium.
	Message = store.Message
	Medium  = store.Medium
	// Run is what a run did to rooms, Stats are counts for metrics.
	Run   = store.Run
	Stats = store.Stats
)

// The states of a request.
const (
	Pending    = store.Pending
	Approved   = store.Approved
	Live       = store.Live
	Denied     = store.Denied
	Withdrawn  = store.Withdrawn
	Lapsed     = store.Lapsed
	Ended      = store.Ended
	Superseded = store.Superseded
)

// The events that change the state of a request.
const (
	Approve   = store.Approve
	Deny      = store.Deny
	Withdraw  = store.Withdraw
	Lapse     = store.Lapse
	Make      = store.Make
	Extend    = store.Extend
	End       = store.End
	Supersede = store.Supersede
)

// The ways to link, and the media.
const (
	BySecretariat = store.BySecretariat
	ByProfile     = store.ByProfile
	ByMail        = store.ByMail
	Chat          = store.Chat
	Mail          = store.Mail
	InRoom        = store.Room
)

// The errors of a [Store] that a caller decides on.
var (
	ErrNewer   = store.ErrNewer
	ErrUnknown = store.ErrUnknown
	ErrTaken   = store.ErrTaken
	ErrState   = store.ErrState
)

// Open opens the database at path, and makes it where there is none; see
// [store.Open].
func Open(path string) (*Store, error) { return store.Open(path) }

// Shown returns an address as it is shown to the secretariat; see [store.Shown].
func Shown(jid string) string { return store.Shown(jid) }

// Next returns the state of a request after an event; see [store.Next].
func Next(s State, e Event) (State, error) { return store.Next(s, e) }

// States returns all states, in the order of a request's life.
func States() []State { return store.States() }
