package agenda

import "time"

// Role is one role that a person has in a group today.
type Role struct {
	// Person and Group are the Datatracker's own numbers; Group is
	// [GroupRecord.ID].
	Person, Group int
	// Name is the slug of the role: chair, secr, delegate, lead, ad, ….
	Name string
	// Email is the mail address of the person in this role, in lower case.
	Email string
}

// RoleList is the Datatracker's list of roles. That a role is not in it proves
// nothing while Stale, Incomplete or Unread leaves room for it.
type RoleList struct {
	// Roles are sorted by group, then name, person and address, each once.
	Roles []Role
	// Confirmed is when the Datatracker last sent or confirmed the list, that of
	// its oldest part, in UTC.
	Confirmed time.Time
	// Stale, Outages, Incomplete and Warnings are as in [GroupList].
	Stale      bool
	Outages    []Outage
	Incomplete bool
	Warnings   []string
	// Unread is how many rows could not be read and were left out.
	Unread int
}

// Profile is one external resource in the profile of a person.
type Profile struct {
	Person int
	// Value is the resource as the person wrote it: xmpp:alice@example.net.
	Value string
}

// ProfileList is what the people of the Datatracker have written in their
// profiles under one tag. What it leaves open is as in [RoleList].
type ProfileList struct {
	// Profiles are sorted by person, then value, each once.
	Profiles   []Profile
	Confirmed  time.Time
	Stale      bool
	Outages    []Outage
	Incomplete bool
	Warnings   []string
	Unread     int
}

// Person is one person of the Datatracker.
type Person struct {
	ID   int
	Name string
}
