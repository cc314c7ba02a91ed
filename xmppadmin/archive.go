package xmppadmin

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"mellium.im/xmlstream"
)

// ArchivedMark begins the title of an archived room. Plain XEP-0045 knows no
// other place for it.
const ArchivedMark = "[archived]"

// isArchived says whether a room's settings are those of an archived room.
func isArchived(s Settings) bool {
	return strings.HasPrefix(s[Title], ArchivedMark) && s[Moderated] == True
}

// closing are the fields that close a room for all but its owners, with the
// values that do. Which of them there are depends on the server; ejabberd, for
// one, gives newcomers a voice even in a moderated room unless told otherwise.
var closing = []Field{
	{Var: fieldPrefix + "moderatedroom", Values: []string{"1"}},
	{Var: fieldPrefix + "changesubject", Values: []string{"0"}},
	{Var: fieldPrefix + "allowpm", Values: []string{"none"}},
	{Var: "members_by_default", Values: []string{"0"}},
	{Var: fieldPrefix + "membersbydefault", Values: []string{"0"}},
	{Var: "allow_voice_requests", Values: []string{"0"}},
	{Var: fieldPrefix + "allowvoicerequests", Values: []string{"0"}},
}

// Archive closes a room step by step, each of which may be repeated: it
// remembers what will change, closes the room, takes the affiliations and then
// the voices of those present, and gives the room its mark last. A room with
// the mark is closed; one without it is archived again from the start.
func (d *owner) Archive(ctx context.Context, name string, s Settings) error {
	address, err := d.service.jid(name)
	if err != nil {
		return err
	}
	form, err := d.form(ctx, address)
	if err != nil {
		return roomError(name, err)
	}
	if isArchived(settingsOf(form.Fields)) {
		return d.Configure(ctx, name, s)
	}
	memory, err := d.memorize(ctx, address, form, s)
	if err == nil {
		err = d.submit(ctx, address, closed(form))
	}
	for _, jid := range slices.Sorted(maps.Keys(memory.Affiliations)) {
		if err == nil {
			err = d.affiliate(ctx, address, jid, "none")
		}
	}
	if err == nil {
		err = d.silence(ctx, address)
	}
	if err != nil {
		return roomError(name, err)
	}
	return d.Configure(ctx, name, s)
}

// memorize notes on the server what archiving a room changes. What an
// archiving that broke off has noted already is kept: what it had begun to
// change is not how the room was.
func (d *owner) memorize(ctx context.Context, address string, form Form, s Settings) (remembered, error) {
	c := d.service.client
	before, err := c.recall(ctx, address)
	if err != nil {
		return before, err
	}
	memory := remembered{State: archiving, Fields: make(map[string][]string), Affiliations: make(map[string]string)}
	has := func(field string) bool { _, ok := form.Field(field); return ok }
	for _, f := range append(closed(form).Fields, withSettings(Form{}, s, has).Fields...) {
		if old, ok := form.Field(f.Var); ok && f.Var != "FORM_TYPE" {
			memory.Fields[f.Var] = old.Values
		}
	}
	for _, affiliation := range []string{"admin", "member"} {
		jids, err := d.affiliated(ctx, address, affiliation)
		if err != nil {
			return memory, err
		}
		for _, jid := range jids {
			memory.Affiliations[jid] = affiliation
		}
	}
	if before.State == archiving {
		maps.Copy(memory.Fields, before.Fields)
		maps.Copy(memory.Affiliations, before.Affiliations)
	}
	return memory, c.remember(ctx, address, memory)
}

// closed is the submission that closes a room, in so far as its form can.
func closed(form Form) Form {
	answer := NewSubmission(formRoom)
	for _, f := range closing {
		if have, ok := form.Field(f.Var); ok && takes(have, f.Values[0]) {
			answer = answer.With(f.Var, f.Values...)
		}
	}
	return answer
}

// takes says whether a field can have a value: a choice only those it offers.
func takes(f Field, value string) bool {
	return f.Type != "list-single" || slices.Contains(f.Options, value)
}

// Reopen undoes Archive: affiliations first, the settings and with them the
// mark last, so that one that breaks off is taken up again.
func (d *owner) Reopen(ctx context.Context, name string, s Settings) error {
	address, err := d.service.jid(name)
	if err != nil {
		return err
	}
	c := d.service.client
	memory, err := c.recall(ctx, address)
	if err != nil {
		return roomError(name, err)
	}
	memory.State = reopening
	if err := c.remember(ctx, address, memory); err != nil {
		return roomError(name, err)
	}
	for _, jid := range slices.Sorted(maps.Keys(memory.Affiliations)) {
		if err := d.affiliate(ctx, address, jid, memory.Affiliations[jid]); err != nil {
			return roomError(name, err)
		}
	}
	if err := d.restore(ctx, address, memory, s); err != nil {
		return roomError(name, err)
	}
	if s[Moderated] != True {
		if err := d.giveVoices(ctx, address); err != nil {
			return roomError(name, err)
		}
	}
	return roomError(name, c.remember(ctx, address, remembered{}))
}

// restore submits the remembered fields that the form still has, with the
// settings given in their place where both are.
func (d *owner) restore(ctx context.Context, address string, memory remembered, s Settings) error {
	form, err := d.form(ctx, address)
	if err != nil {
		return err
	}
	has := func(field string) bool { _, ok := form.Field(field); return ok }
	answer := withSettings(NewSubmission(formRoom), s, has)
	for _, field := range slices.Sorted(maps.Keys(memory.Fields)) {
		_, given := answer.Field(field)
		if !given && has(field) {
			answer = answer.With(field, memory.Fields[field]...)
		}
	}
	return d.submit(ctx, address, answer)
}

// affiliate gives somebody an affiliation: one in each request, because
// Prosody carries out only the first.
func (d *owner) affiliate(ctx context.Context, room, jid, affiliation string) error {
	set := xmlstream.Wrap(affiliationItem(affiliation, jid), xml.StartElement{
		Name: xml.Name{Space: nsMUCAdmin, Local: "query"},
	})
	return d.service.client.change(ctx, room, set, nil)
}

// silence takes the voices of those who are in the room and are not owners.
// Closing a room leaves the voices of those present as they are.
func (d *owner) silence(ctx context.Context, room string) error {
	return d.giveRole(ctx, room, "visitor", func(o occupant) bool {
		return o.affiliation != "owner" && (o.role == "participant" || o.role == "moderator")
	})
}

// giveVoices gives those who are in the room a voice again, as newcomers have.
func (d *owner) giveVoices(ctx context.Context, room string) error {
	return d.giveRole(ctx, room, "participant", func(o occupant) bool { return o.role == "visitor" })
}

// giveRole gives a role to those who are in the room and are meant. It enters
// the room to see them.
func (d *owner) giveRole(ctx context.Context, room, role string, meant func(occupant) bool) error {
	c := d.service.client
	stay, err := c.join(ctx, room, d.nick()+" (archiving)")
	if err != nil {
		return err
	}
	defer stay.leave()
	for _, o := range stay.others {
		if !meant(o) {
			continue
		}
		set := xmlstream.Wrap(
			xmlstream.Wrap(nil, xml.StartElement{Name: xml.Name{Local: "item"}, Attr: []xml.Attr{
				{Name: xml.Name{Local: "nick"}, Value: o.nick}, {Name: xml.Name{Local: "role"}, Value: role},
			}}),
			xml.StartElement{Name: xml.Name{Space: nsMUCAdmin, Local: "query"}},
		)
		// For somebody who has just left it is of no matter.
		if err := c.change(ctx, room, set, nil); err != nil && !errors.Is(err, ErrAbsent) {
			return fmt.Errorf("make %q a %s: %w", o.nick, role, err)
		}
	}
	return nil
}
