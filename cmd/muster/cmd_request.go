package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/desk"
	"muster/cmd/muster/internal/ui"
	"muster/frontdesk"
	"muster/provision"
)

func (a *app) requestCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "request",
		Short: "Answer and make requests for rooms, as the front desk does",
		Long: "List, answer and make the requests for rooms that chairs make at the front desk. No desk\n" +
			"need run for that; one that does sends the messages to the requesters.",
		Annotations: exits(),
		Args:        noArguments,
		RunE:        func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.requestAddCommand(), a.requestListCommand(), a.requestShowCommand(), a.requestApproveCommand(),
		a.requestDenyCommand(), a.requestWithdrawCommand(), a.requestExtendCommand())
	return cmd
}

// requestFlags are the flags of the commands on requests.
type requestFlags struct {
	amendment   frontdesk.Amendment
	states      []string
	jid, reason string
	approve     bool
	command     string
}

// add defines the flags of what a request is about.
func (o *requestFlags) add(cmd *cobra.Command, until string) {
	cmd.Flags().StringVar(&o.amendment.Title, "title", "", "the `TITLE` of the room, one line")
	cmd.Flags().StringVar(&o.amendment.Purpose, "purpose", "", "what the room is for, one line of `TEXT`")
	o.addUntil(cmd, until)
}

func (o *requestFlags) addUntil(cmd *cobra.Command, usage string) {
	cmd.Flags().StringVar(&o.amendment.Until, "until", "", usage)
}

func (a *app) requestAddCommand() *cobra.Command {
	var o requestFlags
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Make a request, for oneself or for another person",
		Long: "Make a request for the room called NAME. It waits for the secretariat, or is approved with\n" +
			"--approve, which makes the room at once. With --for, the messages about it go to that\n" +
			"address.",
		Annotations: changes(exits(exitIncomplete, exitRefused, exitLocked, exitDatatracker, exitXMPP)),
		Example:     "  muster request add quic-dt --title 'QUIC design team' --until 2026-12-24 --for alice@example.org --approve",
		Args:        asUsage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.command, o.amendment.Room = cmd.CommandPath(), args[0]
			if o.amendment.Title == "" {
				return wrongUsage(cmd, "--title is required")
			}
			if o.jid != "" {
				var err error
				if o.jid, err = config.BareJID(o.jid); err != nil {
					return wrongUsage(cmd, "--for: %w", err)
				}
			}
			if err := a.checkAmendment(cmd, &o); err != nil {
				return err
			}
			return a.addRequest(cmd.Context(), &o)
		},
	}
	o.add(cmd, "the last `DAY` of the room, YYYY-MM-DD (default desk.default_days from now)")
	cmd.Flags().StringVar(&o.jid, "for", "", "the `JID` of who asks")
	cmd.Flags().BoolVar(&o.approve, "approve", false, "approve it, and make the room")
	return cmd
}

// checkAmendment finds values that make no sense.
func (a *app) checkAmendment(cmd *cobra.Command, o *requestFlags) error {
	m := &o.amendment
	for name, text := range map[string]*string{"title": &m.Title, "purpose": &m.Purpose, "reason": &o.reason} {
		limit := provision.MaxTitle
		if name != "title" {
			limit = provision.MaxDescription
		}
		if f := cmd.Flags().Lookup(name); f == nil || !f.Changed {
			continue
		}
		if *text = provision.OneLine(*text, limit); *text == "" {
			return wrongUsage(cmd, "--%s must not be empty", name)
		}
	}
	if m.Room != "" {
		if wrong := provision.CheckName(m.Room); wrong != "" {
			return wrongUsage(cmd, "no room can be called %q: %s", m.Room, wrong)
		}
	}
	if m.Until == "" {
		return nil
	}
	day, err := time.ParseInLocation(time.DateOnly, m.Until, time.UTC)
	switch {
	case err != nil:
		return wrongUsage(cmd, "--until is %q, not a day such as 2026-12-24", m.Until)
	case !day.AddDate(0, 0, 1).After(a.now()):
		return wrongUsage(cmd, "--until is %s, which is past", m.Until)
	}
	return nil
}

// addRequest is the command request add.
func (a *app) addRequest(ctx context.Context, o *requestFlags) error {
	return a.withRequests(func(c config.Config, store *frontdesk.Store) error {
		m, by := o.amendment, a.shellActor(c)
		r := frontdesk.Request{Room: m.Room, Title: m.Title, Purpose: m.Purpose, Until: m.Until, JID: by}
		if r.Until == "" {
			r.Until = a.now().UTC().AddDate(0, 0, c.Desk.DefaultDays).Format(time.DateOnly)
		}
		if o.jid != "" {
			link, _, err := store.LinkOf(ctx, o.jid)
			if err != nil {
				return err
			}
			r.JID, r.Person, r.Reason = o.jid, link.Person, "entered by "+by
		}
		if o.approve {
			r.DecidedBy = by
		}
		r.Acronym = a.groupOf(ctx, c, r.Room)
		r, err := store.Add(ctx, r, o.approve, a.now())
		if err == nil && o.approve {
			r, err = a.makeRequested(ctx, c, store, r, o.command)
		}
		return a.showChanged(r, err)
	})
}

// groupOf returns the acronym of the group that a name belongs to by its
// beginning, empty for none, and where the Datatracker does not answer.
func (a *app) groupOf(ctx context.Context, c config.Config, room string) string {
	if !strings.Contains(room, "-") {
		return ""
	}
	groups, err := a.acronyms(ctx, c)
	if err != nil {
		a.console.Warn("whose room it is could not be found out: %v", err)
		return ""
	}
	acronym, err := frontdesk.NameSpace(room, &groups)
	if err != nil {
		return ""
	}
	return acronym
}

// withRequests opens the desk's database, and makes it where there is none.
func (a *app) withRequests(do func(config.Config, *frontdesk.Store) error) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	return desk.With(deskFile(c), func(store *frontdesk.Store) error { return do(c, store) })
}

// showChanged writes what became of a request, unless nothing did.
func (a *app) showChanged(r frontdesk.Request, err error) error {
	if r.ID != 0 {
		a.console.RequestChanged(ui.NewRequest(r, nil))
	}
	return err
}
