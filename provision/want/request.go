package want

import "time"

// Request is a room that was requested at the front desk, and approved. It gives
// way to every other claim on its name.
type Request struct {
	ID   int64
	Room string // a checked room name
	// Title and Purpose are one line each, as they were approved.
	Title, Purpose string
	Acronym        string // of the group that it is for; empty for none
	// Until is the moment at which the room is no longer wanted: the start, in
	// UTC, of the day after its last.
	Until time.Time
}
