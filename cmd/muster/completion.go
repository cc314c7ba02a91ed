package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/ui"
	"muster/provision/plan"
	"muster/provision/state"
)

// completer suggests words for an argument or a flag.
type completer = func(cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective)

// words suggests fixed words.
func words(all ...string) completer {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return all, cobra.ShellCompDirectiveNoFileComp
	}
}

// completions adds the suggestions of words to a command and all below it:
// policies, formats, meetings, rooms. Nothing is contacted for them; rooms and
// meetings are those that earlier runs have seen.
func (a *app) completions(root *cobra.Command) {
	flags := map[string]completer{
		"policy": words(string(plan.CreateOnly), string(plan.UpsertOnly), string(plan.Sync)),
		"format": words(ui.Formats()...),
		"color":  words(ui.Colors()...),
		"state":  words(roomStates()...),
		"meeting": func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			meetings := append([]string{"current", "next"}, slices.Sorted(maps.Keys(a.history().Meetings))...)
			return meetings, cobra.ShellCompDirectiveDefault // and files
		},
		"only": a.roomNames, "except": a.roomNames,
	}
	for _, cmd := range family(root) {
		for name, complete := range flags {
			if cmd.LocalFlags().Lookup(name) != nil {
				_ = cmd.RegisterFlagCompletionFunc(name, complete)
			}
		}
		switch cmd.CommandPath() {
		case "muster rooms", "muster rooms list", "muster rooms show", "muster adopt", "muster archive", "muster reopen", "muster destroy":
			cmd.ValidArgsFunction = a.roomNames
		}
	}
}

// roomNames suggests the rooms that earlier runs have seen and that are not
// given already.
func (a *app) roomNames(_ *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(a.history().Rooms)), func(name string) bool {
		return slices.Contains(args, name) || !strings.HasPrefix(name, toComplete)
	})
	return names, cobra.ShellCompDirectiveNoFileComp
}

// history returns what earlier runs have seen, empty where it cannot be read.
func (a *app) history() state.History {
	path, err := config.Find(a.configPath, a.env.get)
	if err != nil {
		return state.History{}
	}
	c, err := config.Read(path)
	if err != nil {
		return state.History{}
	}
	h, _, err := state.LoadHistory(c.State.Dir)
	if err != nil {
		return state.History{}
	}
	return h
}
