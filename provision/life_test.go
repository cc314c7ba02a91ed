package provision

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/agenda"
	"muster/xmppadmin"
)

const oneDay = 24 * time.Hour

// record returns a group of the list of groups that was last edited long ago.
func record(acronym, kind string, state agenda.GroupState) agenda.GroupRecord {
	g := group(acronym, kind)
	g.State, g.BOF = state, state == "bof"
	id := 0
	for _, c := range acronym {
		id = id*31 + int(c)
	}
	return agenda.GroupRecord{Group: g, ID: id, Changed: day.AddDate(-1, 0, 0)}
}

// listOf returns a list of groups that is current and whole.
func listOf(groups ...agenda.GroupRecord) *agenda.GroupList {
	slices.SortFunc(groups, func(a, b agenda.GroupRecord) int { return strings.Compare(a.Acronym, b.Acronym) })
	return &agenda.GroupList{Groups: groups}
}

// changed returns r as last edited at a time.
func changed(r agenda.GroupRecord, at time.Time) agenda.GroupRecord {
	r.Changed = at
	return r
}

// lifeOf says in a word what becomes of the room called name, and why.
func lifeOf(t *testing.T, w Wanted, name string) (life, why string) {
	t.Helper()
	var found []string
	for _, r := range w.Rooms {
		if r.Name == name {
			life = "wanted"
			if r.IfExists {
				life = "wanted where it exists"
			} else if r.StayArchived {
				life = "wanted, may stay archived"
			}
			found = append(found, life)
			why = r.Reasons[len(r.Reasons)-1].Text
		}
	}
	for _, k := range w.Kept {
		if k.Name == name {
			found, why = append(found, "kept"), k.Reason
		}
	}
	for _, e := range w.Ended {
		if e.Name == name {
			found, why = append(found, "ended"), e.Reason
		}
	}
	switch len(found) {
	case 0:
		return "nothing", ""
	case 1:
		return found[0], why
	}
	t.Fatalf("room %q is %q at once", name, found)
	return "", ""
}

// TestHowLongARoomLives goes through the rules for how long a room lives, with
// the clock before, at and after each limit.
func TestHowLongARoomLives(t *testing.T) {
	t.Parallel()
	const grace = 30 * oneDay
	over := day.Add(-grace) // what ended then has just had its days
	onAgenda := []agenda.Meeting{meetingOf([]agenda.Group{group("moq", "wg")}, session(1, "moq", "sched"))}
	past := []agenda.Meeting{meetingOf([]agenda.Group{group("moq", "wg")}, session(1, "moq", "sched"))}
	past[0].Sessions[0].Start = day.AddDate(-1, 0, 0)
	cancelled := []agenda.Meeting{meetingOf([]agenda.Group{group("moq", "wg")}, session(1, "moq", agenda.Canceled))}
	met := func(end time.Time) map[string]Sighting {
		return map[string]Sighting{"moq": {Last: end, Meeting: "125", End: end}}
	}
	unnoted := changed(record("moq", "wg", "conclude"), time.Time{})
	cases := map[string]struct {
		meetings []agenda.Meeting
		group    agenda.GroupRecord
		list     func(*agenda.GroupList)
		rules    func(*Rules)
		seen     map[string]Sighting
		life     string
		why      string
	}{
		"active":                                 {group: record("moq", "wg", "active"), life: "wanted", why: "moq (wg) is active"},
		"active directorate":                     {group: record("moq", "dir", "active"), life: "wanted", why: "moq (dir) is active"},
		"active, edited now":                     {group: changed(record("moq", "wg", "active"), day), life: "wanted", why: "moq (wg) is active"},
		"proposed":                               {group: record("moq", "rg", "proposed"), life: "wanted", why: "moq (rg) is proposed"},
		"active, agenda's alone":                 {group: record("moq", "wg", "active"), rules: func(r *Rules) { r.YearRound = nil }, life: "kept", why: `moq (wg) is in the state "active", and rooms of its type are for meetings`},
		"active team":                            {group: record("moq", "team", "active"), life: "nothing"},
		"active team, on agendas by its type":    {group: record("moq", "team", "active"), rules: func(r *Rules) { r.GroupTypes = []string{"team"} }, life: "kept", why: `moq (team) is in the state "active", and rooms of its type are for meetings`},
		"active team, year-round by its type":    {group: record("moq", "team", "active"), rules: func(r *Rules) { r.YearRound = []string{"team"} }, life: "wanted", why: "moq (team) is active"},
		"active, sessions cancelled":             {meetings: cancelled, group: record("moq", "wg", "active"), life: "wanted", why: "moq (wg) is active"},
		"dormant":                                {group: record("moq", "wg", "dormant"), life: "kept", why: `moq (wg) is in the state "dormant"`},
		"a state nobody knows":                   {group: record("moq", "wg", "asleep"), life: "kept", why: `moq (wg) is in the state "asleep"`},
		"no state":                               {group: record("moq", "wg", ""), life: "kept", why: `moq (wg) is in the state ""`},
		"BOF, on an agenda":                      {meetings: onAgenda, group: record("moq", "wg", "bof"), life: "wanted", why: "moq (wg) is a BOF, last on IETF 126: until 19 August 2026"},
		"BOF, on an agenda, long over before":    {meetings: onAgenda, group: record("moq", "wg", "bof"), seen: met(over.AddDate(-1, 0, 0)), life: "wanted", why: "moq (wg) is a BOF, last on IETF 126: until 19 August 2026"},
		"BOF, on an agenda that was moved":       {meetings: onAgenda, group: record("moq", "wg", "bof"), seen: map[string]Sighting{"moq": {Meeting: "126", End: day.AddDate(0, 1, 0)}}, life: "wanted", why: "moq (wg) is a BOF, last on IETF 126: until 19 August 2026"},
		"BOF, on an agenda of long ago":          {meetings: past, group: record("moq", "wg", "bof"), life: "wanted", why: "moq (wg) is a BOF, last on IETF 126: until 19 August 2025"},
		"BOF, not met yet":                       {group: record("moq", "wg", "bof"), life: "wanted, may stay archived", why: "moq (wg) is a BOF"},
		"BOF, days left":                         {group: record("moq", "wg", "bof"), seen: met(over.Add(time.Second)), life: "wanted, may stay archived", why: "moq (wg) is a BOF, last on IETF 125: until 20 July 2026"},
		"BOF, days just over":                    {group: record("moq", "wg", "bof"), seen: met(over), life: "ended", why: "the BOF moq was last on IETF 125, which ended on 20 June 2026; 30 days have passed"},
		"BOF, days long over":                    {group: record("moq", "wg", "bof"), seen: met(over.AddDate(-1, 0, 0)), life: "ended", why: "the BOF moq was last on IETF 125, which ended on 20 June 2025; 30 days have passed"},
		"BOF, days over, sessions cancelled":     {meetings: cancelled, group: record("moq", "wg", "bof"), seen: met(over), life: "ended", why: "the BOF moq was last on IETF 125, which ended on 20 June 2026; 30 days have passed"},
		"BOF, days left, sessions cancelled":     {meetings: cancelled, group: record("moq", "wg", "bof"), seen: met(over.Add(1)), life: "wanted, may stay archived", why: "moq (wg) is a BOF, last on IETF 125: until 20 July 2026"},
		"BOF, renamed since it met":              {group: record("moq", "wg", "bof"), seen: map[string]Sighting{"old": {Meeting: "125", End: over, Group: record("moq", "", "").ID}}, life: "ended", why: "the BOF moq was last on IETF 125, which ended on 20 June 2026; 30 days have passed"},
		"BOF, meeting to come":                   {group: record("moq", "wg", "bof"), seen: met(day.AddDate(0, 4, 0)), life: "wanted, may stay archived", why: "moq (wg) is a BOF, last on IETF 125: until 20 December 2026"},
		"BOF, days over, list stale":             {group: record("moq", "wg", "bof"), seen: met(over), list: func(l *agenda.GroupList) { l.Stale = true }, life: "kept", why: "the BOF moq was last on IETF 125, which ended on 20 June 2026, and the list of groups that says so is not current or not whole"},
		"BOF, days over, list not whole":         {group: record("moq", "wg", "bof"), seen: met(over), list: func(l *agenda.GroupList) { l.Incomplete = true }, life: "kept", why: "the BOF moq was last on IETF 125, which ended on 20 June 2026, and the list of groups that says so is not current or not whole"},
		"BOF, days over, not in the list":        {group: record("quic", "wg", "active"), seen: met(over), life: "nothing"},
		"BOF, other days of grace":               {group: record("moq", "wg", "bof"), rules: func(r *Rules) { r.Grace = 31 * oneDay }, seen: met(over), life: "wanted, may stay archived", why: "moq (wg) is a BOF, last on IETF 125: until 21 July 2026"},
		"BOF that became a working group":        {group: record("moq", "wg", "active"), seen: met(over.AddDate(-1, 0, 0)), life: "wanted", why: "moq (wg) is active"},
		"BOF, concluded, days left":              {group: record("moq", "wg", "bof-conc"), seen: met(over.Add(time.Second)), life: "kept", why: "moq (wg) has been a concluded BOF since 20 June 2026; its room lives until 20 July 2026"},
		"BOF, concluded, days over":              {group: changed(record("moq", "wg", "bof-conc"), day), seen: met(over), life: "ended", why: "moq (wg) has been a concluded BOF since 20 June 2026; 30 days have passed"},
		"BOF, concluded before it met":           {group: changed(record("moq", "wg", "bof-conc"), over), seen: met(day.Add(1)), life: "ended", why: "moq (wg) has been a concluded BOF since 20 June 2026; 30 days have passed"},
		"concluded, days left":                   {group: changed(record("moq", "wg", "conclude"), over.Add(time.Second)), life: "kept", why: "moq (wg) has been concluded since 20 June 2026; its room lives until 20 July 2026"},
		"concluded, days just over":              {group: changed(record("moq", "wg", "conclude"), over), life: "ended", why: "moq (wg) has been concluded since 20 June 2026; 30 days have passed"},
		"concluded, days long over":              {group: record("moq", "rg", "conclude"), life: "ended", why: "moq (rg) has been concluded since 20 July 2025; 30 days have passed"},
		"concluded, known by its number":         {group: record("moq", "wg", "conclude"), seen: map[string]Sighting{"moq": {Group: record("moq", "", "").ID}}, life: "ended", why: "moq (wg) has been concluded since 20 July 2025; 30 days have passed"},
		"concluded, another one dormant":         {group: record("moq", "wg", "conclude"), list: func(l *agenda.GroupList) { l.Groups = append(l.Groups, record("MOQ", "wg", "dormant")) }, life: "kept", why: `MOQ (wg) is in the state "dormant"`},
		"dormant, another one concluded":         {group: record("moq", "wg", "dormant"), list: func(l *agenda.GroupList) { l.Groups = append(l.Groups, record("MOQ", "wg", "conclude")) }, life: "kept", why: `moq (wg) is in the state "dormant"`},
		"concluded, no grace":                    {group: changed(record("moq", "wg", "conclude"), day), rules: func(r *Rules) { r.Grace = 0 }, life: "ended", why: "moq (wg) has been concluded since 20 July 2026"},
		"concluded, on an agenda":                {meetings: onAgenda, group: record("moq", "wg", "conclude"), life: "wanted", why: "IETF 126: 1 session of moq (wg)"},
		"concluded, sessions cancelled":          {meetings: cancelled, group: record("moq", "wg", "conclude"), life: "ended", why: "moq (wg) has been concluded since 20 July 2025; 30 days have passed"},
		"concluded, days left, cancelled":        {meetings: cancelled, group: unnoted, life: "wanted where it exists", why: "IETF 126: 1 session of moq (wg), all cancelled"},
		"concluded, list stale":                  {group: record("moq", "wg", "conclude"), list: func(l *agenda.GroupList) { l.Stale = true }, life: "kept", why: "moq (wg) is concluded, and the list of groups that says so is not current or not whole"},
		"concluded, list not whole":              {group: record("moq", "wg", "conclude"), list: func(l *agenda.GroupList) { l.Incomplete = true }, life: "kept", why: "moq (wg) is concluded, and the list of groups that says so is not current or not whole"},
		"concluded, another row unread":          {group: record("moq", "wg", "conclude"), list: func(l *agenda.GroupList) { l.Unread = agenda.Unread{Rows: 1, Unnamed: 1} }, life: "ended", why: "moq (wg) has been concluded since 20 July 2025; 30 days have passed"},
		"concluded, list empty":                  {group: record("moq", "wg", "conclude"), list: func(l *agenda.GroupList) { l.Groups = nil }, seen: met(over), life: "nothing"},
		"concluded team":                         {group: record("moq", "team", "conclude"), life: "nothing"},
		"concluded, agenda's alone":              {group: record("moq", "wg", "conclude"), rules: func(r *Rules) { r.YearRound = nil }, life: "ended", why: "moq (wg) has been concluded since 20 July 2025; 30 days have passed"},
		"concluded, nobody knows when":           {group: unnoted, life: "kept", why: "moq (wg) has been seen concluded since 20 July 2026; its room lives until 19 August 2026"},
		"concluded, seen so, days left":          {group: unnoted, seen: map[string]Sighting{"moq": {Over: over.Add(time.Second)}}, life: "kept", why: "moq (wg) has been seen concluded since 20 June 2026; its room lives until 20 July 2026"},
		"concluded, seen so, days over":          {group: unnoted, seen: map[string]Sighting{"moq": {Over: over}}, life: "ended", why: "moq (wg) has been seen concluded since 20 June 2026; 30 days have passed"},
		"concluded, edited since":                {group: changed(record("moq", "wg", "conclude"), day), seen: map[string]Sighting{"moq": {Over: over}}, life: "ended", why: "moq (wg) has been seen concluded since 20 June 2026; 30 days have passed"},
		"concluded, alive after the last edit":   {group: record("moq", "wg", "conclude"), seen: map[string]Sighting{"moq": {Alive: day.Add(-oneDay)}}, life: "kept", why: "moq (wg) has been seen concluded since 20 July 2026; its room lives until 19 August 2026"},
		"concluded, alive before, seen so since": {group: record("moq", "wg", "conclude"), seen: map[string]Sighting{"moq": {Alive: over.Add(-oneDay), Over: over}}, life: "ended", why: "moq (wg) has been seen concluded since 20 June 2026; 30 days have passed"},
		"concluded, alive before the last edit":  {group: changed(record("moq", "wg", "conclude"), over), seen: map[string]Sighting{"moq": {Alive: over.Add(-oneDay)}}, life: "ended", why: "moq (wg) has been concluded since 20 June 2026; 30 days have passed"},
		"abandoned, days left":                   {group: changed(record("moq", "wg", "abandon"), over.Add(1)), life: "kept", why: "moq (wg) has been abandoned since 20 June 2026; its room lives until 20 July 2026"},
		"abandoned, days over":                   {group: changed(record("moq", "wg", "abandon"), over), life: "ended", why: "moq (wg) has been abandoned since 20 June 2026; 30 days have passed"},
		"replaced, days left":                    {group: changed(record("moq", "wg", "replaced"), over.Add(1)), life: "kept", why: "moq (wg) has been replaced by another group since 20 June 2026; its room lives until 20 July 2026"},
		"replaced, days over":                    {group: changed(record("moq", "wg", "replaced"), over), life: "ended", why: "moq (wg) has been replaced by another group since 20 June 2026; 30 days have passed"},
		"revived":                                {group: record("moq", "wg", "active"), seen: map[string]Sighting{"moq": {Over: over}}, life: "wanted", why: "moq (wg) is active"},
		"sessions' own room":                     {group: record("quic", "wg", "active"), seen: map[string]Sighting{"moq": {Own: true, Meeting: "125", End: over.AddDate(-1, 0, 0)}}, life: "kept", why: "a room of sessions, last on IETF 125: such rooms stand"},
		"sessions' own room, group concluded":    {group: record("moq", "wg", "conclude"), seen: map[string]Sighting{"moq": {Own: true, Meeting: "125"}}, life: "ended", why: "moq (wg) has been concluded since 20 July 2025; 30 days have passed"},
		"nobody knows it":                        {group: record("quic", "wg", "active"), life: "nothing"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := bare()
			if c.rules != nil {
				c.rules(&rules)
			}
			list := listOf(c.group)
			if c.list != nil {
				c.list(list)
			}
			w, err := Want(Sources{Meetings: c.meetings, Groups: list, Seen: c.seen}, rules, day)
			if err != nil {
				t.Fatal(err)
			}
			life, why := lifeOf(t, w, "moq")
			if life != c.life || why != c.why {
				t.Errorf("%s: %s\nwant %s: %s", life, why, c.life, c.why)
			}
		})
	}
}

func TestLifeWithoutAList(t *testing.T) {
	t.Parallel()
	seen := map[string]Sighting{"moq": {Meeting: "1", End: day.AddDate(-9, 0, 0), Group: 7, Over: day.AddDate(-9, 0, 0)}}
	w, err := Want(Sources{Seen: seen}, bare(), day)
	if err != nil || len(w.Rooms)+len(w.Ended)+len(w.Kept) > 0 || w.Groups != nil {
		t.Errorf("%+v, %v", w, err)
	}
}

func TestYearRoundRoom(t *testing.T) {
	t.Parallel()
	m := meetingOf([]agenda.Group{group("quic", "wg")}, session(1, "quic", "sched"), session(2, "quic", agenda.Canceled))
	quic := record("quic", "wg", "active")
	quic.Name, quic.Parent = "QUIC", "wit"
	w, err := Want(Sources{Meetings: []agenda.Meeting{m}, Groups: listOf(quic, record("tls", "wg", "active"), record("secdir", "dir", "active"))}, bare(), day)
	if err != nil {
		t.Fatal(err)
	}
	r := roomOf(t, w, "quic")
	same(t, "reasons", r.Reasons, []Reason{
		{Source: FromMeeting, Meeting: "126", Group: "quic", GroupType: "wg", Sessions: []int{1}, Text: "IETF 126: 1 session of quic (wg)"},
		{Source: FromGroups, Group: "quic", GroupType: "wg", Text: "quic (wg) is active"},
	})
	if d := r.Settings[xmppadmin.Description]; r.Title() != "quic: QUIC" || !strings.HasPrefix(d, "IETF working group in the wit area. Next session: Monday 20 July 2026, 10:00-11:00 UTC, Hall A, IETF 126. Agenda: ") {
		t.Errorf("%q, %q", r.Title(), d)
	}
	if d := roomOf(t, w, "tls").Settings[xmppadmin.Description]; d != "IETF working group in the art area. "+noteWell {
		t.Errorf("a room between meetings: %q", d)
	}
	if d := roomOf(t, w, "secdir").Settings[xmppadmin.Description]; !strings.HasPrefix(d, "IETF directorate. ") {
		t.Errorf("a directorate's room: %q", d)
	}
	same(t, "tally", w.Groups, &GroupTally{Groups: 3, Living: 3})
	if w.Names()[0] != "quic" || len(w.Names()) != 3 {
		t.Errorf("names %q", w.Names())
	}
}

// TestAreaMove: the room of a group that moves from one area to another
// changes in nothing but its description.
func TestAreaMove(t *testing.T) {
	t.Parallel()
	g := record("quic", "wg", "active")
	before, err := Want(Sources{Groups: listOf(g)}, bare(), day)
	if err != nil {
		t.Fatal(err)
	}
	g.Parent, g.Changed = "wit", day
	after, err := Want(Sources{Groups: listOf(g)}, bare(), day)
	if err != nil {
		t.Fatal(err)
	}
	p := planOf(t, after, []xmppadmin.Room{asWanted(before.Rooms[0])}, PlanOptions{Policy: Sync})
	if len(p.Changes) != 1 || p.Changes[0].Action != Update {
		t.Fatalf("%+v", p.Changes)
	}
	same(t, "fields", p.Changes[0].Fields, []Field{{Name: xmppadmin.Description,
		From: "IETF working group in the art area. " + noteWell, To: "IETF working group in the wit area. " + noteWell}})
}

func TestGroupListWarnings(t *testing.T) {
	t.Parallel()
	l := listOf(record("a", "wg", "asleep"), record("b", "wg", "asleep"), record("c", "wg", "dormant"), record("d", "team", "odd"), record("e", "rg", "unknown"))
	l.Stale, l.Incomplete = true, true
	w, err := Want(Sources{Groups: l, Meetings: []agenda.Meeting{
		{Number: "127"}, meetingOf([]agenda.Group{group("quic", "wg")}, session(1, "quic", "sched")), {Number: "interim-2026-x-01", Sessions: []agenda.Session{session(1, "emodir", "")}},
	}}, bare(), day)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "warnings", w.Warnings, []string{
		"IETF 127: the agenda is empty",
		"interim-2026-x-01: no room for groups whose type is not known (1): emodir",
		"interim-2026-x-01: none of the 1 sessions on the agenda is of a configured group type",
		"list of groups: it is not whole, and nothing is archived by it",
		"list of groups: the Datatracker did not answer, the list is an old one from the cache, and nothing is archived by it",
		`list of groups: the state "asleep" is not known, the rooms of its groups (2) are left as they are`,
	})
	same(t, "tally", w.Groups, &GroupTally{Groups: 4, Stale: true, Incomplete: true})
}

func TestGroupListCollisions(t *testing.T) {
	t.Parallel()
	plenary := session(1, "ietf", "sched")
	plenary.Type, plenary.Room = agenda.Plenary, agenda.PlenaryRoom
	hallway := bare()
	hallway.Standing = []Standing{{Name: "hallway"}}
	cases := map[string]struct {
		in    Sources
		rules Rules
		want  string
	}{
		"two that live":             {Sources{Groups: listOf(record("IMTC", "wg", "active"), record("imtc", "rg", "active"))}, bare(), `room "imtc": claimed by group "IMTC" and by group "imtc"`},
		"one that lives":            {Sources{Groups: listOf(record("IMTC", "wg", "conclude"), record("imtc", "rg", "active"))}, bare(), ""},
		"standing room":             {Sources{Groups: listOf(record("hallway", "wg", "active"))}, hallway, `room "hallway": claimed by group "hallway" and by standing room "hallway"`},
		"standing room, not living": {Sources{Groups: listOf(record("hallway", "wg", "dormant"))}, hallway, ""},
		"standing room, concluded":  {Sources{Groups: listOf(record("hallway", "wg", "conclude"))}, hallway, ""},
		"plenary":                   {Sources{Meetings: []agenda.Meeting{meetingOf(nil, plenary)}, Groups: listOf(record("plenary", "wg", "active"))}, bare(), `room "plenary": claimed by group "plenary" and by the plenary`},
		"agenda in another case":    {Sources{Meetings: []agenda.Meeting{meetingOf([]agenda.Group{group("IMTC", "wg")}, session(1, "IMTC", "sched"))}, Groups: listOf(record("imtc", "wg", "active"))}, bare(), ""},
		"agenda and two that live":  {Sources{Meetings: []agenda.Meeting{meetingOf([]agenda.Group{group("imtc", "wg")}, session(1, "imtc", "sched"))}, Groups: listOf(record("IMTC", "wg", "active"), record("imtc", "rg", "active"))}, bare(), `room "imtc": claimed by group "IMTC" and by group "imtc"`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := Want(c.in, c.rules, day)
			if c.want == "" {
				if err != nil || len(w.Rooms) != 1 || len(w.Ended)+len(w.Kept) > 0 {
					t.Errorf("%+v, %v", w, err)
				}
				return
			}
			var collision *CollisionError
			if !errors.As(err, &collision) || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestNamesThatCannotBeOnTheList(t *testing.T) {
	t.Parallel()
	w, err := Want(Sources{Groups: listOf(record("a b", "wg", "active"), record("c d", "wg", "conclude"), record("e f", "wg", "dormant"))}, bare(), day)
	if err != nil || len(w.Rooms)+len(w.Ended)+len(w.Kept) > 0 || len(w.Refused) != 1 || w.Refused[0].Name != "a b" || w.Refused[0].Reasons[0].Source != FromGroups {
		t.Errorf("%+v, %v", w, err)
	}
}

// TestEndedRoomsAreLookedForWhereTheyMayBe: a survey looks for rooms that are
// remembered, and not for those of every group that ever was.
func TestEndedRoomsAreLookedForWhereTheyMayBe(t *testing.T) {
	t.Parallel()
	in := Sources{Groups: listOf(record("ancient", "wg", "conclude"), record("known", "wg", "conclude")), Seen: map[string]Sighting{"known": {Last: day}}}
	w, err := Want(in, bare(), day)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "names", w.Names(), []string{"known"})
	p := planOf(t, w, nil, PlanOptions{Policy: Sync})
	if len(p.Changes) != 1 || p.Changes[0].Action != Unknown || p.Changes[0].Room.Name != "known" {
		t.Errorf("not looked at: %+v", p.Changes)
	}
	found := []xmppadmin.Room{{Name: "ancient", State: xmppadmin.Exists, Managed: true, Settings: promised("ancient")}, {Name: "known", State: xmppadmin.Absent}}
	p = planOf(t, w, found, PlanOptions{Policy: Sync})
	if len(p.Changes) != 1 || p.Changes[0].Action != Archive || p.Changes[0].Reason != "ancient (wg) has been concluded since 20 July 2025; 30 days have passed" {
		t.Fatalf("found: %+v", p.Changes)
	}
	if d := p.Changes[0].Room.Settings[xmppadmin.Description]; d != "Archived since 20 July 2026: ancient (wg) has been concluded since 20 July 2025." {
		t.Errorf("description %q", d)
	}
	e := w.Ended[1]
	if e.Source != FromGroups || !e.Since.Equal(day.AddDate(-1, 0, 0)) || !e.Until.Equal(e.Since.Add(30*oneDay)) {
		t.Errorf("%+v", e)
	}
}
