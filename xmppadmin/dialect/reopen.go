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

// Reopen undoes Archive: it opens the room under the mark of a room that is
// being reopened, gives affiliations, subscriptions and voices back, and takes
// the mark away last, so that an interrupted one is continued by the next. A
// user who has another affiliation by now keeps that.
func (d *owner) Reopen(ctx context.Context, name string, s muc.Settings) error {
	room, err := d.conn.JID(name)
	if err != nil {
		return err
	}
	form, err := d.form(ctx, room)
	if err != nil {
		return roomError(name, err)
	}
	return roomError(name, d.reopen(ctx, name, room, form, s))
}

func (d *owner) reopen(ctx context.Context, name, room string, form xep.Form, s muc.Settings) error {
	c := d.conn.Client
	title := settingsOf(form.Fields)[muc.Title]
	if !muc.IsMarked(title) {
		return configure(ctx, c, room, s)
	}
	b, err := loadBackup(ctx, c, room)
	if err != nil {
		return err
	}
	if len(b.Fields) == 0 {
		b.Fields = opened(form)
		d.conn.warn(name, "what archiving changed is not in the private storage of %s any more: "+
			"the room is open again, but its administrators and members are not known", c.JID())
	}
	for _, f := range withSettings(xep.Form{}, s, form.Has).Fields {
		b.Fields[f.Var] = f.Values
	}
	if text, given := s[muc.Subject]; given {
		b.Subject = &text
	}
	return d.restore(ctx, room, b, nil)
}

// opened returns the values that open a room, of the fields that close it, for
// want of those that it had.
func opened(form xep.Form) map[string][]string {
	fields := make(map[string][]string)
	for _, f := range readOnly(form).Fields {
		have, _ := form.Field(f.Var)
		switch {
		case f.Var == "FORM_TYPE", f.Var == "allow_subscription", f.Var == fieldPrefix+"allow_subscription",
			f.Var == fieldPrefix+"changesubject":
		case f.Value() == "1":
			fields[f.Var] = []string{"0"}
		case f.Value() == "0":
			fields[f.Var] = []string{"1"}
		case accepts(have, "anyone"):
			fields[f.Var] = []string{"anyone"}
		case accepts(have, "visitor"): // Prosody's name for it
			fields[f.Var] = []string{"visitor"}
		}
	}
	return fields
}

// restore makes a room as it is in its backup. revoked are occupants whose
// voice was taken a moment ago; in a room that is not moderated, all visitors
// get a voice.
func (d *owner) restore(ctx context.Context, room string, b roomBackup, revoked []xep.ListItem) error {
	c := d.conn.Client
	form, err := xep.RoomForm(ctx, c, room)
	if err != nil {
		return err
	}
	titleField, _ := FieldOf(muc.Title, form.Has)
	title := muc.LiveTitle(settingsOf(form.Fields)[muc.Title])
	if saved := b.Fields[titleField]; len(saved) > 0 {
		title = muc.LiveTitle(saved[0])
	}
	answer := xep.NewSubmission(xep.FormRoomConfig)
	for _, field := range slices.Sorted(maps.Keys(b.Fields)) {
		if form.Has(field) && field != titleField {
			answer = answer.With(field, b.Fields[field]...)
		}
	}
	if err := xep.SubmitRoomForm(ctx, c, room, answer.With(titleField, muc.ReopeningTitle(title))); err != nil {
		return err
	}
	if err := d.restoreAffiliations(ctx, room, b); err != nil {
		return err
	}
	if err := d.restoreSubscriptions(ctx, room, b); err != nil {
		return err
	}
	voiced, err := d.restoreInside(ctx, room, b, revoked)
	if err != nil {
		return err
	}
	if err := xep.SubmitRoomForm(ctx, c, room, xep.NewSubmission(xep.FormRoomConfig).With(titleField, title)); err != nil {
		return err
	}
	if givesRolesBack(form) {
		voiced = append(voiced, slices.Collect(maps.Keys(b.Affiliations))...)
	} else {
		voiced = nil
	}
	return storeBackup(ctx, c, room, roomBackup{Voiced: union(voiced, b.Voiced)})
}

// restoreAffiliations gives the saved affiliations to those who have none now.
// One that the server refuses is reported, and keeps nothing else back.
func (d *owner) restoreAffiliations(ctx context.Context, room string, b roomBackup) error {
	c := d.conn.Client
	has := make(map[string]bool)
	for _, name := range []string{"owner", "admin", "member", "outcast"} {
		items, err := xep.Affiliated(ctx, c, room, name)
		if err != nil {
			return err
		}
		for _, item := range items {
			has[item.JID] = true
		}
	}
	var items []xep.ListItem
	for _, jid := range slices.Sorted(maps.Keys(b.Affiliations)) {
		if a := b.Affiliations[jid]; !has[jid] {
			items = append(items, xep.ListItem{JID: jid, Affiliation: a.Name, Nick: a.Nick, Reason: a.Reason})
		}
	}
	return d.affiliate(ctx, items, func(item xep.ListItem) error {
		err := xep.Affiliate(ctx, c, room, item)
		if item.Nick != "" && errors.As(err, new(*session.AnswerError)) {
			item.Nick = "" // taken meanwhile
			err = xep.Affiliate(ctx, c, room, item)
		}
		if errors.As(err, new(*session.AnswerError)) && !isOpen(ctx, err) {
			d.conn.warn(room, "%s is not %s again: %v", item.JID, item.Affiliation, err)
			return nil
		}
		return err
	})
}

// restoreSubscriptions subscribes those again whose subscription ejabberd has
// forgotten.
func (d *owner) restoreSubscriptions(ctx context.Context, room string, b roomBackup) error {
	for _, s := range b.Subscriptions {
		err := xep.Subscribe(ctx, d.conn.Client, room, s)
		if errors.As(err, new(*session.AnswerError)) && !isOpen(ctx, err) {
			d.conn.warn(room, "%s is not subscribed again: %v", s.JID, err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// restoreInside gives the subject and voices back, from inside the room, and
// returns the users who have a voice now.
func (d *owner) restoreInside(ctx context.Context, room string, b roomBackup, revoked []xep.ListItem) ([]string, error) {
	c := d.conn.Client
	form, err := xep.RoomForm(ctx, c, room)
	if err != nil {
		return nil, err
	}
	found := settingsOf(form.Fields)
	if found[muc.Moderated] == muc.True && len(revoked) == 0 && b.Subject == nil {
		return nil, nil
	}
	st, err := c.Stream(ctx)
	if err != nil {
		return nil, err
	}
	stay, err := enter(ctx, st, room)
	if err != nil {
		return nil, err
	}
	defer stay.Leave(ctx)
	if stay.Created {
		return nil, session.ErrAbsent
	}
	if b.Subject != nil {
		if err := d.setSubjectInside(ctx, st, room, stay, muc.Settings{muc.Subject: *b.Subject}); err != nil {
			return nil, err
		}
	}
	if found[muc.Moderated] != muc.True {
		return grantVoice(ctx, st, room)
	}
	for _, role := range []string{"participant", "moderator"} {
		had := slices.DeleteFunc(slices.Clone(revoked), func(o xep.ListItem) bool { return o.Role != role })
		if err := setRoles(ctx, st, room, role, had); err != nil {
			return nil, fmt.Errorf("give voices back: %w", err)
		}
	}
	return nil, nil
}
