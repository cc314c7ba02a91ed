package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"

	"muster/provision"
)

const (
	lastRunFile   = "last-run.json"
	lastRunFormat = "muster-run/1"
)

// Run is the last run that was to change rooms, for monitoring.
type Run struct {
	Format  string    `json:"format"`
	Command string    `json:"command"`
	Began   time.Time `json:"began"`
	Ended   time.Time `json:"ended"`
	// Status is the exit status, Error the error that it stands for; empty
	// where there was none.
	Status int    `json:"status"`
	Error  string `json:"error,omitempty"`
	// Success is when a run last ended with status 0; zero for never.
	Success time.Time `json:"success,omitzero"`
	// Counts are those of the outcome, zero where the run did not get so far.
	Counts provision.Counts `json:"counts"`
	// Rooms counts the rooms on the service by their state: live, archived,
	// unmanaged, unknown. Conflicts are the names of those in conflict.
	Rooms     map[string]int `json:"rooms,omitempty"`
	Conflicts []string       `json:"conflicts,omitempty"`
	// Archives are the rooms whose days of grace end, by time.
	Archives []Due `json:"archives,omitempty"`
	// Sources are the agendas and the list of groups.
	Sources []Source `json:"sources,omitempty"`
	// Conditions are what is odd and lasts, each with the time at which it was
	// last reported.
	Conditions map[string]time.Time `json:"conditions,omitempty"`
}

// Due is a room that is to be archived.
type Due struct {
	Room string    `json:"room"`
	When time.Time `json:"when"`
}

// Source is a document of the Datatracker: a meeting by its name, or the list
// of groups.
type Source struct {
	Name string `json:"name"`
	// Confirmed is when the Datatracker last sent or confirmed it.
	Confirmed time.Time `json:"confirmed"`
}

// LoadRun returns the last run noted in the state folder dir; ok reports whether
// there is one. One that cannot be parsed is none. The error is one of the file
// system.
func LoadRun(dir string) (r Run, ok bool, err error) {
	data, err := os.ReadFile(filepath.Join(dir, lastRunFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Run{}, false, nil
	case err != nil:
		return Run{}, false, fmt.Errorf("last run: %w", err)
	case json.Unmarshal(data, &r) != nil || r.Format != lastRunFormat:
		return Run{}, false, nil
	}
	return r, true, nil
}

// Save notes the run in the state folder dir, wholly or not at all. The caller
// holds the folder's [Lock].
func (r Run) Save(dir string) error {
	r.Format = lastRunFormat
	data, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = renameio.WriteFile(filepath.Join(dir, lastRunFile), append(data, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("last run: %w", err)
	}
	return nil
}

// repeatAfter is how long a condition that lasts is not reported again.
const repeatAfter = 24 * time.Hour

// News returns those of the conditions that begin with this run, have changed or
// were last reported a day ago, and the conditions with their times as they are
// to be noted.
func (r Run) News(conditions []string, now time.Time) (news []string, noted map[string]time.Time) {
	noted = make(map[string]time.Time, len(conditions))
	for _, c := range conditions {
		when, known := r.Conditions[c]
		if _, twice := noted[c]; twice {
			continue
		}
		if !known || now.Sub(when) >= repeatAfter {
			news, when = append(news, c), now
		}
		noted[c] = when
	}
	return news, noted
}
