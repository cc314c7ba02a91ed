package plan

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"muster/provision"
)

// selection picks rooms by name and notes which of its patterns matched.
type selection struct {
	only, except []string
	requested    map[provision.Action][]string
	hits         map[string]bool
}

// requests are the actions that are requested for one room.
type requests map[provision.Action]bool

func newSelection(o Options) (*selection, error) {
	s := &selection{only: o.Only, except: o.Except, hits: make(map[string]bool), requested: map[provision.Action][]string{
		provision.Adopt: o.Adopt, provision.Archive: o.Archive, provision.Reopen: o.Reopen,
	}}
	for _, p := range slices.Concat(o.Only, o.Except) {
		if _, err := path.Match(p, ""); err != nil {
			return nil, fmt.Errorf("pattern %q: %w", p, err)
		}
	}
	return s, nil
}

// takes reports whether the plan is to have the room called name.
func (s *selection) takes(name string) bool {
	if len(s.only) == 0 && len(s.except) == 0 {
		return true
	}
	in := s.match(s.only, name)
	out := s.match(s.except, name)
	return (in || len(s.only) == 0) && !out
}

// requests returns what is requested for the room called name.
func (s *selection) requests(name string) requests {
	var r requests
	for action, names := range s.requested {
		if len(names) > 0 && s.match(names, name) {
			if r == nil {
				r = make(requests)
			}
			r[action] = true
		}
	}
	return r
}

// match tries every pattern, so that each that matches anything is known.
func (s *selection) match(patterns []string, name string) bool {
	found := false
	for _, p := range patterns {
		if p == name {
			s.hits[p], found = true, true
		} else if ok, _ := path.Match(p, name); ok {
			s.hits[p], found = true, true
		}
	}
	return found
}

// unmatched returns an error for the patterns that matched no room; names
// returns what they could have matched.
func (s *selection) unmatched(names func() []string) error {
	e := &UnmatchedError{Nearest: make(map[string]string)}
	all := slices.Concat(s.only, s.except, s.requested[provision.Adopt], s.requested[provision.Archive], s.requested[provision.Reopen])
	for _, p := range slices.Compact(slices.Sorted(slices.Values(all))) {
		if s.hits[p] {
			continue
		}
		e.Names = append(e.Names, p)
		if n := provision.Nearest(p, names()); n != "" {
			e.Nearest[p] = n
		}
	}
	if len(e.Names) == 0 {
		return nil
	}
	return e
}

// UnmatchedError is the error of names or patterns that match no room, wanted or
// found.
type UnmatchedError struct {
	Names   []string          // as they were given, sorted
	Nearest map[string]string // the room that each is most like, where there is one
}

// Error names what matched nothing, and what may have been meant.
func (e *UnmatchedError) Error() string {
	var parts []string
	for _, n := range e.Names {
		p := strconv.Quote(n)
		if near := e.Nearest[n]; near != "" {
			p += " (nearest: " + strconv.Quote(near) + ")"
		}
		parts = append(parts, p)
	}
	return "no room, wanted or found, is called " + strings.Join(parts, ", ")
}
