package chatlog_test

import (
	"slices"
	"testing"
	"time"

	"muster/chatlog"
	"muster/xmppadmin"
)

// counted returns the days of the room as the lines themselves have them.
func counted(t *testing.T, s *chatlog.Store) (days []chatlog.Day) {
	t.Helper()
	lines, err := s.Lines(t.Context(), "quic", time.Unix(0, 0), epoch.AddDate(10, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		date := l.Time.Truncate(24 * time.Hour)
		if n := len(days); n == 0 || !days[n-1].Date.Equal(date) {
			days = append(days, chatlog.Day{Date: date})
		}
		d := &days[len(days)-1]
		d.Lines, d.Last = d.Lines+1, l.Time
	}
	return days
}

// checkDays compares the days of the room, of all rooms, and the ends of the
// room with the lines.
func checkDays(t *testing.T, s *chatlog.Store, when string) {
	t.Helper()
	want := counted(t, s)
	days, err := s.Days(t.Context(), "quic")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(days, want) {
		t.Errorf("%s: the days are %v, want %v", when, days, want)
	}
	recent, err := s.RecentDays(t.Context(), time.Unix(0, 0), 100)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(want)
	if !slices.EqualFunc(recent, want, func(r chatlog.RoomDay, d chatlog.Day) bool { return r.Room == "quic" && r.Day == d }) {
		t.Errorf("%s: the newest days are %v, want %v", when, recent, want)
	}
	rooms, err := s.Rooms(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(want); n > 0 && (!rooms[0].Last.Equal(want[0].Last) || !rooms[0].First.Truncate(24*time.Hour).Equal(want[n-1].Date)) {
		t.Errorf("%s: the lines are from %v to %v, want %v to %v", when, rooms[0].First, rooms[0].Last, want[n-1].Date, want[0].Last)
	}
}

// after is a message so much later than another one.
func after(d time.Duration, m xmppadmin.ArchivedMessage) xmppadmin.ArchivedMessage {
	m.Time = m.Time.Add(d)
	return m
}

func TestDaysFollowLines(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	s := store(t, chatlog.Options{})
	f := &fakeArchive{}
	all := []xmppadmin.ArchivedMessage{}
	midnight := epoch.Truncate(day).Add(day)
	full := said(3, "in a millisecond")
	full.Time = midnight.Add(-time.Microsecond)
	for _, step := range []struct {
		name string
		add  []xmppadmin.ArchivedMessage
	}{
		{"nothing but a marker", []xmppadmin.ArchivedMessage{{Archive: "a0000", Time: epoch, Marker: true}}},
		{"two messages", []xmppadmin.ArchivedMessage{said(1, "one"), said(2, "two")}},
		{"just before midnight", []xmppadmin.ArchivedMessage{full}},
		{"another day", []xmppadmin.ArchivedMessage{after(2*day, said(4, "three"))}},
		{"more of it", []xmppadmin.ArchivedMessage{after(2*day, said(5, "four")), after(2*day, said(6, "five"))}},
		{"a correction", []xmppadmin.ArchivedMessage{after(3*day, xmppadmin.ArchivedMessage{
			Archive: "a0007", Time: epoch, Nick: "alice", Occupant: "oa", ID: "m7", Body: "ten", Replaces: "m0001"})}},
		{"a retraction", []xmppadmin.ArchivedMessage{after(3*day, xmppadmin.ArchivedMessage{
			Archive: "a0008", Time: epoch, Nick: "alice", Occupant: "oa", ID: "m8", Retracts: "a0002"})}},
		{"a subject", []xmppadmin.ArchivedMessage{after(4*day, xmppadmin.ArchivedMessage{
			Archive: "a0009", Time: epoch, Nick: "alice", Occupant: "oa", ID: "m9", HasSubject: true})}},
	} {
		all = append(all, step.add...)
		f.set(all...)
		export(t, s, f, chatlog.ExportOptions{})
		checkDays(t, s, step.name)
	}
	if err := s.Withdraw(t.Context(), "quic", []string{"a0001"}, "anna", "a demand"); err != nil {
		t.Fatal(err)
	}
	checkDays(t, s, "a withdrawal")
	if n := len(counted(t, s)); n != 3 {
		t.Errorf("there are %d days with lines, want 3", n)
	}
}
