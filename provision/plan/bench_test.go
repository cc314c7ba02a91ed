package plan

import (
	"testing"

	"muster/agenda"
	"muster/provision/internal/sample"
	"muster/provision/want"
	"muster/xmppadmin"
)

// BenchmarkYearRound is the pure part of a run with the list of groups and all
// that is remembered, for 10,000 rooms that are as they should be.
func BenchmarkYearRound(b *testing.B) {
	in := want.Sources{Meetings: []agenda.Meeting{sample.BigMeeting(9_000)}, Groups: sample.BigList(10_000)}
	rules := want.DefaultRules(sample.Service)
	w, err := want.Derive(in, rules, sample.Day)
	if err != nil {
		b.Fatal(err)
	}
	var found []xmppadmin.Room
	for _, r := range w.Rooms {
		if r.Decision.Desired.Wanted() {
			found = append(found, sample.AsWanted(r))
		}
	}
	in.History = Remember(in, w, Plan{}, sample.Day)
	b.ReportAllocs()
	for b.Loop() {
		w, err := want.Derive(in, rules, sample.Day)
		if err != nil {
			b.Fatal(err)
		}
		p, err := New(input(w, found), Options{Policy: Sync})
		if err != nil || p.Counts.Unchanged != len(found) || len(w.Rooms) != len(found)+5000 || len(in.History) != 10_000 {
			b.Fatal(err, p.Counts, len(w.Rooms), len(in.History))
		}
	}
}

// BenchmarkWantAndPlan is the pure part of a run for 10,000 rooms, of which
// one in ten differs on the service and one in ten does not exist.
func BenchmarkWantAndPlan(b *testing.B) {
	meetings := []agenda.Meeting{sample.BigMeeting(10_000)}
	rules := want.DefaultRules(sample.Service)
	rules.LogURL = "https://rooms.example.org/logs/{{.Name}}/"
	w, err := want.Derive(want.Sources{Meetings: meetings}, rules, sample.Day)
	if err != nil {
		b.Fatal(err)
	}
	found := make([]xmppadmin.Room, len(w.Rooms))
	for i, r := range w.Rooms {
		switch found[i] = sample.AsWanted(r); i % 10 {
		case 0:
			found[i] = xmppadmin.Room{Name: r.Name, State: xmppadmin.Absent}
		case 1:
			found[i].Settings[xmppadmin.Description] = "another one"
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		w, err := want.Derive(want.Sources{Meetings: meetings}, rules, sample.Day)
		if err != nil {
			b.Fatal(err)
		}
		p, err := New(input(w, found), Options{Policy: Sync})
		if err != nil || p.Counts.Wanted != len(w.Rooms) || p.Counts.Update < 1000 || p.Counts.Create < 1000 {
			b.Fatal(err, p.Counts)
		}
	}
}
