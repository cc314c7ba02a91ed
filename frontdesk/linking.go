package frontdesk

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"muster/agenda"
	"muster/frontdesk/store"
	"muster/provision"
)

// beginLink offers the way to link that there is: the profile of a person who
// names the JID, or else a code by mail.
func beginLink(ctx context.Context, t *talk) ([]stage, *Answer, error) {
	d := t.desk
	if t.who.linked {
		return nil, t.result(fmt.Sprintf("%sThis address is linked to %s.", done, plain(t.who.link.Name)), false, d.linkFields(t.who.link, t.who.facts)...), nil
	}
	person, why := d.profileOf(ctx, t.who.jid, t.now)
	switch {
	case person != 0:
		return d.profileStages(ctx, t, person)
	case !d.cfg.Mail:
		return nil, t.refuse(why + " " + d.howToLink(t.who.jid)), nil
	}
	return d.mailStages(t), nil, nil
}

// howToLink returns how a JID can be linked without mail.
func (d *Desk) howToLink(jid string) string {
	if !d.cfg.Profile {
		return "Write to the secretariat to have your address linked."
	}
	return fmt.Sprintf("In your Datatracker profile, add the resource xmpp:%s with the tag jabber_room, "+
		"and start this command again a quarter of an hour later.", plain(jid))
}

// profileOf returns the person whose Datatracker profile names a JID, or why
// there is none, a sentence.
func (d *Desk) profileOf(ctx context.Context, jid string, now time.Time) (int, string) {
	if !d.cfg.Profile {
		return 0, "This address is not linked yet."
	}
	l, err := d.people.Profiles(ctx)
	if err != nil || l.Incomplete || l.Unread > 0 || !recent(l.Confirmed, now) {
		return 0, "The Datatracker's profiles cannot be read at the moment."
	}
	person := 0
	for _, p := range l.Profiles {
		switch {
		case profileJID(p.Value) != jid || p.Person == person:
		case person != 0:
			return 0, "More than one Datatracker profile names this address."
		default:
			person = p.Person
		}
	}
	if person == 0 {
		return 0, "No Datatracker profile names this address."
	}
	return person, ""
}

// profileJID returns the bare JID that a resource in a profile is about:
// xmpp:alice@example.net. Only ASCII letters are folded; others must be written
// as they are after preparation.
func profileJID(value string) string {
	value = strings.TrimSpace(value)
	if len(value) >= 5 && strings.EqualFold(value[:5], "xmpp:") {
		value = value[5:]
	}
	value, _, _ = strings.Cut(strings.TrimPrefix(value, "//"), "?")
	value, _, _ = strings.Cut(value, "/")
	if plain, err := url.PathUnescape(value); err == nil {
		value = plain
	}
	return provision.Lower(value)
}

// profileStages returns the stage that confirms the person of a profile.
func (d *Desk) profileStages(ctx context.Context, t *talk, person int) ([]stage, *Answer, error) {
	p, err := d.people.Person(ctx, person)
	if err != nil {
		d.log.WarnContext(ctx, "a person could not be read", "person", person, "error", err)
		return nil, t.refuse("The Datatracker does not answer at the moment. Try again later."), nil
	}
	roles := "No role that counts here"
	if text := roleText(person, t.who.facts); text != "" {
		roles = text
	}
	return []stage{{
		instructions: "Your address is in a Datatracker profile.",
		say:          "Is that you?",
		fields: func(_ context.Context, t *talk) ([]Field, error) {
			return []Field{
				fixed("who", "It is in the profile of "+quoted(p.Name)),
				fixed("roles", plain(roles)),
				t.choice("do", "Is that you?", Option{"Yes", "yes"}, Option{"No", "no"}),
			}, nil
		},
		submit: func(ctx context.Context, t *talk) (*Answer, error) {
			if t.value("do") != "yes" {
				return t.refuse("Nothing is linked. Write to the secretariat if the profile is wrong."), nil
			}
			l, why, err := d.linkByProfile(ctx, t.who.jid, p, t.now)
			switch {
			case err != nil:
				return nil, err
			case why != "":
				return t.refuse(why), nil
			}
			return d.linkedAnswer(t, l), nil
		},
	}}, nil, nil
}

// linkByProfile links a JID to a person whose profile names it still, or returns
// why not, a sentence.
func (d *Desk) linkByProfile(ctx context.Context, jid string, p agenda.Person, now time.Time) (l Link, why string, err error) {
	again, why := d.profileOf(ctx, jid, now)
	switch {
	case why != "":
		return l, why, nil
	case again != p.ID:
		return l, "Another Datatracker profile names this address now.", nil
	}
	l = Link{JID: jid, Person: p.ID, Name: p.Name, Way: ByProfile, MadeBy: jid}
	if err = d.store.Link(ctx, l, d.cfg.Secretariat, now); err == nil {
		d.log.InfoContext(ctx, "address linked", "jid", jid, "person", p.ID, "way", string(l.Way))
	}
	return l, "", err
}

// linkedAnswer completes a command that linked a JID.
func (d *Desk) linkedAnswer(t *talk, l Link) *Answer {
	return t.result(fmt.Sprintf("%sThis address is linked to %s now.", done, plain(l.Name)), false, d.linkFields(l, t.who.facts)...)
}

func (d *Desk) linkFields(l Link, f Facts) []Field {
	groups := "none"
	if text := roleText(l.Person, f); text != "" {
		groups = text
	}
	return []Field{
		{Name: "person", Type: TextSingle, Label: "Person", Value: plain(l.Name)},
		{Name: "groups", Type: TextSingle, Label: "Groups", Value: plain(groups)},
	}
}

// mailSent is the answer to a request for a code, whether the address is known
// or not.
const mailSent = "If the Datatracker has a role for that address, a code is on its way."

// tooManyMails is the answer over the limits.
const tooManyMails = "Too many codes were requested today. Try again tomorrow."

// mailStages returns the stages of a mailed code: the address, then the code. The
// code is not at the place of the address.
func (d *Desk) mailStages(t *talk) []stage {
	how := d.howToLink(t.who.jid)
	return []stage{{
		instructions: "Have a code mailed to an address that the Datatracker has for one of your roles.",
		say:          "Give your mail address.",
		fields: func(_ context.Context, t *talk) ([]Field, error) {
			return []Field{fixed("how", "There is another way. "+how), t.input("email", "Mail address", "")}, nil
		},
		submit: func(ctx context.Context, t *talk) (*Answer, error) {
			_, wrong, err := d.mailCode(ctx, t.who, t.value("email"), t.now)
			if wrong != "" {
				return nil, problem(wrong)
			}
			return nil, err
		},
	}, {
		instructions: "The code is good for 30 minutes.",
		say:          mailSent,
		fields: func(_ context.Context, t *talk) ([]Field, error) {
			return []Field{fixed("sent", "Look into your mail"), fixed("to", "The address was "+quoted(t.value("email"))), t.input("code", "Code", "")}, nil
		},
		submit: func(ctx context.Context, t *talk) (*Answer, error) {
			l, wrong, err := d.redeem(ctx, t.who, t.value("code"), t.now)
			switch {
			case err != nil:
				return nil, err
			case errors.Is(wrong, store.ErrCode):
				return nil, problem(wrongCode)
			case wrong != nil:
				return t.refuse(noCode), nil
			}
			return d.linkedAnswer(t, l), nil
		},
	}}
}

const (
	wrongCode = "That is not the code."
	noCode    = "That is not the code, and it cannot be tried again. Have a new one mailed."
)

// mailCode has a code mailed, and returns the answer, or what is wrong, a
// sentence. Both are the same whether the address is known or not.
func (d *Desk) mailCode(ctx context.Context, v visitor, email string, now time.Time) (say, wrong string, err error) {
	email = provision.Lower(strings.TrimSpace(email))
	if local, domain, ok := strings.Cut(email, "@"); !ok || local == "" || domain == "" || strings.ContainsAny(email, " <>,;") || len(email) > 254 {
		return "", "That is no mail address.", nil
	}
	person := personOf(email, v.facts)
	err = d.store.MailCode(ctx, store.Code{JID: v.jid, Person: person, Email: email}, now)
	if errors.Is(err, store.ErrTooMany) {
		return "", tooManyMails, nil
	}
	return mailSent, "", err
}

// personOf returns the person who has a role with a mail address, 0 where there
// is none, or more than one, or where the list of roles is too old.
func personOf(email string, f Facts) int {
	if !recent(f.Roles.Confirmed, f.Now) {
		return 0
	}
	person := 0
	for _, r := range f.Roles.Roles {
		switch {
		case provision.Lower(r.Email) != email || r.Person == person:
		case person != 0:
			return 0
		default:
			person = r.Person
		}
	}
	return person
}

// redeem links a visitor by a code; wrong is why not. Nothing is asked of the
// Datatracker before the code is right.
func (d *Desk) redeem(ctx context.Context, v visitor, code string, now time.Time) (l Link, wrong, err error) {
	c, err := d.store.Prove(ctx, v.jid, code, now)
	if err == nil {
		l = Link{JID: v.jid, Person: c.Person, Name: c.Email, Way: ByMail, MadeBy: v.jid}
		if p, failed := d.people.Person(ctx, c.Person); failed == nil && p.Name != "" {
			l.Name = p.Name
		}
		err = d.store.Redeem(ctx, l, code, d.cfg.Secretariat, now)
	}
	if err == nil {
		d.log.InfoContext(ctx, "address linked", "jid", l.JID, "person", l.Person, "way", string(l.Way))
	}
	if errors.Is(err, store.ErrCode) || errors.Is(err, store.ErrNoCode) {
		return l, err, nil
	}
	return l, nil, err
}
