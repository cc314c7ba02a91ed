package ui

import (
	"fmt"
	"strings"
	"time"

	"muster/provision"
	"muster/provision/state"
)

// Status is the last run as it is shown at the time Now.
type Status struct {
	state.Run
	Now time.Time
	// Lock is who holds the lock; empty where it is free.
	Lock string
}

// statusRecord is the record of a status. Ages are in seconds.
type statusRecord struct {
	Type string `json:"type"`
	state.Run
	Age  int    `json:"age"`
	Lock string `json:"lock,omitempty"`
}

// Status writes a status.
func (c *Console) Status(s Status) {
	if c.Options.Format == JSON {
		c.record(statusRecord{Type: "status", Run: s.Run, Age: int(s.Now.Sub(s.Ended).Seconds()), Lock: s.Lock})
		c.Summarize(s.Counts, Missing{})
		return
	}
	c.table(s.rows())
}

func (s Status) rows() [][]string {
	ended := "done"
	if s.Status != 0 {
		ended = fmt.Sprintf("status %d: %s", s.Run.Status, s.Error)
	}
	rows := [][]string{
		{"last run", fmt.Sprintf("%s, %s, took %s", s.Command, s.when(s.Ended), Ago(s.Ended.Sub(s.Began)))},
		{"ended", ended},
		{"last success", s.when(s.Success)},
		{"rooms", fmt.Sprintf("%d live, %d archived, %d not managed, %d unknown",
			s.Rooms["live"], s.Rooms["archived"], s.Rooms["unmanaged"], s.Rooms["unknown"])},
		{"conflicts", strings.Join(s.Conflicts, ", ")},
	}
	for _, d := range s.Archives {
		rows = append(rows, []string{"next archive", fmt.Sprintf("%s on %s", d.Room, provision.Date(d.When))})
	}
	lock := "free"
	if s.Lock != "" {
		lock = "held by " + s.Lock
	}
	rows = append(rows, []string{"lock", lock})
	for _, source := range s.Sources {
		rows = append(rows, []string{"source", fmt.Sprintf("%s, confirmed %s", source.Name, s.when(source.Confirmed))})
	}
	return rows
}

// when returns a time with how long ago it was.
func (s Status) when(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return fmt.Sprintf("%s ago (%s)", Ago(s.Now.Sub(t)), t.UTC().Format("2006-01-02 15:04:05 UTC"))
}

// Ago returns a duration in words, in its largest unit.
func Ago(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*day:
		return Counted(int(d/day), "day")
	case d >= 2*time.Hour:
		return Counted(int(d/time.Hour), "hour")
	case d >= 2*time.Minute:
		return Counted(int(d/time.Minute), "minute")
	}
	return Counted(int(d.Round(time.Second)/time.Second), "second")
}
