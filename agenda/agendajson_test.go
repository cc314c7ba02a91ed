package agenda

import (
	"strings"
	"testing"
	"time"

	"muster/agenda/internal/wire"
)

// fromList parses an agenda.json that must be one.
func fromList(t *testing.T, body string) Meeting {
	t.Helper()
	doc, err := parseAgendaJSON([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	m := assemble(&doc, nil)
	checkInvariants(t, m)
	return m
}

func TestAgendaJSONSession(t *testing.T) {
	t.Parallel()
	plain := Session{
		ID: 1, Group: "quic", Status: Scheduled, Start: time.Date(2026, 7, 20, 9, 0, 0, 0, time.UTC),
		Duration: 2 * time.Hour, Location: "Room 1", Room: "quic",
	}
	ietf := obj{"acronym": "ietf", "name": "IETF", "type": "ietf", "state": "active"}
	tests := map[string]struct {
		row    obj
		change func(*Session)
	}{
		"as usual":           {nil, func(*Session) {}},
		"location null":      {obj{"location": nil}, func(s *Session) { s.Location = "" }},
		"status empty":       {obj{"status": ""}, func(s *Session) { s.Status = "" }},
		"status absent":      {obj{"status": absent}, func(s *Session) { s.Status = "" }},
		"status unknown":     {obj{"status": "postponed"}, func(s *Session) { s.Status = "postponed" }},
		"cancelled":          {obj{"status": "canceled"}, func(s *Session) { s.Status = Canceled }},
		"start absent":       {obj{"start": absent}, func(s *Session) { s.Start = time.Time{} }},
		"start naive is UTC": {obj{"start": "2026-07-20T09:00:00"}, func(*Session) {}},
		"its own name":       {obj{"name": "Interop"}, func(s *Session) { s.Name = "Interop" }},
		"more than a day":    {obj{"duration": "1 day, 2:00:00"}, func(s *Session) { s.Duration = 26 * time.Hour }},
		"unknown keys":       {obj{"useHedgeDoc": true, "presentations": 7, "purpose": obj{}}, func(*Session) {}},
		"plenary": {
			obj{"group": ietf, "name": "IETF Plenary"},
			func(s *Session) { s.Group, s.Name, s.Type, s.Room = "ietf", "IETF Plenary", Plenary, "plenary" },
		},
		"plenary, lower case": {
			obj{"group": ietf, "name": "the plenary"},
			func(s *Session) { s.Group, s.Name, s.Type, s.Room = "ietf", "the plenary", Plenary, "plenary" },
		},
		"plenary as a part":  {obj{"group": ietf, "name": "Plenarysaurus"}, func(s *Session) { s.Group, s.Room, s.Name = "ietf", "ietf", "Plenarysaurus" }},
		"plenary of a group": {obj{"name": "Our Plenary"}, func(s *Session) { s.Name = "Our Plenary" }},
		"reception of ietf": {
			obj{"group": ietf, "name": "Welcome Reception"}, func(s *Session) { s.Group, s.Room, s.Name = "ietf", "ietf", "Welcome Reception" },
		},
		"session id beats id": {obj{"id": 77}, func(*Session) {}},
		"group with odd chars": {obj{"group": obj{"acronym": "IMTC X.3_s"}}, func(s *Session) {
			s.Group, s.Room, s.Name = "IMTC X.3_s", "IMTC X.3_s", "Group quic"
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := plain
			tt.change(&want)
			m := fromList(t, listDoc("126", listRow(1, "quic", tt.row)))
			if d := diff([]Session{want}, m.Sessions); d != "" {
				t.Errorf("sessions (-want +got):\n%s", d)
			}
			if m.Number != "126" || m.TimeZone != time.UTC || m.Unread.Rows != 0 || len(m.Warnings) > 0 {
				t.Errorf("number %q, zone %s, unread %d, warnings %q", m.Number, m.TimeZone, m.Unread.Rows, m.Warnings)
			}
		})
	}
}

func TestAgendaJSONGroup(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		group obj
		isBOF bool
		want  Group
	}{
		"working group": {
			obj{"acronym": "a", "name": "A", "type": "wg", "state": "active", "parent": "art"}, false,
			Group{Acronym: "a", Name: "A", Type: "wg", State: "active", Parent: "art"},
		},
		"bof": {
			obj{"acronym": "a", "name": "A", "type": "wg", "state": "bof", "parent": "art"}, true,
			Group{Acronym: "a", Name: "A", Type: "wg", State: "bof", Parent: "art", BOF: true},
		},
		"concluded bof": {obj{"acronym": "a", "name": "A", "type": "wg", "state": "bof-conc"}, true,
			Group{Acronym: "a", Name: "A", Type: "wg", State: "bof-conc"}},
		"nulls": {obj{"acronym": "a", "name": "A", "type": nil, "state": nil, "parent": nil}, false, Group{Acronym: "a", Name: "A"}},
		"bare":  {obj{"acronym": "a"}, false, Group{Acronym: "a"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := fromList(t, listDoc("126", listRow(1, "", obj{"group": tt.group, "is_bof": tt.isBOF})))
			if d := diff([]Group{tt.want}, m.Groups); d != "" {
				t.Errorf("groups (-want +got):\n%s", d)
			}
		})
	}
}

func TestAgendaJSONOrder(t *testing.T) {
	t.Parallel()
	rows := []obj{
		listRow(3, "tls", obj{"start": "2026-07-21T09:00:00Z"}),
		{"objtype": "location", "id": 5, "name": "Room 1", "x": 1.5},
		listRow(2, "quic", nil),
		{"objtype": "parent", "id": 7, "name": "art"},
		listRow(1, "quic", nil),
		{"objtype": "something new", "session_id": "x"},
	}
	m := fromList(t, listDoc("126", rows...))
	var ids []int
	for _, s := range m.Sessions {
		ids = append(ids, s.ID)
	}
	if d := diff([]int{1, 2, 3}, ids); d != "" {
		t.Errorf("sessions (-want +got):\n%s", d)
	}
	if d := diff([]string{"quic", "tls"}, acronyms(m)); d != "" || len(m.Warnings) > 0 {
		t.Errorf("groups (-want +got):\n%s\nwarnings %q", d, m.Warnings)
	}
}

func TestAgendaJSONBadRow(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		row  any
		want []string // parts of the warning
	}{
		"id zero":          {listRow(0, "tls", nil), []string{"row 1", `group "tls"`, "session id 0"}},
		"id negative":      {listRow(-4, "tls", nil), []string{"row 1", `group "tls"`, "session id -4"}},
		"id a string":      {listRow(9, "tls", obj{"session_id": "9"}), []string{"row 1", `group "tls"`, "session_id", "string"}},
		"id a fraction":    {listRow(9, "tls", obj{"session_id": 9.5}), []string{`group "tls"`, "session_id", "9.5"}},
		"id absent":        {listRow(9, "tls", obj{"session_id": absent}), []string{`group "tls"`}},
		"group null":       {listRow(9, "tls", obj{"group": nil}), []string{"session 9", "acronym"}},
		"group a string":   {listRow(9, "tls", obj{"group": "tls"}), []string{"session 9", "group", "string"}},
		"acronym a number": {listRow(9, "tls", obj{"group": obj{"acronym": 7}}), []string{"session 9", "group.acronym", "number"}},
		"status a number":  {listRow(9, "tls", obj{"status": 1}), []string{"session 9", `group "tls"`, "status", "number"}},
		"type a list":      {listRow(9, "tls", obj{"group": obj{"acronym": "tls", "type": []int{}}}), []string{`group "tls"`, "group.type"}},
		"state a number":   {listRow(9, "tls", obj{"group": obj{"acronym": "tls", "state": 1}}), []string{`group "tls"`, "group.state"}},
		"no objtype":       {listRow(9, "tls", obj{"objtype": absent}), []string{"session 9", `group "tls"`, "objtype"}},
		"null":             {nil, []string{"row 1", "objtype"}},
		"a number":         {5, []string{"row 1", "number"}},
		"a list":           {[]int{}, []string{"row 1", "array"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := encode(obj{"126": []any{listRow(1, "quic", nil), tt.row, listRow(2, "mls", nil)}})
			m := fromList(t, body)
			if d := diff([]string{"mls", "quic"}, acronyms(m)); d != "" {
				t.Errorf("groups (-want +got):\n%s", d)
			}
			if m.Unread.Rows != 1 || len(m.Warnings) != 1 {
				t.Errorf("unread %d, warnings %q; want one each", m.Unread.Rows, m.Warnings)
			}
			wantWarning(t, m, append(tt.want, "agenda.json", "left out")...)
			if named := containsAll(strings.Join(tt.want, " "),
				[]string{`group "tls"`}); m.Unread.Includes("TLS") != true || m.Unread.Includes("quic") == named {
				t.Errorf("unread: %+v", m.Unread)
			}
		})
	}
}

// A row counts whatever is wrong with what does not decide on rooms.
func TestAgendaJSONBadDetail(t *testing.T) {
	t.Parallel()
	group := func(key string, value any) obj {
		return obj{"group": with(obj{"acronym": "tls", "name": "Group tls", "type": "wg", "state": "active", "parent": "art"}, obj{key: value})}
	}
	tests := map[string]struct {
		change obj
		want   []string // parts of the warning, none for no warning
	}{
		"start a number":     {obj{"start": 1}, []string{"start", "number"}},
		"start no time":      {obj{"start": "soon\x07"}, []string{`start "soon\a" is not a time`}},
		"year 9999":          {obj{"start": "9999-01-01T00:00:00Z"}, []string{`"9999-01-01T00:00:00Z"`, "impossible year"}},
		"duration negative":  {obj{"duration": "-1 day, 23:00:00"}, []string{`duration "-1 day, 23:00:00"`}},
		"duration an object": {obj{"duration": obj{}}, []string{`duration "{}"`}},
		"name a list":        {obj{"name": []int{}}, []string{"name", "array"}},
		"location a number":  {obj{"location": 7}, []string{"location", "number"}},
		"group name":         {group("name", 7), []string{"group.name", "number"}},
		"parent":             {group("parent", obj{}), []string{"group.parent", "object"}},
		"link a list":        {obj{"agenda": []int{}}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := fromList(t, listDoc("126", listRow(1, "quic", nil), listRow(9, "tls", tt.change)))
			if d := diff([]string{"quic", "tls"}, acronyms(m)); d != "" || len(m.Sessions) != 2 || m.Unread.Rows != 0 {
				t.Errorf("groups (-want +got):\n%s\n%d sessions, unread %+v", d, len(m.Sessions), m.Unread)
			}
			if tt.want == nil {
				if len(m.Warnings) > 0 {
					t.Errorf("warnings %q", m.Warnings)
				}
				return
			}
			wantWarning(t, m, append(tt.want, "agenda.json: session 9", `group "tls"`, "taken as unknown")...)
		})
	}
}

func TestAgendaJSONDouble(t *testing.T) {
	t.Parallel()
	later := obj{"start": "2026-07-21T09:00:00Z"}
	tests := map[string]struct {
		rows       []obj
		wantGroup  string
		wantStart  string
		wantUnread int
	}{
		"the earlier one counts":       {[]obj{listRow(1, "quic", later), listRow(1, "quic", nil)}, "quic", "2026-07-20T09:00:00Z", 0},
		"a live one before a ghost":    {[]obj{listRow(1, "quic", obj{"status": "resched"}), listRow(1, "quic", later)}, "quic", "2026-07-21T09:00:00Z", 0},
		"a live one before a canceled": {[]obj{listRow(1, "quic", obj{"status": "canceled"}), listRow(1, "quic", later)}, "quic", "2026-07-21T09:00:00Z", 0},
		"another group is missing":     {[]obj{listRow(1, "tls", nil), listRow(1, "quic", nil)}, "quic", "2026-07-20T09:00:00Z", 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			there := fromList(t, listDoc("126", tt.rows...))
			back := fromList(t, listDoc("126", tt.rows[1], tt.rows[0]))
			if d := diff(there, back); d != "" {
				t.Errorf("depends on the order:\n%s", d)
			}
			if len(there.Sessions) != 1 || there.Unread.Rows != tt.wantUnread {
				t.Fatalf("sessions %v, unread %d", there.Sessions, there.Unread.Rows)
			}
			s := there.Sessions[0]
			if got := s.Start.Format(time.RFC3339); s.Group != tt.wantGroup || got != tt.wantStart {
				t.Errorf("got %s at %s, want %s at %s", s.Group, got, tt.wantGroup, tt.wantStart)
			}
			wantWarning(t, there, "session 1", "more than once")
		})
	}
}

func TestAgendaJSONNumber(t *testing.T) {
	t.Parallel()
	material := func(n string) obj {
		return obj{"agenda": "https://datatracker.ietf.org/meeting/" + n + "/materials/agenda-" + n + "-quic-01"}
	}
	tests := map[string]struct{ body, want string }{
		"its number":               {listDoc("115"), "115"},
		"an interim":               {listDoc("interim-2026-quic-01"), "interim-2026-quic-01"},
		"None, no link":            {listDoc("None", listRow(1, "quic", nil)), ""},
		"None, one link":           {listDoc("None", listRow(1, "quic", material("126")), listRow(2, "tls", material("126"))), "126"},
		"None, materials disagree": {listDoc("None", listRow(1, "quic", material("126")), listRow(2, "tls", material("125"))), ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := fromList(t, tt.body).Number; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAgendaJSONWrongShape(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, want string }{
		"empty":            {"", "not JSON"},
		"HTML":             {"<!DOCTYPE html>", "at byte 1"},
		"cut short":        {`{"126": [{"objtype":`, "not JSON"},
		"NaN":              {`{"126": [{"x": NaN}]}`, "at byte 16"},
		"two documents":    {`{"126": []} {"126": []}`, "not JSON"},
		"a list":           {`[]`, "want an object"},
		"null":             {`null`, "want an object"},
		"empty object":     {`{}`, "empty"},
		"two keys":         {`{"126": [], "127": []}`, "more than one key"},
		"rows null":        {`{"126": null}`, "want a list"},
		"rows an object":   {`{"126": {}}`, "want a list"},
		"rows a string":    {`{"126": "[]"}`, "want a list"},
		"too many rows":    {`{"126": [0` + strings.Repeat(",0", wire.MaxRows) + `]}`, "more than 20000 rows"},
		"nested too often": {`{"126": ` + strings.Repeat("[", 20000), "not JSON"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parseAgendaJSON([]byte(tt.body))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "agenda.json") {
				t.Errorf("got error %v, want one with agenda.json and %q", err, tt.want)
			}
		})
	}
}

func TestAgendaJSONEmptyIsNoError(t *testing.T) {
	t.Parallel()
	m := fromList(t, `{"126": []}`)
	if m.Number != "126" || len(m.Sessions) != 0 {
		t.Errorf("got %+v", m)
	}
	wantWarning(t, m, "no sessions")
}

func TestWarningsAreBounded(t *testing.T) {
	t.Parallel()
	m := fromList(t, `{"126": [0`+strings.Repeat(",0", 5000)+`]}`)
	if m.Unread.Rows != 5001 || len(m.Warnings) != wire.MaxNotes+1 {
		t.Errorf("unread %d, %d warnings", m.Unread.Rows, len(m.Warnings))
	}
	wantWarning(t, m, "4901 more")
}

func TestGroupToldInTwoWays(t *testing.T) {
	t.Parallel()
	rg := listRow(1, "quic", obj{"group": obj{"acronym": "quic", "name": "Group quic", "type": "rg"}})
	wg := listRow(2, "quic", nil)
	m := fromList(t, listDoc("126", wg, rg))
	want := []Group{{Acronym: "quic", Name: "Group quic", Type: "rg", State: "active", Parent: "art"}}
	if d := diff(want, m.Groups); d != "" {
		t.Errorf("groups (-want +got):\n%s", d)
	}
	wantWarning(t, m, `group "quic"`, "type", `"rg"`, `"wg"`)
}

// What is no number of a meeting must not get as far as a message, a file or a
// page: it is refused with the document.
func TestNumberOfTheMeeting(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		number  string
		refused bool
	}{
		"ietf":         {"126", false},
		"interim":      {"interim-2026-quic-01", false},
		"odd acronyms": {"interim-2010-x3s3.3_IMTC-01", false},
		"none":         {"", false},
		"escape":       {"126\x1b[2Jplan: 0 wanted", true},
		"newline":      {"126\nplan: 0 wanted", true},
		"space":        {"IETF 126", true},
		"path":         {"../126", true},
		"dot":          {".126", true},
		"bidi":         {"126\u202e", true},
		"too long":     {strings.Repeat("1", 200000), true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, listErr := parseAgendaJSON([]byte(listDoc(tt.number, listRow(1, "quic", nil))))
			_, dataErr := chatLinks{}.parseAgendaData([]byte(dataDoc(tt.number, dataRowOf(1, "quic", nil))))
			for _, err := range []error{listErr, dataErr} {
				if (err != nil) != tt.refused {
					t.Fatalf("got error %v", err)
				}
				if err != nil && (!strings.Contains(err.Error(), "is no number of a meeting") || len(err.Error()) > 500 ||
					strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r > '~' })) {
					t.Errorf("error %q", err)
				}
			}
		})
	}
}
