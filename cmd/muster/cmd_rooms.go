package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"muster/provision/plan"
	"muster/xmppadmin"
)

func (a *app) roomsCommand() *cobra.Command {
	var meetings []string
	list := func(cmd *cobra.Command, _ []string) error { return a.rooms(cmd.Context(), meetings, "") }
	cmd := &cobra.Command{
		Use:   "rooms",
		Short: "Shows the rooms on the service",
		Long: "Shows the rooms on the service: managed or not, live or archived, as they should be or\n" +
			"not.",
		Annotations: exits(exitIncomplete, exitDatatracker, exitXMPP),
		Args:        noArguments,
		RunE:        list,
	}
	addMeeting(cmd.PersistentFlags(), &meetings)
	cmd.AddCommand(&cobra.Command{
		Use:         "list",
		Short:       "Lists the rooms, as rooms does",
		Long:        "Lists the rooms, as rooms does.",
		Annotations: exits(exitIncomplete, exitDatatracker, exitXMPP),
		Args:        noArguments,
		RunE:        list,
	}, &cobra.Command{
		Use:   "show NAME",
		Short: "Shows one room, its settings and why it exists",
		Long: "Shows one room: its settings, what of them is not as it should be, and why the room\n" +
			"exists.",
		Annotations: exits(exitIncomplete, exitDatatracker, exitXMPP),
		Example:     "  muster rooms show quic",
		Args:        asUsage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == "" {
				return wrongUsage(cmd, "the name of the room is given, and empty")
			}
			return a.rooms(cmd.Context(), meetings, args[0])
		},
	})
	return cmd
}

// rooms is the command rooms: of one room where name is not empty, else of all.
func (a *app) rooms(ctx context.Context, meetings []string, name string) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	now := a.now()
	j, err := a.prepare(ctx, c, meetings, now, false)
	if err != nil {
		return err
	}
	defer j.close()
	names := j.wanted.Names()
	if name != "" {
		names = append(names, name)
	}
	found, err := j.service.Survey(ctx, names)
	if err != nil {
		return err
	}
	p, err := plan.New(j.wanted, found, plan.Options{Policy: plan.Sync, Now: now})
	if err != nil {
		return err
	}
	for _, w := range j.warnings() {
		a.warn("%s", w)
	}
	records := roomRecords(found, j.wanted, p)
	a.summary = summaryOf(p.Counts, len(j.wanted.Refused))
	if name != "" {
		return a.showRoom(records, name)
	}
	return a.listRooms(records)
}

// listRooms writes a line for each room that exists or could not be looked at.
func (a *app) listRooms(records []roomRecord) error {
	records = slices.DeleteFunc(records, func(r roomRecord) bool { return r.State == xmppadmin.Absent.String() })
	unknown := 0
	rows := [][]string{{"ROOM", "STATE", "AS IT SHOULD BE", "TITLE"}}
	for _, r := range records {
		if r.State == xmppadmin.Unknown.String() {
			unknown++
		}
		if a.format == "json" {
			if err := a.json(r); err != nil {
				return err
			}
		}
		rows = append(rows, []string{r.Room, r.standing(), r.verdict(), r.Settings[xmppadmin.Title]})
	}
	if a.format != "json" {
		if err := a.writeTable(rows); err != nil {
			return err
		}
	}
	if unknown > 0 {
		return &statusError{code: exitIncomplete, err: fmt.Errorf("%d of the rooms could not be looked at", unknown)}
	}
	return nil
}

// writeTable writes rows, the first of which are the headings.
func (a *app) writeTable(rows [][]string) error {
	if a.format != "markdown" {
		return table(a.stdout, rows)
	}
	for i, row := range rows {
		for n := range row {
			row[n] = cell(row[n])
		}
		fmt.Fprintf(a.stdout, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			fmt.Fprintf(a.stdout, "|%s\n", strings.Repeat(" --- |", len(row)))
		}
	}
	return nil
}

// showRoom writes all there is to say of one room.
func (a *app) showRoom(records []roomRecord, name string) error {
	i := slices.IndexFunc(records, func(r roomRecord) bool { return r.Room == name })
	r := records[i]
	if a.format == "json" {
		if err := a.json(r); err != nil {
			return err
		}
	} else if err := a.writeTable(r.rows()); err != nil {
		return err
	}
	switch r.State {
	case xmppadmin.Unknown.String():
		return &statusError{code: exitIncomplete, err: fmt.Errorf("room %q could not be looked at: %s", name, r.Error)}
	case xmppadmin.Absent.String():
		return &absentError{name: name, meant: nearestRoom(records, name)}
	}
	return nil
}

// absentError is a room to be shown that is not there.
type absentError struct{ name, meant string }

func (e *absentError) Error() string { return fmt.Sprintf("room %q: %v", e.name, xmppadmin.ErrAbsent) }
func (e *absentError) Unwrap() error { return xmppadmin.ErrAbsent }

// Hint names the room that may have been meant.
func (e *absentError) Hint() string {
	if e.meant == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %s?", e.meant)
}

// nearestRoom returns the room on the service whose name is most like this one.
func nearestRoom(records []roomRecord, name string) string {
	var names []string
	for _, r := range records {
		if r.State != xmppadmin.Absent.String() {
			names = append(names, r.Room)
		}
	}
	return nearest(strings.ToLower(name), names)
}
