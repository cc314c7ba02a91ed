package dialect

import (
	"context"
	"errors"
	"slices"

	"mellium.im/xmpp/stanza"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// owner is the dialect that every MUC service speaks: plain XEP-0045. A room is
// made by joining it and configured by its owner's form. It costs three
// requests to look at a room and sees only rooms that are listed or named.
type owner struct {
	conn *Conn
	seen seenSubjects
}

// Name returns "owner".
func (d *owner) Name() string { return "owner" }

// Survey looks at the rooms that the service lists, and at names.
func (d *owner) Survey(ctx context.Context, names []string) ([]muc.Room, error) {
	listed, err := d.conn.list(ctx)
	if err != nil {
		return nil, err
	}
	return d.conn.readListed(ctx, listed, names, d.Read)
}

// Read looks at each room by itself, all at once.
func (d *owner) Read(ctx context.Context, names []string) ([]muc.Room, error) {
	return d.conn.lookAtEach(ctx, names, d.look)
}

// look looks at one room. The error is one that stops all other looks as
// well: the service cannot be reached.
func (d *owner) look(ctx context.Context, name string) (muc.Room, error) {
	address, err := d.conn.JID(name)
	if err != nil {
		return muc.UnknownRoom(name, err), nil
	}
	client := d.conn.Client
	info, err := xep.Info(ctx, client, address)
	if errors.Is(err, session.ErrAbsent) {
		return muc.Room{Name: name, State: muc.Absent}, nil
	}
	if err != nil {
		return notSeen(ctx, name, err)
	}
	room := muc.Room{Name: name, State: muc.Exists, Occupants: info.Occupants()}
	form, err := xep.RoomForm(ctx, client, address)
	switch {
	case errors.Is(err, session.ErrForbidden):
		return room, nil // owned by others
	case errors.Is(err, session.ErrAbsent):
		return muc.Room{Name: name, State: muc.Absent}, nil // destroyed meanwhile
	case err != nil:
		return notSeen(ctx, name, err)
	}
	owners, err := xep.Affiliated(ctx, client, address, "owner")
	if err != nil {
		return notSeen(ctx, name, err)
	}
	room.Managed = slices.ContainsFunc(owners, func(o xep.ListItem) bool { return sameJID(o.JID, client.JID()) })
	room.Settings = settingsOf(form.Fields)
	d.seen.show(address, room.Settings)
	room.Archived, room.HalfArchived = muc.IsArchived(room.Settings), muc.IsHalfArchived(room.Settings)
	if room.Archived && openField(form) != nil {
		room.Archived, room.HalfArchived = false, true
	}
	if _, shown := room.Settings[muc.MessageArchive]; !shown && info.Has(xep.FeatureMAM) {
		// Where the server archives every room there is nothing to set.
		room.Settings[muc.MessageArchive] = muc.True
	}
	return room, nil
}

// Create joins the room, which makes it, configures and leaves it, all on one
// stream: a room that is not configured does not outlive its occupant. A room
// that existed is left at once.
func (d *owner) Create(ctx context.Context, name string, s muc.Settings) error {
	address, err := d.conn.JID(name)
	if err != nil {
		return err
	}
	st, err := d.conn.Client.Stream(ctx)
	if err != nil {
		return roomError(name, err)
	}
	stay, err := enterNew(ctx, st, address)
	if errors.Is(err, stanza.Error{Condition: stanza.Gone}) {
		return roomError(name, &AdvisedError{err: err, advice: tombstoneAdvice(d.conn)})
	}
	if err != nil {
		return roomError(name, err)
	}
	defer stay.Leave(ctx)
	return roomError(name, d.configureNew(ctx, st, stay, address, s))
}

// configureNew configures a room that this account has just made and is in. It
// has no subject yet.
func (d *owner) configureNew(ctx context.Context, st *session.Stream, stay xep.Occupancy, room string, s muc.Settings, more ...xep.Field) error {
	text, given := s[muc.Subject]
	if err := configure(ctx, st, room, s, more...); err != nil || !given {
		return err
	}
	var err error
	if text != "" {
		err = stay.SetSubject(ctx, text)
	}
	d.seen.note(st, room, text, err)
	return err
}

// Configure submits those fields of the room's own form that stand for the
// settings (XEP-0045 §10.2), and no others; it enters the room to set the
// subject. Of a room whose title has a mark the settings are not all that
// archiving has changed: with a title that has none, and where it is half
// archived, the room is reopened.
func (d *owner) Configure(ctx context.Context, name string, s muc.Settings) error {
	address, err := d.conn.JID(name)
	if err != nil {
		return err
	}
	text, given := s[muc.Subject]
	if len(withoutSubject(s)) == 0 && given {
		return roomError(name, d.setSubject(ctx, address, text))
	}
	form, err := d.form(ctx, address)
	if err != nil {
		return roomError(name, err)
	}
	found := settingsOf(form.Fields)
	title, titled := s[muc.Title]
	switch {
	case !muc.IsMarked(found[muc.Title]), muc.IsArchived(found) && (!titled || muc.IsMarked(title)):
		err = submit(ctx, d.conn.Client, address, form, s)
		if err == nil && given {
			err = d.setSubject(ctx, address, text)
		}
	case muc.IsMarked(title):
		err = d.archive(ctx, address, s)
	default:
		err = d.reopen(ctx, name, address, form, s)
	}
	return roomError(name, err)
}

// form returns the form of a room that exists: a request for that of none
// makes a room on ejabberd, and would bring back one that was destroyed.
func (d *owner) form(ctx context.Context, room string) (xep.Form, error) {
	if _, err := xep.Info(ctx, d.conn.Client, room); err != nil {
		return xep.Form{}, err
	}
	return xep.RoomForm(ctx, d.conn.Client, room)
}

func configure(ctx context.Context, r xep.Requester, room string, s muc.Settings, more ...xep.Field) error {
	form, err := xep.RoomForm(ctx, r, room)
	if err != nil {
		return err
	}
	return submit(ctx, r, room, form, s, more...)
}

// submit fills in those fields of a room's form that stand for settings, and
// more where the form has them.
func submit(ctx context.Context, r xep.Requester, room string, form xep.Form, s muc.Settings, more ...xep.Field) error {
	answer := withSettings(xep.NewSubmission(xep.FormRoomConfig), s, form.Has)
	for _, field := range more {
		if form.Has(field.Var) {
			answer = answer.With(field.Var, field.Values...)
		}
	}
	return xep.SubmitRoomForm(ctx, r, room, answer)
}

// Adopt makes this account an owner: as an administrator whom the server lets
// act as owner, else by the command that Prosody has for it.
func (d *owner) Adopt(ctx context.Context, name string) error {
	address, err := d.conn.JID(name)
	if err != nil {
		return err
	}
	err = xep.Affiliate(ctx, d.conn.Client, address, xep.ListItem{JID: d.conn.Client.JID(), Affiliation: "owner"})
	if errors.Is(err, session.ErrForbidden) && d.conn.offers(nodeSetAffiliation) {
		err = setAffiliation(ctx, d.conn, address)
	}
	return roomError(name, err)
}

// Retention reports what is known of the server's archive without a command to
// ask.
func (d *owner) Retention(context.Context) []Finding {
	return []Finding{d.conn.serverOf(d.Name()).retention(d.conn)}
}
