package dialect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"mellium.im/xmpp/jid"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// ejabberd is the dialect of ejabberd 25.03 and later, whose mod_adhoc_api
// offers the server's own administration commands as ad-hoc commands at the
// account's domain. Reading a room costs two requests, one where it does not
// exist; making a room costs one, one more where it has settings that cannot be
// given with it, and one to read it back; with a subject it is made by entering
// it, which costs as much. Archiving goes by owner configuration.
type ejabberd struct {
	conn     *Conn
	fallback *owner

	mu   sync.Mutex
	logs *bool     // whether rooms have a public log; nil until that is known
	form *xep.Form // of a room, whose fields all rooms have; known when logs is
	// made are the rooms that Create has made and no look has shown yet, each with
	// the stream over which that was; owned is set once a look has shown this
	// account as the owner of one.
	made  map[string]*session.Stream
	owned bool

	pins   sync.Mutex
	old    map[string]bool // by command: see roomFor
	served *string         // see host; nil until that is known
}

func newEjabberd(c *Conn) *ejabberd {
	return &ejabberd{conn: c, fallback: &owner{conn: c}, made: make(map[string]*session.Stream), old: make(map[string]bool)}
}

// nodeAPI begins the nodes of mod_adhoc_api.
const nodeAPI = "api-commands/"

// ejabberdCommands returns those that the dialect needs, sorted.
func ejabberdCommands() []string {
	return []string{
		"create_room_with_opts", "get_room_affiliations", "get_room_options",
		"muc_online_rooms", "set_room_affiliation",
	}
}

// hasEjabberd reports whether the account's domain offers what the dialect
// needs.
func hasEjabberd(c *Conn) bool { return len(missingCommands(c)) == 0 }

// missingCommands returns those of the dialect's commands that are not offered.
func missingCommands(c *Conn) []string {
	return slices.DeleteFunc(ejabberdCommands(), func(command string) bool {
		return slices.Contains(c.Facts.AtDomain, nodeAPI+command)
	})
}

// optionName returns ejabberd's name of a setting, or "" where it has no
// option. The address of a log is the server's own.
func optionName(s muc.Setting) string {
	switch s {
	case muc.Language:
		return "lang"
	case muc.MessageArchive:
		return "mam"
	case muc.PublicLog:
		return "logging"
	case muc.ChangeSubject:
		return "allow_change_subj"
	case muc.Title, muc.Description, muc.Persistent, muc.Public, muc.MembersOnly, muc.Password, muc.Moderated:
		return string(s)
	default:
		return ""
	}
}

// Name returns "ejabberd".
func (d *ejabberd) Name() string { return "ejabberd" }

// Survey lists the rooms, hidden ones included, and looks at each of them and
// of names. Rooms that sleep are listed where the server offers a command for
// that; otherwise they are found by their names alone.
func (d *ejabberd) Survey(ctx context.Context, names []string) ([]muc.Room, error) {
	result, err := d.ask(ctx, "muc_online_rooms", xep.Field{Var: "service", Values: []string{d.conn.Domain}})
	if err != nil {
		return nil, err
	}
	rooms, ok := result.Field("rooms")
	if !ok {
		return nil, fmt.Errorf("%s: muc_online_rooms answered without a list of rooms", d.conn.Client.Domain())
	}
	listed, err := d.asleep(ctx)
	if err != nil {
		return nil, err
	}
	return d.conn.readListed(ctx, append(listed, d.conn.localparts(rooms.Values)...), names, d.Read)
}

// commandUnused lists the rooms without occupants that have not been used for
// some days, those that sleep among them: rooms that are stored and not loaded.
// It is used where it is offered. The list for empty archives leaves sleeping
// rooms out.
const commandUnused = "rooms_unused_list"

// asleep lists the rooms that may be asleep, or none where the server does not
// offer the command.
func (d *ejabberd) asleep(ctx context.Context) ([]string, error) {
	if !slices.Contains(d.conn.Facts.AtDomain, nodeAPI+commandUnused) {
		return nil, nil
	}
	result, err := d.ask(ctx, commandUnused,
		xep.Field{Var: "service", Values: []string{d.conn.Domain}}, xep.Field{Var: "days", Values: []string{"0"}})
	if err != nil {
		return nil, err
	}
	rooms, ok := result.Field("rooms")
	if !ok {
		return nil, fmt.Errorf("%s: %s answered without a list of rooms", d.conn.Client.Domain(), commandUnused)
	}
	return d.conn.localparts(rooms.Values), nil
}

// Read looks at each room by itself, all at once. Of the first rooms that were
// made, one is looked at before the others, to see who owns them.
func (d *ejabberd) Read(ctx context.Context, names []string) ([]muc.Room, error) {
	if name := d.unproven(names); name != "" {
		_, _ = d.look(ctx, name) // the look below has the outcome
	}
	return d.conn.lookAtEach(ctx, names, d.look)
}

// look reads the affiliations of a room and, where it exists, its options. Of a
// room that does not exist, and of one that cannot be loaded, the options are
// the same: none.
func (d *ejabberd) look(ctx context.Context, name string) (muc.Room, error) {
	address, err := d.conn.JID(name)
	if err != nil {
		return muc.UnknownRoom(name, err), nil
	}
	made, owned := d.takeMade(name)
	if made != nil && owned {
		if room, ok := d.lookAtMade(ctx, made, name, address); ok {
			return room, nil
		}
	}
	owners, err := d.owners(ctx, name)
	if errors.Is(err, session.ErrAbsent) {
		return muc.Room{Name: name, State: muc.Absent}, nil
	}
	if err != nil {
		return notSeen(ctx, name, err)
	}
	options, err := d.ask(ctx, "get_room_options", d.room(name)...)
	if err != nil {
		return notSeen(ctx, name, err)
	}
	lines, ok := options.Field("options")
	values := optionValues(lines.Values)
	if !ok || len(values) == 0 {
		return muc.UnknownRoom(name, fmt.Errorf("room %q: get_room_options answered without options", name)), nil
	}
	room := muc.Room{Name: name, State: muc.Exists, Managed: d.conn.owns(owners)}
	if room.Settings, err = d.settings(ctx, name, values, room.Managed); err != nil {
		return notSeen(ctx, name, err)
	}
	if made != nil && room.Managed {
		d.noteOwned()
	}
	d.fallback.seen.show(address, room.Settings)
	room.Archived, room.HalfArchived = muc.IsArchived(room.Settings), muc.IsHalfArchived(room.Settings)
	if room.Archived && (values["members_by_default"] == muc.True || values["allow_subscription"] == muc.True) {
		room.Archived, room.HalfArchived = false, true
	}
	return room, nil
}

// noteMade notes that Create has made a room, over a stream.
func (d *ejabberd) noteMade(st *session.Stream, name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.made[name] = st
}

// noteOwned notes that this account owns what Create makes.
func (d *ejabberd) noteOwned() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.owned = true
}

// unproven returns one of the rooms that Create has made, while it is not known
// that this account owns such rooms; empty for none.
func (d *ejabberd) unproven(names []string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if i := slices.IndexFunc(names, func(name string) bool { return d.made[name] != nil }); i >= 0 && !d.owned {
		return names[i]
	}
	return ""
}

// takeMade returns the stream over which Create has made the room since the last
// look at it, or nil, and whether it is known that this account owns such rooms.
func (d *ejabberd) takeMade(name string) (made *session.Stream, owned bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	made = d.made[name]
	delete(d.made, name)
	return made, d.owned
}

// lookAtMade looks at a room that Create has just made, with one request: the
// server gives the room's form to its owner. Over another stream than the one
// that the room was made over that would be no proof: ejabberd makes a room that
// does not exist, for a moment, for the one who requests its form. It reports false
// where it did not get the form, or the room has been archived since, or the form
// does not show to this account whether the room is persistent.
func (d *ejabberd) lookAtMade(ctx context.Context, st *session.Stream, name, address string) (muc.Room, bool) {
	form, err := xep.RoomForm(ctx, st, address)
	if err != nil {
		return muc.Room{}, false
	}
	logs, err := d.hasLogs(ctx, name, true)
	room := muc.Room{Name: name, State: muc.Exists, Managed: true, Settings: settingsOf(form.Fields)}
	if err != nil || d.neverPersistent() || logs != form.Has(fieldLogging) || muc.IsMarked(room.Settings[muc.Title]) {
		return muc.Room{}, false
	}
	if !d.conn.Facts.Archives {
		delete(room.Settings, muc.MessageArchive)
	}
	d.fallback.seen.show(address, room.Settings)
	return room, true
}

// optionValues reads lines of the form name:value.
func optionValues(lines []string) map[string]string {
	values := make(map[string]string, len(lines))
	for _, line := range lines {
		if name, value, ok := strings.Cut(line, ":"); ok {
			values[name] = value
		}
	}
	return values
}

// settings reads the settings out of a room's options. ejabberd has an option
// for the archive and one for the log even where the modules that would keep
// them are not loaded; such a setting is not shown.
func (d *ejabberd) settings(ctx context.Context, name string, values map[string]string, managed bool) (muc.Settings, error) {
	s := make(muc.Settings)
	for _, setting := range muc.AllSettings() {
		if value, ok := values[optionName(setting)]; ok {
			s[setting] = value
		}
	}
	s[muc.Password] = passwordMark(values["password_protected"] == muc.True && values["password"] != "")
	if !d.conn.Facts.Archives {
		delete(s, muc.MessageArchive)
	}
	logs, err := d.hasLogs(ctx, name, managed)
	if !logs {
		delete(s, muc.PublicLog)
	}
	return s, err
}

// hasLogs finds out, once, whether rooms have a public log: the owner's form
// has a field for it only then. A form without it is asked for a second time,
// because ejabberd leaves the field out while mod_muc_log is busy, as it is with
// the first room.
func (d *ejabberd) hasLogs(ctx context.Context, name string, managed bool) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.logs == nil && managed {
		address, err := d.conn.JID(name)
		if err != nil {
			return false, err
		}
		has := false
		for try := 0; try < 2 && !has; try++ {
			form, err := xep.RoomForm(ctx, d.conn.Client, address)
			if err != nil {
				return false, err
			}
			has = form.Has(fieldLogging)
			d.form = &form
		}
		d.logs = &has
	}
	return d.logs != nil && *d.logs, nil
}

// owners lists a room's owners.
func (d *ejabberd) owners(ctx context.Context, name string) ([]string, error) {
	const command = "get_room_affiliations"
	args, old, err := d.roomFor(ctx, command, name)
	if err != nil {
		return nil, err
	}
	result, err := d.ask(ctx, command, args...)
	if err != nil {
		return nil, err
	}
	list, ok := result.Field("affiliations")
	if !ok {
		return nil, errors.New("get_room_affiliations answered without a list")
	}
	var owners []string
	for _, line := range list.Values {
		// jid : affiliation : reason, or in an old version
		// localpart : domain : affiliation : reason
		if old {
			line = strings.Replace(line, " : ", "@", 1)
		}
		if parts := strings.SplitN(line, " : ", 3); len(parts) > 1 && parts[1] == "owner" {
			owners = append(owners, parts[0])
		}
	}
	return owners, nil
}

// ShowsSubjects reports false: no command shows the subject.
func (d *ejabberd) ShowsSubjects() bool { return false }

// ReadSubjects enters the rooms, as the owner dialect does.
func (d *ejabberd) ReadSubjects(ctx context.Context, names, ifEmpty []string) ([]muc.Room, error) {
	return d.fallback.ReadSubjects(ctx, names, ifEmpty)
}

// Configure submits the room's form, as the owner dialect does: three requests,
// however many settings there are. It enters the room to set the subject.
func (d *ejabberd) Configure(ctx context.Context, name string, s muc.Settings) error {
	return d.fallback.Configure(ctx, name, s)
}

// Adopt makes this account an owner, by the right of an administrator.
func (d *ejabberd) Adopt(ctx context.Context, name string) error {
	account, err := jid.Parse(d.conn.Client.JID())
	if err != nil {
		return err
	}
	const command = "set_room_affiliation"
	args, old, err := d.roomFor(ctx, command, name)
	if err != nil {
		return roomError(name, err)
	}
	if old {
		args = append(args, xep.Field{Var: "jid", Values: []string{account.String()}})
	} else {
		args = append(args, xep.Field{Var: "user", Values: []string{account.Localpart()}},
			xep.Field{Var: "host", Values: []string{account.Domainpart()}})
	}
	return roomError(name, d.call(ctx, command, append(args, xep.Field{Var: "affiliation", Values: []string{"owner"}})...))
}

// Archive archives as the owner dialect does.
func (d *ejabberd) Archive(ctx context.Context, name string, s muc.Settings) error {
	return d.fallback.Archive(ctx, name, s)
}

// Reopen reopens as the owner dialect does.
func (d *ejabberd) Reopen(ctx context.Context, name string, s muc.Settings) error {
	return d.fallback.Reopen(ctx, name, s)
}

// Retention reports that ejabberd deletes no message by itself.
func (d *ejabberd) Retention(context.Context) []Finding {
	return []Finding{{Check: "retention", Verdict: OK, Text: "mod_mam keeps messages until delete_old_mam_messages is run"}}
}
