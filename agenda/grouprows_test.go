package agenda

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"muster/agenda/internal/wire"
)

// groupPageOf is a page of the list of groups.
func groupPageOf(next any, total any, rows ...any) string {
	return encode(obj{"meta": obj{"next": next, "limit": 1000, "total_count": total}, "objects": append([]any{}, rows...)})
}

func TestParseGroupPage(t *testing.T) {
	t.Parallel()
	page, err := parseGroupPage("wg", []byte(groupPageOf("/next", 99, groupRowOf(7, "quic", nil))))
	want := GroupRecord{Group{"quic", "Group quic", "wg", "active", "", false, false}, 7, time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	if err != nil || len(page.Rows) != 1 || page.Rows[0] != (groupRow{want, 1}) || page.Total != 99 || page.Next != "/next" || page.Notes.All() != nil {
		t.Errorf("got %+v, %v", page, err)
	}
	for _, bad := range []string{"", "<html>", "[]", "null", "{}", `{"meta": 1, "objects": []}`, `{"objects": {}}`,
		`{"meta": {"total_count": "9"}, "objects": []}`,
		`{"meta": {"next": 7}, "objects": []}`, `{"objects": [` + strings.Repeat("0,", wire.MaxRows) + `0]}`} {
		if _, err := parseGroupPage("wg", []byte(bad)); err == nil || !strings.HasPrefix(err.Error(), "list of groups: ") {
			t.Errorf("%s: got error %v", bad[:min(len(bad), 80)], err)
		}
	}
}

func TestBadGroupRows(t *testing.T) {
	t.Parallel()
	bad := map[string]any{
		"no number":         groupRowOf(0, "a", obj{"id": absent}),
		"number 0":          groupRowOf(0, "a", nil),
		"negative number":   groupRowOf(-3, "a", nil),
		"number in words":   groupRowOf(7, "a", obj{"id": "seven"}),
		"no acronym":        groupRowOf(7, "", nil),
		"null acronym":      groupRowOf(7, "", obj{"acronym": nil}),
		"acronym a number":  groupRowOf(7, "", obj{"acronym": 6}),
		"another type":      typed("rg", 7, "a"),
		"no type":           groupRowOf(7, "a", obj{"type": nil}),
		"state an object":   groupRowOf(7, "a", obj{"state": obj{"slug": "active"}}),
		"not a row":         []int{1},
		"null":              nil,
		"name is not there": "quic",
	}
	for name, row := range bad {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page, err := parseGroupPage("wg", []byte(groupPageOf(nil, 2, groupRowOf(6, "tls", nil), row)))
			if err != nil || len(page.Rows) != 1 || page.Rows[0].Acronym != "tls" || len(page.Unread) != 1 || len(page.Notes.All()) != 1 {
				t.Fatalf("got %+v, %v", page, err)
			}
			if note := page.Notes.All()[0]; !strings.HasPrefix(note, "list of groups: row 1 of type wg (group ") {
				t.Errorf("warning %q", note)
			}
			if n := page.Unread[0].ID; n != 7 && n != 0 {
				t.Errorf("the group left out is %d", n)
			}
		})
	}
}

func TestGroupsNameBadRows(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.serveGroups(groupServer{rows: append(working(2), groupRowOf(1500, "odd", obj{"type": nil}), groupRowOf(0, "none", nil))})
	l := groups(t, client(t, f.URL, nil), "wg")
	if len(l.Groups) != 2 || l.Unread.Rows != 2 || l.Incomplete || len(l.Warnings) != 2 ||
		!containsAll(l.Warnings[0], []string{`(group 1500, "odd")`, `its type is ""`}) || !containsAll(l.Warnings[1], []string{`(group 0, "none")`, "id 0"}) {
		t.Errorf("got %+v", l)
	}
}

func TestManyBadRowsFewWarnings(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	var rows []obj
	for i := range 900 {
		rows = append(rows, groupRowOf(1+i, "", obj{"parent": nil}))
	}
	f.serveGroups(groupServer{rows: rows})
	l := groups(t, client(t, f.URL, nil), "wg")
	if l.Unread.Rows != 900 || len(l.Warnings) != wire.MaxNotes+1 || !l.Incomplete {
		t.Errorf("%d unread, %d warnings, incomplete %t", l.Unread.Rows, len(l.Warnings), l.Incomplete)
	}
}

func TestParseChanged(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                          "",
		"2026-03-02T10:00:00Z":      "2026-03-02T10:00:00Z",
		"2026-03-02T10:00:00+00:00": "2026-03-02T10:00:00Z",
		"2026-03-02T10:00:00-08:00": "2026-03-02T18:00:00Z",
		"2026-03-02T10:00:00.25Z":   "2026-03-02T10:00:00.25Z",
		// Without an offset: winter and summer in California.
		"2013-01-15T10:00:00":        "2013-01-15T18:00:00Z",
		"2013-07-15T10:00:00":        "2013-07-15T17:00:00Z",
		"2013-07-15T10:00:00.123456": "2013-07-15T17:00:00.123456Z",
		// Never.
		"1970-01-01T00:00:00Z":      "",
		"1970-01-01T00:00:00-08:00": "",
		"1969-12-31T16:00:00":       "",
		"1969-12-31T16:00:00-08:00": "",
		"0001-01-01T00:00:00":       "",
		"1980-01-01T00:00:00Z":      "1980-01-01T00:00:00Z",
		"2199-12-31T23:59:59Z":      "2199-12-31T23:59:59Z",
		// Nothing that could be one.
		"2200-01-01T00:00:00Z": "!impossible year",
		"2199-12-31T23:59:59":  "!impossible year",
		"2026-03-02":           "!not a time",
		"yesterday":            "!not a time",
		"2026-02-30T10:00:00Z": "!not a time",
	} {
		got, err := wire.ParseChanged(in)
		text := ""
		if !got.IsZero() {
			text = got.Format(time.RFC3339Nano)
		}
		if why, bad := strings.CutPrefix(want, "!"); bad {
			if err == nil || !containsAll(err.Error(), []string{fmt.Sprintf("%q", in), why}) || text != "" {
				t.Errorf("%q: got %s, %v", in, text, err)
			}
		} else if err != nil || text != want {
			t.Errorf("%q: got %q, %v, want %q", in, text, err, want)
		}
	}
}

func TestGroupWithOddTimeIsKept(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.serveGroups(groupServer{rows: []obj{groupRowOf(7, "quic", obj{"time": "soon", "parent": nil})}})
	l := groups(t, client(t, f.URL, nil), "wg")
	if len(l.Groups) != 1 || !l.Groups[0].Changed.IsZero() || l.Unread.Rows > 0 {
		t.Errorf("got %+v", l)
	}
	wantListWarning(t, l, `group "quic": time of change "soon" is not a time`)
}

// The odd acronyms of real groups.
func TestRealGroupRows(t *testing.T) {
	t.Parallel()
	var real []struct {
		PK                         int
		Acronym, Name, Type, State string
		Parent                     *int
	}
	if err := json.Unmarshal(realDocument(t, "rest-group-rows-2013.json"), &real); err != nil {
		t.Fatal(err)
	}
	var rows []obj
	types, parents := map[string]int{}, map[int]string{}
	for _, r := range real {
		row := obj{"id": r.PK, "acronym": r.Acronym, "name": r.Name, "type": "/api/v1/name/grouptypename/" + r.Type + "/",
			"state": "/api/v1/name/groupstatename/" + r.State + "/", "parent": nil, "time": "2013-05-01T12:00:00"}
		if r.Parent != nil {
			row["parent"] = fmt.Sprintf("%s%d/", groupsPath, *r.Parent)
		}
		rows, parents[r.PK] = append(rows, row), r.Acronym
		types[r.Type]++
	}
	f := newFake(t)
	f.serveGroups(groupServer{rows: rows, most: 100})
	c := client(t, f.URL, nil)
	year := groups(t, c, "wg", "rg", "ag", "rag")
	if got, want := len(year.Groups), types["wg"]+types["rg"]+types["ag"]; got != want || want != 920 {
		t.Errorf("%d groups, want %d", got, want)
	}
	wantListWarning(t, year, "no group of type rag")
	all := groups(t, c, "wg", "rg", "ag", "sdo", "ietf", "area", "team", "irtf", "individ", "rfcedtyp")
	if len(all.Groups) != len(real) || len(all.Warnings) > 0 || all.Unread.Rows > 0 || all.Incomplete {
		t.Errorf("%d of %d groups, warnings %q", len(all.Groups), len(real), all.Warnings)
	}
	byAcronym := map[string]GroupRecord{}
	for _, g := range all.Groups {
		byAcronym[g.Acronym] = g
	}
	for _, r := range real {
		want := GroupRecord{Group{r.Acronym, r.Name, r.Type, GroupState(r.State), "", r.State == "bof", false}, r.PK,
			time.Date(2013, 5, 1, 19, 0, 0, 0, time.UTC)}
		if r.Parent != nil {
			want.Parent = parents[*r.Parent]
		}
		if got := byAcronym[r.Acronym]; got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}
