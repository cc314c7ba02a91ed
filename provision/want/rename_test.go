package want

import (
	"strings"
	"testing"

	"muster/agenda"
	"muster/provision/internal/check"
	"muster/provision/internal/sample"
)

func TestRenamed(t *testing.T) {
	t.Parallel()
	ivy := []Rename{{Name: "ivy", Previously: "nimby"}}
	both := []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("nimby", "wg"), sample.Group("ivy", "wg")},
		sample.Session(1, "nimby", "sched"), sample.Session(2, "ivy", "sched"))}
	numbered := sample.Record("ivy", "wg", "active")
	numbered.ID = 7
	seen := map[string]RoomHistory{"nimby": {Last: sample.Day, Group: 7}}
	stale := sample.List(numbered)
	stale.Stale = true
	ended := sample.Edited(sample.Record("ivy", "wg", "conclude"), sample.Day.AddDate(-1, 0, 0))
	ended.ID = 7
	const now, toCome = "the group is ivy now", "the group is ivy now, and there is no room of that name yet"
	const numbers = "the Datatracker's list of groups calls the group ivy now"
	odd := sample.Record("i v y", "wg", "active")
	odd.ID = 7
	cancelled := []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("ivy", "wg")}, sample.Session(1, "ivy", agenda.Canceled))}
	cases := map[string]struct {
		renamed []Rename
		in      Sources
		life    string
		why     string
		warned  string
	}{
		"configured": {ivy, Sources{Groups: sample.List(sample.Record("ivy", "wg", "active"))}, "archived", now, ""},
		"configured, previous replaced": {
			ivy,
			Sources{Groups: sample.List(sample.Record("ivy", "wg", "active"), sample.Edited(sample.Record("nimby", "wg", "replaced"), sample.Day))},
			"archived", now, "",
		},
		"configured, previous dormant": {
			ivy, Sources{Groups: sample.List(sample.Record("ivy", "wg", "active"), sample.Record("nimby", "wg", "dormant"))}, "archived", now, "",
		},
		"configured, previous a BOF": {
			ivy, Sources{Groups: sample.List(sample.Record("ivy", "wg", "active"), sample.Record("nimby", "wg", "bof"))}, "archived", now, "",
		},
		"configured, previous a BOF, met": {
			ivy, Sources{Meetings: both, Groups: sample.List(sample.Record("nimby", "wg", "bof"))}, "live",
			"nimby (wg) is a BOF, last on IETF 126: until 19 August 2026",
			`renamed group "ivy", previously "nimby": the list of groups has "nimby" as one that lives, so its room stays`,
		},
		"configured, previous a BOF, new": {ivy, Sources{Groups: sample.List(sample.Record("nimby", "wg", "bof"))}, "leave-alone", toCome, ""},
		"configured, previous lives": {
			ivy, Sources{Groups: sample.List(sample.Record("ivy", "wg", "active"), sample.Record("nimby", "wg", "active"))}, "live",
			"nimby (wg) is active", `renamed group "ivy", previously "nimby": the list of groups has "nimby" as one that lives, so its room stays`,
		},
		"configured, list stale":     {ivy, Sources{Groups: stale}, "archived", now, ""},
		"configured, agenda's alone": {ivy, Sources{Meetings: both[:1:1]}, "live", "IETF 126: 1 session of nimby (wg)", ""},
		"configured, both on the agenda": {
			ivy, Sources{Meetings: both, Groups: sample.List(sample.Record("ivy", "wg", "active"))}, "live", "IETF 126: 1 session of nimby (wg)", "",
		},
		"configured, no new room":       {ivy, Sources{Groups: sample.List(sample.Record("ivvy", "wg", "active"))}, "leave-alone", toCome, ""},
		"configured, new one cancelled": {ivy, Sources{Meetings: cancelled}, "leave-alone", toCome, ""},
		"by its number, no room's name": {
			nil, Sources{Groups: sample.List(odd), History: seen}, "leave-alone",
			"the Datatracker's list of groups calls the group i v y now, and there is no room of that name yet", "",
		},
		"configured, nothing known":     {ivy, Sources{}, "leave-alone", toCome, ""},
		"configured, new one concluded": {ivy, Sources{Groups: sample.List(ended)}, "archived", now, ""},
		"twice": {
			[]Rename{{"shrub", "nimby"}, {"ivy", "shrub"}}, Sources{Groups: sample.List(sample.Record("ivy", "wg", "active"))}, "archived", now, "",
		},
		"back": {
			[]Rename{{"nimby", "ivy"}}, Sources{Groups: sample.List(sample.Record("nimby", "wg", "active"))}, "live", "nimby (wg) is active", "",
		},
		"by its number":             {nil, Sources{Groups: sample.List(numbered), History: seen}, "archived", numbers, ""},
		"by its number, list stale": {nil, Sources{Groups: stale, History: seen}, "nothing", "", ""},
		"by its number, on the agenda": {
			nil, Sources{Meetings: both, Groups: sample.List(numbered), History: seen}, "live", "IETF 126: 1 session of nimby (wg)", "",
		},
		"by its number, name taken": {
			nil, Sources{Groups: sample.List(numbered, sample.Record("nimby", "wg", "active")), History: seen}, "live", "nimby (wg) is active", "",
		},
		"by its number, other number":  {nil, Sources{Groups: sample.List(sample.Record("ivy", "wg", "active")), History: seen}, "nothing", "", ""},
		"by its number, and concluded": {nil, Sources{Groups: sample.List(ended), History: seen}, "archived", numbers, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := bare()
			rules.Renamed = c.renamed
			w, err := Derive(c.in, rules, sample.Day)
			if err != nil {
				t.Fatal(err)
			}
			if life, why := lifeOf(t, w, "nimby"); life != c.life || why != c.why {
				t.Errorf("%s: %s\nwant %s: %s", life, why, c.life, c.why)
			}
			if got := strings.Join(w.Warnings, "\n"); got != c.warned && !strings.HasPrefix(got, "list of groups: ") {
				t.Errorf("warnings %q, want %q", got, c.warned)
			}
		})
	}
}

// TestRenamedOfAnotherType: a group that lives keeps its room, though its type
// alone would not give it one.
func TestRenamedOfAnotherType(t *testing.T) {
	t.Parallel()
	rules := bare()
	rules.GroupTypes = []string{"team"}
	rules.Renamed = []Rename{{Name: "ivy", Previously: "nimby"}}
	in := Sources{Groups: sample.List(sample.Record("ivy", "wg", "active"), sample.Record("nimby", "team", "active")),
		History: map[string]RoomHistory{"nimby": {Group: sample.Record("ivy", "", "").ID}}}
	w, err := Derive(in, rules, sample.Day)
	if err != nil {
		t.Fatal(err)
	}
	if life, _ := lifeOf(t, w, "nimby"); life != "leave-alone" || len(w.Warnings) != 1 {
		t.Errorf("%s, %q", life, w.Warnings)
	}
}

func TestRenamesValidate(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		list []Rename
		want string
	}{
		"one":                {[]Rename{{"b", "a"}}, ""},
		"the same twice":     {[]Rename{{"b", "a"}, {"b", "a"}}, ""},
		"two into one":       {[]Rename{{"c", "a"}, {"c", "b"}}, ""},
		"in a row":           {[]Rename{{"b", "a"}, {"c", "b"}}, ""},
		"no name":            {[]Rename{{"", "a"}}, `renamed group "", previously "a": the name "": the name is empty`},
		"bad previous name":  {[]Rename{{"b", "A"}}, `renamed group "b", previously "A": the name "A": the name does not match`},
		"into two":           {[]Rename{{"b", "a"}, {"c", "a"}}, `renamed group, previously "a": it cannot be both "b" and "c" now`},
		"into itself":        {[]Rename{{"a", "a"}}, "go round in a circle"},
		"there and back":     {[]Rename{{"b", "a"}, {"a", "b"}}, "go round in a circle"},
		"round, from beside": {[]Rename{{"b", "a"}, {"c", "b"}, {"b", "c"}}, "go round in a circle"},
	}
	for name, c := range cases {
		r := bare()
		r.Renamed = c.list
		first := r.Validate()
		check.Error(t, first, c.want)
		for range 10 {
			if again := r.Validate(); first != nil && again.Error() != first.Error() {
				t.Errorf("%s: %v, and then %v", name, first, again)
			}
		}
	}
}
