package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"muster/provision"
	"muster/provision/want"
	"muster/xmppadmin"
)

// Plan is what differs between the wanted rooms and the found ones.
type Plan struct {
	Service string    `json:"service"`
	Created time.Time `json:"created"`
	Policy  Policy    `json:"policy"`
	// Rows are the rooms that the plan considered, sorted by name, each once.
	Rows []Row `json:"rows"`
	// NotOffered are wanted settings that the server does not show of rooms
	// that exist, sorted, each once. The promise is never among them.
	NotOffered []xmppadmin.Setting `json:"not_offered,omitempty"`
	// Managed is how many of the rooms found are managed and live, Unmanaged
	// how many are neither managed nor wanted.
	Managed   int `json:"managed"`
	Unmanaged int `json:"unmanaged"`
	// LeftOut is how many rooms, wanted or found, the options leave out.
	LeftOut int              `json:"left_out,omitempty"`
	Counts  provision.Counts `json:"counts"`
	// Unmet are the requests that the rooms do not allow, sorted by room.
	Unmet []Unmet `json:"-"`
}

// Select returns the rows that keep reports true for.
func (p Plan) Select(keep func(Row) bool) []Row {
	var rows []Row
	for _, r := range p.Rows {
		if keep(r) {
			rows = append(rows, r)
		}
	}
	return rows
}

// Changes returns what is to be done and what is reported, sorted by room,
// without the unchanged rooms and the withheld changes.
func (p Plan) Changes() []provision.Change {
	var changes []provision.Change
	for _, r := range p.Rows {
		if r.Planned() {
			changes = append(changes, r.Change())
		}
	}
	return changes
}

// Digest returns a digest of all that the plan would do.
func (p Plan) Digest() string {
	return provision.DigestOf(struct {
		Service string
		Changes []provision.Change
	}{p.Service, p.Changes()})
}

// Input is what a plan is made from.
type Input struct {
	Wanted want.Wanted
	// Found are the rooms that a survey found.
	Found []xmppadmin.Room
	// Subjects are the histories of the subjects of rooms, by name.
	Subjects map[string]SubjectHistory
	// Notes are who archived rooms by hand, by room name.
	Notes map[string]xmppadmin.Note
	// Rules are those that Wanted was derived by; they describe the rooms that
	// are archived by request.
	Rules want.Rules
	// Now is the time of the plan.
	Now time.Time
}

// New compares the wanted rooms with those that a survey found.
//
//	desired                found                        then
//	---------------------  ---------------------------  ------------------------------
//	live                   absent                       create
//	live                   managed, live, as wanted     unchanged
//	live                   managed, live, different     update
//	live                   managed, archived            reopen; not counted if archived by hand
//	live                   managed, half archived       reopen; archive if archived by hand
//	live                   not managed                  conflict; adopt if requested
//	live                   unknown, or not surveyed     unknown
//	live unless archived   managed, archived            nothing, and not counted
//	live unless archived   any other                    as for a live one
//	live if it exists      absent                       nothing, and not counted
//	live if it exists      managed, archived            nothing, and not counted
//	live if it exists      any other                    as for a live one
//	contested              any                          conflict
//	archived               managed, live                archive
//	archived               managed, archived            nothing; archive if it points elsewhere
//	archived               managed, half archived       archive; reopen if requested
//	archived               not managed                  counted as unmanaged
//	archived               absent                       nothing
//	archived               unknown, or not surveyed     unknown
//	archived if found      not surveyed                 nothing
//	archived if found      any other                    as for an archived one
//	leave alone            managed, live                kept: reported
//	leave alone            any other                    as for one not known
//	not known              managed, live                unexplained: reported
//	not known              managed, archived            nothing; reopen if requested
//	not known              managed, half archived       reopen
//	not known              not managed                  counted as unmanaged; adopt if requested
//	not known              absent                       nothing
//	not known              unknown                      unknown
//	archive requested      managed, live                archive, wanted or not
//	archive requested      any other                    as without the request
//
// A room is different when a wanted setting has another value, or when one of
// the promise is not shown; other settings that are not shown are NotOffered.
// Nothing in a plan destroys a room.
//
// The error is a service that is no domain, a pattern that cannot be read,
// invalid rules where rooms are to be archived by request, or an
// [*UnmatchedError].
func New(in Input, o Options) (Plan, error) {
	w := in.Wanted
	s, err := newSelection(o)
	if err != nil {
		return Plan{}, err
	}
	p := planner{in: in, options: o, selection: s, notOffered: make(map[xmppadmin.Setting]bool)}
	p.out = Plan{Service: w.Service, Created: in.Now, Policy: cmp.Or(o.Policy, UpsertOnly), Rows: make([]Row, 0, len(w.Rooms))}
	if p.addresses, err = provision.NewAddresses(w.Service); err != nil {
		return Plan{}, err
	}
	if err := p.compare(sortedWanted(w.Rooms), sortedRooms(in.Found)); err != nil {
		return Plan{}, err
	}
	if len(p.notOffered) > 0 {
		p.out.NotOffered = slices.Sorted(maps.Keys(p.notOffered))
	}
	return p.out, s.unmatched(p.names)
}

// Offline returns what a survey of a service without any room finds, for a
// plan that looks at no server: every wanted room is a create.
func Offline(w want.Wanted) []xmppadmin.Room {
	names := w.Names()
	found := make([]xmppadmin.Room, len(names))
	for i, n := range names {
		found[i] = xmppadmin.Room{Name: n, State: xmppadmin.Absent}
	}
	return found
}

// sortedRooms returns rooms by name, each once, and leaves the argument as it
// is.
func sortedRooms(rooms []xmppadmin.Room) []xmppadmin.Room {
	byName := func(a, b xmppadmin.Room) int { return strings.Compare(a.Name, b.Name) }
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

func sortedWanted(rooms []provision.Room) []provision.Room {
	byName := func(a, b provision.Room) int { return strings.Compare(a.Name, b.Name) }
	if slices.IsSortedFunc(rooms, byName) {
		return rooms
	}
	return slices.SortedStableFunc(slices.Values(rooms), byName)
}
