package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"

	"muster/provision/plan"
	"muster/provision/want"
)

const (
	historyFile   = "last-apply.json"
	historyFormat = "muster-memory/1"
)

// History is what earlier runs have seen, for later ones.
type History struct {
	Format string `json:"format"`
	// Meetings are the last successful applies, by the meeting's number.
	Meetings map[string]plan.LastApply `json:"meetings"`
	// Groups is what the list of groups was at the last one that had it.
	Groups plan.LastGroups `json:"groups,omitzero"`
	// Rooms is what was seen of rooms, by name: see [want.Sources.Remember]. It
	// holds whether or not all of an apply was successful.
	Rooms map[string]want.RoomHistory `json:"rooms,omitempty"`
	// Subjects is what was written and seen of the subjects of rooms, by name.
	Subjects map[string]plan.SubjectHistory `json:"subjects,omitempty"`
}

// LoadHistory reads the history in the state folder dir. That there is none is no
// error. One that cannot be parsed is taken as none; warning is then a sentence
// in lower case about it. The error is one of the file system.
func LoadHistory(dir string) (m History, warning string, err error) {
	none := History{Format: historyFormat, Meetings: make(map[string]plan.LastApply)}
	path := filepath.Join(dir, historyFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return none, "", nil
	}
	if err != nil {
		return none, "", fmt.Errorf("history: %w", err)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return none, fmt.Sprintf("%s is damaged and taken as empty: %v", path, err), nil
	}
	if m.Format != historyFormat {
		return none, fmt.Sprintf("%s has the format %q, not %q, and is taken as empty", path, m.Format, historyFormat), nil
	}
	if m.Meetings == nil {
		m.Meetings = none.Meetings
	}
	return m, "", nil
}

// WithApply returns the history with a successful apply at the time now. Without a
// list of groups, what was known of it stays.
func (m History) WithApply(in want.Sources, w want.Wanted, now time.Time) History {
	digests := make(map[string]string)
	for _, meeting := range in.Meetings {
		digests[meeting.Number] = meeting.Digest()
	}
	if m.Meetings = maps.Clone(m.Meetings); m.Meetings == nil {
		m.Meetings = make(map[string]plan.LastApply)
	}
	for _, t := range w.Meetings {
		if t.Meeting == "" { // it cannot be told from another one
			continue
		}
		m.Meetings[t.Meeting] = plan.LastApply{Sessions: t.Sessions, Rooms: t.Rooms, Agenda: digests[t.Meeting], When: now}
	}
	if w.Groups != nil {
		m.Groups = plan.LastGroups{Living: w.Groups.Living, When: now}
	}
	return m
}

// Save writes the history to the state folder dir, wholly or not at all.
func (m History) Save(dir string) error {
	m.Format = historyFormat
	data, err := json.MarshalIndent(m, "", "  ")
	if err == nil {
		err = renameio.WriteFile(filepath.Join(dir, historyFile), append(data, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	return nil
}
