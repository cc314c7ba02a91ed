package provision

import (
	"encoding/json"
	"testing"
	"time"

	"muster/agenda"
	"muster/xmppadmin"
)

// TestRemember: what a run leaves to the next one.
func TestRemember(t *testing.T) {
	t.Parallel()
	before := day.AddDate(0, -1, 0)
	end := day.Add(2 * time.Hour)
	plenary := session(1, "ietf", "sched")
	plenary.Type, plenary.Room = agenda.Plenary, agenda.PlenaryRoom
	moq := record("moq", "wg", "bof")
	on := func(number string, group string, status agenda.Status) agenda.Meeting {
		m := meetingOf([]agenda.Group{{Acronym: group, Type: "wg"}}, session(1, group, status))
		m.Number = number
		return m
	}
	stale := listOf(moq)
	stale.Stale = true
	adhoc := record("moq", "adhoc", "active")
	unnoted := changed(record("moq", "wg", "conclude"), time.Time{})
	cases := map[string]struct {
		in    Sources
		found []xmppadmin.Room
		name  string
		want  Sighting // zero for none
	}{
		"on an agenda":                   {in: Sources{Meetings: []agenda.Meeting{on("126", "moq", "sched")}}, want: Sighting{Last: day, Meeting: "126", End: end}},
		"in upper case":                  {in: Sources{Meetings: []agenda.Meeting{on("126", "MOQ", "sched")}}, want: Sighting{Last: day, Meeting: "126", End: end}},
		"on an agenda, without a time":   {in: Sources{Meetings: []agenda.Meeting{meetingOf([]agenda.Group{group("moq", "wg")}, agenda.Session{Group: "moq", Room: "moq"})}}, want: Sighting{Last: day}},
		"on a later one":                 {in: Sources{Meetings: []agenda.Meeting{on("126", "moq", "sched")}, Seen: map[string]Sighting{"moq": {Last: before, Meeting: "125", End: before}}}, want: Sighting{Last: day, Meeting: "126", End: end}},
		"on an earlier one":              {in: Sources{Meetings: []agenda.Meeting{on("126", "moq", "sched")}, Seen: map[string]Sighting{"moq": {Last: before, Meeting: "127", End: end.Add(1)}}}, want: Sighting{Last: day, Meeting: "127", End: end.Add(1)}},
		"on the same one, moved":         {in: Sources{Meetings: []agenda.Meeting{on("126", "moq", "sched")}, Seen: map[string]Sighting{"moq": {Last: before, Meeting: "126", End: end.Add(1)}}}, want: Sighting{Last: day, Meeting: "126", End: end}},
		"cancelled":                      {in: Sources{Meetings: []agenda.Meeting{on("126", "moq", agenda.Canceled)}, Seen: map[string]Sighting{"moq": {Last: before, Meeting: "125", End: before}}}, want: Sighting{Last: before, Meeting: "125", End: before}},
		"off the agenda":                 {in: Sources{Seen: map[string]Sighting{"moq": {Last: before, Meeting: "125", End: before}}}, want: Sighting{Last: before, Meeting: "125", End: before}},
		"sessions' own room":             {in: Sources{Meetings: []agenda.Meeting{meetingOf(nil, plenary)}}, name: "plenary", want: Sighting{Last: day, Meeting: "126", End: end, Own: true}},
		"living":                         {in: Sources{Groups: listOf(moq)}, want: Sighting{Last: day, Group: moq.ID, Alive: day}},
		"living again":                   {in: Sources{Groups: listOf(moq), Seen: map[string]Sighting{"moq": {Last: before, Group: 1, Alive: before, Over: before, Own: true}}}, want: Sighting{Last: day, Group: moq.ID, Alive: day}},
		"living, list stale":             {in: Sources{Groups: stale}, want: Sighting{Last: day}},
		"of another type":                {in: Sources{Groups: listOf(record("moq", "team", "active"))}},
		"of a type for meetings, found":  {in: Sources{Groups: listOf(adhoc), Seen: map[string]Sighting{"moq": {Last: before, Over: before}}}, found: []xmppadmin.Room{exists("moq", true, false, "")}, want: Sighting{Last: day, Group: adhoc.ID, Alive: day}},
		"over, days left, found":         {in: Sources{Groups: listOf(unnoted)}, found: []xmppadmin.Room{exists("moq", true, false, "")}, want: Sighting{Last: day, Over: day}},
		"over, seen before, found":       {in: Sources{Groups: listOf(unnoted), Seen: map[string]Sighting{"moq": {Last: before, Over: day.Add(-1)}}}, found: []xmppadmin.Room{exists("moq", true, false, "")}, want: Sighting{Last: day, Over: day.Add(-1)}},
		"over, edited, found":            {in: Sources{Groups: listOf(changed(unnoted, day)), Seen: map[string]Sighting{"moq": {Last: before, Over: day.Add(-1)}}}, found: []xmppadmin.Room{exists("moq", true, false, "")}, want: Sighting{Last: day, Over: day.Add(-1)}},
		"over, days left, archived":      {in: Sources{Groups: listOf(unnoted)}, found: []xmppadmin.Room{exists("moq", true, true, "")}},
		"over, days left, absent":        {in: Sources{Groups: listOf(unnoted)}},
		"over, days over, to be done":    {in: Sources{Groups: listOf(record("moq", "wg", "conclude")), Seen: map[string]Sighting{"moq": {Last: before}}}, found: []xmppadmin.Room{exists("moq", true, false, "")}, want: Sighting{Last: day, Over: day}},
		"over, days over, done":          {in: Sources{Groups: listOf(record("moq", "wg", "conclude")), Seen: map[string]Sighting{"moq": {Last: before}}}, found: []xmppadmin.Room{exists("moq", true, true, "")}, want: Sighting{Last: before, Over: day}},
		"over, on an agenda":             {in: Sources{Meetings: []agenda.Meeting{on("126", "moq", "sched")}, Groups: listOf(record("moq", "wg", "conclude"))}, want: Sighting{Last: day, Meeting: "126", End: end, Over: day}},
		"dormant, found":                 {in: Sources{Groups: listOf(record("moq", "wg", "dormant"))}, found: []xmppadmin.Room{exists("moq", true, false, "")}, want: Sighting{Last: day}},
		"not wanted for two years":       {in: Sources{Seen: map[string]Sighting{"moq": {Last: day.Add(-forgetAfter)}}}, want: Sighting{Last: day.Add(-forgetAfter)}},
		"not wanted for longer":          {in: Sources{Seen: map[string]Sighting{"moq": {Last: day.Add(-forgetAfter - 1)}}}},
		"not wanted for longer, a BOF":   {in: Sources{Groups: listOf(moq), Seen: map[string]Sighting{"moq": {Last: day.Add(-forgetAfter - 1), Meeting: "120", End: day.AddDate(-3, 0, 0)}}}, want: Sighting{Last: day.Add(-forgetAfter - 1), Meeting: "120", End: day.AddDate(-3, 0, 0)}},
		"not wanted for longer, and now": {in: Sources{Groups: listOf(record("moq", "wg", "active")), Seen: map[string]Sighting{"moq": {Last: day.AddDate(-3, 0, 0)}}}, want: Sighting{Last: day, Group: moq.ID, Alive: day}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.name == "" {
				c.name = "moq"
			}
			rules := DefaultRules(service)
			rules.GroupTypes = append(rules.GroupTypes, "adhoc")
			w, err := Want(c.in, rules, day)
			if err != nil {
				t.Fatal(err)
			}
			before := digestOf(c.in.Seen)
			for _, policy := range []Policy{Sync, UpsertOnly} {
				seen := c.in.Remember(w, planOf(t, w, c.found, PlanOptions{Policy: policy}), day)
				got, ok := seen[c.name]
				if ok != (c.want != Sighting{}) {
					t.Errorf("%s: remembered %v: %+v", policy, ok, got)
				}
				same(t, string(policy), got, c.want)
				if _, ok := seen["hallway"]; ok {
					t.Error("a standing room is remembered")
				}
				data, err := json.Marshal(Memory{Rooms: seen})
				var back Memory
				if err != nil || json.Unmarshal(data, &back) != nil || len(back.Rooms) != len(seen) || len(seen) > 0 && digestOf(back.Rooms) != digestOf(seen) {
					t.Errorf("%s, %v", data, err)
				}
			}
			if digestOf(c.in.Seen) != before {
				t.Error("what was known was written into")
			}
		})
	}
}

// TestMarks: a plan file notices what has moved on the list of groups, and not
// that somebody edited a group that lives.
func TestMarks(t *testing.T) {
	t.Parallel()
	m := meetingOf([]agenda.Group{group("quic", "wg")}, session(1, "quic", "sched"))
	mark := func(change func(l *agenda.GroupList)) []AgendaMark {
		l := listOf(record("quic", "wg", "active"), record("old", "wg", "conclude"))
		change(l)
		return Sources{Meetings: []agenda.Meeting{m}, Groups: l}.Marks()
	}
	base := mark(func(*agenda.GroupList) {})
	if len(base) != 2 || base[0] != (AgendaMark{"126", m.Digest()}) || base[1].Meeting != GroupsMark {
		t.Fatalf("%+v", base)
	}
	for name, c := range map[string]struct {
		change func(l *agenda.GroupList)
		moves  bool
	}{
		"nothing":           {func(*agenda.GroupList) {}, false},
		"living, edited":    {func(l *agenda.GroupList) { l.Groups[1].Changed = day }, false},
		"concluded, edited": {func(l *agenda.GroupList) { l.Groups[0].Changed = day }, true},
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
	saved, now := PlanFile{Agendas: base}, PlanFile{Agendas: base[:1]}
	says(t, saved.Fits(now), "the plan no longer fits: the list of groups has changed")
	if marks := (Sources{Meetings: []agenda.Meeting{m}}).Marks(); len(marks) != 1 {
		t.Errorf("without a list: %+v", marks)
	}
}
