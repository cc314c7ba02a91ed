package main

import (
	"muster/cmd/muster/internal/ui"
	"muster/provision"
	"muster/provision/plan"
	"muster/provision/want"
	"muster/xmppadmin"
)

// joinRooms joins what was found with what is to be done about it, by name.
func joinRooms(found []xmppadmin.Room, w want.Wanted, p plan.Plan) []ui.Room {
	over := make(map[string]string) // why a room is not wanted, where that is known
	for _, r := range w.Rooms {
		over[r.Name] = r.Decision.Reason
	}
	changes := make(map[string]provision.Change)
	for _, c := range p.Changes {
		changes[c.Room.Name] = c
	}
	for _, r := range p.Unchanged {
		changes[r.Name] = provision.Change{Action: provision.Unchanged, Room: r}
	}
	var rooms []ui.Room
	for _, f := range found {
		r := ui.NewRoom(f, changes[f.Name])
		if r.JID == "" {
			r.JID, _ = xmppadmin.RoomJID(f.Name, p.Service)
		}
		if why := over[f.Name]; why != "" && len(r.Reasons) == 0 {
			r.Reasons = []string{why}
		}
		rooms = append(rooms, r)
	}
	return rooms
}
