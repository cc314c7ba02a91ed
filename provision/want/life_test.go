package want

import (
	"strings"
	"testing"
	"time"

	"muster/agenda"
	"muster/provision"
	"muster/provision/internal/check"
	"muster/provision/internal/sample"
	"muster/xmppadmin"
)

const oneDay = 24 * time.Hour

// lifeOf says in a word what becomes of the room called name, and why.
func lifeOf(t *testing.T, w Wanted, name string) (life, why string) {
	t.Helper()
	for _, r := range w.Rooms {
		if r.Name != name {
			continue
		}
		if r.Decision.Desired.Wanted() {
			return string(r.Decision.Desired), r.Reasons[len(r.Reasons)-1].Text
		}
		return string(r.Decision.Desired), r.Decision.Reason
	}
	return "nothing", ""
}

// TestHowLongARoomLives goes through the rules for how long a room lives, with
// the clock before, at and after each limit.
func TestHowLongARoomLives(t *testing.T) {
	t.Parallel()
	const grace = 30 * oneDay
	over := sample.Day.Add(-grace) // what ended then has just had its days
	onAgenda := []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("moq", "wg")}, sample.Session(1, "moq", "sched"))}
	past := []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("moq", "wg")}, sample.Session(1, "moq", "sched"))}
	past[0].Sessions[0].Start = sample.Day.AddDate(-1, 0, 0)
	cancelled := []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("moq", "wg")}, sample.Session(1, "moq", agenda.Canceled))}
	longCancelled := []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("moq", "wg")}, sample.Session(1, "moq", agenda.Canceled))}
	longCancelled[0].Sessions[0].Start = sample.Day.AddDate(-1, 0, 0)
	own := func(s agenda.Session) agenda.Session { s.Room, s.OwnRoom = "quic", true; return s }
	elsewhere := []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("moq", "wg")}, own(sample.Session(1, "moq", "sched")))}
	elsewhereCancelled := []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("moq", "wg")}, own(sample.Session(1, "moq", agenda.Canceled)))}
	untyped := []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("moq", "")}, sample.Session(1, "moq", "sched"))}
	distant := []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("moq", "wg")}, sample.Session(1, "moq", "sched"))}
	distant[0].Sessions[0].Start = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	distantCancelled := []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("moq", "wg")}, sample.Session(1, "moq", agenda.Canceled))}
	distantCancelled[0].Sessions[0].Start = distant[0].Sessions[0].Start
	met := func(end time.Time) map[string]RoomHistory {
		return map[string]RoomHistory{"moq": {Last: end, Meeting: "125", End: end}}
	}
	unnoted := sample.Edited(sample.Record("moq", "wg", "conclude"), time.Time{})
	cases := map[string]struct {
		meetings []agenda.Meeting
		group    agenda.GroupRecord
		list     func(*agenda.GroupList)
		rules    func(*Rules)
		seen     map[string]RoomHistory
		life     string
		why      string
	}{
		"active":             {group: sample.Record("moq", "wg", "active"), life: "live", why: "moq (wg) is active"},
		"active directorate": {group: sample.Record("moq", "dir", "active"), life: "live", why: "moq (dir) is active"},
		"active, edited now": {
			group: sample.Edited(sample.Record("moq", "wg", "active"), sample.Day), life: "live", why: "moq (wg) is active",
		},
		"proposed": {group: sample.Record("moq", "rg", "proposed"), life: "live", why: "moq (rg) is proposed"},
		"active, agenda's alone": {
			group: sample.Record("moq", "wg", "active"), rules: func(r *Rules) { r.YearRound = nil }, life: "leave-alone",
			why: `moq (wg) is in the state "active", and rooms of its type are for meetings`,
		},
		"active team": {group: sample.Record("moq", "team", "active"), life: "nothing"},
		"active team, on agendas by its type": {
			group: sample.Record("moq", "team", "active"), rules: func(r *Rules) { r.GroupTypes = []string{"team"} }, life: "leave-alone",
			why: `moq (team) is in the state "active", and rooms of its type are for meetings`,
		},
		"active team, year-round by its type": {
			group: sample.Record("moq", "team", "active"), rules: func(r *Rules) { r.YearRound = []string{"team"} }, life: "live",
			why: "moq (team) is active",
		},
		"active, sessions cancelled": {meetings: cancelled, group: sample.Record("moq", "wg", "active"), life: "live", why: "moq (wg) is active"},
		"dormant": {
			group: sample.Record("moq", "wg", "dormant"), life: "leave-alone", why: `moq (wg) is in the state "dormant"`,
		},
		"a state that is not known": {
			group: sample.Record("moq", "wg", "asleep"), life: "leave-alone", why: `moq (wg) is in the state "asleep"`,
		},
		"no state": {group: sample.Record("moq", "wg", ""), life: "leave-alone", why: `moq (wg) is in the state ""`},
		"BOF, on an agenda": {
			meetings: onAgenda, group: sample.Record("moq", "wg", "bof"), life: "live",
			why: "moq (wg) is a BOF, last on IETF 126: until 19 August 2026",
		},
		"BOF, on an agenda, long over before": {
			meetings: onAgenda, group: sample.Record("moq", "wg", "bof"), seen: met(over.AddDate(-1, 0, 0)), life: "live",
			why: "moq (wg) is a BOF, last on IETF 126: until 19 August 2026",
		},
		"BOF, on an agenda that was moved": {
			meetings: onAgenda, group: sample.Record("moq", "wg", "bof"),
			seen: map[string]RoomHistory{"moq": {Meeting: "126", End: sample.Day.AddDate(0, 1, 0)}}, life: "live",
			why: "moq (wg) is a BOF, last on IETF 126: until 19 August 2026",
		},
		"BOF, on an agenda of long ago": {
			meetings: past, group: sample.Record("moq", "wg", "bof"), life: "live", why: "moq (wg) is a BOF, last on IETF 126: until 19 August 2025",
		},
		"BOF, not met yet": {group: sample.Record("moq", "wg", "bof"), life: "live-unless-archived", why: "moq (wg) is a BOF"},
		"BOF, days left": {
			group: sample.Record("moq", "wg", "bof"), seen: met(over.Add(time.Second)), life: "live-unless-archived",
			why: "moq (wg) is a BOF, last on IETF 125: until 20 July 2026",
		},
		"BOF, days just over": {
			group: sample.Record("moq", "wg", "bof"), seen: met(over), life: "archived",
			why: "the BOF moq was last on IETF 125, which ended on 20 June 2026; 30 days have passed",
		},
		"BOF, days long over": {
			group: sample.Record("moq", "wg", "bof"), seen: met(over.AddDate(-1, 0, 0)), life: "archived",
			why: "the BOF moq was last on IETF 125, which ended on 20 June 2025; 30 days have passed",
		},
		"BOF, days over, sessions cancelled": {
			meetings: cancelled, group: sample.Record("moq", "wg", "bof"), seen: met(over), life: "live-unless-archived",
			why: "moq (wg) is a BOF, last on IETF 126: until 19 August 2026",
		},
		"BOF, days over since cancelled sessions": {
			meetings: longCancelled, group: sample.Record("moq", "wg", "bof"), life: "archived-if-found",
			why: "the BOF moq was last on IETF 126, which ended on 20 July 2025; 30 days have passed",
		},
		"BOF, days over, meets in another room": {
			meetings: elsewhere, group: sample.Record("moq", "wg", "bof"), seen: met(over), life: "live",
			why: "moq (wg) is a BOF, last on IETF 126: until 19 August 2026",
		},
		"BOF, days over, meets in another room, cancelled": {
			meetings: elsewhereCancelled, group: sample.Record("moq", "wg", "bof"), seen: met(over), life: "live-unless-archived",
			why: "moq (wg) is a BOF, last on IETF 126: until 19 August 2026",
		},
		"BOF, days over, meets, type missing on the agenda": {
			meetings: untyped, group: sample.Record("moq", "wg", "bof"), seen: met(over), life: "live",
			why: "moq (wg) is a BOF, last on IETF 126: until 19 August 2026",
		},
		"BOF, days left, sessions cancelled": {
			meetings: cancelled, group: sample.Record("moq", "wg", "bof"), seen: met(over.Add(1)), life: "live-unless-archived",
			why: "moq (wg) is a BOF, last on IETF 126: until 19 August 2026",
		},
		"BOF, in a year not meant": {
			meetings: distant, group: sample.Record("moq", "wg", "bof"), seen: met(over), life: "live",
			why: "moq (wg) is a BOF, last on IETF 125: until 20 July 2026",
		},
		"BOF, cancelled in a year not meant": {
			meetings: distantCancelled, group: sample.Record("moq", "wg", "bof"), seen: met(over), life: "archived",
			why: "the BOF moq was last on IETF 125, which ended on 20 June 2026; 30 days have passed",
		},
		"BOF, renamed since it met": {
			group: sample.Record("moq", "wg", "bof"),
			seen:  map[string]RoomHistory{"old": {Meeting: "125", End: over, Group: sample.Record("moq", "", "").ID}}, life: "archived-if-found",
			why: "the BOF moq was last on IETF 125, which ended on 20 June 2026; 30 days have passed",
		},
		"BOF, meeting to come": {
			group: sample.Record("moq", "wg", "bof"), seen: met(sample.Day.AddDate(0, 4, 0)), life: "live-unless-archived",
			why: "moq (wg) is a BOF, last on IETF 125: until 20 December 2026",
		},
		"BOF, days over, list stale": {
			group: sample.Record("moq", "wg", "bof"), seen: met(over), list: func(l *agenda.GroupList) { l.Stale = true }, life: "leave-alone",
			why: "the BOF moq was last on IETF 125, which ended on 20 June 2026, and the list of groups that says so is not current or not whole",
		},
		"BOF, days over, list not whole": {
			group: sample.Record("moq", "wg", "bof"), seen: met(over), list: func(l *agenda.GroupList) { l.Incomplete = true }, life: "leave-alone",
			why: "the BOF moq was last on IETF 125, which ended on 20 June 2026, and the list of groups that says so is not current or not whole",
		},
		"BOF, days over, not in the list": {group: sample.Record("quic", "wg", "active"), seen: met(over), life: "nothing"},
		"BOF, other days of grace": {
			group: sample.Record("moq", "wg", "bof"), rules: func(r *Rules) { r.Grace = 31 * oneDay }, seen: met(over), life: "live-unless-archived",
			why: "moq (wg) is a BOF, last on IETF 125: until 21 July 2026",
		},
		"BOF that became a working group": {
			group: sample.Record("moq", "wg", "active"), seen: met(over.AddDate(-1, 0, 0)), life: "live", why: "moq (wg) is active",
		},
		"BOF, concluded, days left": {
			group: sample.Record("moq", "wg", "bof-conc"), seen: met(over.Add(time.Second)), life: "leave-alone",
			why: "moq (wg) has been a concluded BOF since 20 June 2026; its room lives until 20 July 2026",
		},
		"BOF, concluded, days over": {
			group: sample.Edited(sample.Record("moq", "wg", "bof-conc"), sample.Day), seen: met(over), life: "archived",
			why: "moq (wg) has been a concluded BOF since 20 June 2026; 30 days have passed",
		},
		"BOF, concluded before it met": {
			group: sample.Edited(sample.Record("moq", "wg", "bof-conc"), over), seen: met(sample.Day.Add(1)), life: "archived",
			why: "moq (wg) has been a concluded BOF since 20 June 2026; 30 days have passed",
		},
		"concluded, days left": {
			group: sample.Edited(sample.Record("moq", "wg", "conclude"), over.Add(time.Second)), life: "leave-alone",
			why: "moq (wg) has been concluded since 20 June 2026; its room lives until 20 July 2026",
		},
		"concluded, days just over": {
			group: sample.Edited(sample.Record("moq", "wg", "conclude"), over), life: "archived-if-found",
			why: "moq (wg) has been concluded since 20 June 2026; 30 days have passed",
		},
		"concluded, days long over": {
			group: sample.Record("moq", "rg", "conclude"), life: "archived-if-found",
			why: "moq (rg) has been concluded since 20 July 2025; 30 days have passed",
		},
		"concluded, known by its number": {
			group: sample.Record("moq", "wg", "conclude"), seen: map[string]RoomHistory{"moq": {Group: sample.Record("moq", "", "").ID}},
			life: "archived", why: "moq (wg) has been concluded since 20 July 2025; 30 days have passed",
		},
		"concluded, another one dormant": {
			group: sample.Record("moq", "wg", "conclude"),
			list:  func(l *agenda.GroupList) { l.Groups = append(l.Groups, sample.Record("MOQ", "wg", "dormant")) }, life: "leave-alone",
			why: `MOQ (wg) is in the state "dormant"`,
		},
		"dormant, another one concluded": {
			group: sample.Record("moq", "wg", "dormant"),
			list:  func(l *agenda.GroupList) { l.Groups = append(l.Groups, sample.Record("MOQ", "wg", "conclude")) }, life: "leave-alone",
			why: `moq (wg) is in the state "dormant"`,
		},
		"concluded, no grace": {
			group: sample.Edited(sample.Record("moq", "wg", "conclude"), sample.Day), rules: func(r *Rules) { r.Grace = 0 },
			life: "archived-if-found", why: "moq (wg) has been concluded since 20 July 2026",
		},
		"concluded, on an agenda": {
			meetings: onAgenda, group: sample.Record("moq", "wg", "conclude"), life: "live", why: "IETF 126: 1 session of moq (wg)",
		},
		"concluded, sessions cancelled": {
			meetings: cancelled, group: sample.Record("moq", "wg", "conclude"), life: "archived-if-found",
			why: "moq (wg) has been concluded since 20 July 2025; 30 days have passed",
		},
		"concluded, days left, cancelled": {
			meetings: cancelled, group: unnoted, life: "live-if-exists", why: "IETF 126: 1 session of moq (wg), all cancelled",
		},
		"concluded, list stale": {
			group: sample.Record("moq", "wg", "conclude"), list: func(l *agenda.GroupList) { l.Stale = true }, life: "leave-alone",
			why: "moq (wg) is concluded, and the list of groups that says so is not current or not whole",
		},
		"concluded, list not whole": {
			group: sample.Record("moq", "wg", "conclude"), list: func(l *agenda.GroupList) { l.Incomplete = true }, life: "leave-alone",
			why: "moq (wg) is concluded, and the list of groups that says so is not current or not whole",
		},
		"concluded, a row unread": {
			group: sample.Record("moq", "wg", "conclude"), list: func(l *agenda.GroupList) { l.Unread = agenda.Unread{Rows: 1, Unnamed: 1} },
			life: "leave-alone", why: "moq (wg) has been concluded since 20 July 2025, and a row that may be of its group could not be read",
		},
		"concluded, a row of another group unread": {
			group: sample.Record("moq", "wg", "conclude"),
			list:  func(l *agenda.GroupList) { l.Unread = agenda.Unread{Rows: 1, Groups: []string{"tls"}} },
			life:  "archived-if-found", why: "moq (wg) has been concluded since 20 July 2025; 30 days have passed",
		},
		"concluded, a row of its own on an agenda unread": {
			meetings: []agenda.Meeting{{Number: "126", Unread: agenda.Unread{Rows: 1, Groups: []string{"MOQ"}}}}, group: sample.Record("moq", "wg", "conclude"),
			life: "leave-alone", why: "moq (wg) has been concluded since 20 July 2025, and a row that may be of its group could not be read",
		},
		"concluded, list empty": {
			group: sample.Record("moq", "wg", "conclude"), list: func(l *agenda.GroupList) { l.Groups = nil }, seen: met(over), life: "nothing",
		},
		"concluded team": {group: sample.Record("moq", "team", "conclude"), life: "nothing"},
		"concluded, agenda's alone": {
			group: sample.Record("moq", "wg", "conclude"), rules: func(r *Rules) { r.YearRound = nil }, life: "archived-if-found",
			why: "moq (wg) has been concluded since 20 July 2025; 30 days have passed",
		},
		"concluded at an unknown time": {
			group: unnoted, life: "leave-alone", why: "moq (wg) has been seen concluded since 20 July 2026; its room lives until 19 August 2026",
		},
		"concluded, seen so, days left": {
			group: unnoted, seen: map[string]RoomHistory{"moq": {Over: over.Add(time.Second)}}, life: "leave-alone",
			why: "moq (wg) has been seen concluded since 20 June 2026; its room lives until 20 July 2026",
		},
		"concluded, seen so, days over": {
			group: unnoted, seen: map[string]RoomHistory{"moq": {Over: over}}, life: "archived",
			why: "moq (wg) has been seen concluded since 20 June 2026; 30 days have passed",
		},
		"concluded, edited since": {
			group: sample.Edited(sample.Record("moq", "wg", "conclude"), sample.Day), seen: map[string]RoomHistory{"moq": {Over: over}},
			life: "archived", why: "moq (wg) has been seen concluded since 20 June 2026; 30 days have passed",
		},
		"concluded, alive after the last edit": {
			group: sample.Record("moq", "wg", "conclude"), seen: map[string]RoomHistory{"moq": {Alive: sample.Day.Add(-oneDay)}}, life: "leave-alone",
			why: "moq (wg) has been seen concluded since 20 July 2026; its room lives until 19 August 2026",
		},
		"concluded, alive before, seen so since": {
			group: sample.Record("moq", "wg", "conclude"), seen: map[string]RoomHistory{"moq": {Alive: over.Add(-oneDay), Over: over}},
			life: "archived", why: "moq (wg) has been seen concluded since 20 June 2026; 30 days have passed",
		},
		"concluded, alive before the last edit": {
			group: sample.Edited(sample.Record("moq", "wg", "conclude"), over), seen: map[string]RoomHistory{"moq": {Alive: over.Add(-oneDay)}},
			life: "archived", why: "moq (wg) has been concluded since 20 June 2026; 30 days have passed",
		},
		"abandoned, days left": {
			group: sample.Edited(sample.Record("moq", "wg", "abandon"), over.Add(1)), life: "leave-alone",
			why: "moq (wg) has been abandoned since 20 June 2026; its room lives until 20 July 2026",
		},
		"abandoned, days over": {
			group: sample.Edited(sample.Record("moq", "wg", "abandon"), over), life: "archived-if-found",
			why: "moq (wg) has been abandoned since 20 June 2026; 30 days have passed",
		},
		"replaced, days left": {
			group: sample.Edited(sample.Record("moq", "wg", "replaced"), over.Add(1)), life: "leave-alone",
			why: "moq (wg) has been replaced by another group since 20 June 2026; its room lives until 20 July 2026",
		},
		"replaced, days over": {
			group: sample.Edited(sample.Record("moq", "wg", "replaced"), over), life: "archived-if-found",
			why: "moq (wg) has been replaced by another group since 20 June 2026; 30 days have passed",
		},
		"revived": {
			group: sample.Record("moq", "wg", "active"), seen: map[string]RoomHistory{"moq": {Over: over}}, life: "live", why: "moq (wg) is active",
		},
		"sessions' own room": {
			group: sample.Record("quic", "wg", "active"),
			seen:  map[string]RoomHistory{"moq": {Own: true, Meeting: "125", End: over.AddDate(-1, 0, 0)}}, life: "leave-alone",
			why: "a room of sessions, last on IETF 125: such rooms stand",
		},
		"sessions' own room, group concluded": {
			group: sample.Record("moq", "wg", "conclude"), seen: map[string]RoomHistory{"moq": {Own: true, Meeting: "125"}}, life: "archived",
			why: "moq (wg) has been concluded since 20 July 2025; 30 days have passed",
		},
		"not known": {group: sample.Record("quic", "wg", "active"), life: "nothing"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := bare()
			if c.rules != nil {
				c.rules(&rules)
			}
			list := sample.List(c.group)
			if c.list != nil {
				c.list(list)
			}
			w, err := Derive(Sources{Meetings: c.meetings, Groups: list, History: c.seen}, rules, sample.Day)
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
	seen := map[string]RoomHistory{"moq": {Meeting: "1", End: sample.Day.AddDate(-9, 0, 0), Group: 7, Over: sample.Day.AddDate(-9, 0, 0)}}
	w, err := Derive(Sources{History: seen}, bare(), sample.Day)
	if err != nil || len(w.Rooms) > 0 || w.Groups != nil {
		t.Errorf("%+v, %v", w, err)
	}
}

func TestYearRoundRoom(t *testing.T) {
	t.Parallel()
	m := sample.Meeting([]agenda.Group{sample.Group("quic", "wg")}, sample.Session(1, "quic", "sched"), sample.Session(2, "quic", agenda.Canceled))
	quic := sample.Record("quic", "wg", "active")
	quic.Name, quic.Parent = "QUIC", "wit"
	w, err := Derive(Sources{Meetings: []agenda.Meeting{m}, Groups: sample.List(quic, sample.Record("tls", "wg", "active"), sample.Record("secdir", "dir", "active"))}, bare(), sample.Day)
	if err != nil {
		t.Fatal(err)
	}
	r := roomOf(t, w, "quic")
	check.Same(t, "reasons", r.Reasons, []provision.Reason{
		{Source: provision.FromMeeting, Meeting: "126", Group: "quic", GroupType: "wg", Sessions: []int{1}, Text: "IETF 126: 1 session of quic (wg)"},
		{Source: provision.FromGroups, Group: "quic", GroupType: "wg", Text: "quic (wg) is active"},
	})
	if d := r.Settings[xmppadmin.Description]; r.Title() != "quic: QUIC" || !strings.HasPrefix(d, "IETF working group in the wit area. Next session: Monday 20 July 2026, 10:00-11:00 UTC, Hall A, IETF 126. Agenda: ") {
		t.Errorf("%q, %q", r.Title(), d)
	}
	if d := roomOf(t, w, "tls").Settings[xmppadmin.Description]; d != "IETF working group in the art area. The IETF Note Well applies: https://www.ietf.org/about/note-well/" {
		t.Errorf("a room between meetings: %q", d)
	}
	if d := roomOf(t, w, "secdir").Settings[xmppadmin.Description]; !strings.HasPrefix(d, "IETF directorate. ") {
		t.Errorf("a directorate's room: %q", d)
	}
	check.Same(t, "tally", w.Groups, &GroupStats{Groups: 3, Living: 3})
	if w.Names()[0] != "quic" || len(w.Names()) != 3 {
		t.Errorf("names %q", w.Names())
	}
}

func TestGroupListWarnings(t *testing.T) {
	t.Parallel()
	l := sample.List(sample.Record("a", "wg", "asleep"), sample.Record("b", "wg", "asleep"), sample.Record("c", "wg", "dormant"), sample.Record("d", "team", "odd"), sample.Record("e", "rg", "unknown"))
	l.Stale, l.Incomplete = true, true
	w, err := Derive(Sources{Groups: l, Meetings: []agenda.Meeting{
		{
			Number: "127"}, sample.Meeting([]agenda.Group{sample.Group("quic", "wg")},
			sample.Session(1, "quic", "sched")), {Number: "interim-2026-x-01", Sessions: []agenda.Session{sample.Session(1, "emodir", "")}},
	}}, bare(), sample.Day)
	if err != nil {
		t.Fatal(err)
	}
	check.Same(t, "warnings", w.Warnings, []string{
		"IETF 127: the agenda is empty",
		"interim-2026-x-01: no room for groups whose type is not known (1): emodir",
		"interim-2026-x-01: none of the 1 sessions on the agenda is of a configured group type",
		"list of groups: it is not current, and nothing is archived by it",
		"list of groups: it is not whole, and nothing is archived by it",
		`list of groups: the state "asleep" is not known, the rooms of its groups (2) are left as they are`,
	})
	check.Same(t, "tally", w.Groups, &GroupStats{Groups: 4, Stale: true, Incomplete: true})
}

func TestGroupListCollisions(t *testing.T) {
	t.Parallel()
	plenary := sample.Session(1, "ietf", "sched")
	plenary.Type, plenary.Room = agenda.Plenary, agenda.PlenaryRoom
	hallway := bare()
	hallway.Standing = []Standing{{Name: "hallway"}}
	cases := map[string]struct {
		in    Sources
		rules Rules
		want  string
	}{
		"two that live": {
			Sources{Groups: sample.List(sample.Record("IMTC", "wg", "active"), sample.Record("imtc", "rg", "active"))}, bare(),
			`room "imtc": claimed by group "IMTC" and by group "imtc"`,
		},
		"one that lives": {
			Sources{Groups: sample.List(sample.Record("IMTC", "wg", "conclude"), sample.Record("imtc", "rg", "active"))}, bare(), "",
		},
		"standing room": {
			Sources{Groups: sample.List(sample.Record("hallway", "wg", "active"))}, hallway,
			"",
		},
		"standing room, not living": {Sources{Groups: sample.List(sample.Record("hallway", "wg", "dormant"))}, hallway, ""},
		"standing room, concluded":  {Sources{Groups: sample.List(sample.Record("hallway", "wg", "conclude"))}, hallway, ""},
		"plenary": {
			Sources{Meetings: []agenda.Meeting{sample.Meeting(nil, plenary)}, Groups: sample.List(sample.Record("plenary", "wg", "active"))}, bare(),
			`room "plenary": claimed by group "plenary" and by the plenary`,
		},
		"agenda in another case": {
			Sources{
				Meetings: []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("IMTC", "wg")}, sample.Session(1, "IMTC", "sched"))},
				Groups:   sample.List(sample.Record("imtc", "wg", "active")),
			},
			bare(), "",
		},
		"agenda and two that live": {
			Sources{
				Meetings: []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("imtc", "wg")}, sample.Session(1, "imtc", "sched"))},
				Groups:   sample.List(sample.Record("IMTC", "wg", "active"), sample.Record("imtc", "rg", "active")),
			},
			bare(), `room "imtc": claimed by group "IMTC" and by group "imtc"`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := Derive(c.in, c.rules, sample.Day)
			if c.want == "" {
				if err != nil || len(w.Rooms) != 1 {
					t.Errorf("%+v, %v", w, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			checkCollisions(t, w, c.want)
		})
	}
}

func TestNamesThatCannotBeOnTheList(t *testing.T) {
	t.Parallel()
	w, err := Derive(Sources{Groups: sample.List(sample.Record("a b", "wg", "active"), sample.Record("c d", "wg", "conclude"), sample.Record("e f", "wg", "dormant"))}, bare(), sample.Day)
	if err != nil || len(w.Rooms) > 0 || len(w.Refused) != 1 || w.Refused[0].Name != "a b" || w.Refused[0].Reasons[0].Source != provision.FromGroups {
		t.Errorf("%+v, %v", w, err)
	}
}

// TestGaps: what could not be read of the sources is there as a value, and makes
// what is wanted incomplete.
func TestGaps(t *testing.T) {
	t.Parallel()
	anima, nameless := agenda.Unread{Rows: 2, Groups: []string{"anima"}, Unnamed: 1}, agenda.Unread{Rows: 1, Unnamed: 1}
	whole, torn := sample.List(sample.Record("quic", "wg", "active")), sample.List(sample.Record("quic", "wg", "active"))
	torn.Incomplete, torn.Unread = true, nameless
	cases := map[string]struct {
		in   Sources
		want []Gap
	}{
		"none":   {Sources{Meetings: []agenda.Meeting{{Number: "126"}}, Groups: whole}, nil},
		"agenda": {Sources{Meetings: []agenda.Meeting{{Number: "126", Unread: anima}, {Number: "127"}}}, []Gap{{Meeting: "126", Unread: anima}}},
		"list":   {Sources{Groups: torn}, []Gap{{Meeting: GroupsSource, Unread: nameless, Incomplete: true}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := Derive(c.in, bare(), sample.Day)
			if err != nil {
				t.Fatal(err)
			}
			check.Same(t, "gaps", w.Gaps, c.want)
			if w.Incomplete() != (len(c.want) > 0) {
				t.Errorf("incomplete: %v", w.Incomplete())
			}
		})
	}
}
