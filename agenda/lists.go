package agenda

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"golang.org/x/sync/errgroup"

	"muster/agenda/internal/rest"
)

// atOnce is how many lists are read at the same time.
const atOnce = 3

// part is one part of a table of the REST API: what its filters let through.
type part[R any] struct {
	rest.List[R]
	what    string // names the part in errors: groups of type wg
	filters url.Values
}

// readParts reads parts of the table at a path, a few at a time, and returns them
// in the same order.
func readParts[R any](ctx context.Context, c *Client, path string, parts []part[R]) ([]rest.Got[R], error) {
	got := make([]rest.Got[R], len(parts))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i, p := range parts {
		g.Go(func() (err error) {
			got[i], err = p.Read(ctx, c.docs, rest.Address(c.base.JoinPath(path), p.filters))
			if err != nil {
				return fmt.Errorf("%s: %w", p.what, asError(err))
			}
			return nil
		})
	}
	return got, g.Wait()
}

// standing is how far a list can be relied on, which is the same for all lists:
// see [GroupList].
type standing struct {
	confirmed  time.Time
	outages    []Outage
	incomplete bool
	warnings   []string
}

// standingOf returns how far the parts of a list can be relied on together.
func standingOf[R any](parts []part[R], got []rest.Got[R]) standing {
	s := standing{incomplete: true}
	for _, g := range got {
		if len(g.Rows) > 0 {
			s.incomplete = false
		}
	}
	for i, p := range parts {
		g := got[i]
		if s.confirmed.IsZero() || !g.Confirmed.IsZero() && g.Confirmed.Before(s.confirmed) {
			s.confirmed = g.Confirmed
		}
		for _, o := range g.Outages {
			down := outageFrom(o.Failure)
			down.Confirmed = o.Confirmed
			s.outages = MergeOutages(s.outages, []Outage{down})
		}
		s.warnings = sortedSet(s.warnings, g.Warnings)
		if wrong := p.Check(g); wrong != "" {
			s.incomplete = true
			s.warn(wrong)
		}
	}
	return s
}

// warn adds a warning.
func (s *standing) warn(warning string) { s.warnings = sortedSet(s.warnings, []string{warning}) }

// warnEmpty adds a warning for each part that has no rows.
func warnEmpty[R any](s *standing, parts []part[R], got []rest.Got[R], format string) {
	for i, p := range parts {
		if len(got[i].Rows)+len(got[i].Unread) == 0 {
			s.warn(fmt.Sprintf(format, p.Name, p.Of))
		}
	}
}

// leftOut returns the rows that were left out of the parts of a list, each with
// its number and the name in it.
func leftOut[R any](got []rest.Got[R]) []unreadRow {
	var left []unreadRow
	for _, g := range got {
		for _, u := range g.Unread {
			left = append(left, unreadRow{id: u.ID, group: u.Name})
		}
	}
	return left
}
