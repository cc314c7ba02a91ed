// Package wanting makes wanted rooms for the tests of the stages after
// provision/want.
package wanting

import (
	"maps"
	"strings"

	"muster/provision"
	"muster/provision/internal/sample"
	"muster/provision/want"
	"muster/xmppadmin"
)

// Rooms returns rooms that are wanted with a title and the promise.
func Rooms(names ...string) want.Wanted {
	w := want.Wanted{Service: sample.Service}
	for _, n := range names {
		w.Rooms = append(w.Rooms, provision.Room{
			Name: n, JID: n + "@" + sample.Service, Settings: sample.Settings(n),
			Decision: provision.Decision{Desired: provision.Live},
		})
	}
	return w
}

// Archived returns a room that is to be archived.
func Archived(name, reason string) provision.Room {
	return provision.Room{Name: name, Decision: provision.Decision{Desired: provision.Archived, Reason: reason}}
}

// Anything makes rooms, wanted and found, of any sort.
func Anything(wants, finds []uint8) (want.Wanted, []xmppadmin.Room) {
	w := want.Wanted{Service: sample.Service}
	for i, k := range wants {
		name := string(rune('a'+i%26)) + strings.Repeat("x", i/26%60)
		if k%4 == 3 {
			w = w.With(Archived(name, ""))
			continue
		}
		r := Rooms(name).Rooms[0]
		if k%4 == 2 {
			r.Decision.Desired = provision.LiveIfExists
		}
		w = w.With(r)
	}
	var found []xmppadmin.Room
	for i, k := range finds {
		name := string(rune('a'+i%26)) + strings.Repeat("x", i/26%60)
		r := xmppadmin.Room{Name: name, State: xmppadmin.State(k % 3), Managed: k&8 > 0, Archived: k&16 > 0, Settings: maps.Clone(sample.Settings(name))}
		if k&32 > 0 {
			r.Settings[xmppadmin.Title] = "old"
		}
		if r.State != xmppadmin.Exists {
			r = xmppadmin.Room{Name: name, State: r.State}
		}
		found = append(found, r)
	}
	return w, found
}
