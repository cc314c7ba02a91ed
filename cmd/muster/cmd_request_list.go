package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/desk"
	"muster/cmd/muster/internal/ui"
	"muster/frontdesk"
)

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
