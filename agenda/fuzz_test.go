package agenda

import (
	"html"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"muster/agenda/internal/rest"
)

// rewrite puts a meeting back into the form of agenda.json.
func rewrite(m Meeting) string {
	groups := map[string]obj{}
	names := map[string]string{}
	for _, g := range m.Groups {
		names[g.Acronym] = g.Name
		groups[g.Acronym] = obj{"acronym": g.Acronym, "name": g.Name, "type": g.Type, "state": g.State, "parent": g.Parent}
	}
	var rows []obj
	for _, s := range m.Sessions {
		row := obj{
			"objtype": "session", "session_id": s.ID, "group": groups[s.Group], "name": s.Name,
			"duration": int64(s.Duration / time.Second), "location": s.Location, "status": string(s.Status),
		}
		if s.Name == "" {
			row["name"] = names[s.Group]
		}
		if !s.Start.IsZero() {
			row["start"] = s.Start.Format(time.RFC3339Nano)
		}
		rows = append([]obj{row}, rows...)
	}
	return listDoc(m.Number, rows...)
}

// checkRefusal holds every refusal of a document to one short harmless line.
func checkRefusal(t *testing.T, err error, name string) {
	t.Helper()
	text := err.Error()
	if !strings.HasPrefix(text, name+": ") || len(text) > 1000 || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
		t.Errorf("error %q", text)
	}
}

// FuzzAgendaJSON parses anything, and writes back what it understood: read
// again, that must be the same meeting.
func FuzzAgendaJSON(f *testing.F) {
	f.Add([]byte(listDoc("126", listRow(1, "quic", nil), listRow(2, "tls", obj{"location": nil, "status": ""}))))
	f.Add([]byte(listDoc("126", listRow(1, "quic", nil), listRow(1, "tls", obj{"start": "x"}), listRow(1, "tls", nil))))
	f.Add([]byte(listDoc("None", listRow(1, "ietf", obj{"group": obj{"acronym": "ietf", "type": "ietf"}, "name": "plenary"}))))
	f.Add([]byte(listDoc(interim, listRow(1, "bof", obj{"is_bof": true, "duration": "1 day, 2:00:00"}))))
	f.Add([]byte(`{"126":[{"objtype":"session","session_id":1e3,"group":{"acronym":"a\u0000"}},[],null,{"objtype":"location"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		doc, err := parseAgendaJSON(body)
		if err != nil {
			checkRefusal(t, err, "agenda.json")
			return
		}
		m := assemble(&doc, nil)
		checkInvariants(t, m)
		again, err := parseAgendaJSON([]byte(rewrite(m)))
		if err != nil {
			t.Fatal(err)
		}
		back := assemble(&again, nil)
		if m.Number != "" && back.Digest() != m.Digest() {
			t.Errorf("read again it is another:\n%s", diff(m, back))
		}
		if back.Unread.Rows > 0 {
			t.Errorf("read again, rows are left out: %q", back.Warnings)
		}
	})
}

// FuzzAgendaData parses anything; joined with its own sessions in the form of
// agenda.json, it must have the same sessions.
func FuzzAgendaData(f *testing.F) {
	f.Add([]byte(dataDoc("126", dataRowOf(1, "quic", nil), dataRowOf(2, "tls", obj{"room": nil, "status": "", "isBoF": true}))))
	f.Add([]byte(dataDoc("126", dataRowOf(1, "quic", obj{"startDateTime": "2026-07-20T11:00:00", "slotName": absent}))))
	f.Add([]byte(dataDoc("126", dataRowOf(1, "ietf", obj{"type": "plenary"}), dataRowOf(2, "secretariat", obj{"type": "break"}))))
	f.Add([]byte(dataDoc("", dataRowOf(1, "emodir", obj{"links": obj{"chat": "xmpp:wgchairs@jabber.ietf.org?join"}}))))
	f.Add([]byte(`{"meeting":{"number":"1","timezone":"Local"},"schedule":[{"sessionId":"1"},{"sessionId":1,"acronym":"a"},7]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		doc, err := chatLinks{}.parseAgendaData(body)
		if err != nil {
			checkRefusal(t, err, "agenda-data")
			return
		}
		m := assemble(nil, &doc)
		checkInvariants(t, m)
		list, err := parseAgendaJSON([]byte(rewrite(m)))
		if err != nil {
			t.Fatal(err)
		}
		both := assemble(&list, &doc)
		checkInvariants(t, both)
		if m.Number != "" && m.Number != "None" && both.Digest() != m.Digest() {
			t.Errorf("joined with itself it is another:\n%s", diff(m, both))
		}
	})
}

// FuzzMeetingList parses anything; what it finds is sorted, and current and
// next follow from it in that order.
func FuzzMeetingList(f *testing.F) {
	f.Add([]byte(listOf(nil, listedRow("127", "2026-11-14", nil), listedRow("126", "2026-07-18", nil))))
	f.Add([]byte(listOf("/api/v1/meeting/meeting/?offset=20", listedRow("126", "2026-07-18", obj{"type": nil}))))
	f.Add([]byte(`{"meta":{},"objects":[{"number":126},{"number":"126","date":"9999-99-99"},null]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := parseMeetingList(body)
		if err != nil {
			checkRefusal(t, err, "list of meetings")
			return
		}
		dates := map[int]time.Time{}
		for i, m := range page.Rows {
			if m.unread == nil && m.number < 1 || i > 0 && page.Rows[i-1].date.After(m.date) {
				t.Errorf("meeting %d of %v is bad or out of order", i, page.Rows)
			}
			if m.unread == nil {
				dates[m.number] = m.date
			}
		}
		current, noCurrent := choose(page.Rows, july(), false)
		next, noNext := choose(page.Rows, july(), true)
		if noNext == nil && (noCurrent != nil || next == current) || noCurrent == nil && dates[current].IsZero() {
			t.Errorf("current %d, %v, next %d, %v", current, noCurrent, next, noNext)
		}
		if address, err := rest.NextPage("list of meetings", "https://datatracker.example.org/api/v1/", page.Next); err == nil && address != "" &&
			!strings.HasPrefix(address, "https://datatracker.example.org/") {
			t.Errorf("the next page is at %q", address)
		}
	})
}

// FuzzGroupList parses anything; the list made of it keeps its promises, and
// the page written back from it is the same list, read without a warning.
func FuzzGroupList(f *testing.F) {
	f.Add([]byte(groupPageOf(nil, 2, groupRowOf(7, "quic", nil), groupRowOf(8, "tls", inState("bof")))))
	f.Add([]byte(groupPageOf(groupsPath+"?offset=20", 99, groupRowOf(7, "a", obj{"time": "1969-12-31T16:00:00", "parent": nil, "state": nil}))))
	f.Add([]byte(groupPageOf(nil, nil, groupRowOf(7, "a", nil), groupRowOf(7, "b", obj{"time": "2030-01-01T00:00:00.5"}), groupRowOf(9, "b", nil))))
	f.Add([]byte(`{"meta":{"total_count":-1},"objects":[{"id":1e3,"acronym":"a\u0000","type":"wg"},{"id":-1},[],null,{"id":1,"type":"x/wg/","parent":"/"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := parseGroupPage("wg", body)
		if err != nil {
			checkRefusal(t, err, "list of groups")
			return
		}
		l, _ := listOfPage(page)
		checkGroupList(t, l, []string{"wg"})
		if back := len(l.Groups) + l.Unread.Rows; back > len(page.Rows)+len(page.Unread) {
			t.Errorf("%d groups and %d unread of %d rows", len(l.Groups), l.Unread.Rows, len(page.Rows)+len(page.Unread))
		}
		again, err := parseGroupPage("wg", []byte(rewriteGroups(l)))
		if err != nil {
			t.Fatal(err)
		}
		if back, _ := listOfPage(again); back.Digest() != l.Digest() || back.Incomplete != (len(l.Groups) == 0) || len(back.Warnings) > 0 {
			t.Errorf("read again it is another:\n%s", diff(l, back))
		}
		if address, err := rest.NextPage("list of groups", "https://datatracker.example.org/api/v1/", page.Next); err == nil && address != "" &&
			!strings.HasPrefix(address, "https://datatracker.example.org/") {
			t.Errorf("the next page is at %q", address)
		}
	})
}

// listOfPage makes a list of a single page.
func listOfPage(page rest.Page[groupRow]) (GroupList, []groupRow) {
	got := []rest.Got[groupRow]{rest.GotOf(page)}
	l, rows := joinLists(standingOf(groupParts([]string{"wg"}), got), got)
	l.fill(rows)
	return l, rows
}

// rewriteGroups puts a list back into the form of a page.
func rewriteGroups(l GroupList) string {
	var rows []any
	for _, g := range l.Groups {
		row := groupRowOf(g.ID, g.Acronym, obj{"name": g.Name, "parent": nil, "time": nil, "state": nil})
		if g.State != "" {
			row["state"] = "/" + string(g.State) + "/"
		}
		if !g.Changed.IsZero() {
			row["time"] = g.Changed.Format(time.RFC3339Nano)
		}
		rows = append([]any{row}, rows...)
	}
	return groupPageOf(nil, len(rows), rows...)
}

// FuzzChatLink reads any link; a room that it names is a text, and never the
// usual one.
func FuzzChatLink(f *testing.F) {
	for _, link := range []string{
		"https://zulip.ietf.org/#narrow/channel/9-wg.20chairs/topic/x.2Ey", "xmpp:quic@rooms.example.org?join",
		"https://chat.example.org/rooms/side?x", "xmpp://a@b/c@d", "https://zulip.ietf.org/#narrow/stream/.C3.A9.", "%zz",
	} {
		f.Add(link, "quic", "")
	}
	links, err := newChatLinks("https://chat.example.org/rooms/{room}")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, link, acronym, today string) {
		room, ok := links.ownRoom(link, Regular, acronym, today)
		if !utf8.ValidString(room) || room != "" && (!ok || strings.EqualFold(room, acronym)) {
			t.Errorf("%q, %t", room, ok)
		}
		if _, ok := links.ownRoom(link, Plenary, acronym, today); link != "" && ok != (len(links.names(link)) > 0) {
			t.Errorf("named %t", ok)
		}
	})
}

// FuzzChatText uploads any text: it is a paragraph with no markup but line breaks,
// and shows what was said.
func FuzzChatText(f *testing.F) {
	for _, text := range []string{"hello", "<script>alert(1)</script>", "a\nb", "&lt;", "\x00\x1b[2J\xff", "<br>", "\u2028\u202e"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := htmlOf(text)
		inner, ok := strings.CutPrefix(got, "<p>")
		inner, end := strings.CutSuffix(inner, "</p>")
		if shown := strings.ReplaceAll(inner, "<br>", "\n"); !ok || !end || !utf8.ValidString(got) || strings.ContainsAny(shown, "<>\"'\x00\x1b") {
			t.Errorf("got %q", got)
		} else if back := html.UnescapeString(shown); utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl) && back != text {
			t.Errorf("shows %q, said was %q", back, text)
		}
	})
}
