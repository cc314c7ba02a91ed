package dialect

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// openfire is the dialect of Openfire: plain XEP-0045, by the rights of an
// administrator of the MUC service.
//
// Openfire has an ad-hoc command that makes rooms, create-muc-room, at the
// account's domain. It shows that the server is an Openfire, and is never run.
// It gives the room to whichever administrator of the server comes first, not
// to this account, and leaves it locked and out of the database. On a room that
// exists it succeeds as well, and overwrites the room's flags and password.
// Looking beforehand does not make that safe, since the room may be made
// between the look and the command. Joining is safe: the server answers, in the
// same step, whether the join has made the room.
type openfire struct {
	conn     *Conn
	fallback *owner
}

func newOpenfire(c *Conn) *openfire {
	return &openfire{conn: c, fallback: &owner{conn: c}}
}

// isOpenfire reports whether the server is an Openfire: by its own name, or
// because its domain offers the command, as it does to administrators of the
// server.
func isOpenfire(c *Conn) bool {
	return c.software("openfire") || slices.Contains(c.Facts.AtDomain, nodeCreate)
}

// Name returns "openfire".
func (d *openfire) Name() string { return "openfire" }

// Survey looks at the rooms that the service lists, and at names.
func (d *openfire) Survey(ctx context.Context, names []string) ([]muc.Room, error) {
	rooms, err := d.fallback.Survey(ctx, names)
	return d.withoutArchive(rooms), err
}

// Read looks at each room by itself, all at once.
func (d *openfire) Read(ctx context.Context, names []string) ([]muc.Room, error) {
	rooms, err := d.fallback.Read(ctx, names)
	return d.withoutArchive(rooms), err
}

// withoutArchive removes the setting of the message archive where the service
// has none: rooms have the field for it even where no plugin is loaded that
// makes what is logged readable.
func (d *openfire) withoutArchive(rooms []muc.Room) []muc.Room {
	if !d.conn.Facts.Archives {
		for _, r := range rooms {
			delete(r.Settings, muc.MessageArchive)
		}
	}
	return rooms
}

// ShowsSubjects reports false, as for the owner dialect.
func (d *openfire) ShowsSubjects() bool { return d.fallback.ShowsSubjects() }

// ReadSubjects enters the rooms, as the owner dialect does.
func (d *openfire) ReadSubjects(ctx context.Context, names, ifEmpty []string) ([]muc.Room, error) {
	return d.fallback.ReadSubjects(ctx, names, ifEmpty)
}

// unlimited is a field that is no setting of this project's: Openfire gives
// every new room a limit of thirty occupants, where other servers have none.
func unlimited() xep.Field {
	return xep.Field{Var: fieldPrefix + "maxusers", Values: []string{"0"}}
}

// Create joins the room, which makes it, configures and leaves it. A room that
// existed is left at once, one that is locked cannot be entered: in both cases
// nothing of it has changed.
func (d *openfire) Create(ctx context.Context, name string, s muc.Settings) error {
	address, err := d.conn.JID(name)
	if err != nil {
		return err
	}
	st, err := d.conn.Client.Stream(ctx)
	if err != nil {
		return roomError(name, err)
	}
	stay, err := enterNew(ctx, st, address)
	if errors.Is(err, session.ErrAbsent) {
		// Openfire's answer for a locked room, to all but its owners.
		return roomError(name, fmt.Errorf("%w, locked until its owner has configured it (%v)", session.ErrExists, err))
	}
	if err != nil {
		return d.needsRights(name, err)
	}
	defer stay.Leave(ctx)
	return roomError(name, d.fallback.configureNew(ctx, st, stay, address, s, unlimited()))
}

// Configure submits the room's form.
func (d *openfire) Configure(ctx context.Context, name string, s muc.Settings) error {
	return d.fallback.Configure(ctx, name, s)
}

// Adopt makes this account an owner, as an administrator of the MUC service
// may. It is done by muc#admin, one affiliation at a time: the configuration
// form has a field for the owners too, but that is the whole list, and an owner
// missing from it is dropped.
func (d *openfire) Adopt(ctx context.Context, name string) error {
	address, err := d.conn.JID(name)
	if err != nil {
		return err
	}
	return d.needsRights(name, xep.Affiliate(ctx, d.conn.Client, address, xep.ListItem{JID: d.conn.Client.JID(), Affiliation: "owner"}))
}

// Archive archives as the owner dialect does.
func (d *openfire) Archive(ctx context.Context, name string, s muc.Settings) error {
	return d.fallback.Archive(ctx, name, s)
}

// Reopen reopens as the owner dialect does.
func (d *openfire) Reopen(ctx context.Context, name string, s muc.Settings) error {
	return d.fallback.Reopen(ctx, name, s)
}

// Retention reports as the owner dialect does.
func (d *openfire) Retention(ctx context.Context) []Finding { return d.fallback.Retention(ctx) }

// needsRights names the room that an error is about, and adds to one of rights
// which right is missing.
func (d *openfire) needsRights(name string, err error) error {
	err = roomError(name, err)
	if errors.Is(err, session.ErrForbidden) {
		return &AdvisedError{err: err, advice: openfireRights(d.conn)}
	}
	return err
}

// openfireRights returns what this account must be.
func openfireRights(c *Conn) string {
	return fmt.Sprintf("list %s among the administrators of the group chat service %s "+
		"(in Openfire's console: Group Chat, Administrators); being an administrator of the server is not enough",
		c.Client.JID(), c.Domain)
}

func knownOpenfire() server {
	return server{
		name:     "openfire",
		obstacle: openfireObstacle,
		commands: func(*Conn) string { return "" },
		creation: openfireRights,
		retention: func(*Conn) Finding {
			return Finding{Check: "retention", Verdict: OK, Text: "how long the archive is kept cannot be seen from here"}
		},
		rate: func(c *Conn) string { return "exempt " + c.Client.JID() + " from its traffic limits" },
	}
}

func openfireObstacle(_ *Conn, setting muc.Setting) string {
	switch setting {
	case muc.Language:
		return "Openfire's rooms have no language"
	case muc.MessageArchive:
		return "what Openfire logs cannot be read without the Monitoring Service plugin; install it and switch archiving of group chats on"
	case muc.LogAddress:
		return "Openfire's rooms have no address of their log"
	case muc.PublicLog:
		return "Openfire has no public log of its own; what a room logs is its message archive"
	default:
		return ""
	}
}
