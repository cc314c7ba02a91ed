package main

import (
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"muster/provision/plan"
	"muster/provision/reconcile"
)

// planFlags are the flags that narrow a plan down or override a guard.
type planFlags struct {
	meetings []string
	options  plan.Options
	allowed  plan.Overrides
}

// addMeeting defines --meeting.
func addMeeting(f *pflag.FlagSet, meetings *[]string) {
	f.Var(meetingsValue{meetings}, "meeting", "the meeting `M`: a number, current, next, an interim such as interim-2026-quic-01, or file:PATH; may be repeated")
}

// addSelection defines the flags that select what a plan does.
func (o *planFlags) addSelection(f *pflag.FlagSet) {
	f.StringVar((*string)(&o.options.Policy), "policy", string(plan.UpsertOnly), "the `POLICY` for what may be done: create-only, upsert-only or sync, which also archives")
	f.StringSliceVar(&o.options.Only, "only", nil, "only the rooms with these `NAMES`, separated by commas; * and ? are wildcards")
	f.StringSliceVar(&o.options.Except, "except", nil, "all rooms but those with these `NAMES`")
}

// addGuards defines the flags that override a guard.
func (o *planFlags) addGuards(f *pflag.FlagSet) {
	f.Var(countValue{&o.allowed.Archive}, "allow-archive", "archive up to `N` rooms at once, whatever the limits are")
	f.BoolVar(&o.allowed.Empty, "allow-empty", false, "accept an agenda without a session of a configured group type")
	f.BoolVar(&o.allowed.Mismatch, "allow-mismatch", false, "accept the agenda of another meeting than the one requested")
	f.BoolVar(&o.allowed.Shrink, "allow-shrink", false, "accept an agenda or a list of groups that lost more than half of its entries")
	f.BoolVar(&o.allowed.Implausible, "allow-implausible", false, "accept chat links that lead most sessions, or many groups, to rooms of their own")
	f.BoolVar(&o.allowed.Inferred, "allow-inferred", false, "create rooms for groups whose types are guesses")
	f.BoolVar(&o.allowed.Protected, "allow-protected", false, "archive protected rooms")
}

// request returns what a run is requested to do.
func (o *planFlags) request() reconcile.Request {
	return reconcile.Request{Meetings: o.meetings, Options: o.options, Overrides: o.allowed}
}

// applyFlags are the flags of a command that changes rooms.
type applyFlags struct {
	planFlags
	yes         bool
	lockTimeout time.Duration
	file        string
	command     string // the command's path, for the lock
	brief       bool   // report no more than changes and news

	seen func(reconcile.Pass) // receives what was planned; nil for none
}

// addYes defines --yes.
func (o *applyFlags) addYes(f *pflag.FlagSet) {
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask; required where there is no terminal")
}

// addLock defines --lock-timeout.
func (o *applyFlags) addLock(f *pflag.FlagSet) {
	f.Var(durationValue{&o.lockTimeout}, "lock-timeout", "how long to wait for another run to end: a `DURATION` such as 30s")
}

// noPlanFlags refuses the flags whose value a plan file contains.
func noPlanFlags(cmd *cobra.Command) error {
	for _, name := range []string{"meeting", "policy", "only", "except"} {
		if cmd.Flags().Changed(name) {
			return wrongUsage(cmd, "--%s cannot be given with a plan file, which contains it", name)
		}
	}
	return nil
}
