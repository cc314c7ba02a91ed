package agenda

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestMeetingsOfFiles(t *testing.T) {
	t.Parallel()
	list := func(number string, ids ...int) string {
		var rows []obj
		for _, id := range ids {
			rows = append(rows, listRow(id, fmt.Sprintf("g%d", id), nil))
		}
		return listDoc(number, rows...)
	}
	data := func(number string, ids ...int) string {
		var rows []obj
		for _, id := range ids {
			rows = append(rows, dataRowOf(id, fmt.Sprintf("g%d", id), nil))
		}
		return dataDoc(number, rows...)
	}
	cancelled := listDoc("126", listRow(1, "g1", obj{"status": "canceled"}))
	tests := map[string]struct {
		files []string // named a, b, c
		want  []string // number, sessions, and city where agenda-data was used
		err   []string // parts
	}{
		"one":                        {files: []string{list("126", 1, 2)}, want: []string{"126 1 2"}},
		"two forms of one meeting":   {files: []string{list("126", 1, 2), data("126", 1, 2)}, want: []string{"126 1 2 Vienna"}},
		"the other way round":        {files: []string{data("126", 1, 2), list("126", 1, 2)}, want: []string{"126 1 2 Vienna"}},
		"one number, other sessions": {files: []string{list("126", 1), data("126", 2)}, want: []string{"126 1 2 Vienna"}},
		"two meetings":               {files: []string{list("126", 1), list("127", 2)}, want: []string{"126 1", "127 2"}},
		"two meetings in two forms":  {files: []string{list("126", 1), data("127", 2)}, want: []string{"126 1", "127 2 Vienna"}},
		"two meetings, both in two forms": {
			files: []string{list("126", 1), list("127", 2), data("127", 2), data("126", 1)}, want: []string{"126 1 Vienna", "127 2 Vienna"},
		},
		"list without a number":            {files: []string{list("None", 1, 2), data("126", 2)}, want: []string{"126 1 2 Vienna"}},
		"data without a number":            {files: []string{list("126", 1, 2), data("", 1)}, want: []string{"126 1 2 Vienna"}},
		"no number, nothing in common":     {files: []string{list("None", 1), data("126", 2)}, want: []string{"file:a 1", "126 2 Vienna"}},
		"two without a number":             {files: []string{list("None", 1), list("None", 2)}, want: []string{"file:a 1", "file:b 2"}},
		"two forms without a number":       {files: []string{list("None", 1), data("", 1)}, want: []string{"file:a 1 Vienna"}},
		"empty ones without a number":      {files: []string{list("None"), list("None")}, want: []string{"file:a", "file:b"}},
		"the same twice":                   {files: []string{list("126", 1), list("126", 1)}, want: []string{"126 1"}},
		"the same twice, without a number": {files: []string{list("None", 1), list("None", 1)}, want: []string{"file:a 1"}},
		"one meeting, two contents": {files: []string{list("126", 1), cancelled},
			err: []string{"file:a", "file:b", "agenda.json of one meeting", "differ"}},
		"one meeting, two data": {
			files: []string{data("126", 1), data("126", 2)}, err: []string{"file:a", "file:b", "agenda-data of one meeting", "differ"},
		},
		"one session, two meetings": {
			files: []string{list("126", 1, 5), data("127", 5)}, err: []string{"file:a", "meeting 126", "file:b", "meeting 127", "session 5"},
		},
		"no number, other content": {files: []string{list("None", 1, 2), list("None", 2)}, err: []string{"file:a", "file:b", "differ"}},
		"a third that contradicts": {files: []string{list("126", 1), data("126", 1), data("126", 2)}, err: []string{"file:a", "file:c", "differ"}},
		"a broken one":             {files: []string{list("126", 1), "<html>"}, err: []string{"read b: ", "not JSON"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			var names []string
			for i, body := range tt.files {
				path := filepath.Join(dir, string(rune('a'+i)))
				if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
					t.Fatal(err)
				}
				names = append(names, "file:"+path)
			}
			got, err := client(t, "https://datatracker.example.org", nil).Meetings(t.Context(), names)
			if tt.err != nil {
				if err == nil || !containsAll(strings.ReplaceAll(err.Error(), dir+"/", ""), tt.err) || len(got) > 0 {
					t.Errorf("got %v, %v; want an error with %q", got, err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var short []string
			for _, m := range got {
				checkInvariants(t, m)
				text := strings.ReplaceAll(m.Number, dir+"/", "")
				for _, s := range m.Sessions {
					text += fmt.Sprint(" ", s.ID)
				}
				short = append(short, strings.TrimSpace(text+" "+m.City))
			}
			if !slices.Equal(short, tt.want) {
				t.Errorf("got %q, want %q", short, tt.want)
			}
		})
	}
}

func TestMeetings(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.serve126()
	f.on(interimPath, interimDoc())
	f.on(meetingsPath, says("application/json", listOf(nil, listedRow("126", "2026-07-18", nil))))
	c := client(t, f.URL, nil)
	got, err := c.Meetings(t.Context(), []string{interim, "current", "126"})
	if err != nil || len(got) != 2 || got[0].Number != interim || got[1].Number != "126" {
		t.Errorf("got %+v, %v", got, err)
	}
	dir := t.TempDir()
	save := func(body string) string {
		t.Helper()
		path := filepath.Join(dir, "saved.json")
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		return "file:" + path
	}
	old := save(listDoc("126", listRow(1, "quic", nil)))
	for _, names := range [][]string{{"126", old}, {old, "126"}} {
		if _, err = c.Meetings(t.Context(), names); err == nil || !containsAll(err.Error(), []string{old, "meeting 126", "Datatracker"}) {
			t.Errorf("%q: got %v", names, err)
		}
	}
	if _, err = c.Meetings(t.Context(), []string{interim, "latest"}); err == nil || !strings.Contains(err.Error(), `"latest"`) {
		t.Errorf("a name that is none: %v", err)
	}
	if _, err = c.Meetings(t.Context(), []string{interim, "999"}); err == nil || !strings.Contains(err.Error(), "meeting 999") {
		t.Errorf("a meeting that is not there: %v", err)
	}
	if got, err = c.Meetings(t.Context(), nil); err != nil || len(got) > 0 {
		t.Errorf("no names: %+v, %v", got, err)
	}
}
