package plan

import (
	"slices"
	"time"

	"muster/provision"
	"muster/provision/want"
)

// Remember returns what is known of rooms after the plan was made at the time
// now: see [want.Sources.Remember].
func Remember(in want.Sources, w want.Wanted, p Plan, now time.Time) map[string]want.RoomHistory {
	var kept, ending []string
	for _, k := range p.Kept {
		kept = append(kept, k.Name)
	}
	for _, c := range slices.Concat(p.Changes, p.Withheld) {
		if c.Action == provision.Archive {
			ending = append(ending, c.Room.Name)
		}
	}
	return in.Remember(w, kept, ending, now)
}
