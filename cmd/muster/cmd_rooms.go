package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/ui"
	"muster/provision"
	"muster/provision/plan"
	"muster/provision/reconcile"
	"muster/xmppadmin"
)

func (a *app) roomsCommand() *cobra.Command {
	var meetings []string
	list := func(cmd *cobra.Command, _ []string) error { return a.rooms(cmd.Context(), meetings, "") }
	cmd := &cobra.Command{
		Use:   "rooms",
		Short: "Show the rooms on the service",
		Long: "Show the rooms on the service: managed or not, live or archived, as they should be or\n" +
			"not.",
		Annotations: exits(exitIncomplete, exitDatatracker, exitXMPP),
		Args:        noArguments,
		RunE:        list,
	}
	addMeeting(cmd.PersistentFlags(), &meetings)
	cmd.AddCommand(&cobra.Command{
		Use:         "list",
		Short:       "List the rooms, as rooms does",
		Long:        "List the rooms, as rooms does.",
		Annotations: exits(exitIncomplete, exitDatatracker, exitXMPP),
		Args:        noArguments,
		RunE:        list,
	}, &cobra.Command{
		Use:   "show NAME",
		Short: "Show one room, its settings and why it exists",
		Long: "Show one room: its settings, what of them is not as it should be, and why the room\n" +
			"exists.",
		Annotations: exits(exitIncomplete, exitDatatracker, exitXMPP),
		Example:     "  muster rooms show quic",
		Args:        asUsage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == "" {
				return wrongUsage(cmd, "the room name must not be empty")
			}
			return a.rooms(cmd.Context(), meetings, args[0])
		},
	})
	return cmd
}

// rooms shows one room, or all where name is empty.
func (a *app) rooms(ctx context.Context, meetings []string, name string) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	q := reconcile.Request{Meetings: meetings, Options: plan.Options{Policy: plan.Sync}, Outside: true}
	if name != "" {
		q.Survey = []string{name}
	}
	_, pass, conn, err := a.look(ctx, c, "", q)
	defer conn.close()
	if err != nil {
		return err
	}
	for _, w := range pass.Warnings {
		a.console.Warn("%s", w)
	}
	var rooms []ui.Room
	for _, r := range pass.Plan.Rows {
		rooms = append(rooms, ui.NewRoom(r))
	}
	a.console.Summarize(pass.Plan.Counts, len(pass.Wanted.Refused))
	if name != "" {
		return a.showRoom(rooms, name)
	}
	return a.listRooms(rooms)
}

// listRooms shows the rooms that exist or could not be surveyed.
func (a *app) listRooms(rooms []ui.Room) error {
	rooms = slices.DeleteFunc(rooms, func(r ui.Room) bool { return r.State == xmppadmin.Absent.String() })
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
func (a *app) showRoom(rooms []ui.Room, name string) error {
	r := rooms[slices.IndexFunc(rooms, func(r ui.Room) bool { return r.Name == name })]
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
