package dialect

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"mellium.im/xmpp/stanza"

	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// enterTries is how many nicks enter tries.
const enterTries = 3

// enter enters a room (a bare JID) under a random nick, and tries another one
// where that is taken or registered. The error of the last does not wrap
// ErrExists: it is not about the room. An owner finds the room's password in
// its form.
func enter(ctx context.Context, st *session.Stream, room string) (xep.Occupancy, error) {
	password := ""
	for try := 1; ; try++ {
		nick := "muster-" + strings.ToLower(rand.Text()[:8])
		stay, err := xep.Join(ctx, st, room, nick, password)
		switch {
		case password == "" && errors.Is(err, stanza.Error{Condition: stanza.NotAuthorized}):
			form, ferr := xep.RoomForm(ctx, st, room)
			if password, _ = passwordOf(form.Fields); ferr != nil || password == "" {
				return stay, err
			}
		case !errors.Is(err, session.ErrExists):
			return stay, err
		case try == enterTries:
			return stay, fmt.Errorf("enter the room: each of %d nicks is refused: %v", enterTries, err)
		}
	}
}

// enterNew enters a room that does not exist, which makes it. Where it exists the
// error is ErrExists, and the room is as it was: it was left at once, or lets this account
// not in.
func enterNew(ctx context.Context, st *session.Stream, room string) (xep.Occupancy, error) {
	stay, err := enter(ctx, st, room)
	switch {
	case err == nil && !stay.Created:
		stay.Leave(ctx)
		return stay, session.ErrExists
	case err != nil && !isOpen(ctx, err):
		if _, absent := xep.Info(ctx, st, room); absent == nil {
			return stay, fmt.Errorf("%w, and cannot be entered: %v", session.ErrExists, err)
		}
	}
	return stay, err
}

// speakers lists the occupants who can speak although they are not owners.
func speakers(ctx context.Context, st *session.Stream, room string) ([]xep.ListItem, error) {
	var found []xep.ListItem
	for _, role := range []string{"participant", "moderator"} {
		items, err := xep.WithRole(ctx, st, room, role)
		if err != nil {
			return nil, fmt.Errorf("list the occupants who can speak: %w", err)
		}
		for _, item := range items {
			if item.Affiliation != "owner" {
				found = append(found, item)
			}
		}
	}
	return found, nil
}

// setRoles gives a role to occupants, by their nicks. An occupant who left or
// changed the nick meanwhile is ignored: the caller lists the occupants again.
func setRoles(ctx context.Context, st *session.Stream, room, role string, occupants []xep.ListItem) error {
	for _, o := range occupants {
		if err := xep.SetRole(ctx, st, room, o.Nick, role); err != nil && !nickIsGone(err) {
			return fmt.Errorf("make %q a %s: %w", o.Nick, role, err)
		}
	}
	return nil
}

// nickIsGone reports whether an error is a server's answer to a nick that no
// occupant has: item-not-found (XEP-0045 §8.3), or not-acceptable on ejabberd.
func nickIsGone(err error) bool {
	return errors.Is(err, session.ErrAbsent) || errors.Is(err, stanza.Error{Condition: stanza.NotAcceptable})
}

// grantVoice makes participants of the visitors in a room, and returns their
// bare JIDs, as far as the server gives them.
func grantVoice(ctx context.Context, st *session.Stream, room string) ([]string, error) {
	visitors, err := xep.WithRole(ctx, st, room, "visitor")
	if err != nil {
		return nil, fmt.Errorf("list the visitors: %w", err)
	}
	return bareJIDs(visitors), setRoles(ctx, st, room, "participant", visitors)
}

// bareJIDs returns the bare JIDs of occupants, as far as the server gives them.
func bareJIDs(occupants []xep.ListItem) []string {
	var jids []string
	for _, o := range occupants {
		if bare, _, _ := strings.Cut(o.JID, "/"); bare != "" {
			jids = append(jids, bare)
		}
	}
	return union(jids, nil)
}
