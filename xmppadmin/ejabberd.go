package xmppadmin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	"mellium.im/xmpp/jid"
)

// ejabberd is the dialect of ejabberd 25.03 and later, whose mod_adhoc_api
// offers the server's own administration commands as ad-hoc commands at the
// account's domain. A look at a room that exists costs two requests, at one
// that does not, one; making a room costs one, and one for each setting that
// cannot be given with it. Archiving goes by owner configuration.
type ejabberd struct {
	service *Service
	owner

	mu   sync.Mutex
	logs *bool // whether rooms have a public log; nil while nobody knows
}

func newEjabberd(s *Service) *ejabberd {
	return &ejabberd{service: s, owner: owner{service: s}}
}

// nodeAPI begins the nodes of mod_adhoc_api.
const nodeAPI = "api-commands/"

// ejabberdCommands are those that the dialect needs, sorted.
var ejabberdCommands = []string{
	"change_room_option", "create_room_with_opts", "get_room_affiliations",
	"get_room_options", "muc_online_rooms", "set_room_affiliation",
}

// optionNames are ejabberd's names of the settings.
var optionNames = map[Setting]string{
	Title: "title", Description: "description", Language: "lang", Persistent: "persistent", Public: "public",
	MembersOnly: "members_only", Password: "password", MessageArchive: "mam", PublicLog: "logging",
	Moderated: "moderated", ChangeSubject: "allow_change_subj",
}

// Name returns "ejabberd".
func (d *ejabberd) Name() string { return "ejabberd" }

// Survey lists the rooms that are awake, hidden ones included, and looks at
// each of them and of names. A room that sleeps is not listed, but found by
// its name.
func (d *ejabberd) Survey(ctx context.Context, names []string) ([]Room, error) {
	result, err := d.ask(ctx, "muc_online_rooms", Field{Var: "service", Values: []string{d.service.domain}})
	if err != nil {
		return nil, err
	}
	rooms, ok := result.Field("rooms")
	if !ok {
		return nil, fmt.Errorf("%s: muc_online_rooms answered without a list of rooms", d.service.client.Domain())
	}
	var listed []string
	for _, address := range rooms.Values {
		if name, domain, ok := strings.Cut(address, "@"); ok && sameDomain(domain, d.service.domain) {
			listed = append(listed, name)
		}
	}
	return d.Read(ctx, union(listed, names))
}

// Read looks at each room by itself, all at once.
func (d *ejabberd) Read(ctx context.Context, names []string) ([]Room, error) {
	return d.service.lookAtEach(ctx, names, d.look)
}

// look reads the options of a room and, where there are any, its
// affiliations. A room that does not exist has no options.
func (d *ejabberd) look(ctx context.Context, name string) (Room, error) {
	if _, err := d.service.jid(name); err != nil {
		return unknown(name, err), nil
	}
	options, err := d.ask(ctx, "get_room_options", d.room(name)...)
	if err != nil {
		return d.notSeen(ctx, name, err)
	}
	lines, ok := options.Field("options")
	if !ok {
		return unknown(name, fmt.Errorf("room %q: get_room_options answered without options", name)), nil
	}
	values := optionValues(lines.Values)
	if len(values) == 0 {
		return Room{Name: name, State: Absent}, nil
	}
	owners, err := d.owners(ctx, name)
	if errors.Is(err, ErrAbsent) {
		return Room{Name: name, State: Absent}, nil // destroyed since
	}
	if err != nil {
		return d.notSeen(ctx, name, err)
	}
	room := Room{Name: name, State: Exists, Managed: d.service.owns(owners)}
	if room.Settings, err = d.settings(ctx, name, values, room.Managed); err != nil {
		return d.notSeen(ctx, name, err)
	}
	room.Archived = isArchived(room.Settings)
	return room, nil
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
func (d *ejabberd) settings(ctx context.Context, name string, values map[string]string, managed bool) (Settings, error) {
	s := make(Settings, len(optionNames))
	for setting, option := range optionNames {
		if value, ok := values[option]; ok {
			s[setting] = value
		}
	}
	if values["password_protected"] != True {
		s[Password] = ""
	}
	if !d.service.facts.archives {
		delete(s, MessageArchive)
	}
	logs, err := d.hasLogs(ctx, name, managed)
	if !logs {
		delete(s, PublicLog)
	}
	return s, err
}

// hasLogs finds out, once, whether rooms have a public log: the owner's form
// has a field for it only then.
func (d *ejabberd) hasLogs(ctx context.Context, name string, managed bool) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.logs == nil && managed {
		address, err := d.service.jid(name)
		if err != nil {
			return false, err
		}
		form, err := d.form(ctx, address)
		if err != nil {
			return false, err
		}
		_, has := form.Field(fieldLogging)
		d.logs = &has
	}
	return d.logs != nil && *d.logs, nil
}

// owners lists a room's owners.
func (d *ejabberd) owners(ctx context.Context, name string) ([]string, error) {
	result, err := d.ask(ctx, "get_room_affiliations", d.room(name)...)
	if err != nil {
		return nil, err
	}
	list, ok := result.Field("affiliations")
	if !ok {
		return nil, errors.New("get_room_affiliations answered without a list")
	}
	var owners []string
	for _, line := range list.Values {
		// jid : affiliation : reason
		if parts := strings.SplitN(line, " : ", 3); len(parts) > 1 && parts[1] == "owner" {
			owners = append(owners, parts[0])
		}
	}
	return owners, nil
}

// Create makes a room with all settings that can be given with it, and sets
// the others by themselves. ejabberd would make a room without an owner, and
// let it vanish after half a minute, unless told otherwise.
func (d *ejabberd) Create(ctx context.Context, name string, s Settings) error {
	if _, err := d.service.jid(name); err != nil {
		return err
	}
	options := []string{"affiliations:owner=" + d.service.client.JID()}
	rest := make(Settings)
	for _, setting := range s.Names() {
		switch {
		case setting == Password && s[setting] == "", !d.offers(setting):
		case simple(s[setting]):
			options = append(options, optionNames[setting]+":"+s[setting])
		default:
			rest[setting] = s[setting]
		}
	}
	fields := append(d.room(name),
		Field{Var: "host", Values: []string{d.service.client.Domain()}}, Field{Var: "options", Values: options})
	if err := d.call(ctx, "create_room_with_opts", fields...); err != nil {
		return roomError(name, err)
	}
	return d.Configure(ctx, name, rest)
}

// simple says whether a value can stand in a list of options: a colon or no
// text at all makes ejabberd answer as if it had no such command.
func simple(value string) bool {
	return value != "" && !strings.ContainsAny(value, ":\n")
}

// offers says whether a setting can be set, as far as it is known.
func (d *ejabberd) offers(setting Setting) bool {
	if setting == MessageArchive {
		return d.service.facts.archives
	}
	if setting != PublicLog {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.logs != nil && *d.logs
}

// Configure sets each setting by itself, all at once.
func (d *ejabberd) Configure(ctx context.Context, name string, s Settings) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, setting := range s.Names() {
		if !d.offers(setting) {
			continue
		}
		g.Go(func() error { return d.set(ctx, name, optionNames[setting], s[setting]) })
		if setting == Password {
			g.Go(func() error { return d.set(ctx, name, "password_protected", boolSetting(s[setting] != "")) })
		}
	}
	return roomError(name, g.Wait())
}

func (d *ejabberd) set(ctx context.Context, name, option, value string) error {
	fields := append(d.room(name), Field{Var: "option", Values: []string{option}}, Field{Var: "value", Values: []string{value}})
	if err := d.call(ctx, "change_room_option", fields...); err != nil {
		return fmt.Errorf("option %s: %w", option, err)
	}
	return nil
}

// Adopt makes this account an owner, by the right of an administrator.
func (d *ejabberd) Adopt(ctx context.Context, name string) error {
	account, err := jid.Parse(d.service.client.JID())
	if err != nil {
		return err
	}
	return roomError(name, d.call(ctx, "set_room_affiliation", append(d.room(name),
		Field{Var: "user", Values: []string{account.Localpart()}}, Field{Var: "host", Values: []string{account.Domainpart()}},
		Field{Var: "affiliation", Values: []string{"owner"}})...))
}

// hasEjabberd says whether the account's domain offers what the dialect needs.
func (s *Service) hasEjabberd() bool {
	for _, command := range ejabberdCommands {
		if !slices.Contains(s.facts.atDomain, nodeAPI+command) {
			return false
		}
	}
	return true
}
