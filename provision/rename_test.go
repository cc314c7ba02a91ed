package provision

import (
	"strings"
	"testing"

	"muster/agenda"
	"muster/xmppadmin"
)

func TestRenamed(t *testing.T) {
	t.Parallel()
	ivy := []Rename{{Name: "ivy", Previously: "nimby"}}
	both := []agenda.Meeting{meetingOf([]agenda.Group{group("nimby", "wg"), group("ivy", "wg")}, session(1, "nimby", "sched"), session(2, "ivy", "sched"))}
	numbered := record("ivy", "wg", "active")
	numbered.ID = 7
	seen := map[string]Sighting{"nimby": {Last: day, Group: 7}}
	stale := listOf(numbered)
	stale.Stale = true
	ended := changed(record("ivy", "wg", "conclude"), day.AddDate(-1, 0, 0))
	ended.ID = 7
	const now, toCome = "the group is ivy now", "the group is ivy now, and there is no room of that name yet"
	const numbers = "the Datatracker's list of groups calls the group ivy now"
	odd := record("i v y", "wg", "active")
	odd.ID = 7
	cancelled := []agenda.Meeting{meetingOf([]agenda.Group{group("ivy", "wg")}, session(1, "ivy", agenda.Canceled))}
	cases := map[string]struct {
		renamed []Rename
		in      Sources
		life    string
		why     string
		warned  string
	}{
		"configured":                      {ivy, Sources{Groups: listOf(record("ivy", "wg", "active"))}, "ended", now, ""},
		"configured, previous replaced":   {ivy, Sources{Groups: listOf(record("ivy", "wg", "active"), changed(record("nimby", "wg", "replaced"), day))}, "ended", now, ""},
		"configured, previous dormant":    {ivy, Sources{Groups: listOf(record("ivy", "wg", "active"), record("nimby", "wg", "dormant"))}, "ended", now, ""},
		"configured, previous a BOF":      {ivy, Sources{Groups: listOf(record("ivy", "wg", "active"), record("nimby", "wg", "bof"))}, "ended", now, ""},
		"configured, previous a BOF, met": {ivy, Sources{Meetings: both, Groups: listOf(record("nimby", "wg", "bof"))}, "wanted", "nimby (wg) is a BOF, last on IETF 126: until 19 August 2026", `renamed group "ivy", previously "nimby": the list of groups has "nimby" as one that lives, so its room stays`},
		"configured, previous a BOF, new": {ivy, Sources{Groups: listOf(record("nimby", "wg", "bof"))}, "kept", toCome, ""},
		"configured, previous lives":      {ivy, Sources{Groups: listOf(record("ivy", "wg", "active"), record("nimby", "wg", "active"))}, "wanted", "nimby (wg) is active", `renamed group "ivy", previously "nimby": the list of groups has "nimby" as one that lives, so its room stays`},
		"configured, list stale":          {ivy, Sources{Groups: stale}, "ended", now, ""},
		"configured, agenda's alone":      {ivy, Sources{Meetings: both[:1:1]}, "wanted", "IETF 126: 1 session of nimby (wg)", ""},
		"configured, both on the agenda":  {ivy, Sources{Meetings: both, Groups: listOf(record("ivy", "wg", "active"))}, "wanted", "IETF 126: 1 session of nimby (wg)", ""},
		"configured, no new room":         {ivy, Sources{Groups: listOf(record("ivvy", "wg", "active"))}, "kept", toCome, ""},
		"configured, new one cancelled":   {ivy, Sources{Meetings: cancelled}, "kept", toCome, ""},
		"by its number, no room's name":   {nil, Sources{Groups: listOf(odd), Seen: seen}, "kept", "the Datatracker's list of groups calls the group i v y now, and there is no room of that name yet", ""},
		"configured, nothing known":       {ivy, Sources{}, "kept", toCome, ""},
		"configured, new one concluded":   {ivy, Sources{Groups: listOf(ended)}, "ended", now, ""},
		"twice":                           {[]Rename{{"shrub", "nimby"}, {"ivy", "shrub"}}, Sources{Groups: listOf(record("ivy", "wg", "active"))}, "ended", now, ""},
		"back":                            {[]Rename{{"nimby", "ivy"}}, Sources{Groups: listOf(record("nimby", "wg", "active"))}, "wanted", "nimby (wg) is active", ""},
		"by its number":                   {nil, Sources{Groups: listOf(numbered), Seen: seen}, "ended", numbers, ""},
		"by its number, list stale":       {nil, Sources{Groups: stale, Seen: seen}, "nothing", "", ""},
		"by its number, on the agenda":    {nil, Sources{Meetings: both, Groups: listOf(numbered), Seen: seen}, "wanted", "IETF 126: 1 session of nimby (wg)", ""},
		"by its number, name taken":       {nil, Sources{Groups: listOf(numbered, record("nimby", "wg", "active")), Seen: seen}, "wanted", "nimby (wg) is active", ""},
		"by its number, other number":     {nil, Sources{Groups: listOf(record("ivy", "wg", "active")), Seen: seen}, "nothing", "", ""},
		"by its number, and concluded":    {nil, Sources{Groups: listOf(ended), Seen: seen}, "ended", numbers, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := bare()
			rules.Renamed = c.renamed
			w, err := Want(c.in, rules, day)
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
	in := Sources{Groups: listOf(record("ivy", "wg", "active"), record("nimby", "team", "active")), Seen: map[string]Sighting{"nimby": {Group: record("ivy", "", "").ID}}}
	w, err := Want(in, rules, day)
	if err != nil {
		t.Fatal(err)
	}
	if life, _ := lifeOf(t, w, "nimby"); life != "kept" || len(w.Warnings) != 1 {
		t.Errorf("%s, %q", life, w.Warnings)
	}
}

// TestRenamedRoomPoints: the old room's title and description lead to the new
// one, also where it was archived before anybody knew.
func TestRenamedRoomPoints(t *testing.T) {
	t.Parallel()
	rules := bare()
	rules.Renamed = []Rename{{Name: "ivy", Previously: "nimby"}}
	w, err := Want(Sources{Groups: listOf(record("ivy", "wg", "active"))}, rules, day)
	if err != nil {
		t.Fatal(err)
	}
	found := []xmppadmin.Room{asWanted(roomOf(t, w, "ivy")), exists("nimby", true, false, "nimby: Not in My Back Yard")}
	for _, archived := range []bool{false, true} {
		found[1].Archived = archived
		if archived {
			found[1].Settings[xmppadmin.Title] = "[archived] nimby: Not in My Back Yard"
		}
		p := planOf(t, w, found, PlanOptions{Policy: Sync})
		if len(p.Changes) != 1 || p.Changes[0].Action != Archive || p.Changes[0].Reason != "the group is ivy now" {
			t.Fatalf("archived %v: %+v", archived, p.Changes)
		}
		s := p.Changes[0].Room.Settings
		if s[xmppadmin.Title] != "[archived] nimby: now ivy" || s[xmppadmin.Description] != "Archived since 20 July 2026: the group is ivy now; join xmpp:ivy@rooms.example.org?join instead." {
			t.Errorf("archived %v: %q", archived, s)
		}
	}
	found[1].Settings[xmppadmin.Title] = "[archived] nimby: now ivy"
	if p := planOf(t, w, found, PlanOptions{Policy: Sync}); len(p.Changes) > 0 {
		t.Errorf("a room that points already: %+v", p.Changes)
	}
	same(t, "names", w.Names(), []string{"ivy", "nimby"})
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
		says(t, first, c.want)
		for range 10 {
			if again := r.Validate(); first != nil && again.Error() != first.Error() {
				t.Errorf("%s: %v, and then %v", name, first, again)
			}
		}
	}
}
