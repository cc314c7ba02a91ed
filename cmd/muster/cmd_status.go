package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/ui"
	"muster/provision/state"
)

// maxAge is how old the last run may be by default.
const maxAge = 24 * time.Hour

func (a *app) statusCommand() *cobra.Command {
	age := maxAge
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the last run and what it left, for monitoring",
		Long: "Show the last apply or sync and how it ended, the rooms by state, conflicts, the next\n" +
			"archives, the lock, and how old the sources are. Only the state folder is read. The exit\n" +
			"status is that of the last run; 1 where there was none, or none for the time of --max-age.",
		Annotations: exits(exitIncomplete, exitRefused, exitDatatracker, exitXMPP),
		Example:     "  muster status\n  muster status --max-age 1h --format json",
		Args:        noArguments,
		RunE:        func(*cobra.Command, []string) error { return a.status(age) },
	}
	cmd.Flags().Var(durationValue{&age}, "max-age", "how old the last run may be: a `DURATION` such as 1h; 0 for any age")
	return cmd
}

// status shows the last run.
func (a *app) status(age time.Duration) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	run, ok, err := state.LoadRun(c.State.Dir)
	switch {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("no apply or sync is recorded in %s", c.State.Dir)
	}
	now := a.now()
	holder, held := state.CurrentHolder(c.State.Dir)
	s := ui.Status{Run: run, Now: now}
	if held {
		s.Lock = holder.String()
	}
	a.console.Status(s)
	if since := now.Sub(run.Ended); age > 0 && since > age {
		return fmt.Errorf("the last run ended %s ago, more than %s", ui.Ago(since), ui.Ago(age))
	}
	if run.Status != int(exitOK) {
		return &statusError{code: exitCode(run.Status)}
	}
	return nil
}
