package provision

import (
	"fmt"
	"slices"
)

// The templates that [DefaultRules] sets. Their fields are those of [Facts].
const (
	DefaultTitle       = `{{.Acronym}}: {{.GroupName}}`
	DefaultDescription = `{{.What}} {{.When}} {{.Agenda}} {{.Log}} {{.NoteWell}}`
)

// Rules are what the configuration says of rooms, already parsed.
type Rules struct {
	// Service is the domain of the MUC service.
	Service string `json:"service"`
	// GroupTypes are the slugs of the group types whose sessions make rooms.
	GroupTypes []string `json:"group_types"`
	// Standing are the rooms that exist whatever the agenda says.
	Standing []Standing `json:"standing"`
	// Title and Description are text/template sources over [Facts].
	Title       string `json:"title"`
	Description string `json:"description"`
	// Language is the language of the rooms; empty to leave it as found.
	Language string `json:"language"`
	// LogURL is a text/template source over [Facts] for the address of a
	// room's public log; empty for none. Of the facts only Name is filled in.
	LogURL string `json:"log_url"`
	// HideArchived takes archived rooms off the service's list.
	HideArchived bool `json:"hide_archived"`
}

// Standing is a room that no group owns.
type Standing struct {
	// Name is the room's name; one that cannot be a name is an error.
	Name string `json:"name"`
	// Title and Description are plain texts. An empty title is the name, an
	// empty description the one that the template gives.
	Title       string `json:"title"`
	Description string `json:"description"`
}

// DefaultRules returns the rules of a service that nobody configured further:
// working groups, research groups, area groups, their standing room, English.
func DefaultRules(service string) Rules {
	return Rules{
		Service:     service,
		GroupTypes:  []string{"wg", "rg", "ag", "rag"},
		Standing:    []Standing{{Name: "hallway", Title: "hallway: the IETF's social room"}},
		Title:       DefaultTitle,
		Description: DefaultDescription,
		Language:    "en",
	}
}

// Validate says whether rooms can be made by these rules: whether the service
// is a domain, the templates parse and know their fields, and the standing
// rooms have names of their own.
func (r Rules) Validate() error {
	_, err := r.compile()
	return err
}

// Digest returns a digest of all that the rules say. The order of the group
// types and of the standing rooms says nothing.
func (r Rules) Digest() string {
	r.GroupTypes = slices.Compact(slices.Sorted(slices.Values(r.GroupTypes)))
	r.Standing = slices.SortedFunc(slices.Values(r.Standing), func(a, b Standing) int {
		return compare(a.Name, b.Name)
	})
	return digestOf(r)
}

// compiled are rules made ready for use.
type compiled struct {
	Rules
	addresses
	types                   map[string]bool
	title, description, log pattern
}

func (r Rules) compile() (*compiled, error) {
	c := &compiled{Rules: r, types: make(map[string]bool)}
	for _, t := range r.GroupTypes {
		c.types[t] = true
	}
	var err error
	if c.addresses, err = newAddresses(r.Service); err != nil {
		return nil, err
	}
	if c.title, err = newPattern("title", r.Title); err != nil {
		return nil, err
	}
	if c.description, err = newPattern("description", r.Description); err != nil {
		return nil, err
	}
	if c.log, err = newPattern("log address", logLabel+r.LogURL); err != nil {
		return nil, err
	}
	return c, c.checkStanding()
}

func (c *compiled) checkStanding() error {
	seen := make(map[string]bool)
	for _, s := range c.Standing {
		if why := checkName(s.Name); why != "" {
			return fmt.Errorf("standing room %q: %s", s.Name, why)
		}
		if seen[s.Name] {
			return &CollisionError{Name: s.Name, Claimants: []string{"a standing room", "another standing room"}}
		}
		seen[s.Name] = true
	}
	return nil
}
