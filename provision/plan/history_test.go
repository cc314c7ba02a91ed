package plan

import (
	"encoding/json"
	"testing"
	"time"

	"muster/agenda"
	"muster/provision"
	"muster/provision/internal/check"
	"muster/provision/internal/sample"
	"muster/provision/want"
	"muster/xmppadmin"
)

// TestRemember: what a run leaves to the next one.
func TestRemember(t *testing.T) {
	t.Parallel()
	before := sample.Day.AddDate(0, -1, 0)
	end := sample.Day.Add(2 * time.Hour)
	plenary := sample.Session(1, "ietf", "sched")
	plenary.Type, plenary.Room = agenda.Plenary, agenda.PlenaryRoom
	moq := sample.Record("moq", "wg", "bof")
	on := func(number string, group string, status agenda.Status) agenda.Meeting {
		m := sample.Meeting([]agenda.Group{{Acronym: group, Type: "wg"}}, sample.Session(1, group, status))
		m.Number = number
		return m
	}
	elsewhere := on("126", "moq", "sched")
	elsewhere.Sessions[0].Room, elsewhere.Sessions[0].OwnRoom = "wgchairs", true
	stale := sample.List(moq)
	stale.Stale = true
	adhoc := sample.Record("moq", "adhoc", "active")
	unnoted := sample.Edited(sample.Record("moq", "wg", "conclude"), time.Time{})
	cases := map[string]struct {
		in    want.Sources
		found []xmppadmin.Room
		name  string
		want  want.RoomHistory // zero for none
	}{
		"on an agenda": {
			in:   want.Sources{Meetings: []agenda.Meeting{on("126", "moq", "sched")}},
			want: want.RoomHistory{Last: sample.Day, Meeting: "126", End: end},
		},
		"in upper case": {
			in:   want.Sources{Meetings: []agenda.Meeting{on("126", "MOQ", "sched")}},
			want: want.RoomHistory{Last: sample.Day, Meeting: "126", End: end},
		},
		"on an agenda, without a time": {
			in: want.Sources{Meetings: []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("moq", "wg")},
				agenda.Session{Group: "moq", Room: "moq"})}},
			want: want.RoomHistory{Last: sample.Day},
		},
		"on a later one": {
			in: want.Sources{Meetings: []agenda.Meeting{on("126", "moq", "sched")},
				History: map[string]want.RoomHistory{"moq": {Last: before, Meeting: "125", End: before}}},
			want: want.RoomHistory{Last: sample.Day, Meeting: "126", End: end},
		},
		"on an earlier one": {
			in: want.Sources{Meetings: []agenda.Meeting{on("126", "moq", "sched")},
				History: map[string]want.RoomHistory{"moq": {Last: before, Meeting: "127", End: end.Add(1)}}},
			want: want.RoomHistory{Last: sample.Day, Meeting: "127", End: end.Add(1)},
		},
		"on the same one, moved": {
			in: want.Sources{Meetings: []agenda.Meeting{on("126", "moq", "sched")},
				History: map[string]want.RoomHistory{"moq": {Last: before, Meeting: "126", End: end.Add(1)}}},
			want: want.RoomHistory{Last: sample.Day, Meeting: "126", End: end},
		},
		"cancelled": {
			in: want.Sources{Meetings: []agenda.Meeting{on("126", "moq", agenda.Canceled)},
				History: map[string]want.RoomHistory{"moq": {Last: before, Meeting: "125", End: before}}},
			want: want.RoomHistory{Last: before, Meeting: "125", End: before},
		},
		"off the agenda": {
			in:   want.Sources{History: map[string]want.RoomHistory{"moq": {Last: before, Meeting: "125", End: before}}},
			want: want.RoomHistory{Last: before, Meeting: "125", End: before},
		},
		"sessions' own room": {
			in: want.Sources{Meetings: []agenda.Meeting{sample.Meeting(nil, plenary)}}, name: "plenary",
			want: want.RoomHistory{Last: sample.Day, Meeting: "126", End: end, Own: true},
		},
		"a BOF, in another room": {
			in:   want.Sources{Meetings: []agenda.Meeting{elsewhere}, Groups: sample.List(moq)},
			want: want.RoomHistory{Last: sample.Day, Meeting: "126", End: end, Group: moq.ID, Alive: sample.Day},
		},
		"on an agenda without a number": {
			in: want.Sources{Meetings: []agenda.Meeting{on("", "moq", "sched")}}, want: want.RoomHistory{Last: sample.Day},
		},
		"living": {
			in: want.Sources{Groups: sample.List(moq)}, want: want.RoomHistory{Last: sample.Day, Group: moq.ID, Alive: sample.Day},
		},
		"living again": {
			in: want.Sources{Groups: sample.List(moq),
				History: map[string]want.RoomHistory{"moq": {Last: before, Group: 1, Alive: before, Over: before, Own: true}}},
			want: want.RoomHistory{Last: sample.Day, Group: moq.ID, Alive: sample.Day},
		},
		"living, list stale": {in: want.Sources{Groups: stale}, want: want.RoomHistory{Last: sample.Day}},
		"of another type":    {in: want.Sources{Groups: sample.List(sample.Record("moq", "team", "active"))}},
		"of a type for meetings, found": {
			in:    want.Sources{Groups: sample.List(adhoc), History: map[string]want.RoomHistory{"moq": {Last: before, Over: before}}},
			found: []xmppadmin.Room{sample.Room("moq", true, false, "")},
			want:  want.RoomHistory{Last: sample.Day, Group: adhoc.ID, Alive: sample.Day},
		},
		"over, days left, found": {
			in: want.Sources{Groups: sample.List(unnoted)}, found: []xmppadmin.Room{sample.Room("moq", true, false, "")},
			want: want.RoomHistory{Last: sample.Day, Over: sample.Day},
		},
		"over, seen before, found": {
			in:    want.Sources{Groups: sample.List(unnoted), History: map[string]want.RoomHistory{"moq": {Last: before, Over: sample.Day.Add(-1)}}},
			found: []xmppadmin.Room{sample.Room("moq", true, false, "")}, want: want.RoomHistory{Last: sample.Day, Over: sample.Day.Add(-1)},
		},
		"over, edited, found": {
			in: want.Sources{Groups: sample.List(sample.Edited(unnoted, sample.Day)),
				History: map[string]want.RoomHistory{"moq": {Last: before, Over: sample.Day.Add(-1)}}},
			found: []xmppadmin.Room{sample.Room("moq", true, false, "")}, want: want.RoomHistory{Last: sample.Day, Over: sample.Day.Add(-1)},
		},
		"over, days left, archived": {in: want.Sources{Groups: sample.List(unnoted)}, found: []xmppadmin.Room{sample.Room("moq", true, true, "")}},
		"over, days left, absent":   {in: want.Sources{Groups: sample.List(unnoted)}},
		"over, days over, to be done": {
			in:    want.Sources{Groups: sample.List(sample.Record("moq", "wg", "conclude")), History: map[string]want.RoomHistory{"moq": {Last: before}}},
			found: []xmppadmin.Room{sample.Room("moq", true, false, "")}, want: want.RoomHistory{Last: sample.Day, Over: sample.Day},
		},
		"over, days over, done": {
			in:    want.Sources{Groups: sample.List(sample.Record("moq", "wg", "conclude")), History: map[string]want.RoomHistory{"moq": {Last: before}}},
			found: []xmppadmin.Room{sample.Room("moq", true, true, "")}, want: want.RoomHistory{Last: before, Over: sample.Day},
		},
		"over, on an agenda": {
			in:   want.Sources{Meetings: []agenda.Meeting{on("126", "moq", "sched")}, Groups: sample.List(sample.Record("moq", "wg", "conclude"))},
			want: want.RoomHistory{Last: sample.Day, Meeting: "126", End: end, Over: sample.Day},
		},
		"dormant, found": {
			in:    want.Sources{Groups: sample.List(sample.Record("moq", "wg", "dormant"))},
			found: []xmppadmin.Room{sample.Room("moq", true, false, "")}, want: want.RoomHistory{Last: sample.Day},
		},
		"not wanted for two years": {
			in:   want.Sources{History: map[string]want.RoomHistory{"moq": {Last: sample.Day.Add(-2 * 365 * 24 * time.Hour)}}},
			want: want.RoomHistory{Last: sample.Day.Add(-2 * 365 * 24 * time.Hour)},
		},
		"not wanted for longer": {in: want.Sources{History: map[string]want.RoomHistory{"moq": {Last: sample.Day.Add(-2*365*24*time.Hour - 1)}}}},
		"not wanted for longer, a BOF": {
			in: want.Sources{Groups: sample.List(moq),
				History: map[string]want.RoomHistory{"moq": {Last: sample.Day.Add(-2*365*24*time.Hour - 1), Meeting: "120",
					End: sample.Day.AddDate(-3, 0, 0)}}},
			want: want.RoomHistory{Last: sample.Day.Add(-2*365*24*time.Hour - 1), Meeting: "120", End: sample.Day.AddDate(-3, 0, 0)},
		},
		"not wanted for longer, and now": {
			in: want.Sources{Groups: sample.List(sample.Record("moq", "wg", "active")),
				History: map[string]want.RoomHistory{"moq": {Last: sample.Day.AddDate(-3, 0, 0)}}},
			want: want.RoomHistory{Last: sample.Day, Group: moq.ID, Alive: sample.Day},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.name == "" {
				c.name = "moq"
			}
			rules := want.DefaultRules(sample.Service)
			rules.GroupTypes = append(rules.GroupTypes, "adhoc")
			w, err := want.Derive(c.in, rules, sample.Day)
			if err != nil {
				t.Fatal(err)
			}
			before := provision.DigestOf(c.in.History)
			for _, policy := range []Policy{Sync, UpsertOnly} {
				seen := Remember(c.in, w, planOf(t, w, c.found, Options{Policy: policy}), sample.Day)
				got, ok := seen[c.name]
				if ok != (c.want != want.RoomHistory{}) {
					t.Errorf("%s: remembered %v: %+v", policy, ok, got)
				}
				check.Same(t, string(policy), got, c.want)
				if _, ok := seen["hallway"]; ok {
					t.Error("a standing room is remembered")
				}
				data, err := json.Marshal(seen)
				var back map[string]want.RoomHistory
				if err != nil || json.Unmarshal(data,
					&back) != nil || len(back) != len(seen) || len(seen) > 0 && provision.DigestOf(back) != provision.DigestOf(seen) {
					t.Errorf("%s, %v", data, err)
				}
			}
			if provision.DigestOf(c.in.History) != before {
				t.Error("what was known was written into")
			}
		})
	}
}

// TestMarks: a plan file notices what has moved on the list of groups, and not
// that a living group was edited.
func TestMarks(t *testing.T) {
	t.Parallel()
	m := sample.Meeting([]agenda.Group{sample.Group("quic", "wg")}, sample.Session(1, "quic", "sched"))
	mark := func(change func(l *agenda.GroupList)) []want.SourceDigest {
		l := sample.List(sample.Record("quic", "wg", "active"), sample.Record("old", "wg", "conclude"))
		change(l)
		return want.Sources{Meetings: []agenda.Meeting{m}, Groups: l}.Fingerprints()
	}
	base := mark(func(*agenda.GroupList) {})
	if len(base) != 2 || base[0] != (want.SourceDigest{Meeting: "126", Digest: m.Digest()}) || base[1].Meeting != want.GroupsSource {
		t.Fatalf("%+v", base)
	}
	for name, c := range map[string]struct {
		change func(l *agenda.GroupList)
		moves  bool
	}{
		"nothing":           {func(*agenda.GroupList) {}, false},
		"living, edited":    {func(l *agenda.GroupList) { l.Groups[1].Changed = sample.Day }, false},
		"concluded, edited": {func(l *agenda.GroupList) { l.Groups[0].Changed = sample.Day }, true},
		"name":              {func(l *agenda.GroupList) { l.Groups[1].Name = "x" }, true},
		"state":             {func(l *agenda.GroupList) { l.Groups[1].State = "dormant" }, true},
		"one less":          {func(l *agenda.GroupList) { l.Groups = l.Groups[1:] }, true},
		"stale":             {func(l *agenda.GroupList) { l.Stale = true }, false},
	} {
		got := mark(c.change)
		if (got[1] != base[1]) != c.moves || got[0] != base[0] {
			t.Errorf("%s: the mark moves %v", name, !c.moves)
		}
	}
	saved, now := File{Agendas: base}, File{Agendas: base[:1]}
	check.Error(t, saved.CheckFresh(now), "the plan no longer fits: the list of groups has changed")
	if marks := (want.Sources{Meetings: []agenda.Meeting{m}}).Fingerprints(); len(marks) != 1 {
		t.Errorf("without a list: %+v", marks)
	}
}
