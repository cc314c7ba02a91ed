// Package reconcile makes one run: it reads the sources and the service at the
// same time, derives the wanted rooms, plans what differs, checks the guards
// ([Reconciler.Plan]), and applies the plan and remembers what it saw
// ([Reconciler.Apply]).
//
// It takes no lock and asks no questions: both are left to the caller. It knows
// no flags, no configuration files and no output.
package reconcile
