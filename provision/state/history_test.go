package state

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"muster/agenda"
	"muster/provision/internal/check"
	"muster/provision/internal/sample"
	"muster/provision/plan"
	"muster/provision/want"
)

func TestHistory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m, warning, err := LoadHistory(dir)
	if err != nil || warning != "" || len(m.Meetings) != 0 {
		t.Fatal(m, warning, err)
	}
	meeting := agenda.Meeting{Number: "126"}
	in := want.Sources{Meetings: []agenda.Meeting{meeting}}
	w := want.Wanted{Meetings: []want.MeetingStats{{Meeting: "126", Sessions: 120, Rooms: 112}}, Groups: &want.GroupStats{Groups: 900, Living: 150}}
	empty := m
	m = m.WithApply(in, w, sample.Day)
	m = m.WithApply(in, want.Wanted{Meetings: []want.MeetingStats{{Meeting: "127", Sessions: 2, Rooms: 1}, {Sessions: 7}}}, sample.Day.AddDate(1, 0, 0))
	check.Same(t, "meetings", m.Meetings, map[string]plan.LastApply{
		"126": {Sessions: 120, Rooms: 112, Agenda: meeting.Digest(), When: sample.Day},
		"127": {Sessions: 2, Rooms: 1, When: sample.Day.AddDate(1, 0, 0)},
	})
	if len(empty.Meetings) > 0 {
		t.Error("the memory of the last run was written into")
	}
	m.Rooms = map[string]want.RoomHistory{"moq": {Last: sample.Day, Meeting: "126", End: sample.Day, Group: 7, Alive: sample.Day}, "plenary": {Own: true}}
	if m.Groups != (plan.LastGroups{Living: 150, When: sample.Day}) {
		t.Errorf("%+v", m.Groups)
	}
	for range 2 {
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
	}
	got, warning, err := LoadHistory(dir)
	if err != nil || warning != "" {
		t.Fatal(warning, err)
	}
	check.Same(t, "memory", got, m)
	info, err := os.Stat(filepath.Join(dir, historyFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("files left behind: %v", files)
	}
	zero := History{}.WithApply(in, w, sample.Day)
	if err := zero.Save(filepath.Join(dir, "none")); err == nil {
		t.Error("saved into a folder that is not there")
	}
}

func TestHistoryDamaged(t *testing.T) {
	t.Parallel()
	for data, warns := range map[string]string{
		"": "damaged", "{": "damaged", "[]": "damaged", "{}": `the format ""`, `{"format":"muster-memory/2"}`: `the format "muster-memory/2"`,
		`{"format":"muster-memory/1","meetings":{"126":7}}`: "damaged", `{"format":"muster-memory/1"}`: "",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, historyFile), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		m, warning, err := LoadHistory(dir)
		if err != nil || len(m.Meetings) != 0 || m.Meetings == nil || (warning == "") != (warns == "") || !strings.Contains(warning, warns) {
			t.Errorf("%q: %v, %q, %v", data, m, warning, err)
		}
	}
	dir := t.TempDir()
	// A file as it was before rooms were remembered.
	old := `{"format":"muster-memory/1","meetings":{"126":{"sessions":1,"made":2,"agenda":"x","when":"2026-07-20T09:00:00Z"}}}`
	if err := os.WriteFile(filepath.Join(dir, historyFile), []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	m, warning, err := LoadHistory(dir)
	if err != nil || warning != "" || m.Meetings["126"].Rooms != 2 || m.Rooms != nil {
		t.Error(m, warning, err)
	}
	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, historyFile), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, _, err := LoadHistory(dir); err == nil {
		t.Error("a folder in its place is no error")
	}
}
