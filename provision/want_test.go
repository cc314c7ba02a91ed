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
		group("quic", "wg"), group("cfrg", "rg"), group("dispatch", "ag"), group("gaia", "rag"),
		group("emodir", "team"), group("ietf", "ietf"), group("secretariat", "adm"), group("nameless", ""),
		group("IMTC", "wg"), group("x3s3.3", "wg"), group("hip_conclded", "wg"), group("6man", "wg"), group("krb-wg", "wg"),
		group("-old", "wg"), group("a b", "wg"), group("ünï", "wg"), group("\u212Aelvin", "wg"), group(strings.Repeat("x", 64), "wg"), group(strings.Repeat("y", 65), "wg"),
	}
	cases := map[string]struct {
		sessions []agenda.Session
		types    []string // nil for the default
		live     []string
		kept     []string // wanted where they exist
		refused  []string
		warned   string
	}{
		"group's acronym":                    {sessions: []agenda.Session{session(1, "quic", "sched")}, live: []string{"quic"}},
		"the four types":                     {sessions: []agenda.Session{session(1, "quic", "sched"), session(2, "cfrg", "sched"), session(3, "dispatch", "sched"), session(4, "gaia", "sched")}, live: []string{"cfrg", "dispatch", "gaia", "quic"}},
		"a type not configured":              {sessions: []agenda.Session{session(1, "emodir", "sched")}},
		"a type configured":                  {sessions: []agenda.Session{session(1, "emodir", "sched"), session(2, "quic", "sched")}, types: []string{"team"}, live: []string{"emodir"}},
		"several sessions, one room":         {sessions: []agenda.Session{session(1, "quic", "sched"), session(2, "quic", "sched")}, live: []string{"quic"}},
		"plenary, whoever owns it":           {sessions: []agenda.Session{typed(session(1, "ietf", "sched"), "plenary")}, live: []string{"plenary"}},
		"plenary of a group not listed":      {sessions: []agenda.Session{typed(session(1, "nowhere", "sched"), "plenary")}, live: []string{"plenary"}},
		"plenary of a working group":         {sessions: []agenda.Session{typed(session(1, "quic", "sched"), "plenary")}, live: []string{"plenary"}},
		"plenary with its own chat room":     {sessions: []agenda.Session{chat(typed(session(1, "ietf", "sched"), "plenary"), "Town-Hall")}, live: []string{"town-hall"}},
		"break":                              {sessions: []agenda.Session{typed(session(1, "secretariat", "sched"), "break")}},
		"registration":                       {sessions: []agenda.Session{typed(session(1, "secretariat", "sched"), "reg")}},
		"break of a configured type":         {sessions: []agenda.Session{typed(session(1, "secretariat", "sched"), "break")}, types: []string{"adm"}},
		"other session of a working group":   {sessions: []agenda.Session{typed(session(1, "quic", "sched"), "other")}, live: []string{"quic"}},
		"session of no type":                 {sessions: []agenda.Session{typed(session(1, "quic", "sched"), "")}, live: []string{"quic"}},
		"own chat room, type configured":     {sessions: []agenda.Session{chat(session(1, "emodir", "sched"), "wgchairs")}, types: []string{"team"}, live: []string{"wgchairs"}},
		"own chat room, type not configured": {sessions: []agenda.Session{chat(session(1, "emodir", "sched"), "wgchairs")}},
		"own chat room for one of two":       {sessions: []agenda.Session{session(1, "quic", "sched"), chat(session(2, "quic", "sched"), "quic-interop")}, live: []string{"quic", "quic-interop"}},
		"upper case":                         {sessions: []agenda.Session{session(1, "IMTC", "sched")}, live: []string{"imtc"}},
		"odd names that are good": {
			sessions: []agenda.Session{session(1, "x3s3.3", ""), session(2, "hip_conclded", ""), session(3, "6man", ""), session(4, "krb-wg", ""), session(5, strings.Repeat("x", 64), "")},
			live:     []string{"6man", "hip_conclded", "krb-wg", "x3s3.3", strings.Repeat("x", 64)},
		},
		"names that cannot be": {
			sessions: []agenda.Session{session(1, "-old", ""), session(2, "a b", ""), session(3, "ünï", ""), session(4, "\u212Aelvin", ""), session(5, strings.Repeat("y", 65), ""), chat(session(6, "quic", ""), "tls/ssl")},
			refused:  []string{"-old", "a b", "tls/ssl", strings.Repeat("y", 65), "ünï", "\u212Aelvin"},
		},
		"ghost of a moved session":           {sessions: []agenda.Session{session(1, "quic", agenda.Rescheduled)}},
		"ghost beside the session":           {sessions: []agenda.Session{session(1, "quic", agenda.Rescheduled), session(2, "quic", "sched")}, live: []string{"quic"}},
		"all cancelled":                      {sessions: []agenda.Session{session(1, "quic", agenda.Canceled), session(2, "quic", agenda.CanceledPA)}, kept: []string{"quic"}},
		"all gone in other ways":             {sessions: []agenda.Session{session(1, "quic", "deleted"), session(2, "cfrg", "notmeet"), session(3, "gaia", "disappr")}, kept: []string{"cfrg", "gaia", "quic"}},
		"one of two cancelled":               {sessions: []agenda.Session{session(1, "quic", agenda.Canceled), session(2, "quic", "sched")}, live: []string{"quic"}},
		"cancelled plenary":                  {sessions: []agenda.Session{typed(session(1, "ietf", agenda.Canceled), "plenary")}, kept: []string{"plenary"}},
		"statuses on the way":                {sessions: []agenda.Session{session(1, "quic", ""), session(2, "cfrg", "schedw"), session(3, "gaia", "apprw")}, live: []string{"cfrg", "gaia", "quic"}},
		"unknown status":                     {sessions: []agenda.Session{session(1, "quic", "postponed"), session(2, "cfrg", "postponed")}, live: []string{"cfrg", "quic"}, warned: `IETF 126: the status "postponed" is not known, its sessions (2) are taken as scheduled`},
		"unknown status that makes no room":  {sessions: []agenda.Session{session(1, "emodir", "postponed")}},
		"unknown type":                       {sessions: []agenda.Session{session(1, "nameless", "sched"), session(2, "nameless", "sched"), session(3, "unlisted", "sched")}, warned: "IETF 126: no room for groups whose type is not known (2): nameless, unlisted"},
		"unknown type of who serves a break": {sessions: []agenda.Session{typed(session(1, "nameless", "sched"), "break")}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := bare()
			if c.types != nil {
				rules.GroupTypes = c.types
			}
			w := wantOf(t, rules, meetingOf(groups, c.sessions...))
			var live, kept, refused []string
			for _, r := range w.Rooms {
				if r.IfExists {
					kept = append(kept, r.Name)
				} else {
					live = append(live, r.Name)
				}
				if jid, err := xmppadmin.RoomJID(r.Name, service); err != nil || jid != r.JID {
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
			same(t, "live", live, c.live)
			same(t, "kept", kept, c.kept)
			same(t, "refused", refused, c.refused)
			if got := strings.Join(w.Warnings, "\n"); got != c.warned {
				t.Errorf("warnings %q, want %q", got, c.warned)
			}
			if !slices.IsSortedFunc(w.Rooms, func(a, b Room) int { return strings.Compare(a.Name, b.Name) }) {
				t.Error("rooms are not sorted")
			}
		})
	}
}

func TestWantReasons(t *testing.T) {
	t.Parallel()
	groups := []agenda.Group{group("quic", "wg"), group("ietf", "ietf"), group("emodir", "wg"), group("tls", "wg")}
	plenary := session(9, "ietf", "sched")
	plenary.Type, plenary.Room = agenda.Plenary, agenda.PlenaryRoom
	forum := session(4, "emodir", "sched")
	forum.Room, forum.OwnRoom, forum.Name = "wgchairs", true, "WG Chairs Forum"
	joint := session(7, "tls", "sched")
	joint.Room, joint.OwnRoom = "quic", true
	m := meetingOf(groups, session(2, "quic", "sched"), session(1, "quic", "sched"), session(3, "quic", agenda.Canceled),
		plenary, forum, joint, session(8, "tls", agenda.Canceled))
	interim := meetingOf(groups, session(20, "quic", "sched"))
	interim.Number = "interim-2026-quic-01"
	rules := bare()
	rules.Standing = []Standing{{Name: "hallway"}}
	for _, order := range [][]agenda.Meeting{{m, interim}, {interim, m}, {m, interim, m}} {
		w := wantOf(t, rules, order...)
		same(t, "quic", roomOf(t, w, "quic").Reasons, []Reason{
			{Source: FromMeeting, Meeting: "126", Group: "quic", GroupType: "wg", Sessions: []int{1, 2}, Text: "IETF 126: 2 sessions of quic (wg)"},
			{Source: FromMeeting, Meeting: "126", Group: "tls", GroupType: "wg", Sessions: []int{7}, Text: "IETF 126: 1 session of tls (wg), in a chat room of their own"},
			{Source: FromMeeting, Meeting: "interim-2026-quic-01", Group: "quic", GroupType: "wg", Sessions: []int{20}, Text: "interim-2026-quic-01: 1 session of quic (wg)"},
		})
		same(t, "plenary", roomOf(t, w, "plenary").Reasons, []Reason{
			{Source: FromMeeting, Meeting: "126", Group: "ietf", GroupType: "ietf", Sessions: []int{9}, Text: "IETF 126: 1 plenary session of ietf (ietf)"},
		})
		same(t, "tls", roomOf(t, w, "tls").Reasons, []Reason{
			{Source: FromMeeting, Meeting: "126", Group: "tls", GroupType: "wg", Sessions: []int{8}, Text: "IETF 126: 1 session of tls (wg), all cancelled"},
		})
		same(t, "hallway", roomOf(t, w, "hallway").Reasons, []Reason{{Source: FromStanding, Text: "standing room"}})
		if got := roomOf(t, w, "wgchairs").Title(); got != "wgchairs: WG Chairs Forum" {
			t.Errorf("title of a session's own room: %q", got)
		}
		same(t, "tallies", w.Meetings, []Tally{
			{Meeting: "126", Sessions: 7, Configured: 6, End: day.Add(10 * time.Hour)}, {Meeting: "interim-2026-quic-01", Sessions: 1, Configured: 1, End: day.Add(21 * time.Hour)},
		})
	}
}

func TestWantCollisions(t *testing.T) {
	t.Parallel()
	plenary := session(2, "ietf", "sched")
	plenary.Type, plenary.Room = agenda.Plenary, agenda.PlenaryRoom
	shared := session(2, "tls", "sched")
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
		"two groups":             {bare(), []agenda.Group{group("IMTC", "wg"), group("imtc", "rg")}, []agenda.Session{session(1, "imtc", "sched"), session(2, "IMTC", "sched")}, `room "imtc": claimed by group "IMTC" and by group "imtc"`},
		"two groups, one absent": {bare(), []agenda.Group{group("IMTC", "wg"), group("imtc", "rg")}, []agenda.Session{session(1, "imtc", "sched"), session(2, "IMTC", agenda.Canceled)}, `room "imtc": claimed by group "IMTC" and by group "imtc"`},
		"standing and group":     {standing("quic"), []agenda.Group{group("quic", "wg")}, []agenda.Session{session(1, "quic", "sched")}, `room "quic": claimed by group "quic" and by standing room "quic"`},
		"plenary and group":      {bare(), []agenda.Group{group("plenary", "wg"), group("ietf", "ietf")}, []agenda.Session{session(1, "plenary", "sched"), plenary}, `room "plenary": claimed by group "plenary" and by the plenary`},
		"standing twice":         {standing("lounge", "lounge"), nil, nil, `room "lounge": claimed by a standing room and by another standing room`},
		"two names":              {standing("a", "b"), []agenda.Group{group("b", "wg"), group("a", "wg")}, []agenda.Session{session(1, "b", "sched"), session(2, "a", "sched")}, "room \"a\": claimed by group \"a\" and by standing room \"a\"\nroom \"b\": claimed by group \"b\" and by standing room \"b\""},
		"chat room of another":   {bare(), []agenda.Group{group("quic", "wg"), group("tls", "wg")}, []agenda.Session{session(1, "quic", "sched"), shared}, ""},
		"standing plenary":       {standing("plenary"), []agenda.Group{group("ietf", "ietf")}, []agenda.Session{plenary}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := Want(Sources{Meetings: []agenda.Meeting{meetingOf(c.groups, c.sessions...)}}, c.rules, day)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var collision *CollisionError
			if !errors.As(err, &collision) || err.Error() != c.want || len(w.Rooms) > 0 {
				t.Errorf("got %v and %d rooms, want the error %s", err, len(w.Rooms), c.want)
			}
		})
	}
}

func TestWantSettings(t *testing.T) {
	t.Parallel()
	vienna := time.FixedZone("CEST", 2*60*60)
	bof := agenda.Group{Acronym: "moq", Name: "Media \u202eOver\n\tQUIC\x00", Type: "wg", State: "bof", Parent: "wit", BOF: true}
	early, late, off := session(1, "moq", "sched"), session(5, "moq", "sched"), session(3, "moq", agenda.Canceled)
	early.Start = day.Add(-time.Nanosecond)
	m := meetingOf([]agenda.Group{bof}, late, off, early)
	m.TimeZone = vienna
	rules := DefaultRules(service)
	rules.LogURL = "https://rooms.example.org/logs/{{.Name}}/"
	w := wantOf(t, rules, m)
	const noteWell = "This room is publicly logged and the IETF Note Well applies: https://www.ietf.org/about/note-well/"
	same(t, "settings", roomOf(t, w, "moq").Settings, xmppadmin.Settings{
		xmppadmin.Title: "moq: Media Over QUIC",
		xmppadmin.Description: "BOF (birds of a feather) in the wit area. Next session: Monday 20 July 2026, 16:00-17:00 CEST, Hall A, IETF 126. " +
			"Agenda: https://datatracker.example.org/meeting/126/agenda Log: https://rooms.example.org/logs/moq/ " + noteWell,
		xmppadmin.Language: "en", xmppadmin.Persistent: "true", xmppadmin.Public: "true", xmppadmin.MembersOnly: "false", xmppadmin.Password: "",
		xmppadmin.MessageArchive: "true", xmppadmin.PublicLog: "true", xmppadmin.Moderated: "false", xmppadmin.ChangeSubject: "false",
	})
	hallway := roomOf(t, w, "hallway").Settings
	if hallway[xmppadmin.Title] != "hallway: the IETF's social room" || hallway[xmppadmin.Description] != "Standing room of the IETF. Log: https://rooms.example.org/logs/hallway/ "+noteWell {
		t.Errorf("hallway: %q", hallway)
	}
	rules.Language = ""
	if _, ok := roomOf(t, wantOf(t, rules, m), "moq").Settings[xmppadmin.Language]; ok {
		t.Error("a language that nobody configured is wanted")
	}
}

func TestWantDescription(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zone database: ", err)
	}
	plenary := session(1, "ietf", "sched")
	plenary.Type, plenary.Room = agenda.Plenary, agenda.PlenaryRoom
	timeless := session(1, "quic", "sched")
	timeless.Start = time.Time{}
	nowhere := session(1, "quic", "sched")
	nowhere.Location, nowhere.Duration = "", 0
	exactly := session(0, "quic", "sched")
	proposed := group("quic", "wg")
	proposed.State = "proposed"
	later := meetingOf([]agenda.Group{group("quic", "wg")}, session(100, "quic", "sched"))
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
		"zone by name":         {group: group("quic", "wg"), session: session(1, "quic", "sched"), zone: berlin, contains: []string{"Monday 20 July 2026, 12:00-13:00 CEST (Europe/Berlin), Hall A, IETF 126."}},
		"no zone":              {group: group("quic", "wg"), session: session(1, "quic", "sched"), contains: []string{"10:00-11:00 UTC, Hall A"}},
		"no place, no end":     {group: group("quic", "wg"), session: nowhere, contains: []string{"10:00 UTC, IETF 126."}},
		"no time":              {group: group("quic", "wg"), session: timeless, contains: []string{"Agenda: https://"}, without: []string{"Next session"}},
		"now":                  {group: group("quic", "wg"), session: exactly, contains: []string{"Next session: Monday 20 July 2026, 09:00-10:00"}},
		"over":                 {group: group("quic", "wg"), session: exactly, now: day.Add(1), contains: []string{"IETF working group in the art area."}, without: []string{"Next session"}},
		"next meeting is next": {group: group("quic", "wg"), session: exactly, now: day.Add(1), also: []agenda.Meeting{later}, contains: []string{"IETF 127.", "meeting/127/agenda"}, without: []string{"meeting/126"}},
		"this meeting is next": {group: group("quic", "wg"), session: exactly, also: []agenda.Meeting{later}, contains: []string{"IETF 126.", "meeting/126/agenda"}, without: []string{"meeting/127"}},
		"all over":             {group: group("quic", "wg"), session: exactly, now: day.AddDate(1, 0, 0), also: []agenda.Meeting{later}, contains: []string{"meeting/127/agenda"}, without: []string{"Next session"}},
		"cancelled":            {group: group("quic", "wg"), session: session(1, "quic", agenda.Canceled), without: []string{"Next session"}},
		"research group":       {group: group("quic", "rg"), session: session(1, "quic", "sched"), contains: []string{"IRTF research group. Next"}},
		"proposed":             {group: proposed, session: session(1, "quic", "sched"), contains: []string{"Proposed IETF working group in the art area."}},
		"plenary":              {group: group("ietf", "ietf"), session: plenary, contains: []string{"Plenary sessions of the IETF meeting.", "Next session: "}},
		"no log":               {group: group("quic", "wg"), session: session(1, "quic", "sched"), contains: []string{"Note Well"}, without: []string{"Log: "}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := meetingOf([]agenda.Group{c.group}, c.session)
			m.TimeZone = c.zone
			now := day
			if !c.now.IsZero() {
				now = c.now
			}
			w, err := Want(Sources{Meetings: append(c.also, m)}, bare(), now)
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
	g := group("quic", "wg")
	g.Name = strings.Repeat("Ã name ", 1000)
	s := session(1, "quic", "sched")
	s.Location = strings.Repeat("place ", 1000)
	r := roomOf(t, wantOf(t, bare(), meetingOf([]agenda.Group{g}, s)), "quic")
	if n := len([]rune(r.Title())); n > MaxTitle || !strings.HasSuffix(r.Title(), "…") {
		t.Errorf("title of %d runes: %q", n, r.Title())
	}
	d := r.Settings[xmppadmin.Description]
	if n := len([]rune(d)); n > MaxDescription || !strings.HasSuffix(d, "https://www.ietf.org/about/note-well/") {
		t.Errorf("description of %d runes does not end with the Note Well: %q", n, d)
	}
}

func TestWantSameWhateverTheOrder(t *testing.T) {
	t.Parallel()
	m, n := bigMeeting(50), bigMeeting(60)
	n.Number = "127"
	for i := range n.Sessions {
		n.Sessions[i].Start = n.Sessions[i].Start.AddDate(0, 4, 0)
	}
	a, b := wantOf(t, bare(), m, n), wantOf(t, bare(), n, m)
	same(t, "wanted", a, b)
	if digestOf(a.Rooms) != digestOf(b.Rooms) {
		t.Error("digests differ")
	}
}

func TestWantRenamedGroup(t *testing.T) {
	t.Parallel()
	old, now := group("ntp", "wg"), group("ntp", "wg")
	old.Name, old.BOF, now.Name = "Old Name", true, "New Name"
	first, second := meetingOf([]agenda.Group{old}, session(1, "ntp", "sched")), meetingOf([]agenda.Group{now}, session(500, "ntp", "sched"))
	second.Number = "127"
	r := roomOf(t, wantOf(t, bare(), second, first), "ntp")
	if r.Title() != "ntp: New Name" || strings.Contains(r.Settings[xmppadmin.Description], "BOF") {
		t.Errorf("the room is not that of the later meeting's group: %q", r.Settings)
	}
}
