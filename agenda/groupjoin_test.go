package agenda

import (
	"slices"
	"testing"
)

func TestGroupThereTwice(t *testing.T) {
	t.Parallel()
	with1 := func(row obj, changes ...obj) obj {
		for _, c := range changes {
			row = with(row, c)
		}
		return with(row, obj{"parent": nil})
	}
	wg := func(id int, acronym string, changes ...obj) obj {
		return with1(groupRowOf(id, acronym, nil), changes...)
	}
	later, earlier := obj{"time": "2026-05-01T00:00:00Z"}, obj{"time": "2025-05-01T00:00:00Z"}
	tests := map[string]struct {
		rows []obj
		want string // acronym, type and state
		id   int
		warn []string
	}{
		"the same":          {[]obj{wg(7, "a"), wg(7, "a")}, "a wg active", 7, nil},
		"an older copy":     {[]obj{wg(7, "a", later), wg(7, "a", earlier)}, "a wg active", 7, nil},
		"renamed meanwhile": {[]obj{wg(7, "a", earlier), wg(7, "b", later)}, "b wg active", 7, []string{"group 7", `"b"`, `"a"`}},
		"concluded meanwhile": {
			[]obj{wg(7, "a", earlier), wg(7, "a", later, inState("conclude"))}, "a wg conclude", 7,
			[]string{"group 7", `in state "conclude", it counts`},
		},
		"another type meanwhile": {
			[]obj{with(typed("rg", 7, "a"), later), wg(7, "a", earlier)}, "a rg active", 7,
			[]string{"group 7", `as rg "a", in state "active", it counts`},
		},
		"one acronym, one lives": {
			[]obj{wg(7, "a", earlier), wg(8, "a", later, inState("conclude"))}, "a wg active", 7,
			[]string{`acronym "a"`, `number 7, in state "active", counts`, "number 8"},
		},
		"one acronym, a BOF lives": {
			[]obj{wg(7, "a", earlier, inState("bof")), wg(8, "a", later, inState("bof-conc"))}, "a wg bof", 7,
			[]string{`acronym "a"`, "number 7"},
		},
		"one acronym, a plan lives": {
			[]obj{wg(7, "a", earlier, inState("proposed")), wg(8, "a", later, inState("abandon"))}, "a wg proposed", 7, []string{`acronym "a"`},
		},
		"one acronym, both dead": {
			[]obj{wg(7, "a", later, inState("conclude")), wg(8, "a", earlier, inState("replaced"))}, "a wg conclude", 7,
			[]string{`acronym "a"`, `number 7, in state "conclude", counts`},
		},
		"three copies": {[]obj{wg(7, "a", later), wg(7, "a", later), wg(7, "a", earlier)}, "a wg active", 7, nil},
		"one acronym, no time": {
			[]obj{wg(7, "a", obj{"time": nil, "state": nil}), wg(8, "a", obj{"time": nil, "state": nil})}, "a wg ", 8,
			[]string{"number 8, without a state, counts"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 2 {
				f := newFake(t)
				f.serveGroups(groupServer{rows: tt.rows, meta: obj{"total_count": 1}})
				l := groups(t, client(t, f.URL, nil), "rg", "wg")
				if len(l.Groups) != 1 {
					t.Fatalf("got %+v", l)
				}
				g := l.Groups[0]
				if got := g.Acronym + " " + g.Type + " " + string(g.State); got != tt.want || g.ID != tt.id || l.Unread.Rows > 0 {
					t.Errorf("got %+v, want %s %d", g, tt.want, tt.id)
				}
				found := slices.DeleteFunc(l.Warnings, func(w string) bool {
					return !containsAll(w, []string{"counts, "}) && !containsAll(w, []string{"it does not"})
				})
				if tt.warn == nil && len(found) > 0 || tt.warn != nil && (len(found) != 1 || !containsAll(found[0], tt.warn)) {
					t.Errorf("warnings %q, want %q", found, tt.warn)
				}
				slices.Reverse(tt.rows)
			}
		})
	}
}

func TestUnreadGroupReadElsewhere(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	// Changed from one type to the other while the lists were read, and bad
	// in one of them.
	f.serveGroups(groupServer{rows: []obj{
		typed("rg", 7, "a"), groupRowOf(7, "", obj{"parent": nil}), groupRowOf(8, "", obj{"parent": nil}), typed("rg", 8, ""),
	}})
	if l := groups(t, client(t, f.URL, nil), "rg", "wg"); len(l.Groups) != 1 || l.Unread.Rows != 1 || l.Incomplete {
		t.Errorf("got %+v", l)
	}
}
