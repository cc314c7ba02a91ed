package plan_test

import (
	"fmt"
	"time"

	"muster/agenda"
	"muster/provision/plan"
	"muster/provision/want"
	"muster/xmppadmin"
)

func Example() {
	now := time.Date(2026, time.July, 19, 12, 0, 0, 0, time.UTC)
	meeting := agenda.Meeting{
		Number: "126",
		Groups: []agenda.Group{{Acronym: "quic", Name: "QUIC", Type: "wg", State: "active", Parent: "wit"}},
		Sessions: []agenda.Session{{
			ID: 1, Group: "quic", Room: "quic", Type: agenda.Regular, Status: agenda.Scheduled,
			Start: now.Add(24 * time.Hour), Duration: time.Hour, Location: "Hall A",
		}},
	}
	rules := want.DefaultRules("rooms.example.org")
	wanted, err := want.Derive(want.Sources{Meetings: []agenda.Meeting{meeting}}, rules, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	found := []xmppadmin.Room{{Name: "hallway", State: xmppadmin.Exists}, {Name: "quic", State: xmppadmin.Absent}}
	p, err := plan.New(plan.Input{Wanted: wanted, Found: found, Rules: rules, Now: now}, plan.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range p.Changes() {
		fmt.Println(c.Action, c.Room.JID)
		for _, r := range c.Room.Reasons {
			fmt.Println("  because of", r.Text)
		}
	}
	// Output:
	// conflict hallway@rooms.example.org
	//   because of standing room
	// create quic@rooms.example.org
	//   because of IETF 126: 1 session of quic (wg)
}
