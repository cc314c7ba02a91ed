package frontdesk_test

import (
	"fmt"
	"testing"

	"muster/agenda"
	"muster/frontdesk"
)

// benchWorld has as many groups and roles as the Datatracker.
func benchWorld(b *testing.B) *world {
	w := newWorld(b, func(w *world) {
		w.cfg.Quota = frontdesk.Quota{Group: 1 << 20, Person: 1 << 20, Days: 180, All: 1 << 20}
		for i := range 3000 {
			w.people.groups.Groups = append(w.people.groups.Groups, group(100+i, fmt.Sprintf("g%d", i), "wg", agenda.StateActive, "wit"))
			for j := range 2 {
				w.people.roles.Roles = append(w.people.roles.Roles, agenda.Role{Person: 1000 + i*2 + j, Group: 100 + i, Name: "chair"})
			}
		}
	})
	for i := range 200 {
		w.add(frontdesk.Request{Room: fmt.Sprintf("open-%d", i), Title: "T", Purpose: "P", Until: "2026-12-24", JID: "other@example.org"}, true)
	}
	return w
}

// BenchmarkStage is a stage of a command that writes nothing; at most 0.5 ms.
func BenchmarkStage(b *testing.B) {
	w := benchWorld(b)
	a := w.run(alice, frontdesk.Step{Node: "request-room"})
	bad := values("suffix", "dt", "title", "")
	for b.Loop() {
		if a = w.run(alice, frontdesk.Step{Node: "request-room", Session: a.Session, Values: bad}); !a.Failed {
			b.Fatal(a.Say)
		}
	}
}

// BenchmarkFirstStage is the first stage, in which a session begins.
func BenchmarkFirstStage(b *testing.B) {
	w := benchWorld(b)
	for b.Loop() {
		w.run(alice, frontdesk.Step{Node: "request-room"})
	}
}

// BenchmarkStageThatWrites is one that keeps a request; at most 5 ms.
func BenchmarkStageThatWrites(b *testing.B) {
	w := benchWorld(b)
	n := 0
	for b.Loop() {
		b.StopTimer()
		n++
		a := w.command(alice, "request-room", values("group", "-", "suffix", fmt.Sprintf("hall-%d", n), "title", "Hall"))
		b.StartTimer()
		if a = w.run(alice, frontdesk.Step{Node: "request-room", Session: a.Session}); a.Failed {
			b.Fatal(a.Say)
		}
		b.StopTimer()
		if w.say(alice, fmt.Sprintf("withdraw %d", 200+n)); n%50 == 0 {
			w.sent(amy)
		}
		b.StartTimer()
	}
}

// BenchmarkOffers is the list of commands.
func BenchmarkOffers(b *testing.B) {
	w := benchWorld(b)
	c := frontdesk.Caller{JID: alice}
	for b.Loop() {
		w.desk.Offers(b.Context(), c, noon)
	}
}
