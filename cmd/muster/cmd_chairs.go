package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"muster/agenda"
	"muster/cmd/muster/internal/config"
	"muster/cmd/muster/internal/desk"
	"muster/cmd/muster/internal/ui"
	"muster/frontdesk"
)

func (a *app) chairsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "chairs",
		Short: "Link XMPP addresses to people of the Datatracker",
		Long: "List, make and remove the links between XMPP addresses and people of the Datatracker, by\n" +
			"which the front desk knows who has a role in a group.",
		Annotations: exits(),
		Args:        noArguments,
		RunE:        func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.chairsListCommand(), a.chairsLinkCommand(), a.chairsUnlinkCommand())
	return cmd
}

func (a *app) chairsListCommand() *cobra.Command {
	var stale bool
	cmd := &cobra.Command{
		Use:         "list",
		Short:       "List the links, with the roles of the people",
		Long:        "List the links, with the roles that the Datatracker has of the people; with --stale only\nthose of people who have none.",
		Annotations: exits(exitDatatracker),
		Example:     "  muster chairs list\n  muster chairs list --stale",
		Args:        noArguments,
		RunE:        func(cmd *cobra.Command, _ []string) error { return a.listChairs(cmd.Context(), stale) },
	}
	cmd.Flags().BoolVar(&stale, "stale", false, "only links of people without a role")
	return cmd
}

// listChairs is the command chairs list. Roles that cannot be had are left out,
// unless the list depends on them.
func (a *app) listChairs(ctx context.Context, stale bool) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	var links []frontdesk.Link
	err = a.lookAtRequests(func(store *frontdesk.Store) (err error) {
		links, err = store.Links(ctx)
		return err
	})
	if err != nil {
		return err
	}
	roles := make(map[int][]string)
	if len(links) > 0 {
		if roles, err = a.rolesByPerson(ctx, c); err != nil && stale {
			return err
		} else if err != nil {
			a.console.Warn("the roles are left out: %v", err)
		}
	}
	var shown []ui.Link
	for _, l := range links {
		if !stale || len(roles[l.Person]) == 0 {
			shown = append(shown, ui.NewLink(l, roles[l.Person]))
		}
	}
	a.console.Links(shown)
	return nil
}

// rolesByPerson returns the roles that count of each person, as "chair of quic".
func (a *app) rolesByPerson(ctx context.Context, c config.Config) (map[int][]string, error) {
	people, err := a.people(c)
	if err != nil {
		return nil, err
	}
	roles, err := people.Roles(ctx)
	if err != nil {
		return nil, err
	}
	groups, err := people.Acronyms(ctx)
	if err != nil {
		return nil, err
	}
	acronyms := make(map[int]string)
	for _, g := range groups.Groups {
		acronyms[g.ID] = g.Acronym
	}
	all := make(map[int][]string)
	for _, r := range roles.Roles {
		if acronym := acronyms[r.Group]; acronym != "" {
			all[r.Person] = append(all[r.Person], r.Name+" of "+acronym)
		}
	}
	for _, texts := range all {
		slices.Sort(texts)
	}
	return all, nil
}

func (a *app) chairsLinkCommand() *cobra.Command {
	var person int
	cmd := &cobra.Command{
		Use:   "link JID [EMAIL]",
		Short: "Link an XMPP address to a person",
		Long: "Link the address JID to the person who has a role under the mail address EMAIL, or to the\n" +
			"person of a number. The address, every other one of that person and the secretariat are\n" +
			"sent a message, by the desk.",
		Annotations: changes(exits(exitDatatracker)),
		Example:     "  muster chairs link alice@example.org alice@example.com\n  muster chairs link alice@example.org --person 110856",
		Args:        asUsage(cobra.RangeArgs(1, 2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 2) == (person != 0) {
				return wrongUsage(cmd, "either a mail address or --person is required")
			}
			jid, err := config.BareJID(args[0])
			if err != nil {
				return wrongUsage(cmd, "%w", err)
			}
			l := frontdesk.Link{JID: jid, Person: person, Way: frontdesk.BySecretariat}
			if len(args) == 2 {
				l.Email = strings.ToLower(args[1])
			}
			return a.linkChair(cmd.Context(), l)
		},
	}
	cmd.Flags().Var(countValue{&person}, "person", "the number `N` of the person in the Datatracker")
	return cmd
}

// linkChair is the command chairs link.
func (a *app) linkChair(ctx context.Context, l frontdesk.Link) error {
	return a.withRequests(func(c config.Config, store *frontdesk.Store) error {
		people, err := a.people(c)
		if err != nil {
			return err
		}
		if l.Person == 0 {
			roles, err := people.Roles(ctx)
			if err != nil {
				return err
			}
			if l.Person = personOf(roles, l.Email); l.Person == 0 {
				return &noRoleError{l.Email}
			}
		}
		p, err := people.Person(ctx, l.Person)
		if err != nil {
			return err
		}
		l.Name, l.MadeBy, l.MadeAt = p.Name, a.shellActor(c), a.now().UTC()
		if err := store.Link(ctx, l, c.FrontDesk().Secretariat, a.now()); err != nil {
			return err
		}
		a.console.LinkChanged(ui.NewLink(l, nil))
		return nil
	})
}

// personOf returns the person who has a role under a mail address, in whichever
// case; 0 for none, and for more than one.
func personOf(roles agenda.RoleList, email string) int {
	person := 0
	for _, r := range roles.Roles {
		switch {
		case !strings.EqualFold(r.Email, email) || r.Person == person:
		case person != 0:
			return 0
		default:
			person = r.Person
		}
	}
	return person
}

// noRoleError is a mail address that no role has, or the roles of two persons.
type noRoleError struct{ email string }

func (e *noRoleError) Error() string {
	return fmt.Sprintf("no role that counts has the address %s", e.email)
}

// Hint has the other ways to name a person.
func (e *noRoleError) Hint() string {
	return "the Datatracker has one address for each role of a person; --person takes the number of the person instead, and desk.roles has the roles that count"
}

func (a *app) chairsUnlinkCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "unlink JID",
		Short:             "Remove a link",
		Long:              "Remove the link of an address. Requests that were made from it stay.",
		Annotations:       changes(exits()),
		Example:           "  muster chairs unlink alice@example.org",
		Args:              asUsage(cobra.ExactArgs(1)),
		ValidArgsFunction: a.linkedAddresses,
		RunE: func(cmd *cobra.Command, args []string) error {
			jid, err := config.BareJID(args[0])
			if err != nil {
				return wrongUsage(cmd, "%w", err)
			}
			found := fmt.Errorf("link of %s: %w", jid, frontdesk.ErrUnknown)
			err = a.lookAtRequests(func(store *frontdesk.Store) error {
				var l frontdesk.Link
				c, err := a.load()
				if err != nil {
					return err
				}
				if l, found = store.Unlink(cmd.Context(), jid, "the secretariat removed it", a.shellActor(c), a.now()); found == nil {
					shown := ui.NewLink(l, nil)
					shown.Removed = true
					a.console.LinkChanged(shown)
				}
				return nil
			})
			return errors.Join(err, found)
		},
	}
}

// linkedAddresses suggests the addresses that are linked.
func (a *app) linkedAddresses(_ *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	var all []string
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	_ = a.lookAtRequests(func(store *frontdesk.Store) error {
		links, err := store.Links(context.Background())
		for _, l := range links {
			if strings.HasPrefix(l.JID, toComplete) {
				all = append(all, l.JID+"\t"+l.Name)
			}
		}
		return err
	})
	return all, cobra.ShellCompDirectiveNoFileComp
}

// people returns the people of the Datatracker, of whom nothing is read yet.
func (a *app) people(c config.Config) (*desk.People, error) {
	client, err := a.agendaClient(c)
	if err != nil {
		return nil, err
	}
	names := slices.Clone(c.Desk.Roles)
	if c.Desk.AreaDirectors && !slices.Contains(names, "ad") {
		names = append(names, "ad")
	}
	return desk.NewPeople(desk.Datatracker{
		Roles:    func(ctx context.Context) (agenda.RoleList, error) { return client.Roles(ctx, names) },
		Acronyms: client.Acronyms,
		Profiles: func(ctx context.Context) (agenda.ProfileList, error) {
			if c.Desk.ProfileTag == "" {
				return agenda.ProfileList{}, nil
			}
			return client.Profiles(ctx, c.Desk.ProfileTag)
		},
		Person: client.Person,
	}, a.now), nil
}

// acronyms returns the groups of every type.
func (a *app) acronyms(ctx context.Context, c config.Config) (agenda.GroupList, error) {
	people, err := a.people(c)
	if err != nil {
		return agenda.GroupList{}, err
	}
	return people.Acronyms(ctx)
}
