package provision

import (
	"fmt"
	"testing"
	"time"

	"muster/agenda"
	"muster/xmppadmin"
)

// bigMeeting is a meeting of n groups with two sessions each.
func bigMeeting(n int) agenda.Meeting {
	zone := time.FixedZone("CEST", 2*60*60)
	m := agenda.Meeting{Number: "126", City: "Vienna", TimeZone: zone, AgendaURL: "https://datatracker.example.org/meeting/126/agenda"}
	for i := range n {
		acronym := fmt.Sprintf("group%05d", i)
		m.Groups = append(m.Groups, agenda.Group{Acronym: acronym, Name: "A Group With a Name of the Usual Length", Type: "wg", State: "active", Parent: "wit"})
		for k := range 2 {
			m.Sessions = append(m.Sessions, agenda.Session{
				ID: 2*i + k, Group: acronym, Room: acronym, Type: agenda.Regular, Status: agenda.Scheduled,
				Start: day.Add(time.Duration(i%40+k) * time.Hour), Duration: 2 * time.Hour, Location: "Park Suite 8",
			})
		}
	}
	return m
}

// bigList is a list of as many living groups, of which a few more than there
// are on the agenda, and of half as many that are concluded.
func bigList(n int) *agenda.GroupList {
	l := &agenda.GroupList{}
	for i := range n + n/2 {
		g := agenda.Group{Acronym: fmt.Sprintf("group%05d", i), Name: "A Group With a Name of the Usual Length", Type: "wg", State: "active", Parent: "wit"}
		if i >= n {
			g.Acronym, g.State = fmt.Sprintf("old%05d", i), "conclude"
		}
		l.Groups = append(l.Groups, agenda.GroupRecord{Group: g, ID: i + 1, Changed: day.AddDate(-1, 0, 0)})
	}
	return l
}

// BenchmarkYearRound is the pure part of a run with the list of groups and all
// that is remembered, for 10,000 rooms that are as they should be.
func BenchmarkYearRound(b *testing.B) {
	in := Sources{Meetings: []agenda.Meeting{bigMeeting(9_000)}, Groups: bigList(10_000)}
	rules := DefaultRules(service)
	w, err := Want(in, rules, day)
	if err != nil {
		b.Fatal(err)
	}
	found := make([]xmppadmin.Room, len(w.Rooms))
	for i, r := range w.Rooms {
		found[i] = asWanted(r)
	}
	in.Seen = in.Remember(w, Planned{}, day)
	b.ReportAllocs()
	for b.Loop() {
		w, err := Want(in, rules, day)
		if err != nil {
			b.Fatal(err)
		}
		p, err := Plan(w, found, PlanOptions{Policy: Sync, Now: day})
		if err != nil || p.Counts.Unchanged != len(w.Rooms) || len(w.Ended) != 5000 || len(in.Seen) != 10_000 {
			b.Fatal(err, p.Counts, len(w.Ended), len(in.Seen))
		}
	}
}

// BenchmarkWantAndPlan is the pure part of a run for 10,000 rooms, of which
// one in ten differs on the service and one in ten does not exist.
func BenchmarkWantAndPlan(b *testing.B) {
	meetings := []agenda.Meeting{bigMeeting(10_000)}
	rules := DefaultRules(service)
	rules.LogURL = "https://rooms.example.org/logs/{{.Name}}/"
	w, err := Want(Sources{Meetings: meetings}, rules, day)
	if err != nil {
		b.Fatal(err)
	}
	found := make([]xmppadmin.Room, len(w.Rooms))
	for i, r := range w.Rooms {
		switch found[i] = asWanted(r); i % 10 {
		case 0:
			found[i] = xmppadmin.Room{Name: r.Name, State: xmppadmin.Absent}
		case 1:
			found[i].Settings[xmppadmin.Description] = "another one"
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		w, err := Want(Sources{Meetings: meetings}, rules, day)
		if err != nil {
			b.Fatal(err)
		}
		p, err := Plan(w, found, PlanOptions{Policy: Sync, Now: day})
		if err != nil || p.Counts.Wanted != len(w.Rooms) || p.Counts.Update < 1000 || p.Counts.Create < 1000 {
			b.Fatal(err, p.Counts)
		}
	}
}
