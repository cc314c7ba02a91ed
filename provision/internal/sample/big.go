package sample

import (
	"fmt"
	"time"

	"muster/agenda"
)

// BigMeeting is a meeting of n groups with two sessions each.
func BigMeeting(n int) agenda.Meeting {
	zone := time.FixedZone("CEST", 2*60*60)
	m := agenda.Meeting{Number: "126", City: "Vienna", TimeZone: zone, AgendaURL: "https://datatracker.example.org/meeting/126/agenda"}
	for i := range n {
		acronym := fmt.Sprintf("group%05d", i)
		m.Groups = append(m.Groups, agenda.Group{Acronym: acronym, Name: "A Group With a Name of the Usual Length", Type: "wg", State: "active", Parent: "wit"})
		for k := range 2 {
			m.Sessions = append(m.Sessions, agenda.Session{
				ID: 2*i + k, Group: acronym, Room: acronym, Type: agenda.Regular, Status: agenda.Scheduled,
				Start: Day.Add(time.Duration(i%40+k) * time.Hour), Duration: 2 * time.Hour, Location: "Park Suite 8",
			})
		}
	}
	return m
}

// BigList is a list of as many living groups, of which a few more than there
// are on the agenda, and of half as many that are concluded.
func BigList(n int) *agenda.GroupList {
	l := &agenda.GroupList{}
	for i := range n + n/2 {
		g := agenda.Group{Acronym: fmt.Sprintf("group%05d", i), Name: "A Group With a Name of the Usual Length", Type: "wg", State: "active", Parent: "wit"}
		if i >= n {
			g.Acronym, g.State = fmt.Sprintf("old%05d", i), "conclude"
		}
		l.Groups = append(l.Groups, agenda.GroupRecord{Group: g, ID: i + 1, Changed: Day.AddDate(-1, 0, 0)})
	}
	return l
}
