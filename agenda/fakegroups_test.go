package agenda

import (
	"cmp"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"muster/agenda/internal/wire"
)

const groupsPath = "/api/v1/group/group/"

// groupRowOf is a row of the list of groups, of an active group in area 1.
func groupRowOf(id int, acronym string, changes obj) obj {
	return with(obj{
		"id": id, "acronym": acronym, "name": "Group " + acronym, "resource_uri": groupsPath + strconv.Itoa(id) + "/",
		"type": "/api/v1/name/grouptypename/wg/", "state": "/api/v1/name/groupstatename/active/",
		"parent": groupsPath + "1/", "time": "2026-03-02T10:00:00Z", "ad": nil, "charter": nil, "used_roles": "[]",
	}, changes)
}

// typed is a row of another type, without a parent.
func typed(slug string, id int, acronym string) obj {
	return groupRowOf(id, acronym, obj{"type": "/api/v1/name/grouptypename/" + slug + "/", "parent": nil})
}

// inState is the change that puts a row into a state.
func inState(slug string) obj { return obj{"state": "/api/v1/name/groupstatename/" + slug + "/"} }

// groupServer serves the list of groups by type, in pages.
type groupServer struct {
	rows   []obj
	most   int          // rows on one page, 1000 where it is 0
	broken map[int]bool // the numbers of the groups on which it fails
	failed int          // how it fails then: 500 where it is 0
	meta   obj          // further metadata of the pages
}

func (s groupServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	rows := slices.DeleteFunc(slices.Clone(s.rows), func(row obj) bool {
		slug, known := row["type"].(string)
		return known && path.Base(slug) != query.Get("type")
	})
	limit, _ := strconv.Atoi(query.Get("limit"))
	offset, _ := strconv.Atoi(query.Get("offset"))
	if s.most > 0 {
		limit = min(limit, s.most)
	}
	end := min(offset+limit, len(rows))
	page := rows[min(offset, end):end]
	for _, row := range page {
		if id, _ := row["id"].(int); s.broken[id] {
			status(cmp.Or(s.failed, http.StatusInternalServerError))(w, r)
			return
		}
	}
	var next any
	if end < len(rows) {
		query.Set("limit", strconv.Itoa(limit))
		query.Set("offset", strconv.Itoa(end))
		next = groupsPath + "?" + query.Encode()
	}
	meta := with(obj{"limit": limit, "offset": offset, "next": next, "previous": nil, "total_count": len(rows)}, s.meta)
	document200(encode(obj{"meta": meta, "objects": append([]obj{}, page...)}))(w, r)
}

// serveGroups makes the fake serve a list of groups.
func (f *fake) serveGroups(s groupServer) { f.on(groupsPath, s.ServeHTTP) }

// working gives so many working groups with numbers from 1001 on.
func working(n int) []obj {
	var rows []obj
	for i := range n {
		rows = append(rows, groupRowOf(1001+i, fmt.Sprintf("wg%04d", i), obj{"parent": nil}))
	}
	return rows
}

// groups reads a list that there must be.
func groups(t *testing.T, c *Client, types ...string) GroupList {
	t.Helper()
	l, err := c.Groups(t.Context(), types)
	if err != nil {
		t.Fatal(err)
	}
	checkGroupList(t, l, types)
	return l
}

// checkGroupList holds every list to what its type promises.
func checkGroupList(t *testing.T, l GroupList, types []string) {
	t.Helper()
	ids := map[int]bool{}
	for i, g := range l.Groups {
		if g.ID <= 0 || g.Acronym == "" || ids[g.ID] || !slices.Contains(types, g.Type) {
			t.Errorf("group %+v: bad or double identity, or a type not requested", g)
		}
		ids[g.ID] = true
		if i > 0 && l.Groups[i-1].Acronym >= g.Acronym {
			t.Errorf("group %q is not in order", g.Acronym)
		}
		if g.BOF != (g.State == "bof") {
			t.Errorf("group %q: BOF is %t in state %q", g.Acronym, g.BOF, g.State)
		}
		if y := g.Changed.Year(); !g.Changed.IsZero() && (y < wire.FirstYear || y > wire.LastYear) {
			t.Errorf("group %q changed at %s", g.Acronym, g.Changed)
		}
	}
	if !slices.IsSorted(l.Warnings) || len(slices.Compact(slices.Clone(l.Warnings))) != len(l.Warnings) {
		t.Errorf("warnings are not sorted or double: %q", l.Warnings)
	}
	for _, w := range l.Warnings {
		if strings.ContainsFunc(w, func(r rune) bool { return r < ' ' }) {
			t.Errorf("warning %q has control characters", w)
		}
	}
	if (l.Unread.Rows > 0 || l.Incomplete) && len(l.Warnings) == 0 || l.Stale != (len(l.Outages) > 0) {
		t.Errorf("%d unread, incomplete %t, stale %t, outages %v, warnings %q", l.Unread.Rows, l.Incomplete, l.Stale, l.Outages, l.Warnings)
	}
}

// wantListWarning asserts that there is one warning, and that it has all these
// parts.
func wantListWarning(t *testing.T, l GroupList, parts ...string) {
	t.Helper()
	if len(l.Warnings) != 1 || !containsAll(l.Warnings[0], parts) {
		t.Errorf("warnings are %q, want one with %q", l.Warnings, parts)
	}
}

// names lists the acronyms of a list.
func names(l GroupList) []string {
	var out []string
	for _, g := range l.Groups {
		out = append(out, g.Acronym)
	}
	return out
}
