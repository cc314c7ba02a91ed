// Package dialect is how each kind of server takes room commands, and what is
// known of each: one file per server with its detection, its commands and
// fields, what on it stands in the way of a setting, and how long it keeps an
// archive. owner.go and archive.go are the dialect that every server speaks,
// plain XEP-0045, on which the others fall back.
//
// It decides nothing: which rooms there should be, and how they are set, is
// decided above. To add a server, add its file, and its lines in Choose and in
// servers.
package dialect

import (
	"context"
	"fmt"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/session"
)

// Dialect is how one kind of server takes room commands. No answer of its
// methods that change a room is proof of the change: read the room back.
type Dialect interface {
	// Name is the name by which the configuration chooses the dialect.
	Name() string
	// Survey looks at every room that the service shows to this account and
	// at each of names, listed or not. The rooms are sorted by name, each
	// once; one that could not be looked at is Unknown. An error means that
	// nothing at all is known.
	Survey(ctx context.Context, names []string) ([]muc.Room, error)
	// Read looks at the rooms named and at no others, in the same manner.
	Read(ctx context.Context, names []string) ([]muc.Room, error)
	// ShowsSubjects reports whether Survey and Read show the present subjects
	// of rooms. Where they do not, a room has the setting muc.Subject only if
	// it was read or set in this session.
	ShowsSubjects() bool
	// ReadSubjects reads the subjects of the rooms called names, whatever that
	// takes, and of those of ifEmpty that have no occupants, in the manner of
	// Read. Rooms that exist have the number of occupants, and the setting
	// muc.Subject if it was read.
	ReadSubjects(ctx context.Context, names, ifEmpty []string) ([]muc.Room, error)
	// Create makes a room with these settings, owned by this account. A room
	// that exists is left alone: session.ErrExists.
	Create(ctx context.Context, name string, s muc.Settings) error
	// Configure sets these settings of a room and leaves all others.
	Configure(ctx context.Context, name string, s muc.Settings) error
	// Adopt makes this account an owner besides the present owners.
	Adopt(ctx context.Context, name string) error
	// Archive closes a room for all but its owners; what it changes is kept
	// on the server. The settings, with a title that has the mark of an
	// archived room, are set in the same step.
	Archive(ctx context.Context, name string, s muc.Settings) error
	// Reopen undoes Archive; the settings win over what is restored.
	Reopen(ctx context.Context, name string, s muc.Settings) error
	// Retention reports how long the archive is kept, as far as that can be
	// seen.
	Retention(ctx context.Context) []Finding
}

// Names returns the names that Choose knows, sorted.
func Names() []string { return []string{"auto", "ejabberd", "openfire", "owner", "prosody"} }

// Choose returns the dialect called name, or where that is "auto" or empty the
// one with the fewest requests that the service offers to this account.
func Choose(c *Conn, name string) (Dialect, error) {
	switch name {
	case "", "auto":
		return best(c), nil
	case "prosody":
		if !hasCompanion(c) {
			return nil, notOffered(c, nodeGet, fmt.Sprintf("load admin_muc on the component %s and list %s in its admins", c.Domain, c.Client.JID()))
		}
		return &companion{conn: c}, nil
	case "ejabberd":
		if !hasEjabberd(c) {
			return nil, notOffered(c, nodeAPI+ejabberdCommands()[0], fmt.Sprintf("enable mod_adhoc_api and allow %s by api_permissions", c.Client.JID()))
		}
		return newEjabberd(c), nil
	case "openfire":
		return newOpenfire(c), nil
	case "owner":
		return &owner{conn: c}, nil
	default:
		return nil, &session.ConnectError{
			Step: "use the dialect", On: fmt.Sprintf("%q", name), Err: session.ErrUnsupported,
			Hint: session.Hint{Kind: session.HintDialect, Names: Names()},
		}
	}
}

// best returns the dialect with the fewest requests that the service offers.
func best(c *Conn) Dialect {
	switch {
	case hasCompanion(c):
		return &companion{conn: c}
	case hasEjabberd(c):
		return newEjabberd(c)
	case isOpenfire(c):
		return newOpenfire(c)
	default:
		return &owner{conn: c}
	}
}

func notOffered(c *Conn, command, advice string) error {
	return &session.ConnectError{
		Step: "use the commands of", On: c.Domain, Err: fmt.Errorf("%s is not offered to %s", command, c.Client.JID()),
		Hint: session.Hint{Kind: session.HintCommands, Advice: advice},
	}
}
