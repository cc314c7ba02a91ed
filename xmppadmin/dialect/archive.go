package dialect

import (
	"context"
	"errors"
	"fmt"
	"maps"
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
	if form.Has("members_by_default") { // ejabberd
		f.Text += "; a user who was given a voice by hand, and was absent when the room was archived, gets it back"
	}
	return f
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
	form, err := xep.RoomForm(ctx, c, room)
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
	revoked, err := d.silence(ctx, room, s, &before)
	if err == nil {
		err = configure(ctx, c, room, muc.Settings{muc.Title: muc.ArchivedTitle(s[muc.Title])})
	}
	if err == nil || muc.IsMarked(settingsOf(form.Fields)[muc.Title]) || isOpen(ctx, err) {
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

// silenceRounds is how often silence lists those who can speak: users come,
// change nicks and are given affiliations meanwhile.
const silenceRounds = 5

// silence takes away affiliations and voices in a closed room until the lists
// show that only owners can speak. It adds to the backup, and saves, what it
// finds besides; it returns the occupants whose voice it took. Being inside, it
// sets the subject if that is among the settings.
func (d *owner) silence(ctx context.Context, room string, s muc.Settings, b *roomBackup) (revoked []xep.ListItem, err error) {
	c := d.conn.Client
	if err := d.checkClosed(ctx, room); err != nil {
		return nil, err
	}
	if err := d.forgetRoles(ctx, room, b.Voiced); err != nil {
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
			return revoked, d.setSubjectInside(ctx, room, stay, s)
		case round == silenceRounds:
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
