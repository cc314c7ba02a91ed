package sample

import (
	"maps"

	"muster/provision"
	"muster/xmppadmin"
)

// Room returns a room that exists, with the promise.
func Room(name string, managed, archived bool, title string) xmppadmin.Room {
	return xmppadmin.Room{Name: name, State: xmppadmin.Exists, Managed: managed, Archived: archived, Settings: Settings(title)}
}

// AsWanted is what a look at r finds when all is as it should be.
func AsWanted(r provision.Room) xmppadmin.Room {
	return xmppadmin.Room{Name: r.Name, State: xmppadmin.Exists, Managed: true, Settings: maps.Clone(r.Settings)}
}

// Settings returns a title and the promise.
func Settings(title string) xmppadmin.Settings {
	return xmppadmin.Settings{
		xmppadmin.Title: title, xmppadmin.Persistent: xmppadmin.True,
		xmppadmin.Public: xmppadmin.True, xmppadmin.MessageArchive: xmppadmin.True,
	}
}
