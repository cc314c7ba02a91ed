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

// readOnlyFields returns the fields that close a room for all but its owners,
// with the values that do. Which of them exist depends on the server; ejabberd,
// for one, gives newcomers a voice even in a moderated room by default.
func readOnlyFields() []xep.Field {
	return []xep.Field{
		{Var: fieldPrefix + "moderatedroom", Values: []string{"1"}},
		{Var: fieldPrefix + "changesubject", Values: []string{"0"}},
		{Var: fieldPrefix + "allowpm", Values: []string{"none"}},
		{Var: "members_by_default", Values: []string{"0"}},
		{Var: fieldPrefix + "membersbydefault", Values: []string{"0"}},
		{Var: "allow_voice_requests", Values: []string{"0"}},
		{Var: fieldPrefix + "allowvoicerequests", Values: []string{"0"}},
	}
}

// Archive closes a room step by step, each of which may be repeated: it saves
// what will change, closes the room, takes the affiliations and then the voices
// of the occupants, and gives the room its mark last. A room with the mark is
// closed; one without it is archived again from the start.
func (d *owner) Archive(ctx context.Context, name string, s muc.Settings) error {
	address, err := d.conn.JID(name)
	if err != nil {
		return err
	}
	c := d.conn.Client
	form, err := xep.RoomForm(ctx, c, address)
	if err != nil {
		return roomError(name, err)
	}
	if muc.IsArchived(settingsOf(form.Fields)) {
		return d.Configure(ctx, name, s)
	}
	backup, err := d.saveBackup(ctx, address, form, s)
	if err == nil {
		err = xep.SubmitRoomForm(ctx, c, address, readOnly(form))
	}
	for _, jid := range slices.Sorted(maps.Keys(backup.Affiliations)) {
		if err == nil {
			err = xep.Affiliate(ctx, c, address, jid, "none")
		}
	}
	if err == nil {
		err = d.revokeVoice(ctx, address)
	}
	if err != nil {
		return roomError(name, err)
	}
	return d.Configure(ctx, name, s)
}

// saveBackup keeps on the server what archiving a room changes. What an
// interrupted archiving has saved already is kept: the fields that it had begun
// to change are not as the room was.
func (d *owner) saveBackup(ctx context.Context, address string, form xep.Form, s muc.Settings) (roomBackup, error) {
	c := d.conn.Client
	before, err := loadBackup(ctx, c, address)
	if err != nil {
		return before, err
	}
	backup := roomBackup{Phase: archiving, Fields: make(map[string][]string), Affiliations: make(map[string]string)}
	for _, f := range append(readOnly(form).Fields, withSettings(xep.Form{}, s, form.Has).Fields...) {
		if old, ok := form.Field(f.Var); ok && f.Var != "FORM_TYPE" {
			backup.Fields[f.Var] = old.Values
		}
	}
	for _, affiliation := range []string{"admin", "member"} {
		jids, err := xep.Affiliated(ctx, c, address, affiliation)
		if err != nil {
			return backup, err
		}
		for _, jid := range jids {
			backup.Affiliations[jid] = affiliation
		}
	}
	if _, changes := s[muc.Subject]; changes {
		subject, err := d.subject(ctx, address)
		if err != nil {
			return backup, err
		}
		backup.Subject = &subject
	}
	if before.Phase == archiving {
		if before.Subject != nil {
			backup.Subject = before.Subject
		}
		maps.Copy(backup.Fields, before.Fields)
		maps.Copy(backup.Affiliations, before.Affiliations)
	}
	return backup, storeBackup(ctx, c, address, backup)
}

// readOnly returns the submission that closes a room, as far as its form can.
func readOnly(form xep.Form) xep.Form {
	answer := xep.NewSubmission(xep.FormRoomConfig)
	for _, f := range readOnlyFields() {
		if have, ok := form.Field(f.Var); ok && accepts(have, f.Values[0]) {
			answer = answer.With(f.Var, f.Values...)
		}
	}
	return answer
}

// accepts reports whether a field can have a value: a choice only those that it
// offers.
func accepts(f xep.Field, value string) bool {
	return f.Type != "list-single" || slices.Contains(f.Options, value)
}

// Reopen undoes Archive: affiliations first, the settings and with them the
// mark last, so that an interrupted one is continued by the next.
func (d *owner) Reopen(ctx context.Context, name string, s muc.Settings) error {
	address, err := d.conn.JID(name)
	if err != nil {
		return err
	}
	return roomError(name, d.reopen(ctx, address, s))
}

func (d *owner) reopen(ctx context.Context, address string, s muc.Settings) error {
	c := d.conn.Client
	backup, err := loadBackup(ctx, c, address)
	if err != nil {
		return err
	}
	backup.Phase = reopening
	if err := storeBackup(ctx, c, address, backup); err != nil {
		return err
	}
	for _, jid := range slices.Sorted(maps.Keys(backup.Affiliations)) {
		if err := xep.Affiliate(ctx, c, address, jid, backup.Affiliations[jid]); err != nil {
			return err
		}
	}
	if err := restore(ctx, c, address, backup, s); err != nil {
		return err
	}
	if err := d.restoreSubject(ctx, address, backup, s); err != nil {
		return err
	}
	if s[muc.Moderated] != muc.True {
		if err := d.grantVoice(ctx, address); err != nil {
			return err
		}
	}
	return storeBackup(ctx, c, address, roomBackup{})
}

// restore submits the saved fields that the form still has, with the settings
// given in their place where both are.
func restore(ctx context.Context, c *session.Client, address string, backup roomBackup, s muc.Settings) error {
	form, err := xep.RoomForm(ctx, c, address)
	if err != nil {
		return err
	}
	answer := withSettings(xep.NewSubmission(xep.FormRoomConfig), s, form.Has)
	for _, field := range slices.Sorted(maps.Keys(backup.Fields)) {
		if !answer.Has(field) && form.Has(field) {
			answer = answer.With(field, backup.Fields[field]...)
		}
	}
	return xep.SubmitRoomForm(ctx, c, address, answer)
}

// restoreSubject sets the subject given, or else the one that archiving changed.
func (d *owner) restoreSubject(ctx context.Context, address string, backup roomBackup, s muc.Settings) error {
	if text, given := s[muc.Subject]; given {
		return d.setSubject(ctx, address, text)
	}
	if backup.Subject == nil {
		return nil
	}
	return d.setSubject(ctx, address, *backup.Subject)
}

// revokeVoice takes the voices of the occupants who are not owners. Closing a
// room leaves their voices unchanged.
func (d *owner) revokeVoice(ctx context.Context, room string) error {
	return d.setRoles(ctx, room, "visitor", func(o xep.Occupant) bool {
		return o.Affiliation != "owner" && (o.Role == "participant" || o.Role == "moderator")
	})
}

// grantVoice gives the occupants a voice again, as newcomers have.
func (d *owner) grantVoice(ctx context.Context, room string) error {
	return d.setRoles(ctx, room, "participant", func(o xep.Occupant) bool { return o.Role == "visitor" })
}

// setRoles gives a role to the occupants that are meant. It enters the room to
// see them.
func (d *owner) setRoles(ctx context.Context, room, role string, meant func(xep.Occupant) bool) error {
	st, err := d.conn.Client.Stream(ctx)
	if err != nil {
		return err
	}
	stay, err := xep.Join(ctx, st, room, d.nick()+" (archiving)")
	if err != nil {
		return err
	}
	defer stay.Leave(ctx)
	for _, o := range stay.Others {
		if !meant(o) {
			continue
		}
		// Ignore occupants who have left meanwhile.
		if err := xep.SetRole(ctx, st, room, o.Nick, role); err != nil && !errors.Is(err, session.ErrAbsent) {
			return fmt.Errorf("make %q a %s: %w", o.Nick, role, err)
		}
	}
	return nil
}
