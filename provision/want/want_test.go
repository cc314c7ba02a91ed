package want

import (
	"slices"
	"strings"
	"testing"
	"time"

	"muster/agenda"
	"muster/provision"
	"muster/provision/internal/check"
	"muster/provision/internal/sample"
	"muster/xmppadmin"
)

func TestWantWhichRooms(t *testing.T) {
	t.Parallel()
	typed := func(s agenda.Session, kind agenda.SessionType) agenda.Session {
		if s.Type = kind; kind == agenda.Plenary {
			s.Room = agenda.PlenaryRoom
		}
		return s
	}
	chat := func(s agenda.Session, room string) agenda.Session { s.Room, s.OwnRoom = room, true; return s }
	groups := []agenda.Group{
		sample.Group("quic", "wg"), sample.Group("cfrg", "rg"), sample.Group("dispatch", "ag"), sample.Group("gaia", "rag"),
		sample.Group("emodir", "team"), sample.Group("ietf", "ietf"), sample.Group("secretariat", "adm"), sample.Group("nameless", ""),
		sample.Group("IMTC", "wg"), sample.Group("x3s3.3", "wg"), sample.Group("hip_conclded", "wg"), sample.Group("6man", "wg"), sample.Group("krb-wg", "wg"),
		sample.Group("-old", "wg"), sample.Group("a b", "wg"), sample.Group("ünï", "wg"), sample.Group("\u212Aelvin", "wg"), sample.Group(strings.Repeat("x", 64), "wg"), sample.Group(strings.Repeat("y", 65), "wg"),
	}
	cases := map[string]struct {
		sessions []agenda.Session
		types    []string // nil for the default
		live     []string
		kept     []string // wanted where they exist
		refused  []string
		warned   string
	}{
		"group's acronym": {sessions: []agenda.Session{sample.Session(1, "quic", "sched")}, live: []string{"quic"}},
		"the four types": {
			sessions: []agenda.Session{sample.Session(1, "quic", "sched"), sample.Session(2, "cfrg", "sched"), sample.Session(3, "dispatch", "sched"), sample.Session(4, "gaia", "sched")},
			live:     []string{"cfrg", "dispatch", "gaia", "quic"},
		},
		"a type not configured": {sessions: []agenda.Session{sample.Session(1, "emodir", "sched")}},
		"a type configured": {
			sessions: []agenda.Session{sample.Session(1, "emodir", "sched"), sample.Session(2, "quic", "sched")}, types: []string{"team"},
			live: []string{"emodir"},
		},
		"several sessions, one room": {
			sessions: []agenda.Session{sample.Session(1, "quic", "sched"), sample.Session(2, "quic", "sched")}, live: []string{"quic"},
		},
		"plenary of any group": {sessions: []agenda.Session{typed(sample.Session(1, "ietf", "sched"), "plenary")}, live: []string{"plenary"}},
		"plenary of a group not listed": {
			sessions: []agenda.Session{typed(sample.Session(1, "nowhere", "sched"), "plenary")}, live: []string{"plenary"},
		},
		"plenary of a working group": {sessions: []agenda.Session{typed(sample.Session(1, "quic", "sched"), "plenary")}, live: []string{"plenary"}},
		"plenary with its own chat room": {
			sessions: []agenda.Session{chat(typed(sample.Session(1, "ietf", "sched"), "plenary"), "Town-Hall")}, live: []string{"town-hall"},
		},
		"break":                            {sessions: []agenda.Session{typed(sample.Session(1, "secretariat", "sched"), "break")}},
		"registration":                     {sessions: []agenda.Session{typed(sample.Session(1, "secretariat", "sched"), "reg")}},
		"break of a configured type":       {sessions: []agenda.Session{typed(sample.Session(1, "secretariat", "sched"), "break")}, types: []string{"adm"}},
		"other session of a working group": {sessions: []agenda.Session{typed(sample.Session(1, "quic", "sched"), "other")}, live: []string{"quic"}},
		"session of no type":               {sessions: []agenda.Session{typed(sample.Session(1, "quic", "sched"), "")}, live: []string{"quic"}},
		"own chat room, type configured": {
			sessions: []agenda.Session{chat(sample.Session(1, "emodir", "sched"), "wgchairs")}, types: []string{"team"}, live: []string{"wgchairs"},
		},
		"own chat room, type not configured": {sessions: []agenda.Session{chat(sample.Session(1, "emodir", "sched"), "wgchairs")}},
		"own chat room for one of two": {
			sessions: []agenda.Session{sample.Session(1, "quic", "sched"), chat(sample.Session(2, "quic", "sched"), "quic-interop")},
			live:     []string{"quic", "quic-interop"},
		},
		"upper case": {sessions: []agenda.Session{sample.Session(1, "IMTC", "sched")}, live: []string{"imtc"}},
		"odd names that are good": {
			sessions: []agenda.Session{sample.Session(1, "x3s3.3", ""), sample.Session(2, "hip_conclded", ""), sample.Session(3, "6man", ""), sample.Session(4, "krb-wg", ""), sample.Session(5, strings.Repeat("x", 64), "")},
			live:     []string{"6man", "hip_conclded", "krb-wg", "x3s3.3", strings.Repeat("x", 64)},
		},
		"names that cannot be": {
			sessions: []agenda.Session{sample.Session(1, "-old", ""), sample.Session(2, "a b", ""), sample.Session(3, "ünï", ""), sample.Session(4, "\u212Aelvin", ""), sample.Session(5, strings.Repeat("y", 65), ""), chat(sample.Session(6, "quic", ""), "tls/ssl")},
			refused:  []string{"-old", "a b", "tls/ssl", strings.Repeat("y", 65), "ünï", "\u212Aelvin"},
		},
		"ghost of a moved session": {sessions: []agenda.Session{sample.Session(1, "quic", agenda.Rescheduled)}},
		"ghost beside the session": {
			sessions: []agenda.Session{sample.Session(1, "quic", agenda.Rescheduled), sample.Session(2, "quic", "sched")}, live: []string{"quic"},
		},
		"all cancelled": {
			sessions: []agenda.Session{sample.Session(1, "quic", agenda.Canceled), sample.Session(2, "quic", agenda.CanceledPA)},
			kept:     []string{"quic"},
		},
		"all gone in other ways": {
			sessions: []agenda.Session{sample.Session(1, "quic", "deleted"), sample.Session(2, "cfrg", "notmeet"), sample.Session(3, "gaia", "disappr")},
			kept:     []string{"cfrg", "gaia", "quic"},
		},
		"one of two cancelled": {
			sessions: []agenda.Session{sample.Session(1, "quic", agenda.Canceled), sample.Session(2, "quic", "sched")}, live: []string{"quic"},
		},
		"cancelled plenary": {
			sessions: []agenda.Session{typed(sample.Session(1, "ietf", agenda.Canceled), "plenary")}, kept: []string{"plenary"},
		},
		"statuses on the way": {
			sessions: []agenda.Session{sample.Session(1, "quic", ""), sample.Session(2, "cfrg", "schedw"), sample.Session(3, "gaia", "apprw")},
			live:     []string{"cfrg", "gaia", "quic"},
		},
		"unknown status": {
			sessions: []agenda.Session{sample.Session(1, "quic", "postponed"), sample.Session(2, "cfrg", "postponed")},
			live:     []string{"cfrg", "quic"}, warned: `IETF 126: the status "postponed" is not known, its sessions (2) are taken as scheduled`,
		},
		"unknown status that makes no room": {sessions: []agenda.Session{sample.Session(1, "emodir", "postponed")}},
		"unknown type": {
			sessions: []agenda.Session{sample.Session(1, "nameless", "sched"), sample.Session(2, "nameless", "sched"), sample.Session(3, "unlisted", "sched")},
			warned:   "IETF 126: no room for groups whose type is not known (2): nameless, unlisted",
		},
		"unknown type of who serves a break": {sessions: []agenda.Session{typed(sample.Session(1, "nameless", "sched"), "break")}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := bare()
			if c.types != nil {
				rules.GroupTypes = c.types
			}
			w := wantOf(t, rules, sample.Meeting(groups, c.sessions...))
			var live, kept, refused []string
			for _, r := range w.Rooms {
				if r.Decision.Desired == provision.LiveIfExists {
					kept = append(kept, r.Name)
				} else {
					live = append(live, r.Name)
				}
				if jid, err := xmppadmin.RoomJID(r.Name, sample.Service); err != nil || jid != r.JID {
					t.Errorf("JID %q, the service says %q, %v", r.JID, jid, err)
				}
				if len(r.Reasons) == 0 {
					t.Errorf("room %q is wanted for no reason", r.Name)
				}
			}
			for _, r := range w.Refused {
				refused = append(refused, r.Name)
				if r.Why == "" || len(r.Reasons) == 0 {
					t.Errorf("refusal of %q: why %q, reasons %v", r.Name, r.Why, r.Reasons)
				}
			}
			check.Same(t, "live", live, c.live)
			check.Same(t, "kept", kept, c.kept)
			check.Same(t, "refused", refused, c.refused)
			if got := strings.Join(w.Warnings, "\n"); got != c.warned {
				t.Errorf("warnings %q, want %q", got, c.warned)
			}
			if !slices.IsSortedFunc(w.Rooms, func(a, b provision.Room) int { return strings.Compare(a.Name, b.Name) }) {
				t.Error("rooms are not sorted")
			}
		})
	}
}

func TestWantReasons(t *testing.T) {
	t.Parallel()
	groups := []agenda.Group{sample.Group("quic", "wg"), sample.Group("ietf", "ietf"), sample.Group("emodir", "wg"), sample.Group("tls", "wg")}
	plenary := sample.Session(9, "ietf", "sched")
	plenary.Type, plenary.Room = agenda.Plenary, agenda.PlenaryRoom
	forum := sample.Session(4, "emodir", "sched")
	forum.Room, forum.OwnRoom, forum.Name = "wgchairs", true, "WG Chairs Forum"
	joint := sample.Session(7, "tls", "sched")
	joint.Room, joint.OwnRoom = "quic", true
	m := sample.Meeting(groups, sample.Session(2, "quic", "sched"), sample.Session(1, "quic", "sched"), sample.Session(3, "quic", agenda.Canceled),
		plenary, forum, joint, sample.Session(8, "tls", agenda.Canceled))
	interim := sample.Meeting(groups, sample.Session(20, "quic", "sched"))
	interim.Number = "interim-2026-quic-01"
	rules := bare()
	rules.Standing = []Standing{{Name: "hallway"}}
	for _, order := range [][]agenda.Meeting{{m, interim}, {interim, m}, {m, interim, m}} {
		w := wantOf(t, rules, order...)
		check.Same(t, "quic", roomOf(t, w, "quic").Reasons, []provision.Reason{
			{Source: provision.FromMeeting, Meeting: "126", Group: "quic", GroupType: "wg", Sessions: []int{1, 2}, Text: "IETF 126: 2 sessions of quic (wg)"},
			{
				Source: provision.FromMeeting, Meeting: "126", Group: "tls", GroupType: "wg", Sessions: []int{7},
				Text: "IETF 126: 1 session of tls (wg), in a chat room of their own",
			},
			{
				Source: provision.FromMeeting, Meeting: "interim-2026-quic-01", Group: "quic", GroupType: "wg", Sessions: []int{20},
				Text: "interim-2026-quic-01: 1 session of quic (wg)",
			},
		})
		check.Same(t, "plenary", roomOf(t, w, "plenary").Reasons, []provision.Reason{
			{
				Source: provision.FromMeeting, Meeting: "126", Group: "ietf", GroupType: "ietf", Sessions: []int{9},
				Text: "IETF 126: 1 plenary session of ietf (ietf)",
			},
		})
		check.Same(t, "tls", roomOf(t, w, "tls").Reasons, []provision.Reason{
			{
				Source: provision.FromMeeting, Meeting: "126", Group: "tls", GroupType: "wg", Sessions: []int{8},
				Text: "IETF 126: 1 session of tls (wg), all cancelled",
			},
		})
		check.Same(t, "hallway", roomOf(t, w, "hallway").Reasons, []provision.Reason{{Source: provision.FromStanding, Text: "standing room"}})
		if got := roomOf(t, w, "wgchairs").Title(); got != "wgchairs: WG Chairs Forum" {
			t.Errorf("title of a session's own room: %q", got)
		}
		check.Same(t, "tallies", w.Meetings, []MeetingStats{
			{
				Meeting: "126", Sessions: 7, Configured: 6, Rooms: 4, End: sample.Day.Add(10 * time.Hour)}, {Meeting: "interim-2026-quic-01", Sessions: 1,
				Configured: 1, Rooms: 1, End: sample.Day.Add(21 * time.Hour),
			},
		})
	}
}

func TestWantCollisions(t *testing.T) {
	t.Parallel()
	plenary := sample.Session(2, "ietf", "sched")
	plenary.Type, plenary.Room = agenda.Plenary, agenda.PlenaryRoom
	shared := sample.Session(2, "tls", "sched")
	shared.Room, shared.OwnRoom = "quic", true
	standing := func(names ...string) Rules {
		r := bare()
		for _, n := range names {
			r.Standing = append(r.Standing, Standing{Name: n, Title: "Standing " + n})
		}
		return r
	}
	cases := map[string]struct {
		rules    Rules
		groups   []agenda.Group
		sessions []agenda.Session
		want     string // empty for none
	}{
		"two groups": {
			bare(), []agenda.Group{sample.Group("IMTC", "wg"), sample.Group("imtc", "rg")},
			[]agenda.Session{sample.Session(1, "imtc", "sched"), sample.Session(2, "IMTC", "sched")},
			`room "imtc": claimed by group "IMTC" and by group "imtc"`,
		},
		"two groups, one absent": {
			bare(), []agenda.Group{sample.Group("IMTC", "wg"), sample.Group("imtc", "rg")},
			[]agenda.Session{sample.Session(1, "imtc", "sched"), sample.Session(2, "IMTC", agenda.Canceled)},
			`room "imtc": claimed by group "IMTC" and by group "imtc"`,
		},
		"standing and group": {
			standing("quic"), []agenda.Group{sample.Group("quic", "wg")}, []agenda.Session{sample.Session(1, "quic", "sched")}, "",
		},
		"standing and two groups": {
			standing("imtc"), []agenda.Group{sample.Group("IMTC", "wg"), sample.Group("imtc", "rg")},
			[]agenda.Session{sample.Session(1, "imtc", "sched"), sample.Session(2, "IMTC", "sched")},
			`room "imtc": claimed by group "IMTC" and by group "imtc"`,
		},
		"plenary and group": {
			bare(), []agenda.Group{sample.Group("plenary", "wg"), sample.Group("ietf", "ietf")},
			[]agenda.Session{sample.Session(1, "plenary", "sched"), plenary}, `room "plenary": claimed by group "plenary" and by the plenary`,
		},
		"two names": {
			bare(), []agenda.Group{sample.Group("B", "wg"), sample.Group("b", "wg"), sample.Group("A", "wg"), sample.Group("a", "wg")},
			[]agenda.Session{
				sample.Session(1, "b", "sched"), sample.Session(2, "B", "sched"), sample.Session(3, "a", "sched"), sample.Session(4, "A", "sched"),
			},
			"room \"a\": claimed by group \"A\" and by group \"a\"\nroom \"b\": claimed by group \"B\" and by group \"b\"",
		},
		"chat room of another": {
			bare(), []agenda.Group{sample.Group("quic", "wg"), sample.Group("tls", "wg")},
			[]agenda.Session{sample.Session(1, "quic", "sched"), shared}, "",
		},
		"standing plenary": {standing("plenary"), []agenda.Group{sample.Group("ietf", "ietf")}, []agenda.Session{plenary}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			groups, sessions := append(c.groups, sample.Group("other", "wg")), append(c.sessions, sample.Session(99, "other", "sched"))
			w := wantOf(t, c.rules, sample.Meeting(groups, sessions...))
			checkCollisions(t, w, c.want)
			if other := roomOf(t, w, "other"); other.Decision.Desired != provision.Live {
				t.Errorf("the room of another group: %+v", other.Decision)
			}
		})
	}
	_, err := Derive(Sources{}, standing("lounge", "lounge"), sample.Day)
	check.Error(t, err, `room "lounge": claimed by a standing room and by another standing room`)
}

// checkCollisions fails the test unless w has the collisions, one a line, each
// with a contested room, and is incomplete where there are any.
func checkCollisions(t *testing.T, w Wanted, want string) {
	t.Helper()
	var got []string
	for _, c := range w.Collisions {
		got = append(got, c.Error())
		r := roomOf(t, w, c.Name)
		if r.Decision.Desired != provision.Contested || len(r.Reasons) == 0 || len(r.Settings) > 0 || !strings.HasSuffix(c.Error(), r.Decision.Reason) {
			t.Errorf("room %+v", r)
		}
	}
	if text := strings.Join(got, "\n"); text != want || w.Incomplete() != (want != "") {
		t.Errorf("collisions %q, want %q; incomplete: %v", text, want, w.Incomplete())
	}
}

// TestStandingRoomOfAGroup: a standing room whose name a group bears serves both,
// and is the group's as long as that is at work or meets.
func TestStandingRoomOfAGroup(t *testing.T) {
	t.Parallel()
	rules := bare()
	rules.Standing = []Standing{{Name: "quic", Title: "A standing room", Description: "For all."}}
	meets := []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("quic", "wg")}, sample.Session(1, "quic", "sched"))}
	cancelled := []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("quic", "wg")}, sample.Session(1, "quic", agenda.Canceled))}
	listed := func(state agenda.GroupState) *agenda.GroupList {
		return sample.List(sample.Record("quic", "wg", state))
	}
	cases := map[string]struct {
		in      Sources
		title   string
		reasons []provision.Source
	}{
		"alone":     {Sources{}, "A standing room", []provision.Source{provision.FromStanding}},
		"meets":     {Sources{Meetings: meets}, "quic: Name of quic", []provision.Source{provision.FromMeeting, provision.FromStanding}},
		"cancelled": {Sources{Meetings: cancelled}, "A standing room", []provision.Source{provision.FromStanding}},
		"active":    {Sources{Groups: listed("active")}, "quic: Name of quic", []provision.Source{provision.FromGroups, provision.FromStanding}},
		"a BOF":     {Sources{Groups: listed("bof")}, "quic: Name of quic", []provision.Source{provision.FromGroups, provision.FromStanding}},
		"concluded": {Sources{Groups: listed("conclude")}, "A standing room", []provision.Source{provision.FromStanding}},
		"both": {
			Sources{Meetings: meets, Groups: listed("active")}, "quic: Name of quic",
			[]provision.Source{provision.FromMeeting, provision.FromGroups, provision.FromStanding},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := Derive(c.in, rules, sample.Day)
			if err != nil {
				t.Fatal(err)
			}
			r := roomOf(t, w, "quic")
			var sources []provision.Source
			for _, why := range r.Reasons {
				sources = append(sources, why.Source)
			}
			check.Same(t, "reasons", sources, c.reasons)
			if group := c.title != "A standing room"; r.Title() != c.title || r.Decision.Desired != provision.Live || group == (r.Settings[xmppadmin.Description] == "For all.") {
				t.Errorf("%q, %+v", r.Settings, r.Decision)
			}
		})
	}
}

// TestUnwanted: a group that wants no room gets none, for whichever reason, and
// one that it has stays as it is.
func TestUnwanted(t *testing.T) {
	t.Parallel()
	rules := bare()
	rules.Unwanted = []string{"QUIC", "tls", "old", "a b", "imtc"}
	groups := []agenda.Group{sample.Group("quic", "wg"), sample.Group("a b", "wg"), sample.Group("IMTC", "wg"), sample.Group("imtc", "rg")}
	m := sample.Meeting(groups, sample.Session(1, "quic", "sched"), sample.Session(2, "a b", "sched"), sample.Session(3, "imtc", "sched"), sample.Session(4, "IMTC", "sched"))
	l := sample.List(sample.Record("old", "wg", "conclude"), sample.Record("ipsec", "wg", "active"), sample.Record("tls", "wg", "active"))
	w, err := Derive(Sources{Meetings: []agenda.Meeting{m}, Groups: l}, rules, sample.Day)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]provision.Desired)
	for _, r := range w.Rooms {
		got[r.Name] = r.Decision.Desired
		if r.Decision.Desired == provision.LeaveAlone && (r.Decision.Source != provision.FromUnwanted || len(r.Settings)+len(r.Reasons) > 0) {
			t.Errorf("%+v", r)
		}
	}
	check.Same(t, "desired", got, map[string]provision.Desired{
		"imtc": provision.LeaveAlone, "quic": provision.LeaveAlone, "tls": provision.LeaveAlone,
		"ipsec": provision.Live, "old": provision.ArchivedIfFound,
	})
	if len(w.Refused)+len(w.Collisions) > 0 || w.Incomplete() {
		t.Errorf("refused %v, collisions %v", w.Refused, w.Collisions)
	}
	rules.Standing = []Standing{{Name: "tls"}}
	check.Error(t, rules.Validate(), `standing room "tls": it is listed as unwanted, too`)
}

// TestMeetingsWithoutANumber: each is a meeting of its own.
func TestMeetingsWithoutANumber(t *testing.T) {
	t.Parallel()
	first := sample.Meeting([]agenda.Group{sample.Group("quic", "wg")}, sample.Session(1, "quic", "sched"))
	second := sample.Meeting([]agenda.Group{sample.Group("tls", "wg")}, sample.Session(2, "tls", "sched"))
	first.Number, second.Number = "", ""
	w := wantOf(t, bare(), first, second)
	check.Same(t, "names", w.Names(), []string{"quic", "tls"})
	if len(w.Meetings) != 2 {
		t.Errorf("meetings %+v", w.Meetings)
	}
}

func TestWantSettings(t *testing.T) {
	t.Parallel()
	vienna := time.FixedZone("CEST", 2*60*60)
	bof := agenda.Group{Acronym: "moq", Name: "Media \u202eOver\n\tQUIC\x00", Type: "wg", State: "bof", Parent: "wit", BOF: true}
	early, late, off := sample.Session(1, "moq", "sched"), sample.Session(5, "moq", "sched"), sample.Session(3, "moq", agenda.Canceled)
	early.Start = sample.Day.Add(-time.Nanosecond)
	m := sample.Meeting([]agenda.Group{bof}, late, off, early)
	m.TimeZone = vienna
	rules := DefaultRules(sample.Service)
	rules.LogURL = "https://rooms.example.org/logs/{{.Name}}/"
	w := wantOf(t, rules, m)
	const noteWell = "This room is publicly logged and the IETF Note Well applies: https://www.ietf.org/about/note-well/"
	check.Same(t, "settings", roomOf(t, w, "moq").Settings, xmppadmin.Settings{
		xmppadmin.Title: "moq: Media Over QUIC",
		xmppadmin.Description: "BOF (birds of a feather) in the wit area. Next session: Monday 20 July 2026, 16:00-17:00 CEST, Hall A, IETF 126. " +
			"Agenda: https://datatracker.example.org/meeting/126/agenda Log: https://rooms.example.org/logs/moq/ " + noteWell,
		xmppadmin.Subject: "Cancelled: Monday 20 July 2026, 14:00-15:00 CEST, IETF 126. " +
			"Next session: Monday 20 July 2026, 16:00-17:00 CEST, Hall A, IETF 126. Log: https://rooms.example.org/logs/moq/ " + noteWell,
		xmppadmin.LogAddress: "https://rooms.example.org/logs/moq/",
		xmppadmin.Language:   "en", xmppadmin.Persistent: "true", xmppadmin.Public: "true", xmppadmin.MembersOnly: "false", xmppadmin.Password: "",
		xmppadmin.MessageArchive: "true", xmppadmin.PublicLog: "true", xmppadmin.Moderated: "false", xmppadmin.ChangeSubject: "false",
	})
	hallway := roomOf(t, w, "hallway").Settings
	if hallway[xmppadmin.Title] != "hallway: the IETF's social room" || hallway[xmppadmin.Description] != "Standing room of the IETF. Log: https://rooms.example.org/logs/hallway/ "+noteWell {
		t.Errorf("hallway: %q", hallway)
	}
	rules.Language = ""
	if _, ok := roomOf(t, wantOf(t, rules, m), "moq").Settings[xmppadmin.Language]; ok {
		t.Error("a language is wanted without being configured")
	}
}

func TestWantDescription(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zone database: ", err)
	}
	plenary := sample.Session(1, "ietf", "sched")
	plenary.Type, plenary.Room = agenda.Plenary, agenda.PlenaryRoom
	timeless := sample.Session(1, "quic", "sched")
	timeless.Start = time.Time{}
	nowhere := sample.Session(1, "quic", "sched")
	nowhere.Location, nowhere.Duration = "", 0
	late := func(start time.Time, d time.Duration) agenda.Session {
		s := sample.Session(1, "quic", "sched")
		s.Start, s.Duration = start, d
		return s
	}
	exactly := sample.Session(0, "quic", "sched")
	proposed := sample.Group("quic", "wg")
	proposed.State = "proposed"
	later := sample.Meeting([]agenda.Group{sample.Group("quic", "wg")}, sample.Session(100, "quic", "sched"))
	later.Number, later.AgendaURL = "127", "https://datatracker.example.org/meeting/127/agenda"
	cases := map[string]struct {
		group    agenda.Group
		session  agenda.Session
		zone     *time.Location
		also     []agenda.Meeting
		now      time.Time
		contains []string
		without  []string
	}{
		"zone by name": {
			group: sample.Group("quic", "wg"), session: sample.Session(1, "quic", "sched"), zone: berlin,
			contains: []string{"Monday 20 July 2026, 12:00-13:00 CEST (Europe/Berlin), Hall A, IETF 126."},
		},
		"no zone": {
			group: sample.Group("quic", "wg"), session: sample.Session(1, "quic", "sched"), contains: []string{"10:00-11:00 UTC, Hall A"},
		},
		"no place, no end": {group: sample.Group("quic", "wg"), session: nowhere, contains: []string{"10:00 UTC, IETF 126."}},
		"no time": {
			group: sample.Group("quic", "wg"), session: timeless, contains: []string{"Agenda: https://"}, without: []string{"Next session"},
		},
		"now": {group: sample.Group("quic", "wg"), session: exactly, contains: []string{"Next session: Monday 20 July 2026, 09:00-10:00"}},
		"over": {
			group: sample.Group("quic", "wg"), session: exactly, now: sample.Day.Add(1), contains: []string{"IETF working group in the art area."},
			without: []string{"Next session"},
		},
		"next meeting is next": {
			group: sample.Group("quic", "wg"), session: exactly, now: sample.Day.Add(1), also: []agenda.Meeting{later},
			contains: []string{"IETF 127.", "meeting/127/agenda"}, without: []string{"meeting/126"},
		},
		"this meeting is next": {
			group: sample.Group("quic", "wg"), session: exactly, also: []agenda.Meeting{later}, contains: []string{"IETF 126.", "meeting/126/agenda"},
			without: []string{"meeting/127"},
		},
		"all over": {
			group: sample.Group("quic", "wg"), session: exactly, now: sample.Day.AddDate(1, 0, 0), also: []agenda.Meeting{later},
			contains: []string{"meeting/127/agenda"}, without: []string{"Next session"},
		},
		"cancelled": {group: sample.Group("quic", "wg"), session: sample.Session(1, "quic", agenda.Canceled), without: []string{"Next session"}},
		"research group": {
			group: sample.Group("quic", "rg"), session: sample.Session(1, "quic", "sched"), contains: []string{"IRTF research group. Next"},
		},
		"proposed": {
			group: proposed, session: sample.Session(1, "quic", "sched"), contains: []string{"Proposed IETF working group in the art area."},
		},
		"plenary": {
			group: sample.Group("ietf", "ietf"), session: plenary, contains: []string{"Plenary sessions of the IETF meeting.", "Next session: "},
		},
		"beyond midnight": {
			group: sample.Group("quic", "wg"), session: late(time.Date(2026, 12, 31, 23, 30, 0, 0, berlin), 2*time.Hour), zone: berlin,
			contains: []string{"Next session: Thursday 31 December 2026, 23:30 to Friday 1 January 2027, 01:30 CET (Europe/Berlin), Hall A"},
		},
		"until midnight": {
			group: sample.Group("quic", "wg"), session: late(time.Date(2026, 7, 20, 23, 0, 0, 0, time.UTC), time.Hour),
			contains: []string{"Monday 20 July 2026, 23:00 to Tuesday 21 July 2026, 00:00 UTC, Hall A"},
		},
		"clock set back": {
			group: sample.Group("quic", "wg"), session: late(time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), time.Hour), zone: berlin,
			contains: []string{"Sunday 25 October 2026, 02:30 CEST to 02:30 CET (Europe/Berlin), Hall A"},
		},
		"clock set forward": {
			group: sample.Group("quic", "wg"), session: late(time.Date(2027, 3, 28, 0, 30, 0, 0, time.UTC), time.Hour), zone: berlin,
			contains: []string{"Sunday 28 March 2027, 01:30 CET to 03:30 CEST (Europe/Berlin), Hall A"},
		},
		"more than a day": {
			group: sample.Group("quic", "wg"), session: late(sample.Day, 26*time.Hour),
			contains: []string{"Monday 20 July 2026, 09:00 to Tuesday 21 July 2026, 11:00 UTC, Hall A"},
		},
		"decades ahead, as the agenda has it": {
			group: sample.Group("quic", "wg"), session: late(time.Date(2099, 10, 25, 0, 30, 0, 0, time.UTC), time.Hour), zone: berlin,
			contains: []string{"Sunday 25 October 2099, 02:30 CEST to 02:30 CET (Europe/Berlin), Hall A"},
		},
		"a year not meant": {
			group: sample.Group("quic", "wg"), session: late(time.Date(9999, 7, 20, 9, 0, 0, 0, time.UTC), time.Hour),
			contains: []string{"Agenda: https://"}, without: []string{"Next session", "9999"},
		},
		"no log": {
			group: sample.Group("quic", "wg"), session: sample.Session(1, "quic", "sched"), contains: []string{"The IETF Note Well applies"},
			without: []string{"Log: ", "logged"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := sample.Meeting([]agenda.Group{c.group}, c.session)
			m.TimeZone = c.zone
			now := sample.Day
			if !c.now.IsZero() {
				now = c.now
			}
			w, err := Derive(Sources{Meetings: append(c.also, m)}, bare(), now)
			if err != nil || len(w.Rooms) != 1 {
				t.Fatal(w.Rooms, err)
			}
			got := w.Rooms[0].Settings[xmppadmin.Description]
			for _, s := range c.contains {
				if !strings.Contains(got, s) {
					t.Errorf("%q does not say %q", got, s)
				}
			}
			for _, s := range c.without {
				if strings.Contains(got, s) {
					t.Errorf("%q says %q", got, s)
				}
			}
		})
	}
}

func TestWantBoundsTexts(t *testing.T) {
	t.Parallel()
	g := sample.Group("quic", "wg")
	g.Name = strings.Repeat("Ã name ", 1000)
	s := sample.Session(1, "quic", "sched")
	s.Location = strings.Repeat("place ", 1000)
	r := roomOf(t, wantOf(t, bare(), sample.Meeting([]agenda.Group{g}, s)), "quic")
	if n := len([]rune(r.Title())); n > provision.MaxTitle || !strings.HasSuffix(r.Title(), "…") {
		t.Errorf("title of %d runes: %q", n, r.Title())
	}
	d := r.Settings[xmppadmin.Description]
	if n := len([]rune(d)); n > provision.MaxDescription || !strings.HasSuffix(d, "https://www.ietf.org/about/note-well/") {
		t.Errorf("description of %d runes does not end with the Note Well: %q", n, d)
	}
}

func TestWantSameWhateverTheOrder(t *testing.T) {
	t.Parallel()
	m, n := sample.BigMeeting(50), sample.BigMeeting(60)
	n.Number = "127"
	for i := range n.Sessions {
		n.Sessions[i].Start = n.Sessions[i].Start.AddDate(0, 4, 0)
	}
	a, b := wantOf(t, bare(), m, n), wantOf(t, bare(), n, m)
	check.Same(t, "wanted", a, b)
	if provision.DigestOf(a.Rooms) != provision.DigestOf(b.Rooms) {
		t.Error("digests differ")
	}
}

func TestWantRenamedGroup(t *testing.T) {
	t.Parallel()
	old, now := sample.Group("ntp", "wg"), sample.Group("ntp", "wg")
	old.Name, old.BOF, now.Name = "Old Name", true, "New Name"
	first, second := sample.Meeting([]agenda.Group{old}, sample.Session(1, "ntp", "sched")), sample.Meeting([]agenda.Group{now}, sample.Session(500, "ntp", "sched"))
	second.Number = "127"
	r := roomOf(t, wantOf(t, bare(), second, first), "ntp")
	if r.Title() != "ntp: New Name" || strings.Contains(r.Settings[xmppadmin.Description], "BOF") {
		t.Errorf("the room is not that of the later meeting's group: %q", r.Settings)
	}
}

// TestRoomless: groups that get no room because of their type are counted by
// type; a group whose sessions are none that groups meet in is not.
func TestRoomless(t *testing.T) {
	t.Parallel()
	lunch, plenary, hackathon := sample.Session(4, "secretariat", "sched"), sample.Session(5, "ietf", "sched"), sample.Session(9, "ietf", "sched")
	lunch.Type, plenary.Type, plenary.Room, hackathon.Type = "break", agenda.Plenary, agenda.PlenaryRoom, "other"
	untyped := sample.Session(10, "chairs", "sched")
	untyped.Type = ""
	groups := []agenda.Group{sample.Group("quic", "wg"), sample.Group("emodir", "team"), sample.Group("chairs", "team"), sample.Group("rswg", "edwg"), sample.Group("ietf", "ietf")}
	w := wantOf(t, bare(), sample.Meeting(groups, sample.Session(1, "quic", "sched"), sample.Session(2, "emodir", "sched"),
		sample.Session(6, "emodir", agenda.Canceled), sample.Session(7, "unlisted", "sched"), sample.Session(8, "rswg", "sched"), lunch, plenary, hackathon, untyped))
	check.Same(t, "roomless", w.Roomless, []Roomless{{Type: "", Groups: []string{"unlisted"}}, {Type: "team", Groups: []string{"chairs", "emodir"}}})
	check.Same(t, "names", w.Names(), []string{"plenary", "quic", "rswg"})
}

// TestYearRoundTypes: the types whose groups have rooms at any time by default.
func TestYearRoundTypes(t *testing.T) {
	t.Parallel()
	var list []agenda.GroupRecord
	for _, kind := range []string{"wg", "rg", "ag", "rag", "edwg", "dir", "review", "team", "area", "adhoc", "program"} {
		list = append(list, sample.Record("of-"+kind, kind, "active"))
	}
	w, err := Derive(Sources{Groups: sample.List(list...)}, bare(), sample.Day)
	if err != nil {
		t.Fatal(err)
	}
	check.Same(t, "names", w.Names(), []string{"of-ag", "of-dir", "of-edwg", "of-rag", "of-review", "of-rg", "of-wg"})
}
