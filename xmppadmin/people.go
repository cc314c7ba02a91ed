package xmppadmin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"muster/xmppadmin/xep"
)

// People are the users of a room with a lasting role, and when it was last used.
type People struct {
	// Owners and Admins are bare JIDs, sorted.
	Owners, Admins []string
	// LastMessage is when the last message was archived, in UTC; zero where
	// there is none or the server does not tell it.
	LastMessage time.Time
}

// People reads who owns and administers the room called name (XEP-0045 §10.5),
// and the time of the last message in its archive (XEP-0313). Lists and archives
// that the server refuses to this account, or does not have, are empty.
func (s *Service) People(ctx context.Context, name string) (People, error) {
	var p People
	at, err := s.conn.JID(name)
	if err != nil {
		return p, err
	}
	for affiliation, users := range map[string]*[]string{"owner": &p.Owners, "admin": &p.Admins} {
		items, err := xep.Affiliated(ctx, s.conn.Client, at, affiliation)
		if err != nil && !refused(err) {
			return p, fmt.Errorf("room %q: %w", name, err)
		}
		for _, item := range items {
			*users = append(*users, item.JID)
		}
		slices.Sort(*users)
	}
	page, err := s.ArchivePage(ctx, name, ArchiveQuery{Last: true, Max: 1})
	if err != nil && !refused(err) {
		return p, err
	}
	if n := len(page.Messages); n > 0 {
		p.LastMessage = page.Messages[n-1].Time.UTC()
	}
	return p, nil
}

// refused reports whether the server answered that this account may not have
// something, or that there is no such thing.
func refused(err error) bool {
	return errors.Is(err, ErrForbidden) || errors.Is(err, ErrUnsupported) || errors.Is(err, ErrAbsent)
}
