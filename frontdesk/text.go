package frontdesk

import (
	"time"

	"muster/frontdesk/store"
)

// plain returns what a person wrote, as it may stand in other people's clients.
func plain(s string) string { return store.Plain(s) }

// endOf returns the start of the day after a day in UTC, zero for what is no
// day.
func endOf(day string) time.Time { return Request{Until: day}.End() }

// dayOf returns the day of a time in UTC.
func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }
