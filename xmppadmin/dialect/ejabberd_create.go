package dialect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// Create makes a room with all settings that can be given with it, and sets
// the others by its form, all at once: two requests, over one stream, since after
// a crash of the server the form would make another room. ejabberd would make a room
// without an owner, and let it vanish after half a minute, by default. Where no
// virtual host is known to serve the rooms, or the one that seemed to has none,
// it does as the owner dialect does. A room with a subject is made from inside, as
// far as the account may do that, unless it has a password: until its form is
// submitted, others could enter it.
func (d *ejabberd) Create(ctx context.Context, name string, s muc.Settings) error {
	address, err := d.conn.JID(name)
	if err != nil {
		return err
	}
	st, err := d.conn.Client.Stream(ctx)
	if err != nil {
		return roomError(name, err)
	}
	if s[muc.Subject] != "" && s[muc.Password] == "" && !d.neverPersistent() {
		if err := d.createInside(ctx, st, name, address, s); !errors.Is(err, session.ErrForbidden) {
			return roomError(name, err)
		}
	}
	host, err := d.host(ctx)
	if err != nil {
		return roomError(name, err)
	}
	if host == "" {
		return d.createElsewhere(ctx, name, s)
	}
	options, rest := d.creation(s)
	fields := append(d.room(name), xep.Field{Var: "host", Values: []string{host}}, xep.Field{Var: "options", Values: options})
	if err := d.callOver(ctx, st, "create_room_with_opts", fields...); servedElsewhere(err) {
		return d.createElsewhere(ctx, name, s)
	} else if err != nil {
		return roomError(name, err)
	}
	if len(rest) > 0 {
		all := func(string) bool { return true } // ejabberd's form has these fields
		form := withSettings(xep.NewSubmission(xep.FormRoomConfig), rest, all)
		if err := xep.SubmitRoomForm(ctx, st, address, form); err != nil {
			return roomError(name, err)
		}
	}
	d.noteMade(st, name)
	if s[muc.Subject] == "" {
		return nil
	}
	return roomError(name, d.fallback.setFirstSubject(ctx, st, address, s[muc.Subject]))
}

// createInside makes a room by entering it, as the owner dialect does, without
// requesting its form: only an occupant can set the subject. Until the form is
// submitted, the room vanishes with this account's stay.
func (d *ejabberd) createInside(ctx context.Context, st *session.Stream, name, address string, s muc.Settings) error {
	stay, err := enterNew(ctx, st, address)
	if err != nil {
		return err
	}
	defer stay.Leave(ctx)
	logs, err := d.hasLogs(ctx, name, true)
	if err != nil {
		return err
	}
	if d.neverPersistent() {
		return fmt.Errorf("%w: the room's form cannot make it persistent", session.ErrInterrupted) // another try makes it by command
	}
	sent, err := stay.SendSubject(ctx, s[muc.Subject])
	if err != nil {
		return err
	}
	form := withSettings(xep.NewSubmission(xep.FormRoomConfig), withoutSubject(s), func(field string) bool {
		return field == fieldLogging && logs || field != fieldLogging && d.hasField(field)
	})
	if err := xep.SubmitRoomForm(ctx, st, address, form); err != nil {
		return err
	}
	d.noteMade(st, name)
	err = sent()
	d.fallback.seen.note(st, address, s[muc.Subject], err)
	return err
}

// hasField reports whether the forms of rooms have a field, as far as it is known.
func (d *ejabberd) hasField(name string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.form != nil && d.form.Has(name)
}

// neverPersistent reports whether the form of a room was seen, and lets this
// account not make it persistent. The commands do that all the same.
func (d *ejabberd) neverPersistent() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, has := FieldOf(muc.Persistent, func(name string) bool { return d.form == nil || d.form.Has(name) })
	return !has
}

// creation returns the options that a room is made with, and the settings that
// cannot stand among them.
func (d *ejabberd) creation(s muc.Settings) (options []string, rest muc.Settings) {
	options, rest = []string{"affiliations:owner=" + d.conn.Client.JID()}, make(muc.Settings)
	for _, setting := range s.Names() {
		switch {
		case setting == muc.Password && s[setting] == "", !d.offers(setting):
		case setting != muc.Password && simple(s[setting]):
			options = append(options, optionName(setting)+":"+s[setting])
		default:
			rest[setting] = s[setting]
		}
	}
	return options, rest
}

// simple reports whether a value can stand in a list of options: a colon or no
// text at all makes ejabberd answer as if it had no such command.
func simple(value string) bool {
	return value != "" && !strings.ContainsAny(value, ":\n")
}

// offers reports whether a setting has an option that can be set. Until it is
// known whether rooms have a public log, that is tried.
func (d *ejabberd) offers(setting muc.Setting) bool {
	if optionName(setting) == "" {
		return false
	}
	if setting == muc.MessageArchive {
		return d.conn.Facts.Archives
	}
	if setting != muc.PublicLog {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.logs == nil || *d.logs
}

// host returns the virtual host that serves the rooms, whose default options
// rooms have: the account's, or the domain above the service's, if it lists the
// service among its items; empty where neither does. ejabberd lists a service by
// its name alone, so that another host may serve it: see servedElsewhere and
// ExamineCreation.
func (d *ejabberd) host(ctx context.Context) (string, error) {
	d.pins.Lock()
	defer d.pins.Unlock()
	if d.served != nil {
		return *d.served, nil
	}
	served := ""
	candidates := []string{d.conn.Client.Domain()}
	if _, above, _ := strings.Cut(d.conn.Domain, "."); strings.Contains(above, ".") && !sameDomain(above, candidates[0]) {
		candidates = append(candidates, above)
	}
	for _, candidate := range candidates {
		items, err := xep.Items(ctx, d.conn.Client, candidate, "")
		if err != nil && !errors.As(err, new(*session.AnswerError)) {
			return "", err
		}
		if served == "" && slices.ContainsFunc(items, func(i xep.DiscoItem) bool { return sameDomain(i.JID, d.conn.Domain) }) {
			served = candidate
		}
	}
	d.served = &served
	return served, nil
}

// servedElsewhere reports whether making a room failed as it does where the host
// given has no rooms at all: ejabberd answers with an internal error and does
// nothing.
func servedElsewhere(err error) bool {
	var failed *xep.CommandError
	return errors.As(err, &failed) && strings.Contains(failed.Text, "internal_error")
}

// createElsewhere makes a room that no command makes, as the owner dialect does.
// When that succeeds, so are the rooms after it.
func (d *ejabberd) createElsewhere(ctx context.Context, name string, s muc.Settings) error {
	err := d.fallback.Create(ctx, name, s)
	if err == nil {
		unknown := ""
		d.pins.Lock()
		defer d.pins.Unlock()
		d.served = &unknown
	}
	return err
}

// ExamineCreation looks at a room that d has made with the settings set, beside
// the form that a room made by plain XEP-0045 has. It returns why d itself makes
// rooms by plain XEP-0045, where it does. That the two have other default options
// is an error: the command has taken those of another virtual host.
func ExamineCreation(ctx context.Context, d Dialect, name string, set muc.Settings, plain xep.Form) (why string, err error) {
	e, ok := d.(*ejabberd)
	if !ok {
		return "", nil
	}
	host, err := e.host(ctx)
	if err != nil {
		return "", err
	}
	if host == "" {
		return "no virtual host is known to serve " + e.conn.Domain, nil
	}
	address, err := e.conn.JID(name)
	if err != nil {
		return "", err
	}
	made, err := xep.RoomForm(ctx, e.conn.Client, address)
	if err != nil {
		return "", err
	}
	for _, s := range set.Names() {
		field, _ := FieldOf(s, made.Has)
		plain.Fields = slices.DeleteFunc(slices.Clone(plain.Fields), func(f xep.Field) bool { return f.Var == field })
	}
	for _, want := range plain.Fields {
		if got, shown := made.Field(want.Var); shown && !slices.Equal(got.Values, want.Values) {
			return "", fmt.Errorf("create_room_with_opts gives %s the value %q, the service %q: %s serves other rooms than those of %s",
				want.Var, got.Value(), want.Value(), host, e.conn.Domain)
		}
	}
	return "", nil
}
