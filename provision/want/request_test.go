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

// team is the request of a design team of quic until the end of 19 August 2026.
func team() Request {
	return Request{
		ID: 12, Room: "quic-dt", Title: "QUIC design team", Purpose: "Recovery, and what follows.", Acronym: "quic",
		Until: time.Date(2026, 8, 20, 0, 0, 0, 0, time.UTC),
	}
}

// TestRequestedRoom goes through what a request makes of the room with its name,
// before, at and after its end, and beside every other claim.
func TestRequestedRoom(t *testing.T) {
	t.Parallel()
	end := team().Until
	seen := map[string]RoomHistory{"quic-dt": {Last: sample.Day}}
	of := func(state agenda.GroupState, kind string) *agenda.GroupList {
		g := sample.Record("quic-dt", kind, state)
		return sample.List(g, sample.Record("quic", "wg", "active"))
	}
	meets := func(status agenda.Status) []agenda.Meeting {
		return []agenda.Meeting{sample.Meeting([]agenda.Group{sample.Group("quic-dt", "wg")}, sample.Session(1, "quic-dt", status))}
	}
	own := meets(agenda.Scheduled)
	own[0].Groups[0].Acronym, own[0].Sessions[0].Group, own[0].Sessions[0].OwnRoom = "quic", "quic", true
	twice := append(meets(agenda.Scheduled), meets(agenda.Scheduled)...)
	twice[1].Number, twice[1].Sessions = "127", []agenda.Session{sample.Session(2, "QUIC-DT", agenda.Scheduled)}
	twice[1].Groups = []agenda.Group{sample.Group("QUIC-DT", "wg")}
	cases := map[string]struct {
		in         Sources
		rules      func(*Rules)
		request    func(*Request)
		now        time.Time
		life, why  string
		superseded bool
	}{
		"open":            {life: "live", why: "request 12 of the front desk, until 2026-08-19"},
		"its last moment": {now: end.Add(-1), life: "live", why: "request 12 of the front desk, until 2026-08-19"},
		"over":            {in: Sources{History: seen}, now: end, life: "archived", why: "request 12 of the front desk ended with 2026-08-19"},
		"over, never seen": {
			now: end, life: "archived-if-found", why: "request 12 of the front desk ended with 2026-08-19",
		},
		"withdrawn": {
			in: Sources{History: seen}, request: func(r *Request) { r.Ended = true }, life: "archived", why: "request 12 of the front desk was withdrawn",
		},
		"ended, afterwards": {
			in: Sources{History: seen}, request: func(r *Request) { r.Ended = true }, now: end.Add(oneDay), life: "archived",
			why: "request 12 of the front desk ended with 2026-08-19",
		},
		"over for years":     {in: Sources{History: seen}, now: end.AddDate(2, 0, 0).Add(oneDay), life: "nothing"},
		"standing":           {rules: func(r *Rules) { r.Standing = []Standing{{Name: "quic-dt"}} }, life: "live", why: "standing room", superseded: true},
		"unwanted":           {rules: func(r *Rules) { r.Unwanted = []string{"QUIC-DT"} }, life: "leave-alone", why: "it is listed as unwanted", superseded: true},
		"protected":          {in: Sources{Protected: []string{"quic-dt"}}, life: "nothing", superseded: true},
		"protected, over":    {in: Sources{Protected: []string{"quic-dt"}, History: seen}, now: end, life: "nothing"},
		"a group's":          {in: Sources{Groups: of("active", "wg")}, life: "live", why: "quic-dt (wg) is active", superseded: true},
		"a group's, over":    {in: Sources{Groups: of("active", "wg")}, now: end, life: "live", why: "quic-dt (wg) is active"},
		"a BOF's":            {in: Sources{Groups: of("bof", "wg")}, life: "live-unless-archived", why: "quic-dt (wg) is a BOF", superseded: true},
		"of a dormant group": {in: Sources{Groups: of("dormant", "wg")}, life: "live", why: "request 12 of the front desk, until 2026-08-19"},
		"of a concluded one": {in: Sources{Groups: of("conclude", "wg")}, life: "live", why: "request 12 of the front desk, until 2026-08-19"},
		"of a team":          {in: Sources{Groups: of("active", "team")}, life: "live", why: "request 12 of the front desk, until 2026-08-19"},
		"a session's":        {in: Sources{Meetings: meets(agenda.Scheduled)}, life: "live", why: "IETF 126: 1 session of quic-dt (wg)", superseded: true},
		"a session's, over":  {in: Sources{Meetings: meets(agenda.Scheduled)}, now: end, life: "live", why: "IETF 126: 1 session of quic-dt (wg)"},
		"a cancelled one's": {
			in: Sources{Meetings: meets(agenda.Canceled)}, life: "live-if-exists", why: "IETF 126: 1 session of quic-dt (wg), all cancelled",
			superseded: true,
		},
		"a session's chat": {in: Sources{Meetings: own}, life: "live", why: "IETF 126: 1 session of quic (wg), in a chat room of their own", superseded: true},
		"of a group and a BOF": {
			in: Sources{Meetings: twice}, life: "contested", why: "IETF 127: 1 session of QUIC-DT (wg)", superseded: true,
		},
		"previously another's": {
			rules:      func(r *Rules) { r.Renamed = []Rename{{Name: "quic", Previously: "quic-dt"}} },
			in:         Sources{Groups: of("conclude", "wg")},
			superseded: true, life: "archived", why: "the group is quic now",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, rules, in := team(), bare(), c.in
			if c.request != nil {
				c.request(&r)
			}
			if c.rules != nil {
				c.rules(&rules)
			}
			now := c.now
			if now.IsZero() {
				now = sample.Day
			}
			in.Requests = []Request{r}
			w, err := Derive(in, rules, now)
			if err != nil {
				t.Fatal(err)
			}
			life, why := lifeOf(t, w, "quic-dt")
			check.Same(t, "life", life, c.life)
			check.Same(t, "reason", why, c.why)
			check.Same(t, "gave way", slices.Contains(w.Superseded, "quic-dt"), c.superseded)
			if contested := c.life == "contested"; (len(w.Collisions) > 0) != contested || len(w.Refused) > 0 {
				t.Errorf("collisions %v, refused %v", w.Collisions, w.Refused)
			}
		})
	}
}

// TestTextsOfRequestedRoom has the room of a request say what it is for.
func TestTextsOfRequestedRoom(t *testing.T) {
	t.Parallel()
	rules := bare()
	rules.LogURL = "https://logs.example.org/{{.Name}}/"
	r := team()
	r.Title = "[archived] [opening] QUIC\ndesign team"
	w, err := Derive(Sources{Requests: []Request{r}}, rules, sample.Day)
	if err != nil {
		t.Fatal(err)
	}
	room := roomOf(t, w, "quic-dt")
	check.Same(t, "title", room.Title(), "QUIC design team")
	check.Same(t, "description", room.Settings[xmppadmin.Description],
		"Room requested for quic, open until 2026-08-19: Recovery, and what follows. Log: https://logs.example.org/quic-dt/ "+
			"This room is publicly logged and the IETF Note Well applies: https://www.ietf.org/about/note-well/")
	check.Same(t, "reasons", room.Reasons, []provision.Reason{{
		Source: provision.FromRequest, Group: "quic", Text: "request 12 of the front desk, until 2026-08-19", Until: r.Until,
	}})
	check.Same(t, "decision", room.Decision, provision.Decision{Desired: provision.Live, Source: provision.FromRequest, Request: 12})
	r.Title, r.Purpose, r.Acronym = "[archived]", " ", ""
	if w, err = Derive(Sources{Requests: []Request{r}}, rules, sample.Day); err != nil {
		t.Fatal(err)
	}
	room = roomOf(t, w, "quic-dt")
	check.Same(t, "title", room.Title(), "quic-dt")
	if text := room.Settings[xmppadmin.Description]; !strings.HasPrefix(text, "Room requested, open until 2026-08-19. Log: ") {
		t.Errorf("the description is %q", text)
	}
}

// TestRequestsOfOneName: of several requests for a room the open one counts, else
// the last, in whichever order they come.
func TestRequestsOfOneName(t *testing.T) {
	t.Parallel()
	first, second, open := team(), team(), team()
	first.ID, first.Ended = 3, true
	second.ID, second.Ended = 20, true
	for name, c := range map[string]struct {
		requests []Request
		number   int64
		desired  provision.Desired
	}{
		"open and ended": {[]Request{first, open, second}, 12, provision.Live},
		"ended and open": {[]Request{second, first, open}, 12, provision.Live},
		"only ended":     {[]Request{second, first}, 20, provision.ArchivedIfFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := Derive(Sources{Requests: c.requests}, bare(), sample.Day)
			if err != nil {
				t.Fatal(err)
			}
			d := roomOf(t, w, "quic-dt").Decision
			check.Same(t, "request", d.Request, c.number)
			check.Same(t, "desired", d.Desired, c.desired)
		})
	}
}

// TestRequestsThatCannotBe: a name that no room can have is a warning, requests
// that could not be read are a gap, and neither is a refusal.
func TestRequestsThatCannotBe(t *testing.T) {
	t.Parallel()
	r := team()
	r.Room = "quic dt"
	w, err := Derive(Sources{Requests: []Request{r}, RequestsUnread: true, History: map[string]RoomHistory{"quic-dt": {Last: sample.Day}}}, bare(), sample.Day)
	if err != nil || len(w.Rooms) > 0 || len(w.Refused) > 0 {
		t.Fatal(w.Rooms, w.Refused, err)
	}
	if len(w.Warnings) != 1 || !strings.HasPrefix(w.Warnings[0], `request 12 of the front desk: no room can be called "quic dt": `) {
		t.Errorf("warnings %q", w.Warnings)
	}
	var texts []string
	for _, err := range w.Shortfalls() {
		texts = append(texts, err.Error())
	}
	check.Same(t, "shortfalls", texts, []string{"requests of the front desk: they could not be read, and their rooms are left alone"})
}

// TestTemplateThatFailsOnARequest: a template that fails on what a person wrote
// costs that room only, and one that fails on a group's room the run.
func TestTemplateThatFailsOnARequest(t *testing.T) {
	t.Parallel()
	rules := bare()
	rules.Description = `{{slice .GroupName 0 4}}`
	long, short := team(), team()
	short.ID, short.Room, short.Title = 13, "quic-it", "IT"
	w, err := Derive(Sources{Requests: []Request{long, short}}, rules, sample.Day)
	if err != nil {
		t.Fatal(err)
	}
	check.Same(t, "rooms", w.Names(), []string{"quic-dt"})
	if len(w.Refused) != 1 || w.Refused[0].Name != "quic-it" || !strings.Contains(w.Refused[0].Why, "out of range") || len(w.Refused[0].Reasons) != 1 {
		t.Errorf("refused: %+v", w.Refused)
	}
	rules.Standing = []Standing{{Name: "hall", Title: "IT"}}
	if _, err := Derive(Sources{Requests: []Request{long}}, rules, sample.Day); err == nil {
		t.Error("a template that fails on a standing room gives no error")
	}
}

// TestRequestsAreRemembered: a run remembers a requested room like any other, and
// the requests are part of what a plan was made from.
func TestRequestsAreRemembered(t *testing.T) {
	t.Parallel()
	in := Sources{Requests: []Request{team()}}
	w, err := Derive(in, bare(), sample.Day)
	if err != nil {
		t.Fatal(err)
	}
	check.Same(t, "history", in.Remember(w, nil, nil, sample.Day), map[string]RoomHistory{"quic-dt": {Last: sample.Day}})
	marks := in.Fingerprints()
	if len(marks) != 1 || marks[0].Meeting != RequestsSource {
		t.Fatalf("fingerprints %+v", marks)
	}
	for name, change := range map[string]func(*Request){
		"number": func(r *Request) { r.ID++ }, "room": func(r *Request) { r.Room += "2" }, "title": func(r *Request) { r.Title += "!" },
		"purpose": func(r *Request) { r.Purpose += "!" }, "group": func(r *Request) { r.Acronym = "tls" },
		"end": func(r *Request) { r.Until = r.Until.Add(oneDay) }, "ended": func(r *Request) { r.Ended = true },
	} {
		r := team()
		change(&r)
		if again := (Sources{Requests: []Request{r}}).Fingerprints(); slices.Equal(marks, again) {
			t.Errorf("another %s makes no difference", name)
		}
	}
	if marks := (Sources{}).Fingerprints(); len(marks) > 0 {
		t.Errorf("no requests make the fingerprints %+v", marks)
	}
}
