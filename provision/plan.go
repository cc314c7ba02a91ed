package provision

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"muster/xmppadmin"
)

// Change is what a plan says of one room.
type Change struct {
	Action Action `json:"action"`
	// Room is the wanted room. Of one that nobody wants it has the name, the
	// address and, where it is to be archived or reopened, the settings.
	Room Room `json:"room"`
	// Fields are the settings that change, sorted by name.
	Fields []Field `json:"fields,omitempty"`
	// Before is how the room was found; nil where nothing was shown.
	Before xmppadmin.Settings `json:"before,omitempty"`
	// Reason is why a room is archived, in conflict or unknown.
	Reason string `json:"reason,omitempty"`
	// Err is why a room is unknown. Plan files keep it as Reason only.
	Err error `json:"-"`
}

// Planned is what differs between the wanted rooms and the found ones.
type Planned struct {
	Service string    `json:"service"`
	Created time.Time `json:"created"`
	Policy  Policy    `json:"policy"`
	// Changes are sorted by room name, without the unchanged rooms.
	Changes []Change `json:"changes"`
	// Withheld are changes that the policy does not allow.
	Withheld []Change `json:"withheld,omitempty"`
	// Unchanged are wanted rooms that are as they should be.
	Unchanged []Room `json:"unchanged,omitempty"`
	// Unexplained are managed, live rooms that nobody wants and whose life is
	// not over as far as anyone knows. They are left alone.
	Unexplained []string `json:"unexplained,omitempty"`
	// NotOffered are wanted settings that the server does not show of rooms
	// that exist, sorted, each once. The promise is never among them.
	NotOffered []xmppadmin.Setting `json:"not_offered,omitempty"`
	// Managed is how many of the rooms found are managed and live, Unmanaged
	// how many are neither managed nor wanted.
	Managed   int `json:"managed"`
	Unmanaged int `json:"unmanaged"`
	// LeftOut is how many rooms, wanted or found, the options leave out.
	LeftOut int    `json:"left_out,omitempty"`
	Counts  Counts `json:"counts"`
}

// Digest returns a digest of all that the plan would do.
func (p Planned) Digest() string {
	return digestOf(struct {
		Service string
		Changes []Change
	}{p.Service, p.Changes})
}

// PlanOptions narrow a plan down or widen it.
type PlanOptions struct {
	// Policy is which changes are to be made; empty for [UpsertOnly].
	Policy Policy
	// Only and Except are names, or patterns of [path.Match], of the rooms to
	// look at and not to look at. One that matches nothing is an error.
	Only, Except []string
	// Adopt are names of rooms to take over where they exist unmanaged, and
	// AdoptWanted takes over every wanted one.
	Adopt       []string
	AdoptWanted bool
	// Reopen are names of archived rooms to reopen, wanted or not.
	Reopen []string
	// Now is the time of the plan.
	Now time.Time
}

// Plan compares the wanted rooms with those that a survey found.
//
//	wanted                   found                        then
//	-----------------------  ---------------------------  ------------------------------
//	yes                      absent                       create
//	yes                      managed, live, as wanted     unchanged
//	yes                      managed, live, different     update
//	yes                      managed, archived            reopen
//	yes                      not managed                  conflict; adopt where asked to
//	yes                      unknown, or not looked at    unknown
//	where it exists          absent                       nothing, and not counted
//	where it exists          managed, archived            nothing, and not counted
//	where it exists          any other                    as for a wanted one
//	no, its life is over     managed, live                archive
//	no, its life is over     managed, archived            nothing
//	no, its life is over     not managed                  counted as unmanaged
//	no, its life is over     absent                       nothing
//	no, its life is over     unknown, or not looked at    unknown
//	no                       managed, live                unexplained: reported
//	no                       managed, archived            nothing; reopen where asked to
//	no                       not managed                  counted as unmanaged; adopt where asked to
//	no                       absent                       nothing
//	no                       unknown                      unknown
//
// A room is different when a wanted setting has another value, or when one of
// the promise is not shown; other settings that are not shown are NotOffered.
// Nothing in a plan destroys a room.
//
// The error is a service that is no domain, a pattern that cannot be read, or
// an [*UnmatchedError].
func Plan(w Wanted, found []xmppadmin.Room, o PlanOptions) (Planned, error) {
	s, err := newSelection(o)
	if err != nil {
		return Planned{}, err
	}
	p := planner{options: o, selection: s, ended: make(map[string]Ended), notOffered: make(map[xmppadmin.Setting]bool)}
	p.out = Planned{Service: w.Service, Created: o.Now, Policy: cmp.Or(o.Policy, UpsertOnly)}
	if p.addresses, err = newAddresses(w.Service); err != nil {
		return Planned{}, err
	}
	for _, e := range w.Ended {
		p.ended[e.Name] = e
	}
	found = sortedRooms(found)
	p.out.Unchanged = make([]Room, 0, len(w.Rooms))
	p.compare(sortedWanted(w.Rooms), found)
	p.unseen()
	return p.finish(), s.unmatched(func() []string { return namesOf(w, found) })
}

// Offline returns what a survey of a service without any room finds, for a
// plan that looks at no server: every wanted room is a create.
func Offline(w Wanted) []xmppadmin.Room {
	names := w.Names()
	found := make([]xmppadmin.Room, len(names))
	for i, n := range names {
		found[i] = xmppadmin.Room{Name: n, State: xmppadmin.Absent}
	}
	return found
}

var errNotLooked = errors.New("nobody looked at it")

// planner puts a plan together.
type planner struct {
	addresses
	options    PlanOptions
	selection  *selection
	ended      map[string]Ended // those not yet met
	notOffered map[xmppadmin.Setting]bool
	out        Planned
}

// compare walks through both lists, which are sorted by name.
func (p *planner) compare(wanted []Room, found []xmppadmin.Room) {
	for len(wanted) > 0 || len(found) > 0 {
		order := 0
		switch {
		case len(found) == 0:
			order = -1
		case len(wanted) == 0:
			order = 1
		default:
			order = compare(wanted[0].Name, found[0].Name)
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
func (p *planner) wanted(r Room, f xmppadmin.Room) {
	delete(p.ended, r.Name)
	if !p.meet(f) {
		return
	}
	adopt := p.selection.adopts(r.Name) || p.options.AdoptWanted
	p.selection.reopens(r.Name)
	switch {
	case r.IfExists && (f.State == xmppadmin.Absent || f.Managed && f.Archived):
		return
	case f.State == xmppadmin.Absent:
		p.change(Change{Action: Create, Room: r, Fields: allFields(r.Settings)})
	case f.State != xmppadmin.Exists:
		p.unknown(r, f.Err)
	case !f.Managed && !adopt:
		p.change(Change{Action: Conflict, Room: r, Before: f.Settings, Reason: "exists, and this account is not among its owners"})
	case !f.Managed:
		fields, _ := differences(r.Settings, f.Settings)
		p.change(Change{Action: Adopt, Room: r, Fields: fields, Before: f.Settings})
	case f.Archived:
		p.change(Change{Action: Reopen, Room: r, Fields: p.fields(r, f), Before: f.Settings})
	default:
		if fields := p.fields(r, f); len(fields) > 0 {
			p.change(Change{Action: Update, Room: r, Fields: fields, Before: f.Settings})
		} else {
			p.out.Unchanged = append(p.out.Unchanged, r)
			p.out.Counts.Unchanged++
		}
	}
	p.out.Counts.Wanted++
}

// unwanted decides on a room that was found and that nobody wants.
func (p *planner) unwanted(f xmppadmin.Room) {
	end, over := p.ended[f.Name]
	delete(p.ended, f.Name)
	if !p.meet(f) {
		return
	}
	adopt, reopen := p.selection.adopts(f.Name), p.selection.reopens(f.Name)
	r := Room{Name: f.Name, JID: p.of(f.Name)}
	switch {
	case f.State == xmppadmin.Absent:
	case f.State != xmppadmin.Exists:
		p.unknown(r, f.Err)
	case !f.Managed && adopt:
		p.change(Change{Action: Adopt, Room: r, Before: f.Settings})
	case !f.Managed:
		p.out.Unmanaged++
	case f.Archived && reopen:
		r.Settings = xmppadmin.Settings{xmppadmin.Title: cmp.Or(liveTitle(f.Settings[xmppadmin.Title]), f.Name)}
		p.change(Change{Action: Reopen, Room: r, Fields: p.fields(r, f), Before: f.Settings})
	case f.Archived:
	case over:
		r.Settings = end.archived(f.Settings[xmppadmin.Title])
		p.change(Change{Action: Archive, Room: r, Fields: p.fields(r, f), Before: f.Settings, Reason: end.Reason})
	default:
		p.out.Unexplained = append(p.out.Unexplained, f.Name)
	}
}

// unseen reports the ended rooms that nobody looked at.
func (p *planner) unseen() {
	for _, name := range slices.Sorted(maps.Keys(p.ended)) {
		if p.selection.takes(name) {
			p.unknown(Room{Name: name, JID: p.of(name)}, errNotLooked)
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

func (p *planner) unknown(r Room, err error) {
	if err == nil {
		err = errors.New("the look at it had no outcome")
	}
	p.change(Change{Action: Unknown, Room: r, Err: err, Reason: err.Error()})
}

// fields returns what differs, and notes what the server does not offer.
func (p *planner) fields(r Room, f xmppadmin.Room) []Field {
	fields, notOffered := differences(r.Settings, f.Settings)
	for _, n := range notOffered {
		p.notOffered[n] = true
	}
	return fields
}

func (p *planner) change(c Change) {
	if !p.out.Policy.allows(c.Action) {
		p.out.Withheld = append(p.out.Withheld, c)
		p.out.Counts.Withheld++
		return
	}
	p.out.Changes = append(p.out.Changes, c)
	p.out.Counts.add(c.Action)
}

func (p *planner) finish() Planned {
	slices.SortStableFunc(p.out.Changes, byRoom)
	slices.SortStableFunc(p.out.Withheld, byRoom)
	if len(p.notOffered) > 0 {
		p.out.NotOffered = slices.Sorted(maps.Keys(p.notOffered))
	}
	return p.out
}

func byRoom(a, b Change) int { return compare(a.Room.Name, b.Room.Name) }

// sortedRooms returns rooms by name, each once, and leaves the argument as it
// is.
func sortedRooms(rooms []xmppadmin.Room) []xmppadmin.Room {
	byName := func(a, b xmppadmin.Room) int { return compare(a.Name, b.Name) }
	if !slices.IsSortedFunc(rooms, byName) {
		rooms = slices.Clone(rooms)
		slices.SortStableFunc(rooms, byName)
	}
	for i := 1; i < len(rooms); i++ {
		if rooms[i].Name == rooms[i-1].Name {
			return slices.CompactFunc(slices.Clone(rooms), func(a, b xmppadmin.Room) bool { return a.Name == b.Name })
		}
	}
	return rooms
}

func sortedWanted(rooms []Room) []Room {
	byName := func(a, b Room) int { return compare(a.Name, b.Name) }
	if slices.IsSortedFunc(rooms, byName) {
		return rooms
	}
	return slices.SortedStableFunc(slices.Values(rooms), byName)
}

func namesOf(w Wanted, found []xmppadmin.Room) []string {
	names := w.Names()
	for _, f := range found {
		names = append(names, f.Name)
	}
	return sortedOnce(names)
}
