package plan

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	"muster/provision"
	"muster/provision/want"
	"muster/xmppadmin"
)

var errNotLooked = errors.New("nobody looked at it")

// planner puts a plan together.
type planner struct {
	provision.Addresses
	options    Options
	selection  *selection
	ended      map[string]*want.Ended // those not yet met
	kept       map[string]*want.Kept
	notOffered map[xmppadmin.Setting]bool
	out        Plan
}

// compare walks through both lists, which are sorted by name.
func (p *planner) compare(wanted []provision.Room, found []xmppadmin.Room) {
	for len(wanted) > 0 || len(found) > 0 {
		order := 0
		switch {
		case len(found) == 0:
			order = -1
		case len(wanted) == 0:
			order = 1
		default:
			order = strings.Compare(wanted[0].Name, found[0].Name)
		}
		if order < 0 {
			p.wanted(wanted[0], xmppadmin.Room{Name: wanted[0].Name, Err: errNotLooked})
		} else if order > 0 {
			p.unwanted(found[0])
		} else {
			p.wanted(wanted[0], found[0])
		}
		if order <= 0 {
			wanted = wanted[1:]
		}
		if order >= 0 {
			found = found[1:]
		}
	}
}

// wanted decides on a room that is wanted.
func (p *planner) wanted(r provision.Room, f xmppadmin.Room) {
	delete(p.ended, r.Name)
	if !p.meet(f) {
		return
	}
	adopt := p.selection.adopts(r.Name) || p.options.AdoptWanted
	p.selection.reopens(r.Name)
	switch {
	case r.IfExists && f.State == xmppadmin.Absent, (r.IfExists || r.StayArchived) && f.Managed && f.Archived:
		return
	case f.State == xmppadmin.Absent:
		p.change(provision.Change{Action: provision.Create, Room: r, Fields: provision.AllFields(r.Settings)})
	case f.State != xmppadmin.Exists:
		p.unknown(r, f.Err)
	case !f.Managed && !adopt:
		p.change(provision.Change{Action: provision.Conflict, Room: r, Before: f.Settings, Reason: "exists, and this account is not among its owners"})
	case !f.Managed:
		fields, _ := provision.Differences(r.Settings, f.Settings)
		p.change(provision.Change{Action: provision.Adopt, Room: r, Fields: fields, Before: f.Settings})
	case f.Archived:
		p.change(provision.Change{Action: provision.Reopen, Room: r, Fields: p.fields(r, f), Before: f.Settings})
	default:
		if fields := p.fields(r, f); len(fields) > 0 {
			p.change(provision.Change{Action: provision.Update, Room: r, Fields: fields, Before: f.Settings})
		} else {
			p.out.Unchanged = append(p.out.Unchanged, r)
			p.out.Counts.Unchanged++
		}
	}
	p.out.Counts.Wanted++
}

// unwanted decides on a room that was found and that nobody wants.
func (p *planner) unwanted(f xmppadmin.Room) {
	end := p.ended[f.Name]
	delete(p.ended, f.Name)
	if !p.meet(f) {
		return
	}
	adopt, reopen := p.selection.adopts(f.Name), p.selection.reopens(f.Name)
	r := provision.Room{Name: f.Name, JID: p.JID(f.Name)}
	switch {
	case f.State == xmppadmin.Absent:
	case f.State != xmppadmin.Exists:
		p.unknown(r, f.Err)
	case !f.Managed && adopt:
		p.change(provision.Change{Action: provision.Adopt, Room: r, Before: f.Settings})
	case !f.Managed:
		p.out.Unmanaged++
	case f.Archived && reopen:
		r.Settings = xmppadmin.Settings{xmppadmin.Title: cmp.Or(want.LiveTitle(f.Settings[xmppadmin.Title]), f.Name)}
		p.change(provision.Change{Action: provision.Reopen, Room: r, Fields: p.fields(r, f), Before: f.Settings})
	case f.Archived && (end == nil || end.Title == "" || end.Title == f.Settings[xmppadmin.Title]):
	case end != nil:
		r.Settings = end.SettingsFor(f.Settings[xmppadmin.Title])
		p.change(provision.Change{Action: provision.Archive, Room: r, Fields: p.fields(r, f), Before: f.Settings, Reason: end.Reason})
	case p.kept[f.Name] != nil:
		p.out.Kept = append(p.out.Kept, *p.kept[f.Name])
	default:
		p.out.Unexplained = append(p.out.Unexplained, f.Name)
	}
}

// unseen reports the ended rooms that nobody looked at.
func (p *planner) unseen() {
	for _, name := range slices.Sorted(maps.Keys(p.ended)) {
		if !p.ended[name].IfFound && p.selection.takes(name) {
			p.unknown(provision.Room{Name: name, JID: p.JID(name)}, errNotLooked)
		}
	}
}

// meet counts a room, and says whether the options let the plan have it.
func (p *planner) meet(f xmppadmin.Room) bool {
	if f.State == xmppadmin.Exists && f.Managed && !f.Archived {
		p.out.Managed++
	}
	if p.selection.takes(f.Name) {
		return true
	}
	p.out.LeftOut++
	return false
}

func (p *planner) unknown(r provision.Room, err error) {
	if err == nil {
		err = errors.New("the look at it had no outcome")
	}
	p.change(provision.Change{Action: provision.Unknown, Room: r, Err: err, Reason: err.Error()})
}

// fields returns what differs, and notes what the server does not offer.
func (p *planner) fields(r provision.Room, f xmppadmin.Room) []provision.Field {
	fields, notOffered := provision.Differences(r.Settings, f.Settings)
	for _, n := range notOffered {
		p.notOffered[n] = true
	}
	return fields
}

func (p *planner) change(c provision.Change) {
	if !p.out.Policy.allows(c.Action) {
		p.out.Withheld = append(p.out.Withheld, c)
		p.out.Counts.Withheld++
		return
	}
	p.out.Changes = append(p.out.Changes, c)
	p.out.Counts.Add(c.Action)
}

func (p *planner) finish() Plan {
	slices.SortStableFunc(p.out.Changes, byRoom)
	slices.SortStableFunc(p.out.Withheld, byRoom)
	if len(p.notOffered) > 0 {
		p.out.NotOffered = slices.Sorted(maps.Keys(p.notOffered))
	}
	return p.out
}

func byRoom(a, b provision.Change) int { return strings.Compare(a.Room.Name, b.Room.Name) }
