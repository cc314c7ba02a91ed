package agenda

import (
	"testing"
	"time"
)

// joined parses and joins both forms.
func joined(t *testing.T, list, data string) Meeting {
	t.Helper()
	l, err := parseAgendaJSON([]byte(list))
	if err != nil {
		t.Fatal(err)
	}
	d, err := chatLinks{}.parseAgendaData([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	m := assemble(&l, &d)
	checkInvariants(t, m)
	return m
}

func TestJoin(t *testing.T) {
	t.Parallel()
	ag := obj{"group": obj{"acronym": "saag", "name": "Group saag", "type": "ag", "state": "active", "parent": "sec"}}
	m := joined(t,
		listDoc("126", listRow(1, "saag", ag), listRow(2, "quic", obj{"name": "Interop"})),
		dataDoc("126", dataRowOf(2, "quic", obj{"name": "Another name", "links": obj{"chat": "xmpp:interop@x?join"}}),
			dataRowOf(1, "saag", obj{"groupParent": obj{"acronym": "other"}})))
	want := Meeting{
		Number: "126", City: "Vienna", TimeZone: inVienna(t, 0).Location(),
		Sessions: []Session{
			{ID: 1, Group: "saag", Type: "regular", Status: Scheduled, Start: inVienna(t, 11), Duration: 2 * time.Hour, Location: "Room 1", Room: "saag"},
			{
				ID: 2, Group: "quic", Name: "Interop", Type: "regular", Status: Scheduled, Start: inVienna(t, 11), Duration: 2 * time.Hour,
				Location: "Room 1", Room: "interop", OwnRoom: true,
			},
		},
		Groups: []Group{
			{Acronym: "quic", Name: "Group quic", Type: "wg", State: "active", Parent: "art"},
			{Acronym: "saag", Name: "Group saag", Type: "ag", State: "active", Parent: "sec"},
		},
	}
	if d := diff(want, m); d != "" {
		t.Errorf("meeting (-want +got):\n%s", d)
	}
}

func TestJoinTypeComesFromData(t *testing.T) {
	t.Parallel()
	ietf := obj{"group": obj{"acronym": "ietf", "name": "IETF", "type": "ietf"}, "name": "Not the Plenary"}
	m := joined(t, listDoc("126", listRow(1, "ietf", ietf)),
		dataDoc("126", dataRowOf(1, "ietf", obj{"type": "other"})))
	if got := m.Sessions[0].Type; got != "other" {
		t.Errorf("type %q, want other", got)
	}
}

func TestJoinWhereTheDocumentsDiffer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		list, data   string
		wantGroups   []string
		wantSessions int
		wantUnread   int
		want         []string // parts of a warning; none for no warning at all
	}{
		"only in agenda.json": {
			listDoc("126", listRow(1, "quic", nil), listRow(2, "tls", nil)), dataDoc("126", dataRowOf(1, "quic", nil)),
			[]string{"quic", "tls"}, 2, 0, []string{"only in agenda.json", "2 (group \"tls\")", "not known"},
		},
		"only in agenda-data": {
			listDoc("126", listRow(1, "quic", nil)), dataDoc("126", dataRowOf(1, "quic", nil), dataRowOf(2, "tls", nil)),
			[]string{"quic", "tls"}, 2, 0, []string{"only in agenda-data", "2 (group \"tls\")", "inferred"},
		},
		"a bad row that the other document has": {
			listDoc("126", listRow(1, "quic", nil), listRow(2, "tls", obj{"status": 1})),
			dataDoc("126", dataRowOf(1, "quic", nil), dataRowOf(2, "tls", nil)),
			[]string{"quic", "tls"}, 2, 0, []string{"agenda.json", "session 2", "left out"},
		},
		"a bad row in both": {
			listDoc("126", listRow(1, "quic", nil), listRow(2, "tls", obj{"status": 1})),
			dataDoc("126", dataRowOf(1, "quic", nil), dataRowOf(2, "tls", obj{"status": 2})),
			[]string{"quic"}, 1, 1, []string{"agenda-data", "session 2", "left out"},
		},
		"a bad chat link, which the other document has not": {
			listDoc("126", listRow(1, "quic", nil), listRow(2, "tls", nil)),
			dataDoc("126", dataRowOf(1, "quic", nil), dataRowOf(2, "tls", obj{"links": obj{"chat": 7}})),
			[]string{"quic", "tls"}, 2, 1, []string{"agenda-data", "session 2", "links.chat", "left out"},
		},
		"times that the other document has": {
			listDoc("126", listRow(1, "quic", obj{"start": "x", "duration": "x"})), dataDoc("126", dataRowOf(1, "quic", nil)),
			[]string{"quic"}, 1, 0, []string{"agenda.json: session 1", "start"},
		},
		"status": {
			listDoc("126", listRow(1, "quic", nil)), dataDoc("126", dataRowOf(1, "quic", obj{"status": "canceled"})),
			[]string{"quic"}, 1, 0, []string{"session 1", "status", `"sched"`, `"canceled"`},
		},
		"start": {
			listDoc("126", listRow(1, "quic", nil)), dataDoc("126", dataRowOf(1, "quic", obj{"startDateTime": "2026-07-20T12:00:00Z"})),
			[]string{"quic"}, 1, 0, []string{"session 1", "start", "09:00", "12:00"},
		},
		"duration": {
			listDoc("126", listRow(1, "quic", nil)), dataDoc("126", dataRowOf(1, "quic", obj{"duration": 60})),
			[]string{"quic"}, 1, 0, []string{"session 1", "duration", "2h0m0s", "1m0s"},
		},
		"duration but for whole days": {
			listDoc("126", listRow(1, "quic", obj{"duration": "1 day, 2:00:00"})), dataDoc("126", dataRowOf(1, "quic", nil)),
			[]string{"quic"}, 1, 0, nil,
		},
		"group": {
			listDoc("126", listRow(1, "quic", nil)), dataDoc("126", dataRowOf(1, "tls", nil)),
			[]string{"quic"}, 1, 0, []string{"session 1", "group", `"quic"`, `"tls"`},
		},
		"another meeting": {
			listDoc("126", listRow(1, "quic", nil)), dataDoc("125", dataRowOf(1, "tls", nil), dataRowOf(2, "tls", nil)),
			[]string{"quic"}, 1, 0, []string{`"126"`, `"125"`, "not used"},
		},
		"agenda.json has no number": {
			listDoc("None", listRow(1, "quic", nil)), dataDoc("126", dataRowOf(1, "quic", nil)),
			[]string{"quic"}, 1, 0, nil,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := joined(t, tt.list, tt.data)
			if d := diff(tt.wantGroups, acronyms(m)); d != "" {
				t.Errorf("groups (-want +got):\n%s", d)
			}
			if len(m.Sessions) != tt.wantSessions || m.Unread.Rows != tt.wantUnread || m.Number != "126" {
				t.Errorf("meeting %s, %d sessions, %d unread", m.Number, len(m.Sessions), m.Unread.Rows)
			}
			for _, s := range m.Sessions {
				if s.Start.IsZero() || s.Duration == 0 {
					t.Errorf("session without a time: %+v", s)
				}
			}
			if tt.want != nil {
				wantWarning(t, m, tt.want...)
			} else if len(m.Warnings) > 0 {
				t.Errorf("warnings %q", m.Warnings)
			}
		})
	}
}

func TestJoinIgnoresTheOtherMeetingsPlace(t *testing.T) {
	t.Parallel()
	m := joined(t, listDoc("126", listRow(1, "quic", nil)), dataDoc("125", dataRowOf(1, "quic", nil)))
	if m.City != "" || m.TimeZone != time.UTC || m.Sessions[0].Type != "" {
		t.Errorf("got %+v", m)
	}
}

func TestJoinNamesSomeOfMany(t *testing.T) {
	t.Parallel()
	var rows []obj
	for id := range 12 {
		rows = append(rows, listRow(id+1, "quic", nil))
	}
	m := joined(t, listDoc("126", rows...), dataDoc("126", dataRowOf(1, "quic", nil)))
	wantWarning(t, m, "only in agenda.json", "2 (group", "11 (group", "1 more")
}
