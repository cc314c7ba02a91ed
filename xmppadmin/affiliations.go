package xmppadmin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"mellium.im/xmpp/jid"

	"muster/xmppadmin/dialect"
	"muster/xmppadmin/xep"
)

// The affiliations of users to a room (XEP-0045 §5.2).
const (
	Owner   = "owner"
	Admin   = "admin"
	Member  = "member"
	Outcast = "outcast"
	None    = "none" // the lack of one
)

// Affiliations returns those of the users of the room called name, by bare JID
// (XEP-0045 §9, §10). Users without one are left out; an outcast may be a domain.
// It is an error where any of the lists cannot be read.
func (s *Service) Affiliations(ctx context.Context, name string) (map[string]string, error) {
	items, err := s.affiliated(ctx, name)
	all := make(map[string]string, len(items))
	for who, item := range items {
		all[who] = item.Affiliation
	}
	return all, err
}

// affiliated returns the entries of a room's lists by prepared bare JID. One whose
// JID the library refuses is under what the server gives.
func (s *Service) affiliated(ctx context.Context, name string) (map[string]xep.ListItem, error) {
	at, err := s.conn.JID(name)
	if err != nil {
		return nil, err
	}
	all := make(map[string]xep.ListItem)
	for _, affiliation := range []string{Owner, Admin, Member, Outcast} {
		items, err := xep.Affiliated(ctx, s.conn.Client, at, affiliation)
		if err != nil {
			return nil, fmt.Errorf("room %q: %w", name, err)
		}
		for _, item := range items {
			who := item.JID
			if j, err := jid.Parse(item.JID); err == nil {
				who = j.Bare().String()
			}
			all[who] = item
		}
	}
	return all, nil
}

// SetAffiliation gives a user, by bare JID, an affiliation to the room called name
// and reads it back; None takes the present one away. The registered nick and the
// reason that the server has of the user stay. One that the user has already is
// left alone. Nothing but a ban is given in an archived room, in which only owners
// can speak. The affiliation of this account itself is not changed, nor are those
// of a room that this account does not own: ErrForbidden.
func (s *Service) SetAffiliation(ctx context.Context, name, user, affiliation string) error {
	who, err := jid.Parse(user)
	switch {
	case err != nil:
		return fmt.Errorf("%q is not an address: %w", user, err)
	case who.Resourcepart() != "" || who.Localpart() == "":
		return fmt.Errorf("%q is not the bare address of a user", user)
	case !slices.Contains([]string{Owner, Admin, Member, Outcast, None}, affiliation):
		return fmt.Errorf("%q is not an affiliation", affiliation)
	case who.String() == s.conn.Client.JID():
		return errors.New("the affiliation of this account itself is not changed")
	}
	all, err := s.affiliated(ctx, name)
	if err != nil {
		return err
	}
	if all[s.conn.Client.JID()].Affiliation != Owner {
		return fmt.Errorf("room %q: this account is not among its owners: %w", name, ErrForbidden)
	}
	item, has := all[who.String()]
	if has && item.Affiliation == affiliation || !has && affiliation == None {
		return nil
	}
	if item.Affiliation = affiliation; !has {
		item.JID = who.String()
	}
	if err := dialect.Affiliate(ctx, s.conn, name, item); err != nil {
		return fmt.Errorf("room %q: make %s %s: %w", name, who, affiliation, err)
	}
	if all, err = s.affiliated(ctx, name); err != nil {
		return err
	}
	now := None
	if item, has := all[who.String()]; has {
		now = item.Affiliation
	}
	if now != affiliation {
		return fmt.Errorf("room %q: the server reported success, but %s is %s, not %s", name, who, now, affiliation)
	}
	return nil
}
