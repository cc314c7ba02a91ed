package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
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
			"need run for that; one that does sends the messages to those who asked.",
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
		Short: "Make a request, for oneself or for somebody else",
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

func (a *app) requestListCommand() *cobra.Command {
	var o requestFlags
	cmd := &cobra.Command{
		Use:         "list",
		Short:       "List the requests",
		Long:        "List the requests by number, or those in some states.",
		Annotations: exits(),
		Example:     "  muster request list\n  muster request list --state pending",
		Args:        noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var filter frontdesk.Filter
			for _, s := range o.states {
				if !slices.Contains(frontdesk.States(), frontdesk.State(s)) {
					return wrongUsage(cmd, "--state is %q, not one of %s", s, strings.Join(requestStates(), ", "))
				}
				filter.States = append(filter.States, frontdesk.State(s))
			}
			return a.listRequests(cmd.Context(), filter)
		},
	}
	cmd.Flags().StringArrayVar(&o.states, "state", nil, "only requests in this `STATE`; may be repeated: "+strings.Join(requestStates(), ", "))
	_ = cmd.RegisterFlagCompletionFunc("state", words(requestStates()...))
	return cmd
}

// requestStates returns the values of --state.
func requestStates() []string {
	var all []string
	for _, s := range frontdesk.States() {
		all = append(all, string(s))
	}
	return all
}

// listRequests is the command request list.
func (a *app) listRequests(ctx context.Context, filter frontdesk.Filter) error {
	var shown []ui.Request
	err := a.lookAtRequests(func(store *frontdesk.Store) error {
		found, err := store.Requests(ctx, filter)
		for _, r := range found {
			shown = append(shown, ui.NewRequest(r, nil))
		}
		return err
	})
	if err == nil {
		a.console.Requests(shown)
	}
	return err
}

func (a *app) requestShowCommand() *cobra.Command {
	return onRequest(&cobra.Command{
		Use: "show ID", Short: "Show one request and its history",
		Long:        "Show one request: what for, by whom, what was decided, and what happened to it when.",
		Annotations: exits(),
		Example:     "  muster request show 12",
	}, a.requestIDs(), func(ctx context.Context, id int64) error {
		found := fmt.Errorf("request %d: %w", id, frontdesk.ErrUnknown)
		err := a.lookAtRequests(func(store *frontdesk.Store) error {
			var r frontdesk.Request
			if r, found = store.Request(ctx, id); found != nil {
				return nil
			}
			history, err := store.History(ctx, id)
			if err == nil {
				a.console.Request(ui.NewRequest(r, history))
			}
			return err
		})
		return errors.Join(err, found)
	})
}

// onRequest completes a command on one request, whose number is its argument.
func onRequest(cmd *cobra.Command, ids completer, run func(context.Context, int64) error) *cobra.Command {
	cmd.Args = asUsage(cobra.ExactArgs(1))
	cmd.ValidArgsFunction = ids
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		id, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil || id < 1 {
			return wrongUsage(cmd, "%q is not the number of a request", args[0])
		}
		return run(cmd.Context(), id)
	}
	return cmd
}

// requestIDs suggests the numbers of requests in these states, or in all.
func (a *app) requestIDs(states ...frontdesk.State) completer {
	return func(_ *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
		var ids []string
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		_ = a.lookAtRequests(func(store *frontdesk.Store) error {
			found, err := store.Requests(context.Background(), frontdesk.Filter{States: states})
			for _, r := range found {
				if id := strconv.FormatInt(r.ID, 10); strings.HasPrefix(id, toComplete) {
					ids = append(ids, fmt.Sprintf("%s\t%s, %s", id, r.Room, r.State))
				}
			}
			return err
		})
		return ids, cobra.ShellCompDirectiveNoFileComp
	}
}

// withRequests opens the desk's database, and makes it where there is none.
func (a *app) withRequests(do func(config.Config, *frontdesk.Store) error) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	return desk.With(deskFile(c), func(store *frontdesk.Store) error { return do(c, store) })
}

// lookAtRequests opens the desk's database; where there is none, it does nothing.
func (a *app) lookAtRequests(do func(*frontdesk.Store) error) error {
	c, err := a.load()
	if err != nil || !desk.Exists(deskFile(c)) {
		return err
	}
	return desk.With(deskFile(c), do)
}

// requestsFor returns the requests for a room as they are shown.
func (a *app) requestsFor(ctx context.Context, c config.Config, room string) (shown []ui.Request) {
	if !desk.Exists(deskFile(c)) {
		return nil
	}
	err := desk.With(deskFile(c), func(store *frontdesk.Store) error {
		found, err := store.Requests(ctx, frontdesk.Filter{Room: room})
		for _, r := range found {
			shown = append(shown, ui.NewRequest(r, nil))
		}
		return err
	})
	if err != nil {
		a.console.Warn("%v", err)
	}
	return shown
}

// showChanged writes what became of a request, unless nothing did.
func (a *app) showChanged(r frontdesk.Request, err error) error {
	if r.ID != 0 {
		a.console.RequestChanged(ui.NewRequest(r, nil))
	}
	return err
}
