// Package desk is what the command line adds to package frontdesk so that it
// runs: the Datatracker's lists kept in memory ([People]), rooms made by plan,
// guard and apply under the lock ([Rooms]), the timers, and what monitoring reads
// ([Monitor]).
//
// It knows no flags and no configuration file: callers hand it what it needs.
package desk
