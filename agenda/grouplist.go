package agenda

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"golang.org/x/sync/errgroup"
)

// GroupRecord is one group as the Datatracker has it today. Its BOF says that
// it is one now.
type GroupRecord struct {
	Group
	// ID is the Datatracker's own number of the group, which stays when the
	// acronym changes.
	ID int
	// Changed is when the Datatracker last noted a change of the group, in
	// UTC; zero where it never did or did not tell. It is the closest that the
	// list comes to the day on which a group was concluded. Every later edit
	// moves it, so a group in state conclude has been in it since Changed or
	// longer, if its conclusion was noted too. Who needs to be sure also
	// remembers when that state was first seen.
	Changed time.Time
}

// GroupList is what the Datatracker's list of groups tells. That a group is
// not in it proves nothing while Stale, Incomplete or Unread says that it may
// have been overlooked, and little without that: groups change their types
// and acronyms. A group that is gone is in the list with the state that says
// so (conclude, abandon, replaced, bof-conc, …).
type GroupList struct {
	// Groups are in all states, sorted by acronym, each once.
	Groups []GroupRecord
	// Stale says that the list comes, wholly or in part, from the cache,
	// because the Datatracker did not answer: good enough to look at, not to
	// act on.
	Stale bool
	// Incomplete says that fewer or more rows came than the Datatracker
	// counts, that it did not count them, or that there were none at all.
	Incomplete bool
	// Warnings are what a reader of this list should know, each a sentence in
	// lower case without a full stop, sorted.
	Warnings []string
	// Unread counts the rows that could not be read and were left out;
	// Warnings names them.
	Unread int
}

// pageSize is how many rows are asked for at once, and the most that the
// Datatracker gives.
const pageSize = 1000

// atOnce is how many lists are read at the same time.
const atOnce = 3

// typeForm is how the slug of a group's type looks.
var typeForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)

// Groups reads the list of the groups of these types, which are slugs such as
// wg; without any the list is empty, and nothing is asked. All states are in
// it: concluded groups are how one learns that they are concluded.
//
// A page on which the Datatracker fails is read in smaller parts, down to the
// row that it fails on, which counts as Unread. A list that cannot be read to
// its end is an error: an [*Error], or wrapping one, unless a type is no slug.
func (c *Client) Groups(ctx context.Context, types []string) (GroupList, error) {
	types = sortedOnce(types, nil)
	for _, slug := range types {
		if !typeForm.MatchString(slug) {
			return GroupList{}, fmt.Errorf("group type %q: want a slug such as wg", clip(slug))
		}
	}
	if len(types) == 0 {
		return GroupList{}, nil
	}
	lists, err := c.groupLists(ctx, types)
	if err != nil {
		return GroupList{}, err
	}
	out, rows := joinLists(lists)
	out.Incomplete = out.Incomplete || len(rows) == 0
	for _, l := range lists {
		if len(l.rows)+len(l.unread) == 0 {
			out.warn(fmt.Sprintf("list of groups: there is none of type %s", l.slug))
		}
	}
	if err := c.findParents(ctx, &out, rows, types); err != nil {
		return GroupList{}, err
	}
	for _, r := range rows {
		out.Groups = append(out.Groups, r.GroupRecord)
	}
	return out, nil
}

// groupLists reads the lists of several types, a few at a time.
func (c *Client) groupLists(ctx context.Context, types []string) ([]*groupReader, error) {
	lists := make([]*groupReader, len(types))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i, slug := range types {
		lists[i] = &groupReader{c: c, slug: slug}
		g.Go(func() error {
			if err := lists[i].readAll(ctx); err != nil {
				return fmt.Errorf("groups of type %s: %w", slug, err)
			}
			return nil
		})
	}
	return lists, g.Wait()
}

// warn adds warnings and keeps all of them sorted, each once.
func (l *GroupList) warn(warnings ...string) {
	l.Warnings = sortedOnce(l.Warnings, warnings)
}
