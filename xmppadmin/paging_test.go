package xmppadmin_test

import (
	"fmt"
	"strings"
	"testing"

	"muster/fixtures/xmpptest"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

// page is one page of a list of rooms, with what stands in its set.
func page(set string, rooms ...string) string {
	items := ""
	for _, r := range rooms {
		items += "<item jid='" + r + "@rooms.example.org'/>"
	}
	return "<query xmlns='" + elements + "'>" + items + "<set xmlns='http://jabber.org/protocol/rsm'>" + set + "</set></query>"
}

// paged starts a service that gives one page after the other, the last of them
// again and again, and has no rooms.
func paged(t *testing.T, pages ...string) (*xmpptest.Responder, *session.Client, *xmppadmin.Service) {
	t.Helper()
	r, h := xmpptest.NewResponder(t, func(_ string, in xmpptest.Element) string {
		if p := in.Payload(); p.Name.Space != elements || p.Attr("node") != "" {
			return chatService(in)
		}
		next := pages[0]
		pages = pages[min(1, len(pages)-1):]
		return xmpptest.Result(in, next)
	})
	c := dial(t, config(t, h))
	s, err := xmppadmin.Open(t.Context(), c, h.Service, "owner")
	if err != nil {
		t.Fatal(err)
	}
	return r, c, s
}

func isPage(in xmpptest.Element) bool { return in.Payload().Child("set").Name.Local == "set" }

func TestListsOfRooms(t *testing.T) {
	t.Parallel()
	const unknownCount = ""
	last := func(name, count string) string {
		if count != unknownCount {
			count = "<count>" + count + "</count>"
		}
		return "<first index='0'>x</first><last>" + name + "</last>" + count
	}
	tests := []struct {
		name  string
		pages []string
		text  string // empty where the list is good
		rooms int
	}{
		{"one page", []string{page(last("b", "2"), "a", "b")}, "", 2},
		{"two pages", []string{page(last("b", "3"), "a", "b"), page(last("c", "3"), "c")}, "", 3},
		{"two pages that are not counted", []string{page(last("b", unknownCount), "a", "b"), page("")}, "", 2},
		{"no rooms", []string{page("<count>0</count>")}, "", 0},
		{"no rooms, and the request's own set", []string{page("<max>100</max>")}, "", 0},
		{"a last page that is missing", []string{page(last("b", "3"), "a", "b"), page("<count>3</count>")}, "has 2 of the 3 items that it counts", 0},
		{"more than are counted", []string{page(last("b", "3"), "a", "b"), page(last("d", "3"), "c", "d")}, "has 4 of the 3 items that it counts", 0},
		{"a count of none", []string{page(last("b", "0"), "a", "b")}, "has 2 of the 0 items that it counts", 0},
		{"no word of what is last", []string{page("<count>3</count>", "a", "b")}, `does not go on after ""`, 0},
		{"the same last again", []string{page(last("b", "5"), "a", "b"), page(last("b", "5"), "c")}, `does not go on after "b"`, 0},
		{"the first page again and again", []string{page(last("b", "4"), "a", "b")}, `has "a@rooms.example.org" twice`, 0},
		{"the first page again and again, not counted", []string{page(last("b", unknownCount), "a", "b")}, `"a@rooms.example.org" twice`, 0},
		{"round in circles", []string{
			page(last("b", unknownCount), "b"), page(last("c", unknownCount), "c"), page(last("b", unknownCount), "b"),
		}, `"b@rooms.example.org" twice`, 0},
		{"a count that is no number", []string{page("<last>b</last><count>many</count>", "a", "b")}, "unusable answer", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, c, s := paged(t, test.pages...)
			rooms, err := s.Survey(t.Context(), nil)
			switch {
			case test.text == "" && (err != nil || len(rooms) != test.rooms):
				t.Errorf("the list gives %+v, %v", rooms, err)
			case test.text != "" && (err == nil || !strings.Contains(err.Error(), test.text) || !strings.Contains(err.Error(), "rooms.example.org")):
				t.Errorf("the error is %v, which does not contain %q", err, test.text)
			}
			if n := len(r.Heard(isPage)); n > 3 {
				t.Errorf("%d pages were requested", n)
			}
			if got := read(t, s, "quic"); got.State != xmppadmin.Absent || c.Stats().Streams != 1 {
				t.Errorf("the next look gives %+v, on stream %d", got, c.Stats().Streams)
			}
		})
	}
}

// row is a row of the companion module's table.
func row(fields ...string) string {
	text := ""
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		text += "<field var='" + name + "'><value>" + value + "</value></field>"
	}
	return "<item>" + text + "</item>"
}

// table is a page of it.
func table(next string, rows ...string) string {
	if next != "" {
		next = "<field var='next'><value>" + next + "</value></field>"
	}
	return "<command xmlns='http://jabber.org/protocol/commands' status='completed'><x xmlns='jabber:x:data' type='result'>" +
		"<reported><field var='roomname'/></reported>" + strings.Join(rows, "") + next + "</x></command>"
}

func TestTablesOfRooms(t *testing.T) {
	t.Parallel()
	good := row("roomname=quic", "owners=muster@example.org", "muc#roomconfig_roomname=QUIC")
	tests := []struct {
		name   string
		tables []string
		text   string // empty where the table is good
		room   string // a part of how quic is found, where it is good
	}{
		{"one page", []string{table("", good)}, "", "exists managed=true"},
		{"two pages", []string{table("b", row("roomname=b", "owners=x@example.org")), table("", good)}, "", "exists managed=true"},
		{"rows without owners", []string{table("", row("roomname=quic"))}, "",
			"unknown managed=false rooms.example.org: the table of rooms does not name its owners"},
		{"a row with an error", []string{table("", row("roomname=quic", "error=cannot\nbe read"))}, "",
			"unknown managed=false rooms.example.org: cannot be read"},
		{"an owner that is no address", []string{table("", row("roomname=quic", "owners=@@"))}, "", "exists managed=false"},
		{"a row without a name", []string{table("", good, row("owners=muster@example.org"))}, "a row of the table of rooms has no name", ""},
		{"a row with an empty name", []string{table("", row("roomname="))}, "a row of the table of rooms has no name", ""},
		{"paging that goes back", []string{table("m", good), table("c", good)}, `the table of rooms goes back from "m" to "c"`, ""},
		{"paging that stands still", []string{table("m", good)}, `the table of rooms goes back from "m" to "m"`, ""},
		{"no table", []string{"<command xmlns='http://jabber.org/protocol/commands' status='completed'/>"}, "#get-muc-rooms answered without a table", ""},
		{"a further stage", []string{"<command xmlns='http://jabber.org/protocol/commands' status='executing' sessionid='s1'/>"},
			"#get-muc-rooms at rooms.example.org: the server requires a further stage", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tables := test.tables
			r, h := xmpptest.NewResponder(t, func(_ string, in xmpptest.Element) string {
				switch p := in.Payload(); {
				case p.Attr("action") == "cancel":
					return xmpptest.Result(in, "")
				case p.Name.Local == "command":
					next := tables[0]
					tables = tables[min(1, len(tables)-1):]
					return xmpptest.Result(in, next)
				case p.Name.Space == elements && in.Attr("to") == "rooms.example.org":
					items := ""
					for _, name := range []string{"create", "configure", "archive", "reopen"} {
						items += "<item jid='rooms.example.org' node='http://jabber.org/protocol/admin#" + name + "-muc-room'/>"
					}
					return xmpptest.Result(in, "<query xmlns='"+elements+"'>"+items+
						"<item jid='rooms.example.org' node='http://jabber.org/protocol/admin#get-muc-rooms'/></query>")
				default:
					return chatService(in)
				}
			})
			s := open(t, h, "auto")
			rooms, err := s.Survey(t.Context(), []string{"quic"})
			if test.text != "" {
				if err == nil || !strings.Contains(err.Error(), test.text) || !strings.Contains(err.Error(), "rooms.example.org") {
					t.Errorf("the error is %v, which does not contain %q", err, test.text)
				}
				if n := len(r.Heard(isCommand("execute"))); n > 2 {
					t.Errorf("%d pages were requested", n)
				}
			} else if got := found(rooms, "quic"); err != nil || !strings.HasPrefix(got, test.room) {
				t.Errorf("the room is %s, %v", got, err)
			}
			r.Mu.Lock()
			tables = []string{table("", good)}
			r.Mu.Unlock()
			if got := read(t, s, "quic"); got.State != xmppadmin.Exists || !got.Managed {
				t.Errorf("the next look gives %+v", got)
			}
		})
	}
}

// found returns how a room was found.
func found(rooms []xmppadmin.Room, name string) string {
	for _, r := range rooms {
		if r.Name == name {
			return strings.TrimSpace(fmt.Sprintf("%s managed=%v %v", r.State, r.Managed, r.Err))
		}
	}
	return "not there"
}
