package xmppadmin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// openfire is the dialect of Openfire: plain XEP-0045, by the rights of an
// administrator of the MUC service.
//
// Openfire has an ad-hoc command that makes rooms, create-muc-room, at the
// account's domain. It shows that the server is an Openfire, and is never run.
// It gives the room to whichever administrator of the server comes first, not
// to this account, and leaves it locked and out of the database. What is worse,
// on a room that exists it succeeds as well and overwrites the room's flags and
// password. No look beforehand makes that safe, since somebody may make the
// room between the look and the command. Joining is safe: the server itself
// tells, in the same step, whether the joining has made the room.
type openfire struct {
	service *Service
	owner
}

func newOpenfire(s *Service) *openfire {
	return &openfire{service: s, owner: owner{service: s}}
}

// isOpenfire says whether the server is an Openfire: it says so itself, or its
// domain offers the command, as it does to administrators of the server.
func (s *Service) isOpenfire() bool {
	return strings.EqualFold(s.facts.software, "openfire") || slices.Contains(s.facts.atDomain, nodeCreate)
}

// Name returns "openfire".
func (d *openfire) Name() string { return "openfire" }

// Survey looks at the rooms that the service lists, and at names.
func (d *openfire) Survey(ctx context.Context, names []string) ([]Room, error) {
	rooms, err := d.owner.Survey(ctx, names)
	return d.withoutArchive(rooms), err
}

// Read looks at each room by itself, all at once.
func (d *openfire) Read(ctx context.Context, names []string) ([]Room, error) {
	rooms, err := d.owner.Read(ctx, names)
	return d.withoutArchive(rooms), err
}

// withoutArchive takes away the setting of the message archive where the
// service has none: rooms have the field for it even where no plugin is loaded
// that would let anybody read what is logged.
func (d *openfire) withoutArchive(rooms []Room) []Room {
	if !d.service.facts.archives {
		for _, r := range rooms {
			delete(r.Settings, MessageArchive)
		}
	}
	return rooms
}

// maxUsers is a field that is no setting of this project's: Openfire gives
// every new room a limit of thirty occupants, where other servers have none.
const maxUsers = fieldPrefix + "maxusers"

// Create joins the room, which makes it, configures and leaves it. A room that
// was there already is left at once, one that is locked cannot be entered: in
// both cases nothing of it has changed.
func (d *openfire) Create(ctx context.Context, name string, s Settings) error {
	address, err := d.service.jid(name)
	if err != nil {
		return err
	}
	stay, err := d.service.client.join(ctx, address, d.nick())
	if errors.Is(err, ErrAbsent) {
		// So a locked room is called to all but its owners.
		return roomError(name, fmt.Errorf("%w, locked until whoever made it has configured it (%v)", ErrExists, err))
	}
	if err != nil {
		return d.needsRights(name, err)
	}
	defer stay.leave()
	if !stay.created {
		return roomError(name, ErrExists)
	}
	form, err := d.form(ctx, address)
	if err != nil {
		return roomError(name, err)
	}
	has := func(field string) bool { _, ok := form.Field(field); return ok }
	answer := withSettings(NewSubmission(formRoom), s, has)
	if has(maxUsers) {
		answer = answer.With(maxUsers, "0")
	}
	return roomError(name, d.submit(ctx, address, answer))
}

// Adopt makes this account an owner, as an administrator of the MUC service
// may. It is done by muc#admin, one affiliation at a time: the configuration
// form has a field for the owners too, but that is the whole list, and an owner
// missing from it is dropped.
func (d *openfire) Adopt(ctx context.Context, name string) error {
	address, err := d.service.jid(name)
	if err != nil {
		return err
	}
	return d.needsRights(name, d.affiliate(ctx, address, d.service.client.JID(), "owner"))
}

// needsRights names the room that an error is about, and where it is one of
// rights says which ones.
func (d *openfire) needsRights(name string, err error) error {
	err = roomError(name, err)
	if errors.Is(err, ErrForbidden) {
		return &rightsError{err: err, hint: d.service.openfireRights()}
	}
	return err
}

// openfireRights says what this account must be.
func (s *Service) openfireRights() string {
	return fmt.Sprintf("list %s among the administrators of the group chat service %s (in Openfire's console: Group Chat, Administrators); being an administrator of the server is not enough",
		s.client.JID(), s.domain)
}

// rightsError is a refusal, with what to do about it.
type rightsError struct {
	err  error
	hint string
}

// Error returns the refusal.
func (e *rightsError) Error() string { return e.err.Error() }

// Unwrap returns it too.
func (e *rightsError) Unwrap() error { return e.err }

// Hint says which right is missing.
func (e *rightsError) Hint() string { return e.hint }

func explainOpenfire(setting Setting) string {
	switch setting {
	case Language:
		return "Openfire's rooms have no language"
	case MessageArchive:
		return "nobody can read what Openfire logs without the Monitoring Service plugin; install it and switch archiving of group chats on"
	case PublicLog:
		return "Openfire has no public log of its own; what a room logs is its message archive"
	default:
		return ""
	}
}
