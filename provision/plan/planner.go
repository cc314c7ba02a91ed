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

var errNotSurveyed = errors.New("not surveyed")

// planner puts a plan together.
type planner struct {
	provision.Addresses
	options    Options
	selection  *selection
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
		switch {
		case order < 0:
			p.consider(wanted[0], xmppadmin.Room{Name: wanted[0].Name, Err: errNotSurveyed})
		case order > 0:
			p.consider(provision.Room{Name: found[0].Name, JID: p.JID(found[0].Name)}, found[0])
		default:
			p.consider(wanted[0], found[0])
		}
		if order <= 0 {
			wanted = wanted[1:]
		}
		if order >= 0 {
			found = found[1:]
		}
	}
}

// consider decides on one room as it was found.
func (p *planner) consider(r provision.Room, f xmppadmin.Room) {
	if errors.Is(f.Err, errNotSurveyed) && !r.Decision.Desired.Surveyed() {
		return
	}
	if !p.count(f) {
		return
	}
	if r.Decision.Desired.Wanted() {
		p.wanted(r, f)
	} else {
		p.unwanted(r, f)
	}
}

// wanted decides on a room that is wanted.
func (p *planner) wanted(r provision.Room, f xmppadmin.Room) {
	adopt := p.selection.adopts(r.Name) || p.options.AdoptWanted
	p.selection.reopens(r.Name)
	switch ifExists := r.Decision.Desired == provision.LiveIfExists; {
	case ifExists && f.State == xmppadmin.Absent, r.Decision.Desired != provision.Live && f.Managed && f.Archived:
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

// unwanted decides on a room that is not to be live.
func (p *planner) unwanted(r provision.Room, f xmppadmin.Room) {
	adopt, reopen := p.selection.adopts(f.Name), p.selection.reopens(f.Name)
	over, title := r.Decision.Desired.Over(), f.Settings[xmppadmin.Title]
	bare := provision.Room{Name: r.Name, JID: p.JID(r.Name)}
	switch {
	case f.State == xmppadmin.Absent:
	case f.State != xmppadmin.Exists:
		p.unknown(bare, f.Err)
	case !f.Managed && adopt:
		p.change(provision.Change{Action: provision.Adopt, Room: bare, Before: f.Settings})
	case !f.Managed:
		p.out.Unmanaged++
	case f.Archived && reopen:
		bare.Settings = xmppadmin.Settings{xmppadmin.Title: cmp.Or(xmppadmin.LiveTitle(title), f.Name)}
		p.change(provision.Change{Action: provision.Reopen, Room: bare, Fields: p.fields(bare, f), Before: f.Settings})
	case f.Archived && (!over || r.Decision.MovedTo == "" || r.Title() == title):
	case over:
		r.JID, r.Settings = bare.JID, want.ArchivedSettings(r, title)
		p.change(provision.Change{Action: provision.Archive, Room: r, Fields: p.fields(r, f), Before: f.Settings, Reason: r.Decision.Reason})
	case r.Decision.Desired == provision.LeaveAlone:
		p.out.Kept = append(p.out.Kept, r)
	default:
		p.out.Unexplained = append(p.out.Unexplained, f.Name)
	}
}

// count counts a room, and reports whether the options let the plan have it.
func (p *planner) count(f xmppadmin.Room) bool {
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
		err = errors.New("lookup returned no state")
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
