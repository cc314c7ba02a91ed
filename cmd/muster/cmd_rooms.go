package main

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"muster/cmd/muster/internal/ui"
	"muster/provision"
	"muster/provision/plan"
	"muster/provision/reconcile"
	"muster/xmppadmin"
)

// roomFlags are the flags and arguments that select rooms for a list.
type roomFlags struct {
	meetings          []string
	state             string
	conflict, managed bool
	patterns          []string
}

// roomStates returns the values of --state.
func roomStates() []string { return []string{"live", "archived", "unmanaged", "unknown"} }

func (o *roomFlags) add(f *pflag.FlagSet) {
	f.StringVar(&o.state, "state", "", "only rooms in this `STATE`: "+strings.Join(roomStates(), ", "))
	f.BoolVar(&o.conflict, "conflict", false, "only wanted rooms that are not managed")
	f.BoolVar(&o.managed, "managed", false, "only rooms that this account owns")
}

// check finds values that make no sense.
func (o *roomFlags) check(cmd *cobra.Command) error {
	if o.state != "" && !slices.Contains(roomStates(), o.state) {
		return wrongUsage(cmd, "--state is %q, not one of %s", o.state, strings.Join(roomStates(), ", "))
	}
	for _, p := range o.patterns {
		if _, err := path.Match(p, ""); err != nil || p == "" {
			return wrongUsage(cmd, "%q is not a pattern of room names", p)
		}
	}
	return nil
}

// takes reports whether a room is to be listed.
func (o *roomFlags) takes(r ui.Room) bool {
	matches := func(p string) bool { ok, _ := path.Match(p, r.Name); return ok }
	switch {
	case r.State == xmppadmin.Absent.String(),
		o.state != "" && strings.Replace(r.Standing(), "not managed", "unmanaged", 1) != o.state,
		o.conflict && r.Action != provision.Conflict,
		o.managed && !r.Managed:
		return false
	}
	return len(o.patterns) == 0 || slices.ContainsFunc(o.patterns, matches)
}

// patternArguments takes patterns; a word without a wildcard was meant for the
// name of a command.
func patternArguments(cmd *cobra.Command, args []string) error {
	for _, arg := range args {
		if !strings.ContainsAny(arg, "*?[") {
			return noArguments(cmd, []string{arg})
		}
	}
	return nil
}

func (a *app) roomsCommand() *cobra.Command {
	var o roomFlags
	list := func(cmd *cobra.Command, args []string) error {
		o.patterns = args
		if err := o.check(cmd); err != nil {
			return err
		}
		return a.listRooms(cmd.Context(), &o)
	}
	cmd := &cobra.Command{
		Use:   "rooms [PATTERN...]",
		Short: "Show the rooms on the service",
		Long: "Show the rooms on the service: managed or not, live or archived, as they should be or\n" +
			"not. Patterns and flags select some of them; a pattern has a wildcard, * or ?, and\n" +
			"muster rooms show has one room.",
		Annotations: exits(exitIncomplete, exitDatatracker, exitXMPP),
		Example:     "  muster rooms\n  muster rooms --state archived\n  muster rooms 'quic*' --managed",
		Args:        patternArguments,
		RunE:        list,
	}
	addMeeting(cmd.PersistentFlags(), &o.meetings)
	o.add(cmd.Flags())
	listing := &cobra.Command{
		Use:         "list [PATTERN...]",
		Short:       "List the rooms, as rooms does",
		Long:        "List the rooms, as rooms does; a PATTERN need not have a wildcard.",
		Annotations: exits(exitIncomplete, exitDatatracker, exitXMPP),
		Args:        cobra.ArbitraryArgs,
		RunE:        list,
	}
	o.add(listing.Flags())
	cmd.AddCommand(listing, a.roomsShowCommand(&o))
	return cmd
}

func (a *app) roomsShowCommand(o *roomFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME",
		Short: "Show one room, its settings and why it exists",
		Long: "Show one room: its owners and administrators, its occupants, when it was last used, where\n" +
			"its log is, its settings, what of them is not as it should be, and why the room exists.",
		Annotations: exits(exitIncomplete, exitDatatracker, exitXMPP),
		Example:     "  muster rooms show quic",
		Args:        asUsage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == "" {
				return wrongUsage(cmd, "the room name must not be empty")
			}
			return a.showRoom(cmd.Context(), o.meetings, args[0])
		},
	}
}

// rooms surveys the rooms, and one by its name where that is not empty.
func (a *app) rooms(ctx context.Context, meetings []string, name string) ([]ui.Room, *connection, error) {
	c, err := a.load()
	if err != nil {
		return nil, nil, err
	}
	q := reconcile.Request{Meetings: meetings, Options: plan.Options{Policy: plan.Sync}, Outside: true}
	if name != "" {
		q.Survey = []string{name}
	}
	_, pass, conn, err := a.look(ctx, c, "", q)
	if err != nil {
		return nil, conn, err
	}
	for _, w := range pass.Warnings {
		a.console.Warn("%s", w)
	}
	var rooms []ui.Room
	for _, r := range pass.Plan.Rows {
		rooms = append(rooms, ui.NewRoom(r))
	}
	a.console.Summarize(pass.Plan.Counts, ui.MissingIn(pass.Wanted))
	return rooms, conn, nil
}

// listRooms shows the selected rooms that exist or could not be surveyed.
func (a *app) listRooms(ctx context.Context, o *roomFlags) error {
	rooms, conn, err := a.rooms(ctx, o.meetings, "")
	defer conn.close()
	if err != nil {
		return err
	}
	rooms = slices.DeleteFunc(rooms, func(r ui.Room) bool { return !o.takes(r) })
	a.console.Rooms(rooms)
	unknown := 0
	for _, r := range rooms {
		if r.State == xmppadmin.Unknown.String() {
			unknown++
		}
	}
	if unknown > 0 {
		return &statusError{code: exitIncomplete, err: fmt.Errorf("%d of the rooms could not be surveyed", unknown)}
	}
	return nil
}

// showRoom shows one room.
func (a *app) showRoom(ctx context.Context, meetings []string, name string) error {
	rooms, conn, err := a.rooms(ctx, meetings, name)
	defer conn.close()
	if err != nil {
		return err
	}
	r := rooms[slices.IndexFunc(rooms, func(r ui.Room) bool { return r.Name == name })]
	if r.State == xmppadmin.Exists.String() {
		people, err := conn.service.People(ctx, name)
		if err != nil {
			a.console.Warn("%v", err)
		}
		r.Owners, r.Admins, r.LastMessage = people.Owners, people.Admins, people.LastMessage
	}
	r.Requests = a.requestsFor(ctx, conn.config, name)
	a.console.Room(r)
	switch r.State {
	case xmppadmin.Unknown.String():
		return &statusError{code: exitIncomplete, err: fmt.Errorf("room %q could not be surveyed: %s", name, r.Error)}
	case xmppadmin.Absent.String():
		return &absentError{name: name, meant: nearestRoom(rooms, name)}
	}
	return nil
}

// absentError is a room to be shown that does not exist.
type absentError struct{ name, meant string }

func (e *absentError) Error() string { return fmt.Sprintf("room %q: no such room", e.name) }
func (e *absentError) Unwrap() error { return xmppadmin.ErrAbsent }

// Hint names the room that may have been meant.
func (e *absentError) Hint() string {
	if e.meant == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %s?", e.meant)
}

// nearestRoom returns the room on the service whose name is most like this one.
func nearestRoom(rooms []ui.Room, name string) string {
	var names []string
	for _, r := range rooms {
		if r.State != xmppadmin.Absent.String() {
			names = append(names, r.Name)
		}
	}
	return provision.Nearest(strings.ToLower(name), names)
}
