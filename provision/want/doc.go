// Package want derives which rooms a MUC service should have, and why, from
// meetings, the Datatracker's list of groups, the configuration's rules and what
// earlier runs have seen: see [Derive].
//
// It is pure: the time is an argument, and the same sources, rules and time give
// the same rooms. What the service has, and what differs, is left to
// provision/plan.
package want
