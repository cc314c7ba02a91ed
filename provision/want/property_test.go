package want

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"muster/agenda"
	"muster/provision"
	"muster/provision/internal/sample"
)

// TestNothingLivingEnds holds for whatever the Datatracker and the memory say:
// no room of a group that is active or proposed, that has a session on an agenda
// in hand, or of a request that is not over and did not give way, is among those
// to archive; every name has one fate; and a
// list that is not current or not whole ends nothing.
func TestNothingLivingEnds(t *testing.T) {
	t.Parallel()
	ends, superseded := 0, 0
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		in, rules := anySources(r)
		w, err := Derive(in, rules, sample.Day)
		if err != nil {
			t.Fatal(seed, err)
		}
		safe := make(map[string]bool)
		for _, g := range in.Groups.Groups {
			if (g.State == "active" || g.State == "proposed") && slices.Contains(rules.ListTypes(), g.Type) {
				safe[g.Acronym] = true
			}
		}
		for _, m := range in.Meetings {
			for _, s := range m.Sessions {
				if s.Status == agenda.Scheduled || s.Status == "" {
					safe[s.Group] = true
				}
			}
		}
		asked := make(map[string]bool)
		for _, q := range in.Requests {
			asked[q.Room] = !q.Ended && sample.Day.Before(q.Until)
		}
		for _, name := range w.Superseded {
			if superseded++; !asked[name] {
				t.Errorf("seed %d: %q gave way, and was not requested", seed, name)
			}
		}
		authoritative := !in.Groups.Stale && !in.Groups.Incomplete
		unread := func(name string) bool {
			return in.Groups.Unread.Includes(name) || slices.ContainsFunc(in.Meetings, func(m agenda.Meeting) bool { return m.Unread.Includes(name) })
		}
		for k, room := range w.Rooms {
			if k > 0 && w.Rooms[k-1].Name >= room.Name {
				t.Errorf("seed %d: %q after %q", seed, room.Name, w.Rooms[k-1].Name)
			}
			d := room.Decision
			if asked[room.Name] && !d.Desired.Wanted() && !slices.Contains(w.Superseded, room.Name) {
				t.Errorf("seed %d: %q was requested, gave way to nothing, and is %q", seed, room.Name, d.Desired)
			}
			if !d.Desired.Over() {
				continue
			}
			if ends++; safe[room.Name] || unread(room.Name) || !authoritative && d.Source != provision.FromRenamed && d.Source != provision.FromRequest {
				t.Errorf("seed %d: %q ends: %s", seed, room.Name, d.Reason)
			}
		}
	}
	if ends < 1000 || superseded < 1000 {
		t.Errorf("only %d rooms ended, %d requests gave way: the test shows little", ends, superseded)
	}
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// anySources makes sources, a memory and rules of any sort.
func anySources(r *rand.Rand) (Sources, Rules) {
	rules := bare()
	rules.YearRound = pick(r, []string{"wg", "dir"}, []string{"wg"}, nil)
	in := Sources{Groups: &agenda.GroupList{Stale: r.IntN(9) == 0, Incomplete: r.IntN(9) == 0}, History: make(map[string]RoomHistory)}
	type kind struct {
		slug  string
		state agenda.GroupState
	}
	groups := make(map[string]kind)
	for i := range 12 {
		name := fmt.Sprintf("g%02d", i)
		k := kind{pick(r, "wg", "wg", "rg", "dir", "team"),
			pick[agenda.GroupState](r, "active", "active", "bof", "proposed", "conclude", "abandon", "replaced", "bof-conc", "dormant", "odd", "")}
		groups[name] = k
		g := sample.Record(name, k.slug, k.state)
		g.ID = i + 1
		g.Changed = pick(r, sample.Day, sample.Day.AddDate(0, 0, -31), sample.Day.AddDate(-1, 0, 0), agenda.GroupRecord{}.Changed)
		if r.IntN(6) > 0 {
			in.Groups.Groups = append(in.Groups.Groups, g)
		}
		if r.IntN(2) == 0 {
			s := RoomHistory{Last: sample.Day.AddDate(0, 0, -r.IntN(900)), Group: pick(r, 0, i+1, 1+r.IntN(12)), Own: r.IntN(9) == 0}
			if r.IntN(2) == 0 {
				s.Meeting, s.End = "125", sample.Day.AddDate(0, 0, 10-r.IntN(90))
			}
			if r.IntN(2) == 0 {
				s.Alive = sample.Day.AddDate(0, 0, -r.IntN(90))
			}
			if r.IntN(2) == 0 {
				s.Over = sample.Day.AddDate(0, 0, -r.IntN(90))
			}
			in.History[name] = s
		}
		if r.IntN(4) == 0 {
			in.Requests = append(in.Requests, Request{
				ID: int64(i + 1), Room: name, Until: sample.Day.AddDate(0, 0, r.IntN(90)-30), Ended: r.IntN(4) == 0,
			})
		}
		// Names lead upwards only, so that they do not go round in a circle.
		if i < 11 && r.IntN(6) == 0 {
			rules.Renamed = append(rules.Renamed, Rename{Name: fmt.Sprintf("g%02d", i+1+r.IntN(11-i)), Previously: name})
		}
	}
	for n := range 2 {
		m := sample.Meeting(nil)
		m.Number = fmt.Sprint(126 + n)
		for i := range 12 {
			if name := fmt.Sprintf("g%02d", i); r.IntN(6) == 0 && groups[name].slug != "team" && groups[name].slug != "dir" {
				g := sample.Group(name, groups[name].slug)
				m.Groups = append(m.Groups, g)
				m.Sessions = append(m.Sessions, sample.Session(i, name, pick(r, agenda.Scheduled, agenda.Canceled, agenda.Rescheduled, "")))
			}
		}
		in.Meetings = append(in.Meetings, m)
	}
	unread := func() agenda.Unread {
		switch r.IntN(12) {
		case 0:
			return agenda.Unread{Rows: 1, Unnamed: 1}
		case 1, 2:
			return agenda.Unread{Rows: 1, Groups: []string{fmt.Sprintf("G%02d", r.IntN(12))}}
		}
		return agenda.Unread{}
	}
	in.Groups.Unread, in.Meetings[0].Unread = unread(), unread()
	return in, rules
}
