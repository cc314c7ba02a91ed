package plan

import (
	"fmt"
	"strings"
	"testing"

	"muster/agenda"
	"muster/provision"
	"muster/provision/internal/check"
	"muster/provision/internal/sample"
	"muster/provision/internal/wanting"
	"muster/provision/want"
	"muster/xmppadmin"
)

// archiving returns a plan that archives n of the managed rooms.
func archiving(n, managed int, names ...string) Plan {
	p := Plan{Managed: managed}
	for i := range n {
		r := Row{Action: provision.Archive, Found: xmppadmin.Room{Name: fmt.Sprintf("room%d", i)}}
		if i < len(names) {
			r.Found.Name = names[i]
		}
		p.Rows = append(p.Rows, r)
	}
	return p
}

func TestGuard(t *testing.T) {
	t.Parallel()
	good := want.MeetingStats{Meeting: "126", Sessions: 100, Configured: 80}
	last := map[string]LastApply{"126": {Sessions: 201, When: sample.Day}}
	rooms := map[string]LastApply{"126": {Sessions: 100, Rooms: 81, When: sample.Day}}
	tallies := func(ts ...want.MeetingStats) want.Wanted { return want.Wanted{Meetings: ts} }
	cases := map[string]struct {
		w    want.Wanted
		p    Plan
		s    GuardInput
		want []string // each "guard: message [override]"
	}{
		"all is well":            {w: tallies(good)},
		"no meeting, no request": {},
		"empty":                  {w: tallies(want.MeetingStats{Meeting: "126"}), want: []string{"empty-agenda: IETF 126: the agenda is empty [empty]"}},
		"empty, allowed":         {w: tallies(want.MeetingStats{Meeting: "126"}), s: GuardInput{Overrides: Overrides{Empty: true}}},
		"one of two empty":       {w: tallies(good, want.MeetingStats{Meeting: "127"})},
		"two empty": {w: tallies(want.MeetingStats{Meeting: "126", Sessions: 1}, want.MeetingStats{Meeting: "127"}),
			want: []string{"no-sessions: IETF 126: none of the 1 sessions on the agenda is of a configured group type [empty]",
				"empty-agenda: IETF 127: the agenda is empty [empty]"}},
		"nothing configured": {w: tallies(want.MeetingStats{Meeting: "126", Sessions: 7}),
			want: []string{"no-sessions: IETF 126: none of the 7 sessions on the agenda is of a configured group type [empty]"}},
		"another meeting": {w: tallies(good), s: GuardInput{Requested: []string{"127"}},
			want: []string{"other-meeting: not the meeting requested: requested IETF 127, got IETF 126 [mismatch]"}},
		"another interim": {s: GuardInput{Requested: []string{"interim-2026-quic-01"}},
			want: []string{"other-meeting: not the meeting requested: requested interim-2026-quic-01, got no meeting [mismatch]"}},
		"another, allowed":  {w: tallies(good), s: GuardInput{Requested: []string{"127"}, Overrides: Overrides{Mismatch: true}}},
		"the one requested": {w: tallies(good), s: GuardInput{Requested: []string{"126"}}},
		"shrunk": {w: tallies(good), s: GuardInput{Last: last},
			want: []string{"shrunk-agenda: IETF 126: the agenda shrank by more than half: 100 sessions, 201 at the last apply on 2026-07-20 09:00 UTC [shrink]"}},
		"shrunk, allowed": {w: tallies(good), s: GuardInput{Last: last, Overrides: Overrides{Shrink: true}}},
		"shrunk by half":  {w: tallies(want.MeetingStats{Meeting: "126", Sessions: 101, Configured: 1}), s: GuardInput{Last: last}},
		"half of another": {w: tallies(want.MeetingStats{Meeting: "127", Sessions: 1, Configured: 1}), s: GuardInput{Last: last}},
		"rooms shrunk": {w: tallies(want.MeetingStats{Meeting: "126", Sessions: 100, Configured: 80, Rooms: 40}), s: GuardInput{Last: rooms},
			want: []string{"shrunk-agenda: IETF 126: the agenda shrank by more than half: 40 rooms, 81 at the last apply on 2026-07-20 09:00 UTC [shrink]"}},
		"rooms shrunk, allowed": {w: tallies(want.MeetingStats{Meeting: "126", Sessions: 100, Configured: 80}),
			s: GuardInput{Last: rooms, Overrides: Overrides{Shrink: true}}},
		"rooms shrunk by half": {w: tallies(want.MeetingStats{Meeting: "126", Sessions: 100, Configured: 80, Rooms: 41}), s: GuardInput{Last: rooms}},
		"both shrunk": {w: tallies(want.MeetingStats{Meeting: "126", Sessions: 49, Configured: 49, Rooms: 40}), s: GuardInput{Last: rooms},
			want: []string{"shrunk-agenda: IETF 126: the agenda shrank by more than half: 49 sessions, 100 at the last apply on 2026-07-20 09:00 UTC [shrink]"}},
		"no rooms at all": {w: tallies(want.MeetingStats{Meeting: "126", Sessions: 100}), s: GuardInput{Last: rooms}, want: []string{"no-sessions"}},
		"no rooms at one of two": {w: tallies(want.MeetingStats{Meeting: "126", Sessions: 100}, want.MeetingStats{Meeting: "127", Configured: 1}),
			s: GuardInput{Last: rooms}, want: []string{"shrunk-agenda"}},
		"list of groups": {w: want.Wanted{Groups: &want.GroupStats{Groups: 9, Living: 50}},
			s: GuardInput{LastGroups: LastGroups{Living: 100, When: sample.Day}}},
		"list shrunk": {w: want.Wanted{Groups: &want.GroupStats{Groups: 9, Living: 49}},
			s:    GuardInput{LastGroups: LastGroups{Living: 99, When: sample.Day}},
			want: []string{"shrunk-groups: list of groups: it shrank by more than half: 49 living groups, 99 at the last apply on 2026-07-20 09:00 UTC [shrink]"}},
		"list shrunk, allowed": {w: want.Wanted{Groups: &want.GroupStats{Living: 1}},
			s: GuardInput{LastGroups: LastGroups{Living: 99}, Overrides: Overrides{Shrink: true}}},
		"list empty": {w: want.Wanted{Groups: &want.GroupStats{}}, s: GuardInput{LastGroups: LastGroups{Living: 1, When: sample.Day}},
			want: []string{"shrunk-groups: list of groups: it shrank by more than half: 0 living groups, 1 at the last apply on 2026-07-20 09:00 UTC [shrink]"}},
		"no list any more":         {s: GuardInput{LastGroups: LastGroups{Living: 99}}},
		"list not whole, applying": {w: want.Wanted{Groups: &want.GroupStats{Incomplete: true}}, s: GuardInput{}},
		"10 of 100":                {p: archiving(10, 100)},
		"10 of 99":                 {p: archiving(10, 99), want: []string{"archives: too many archives: 10 of 99 rooms (10.1 %, limit 10 %) [archive 10]"}},
		"11 of 110":                {p: archiving(11, 110), want: []string{"archives: too many archives: 11 of 110 rooms (limit 10 rooms) [archive 11]"}},
		"12 of 104": {p: archiving(12, 104),
			want: []string{"archives: too many archives: 12 of 104 rooms (11.5 %, limit 10 %; limit 10 rooms) [archive 12]"}},
		"12 of 104, 12 allowed": {p: archiving(12, 104), s: GuardInput{Overrides: Overrides{Archive: 12}}},
		"12 of 104, 11 allowed": {p: archiving(12, 104), s: GuardInput{Overrides: Overrides{Archive: 11}},
			want: []string{"archives: too many archives: 12 of 104 rooms (11.5 %, limit 10 %; limit 10 rooms) [archive 12]"}},
		"1 of 1": {p: archiving(1, 1), want: []string{"archives: too many archives: 1 of 1 rooms (100.0 %, limit 10 %) [archive 1]"}},
		"other limits": {p: archiving(3, 10), s: GuardInput{Limits: Limits{Archive: 2, ArchivePercent: 12.5}},
			want: []string{"archives: too many archives: 3 of 10 rooms (30.0 %, limit 12.5 %; limit 2 rooms) [archive 3]"}},
		"protected": {p: archiving(2, 100, "plenary", "hallway"),
			want: []string{"protected: protected rooms would be archived: plenary, hallway [protected]"}},
		"protected, allowed": {p: archiving(2, 100, "plenary", "hallway"), s: GuardInput{Overrides: Overrides{Protected: true}}},
		"several": {w: want.Wanted{Meetings: []want.MeetingStats{{Meeting: "126", Stale: true}}, Groups: &want.GroupStats{Stale: true}},
			p: archiving(1, 1, "hallway"), s: GuardInput{Requested: []string{"127"}, Last: last, LastGroups: LastGroups{Living: 1}},
			want: []string{"other-meeting", "empty-agenda", "shrunk-agenda", "shrunk-groups", "protected", "archives"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.s.Limits.Archive == 0 {
				c.s.Limits = DefaultLimits()
			}
			var got []string
			for i, e := range Guard(c.w, c.p, c.s) {
				s := e.Guard + ": " + e.Error() + overrideOf(e)
				if i < len(c.want) && !strings.Contains(c.want[i], " ") {
					s = e.Guard
				}
				got = append(got, s)
			}
			check.Same(t, "refusals", got, c.want)
		})
	}
}

// TestGuardCountsRoomsOfCancelledSessions: a meeting that is cancelled does not
// shrink, and one whose sessions move into one room does.
func TestGuardCountsRoomsOfCancelledSessions(t *testing.T) {
	t.Parallel()
	names := []string{"quic", "tls", "cfrg", "6lo"}
	derive := func(t *testing.T, change func(s *agenda.Session)) want.Wanted {
		var groups []agenda.Group
		var sessions []agenda.Session
		for i, name := range names {
			s := sample.Session(i, name, "sched")
			change(&s)
			groups, sessions = append(groups, sample.Group(name, "wg")), append(sessions, s)
		}
		return wantOf(t, bare(), sample.Meeting(groups, sessions...))
	}
	whole := derive(t, func(*agenda.Session) {}).Meetings[0]
	s := GuardInput{Limits: DefaultLimits(), Last: map[string]LastApply{"126": {Sessions: whole.Sessions, Rooms: whole.Rooms}}}
	for name, c := range map[string]struct {
		change  func(s *agenda.Session)
		refused int
	}{
		"as before":       {func(*agenda.Session) {}, 0},
		"all cancelled":   {func(s *agenda.Session) { s.Status = agenda.Canceled }, 0},
		"all in one room": {func(s *agenda.Session) { s.Room = "quic" }, 1},
		"all but one breaks": {func(s *agenda.Session) {
			if s.Group != "quic" {
				s.Type = "break"
			}
		}, 1},
		"two rooms of four": {func(s *agenda.Session) {
			if s.Group != "quic" {
				s.Room = "tls"
			}
		}, 0},
		"names in capitals": {func(s *agenda.Session) { s.Room = strings.ToUpper(s.Room) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Guard(derive(t, c.change), Plan{}, s); len(got) != c.refused {
				t.Errorf("refusals: %v", got)
			}
		})
	}
}

// overrideOf returns in words what would allow a refused plan.
func overrideOf(e *GuardError) string {
	switch e.Override {
	case Overrides{}:
		return ""
	case Overrides{Empty: true}:
		return " [empty]"
	case Overrides{Mismatch: true}:
		return " [mismatch]"
	case Overrides{Shrink: true}:
		return " [shrink]"
	case Overrides{Implausible: true}:
		return " [implausible]"
	case Overrides{Inferred: true}:
		return " [inferred]"
	case Overrides{Protected: true}:
		return " [protected]"
	}
	return fmt.Sprintf(" [archive %d]", e.Override.Archive)
}

// TestGuardCountsWhatWantAndPlanCount takes the guards' numbers from where
// they come from.
func TestGuardCountsWhatWantAndPlanCount(t *testing.T) {
	t.Parallel()
	ghost := sample.Session(2, "quic", agenda.Rescheduled)
	w := wantOf(t, bare(),
		sample.Meeting([]agenda.Group{sample.Group("quic", "wg"), sample.Group("emodir", "team")}, ghost, sample.Session(3, "emodir", "sched")))
	var found []xmppadmin.Room
	for i := range 20 {
		name := fmt.Sprintf("old%02d", i)
		found = append(found, xmppadmin.Room{Name: name, State: xmppadmin.Exists, Managed: true, Archived: i >= 15})
		w = w.With(wanting.Archived(name, ""))
	}
	s := GuardInput{Limits: DefaultLimits()}
	var got []string
	for _, e := range Guard(w, planOf(t, w, found, Options{Policy: Sync}), s) {
		got = append(got, e.Message)
	}
	check.Same(t, "refusals", got, []string{
		"IETF 126: none of the 1 sessions on the agenda is of a configured group type",
		"too many archives: 15 of 15 rooms (100.0 %, limit 10 %; limit 10 rooms)",
	})
	if refusals := Guard(want.Wanted{}, planOf(t, w, found, Options{Policy: UpsertOnly}), s); len(refusals) > 0 {
		t.Errorf("archives that the policy withholds are refused: %v", refusals[0])
	}
}
