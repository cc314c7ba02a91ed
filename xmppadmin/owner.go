package xmppadmin

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"
	"mellium.im/xmlstream"
)

// owner is the dialect that every MUC service speaks: plain XEP-0045. A room is
// made by joining it and configured by its owner's form. It costs three
// requests to look at a room and sees only rooms that are listed or named.
type owner struct {
	service *Service
}

// Name returns "owner".
func (d *owner) Name() string { return "owner" }

// Survey looks at the rooms that the service lists, and at names.
func (d *owner) Survey(ctx context.Context, names []string) ([]Room, error) {
	items, err := d.service.list(ctx)
	if err != nil {
		return nil, err
	}
	var listed []string
	for _, item := range items {
		// Only the localpart is needed, and an address that this program's
		// library refuses must not hide the other rooms.
		if name, domain, ok := strings.Cut(item.JID, "@"); ok && sameDomain(domain, d.service.domain) {
			listed = append(listed, name)
		}
	}
	return d.Read(ctx, union(listed, names))
}

func sameDomain(a, b string) bool { return strings.EqualFold(a, b) }

// Read looks at each room by itself, all at once.
func (d *owner) Read(ctx context.Context, names []string) ([]Room, error) {
	return d.service.lookAtEach(ctx, names, d.look)
}

// lookAtEach looks at rooms one by one, many at a time. An error of look is
// one that stops all other looks as well.
func (s *Service) lookAtEach(ctx context.Context, names []string, look func(context.Context, string) (Room, error)) ([]Room, error) {
	names = union(names, nil)
	rooms := make([]Room, len(names))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(cap(s.client.window))
	for i, name := range names {
		g.Go(func() (err error) {
			rooms[i], err = look(gctx, name)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return rooms, nil
}

// look looks at one room. The error is one that stops all other looks as
// well: the service cannot be reached.
func (d *owner) look(ctx context.Context, name string) (Room, error) {
	address, err := d.service.jid(name)
	if err != nil {
		return unknown(name, err), nil
	}
	info, err := d.service.client.discoInfo(ctx, address)
	if errors.Is(err, ErrAbsent) {
		return Room{Name: name, State: Absent}, nil
	}
	if err != nil {
		return d.notSeen(ctx, name, err)
	}
	room := Room{Name: name, State: Exists}
	form, err := d.form(ctx, address)
	switch {
	case errors.Is(err, ErrForbidden):
		return room, nil // somebody else's
	case errors.Is(err, ErrAbsent):
		return Room{Name: name, State: Absent}, nil // destroyed since
	case err != nil:
		return d.notSeen(ctx, name, err)
	}
	owners, err := d.affiliated(ctx, address, "owner")
	if err != nil {
		return d.notSeen(ctx, name, err)
	}
	room.Managed = d.service.owns(owners)
	room.Settings = settingsOf(form.Fields)
	room.Archived = isArchived(room.Settings)
	if _, shown := room.Settings[MessageArchive]; !shown && info.has(nsMAM) {
		// Where the server archives every room there is nothing to set.
		room.Settings[MessageArchive] = True
	}
	return room, nil
}

func (d *owner) notSeen(ctx context.Context, name string, err error) (Room, error) {
	if ctx.Err() != nil || errors.Is(err, ErrUnavailable) {
		return unknown(name, err), err
	}
	return unknown(name, roomError(name, err)), nil
}

// form asks for a room's configuration form (XEP-0045 §10.2).
func (d *owner) form(ctx context.Context, room string) (Form, error) {
	var q struct {
		XMLName xml.Name `xml:"http://jabber.org/protocol/muc#owner query"`
		Form    *Form    `xml:"jabber:x:data x"`
	}
	if err := d.service.client.ask(ctx, room, query(nsOwner, ""), &q); err != nil {
		return Form{}, err
	}
	if q.Form == nil {
		return Form{}, fmt.Errorf("%s answered without a configuration form", room)
	}
	return *q.Form, nil
}

// affiliated lists those with one affiliation to a room (XEP-0045 §10.5). Of
// the owners these are the stored ones: a server that lets its administrators
// act as owners shows them the form of every room, so the form alone is no
// proof of ownership.
func (d *owner) affiliated(ctx context.Context, room, affiliation string) ([]string, error) {
	var q struct {
		XMLName xml.Name `xml:"http://jabber.org/protocol/muc#admin query"`
		Items   []struct {
			JID         string `xml:"jid,attr"`
			Affiliation string `xml:"affiliation,attr"`
		} `xml:"item"`
	}
	list := xmlstream.Wrap(affiliationItem(affiliation, ""), xml.StartElement{
		Name: xml.Name{Space: nsMUCAdmin, Local: "query"},
	})
	if err := d.service.client.ask(ctx, room, list, &q); err != nil {
		return nil, err
	}
	var jids []string
	for _, item := range q.Items {
		if item.Affiliation == affiliation || item.Affiliation == "" {
			jids = append(jids, item.JID)
		}
	}
	return jids, nil
}

func affiliationItem(affiliation, jid string) xml.TokenReader {
	attrs := []xml.Attr{{Name: xml.Name{Local: "affiliation"}, Value: affiliation}}
	if jid != "" {
		attrs = append(attrs, xml.Attr{Name: xml.Name{Local: "jid"}, Value: jid})
	}
	return xmlstream.Wrap(nil, xml.StartElement{Name: xml.Name{Local: "item"}, Attr: attrs})
}

// Create joins the room, which makes it, configures and leaves it. A room
// that was there already is left at once. Where configuring fails, the server
// takes the room away again when its only occupant leaves.
func (d *owner) Create(ctx context.Context, name string, s Settings) error {
	address, err := d.service.jid(name)
	if err != nil {
		return err
	}
	stay, err := d.service.client.join(ctx, address, d.nick())
	if err != nil {
		return roomError(name, err)
	}
	defer stay.leave()
	if !stay.created {
		return roomError(name, ErrExists)
	}
	return d.Configure(ctx, name, s)
}

func (d *owner) nick() string { return d.service.client.account.Localpart() }

// Configure submits those fields of the room's own form that stand for the
// settings (XEP-0045 §10.2), and no others. The library's way to do so loses
// the server's refusal.
func (d *owner) Configure(ctx context.Context, name string, s Settings) error {
	address, err := d.service.jid(name)
	if err != nil {
		return err
	}
	form, err := d.form(ctx, address)
	if err != nil {
		return roomError(name, err)
	}
	has := func(field string) bool { _, ok := form.Field(field); return ok }
	return roomError(name, d.submit(ctx, address, withSettings(NewSubmission(formRoom), s, has)))
}

// submit sends a filled-in configuration form.
func (d *owner) submit(ctx context.Context, room string, answer Form) error {
	submission := xmlstream.Wrap(answer.TokenReader(), xml.StartElement{
		Name: xml.Name{Space: nsOwner, Local: "query"},
	})
	return d.service.client.change(ctx, room, submission, nil)
}

// Adopt makes this account an owner: as an administrator whom the server lets
// act as owner, else by the command that Prosody has for it.
func (d *owner) Adopt(ctx context.Context, name string) error {
	address, err := d.service.jid(name)
	if err != nil {
		return err
	}
	c := d.service.client
	err = d.affiliate(ctx, address, c.JID(), "owner")
	if errors.Is(err, ErrForbidden) && d.service.offers(nodeSetAffiliation) {
		_, err = c.Execute(ctx, d.service.domain, nodeSetAffiliation, func(int, *Form) (Form, error) {
			return NewSubmission(nodeSetAffiliation).
				With("room", address).With("jid", c.JID()).With("affiliation", "owner"), nil
		})
	}
	return roomError(name, err)
}

// nodeSetAffiliation is a command of Prosody's own MUC component.
const nodeSetAffiliation = "http://prosody.im/protocol/muc#set-affiliation"
