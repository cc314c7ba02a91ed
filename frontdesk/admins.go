package frontdesk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"muster/provision"
)

// The affiliations of a room that make a difference (XEP-0045 §5.2), and what
// [Grant] has for one that went when the room was archived.
const (
	adminOfRoom  = "admin"
	ownerOfRoom  = "owner"
	bannedOfRoom = "outcast"
	noneOfRoom   = "none"
	// givingToRoom is what a [Grant] has while admin is given: a desk that was
	// killed then does not know whether it was.
	givingToRoom = "giving"
)

const (
	// adminPause is the longest time between two comparisons of what is granted
	// with what is wanted, where nothing has changed.
	adminPause = time.Hour
	// leftAlone is how long an affiliation that the desk leaves alone, or could
	// not read or set, is not looked at again.
	leftAlone = 24 * time.Hour
)

// seat is a JID in a room.
type seat struct{ room, jid string }

// adminMemory is what is remembered of affiliations from one tick to the next.
type adminMemory struct {
	signature string
	at        time.Time
	// gone has the seats that are not wanted any more, each with the list of
	// roles that showed it first.
	gone map[seat]time.Time
	// left has the seats that were looked at and left as they are.
	left map[seat]time.Time
}

func newAdminMemory() adminMemory {
	return adminMemory{gone: map[seat]time.Time{}, left: map[seat]time.Time{}}
}

// welcome makes the requester of a room an admin of it.
func (d *Desk) welcome(ctx context.Context, r Request, now time.Time) {
	if !r.HasJID() {
		return
	}
	have, err := d.rooms.Affiliations(ctx, r.Room)
	if err == nil {
		_, err = d.seat(ctx, seat{r.Room, r.JID}, have, false, now)
	}
	if err != nil { // the next tick tries again
		d.log.WarnContext(ctx, "an admin could not be set", "room", r.Room, "jid", r.JID, "error", err)
	}
}

// seat makes a JID an admin of a room, once, and notes it. One that has more, or
// was banned, is left alone, and so is one that others made an admin; ours
// reports whether the desk gave this affiliation before.
func (d *Desk) seat(ctx context.Context, s seat, have map[string]string, ours bool, now time.Time) (left bool, err error) {
	switch affiliation := have[s.jid]; {
	case affiliation == ownerOfRoom, affiliation == bannedOfRoom, affiliation == adminOfRoom && !ours:
		return true, nil
	case affiliation != adminOfRoom:
		if err := d.give(ctx, s, ours, now); err != nil {
			return false, err
		}
	}
	return false, d.store.SetGranted(ctx, Grant{Room: s.room, JID: s.jid, Affiliation: adminOfRoom, At: now})
}

// give makes a JID an admin of a room, and notes before that it is about to: what
// a desk gave that was killed then is still known as given. What the service
// refused is not: the desk must not take what it only meant to give.
func (d *Desk) give(ctx context.Context, s seat, ours bool, now time.Time) error {
	g := Grant{Room: s.room, JID: s.jid, Affiliation: givingToRoom, At: now}
	if err := d.store.SetGranted(ctx, g); err != nil {
		return err
	}
	err := d.rooms.Grant(ctx, s.room, s.jid)
	if err == nil || ctx.Err() != nil {
		return err
	}
	if ours {
		g.Affiliation = noneOfRoom
		return errors.Join(err, d.store.SetGranted(ctx, g))
	}
	return errors.Join(err, d.store.DropGranted(ctx, s.room, s.jid))
}

// checkAdmins gives and takes admin affiliations of live rooms: the
// requester of a room has it, and where that is set, each holder of a role in its
// group. It takes
// only what it gave, and only after two whole and fresh lists of roles in a row
// that agree.
func (d *Desk) checkAdmins(ctx context.Context, f Facts, now time.Time) error {
	m := &d.ticks.admins
	links, err := d.store.Links(ctx)
	if err != nil {
		return err
	}
	requests, err := d.store.Requests(ctx, Filter{States: []State{Live}})
	if err != nil {
		return err
	}
	signature := adminSignature(f, links, requests)
	if signature == m.signature && now.Sub(m.at) < adminPause {
		return nil
	}
	live, err := d.rooms.Live(ctx)
	if err != nil {
		d.log.WarnContext(ctx, "the live rooms are not known", "error", err)
		return nil
	}
	granted, err := d.store.Granted(ctx)
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for _, room := range live {
		names[room.Name] = !room.Archived && !room.HalfArchived
	}
	wanted := d.wantedAdmins(names, f, links, requests, now)
	m.signature, m.at = signature, now
	errs := []error{d.closed(ctx, names, granted)}
	for _, change := range m.changes(names, wanted, granted, f, now) {
		err := d.changeAdmins(ctx, change, now)
		if errors.Is(err, ErrBusy) || ctx.Err() != nil {
			m.signature = "" // the next tick goes on
			break
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// adminSignature changes when what is wanted may have changed.
func adminSignature(f Facts, links []Link, requests []Request) string {
	var b strings.Builder
	fmt.Fprint(&b, f.Roles.Confirmed.UnixNano(), trusted(f))
	for _, l := range links {
		fmt.Fprint(&b, " ", l.JID, l.Person)
	}
	for _, r := range requests {
		fmt.Fprint(&b, " ", r.ID)
	}
	return b.String()
}

// trusted reports whether roles are given by these lists.
func trusted(f Facts) bool {
	return wholeRoles(f.Roles) && wholeGroups(f.Groups) && recent(f.Roles.Confirmed, f.Now) && recent(f.Groups.Confirmed, f.Now)
}

// fresh reports whether that a role is not in these lists proves that it is gone.
func fresh(f Facts) bool { return trusted(f) && !f.Roles.Stale && !f.Groups.Stale }

// wantedAdmins returns who is to be admin of each live room.
func (d *Desk) wantedAdmins(live map[string]bool, f Facts, links []Link, requests []Request, now time.Time) map[seat]bool {
	wanted := map[seat]bool{}
	rooms := map[string][]string{} // live ones, by the acronym of their group in lower case
	for _, r := range requests {
		if live[r.Room] && r.End().After(now) {
			acronym := provision.Lower(r.Acronym)
			rooms[acronym] = append(rooms[acronym], r.Room)
			wanted[seat{r.Room, r.JID}] = r.HasJID()
		}
	}
	if !d.cfg.ChairsAreAdmins || !trusted(f) {
		return wanted
	}
	for _, l := range links {
		for _, g := range allGroupsOf(l.Person, f) {
			acronym := provision.Lower(g.Acronym)
			if live[acronym] {
				wanted[seat{acronym, l.JID}] = true
			}
			for _, room := range rooms[acronym] {
				wanted[seat{room, l.JID}] = true
			}
		}
	}
	return wanted
}

// closed notes that affiliations went with the rooms that are not live: they are
// given again when the room is open again.
func (d *Desk) closed(ctx context.Context, live map[string]bool, granted []Grant) error {
	var errs []error
	for _, g := range granted {
		if !live[g.Room] && g.Affiliation == adminOfRoom {
			g.Affiliation = noneOfRoom
			errs = append(errs, d.store.SetGranted(ctx, g))
		}
	}
	return errors.Join(errs...)
}

// seating is what is to be given and taken in one room.
type seating struct {
	room string
	give []seat
	ours map[seat]bool // of those to give, the ones that the desk gave before
	take []seat
	// back are those that are not wanted any more, and that went when the room
	// was archived, or were about to be given: opening the room may have brought
	// them back, and a desk that was killed may have given them.
	back []seat
}

// changes returns what is to be changed, by room, and remembers what the lists
// show.
func (m *adminMemory) changes(live map[string]bool, wanted map[seat]bool, granted []Grant, f Facts, now time.Time) []seating {
	rooms := map[string]*seating{}
	of := func(room string) *seating {
		if rooms[room] == nil {
			rooms[room] = &seating{room: room, ours: map[seat]bool{}}
		}
		return rooms[room]
	}
	has := map[seat]string{}
	gone := map[seat]time.Time{}
	for _, g := range granted {
		s := seat{g.Room, g.JID}
		has[s] = g.Affiliation
		if wanted[s] || !live[g.Room] {
			continue
		}
		if g.Affiliation != adminOfRoom {
			of(g.Room).back = append(of(g.Room).back, s)
			continue
		}
		if !fresh(f) {
			continue
		}
		first, before := m.gone[s]
		if before && f.Roles.Confirmed.After(first) {
			of(g.Room).take = append(of(g.Room).take, s)
		} else if !before {
			first = f.Roles.Confirmed
		}
		gone[s] = first
	}
	maps.DeleteFunc(m.left, func(_ seat, at time.Time) bool { return now.Sub(at) >= leftAlone })
	m.gone = gone // a list that is not fresh, or has the role, breaks the row
	for s, want := range wanted {
		if !want || has[s] == adminOfRoom || !m.left[s].IsZero() {
			continue
		}
		r := of(s.room)
		r.give, r.ours[s] = append(r.give, s), has[s] != ""
	}
	var all []seating
	for _, r := range rooms {
		slices.SortFunc(r.give, func(a, b seat) int { return cmp.Compare(a.jid, b.jid) })
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b seating) int { return cmp.Compare(a.room, b.room) })
	return all
}

// changeAdmins gives and takes the affiliations of one room. What the service
// does not do is logged, and tried again after an hour.
func (d *Desk) changeAdmins(ctx context.Context, c seating, now time.Time) error {
	have, err := d.rooms.Affiliations(ctx, c.room)
	if err != nil {
		d.log.WarnContext(ctx, "the affiliations of a room are not known", "room", c.room, "error", err)
		return nil
	}
	var errs []error
	for _, s := range c.give {
		left, err := d.seat(ctx, s, have, c.ours[s], now)
		if left {
			d.ticks.admins.left[s] = now
		}
		errs = append(errs, err)
	}
	for _, s := range c.back {
		if have[s.jid] == adminOfRoom {
			errs = append(errs, d.store.SetGranted(ctx, Grant{Room: s.room, JID: s.jid, Affiliation: adminOfRoom, At: now}))
		} else {
			errs = append(errs, d.store.DropGranted(ctx, s.room, s.jid))
		}
	}
	for _, s := range c.take {
		if have[s.jid] == adminOfRoom {
			if err := d.rooms.Revoke(ctx, s.room, s.jid); err != nil {
				errs = append(errs, err)
				continue
			}
		}
		errs = append(errs, d.store.DropGranted(ctx, s.room, s.jid))
	}
	return errors.Join(errs...)
}
