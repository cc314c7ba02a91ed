package provision

import (
	"maps"
	"time"

	"muster/xmppadmin"
)

const service = "rooms.example.org"

var day = time.Date(2026, time.July, 20, 9, 0, 0, 0, time.UTC)

// asWanted is what a look at r finds when all is as it should be.
func asWanted(r Room) xmppadmin.Room {
	return xmppadmin.Room{Name: r.Name, State: xmppadmin.Exists, Managed: true, Settings: maps.Clone(r.Settings)}
}
