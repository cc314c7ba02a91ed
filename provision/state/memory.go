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
	memoryFile   = "last-apply.json"
	memoryFormat = "muster-memory/1"
)

// Memory is what earlier runs leave to later ones.
type Memory struct {
	Format string `json:"format"`
	// Meetings are the last successful applies, by the meeting's number.
	Meetings map[string]plan.LastApply `json:"meetings"`
	// Groups is what the list of groups was at the last one that had it.
	Groups plan.LastGroups `json:"groups,omitzero"`
	// Rooms is what was seen of rooms, by name: see [want.Sources.Remember]. It
	// holds whether or not all of an apply was successful.
	Rooms map[string]want.RoomHistory `json:"rooms,omitempty"`
}

// LoadMemory reads the memory in the state folder dir. There being none is no
// error. One that cannot be understood is taken as none, and warning, a
// sentence in lower case, says so. The error is one of the file system.
func LoadMemory(dir string) (m Memory, warning string, err error) {
	none := Memory{Format: memoryFormat, Meetings: make(map[string]plan.LastApply)}
	path := filepath.Join(dir, memoryFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return none, "", nil
	}
	if err != nil {
		return none, "", fmt.Errorf("memory of the last apply: %w", err)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return none, fmt.Sprintf("%s is damaged and taken as empty: %v", path, err), nil
	}
	if m.Format != memoryFormat {
		return none, fmt.Sprintf("%s has the format %q, not %q, and is taken as empty", path, m.Format, memoryFormat), nil
	}
	if m.Meetings == nil {
		m.Meetings = none.Meetings
	}
	return m, "", nil
}

// WithApply returns the memory with a successful apply at the time now, of which
// rooms were wanted. Without a list of groups, what was known of it stays.
func (m Memory) WithApply(in want.Sources, w want.Wanted, rooms int, now time.Time) Memory {
	digests := make(map[string]string)
	for _, meeting := range in.Meetings {
		digests[meeting.Number] = meeting.Digest()
	}
	if m.Meetings = maps.Clone(m.Meetings); m.Meetings == nil {
		m.Meetings = make(map[string]plan.LastApply)
	}
	for _, t := range w.Meetings {
		m.Meetings[t.Meeting] = plan.LastApply{Sessions: t.Sessions, Rooms: rooms, Agenda: digests[t.Meeting], When: now}
	}
	if w.Groups != nil {
		m.Groups = plan.LastGroups{Living: w.Groups.Living, When: now}
	}
	return m
}

// Save writes the memory to the state folder dir, wholly or not at all.
func (m Memory) Save(dir string) error {
	m.Format = memoryFormat
	data, err := json.MarshalIndent(m, "", "  ")
	if err == nil {
		err = renameio.WriteFile(filepath.Join(dir, memoryFile), append(data, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("memory of the last apply: %w", err)
	}
	return nil
}
