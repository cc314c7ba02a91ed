package plan

import (
	"maps"
	"time"

	"muster/provision"
	"muster/provision/want"
	"muster/xmppadmin"
)

// Remember returns what is known of rooms after the plan was made at the time
// now: see [want.Sources.Remember].
func Remember(in want.Sources, w want.Wanted, p Plan, now time.Time) map[string]want.RoomHistory {
	var kept, ending []string
	for _, r := range p.Rows {
		switch {
		case r.Kept():
			kept = append(kept, r.Found.Name)
		case r.Action == provision.Archive:
			ending = append(ending, r.Found.Name)
		}
	}
	return in.Remember(w, kept, ending, now)
}

// Notes returns the notes that the service must have when the plan is applied:
// those it has, of rooms that stay archived or of which nothing is known, and
// one for each room that is archived by request. The note of a room that was
// found live, or that is gone, is about an archiving that is over.
func (p Plan) Notes(have map[string]xmppadmin.Note, requested xmppadmin.Note) map[string]xmppadmin.Note {
	notes := maps.Clone(have)
	if notes == nil {
		notes = make(map[string]xmppadmin.Note)
	}
	for _, r := range p.Rows {
		name := r.Found.Name
		switch {
		case r.Action == provision.Archive && r.ByRequest && !r.Withheld:
			notes[name] = requested
		case r.Found.State == xmppadmin.Unknown, (r.Found.Archived || r.Found.HalfArchived) && r.Action != provision.Reopen:
		default:
			delete(notes, name)
		}
	}
	return notes
}
