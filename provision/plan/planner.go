package plan

import (
	"errors"
	"slices"
	"strings"

	"muster/provision"
	"muster/xmppadmin"
)

var (
	errNotSurveyed = errors.New("not surveyed")
	errNoState     = errors.New("lookup returned no state")
)

// planner puts a plan together.
type planner struct {
	in         Input
	addresses  provision.Addresses
	options    Options
	selection  *selection
	notOffered map[xmppadmin.Setting]bool
	out        Plan
}

// compare walks through both lists, which are sorted by name.
func (p *planner) compare(wanted []provision.Room, found []xmppadmin.Room) error {
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
		row := Row{}
		if order <= 0 {
			row.Wanted, wanted = &wanted[0], wanted[1:]
			row.Found = xmppadmin.Room{Name: row.Wanted.Name, Err: errNotSurveyed}
		}
		if order >= 0 {
			row.Found, found = found[0], found[1:]
		}
		if err := p.consider(row); err != nil {
			return err
		}
	}
	return nil
}

// consider decides on one room.
func (p *planner) consider(r Row) error {
	r.JID = p.addresses.JID(r.Found.Name)
	if r.Wanted == nil && r.Found.State == xmppadmin.Absent {
		p.out.Rows = append(p.out.Rows, r) // a name that was looked at, and no room
		return nil
	}
	if r.Found.Err == errNotSurveyed && !r.Wanted.Decision.Desired.Surveyed() {
		return nil
	}
	if !p.count(r) {
		return nil
	}
	requests := p.selection.requests(r.Found.Name)
	if note, noted := p.in.Notes[r.Found.Name]; noted && r.Found.Managed && (r.Found.Archived || r.Found.HalfArchived) {
		r.ByHand = &note
	}
	var err error
	switch {
	case requests[provision.Archive] && r.live():
		r, err = p.archiveByHand(r, p.in.Now, p.options.Reason)
	case r.ByHand != nil && r.Found.HalfArchived && !requests[provision.Reopen]:
		r, err = p.archiveByHand(r, r.ByHand.When, r.ByHand.Reason) // which was interrupted
	case r.Wanted != nil && r.Wanted.Decision.Desired.Wanted():
		r = p.wanted(r, requests)
	default:
		r = p.unwanted(r, requests)
	}
	if err != nil {
		return err
	}
	p.add(r, requests)
	return nil
}

// count counts a room, and reports whether the options let the plan have it.
func (p *planner) count(r Row) bool {
	if r.live() {
		p.out.Managed++
	}
	if p.selection.takes(r.Found.Name) {
		return true
	}
	p.out.LeftOut++
	return false
}

// wanted decides on a room that is wanted.
func (p *planner) wanted(r Row, requests requests) Row {
	r = p.withSubject(r)
	f, desired := r.Found, r.Wanted.Decision.Desired
	switch {
	case desired == provision.Contested:
		r.Action, r.Reason = provision.Conflict, r.Wanted.Decision.Reason
	case desired == provision.LiveIfExists && f.State == xmppadmin.Absent:
	case (desired != provision.Live || r.ByHand != nil) && f.Managed && f.Archived && !requests[provision.Reopen]:
	case f.State == xmppadmin.Absent:
		r.Action, r.Fields = provision.Create, provision.AllFields(r.Wanted.Settings)
	case f.State != xmppadmin.Exists:
		return unknown(r)
	case !f.Managed && !requests[provision.Adopt] && !p.options.AdoptWanted:
		r.Action, r.Reason = provision.Conflict, "exists, and this account is not among its owners"
	case !f.Managed:
		r.Action = provision.Adopt
		r.Fields, _ = provision.Differences(r.Wanted.Settings, f.Settings)
	case f.Archived:
		r.Action, r.Fields = provision.Reopen, p.fields(r)
	case f.HalfArchived:
		r.Action, r.Fields, r.Reason = provision.Reopen, p.fields(r), interrupted
	default:
		if r.Action, r.Fields = provision.Unchanged, p.fields(r); len(r.Fields) > 0 {
			r.Action = provision.Update
		}
	}
	return r
}

// unwanted decides on a room that is not to be live.
func (p *planner) unwanted(r Row, requests requests) Row {
	f, title := r.Found, r.Found.Settings[xmppadmin.Title]
	var d provision.Decision
	if r.Wanted != nil {
		d = r.Wanted.Decision
	}
	bare := provision.Room{Name: f.Name, JID: r.JID, Decision: d}
	switch {
	case f.State == xmppadmin.Absent:
	case f.State != xmppadmin.Exists:
		if r.Wanted != nil {
			r.Wanted = &bare
		}
		return unknown(r)
	case !f.Managed && requests[provision.Adopt]:
		r.Action, r.Wanted = provision.Adopt, &bare
	case !f.Managed:
		p.out.Unmanaged++
	case (f.Archived || f.HalfArchived) && requests[provision.Reopen]:
		r = p.reopen(r, bare)
	case f.Archived && (r.ByHand != nil || !d.Desired.Over() || d.MovedTo == "" || r.Wanted.Title() == title):
	case d.Desired.Over():
		return p.archive(r, *r.Wanted)
	case f.HalfArchived:
		r = p.reopen(r, bare)
		r.Reason = interrupted
	}
	return r
}

// unknown returns the row of a room about which nothing may be done.
func unknown(r Row) Row {
	if r.Found.Err == nil {
		r.Found.Err = errNoState
	}
	r.Action, r.Reason = provision.Unknown, r.Found.Err.Error()
	return r
}

// fields returns what differs, and notes what the server does not offer.
func (p *planner) fields(r Row) []provision.Field {
	fields, notOffered := provision.Differences(r.Wanted.Settings, r.Found.Settings)
	for _, n := range notOffered {
		p.notOffered[n] = true
	}
	return fields
}

// add adds a row to the plan and counts it. Where the options have one action
// only, a room that needs another one is left as it is.
func (p *planner) add(r Row, requests requests) {
	for _, a := range []provision.Action{provision.Adopt, provision.Archive, provision.Reopen} {
		if requests[a] && r.Action != a && r.Action != provision.Unknown {
			p.out.Unmet = append(p.out.Unmet, Unmet{Action: a, Row: r})
		}
	}
	if only := p.options.Action; only != "" && r.Action.Known() && r.Action != only && r.Action != provision.Unknown {
		r.Action, r.Fields, r.Reason = "", nil, ""
	}
	r.ByRequest = r.Action != "" && requests[r.Action]
	r.Withheld = !p.out.Policy.allows(r.Action)
	p.out.Rows = append(p.out.Rows, r)
	switch {
	case r.Withheld:
		p.out.Counts.Withheld++
	default:
		p.out.Counts.Add(r.Action)
	}
	if r.Action != "" && r.Wanted != nil && r.Wanted.Decision.Desired.Wanted() {
		p.out.Counts.Wanted++
	}
}

// names returns the names that patterns could have matched.
func (p *planner) names() []string {
	names := p.in.Wanted.Names()
	for _, f := range p.in.Found {
		if f.State != xmppadmin.Absent {
			names = append(names, f.Name)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(names)))
}
