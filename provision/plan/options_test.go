package plan

import (
	"strings"
	"testing"

	"muster/provision"
	"muster/provision/internal/check"
	"muster/provision/internal/sample"
	"muster/provision/internal/wanting"
	"muster/provision/want"
	"muster/xmppadmin"
)

// TestPlanOneAction: a plan with one action leaves the rooms alone that need
// another one, and reports what is unknown all the same.
func TestPlanOneAction(t *testing.T) {
	t.Parallel()
	w := wanting.Rooms("adopt", "create", "same", "unknown", "update").With(wanting.Archived("archive", ""))
	found := []xmppadmin.Room{
		sample.Room("adopt", false, false, "adopt"), sample.Room("archive", true, false, "archive"), {Name: "create", State: xmppadmin.Absent},
		sample.Room("same", true, false, "same"), sample.Room("strange", true, false, ""), {Name: "unknown"}, sample.Room("update", true, false, "old"),
	}
	for name, c := range map[string]struct {
		o       Options
		changes string
		counts  provision.Counts
	}{
		"all": {Options{Policy: Sync, AdoptWanted: true}, "adopt archive create unknown update",
			provision.Counts{Wanted: 5, Adopt: 1, Archive: 1, Create: 1, Unchanged: 1, Unknown: 1, Update: 1}},
		"adopt": {Options{Policy: Sync, AdoptWanted: true, Action: provision.Adopt}, "adopt unknown",
			provision.Counts{Wanted: 3, Adopt: 1, Unchanged: 1, Unknown: 1}},
		"archive": {Options{Policy: Sync, Action: provision.Archive}, "archive unknown",
			provision.Counts{Wanted: 2, Archive: 1, Unchanged: 1, Unknown: 1}},
		"one that is withheld": {Options{Policy: CreateOnly, Action: provision.Archive}, "unknown",
			provision.Counts{Wanted: 2, Unchanged: 1, Unknown: 1, Withheld: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := planOf(t, w, found, c.o)
			var got []string
			for _, change := range p.Changes() {
				got = append(got, string(change.Action))
				if change.Room.Name != string(change.Action) {
					t.Errorf("%s of %s", change.Action, change.Room.Name)
				}
			}
			check.Same(t, "changes", strings.Join(got, " "), c.changes)
			check.Same(t, "counts", p.Counts, c.counts)
			if strange := p.Select(Row.Unexplained); len(strange) != 1 || p.Managed != 4 {
				t.Errorf("unexplained %+v, managed %d", strange, p.Managed)
			}
		})
	}
}

// TestPlanRequests requests an action of each kind of room.
func TestPlanRequests(t *testing.T) {
	t.Parallel()
	exists := func(managed, archived bool) xmppadmin.Room { return sample.Room("quic", managed, archived, "quic") }
	absent := xmppadmin.Room{Name: "quic", State: xmppadmin.Absent}
	wanted, bof := wanting.Rooms("quic"), wanting.Rooms("quic")
	bof.Rooms[0].Decision.Desired = provision.LiveUnlessArchived
	bof.Rooms[0].Reasons = []provision.Reason{{Source: provision.FromGroups, Text: "quic is a BOF"}}
	sources := map[string]want.Wanted{"nothing": wanting.Rooms(), "group": wanted, "BOF": bof}
	for name, c := range map[string]struct {
		wanted string // by whom
		found  xmppadmin.Room
		action provision.Action
		done   provision.Action // empty where nothing is
		unmet  string
		err    string
	}{
		"adopt, managed":            {"group", exists(true, false), provision.Adopt, provision.Unchanged, "it is managed already", ""},
		"adopt, absent":             {"group", absent, provision.Adopt, "", "it does not exist", ""},
		"adopt, not managed":        {"group", exists(false, false), provision.Adopt, provision.Adopt, "", ""},
		"adopt, unknown":            {"group", xmppadmin.Room{Name: "quic"}, provision.Adopt, provision.Unknown, "", ""},
		"adopt, no such room":       {"nothing", absent, provision.Adopt, "", "", `no room, wanted or found, is called "quic"`},
		"archive, wanted":           {"group", exists(true, false), provision.Archive, provision.Archive, "", ""},
		"archive, not wanted":       {"nothing", exists(true, false), provision.Archive, provision.Archive, "", ""},
		"archive, archived":         {"group", exists(true, true), provision.Archive, "", "it is not a live room of this account", ""},
		"archive, not managed":      {"group", exists(false, false), provision.Archive, "", "it is not a live room of this account", ""},
		"archive, absent":           {"group", absent, provision.Archive, "", "it does not exist", ""},
		"archive, unknown":          {"nothing", xmppadmin.Room{Name: "quic"}, provision.Archive, provision.Unknown, "", ""},
		"archive, no such room":     {"nothing", absent, provision.Archive, "", "", `no room, wanted or found, is called "quic"`},
		"reopen, archived":          {"nothing", exists(true, true), provision.Reopen, provision.Reopen, "", ""},
		"reopen, archived, wanted":  {"group", exists(true, true), provision.Reopen, provision.Reopen, "", ""},
		"reopen, archived, a BOF's": {"BOF", exists(true, true), provision.Reopen, provision.Reopen, "", ""},
		"reopen, live":              {"nothing", exists(true, false), provision.Reopen, "", "it is not an archived room of this account", ""},
		"reopen, no such room":      {"nothing", absent, provision.Reopen, "", "", `no room, wanted or found, is called "quic"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			names := []string{"quic"}
			o := Options{Policy: Sync, Action: c.action, Reason: "a rehearsal"}
			switch c.action {
			case provision.Adopt:
				o.Adopt = names
			case provision.Archive:
				o.Archive = names
			default:
				o.Reopen = names
			}
			check.Same(t, "requested", o.Requested(), names)
			p, err := New(input(sources[c.wanted], []xmppadmin.Room{c.found}), o)
			check.Error(t, err, c.err)
			if len(p.Rows) != 1 || p.Rows[0].Action != c.done {
				t.Errorf("rows %+v", p.Rows)
			}
			unmet := ""
			for _, u := range p.Unmet {
				unmet += u.Reason()
				if u.Action != c.action || u.Row.Found.Name != "quic" {
					t.Errorf("unmet %+v", u)
				}
			}
			check.Same(t, "unmet", unmet, c.unmet)
		})
	}
}

// TestPlanArchiveByRequest: the room's description has the reason, and the row
// keeps the reasons for which it is wanted.
func TestPlanArchiveByRequest(t *testing.T) {
	t.Parallel()
	w := wanting.Rooms("quic", "tls")
	w.Rooms[0].Reasons = []provision.Reason{{Source: provision.FromStanding, Text: "standing room"}}
	found := []xmppadmin.Room{sample.Room("quic", true, false, "quic: QUIC"), sample.Room("tls", true, false, "tls")}
	p := planOf(t, w, found, Options{Policy: Sync, Archive: []string{"quic"}, Reason: "a rehearsal"})
	changes := p.Changes()
	if len(changes) != 1 || changes[0].Action != provision.Archive || changes[0].Reason != "a rehearsal" {
		t.Fatalf("changes %+v", changes)
	}
	room := changes[0].Room
	check.Same(t, "reasons", room.Reasons, w.Rooms[0].Reasons)
	check.Same(t, "title", room.Title(), "[archived] quic: QUIC")
	check.Same(t, "description", room.Settings[xmppadmin.Description], "Archived since 20 July 2026: a rehearsal.")
	check.Same(t, "counts", p.Counts, provision.Counts{Wanted: 1, Archive: 1, Unchanged: 1})
	check.Same(t, "decision", w.Rooms[0].Decision.Desired, provision.Live)
}
