package frontdesk_test

import (
	"cmp"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"muster/agenda"
	"muster/frontdesk"
	"muster/frontdesk/store"
)

// vienna is the time zone of the meeting.
var vienna = time.FixedZone("CET", 3600)

// held returns a session of quic that begins so many hours after noon.
func held(hours int, place string, status agenda.Status) agenda.Session {
	return agenda.Session{
		ID: 1, Group: "quic", Room: "Quic", Type: agenda.Regular, Status: status, Location: place,
		Start: noon.Add(time.Duration(hours) * time.Hour).In(vienna), Duration: time.Hour,
	}
}

func meetingOf(sessions ...agenda.Session) agenda.Meeting {
	return agenda.Meeting{Number: "127", TimeZone: vienna, AgendaURL: "https://datatracker.example.org/meeting/127/agenda", Sessions: sessions}
}

// TestMoved goes through the syncs of an agenda that changes, a quarter of an hour
// apart unless said otherwise.
func TestMoved(t *testing.T) {
	t.Parallel()
	const (
		monday = 24 * 6 // 30 November, 13:00 in Vienna
		far    = 24 * 15
	)
	at := held(monday, "Hall A", agenda.Scheduled)
	later, elsewhere, off := held(monday+2, "Hall A", agenda.Scheduled), held(monday, "Hall B", ""), held(monday, "Hall A", agenda.Canceled)
	resched := off
	resched.ID, resched.Status = 2, agenda.Rescheduled
	longer := at
	longer.Duration = 2 * time.Hour
	night := at
	night.Duration = 13 * time.Hour
	unknown := at
	unknown.Start, unknown.Duration = time.Time{}, 0
	named := later
	named.Name = "Interop\n<lunch>"
	pause := later
	pause.Type = agenda.Break
	const head, was = "News of quic, IETF 127:\n", "and was Monday 30 November 2026, 13:00-14:00 CET, Hall A.\n"
	const cancelled = head + "The session was cancelled: Monday 30 November 2026, 13:00-14:00 CET, Hall A.\n"
	const again = head + "The session takes place again: Monday 30 November 2026, 13:00-14:00 CET, Hall A.\n"
	const isNow = head + "The session has moved: it is now Monday 30 November 2026, "
	const moved = isNow + "15:00-16:00 CET, Hall A, " + was
	cases := map[string]struct {
		syncs []agenda.Session
		every time.Duration
		want  []string // of each sync
	}{
		"nothing":         {syncs: []agenda.Session{at, at, at}, want: []string{"", "", ""}},
		"moved":           {syncs: []agenda.Session{at, later, later, later}, want: []string{"", "", moved, ""}},
		"moved, and back": {syncs: []agenda.Session{at, later, at, later, at, at}, want: make([]string, 6)},
		"moved twice":     {syncs: []agenda.Session{at, elsewhere, later, later}, want: []string{"", "", "", moved}},
		"moved, told, back": {
			syncs: []agenda.Session{at, later, later, at, at},
			want:  []string{"", "", moved, "", strings.NewReplacer("13:00-14", "15:00-16", "15:00-16", "13:00-14").Replace(moved)},
		},
		"syncs in a hurry": {syncs: []agenda.Session{at, later, later, later, later}, every: 4 * time.Minute, want: []string{"", "", "", "", moved}},
		"ten minutes":      {syncs: []agenda.Session{at, later, later}, every: 10 * time.Minute, want: []string{"", "", moved}},
		"just below":       {syncs: []agenda.Session{at, later, later}, every: 10*time.Minute - time.Second, want: []string{"", "", ""}},
		"another place":    {syncs: []agenda.Session{at, elsewhere, elsewhere}, want: []string{"", "", isNow + "13:00-14:00 CET, Hall B, " + was}},
		"longer":           {syncs: []agenda.Session{at, longer, longer}, want: []string{"", "", isNow + "13:00-15:00 CET, Hall A, " + was}},
		"beyond midnight": {
			syncs: []agenda.Session{at, night, night},
			want:  []string{"", "", isNow + "13:00 to Tuesday 1 December, 02:00 CET, Hall A, " + was},
		},
		"cancelled":             {syncs: []agenda.Session{at, off, off, off}, want: []string{"", "", cancelled, ""}},
		"cancelled, reinstated": {syncs: []agenda.Session{at, off, off, at, at}, want: []string{"", "", cancelled, "", again}},
		"cancelled, and moved": {
			syncs: []agenda.Session{off, held(monday+1, "Hall A", agenda.Canceled), held(monday+1, "Hall A", agenda.Canceled)},
			want:  make([]string, 3),
		},
		"a new status":    {syncs: []agenda.Session{at, held(monday, "Hall A", ""), held(monday, "Hall A", "appr")}, want: make([]string, 3)},
		"an unknown time": {syncs: []agenda.Session{at, unknown, unknown}, want: make([]string, 3)},
		"superseded":      {syncs: []agenda.Session{at, resched, resched}, want: make([]string, 3)},
		"a break":         {syncs: []agenda.Session{pause, pause, at}, want: make([]string, 3)},
		"a name": {
			syncs: []agenda.Session{at, named, named},
			want:  []string{"", "", strings.Replace(moved, "session", "session Interop ＜lunch＞", 1)},
		},
		"far ahead": {syncs: []agenda.Session{held(far, "Hall A", ""), held(far, "Hall B", ""), held(far, "Hall B", "")}, want: make([]string, 3)},
		"far ahead, cancelled": {
			syncs: []agenda.Session{held(far, "Hall A", ""), held(far, "Hall A", agenda.Canceled), held(far, "Hall A", agenda.Canceled)},
			want:  make([]string, 3),
		},
		"far ahead, again": {
			syncs: []agenda.Session{held(far, "Hall A", agenda.Canceled), held(far, "Hall A", ""), held(far, "Hall A", "")},
			want:  make([]string, 3),
		},
		"from far ahead": {
			syncs: []agenda.Session{held(far, "Hall A", ""), later, later},
			want:  []string{"", "", strings.Replace(moved, "was Monday 30 November 2026, 13:00-14", "was Wednesday 9 December 2026, 13:00-14", 1)},
		},
		"over": {syncs: []agenda.Session{held(-1, "Hall A", ""), held(-1, "Hall B", ""), held(-1, "Hall B", "")}, want: make([]string, 3)},
		"over, cancelled": {
			syncs: []agenda.Session{held(-1, "Hall A", ""), held(-1, "Hall A", agenda.Canceled), held(-1, "Hall A", agenda.Canceled)},
			want:  make([]string, 3),
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := noon
			var known []store.Sighting
			for i, s := range c.syncs {
				all, news := frontdesk.Moved(known, []agenda.Meeting{meetingOf(s)}, now)
				text := ""
				for _, n := range news {
					text += strings.TrimSuffix(n.Text, "Agenda: https://datatracker.example.org/meeting/127/agenda")
				}
				if text != c.want[i] {
					t.Errorf("sync %d: %q\nwant %q", i+1, text, c.want[i])
				}
				known = reread(t, all)
				now = now.Add(cmp.Or(c.every, 15*time.Minute))
			}
		})
	}
}

func newsStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(filepath.Join(t.TempDir(), "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// reread returns what is known as it comes back from the database.
func reread(t *testing.T, all []store.Sighting) []store.Sighting {
	t.Helper()
	s := newsStore(t)
	if err := s.SetSightings(t.Context(), all, nil, noon); err != nil {
		t.Fatal(err)
	}
	back, err := s.Sightings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(all)
	if again, _ := json.Marshal(back); string(text) != string(again) {
		t.Fatalf("kept %s, and came back as %s", text, again)
	}
	return back
}

// TestRescheduled has the superseded row of a session keep its ID, or get one of its
// own: both are one session that moved.
func TestRescheduled(t *testing.T) {
	t.Parallel()
	for name, ids := range map[string]struct{ ghost, session int }{"the session keeps the ID": {2, 1}, "the ghost keeps the ID": {1, 2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, ghost, session := held(24, "Hall A", ""), held(24, "Hall A", agenda.Rescheduled), held(30, "Hall B", "")
			ghost.ID, session.ID = ids.ghost, ids.session
			after := []agenda.Meeting{meetingOf(ghost, session)}
			known, _ := frontdesk.Moved(nil, []agenda.Meeting{meetingOf(before)}, noon)
			var texts []string
			for i := range 3 {
				var news []frontdesk.News
				known, news = frontdesk.Moved(known, after, noon.Add(time.Duration(i+1)*15*time.Minute))
				for _, n := range news {
					texts = append(texts, n.Text)
				}
			}
			if len(texts) != 1 || !strings.Contains(texts[0], "19:00-20:00 CET, Hall B, and was Wednesday 25 November 2026, 13:00-14:00 CET, Hall A.") {
				t.Errorf("news: %q", texts)
			}
			if len(known) != 1 || known[0].Session != ids.session {
				t.Errorf("known: %+v", known)
			}
		})
	}
}

// TestOneMessageForAGroup has many sessions move at once: each group gets one
// message, whatever the order of the sessions.
func TestOneMessageForAGroup(t *testing.T) {
	t.Parallel()
	var before, after []agenda.Session
	for i := range 6 {
		s := held(24+i, "Hall A", "")
		s.ID, s.Group = i+1, []string{"quic", "foo"}[i%2]
		before = append(before, s)
		s.Location = "Hall B"
		after = append(after, s)
	}
	known, _ := frontdesk.Moved(nil, []agenda.Meeting{meetingOf(before...)}, noon)
	known, _ = frontdesk.Moved(known, []agenda.Meeting{meetingOf(after...)}, noon)
	slices.Reverse(after)
	known, news := frontdesk.Moved(known, []agenda.Meeting{meetingOf(after...), {Number: "128"}}, noon.Add(time.Hour))
	if len(news) != 2 || news[0].Group != "foo" || news[1].Group != "quic" || strings.Count(news[0].Text, "has moved") != 3 {
		t.Errorf("news: %+v", news)
	}
	if len(known) != 6 || known[5].Session != 6 {
		t.Errorf("known: %+v", known)
	}
	// Of an agenda that is not in hand all stays as it is, until it is long over.
	same, _ := frontdesk.Moved(known, nil, noon.AddDate(0, 0, 30))
	if diff := gocmp.Diff(known, same); diff != "" {
		t.Errorf("without an agenda:\n%s", diff)
	}
	if left, _ := frontdesk.Moved(known, nil, noon.AddDate(0, 0, 40)); len(left) != 0 {
		t.Errorf("never forgotten: %+v", left)
	}
}

// TestNewsMessages sends news to those alone who have a role that counts.
func TestNewsMessages(t *testing.T) {
	t.Parallel()
	links := []frontdesk.Link{
		{JID: alice, Person: 7}, {JID: "alice@example.net", Person: 7}, {JID: "bob@example.org", Person: 8}, {JID: "carol@example.org", Person: 9},
	}
	news := []frontdesk.News{{Meeting: "127", Group: "QUIC", Text: "moved"}, {Meeting: "127", Group: "nosuch", Text: "moved"}}
	got := frontdesk.NewsMessages(news, links, theFacts())
	want := []frontdesk.Message{
		{Key: "news:127:QUIC:1795521600:" + alice, Medium: frontdesk.Chat, Address: alice, Body: "moved", Due: noon},
		{Key: "news:127:QUIC:1795521600:alice@example.net", Medium: frontdesk.Chat, Address: "alice@example.net", Body: "moved", Due: noon},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("messages -want +got:\n%s", diff)
	}
	s := newsStore(t)
	for range 2 { // a run that is made again, since the first was killed
		if err := s.SetSightings(t.Context(), nil, got, noon); err != nil {
			t.Fatal(err)
		}
	}
	if waiting, err := s.Due(t.Context(), frontdesk.Chat, noon); err != nil || len(waiting) != 2 {
		t.Errorf("in the outbox: %+v, %v", waiting, err)
	}
}

// TestRoomMessages says news in live rooms alone, in one line.
func TestRoomMessages(t *testing.T) {
	t.Parallel()
	known, _ := frontdesk.Moved(nil, []agenda.Meeting{meetingOf(held(24, "Hall A", ""))}, noon)
	known, _ = frontdesk.Moved(known, []agenda.Meeting{meetingOf(held(24, "Hall B", ""))}, noon)
	_, news := frontdesk.Moved(known, []agenda.Meeting{meetingOf(held(24, "Hall B", ""))}, noon.Add(time.Hour))
	got := frontdesk.RoomMessages(news, "rooms.example.org", map[string]bool{"quic": true, "tls": true}, noon)
	want := []frontdesk.Message{{
		Key: "news:127:quic:1795521600:quic@rooms.example.org", Medium: frontdesk.InRoom, Address: "quic@rooms.example.org", Due: noon,
		Body: "News of quic, IETF 127: The session has moved: it is now Wednesday 25 November 2026, 13:00-14:00 CET, Hall B, " +
			"and was Wednesday 25 November 2026, 13:00-14:00 CET, Hall A. Agenda: https://datatracker.example.org/meeting/127/agenda",
	}}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("messages -want +got:\n%s", diff)
	}
	if got := frontdesk.RoomMessages(news, "rooms.example.org", nil, noon); len(got) > 0 {
		t.Errorf("in rooms that are not live: %+v", got)
	}
}
