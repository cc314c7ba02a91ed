package want

import (
	"strings"
	"testing"
	"unicode/utf8"

	"muster/agenda"
	"muster/provision"
	"muster/provision/internal/sample"
)

// FuzzTitle fills any template in, with any name of a group: it is refused, or
// gives one line that is not too long.
func FuzzTitle(f *testing.F) {
	for _, s := range []string{
		DefaultTitle, DefaultDescription, "", "plain", "{{.Name}}", "{{- .Name -}} x", "{{/* no */}}{{.Name}}", "{{.Start}}",
		"{{.Name | printf \"%q\"}}", "{{$x := .Name}}{{$x}}", "{{.What.Then}}", "{{with .Area}}{{.}}{{end}}", "{{.}}",
		"{{define \"x\"}}{{.Name}}{{end}}{{template \"x\" .}}", "{{\"{{\"}}{{.Log}}", " {{.Log}} {{.Log}}  a\tb {{.Name}} ",
	} {
		f.Add(s, "quic")
	}
	f.Fuzz(func(t *testing.T, source, name string) {
		if strings.Contains(source, "range") || strings.Contains(source, "%") || strings.Contains(source, "template") {
			return // may take for ever, or fill the memory
		}
		rules := bare()
		rules.Title = source
		if rules.Validate() != nil {
			return
		}
		g := sample.Group("quic", "wg")
		g.Name = name
		w, err := Derive(Sources{Meetings: []agenda.Meeting{sample.Meeting([]agenda.Group{g}, sample.Session(1, "quic", "sched"))}}, rules, sample.Day)
		if err != nil {
			return
		}
		title := w.Rooms[0].Title()
		if n := utf8.RuneCountInString(title); n > provision.MaxTitle || strings.ContainsAny(title, "\n\r\t\x00") || title != strings.TrimSpace(title) {
			t.Errorf("%q of %d runes", title, n)
		}
	})
}

func TestEveryFactHasAText(t *testing.T) {
	t.Parallel()
	g := sample.Group("quic", "wg")
	m := sample.Meeting([]agenda.Group{g}, sample.Session(1, "quic", "sched"))
	cases := map[string]string{
		"Name": "quic", "Acronym": "quic", "GroupName": "Name of quic", "Type": "wg", "State": "active", "Kind": "IETF working group",
		"Area": "art", "Meeting": "IETF 126", "City": "Vienna", "AgendaURL": m.AgendaURL, "LogURL": "https://logs.example.org/quic",
		"Start.Year": "2026", "Place": "Hall A", "What": "IETF working group in the art area.",
		"When":   "Next session: Monday 20 July 2026, 10:00-11:00 UTC, Hall A, IETF 126.",
		"Agenda": "Agenda: " + m.AgendaURL, "Log": "Log: https://logs.example.org/quic",
		"NoteWell": "This room is publicly logged and the IETF Note Well applies: https://www.ietf.org/about/note-well/",
	}
	for name, want := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := bare()
			rules.Title, rules.LogURL = "{{."+name+"}}", "https://logs.example.org/{{.Name}}"
			if got := roomOf(t, wantOf(t, rules, m), "quic").Title(); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
