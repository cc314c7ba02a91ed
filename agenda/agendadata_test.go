package agenda

import (
	"strings"
	"testing"
	"time"

	"muster/agenda/internal/wire"
)

// fromData parses an agenda-data that must be one.
func fromData(t *testing.T, body string) Meeting {
	t.Helper()
	doc, err := chatLinks{}.parseAgendaData([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	m := assemble(nil, &doc)
	checkInvariants(t, m)
	return m
}

func inVienna(t *testing.T, hour int) time.Time {
	t.Helper()
	zone, err := wire.LoadZone("Europe/Vienna")
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, 7, 20, hour, 0, 0, 0, zone)
}

func TestAgendaDataSession(t *testing.T) {
	t.Parallel()
	plain := Session{
		ID: 1, Group: "quic", Type: "regular", Status: Scheduled, Start: inVienna(t, 11),
		Duration: 2 * time.Hour, Location: "Room 1", Room: "quic",
	}
	chat := func(link string) obj { return obj{"links": obj{"chat": link}} }
	tests := map[string]struct {
		row    obj
		change func(*Session)
	}{
		"as usual":           {nil, func(*Session) {}},
		"naive is local":     {obj{"startDateTime": "2026-07-20T11:00:00"}, func(*Session) {}},
		"room null":          {obj{"room": nil}, func(s *Session) { s.Location = "" }},
		"parent empty":       {obj{"groupParent": obj{}}, func(*Session) {}},
		"status empty":       {obj{"status": ""}, func(s *Session) { s.Status = "" }},
		"its own name":       {obj{"name": "Interop"}, func(s *Session) { s.Name = "Interop" }},
		"named as its group": {obj{"name": "Group quic"}, func(*Session) {}},
		"old form, regular":  {obj{"name": "Morning Session I", "slotName": absent, "purpose": absent}, func(*Session) {}},
		"old form, other":    {obj{"name": "Hackathon", "slotName": absent, "type": "other"}, func(s *Session) { s.Name, s.Type = "Hackathon", "other" }},
		"own room":           {chat("https://zulip.ietf.org/#narrow/stream/wgchairs"), func(s *Session) { s.Room, s.OwnRoom = "wgchairs", true }},
		"own room by xmpp":   {chat("xmpp:wgchairs@jabber.ietf.org?join"), func(s *Session) { s.Room, s.OwnRoom = "wgchairs", true }},
		"plenary": {
			with(chat("https://zulip.ietf.org/#narrow/stream/plenary"), obj{"type": "plenary"}),
			func(s *Session) { s.Type, s.Room = "plenary", "plenary" },
		},
		"links absent":           {obj{"links": absent}, func(*Session) {}},
		"chat null":              {obj{"links": obj{"chat": nil, "webex": nil}}, func(*Session) {}},
		"renamed since":          {with(chat("https://zulip.ietf.org/#narrow/stream/newquic"), obj{"acronym": "newquic"}), func(*Session) {}},
		"old form without then":  {obj{"groupAcronym": absent}, func(*Session) {}},
		"drifting keys":          {obj{"useNotes": 1, "usesNotes": "x", "flags": []int{}}, func(*Session) {}},
		"lead sessions are kept": {obj{"type": "lead"}, func(s *Session) { s.Type = "lead" }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := plain
			tt.change(&want)
			m := fromData(t, dataDoc("126", dataRowOf(1, "quic", tt.row)))
			if d := diff([]Session{want}, m.Sessions); d != "" {
				t.Errorf("sessions (-want +got):\n%s", d)
			}
			if m.Number != "126" || m.City != "Vienna" || m.TimeZone.String() != "Europe/Vienna" || len(m.Warnings) > 0 || m.Unread.Rows != 0 {
				t.Errorf("meeting %+v", m)
			}
		})
	}
}

func TestAgendaDataInfersGroups(t *testing.T) {
	t.Parallel()
	in := func(parent string) obj { return obj{"groupParent": obj{"acronym": parent}} }
	tests := map[string]struct {
		rows []obj
		want Group
	}{
		"working group":   {[]obj{in("sec")}, Group{Type: "wg", Parent: "sec", Inferred: true}},
		"research group":  {[]obj{in("irtf")}, Group{Type: "rg", Parent: "irtf", Inferred: true}},
		"bof":             {[]obj{with(in("sec"), obj{"isBoF": true})}, Group{Type: "wg", State: "bof", Parent: "sec", BOF: true}},
		"proposed":        {[]obj{with(in("irtf"), obj{"isProposed": true})}, Group{Type: "rg", State: "proposed", Parent: "irtf", Inferred: true}},
		"team":            {[]obj{with(in("gen"), obj{"type": "other"})}, Group{Parent: "gen"}},
		"without parent":  {[]obj{{"groupParent": obj{}}}, Group{}},
		"plenary":         {[]obj{{"groupParent": obj{}, "type": "plenary"}}, Group{}},
		"from any row":    {[]obj{with(in("sec"), obj{"type": "other"}), in("sec")}, Group{Type: "wg", Parent: "sec", Inferred: true}},
		"parent is null":  {[]obj{{"groupParent": nil}}, Group{}},
		"bof, no regular": {[]obj{with(in("sec"), obj{"isBoF": true, "type": "other"})}, Group{Type: "wg", State: "bof", Parent: "sec", BOF: true}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var rows []obj
			for i, row := range tt.rows {
				rows = append(rows, dataRowOf(i+1, "quic", row))
			}
			tt.want.Acronym, tt.want.Name = "quic", "Group quic"
			m := fromData(t, dataDoc("126", rows...))
			if d := diff([]Group{tt.want}, m.Groups); d != "" {
				t.Errorf("groups (-want +got):\n%s", d)
			}
		})
	}
}

func TestAgendaDataWithoutBreaks(t *testing.T) {
	t.Parallel()
	m := fromData(t, dataDoc("126",
		dataRowOf(1, "quic", nil),
		dataRowOf(2, "secretariat", obj{"type": "break"}),
		dataRowOf(3, "secretariat", obj{"type": "reg"}),
		dataRowOf(0, "secretariat", obj{"type": "break", "startDateTime": "never"}),
	))
	if d := diff([]string{"quic"}, acronyms(m)); d != "" || len(m.Sessions) != 1 || len(m.Warnings) > 0 {
		t.Errorf("groups (-want +got):\n%s\nwarnings %q", d, m.Warnings)
	}
}

func TestAgendaDataBadRow(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		row  any
		want []string
	}{
		"id zero":          {dataRowOf(0, "tls", nil), []string{`group "tls"`, "session id 0"}},
		"id a string":      {dataRowOf(9, "tls", obj{"sessionId": "9"}), []string{`group "tls"`, "sessionId", "string"}},
		"no acronym":       {dataRowOf(9, "", nil), []string{"session 9", "acronym"}},
		"type a number":    {dataRowOf(9, "tls", obj{"type": 1}), []string{"session 9", `group "tls"`, "type"}},
		"status a list":    {dataRowOf(9, "tls", obj{"status": []int{}}), []string{"session 9", `group "tls"`, "status"}},
		"links a list":     {dataRowOf(9, "tls", obj{"links": []int{}}), []string{"session 9", `group "tls"`, "links"}},
		"chat a number":    {dataRowOf(9, "tls", obj{"links": obj{"chat": 1}}), []string{"session 9", `group "tls"`, "links.chat"}},
		"no object at all": {"tls", []string{"row 1", "string"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := encode(obj{
				"meeting":  obj{"number": "126", "timezone": "UTC"},
				"schedule": []any{dataRowOf(1, "quic", nil), tt.row, dataRowOf(2, "mls", nil)},
			})
			m := fromData(t, body)
			if d := diff([]string{"mls", "quic"}, acronyms(m)); d != "" || m.Unread.Rows != 1 || len(m.Warnings) != 1 {
				t.Errorf("groups (-want +got):\n%s\nunread %d, warnings %q", d, m.Unread.Rows, m.Warnings)
			}
			wantWarning(t, m, append(tt.want, "agenda-data", "row 1", "left out")...)
		})
	}
}

// A row counts whatever is wrong with what does not decide on rooms.
func TestAgendaDataBadDetail(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change obj
		want   string // part of the warning
	}{
		"year 9999":       {obj{"startDateTime": "9999-01-01T00:00:00"}, "impossible year"},
		"start no time":   {obj{"startDateTime": "15.3.2027 10:00"}, `start "15.3.2027 10:00" is not a time`},
		"duration":        {obj{"duration": -5}, `duration "-5"`},
		"bof a string":    {obj{"isBoF": "no"}, "isBoF"},
		"room an object":  {obj{"room": obj{}}, "room"},
		"parent a string": {obj{"groupParent": "art"}, "groupParent"},
		"parent a number": {obj{"groupParent": obj{"acronym": 7}}, "groupParent.acronym"},
		"name a number":   {obj{"name": 7}, "name"},
		"acronym today":   {obj{"acronym": 7}, "acronym"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := fromData(t, dataDoc("126", dataRowOf(1, "quic", nil), dataRowOf(9, "tls", tt.change)))
			if d := diff([]string{"quic", "tls"}, acronyms(m)); d != "" || len(m.Sessions) != 2 || m.Unread.Rows != 0 || m.Groups[1].Type != "wg" {
				t.Errorf("groups (-want +got):\n%s\n%+v, unread %+v", d, m.Groups, m.Unread)
			}
			wantWarning(t, m, "agenda-data: session 9", `group "tls"`, tt.want, "taken as unknown")
		})
	}
}

func TestAgendaDataUnreadableChatLink(t *testing.T) {
	t.Parallel()
	m := fromData(t, dataDoc("126", dataRowOf(1, "quic", obj{"links": obj{"chat": "mailto:quic"}})))
	if len(m.Sessions) != 1 || m.Sessions[0].Room != "quic" || m.Sessions[0].OwnRoom || m.Unread.Rows != 0 {
		t.Errorf("got %+v", m)
	}
	wantWarning(t, m, "session 1", "quic", "mailto:quic")
}

func TestAgendaDataZone(t *testing.T) {
	t.Parallel()
	naive := dataRowOf(1, "quic", obj{"startDateTime": "2026-07-20T11:00:00"})
	aware := dataRowOf(2, "tls", nil)
	for name, zone := range map[string]any{"unknown": "Mars/Olympus", "empty": "", "null": nil, "Local": "Local"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := fromData(t, encode(obj{"meeting": obj{"number": "126", "timezone": zone}, "schedule": []obj{naive, aware}}))
			if m.TimeZone != time.UTC || !m.Sessions[0].Start.IsZero() || !m.Sessions[1].Start.Equal(inVienna(t, 11)) {
				t.Errorf("got %+v", m)
			}
			wantWarning(t, m, "time zone", "not known")
		})
	}
}

func TestAgendaDataWrongShape(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, want string }{
		"empty":             {"", "not JSON"},
		"HTML":              {"<html>", "at byte 1"},
		"a list":            {"[]", "wrong JSON type"},
		"null":              {"null", "meeting and schedule"},
		"an agenda.json":    {`{"126": []}`, "meeting and schedule"},
		"no schedule":       {`{"meeting": {}}`, "meeting and schedule"},
		"schedule null":     {`{"meeting": {}, "schedule": null}`, "want a list"},
		"schedule a string": {`{"meeting": {}, "schedule": "x"}`, "want a list"},
		"meeting a string":  {`{"meeting": "126", "schedule": []}`, "meeting is of the wrong JSON type"},
		"number a number":   {`{"meeting": {"number": 126}, "schedule": []}`, "meeting.number"},
		"too many rows":     {`{"meeting": {}, "schedule": [0` + strings.Repeat(",0", wire.MaxRows) + `]}`, "more than 20000 rows"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := chatLinks{}.parseAgendaData([]byte(tt.body))
			if err == nil || !containsAll(err.Error(), []string{tt.want, "agenda-data"}) {
				t.Errorf("got error %v, want one with agenda-data and %q", err, tt.want)
			}
		})
	}
}
