package ui

import (
	"strings"
	"testing"
)

func TestDifference(t *testing.T) {
	t.Parallel()
	const before = "IETF working group in the sec area. Next session: Wednesday 16 December 2026, 15:00-16:30 CET. " +
		"Agenda: http://127.0.0.1/agenda/ This room is publicly logged."
	cases := []struct {
		name, from, to string
		notShown       bool
		want           string
	}{
		{"short", "false", "true", false, `"false" -> "true"`},
		{"not shown", "", "true", true, `(not shown) -> "true"`},
		{"nothing before", "", before, false, `"" -> "` + before + `"`},
		{"nothing in common", "something else", before, false, `"something else" -> "` + before + `"`},
		{"one inserted", before, strings.Replace(before, "This room", "Log: https://logs.example.org/ This room", 1), false,
			"… CET. Agenda: http://127.0.0.1/agenda/ {+Log: https://logs.example.org/+} This room is publicly logged."},
		{"two replaced", before, strings.Replace(before, "Wednesday 16", "Thursday 17", 1), false,
			"… area. Next session: [-Wednesday 16-] {+Thursday 17+} December 2026, 15:00-16:30 …"},
		{"in the middle", before, strings.NewReplacer("working", "research", "publicly", "not").Replace(before), false,
			"IETF [-working-] {+research+} group in the … This room is [-publicly-] {+not+} logged."},
		{"one removed at the end", before, strings.TrimSuffix(before, " logged."), false, "… room is publicly [-logged.-]"},
		{"escapes", before, before + " \x1b[2J", false, `… is publicly logged. {+\x1b[2J+}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Escape(difference(c.from, c.to, c.notShown)); got != c.want {
				t.Errorf("the difference is\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// FuzzWordRuns puts both texts together again from the runs.
func FuzzWordRuns(f *testing.F) {
	f.Add("a b c", "a c d")
	f.Add("", "x")
	f.Add("a a b a", "a b a a")
	f.Fuzz(func(t *testing.T, from, to string) {
		var before, after []string
		for _, r := range wordRuns(strings.Fields(from), strings.Fields(to)) {
			if r.kind != '+' {
				before = append(before, r.words...)
			}
			if r.kind != '-' {
				after = append(after, r.words...)
			}
		}
		if got, want := strings.Join(before, " "), strings.Join(strings.Fields(from), " "); got != want {
			t.Errorf("the old text is %q, not %q", got, want)
		}
		if got, want := strings.Join(after, " "), strings.Join(strings.Fields(to), " "); got != want {
			t.Errorf("the new text is %q, not %q", got, want)
		}
	})
}
