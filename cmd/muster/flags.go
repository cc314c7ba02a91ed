package main

import (
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"muster/cmd/muster/internal/ui"
	"muster/provision"
	"muster/provision/plan"
)

// planFlags are the flags that narrow a plan down or override a guard.
type planFlags struct {
	meetings      []string
	policy        string
	only, except  []string
	adopt         []string
	adoptWanted   bool
	archive       []string // by hand, and why
	archiveReason string
	reopen        []string
	allowed       plan.Overrides
}

// addMeeting defines --meeting.
func addMeeting(f *pflag.FlagSet, meetings *[]string) {
	f.StringArrayVar(meetings, "meeting", nil, "the meeting `M`: a number, current, next, an interim such as interim-2026-quic-01, or file:PATH; may be repeated")
}

// addSelection defines the flags that select what a plan does.
func (o *planFlags) addSelection(f *pflag.FlagSet) {
	f.StringVar(&o.policy, "policy", string(plan.UpsertOnly), "the `POLICY` for what may be done: create-only, upsert-only or sync, which also archives")
	f.StringSliceVar(&o.only, "only", nil, "only the rooms with these `NAMES`, separated by commas; * and ? are wildcards")
	f.StringSliceVar(&o.except, "except", nil, "all rooms but those with these `NAMES`")
}

// addGuards defines the flags that override a guard.
func (o *planFlags) addGuards(f *pflag.FlagSet) {
	f.Var(countValue{&o.allowed.Archive}, "allow-archive", "archive up to `N` rooms at once, whatever the limits are")
	f.BoolVar(&o.allowed.Empty, "allow-empty", false, "accept an agenda without a session of a configured group type")
	f.BoolVar(&o.allowed.Mismatch, "allow-mismatch", false, "accept the agenda of another meeting than the one asked for")
	f.BoolVar(&o.allowed.Shrink, "allow-shrink", false, "accept an agenda or a list of groups that lost more than half of its entries")
	f.BoolVar(&o.allowed.Protected, "allow-protected", false, "archive protected rooms")
}

// options returns the options of a plan made at now.
func (o *planFlags) options(now time.Time) (plan.Options, error) {
	policy, err := plan.ParsePolicy(o.policy)
	if err != nil {
		return plan.Options{}, err
	}
	return plan.Options{
		Policy: policy, Only: o.only, Except: o.except, Adopt: o.adopt, AdoptWanted: o.adoptWanted,
		Reopen: o.reopen, Now: now,
	}, nil
}

// applyFlags are the flags of a command that changes rooms.
type applyFlags struct {
	planFlags
	yes         bool
	lockTimeout time.Duration
	file        string
	command     string // the command's path, for the lock
	report      func(*ui.Console) ui.Report
	// byHand, where it is not empty, is the one action of the command; the plan
	// is narrowed to it.
	byHand provision.Action
	names  []string // the rooms that were named to it
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
