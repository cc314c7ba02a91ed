package plan

import (
	"time"

	"muster/provision"
	"muster/provision/want"
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
