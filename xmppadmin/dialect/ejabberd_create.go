package dialect

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/xep"
)

// Create makes a room with all settings that can be given with it, and sets
// the others by themselves. ejabberd would make a room without an owner, and
// let it vanish after half a minute, by default.
func (d *ejabberd) Create(ctx context.Context, name string, s muc.Settings) error {
	address, err := d.conn.JID(name)
	if err != nil {
		return err
	}
	options := []string{"affiliations:owner=" + d.conn.Client.JID()}
	rest := make(muc.Settings)
	for _, setting := range s.Names() {
		switch {
		case setting == muc.Password && s[setting] == "", !d.offers(setting):
		case setting == muc.Password:
			rest[setting] = s[setting]
		case simple(s[setting]):
			options = append(options, optionName(setting)+":"+s[setting])
		default:
			rest[setting] = s[setting]
		}
	}
	fields := append(d.room(name),
		xep.Field{Var: "host", Values: []string{d.conn.Client.Domain()}}, xep.Field{Var: "options", Values: options})
	if err := d.call(ctx, "create_room_with_opts", fields...); err != nil {
		return roomError(name, err)
	}
	if err := d.setEach(ctx, name, rest); err != nil || s[muc.Subject] == "" {
		return err
	}
	return roomError(name, d.fallback.setFirstSubject(ctx, address, s[muc.Subject]))
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

// setSubject sets the subject from inside the room.
func (d *ejabberd) setSubject(ctx context.Context, name, text string) error {
	address, err := d.conn.JID(name)
	if err != nil {
		return err
	}
	return d.fallback.setSubject(ctx, address, text)
}

// setEach sets each setting by itself, all at once.
func (d *ejabberd) setEach(ctx context.Context, name string, s muc.Settings) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, setting := range s.Names() {
		if setting == muc.Subject {
			g.Go(func() error { return d.setSubject(ctx, name, s[setting]) })
			continue
		}
		g.Go(func() error { return d.set(ctx, name, optionName(setting), s[setting]) })
		if setting == muc.Password {
			g.Go(func() error { return d.set(ctx, name, "password_protected", muc.True) })
		}
	}
	return roomError(name, g.Wait())
}

func (d *ejabberd) set(ctx context.Context, name, option, value string) error {
	fields := append(d.room(name), xep.Field{Var: "option", Values: []string{option}}, xep.Field{Var: "value", Values: []string{value}})
	if err := d.call(ctx, "change_room_option", fields...); err != nil {
		return fmt.Errorf("option %s: %w", option, err)
	}
	return nil
}
