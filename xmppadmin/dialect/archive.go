package dialect

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// Archive closes a room so that no one but its owners can speak, step by step:
// it saves what will change, closes the room under the mark of a room that is
// being archived, takes away affiliations and voices until only owners have
// one, and gives the room its final mark. When a step fails, all is undone; what
// cannot be undone is found by the mark, and finished by the next Archive or
// undone by Reopen or Configure.
func (d *owner) Archive(ctx context.Context, name string, s muc.Settings) error {
	room, err := d.conn.JID(name)
	if err != nil {
		return err
	}
	return roomError(name, d.archive(ctx, room, s))
}

func (d *owner) archive(ctx context.Context, room string, s muc.Settings) error {
	c := d.conn.Client
	form, err := d.form(ctx, room)
	if err != nil {
		return err
	}
	if !form.Has(fieldModerated) {
		return fmt.Errorf("%w: rooms cannot be moderated, so nothing keeps occupants from speaking", session.ErrUnsupported)
	}
	before, err := d.backUp(ctx, room, form, s)
	if err != nil {
		return err
	}
	closing := withSettings(readOnly(form), archivingSettings(s), not(form.Has, readOnly(form).Has))
	if err := xep.SubmitRoomForm(ctx, c, room, closing); err != nil {
		return err // nothing has changed
	}
	revoked, err := d.revokeVoice(ctx, room, s, &before)
	if err == nil {
		err = configure(ctx, c, room, muc.Settings{muc.Title: muc.ArchivedTitle(s[muc.Title])})
	}
	switch {
	case err == nil && givesRolesBack(form):
		d.conn.warn(room, "%s", voicesComeBack)
		return nil
	case err == nil, muc.IsMarked(settingsOf(form.Fields)[muc.Title]), isOpen(ctx, err):
		return err
	}
	return d.undo(ctx, room, before, revoked, err)
}

// archivingSettings returns the settings of a room that is being archived,
// without those that close it.
func archivingSettings(s muc.Settings) muc.Settings {
	all := maps.Clone(s)
	all[muc.Title] = muc.ArchivingTitle(s[muc.Title])
	return all
}

// not returns what reports true where has does and without does not.
func not(has, without func(string) bool) func(string) bool {
	return func(field string) bool { return has(field) && !without(field) }
}

// isOpen reports whether it is not known, because of err, what has become of a
// room: undoing would be as uncertain.
func isOpen(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, session.ErrInterrupted) || errors.Is(err, session.ErrUnavailable)
}

// backUp saves on the server what archiving a room changes, and returns it. For
// a room that has a mark already, what was saved before is how the room was;
// affiliations that it has now are added.
func (d *owner) backUp(ctx context.Context, room string, form xep.Form, s muc.Settings) (roomBackup, error) {
	c := d.conn.Client
	b, err := d.snapshot(ctx, room, form, s)
	if err != nil {
		return b, err
	}
	saved, err := loadBackup(ctx, c, room)
	if err != nil {
		return b, err
	}
	b.Voiced = saved.Voiced
	if muc.IsMarked(settingsOf(form.Fields)[muc.Title]) {
		if len(saved.Fields) == 0 {
			b.Fields = opened(form)
		}
		maps.Copy(b.Fields, saved.Fields)
		maps.Copy(b.Affiliations, saved.Affiliations)
		b.Subscriptions = append(b.Subscriptions, saved.Subscriptions...)
		if saved.Subject != nil {
			b.Subject = saved.Subject
		}
	}
	return b, storeBackup(ctx, c, room, b)
}

// snapshot returns the present state of all that archiving a room changes.
func (d *owner) snapshot(ctx context.Context, room string, form xep.Form, s muc.Settings) (roomBackup, error) {
	b := roomBackup{Fields: make(map[string][]string), Affiliations: make(map[string]affiliation)}
	for _, f := range append(readOnly(form).Fields, withSettings(xep.Form{}, s, form.Has).Fields...) {
		if old, ok := form.Field(f.Var); ok && f.Var != "FORM_TYPE" {
			b.Fields[f.Var] = old.Values
		}
	}
	items, err := affiliated(ctx, d.conn.Client, room)
	if err != nil {
		return b, err
	}
	for _, item := range items {
		b.Affiliations[item.JID] = affiliation{item.Affiliation, item.Nick, item.Reason}
	}
	if _, given := s[muc.Subject]; given {
		subject, err := d.subject(ctx, room)
		if err != nil {
			return b, err
		}
		b.Subject = &subject
	}
	for _, name := range []string{"allow_subscription", fieldPrefix + "allow_subscription"} {
		if f, ok := form.Field(name); ok && f.Bool() {
			b.Subscriptions, err = xep.Subscriptions(ctx, d.conn.Client, room)
		}
	}
	return b, err
}

// affiliated lists the administrators and members of a room.
func affiliated(ctx context.Context, r xep.Requester, room string) ([]xep.ListItem, error) {
	var all []xep.ListItem
	for _, name := range []string{"admin", "member"} {
		items, err := xep.Affiliated(ctx, r, room, name)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
	}
	return all, nil
}

// undo returns a room to how it was before an archiving that failed with cause,
// and makes sure of it.
func (d *owner) undo(ctx context.Context, room string, b roomBackup, revoked []xep.ListItem, cause error) error {
	err := d.restore(ctx, room, b, revoked)
	if err == nil {
		err = d.checkRestored(ctx, room, b)
	}
	if err != nil {
		return fmt.Errorf("%w; it is half archived, because undoing that failed too: %v", cause, err)
	}
	return fmt.Errorf("%w; the room is as it was", cause)
}

// checkRestored compares the room with its backup.
func (d *owner) checkRestored(ctx context.Context, room string, b roomBackup) error {
	form, err := xep.RoomForm(ctx, d.conn.Client, room)
	if err != nil {
		return err
	}
	for field, want := range b.Fields {
		if got, _ := form.Field(field); !slices.Equal(got.Values, want) {
			return fmt.Errorf("%s is %q, not %q", field, got.Values, want)
		}
	}
	items, err := affiliated(ctx, d.conn.Client, room)
	if err != nil {
		return err
	}
	now := make(map[string]affiliation, len(items))
	for _, item := range items {
		now[item.JID] = affiliation{item.Affiliation, item.Nick, item.Reason}
	}
	if !maps.Equal(now, b.Affiliations) {
		return fmt.Errorf("it has %d administrators and members, not the %d that it had", len(now), len(b.Affiliations))
	}
	return nil
}
