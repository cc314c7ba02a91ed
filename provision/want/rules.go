package want

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"muster/agenda"
	"muster/provision"
)

// The templates that [DefaultRules] sets. Their fields are those of [Facts].
const (
	DefaultTitle       = `{{.Acronym}}: {{.GroupName}}`
	DefaultDescription = `{{.What}} {{.When}} {{.Agenda}} {{.Log}} {{.NoteWell}}`
	DefaultSubject     = `{{.Cancelled}} {{.When}} {{.Log}} {{.NoteWell}}`
)

// Rules are the configuration's rules for rooms, parsed.
type Rules struct {
	// Service is the domain of the MUC service.
	Service string `json:"service"`
	// GroupTypes are the slugs of the group types whose sessions make rooms.
	GroupTypes []string `json:"group_types"`
	// YearRound are the slugs of the group types whose living groups have rooms
	// whether they meet or not; none for those on an agenda alone.
	YearRound []string `json:"year_round"`
	// Grace is for how long a room lives on when its group, or the last
	// meeting of its BOF, is over.
	Grace time.Duration `json:"grace"`
	// Renamed are the groups that have another acronym now.
	Renamed []Rename `json:"renamed"`
	// Unwanted are the acronyms of groups that want no room, in any case.
	Unwanted []string `json:"unwanted"`
	// Standing are the rooms that exist whatever is on the agenda.
	Standing []Standing `json:"standing"`
	// Title, Description and Subject are text/template sources over [Facts]. An
	// empty subject leaves those of the rooms as they are.
	Title       string `json:"title"`
	Description string `json:"description"`
	Subject     string `json:"subject"`
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

// DefaultRules returns the rules of a service without further configuration:
// working groups, research groups and area groups, on an agenda and, with the
// directorates, throughout the year; 30 days of grace; the hallway; English.
func DefaultRules(service string) Rules {
	meeting := []string{
		agenda.WorkingGroup, agenda.ResearchGroup, agenda.AreaGroup, agenda.ResearchAreaGroup, agenda.EditorialGroup,
	}
	return Rules{
		Service:     service,
		GroupTypes:  meeting,
		YearRound:   append(slices.Clone(meeting), agenda.Directorate, agenda.ReviewDirectorate),
		Grace:       30 * 24 * time.Hour,
		Unwanted:    []string{},
		Standing:    []Standing{{Name: "hallway", Title: "hallway: the IETF's social room"}},
		Title:       DefaultTitle,
		Description: DefaultDescription,
		Subject:     DefaultSubject,
		Language:    "en",
	}
}

// Validate returns why no rooms can be derived by these rules, or nil. The
// service must be a domain, the templates must parse and know their fields, the
// standing rooms must have names of their own, and the renamings must end at a
// name.
func (r Rules) Validate() error {
	_, err := r.compile()
	return err
}

// ListTypes returns the slugs of the types whose groups [Sources.Groups] must
// list, sorted, each once; none where the rules go by the agendas alone.
func (r Rules) ListTypes() []string {
	if len(r.YearRound) == 0 {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(r.YearRound, r.GroupTypes))))
}

// Digest returns a digest of all that the rules hold. The order of the group
// types, of the renamed groups and of the standing rooms makes no difference.
func (r Rules) Digest() string {
	r.GroupTypes = slices.Compact(slices.Sorted(slices.Values(r.GroupTypes)))
	r.YearRound = slices.Compact(slices.Sorted(slices.Values(r.YearRound)))
	r.Unwanted = slices.Compact(slices.Sorted(slices.Values(r.Unwanted)))
	r.Renamed = slices.SortedFunc(slices.Values(r.Renamed), func(a, b Rename) int {
		return strings.Compare(a.Previously, b.Previously)
	})
	r.Standing = slices.SortedFunc(slices.Values(r.Standing), func(a, b Standing) int {
		return strings.Compare(a.Name, b.Name)
	})
	return provision.DigestOf(r)
}

// compiled are rules made ready for use.
type compiled struct {
	Rules
	provision.Addresses
	types, yearRound        map[string]bool
	unwanted                map[string]bool // by the room's name
	title, description, log textTemplate
	subject                 textTemplate
	renamed                 map[string]string // by the previous name
}

func (r Rules) compile() (*compiled, error) {
	c := &compiled{Rules: r, types: setOf(r.GroupTypes), yearRound: setOf(r.YearRound)}
	var err error
	if c.Addresses, err = provision.NewAddresses(r.Service); err != nil {
		return nil, err
	}
	if c.title, err = parseTemplate("title", r.Title); err != nil {
		return nil, err
	}
	if c.description, err = parseTemplate("description", r.Description); err != nil {
		return nil, err
	}
	if c.subject, err = parseTemplate("subject", r.Subject); err != nil {
		return nil, err
	}
	if c.log, err = parseTemplate("log address", r.LogURL); err != nil {
		return nil, err
	}
	if r.Grace < 0 {
		return nil, fmt.Errorf("the grace of rooms whose life is over is %s: it cannot be negative", r.Grace)
	}
	if c.renamed, err = renames(r.Renamed); err != nil {
		return nil, err
	}
	c.unwanted = make(map[string]bool, len(r.Unwanted))
	for _, acronym := range r.Unwanted {
		c.unwanted[provision.Lower(acronym)] = true
	}
	return c, c.checkStanding()
}

func setOf(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, n := range names {
		set[n] = true
	}
	return set
}

func (c *compiled) checkStanding() error {
	seen := make(map[string]bool)
	for _, s := range c.Standing {
		if why := provision.CheckName(s.Name); why != "" {
			return fmt.Errorf("standing room %q: %s", s.Name, why)
		}
		if c.unwanted[s.Name] {
			return fmt.Errorf("standing room %q: it is listed as unwanted, too", s.Name)
		}
		if seen[s.Name] {
			return &CollisionError{Name: s.Name, Claimants: []string{"a standing room", "another standing room"}}
		}
		seen[s.Name] = true
	}
	return nil
}

// listed reports whether groups of a type count on the list of groups.
func (c *compiled) listed(groupType string) bool { return c.types[groupType] || c.yearRound[groupType] }

// logURL returns the address of the public log of the room called name, empty
// where there is none.
func (c *compiled) logURL(name string) (string, error) {
	if c.LogURL == "" {
		return "", nil
	}
	return c.log.fill(&Facts{Name: name}, provision.MaxDescription)
}
