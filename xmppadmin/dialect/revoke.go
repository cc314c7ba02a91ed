package dialect

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// fieldModerated is the field without which no room can be archived.
const fieldModerated = fieldPrefix + "moderatedroom"

// readOnlyFields returns the fields that close a room for all but its owners,
// with the values that do. Which of them exist depends on the server. ejabberd
// gives newcomers a voice even in a moderated room by default, and lets
// subscribers speak who are not in the room.
func readOnlyFields() []xep.Field {
	return []xep.Field{
		{Var: fieldModerated, Values: []string{"1"}},
		{Var: fieldPrefix + "changesubject", Values: []string{"0"}},
		{Var: fieldPrefix + "allowpm", Values: []string{"none"}},
		{Var: "members_by_default", Values: []string{"0"}},
		{Var: fieldPrefix + "membersbydefault", Values: []string{"0"}},
		{Var: "allow_voice_requests", Values: []string{"0"}},
		{Var: fieldPrefix + "allowvoicerequests", Values: []string{"0"}},
		{Var: "allow_subscription", Values: []string{"0"}},
		{Var: fieldPrefix + "allow_subscription", Values: []string{"0"}},
	}
}

// ExamineArchiving reports whether rooms of this form can be archived: whether
// they can be closed, and whether the server keeps what archiving changes. The
// companion module does both by itself.
func ExamineArchiving(ctx context.Context, c *Conn, d Dialect, form xep.Form) Finding {
	f := Finding{Check: "archived rooms", Verdict: OK, Text: "only owners can speak in them"}
	if _, ok := d.(*companion); ok {
		return f
	}
	if !form.Has(fieldModerated) {
		return Finding{Check: f.Check, Verdict: Fail, Text: "rooms cannot be moderated: nothing keeps users from speaking in archived ones"}
	}
	if _, err := loadBackup(ctx, c.Client, "doctor@"+c.Domain); err != nil {
		return Finding{
			Check: f.Check, Verdict: Fail, Text: fmt.Sprintf("no room can be archived: %v", err),
			Hint: "load the module for private storage (private on Prosody, mod_private on ejabberd)",
		}
	}
	if givesRolesBack(form) {
		f.Text += "; a user who was given a voice by hand, and was absent when the room was archived, gets it back"
	}
	return f
}

// givesRolesBack reports whether the server of a room's form gives users in a
// moderated room the role back that they had, as ejabberd does. It shows the roles
// of occupants alone, so those of others can be taken away only where they are
// known.
func givesRolesBack(form xep.Form) bool { return form.Has("members_by_default") }

// voicesComeBack is what archiving a room cannot prevent on such a server.
const voicesComeBack = "archived, and only owners can speak, with one exception: the server gives a user who was given a voice by hand, " +
	"and was not in the room now, that voice back, and shows no list of such users; should one come back, an owner can take it away"

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
	return f.Type != "list-single" || slices.ContainsFunc(f.Options, func(o xep.Option) bool { return o.Value == value })
}

// revokeRounds is how often revokeVoice lists those who can speak: users come,
// change nicks and are given affiliations meanwhile.
const revokeRounds = 5

// revokeVoice takes away affiliations and voices in a closed room until the
// lists show that only owners can speak. It adds to the backup, and saves, what
// it finds besides; it returns the occupants whose voice it took. Being inside,
// it sets the subject if that is among the settings.
func (d *owner) revokeVoice(ctx context.Context, room string, s muc.Settings, b *roomBackup) (revoked []xep.ListItem, err error) {
	c := d.conn.Client
	if err := d.checkClosed(ctx, room); err != nil {
		return nil, err
	}
	if err := d.forgetVoiced(ctx, room, b.Voiced); err != nil {
		return nil, err
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
	for round := 0; ; round++ {
		items, err := affiliated(ctx, st, room)
		if err != nil {
			return revoked, err
		}
		if err := d.strip(ctx, room, b, items); err != nil {
			return revoked, err
		}
		voices, err := speakers(ctx, st, room)
		switch {
		case err != nil:
			return revoked, err
		case len(items)+len(voices) == 0:
			return revoked, d.setSubjectInside(ctx, st, room, stay, s)
		case round == revokeRounds:
			return revoked, fmt.Errorf("%d users can still speak, %s among them", len(items)+len(voices), nameOf(append(voices, items...)[0]))
		}
		if round == 0 {
			revoked = voices
			err = setRoles(ctx, st, room, "visitor", voices)
		} else { // they came later, or change their nicks
			err = d.forgetRoles(ctx, room, bareJIDs(voices))
		}
		if err != nil {
			return revoked, err
		}
	}
}

func nameOf(item xep.ListItem) string {
	if item.Nick != "" {
		return fmt.Sprintf("%q", item.Nick)
	}
	return item.JID
}

// checkClosed reads the room's form and makes sure that the server has closed
// the room.
func (d *owner) checkClosed(ctx context.Context, room string) error {
	form, err := xep.RoomForm(ctx, d.conn.Client, room)
	if err != nil {
		return err
	}
	return openField(form)
}

// openField returns which field of a room's form has another value than that of
// a closed room, or nil.
func openField(form xep.Form) error {
	for _, want := range readOnly(form).Fields {
		got, ok := form.Field(want.Var)
		if !ok || want.Var == "FORM_TYPE" {
			continue
		}
		isBool := want.Values[0] == "0" || want.Values[0] == "1"
		if isBool && got.Bool() != want.Bool() || !isBool && got.Value() != want.Value() {
			return fmt.Errorf("the server reported success, but %s is %q, not %q", want.Var, got.Value(), want.Value())
		}
	}
	return nil
}

// strip takes away affiliations, those that are not in the backup only after
// they are saved there.
func (d *owner) strip(ctx context.Context, room string, b *roomBackup, items []xep.ListItem) error {
	known := len(b.Affiliations)
	for _, item := range items {
		if _, saved := b.Affiliations[item.JID]; !saved {
			b.Affiliations[item.JID] = affiliation{item.Affiliation, item.Nick, item.Reason}
		}
	}
	if len(b.Affiliations) > known {
		if err := storeBackup(ctx, d.conn.Client, room, *b); err != nil {
			return err
		}
	}
	return d.affiliate(ctx, items, func(item xep.ListItem) error {
		return xep.Affiliate(ctx, d.conn.Client, room, xep.ListItem{JID: item.JID, Affiliation: "none"})
	})
}

// affiliate calls do for each item, many at a time.
func (d *owner) affiliate(_ context.Context, items []xep.ListItem, do func(xep.ListItem) error) error {
	var g errgroup.Group
	g.SetLimit(d.conn.Client.MaxInFlight())
	for _, item := range items {
		g.Go(func() error { return do(item) })
	}
	return g.Wait()
}

// forgetRoles makes visitors of users by their JIDs, whatever their nicks are
// and whether they are in the room or not: where an affiliation is taken away in
// a moderated room, the role of a visitor is left. ejabberd, which gives users
// in a moderated room the role back that they had, remembers that one.
func (d *owner) forgetRoles(ctx context.Context, room string, jids []string) error {
	for _, jid := range jids {
		for _, name := range []string{"member", "none"} {
			if err := xep.Affiliate(ctx, d.conn.Client, room, xep.ListItem{JID: jid, Affiliation: name}); err != nil {
				return fmt.Errorf("take the voice of %s: %w", jid, err)
			}
		}
	}
	return nil
}

// forgetVoiced makes visitors of those of the users who are neither owners nor
// banned by now.
func (d *owner) forgetVoiced(ctx context.Context, room string, users []string) error {
	if len(users) == 0 {
		return nil
	}
	users = slices.Clone(users)
	for _, affiliation := range []string{"owner", "outcast"} {
		items, err := xep.Affiliated(ctx, d.conn.Client, room, affiliation)
		if err != nil {
			return err
		}
		for _, item := range items {
			users = slices.DeleteFunc(users, func(user string) bool { return sameJID(user, item.JID) })
		}
	}
	return d.forgetRoles(ctx, room, users)
}

// Affiliate gives a user the affiliation of an item, none included. Where the
// server gives users in a moderated room the role back that they had, it first
// notes that the user has one, so that Archive can take it away.
func Affiliate(ctx context.Context, c *Conn, name string, item xep.ListItem) error {
	room, err := c.JID(name)
	if err != nil {
		return err
	}
	form, err := xep.RoomForm(ctx, c.Client, room)
	if err != nil {
		return err
	}
	switch marked := muc.IsMarked(settingsOf(form.Fields)[muc.Title]); {
	case item.Affiliation == "none" || item.Affiliation == "outcast":
		item.Nick = "" // it goes with the affiliation
	case marked:
		return errors.New("the room is archived, and only its owners can speak")
	}
	if givesRolesBack(form) {
		if err := noteVoice(ctx, c.Client, room, item.JID); err != nil {
			return err
		}
	}
	return xep.Affiliate(ctx, c.Client, room, item)
}

// noteVoice adds a user to those of a room's backup who may have a voice.
func noteVoice(ctx context.Context, c *session.Client, room, user string) error {
	b, err := loadBackup(ctx, c, room)
	if err != nil || slices.Contains(b.Voiced, user) {
		return err
	}
	b.Voiced = union(b.Voiced, []string{user})
	return storeBackup(ctx, c, room, b)
}
