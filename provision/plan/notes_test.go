package plan

import (
	"testing"

	"muster/provision"
	"muster/provision/internal/check"
	"muster/provision/internal/sample"
	"muster/provision/internal/wanting"
	"muster/xmppadmin"
)

// TestPlanArchivedByHand: such a room stays archived, wanted or not, until it is
// reopened by request.
func TestPlanArchivedByHand(t *testing.T) {
	t.Parallel()
	note := xmppadmin.Note{Who: "anna on desk", When: sample.Day, Reason: "a rehearsal"}
	notes := map[string]xmppadmin.Note{"quic": note}
	moved := wanting.Rooms().With(provision.Room{
		Name: "quic", Settings: xmppadmin.Settings{xmppadmin.Title: "[archived] quic: now tls"},
		Decision: provision.Decision{Desired: provision.Archived, MovedTo: "tls"},
	})
	for name, c := range map[string]struct {
		wanted string
		found  xmppadmin.Room
		o      Options
		action provision.Action
		byHand bool // the row has the note
		stays  bool // and is archived only on that account
		counts provision.Counts
	}{
		"wanted":     {"group", sample.Room("quic", true, true, "quic"), Options{Policy: Sync}, "", true, true, provision.Counts{}},
		"not wanted": {"none", sample.Room("quic", true, true, "quic"), Options{Policy: Sync}, "", true, false, provision.Counts{}},
		"moved":      {"moved", sample.Room("quic", true, true, "quic"), Options{Policy: Sync}, "", true, false, provision.Counts{}},
		"reopened by request": {"group", sample.Room("quic", true, true, "quic"), Options{Reopen: []string{"quic"}},
			provision.Reopen, true, false, provision.Counts{Wanted: 1, Reopen: 1}},
		"live all the same": {"group", sample.Room("quic", true, false, "quic"), Options{Policy: Sync},
			provision.Unchanged, false, false, provision.Counts{Wanted: 1, Unchanged: 1}},
		"not managed any more": {"group", sample.Room("quic", false, true, "quic"), Options{Policy: Sync},
			provision.Conflict, false, false, provision.Counts{Wanted: 1, Conflict: 1}},
		"half archived": {"group", half(sample.Room("quic", true, false, "quic")), Options{Policy: Sync}, provision.Archive, true, false,
			provision.Counts{Archive: 1}},
		"half archived, reopened by request": {"group", half(sample.Room("quic", true, false, "quic")), Options{Reopen: []string{"quic"}},
			provision.Reopen, true, false, provision.Counts{Wanted: 1, Reopen: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := input(wanting.Rooms(), []xmppadmin.Room{c.found})
			switch c.wanted {
			case "group":
				in.Wanted = wanting.Rooms("quic")
			case "moved":
				in.Wanted = moved
			}
			in.Notes = notes
			p, err := New(in, c.o)
			if err != nil || len(p.Rows) != 1 {
				t.Fatal(p.Rows, err)
			}
			row := p.Rows[0]
			if row.Action != c.action || (row.ByHand != nil) != c.byHand || row.ArchivedByHand() != c.stays {
				t.Errorf("%+v", row)
			}
			check.Same(t, "counts", p.Counts, c.counts)
		})
	}
}

// half returns a room whose archiving was interrupted.
func half(r xmppadmin.Room) xmppadmin.Room {
	r.HalfArchived = true
	return r
}

// TestNotesOfAPlan: a note is written for an archiving by request, and goes with
// the archiving that it is about.
func TestNotesOfAPlan(t *testing.T) {
	t.Parallel()
	old, now := xmppadmin.Note{Who: "anna", When: sample.Day}, xmppadmin.Note{Who: "bert", When: sample.Day.AddDate(0, 0, 1)}
	have := map[string]xmppadmin.Note{"absent": old, "archived": old, "live": old, "elsewhere": old, "half": old, "reopen": old, "unknown": old}
	w := wanting.Rooms("archive", "live", "unknown")
	in := input(w, []xmppadmin.Room{
		{Name: "absent", State: xmppadmin.Absent}, sample.Room("archive", true, false, "archive"), sample.Room("archived", true, true, ""),
		half(sample.Room("half", true, false, "")), sample.Room("live", true, false, "live"), sample.Room("reopen", true, true, ""), {Name: "unknown"},
	})
	in.Notes = have
	p, err := New(in, Options{Policy: Sync, Archive: []string{"archive"}, Reopen: []string{"reopen"}})
	if err != nil {
		t.Fatal(err)
	}
	check.Same(t, "notes", p.Notes(have, now), map[string]xmppadmin.Note{"archive": now, "archived": old, "elsewhere": old, "half": old, "unknown": old})
	if len(have) != 7 {
		t.Error("the notes in hand were changed")
	}
	ruled := planOf(t, wanting.Rooms().With(wanting.Archived("x", "")), []xmppadmin.Room{sample.Room("x", true, false, "x")}, Options{Policy: Sync})
	check.Same(t, "notes of an archiving by rule", ruled.Notes(nil, now), map[string]xmppadmin.Note{})
}

// TestArchivingKeepsAHiddenRoomHidden archives a room that is not listed.
func TestArchivingKeepsAHiddenRoomHidden(t *testing.T) {
	t.Parallel()
	found := sample.Room("secret", true, false, "secret")
	found.Settings[xmppadmin.Public] = xmppadmin.False
	p := planOf(t, wanting.Rooms(), []xmppadmin.Room{found}, Options{Policy: Sync, Archive: []string{"secret"}})
	changes := p.Changes()
	if len(changes) != 1 || changes[0].Room.Settings[xmppadmin.Public] != xmppadmin.False {
		t.Errorf("%+v", changes)
	}
}
