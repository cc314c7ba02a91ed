package plan

import (
	"cmp"
	"time"

	"muster/provision"
	"muster/provision/want"
	"muster/xmppadmin"
)

// interrupted is why a half archived room is reopened.
const interrupted = "archiving or reopening it was interrupted"

// reopen reopens a room that no source wants live.
func (p *planner) reopen(r Row, bare provision.Room) Row {
	title := xmppadmin.LiveTitle(r.Found.Settings[xmppadmin.Title])
	bare.Settings = xmppadmin.Settings{xmppadmin.Title: cmp.Or(title, r.Found.Name)}
	r.Action, r.Wanted = provision.Reopen, &bare
	r.Fields = p.fields(r)
	return r
}

// archiveByHand archives a room that was named for it, since then and for that
// reason. It keeps the reasons for which the room is wanted.
func (p *planner) archiveByHand(r Row, since time.Time, reason string) (Row, error) {
	room, err := p.in.Rules.Archive(r.Found.Name, since, reason)
	if err != nil {
		return r, err
	}
	if r.Wanted != nil {
		room.Reasons = r.Wanted.Reasons
	}
	return p.archive(r, room), nil
}

// archive archives a room as described.
func (p *planner) archive(r Row, as provision.Room) Row {
	as.JID, as.Settings = r.JID, want.ArchivedSettings(as, r.Found.Settings[xmppadmin.Title])
	if r.Found.Settings[xmppadmin.Public] == xmppadmin.False {
		as.Settings[xmppadmin.Public] = xmppadmin.False // archiving lists no hidden room
	}
	r.Action, r.Wanted, r.Reason = provision.Archive, &as, as.Decision.Reason
	r.Fields = p.fields(r)
	return r
}
