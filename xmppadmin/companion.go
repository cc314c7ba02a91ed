package xmppadmin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"
)

// The commands of the companion module, in the manner of XEP-0133; the first
// is Openfire's. docs/protocol.md describes them.
const (
	formAdmin     = "http://jabber.org/protocol/admin"
	nodeCreate    = formAdmin + "#create-muc-room"
	nodeConfigure = formAdmin + "#configure-muc-room"
	nodeArchive   = formAdmin + "#archive-muc-room"
	nodeReopen    = formAdmin + "#reopen-muc-room"
	nodeGet       = formAdmin + "#get-muc-rooms"
)

// pageSize is how many rooms one page of a look holds.
const pageSize = 100

// companion is the dialect of a Prosody with the companion module: one command
// for each change, and a table of many rooms for a look.
type companion struct {
	service *Service

	mu     sync.Mutex
	fields map[string]bool // those of the server's form, once it was asked for
}

// Name returns "prosody".
func (d *companion) Name() string { return "prosody" }

// Survey reads the table of all rooms page by page. It holds hidden rooms too,
// so a name that is not in it is absent.
func (d *companion) Survey(ctx context.Context, names []string) ([]Room, error) {
	var rooms []Room
	for after := ""; ; {
		page, next, err := d.page(ctx, after, nil)
		if err != nil {
			return nil, err
		}
		rooms = append(rooms, page...)
		if next == "" {
			break
		}
		if next <= after {
			return nil, fmt.Errorf("%s: the table of rooms goes back from %q to %q", d.service.domain, after, next)
		}
		after = next
	}
	return withAbsent(rooms, names), nil
}

// Read asks for the rooms named, a page for each hundred of them.
func (d *companion) Read(ctx context.Context, names []string) ([]Room, error) {
	names = union(names, nil)
	var mu sync.Mutex
	var rooms []Room
	g, ctx := errgroup.WithContext(ctx)
	for part := range slices.Chunk(names, pageSize) {
		g.Go(func() error {
			page, next, err := d.page(ctx, "", part)
			if err == nil && next != "" {
				err = fmt.Errorf("%s: the table of %d rooms breaks off before %q", d.service.domain, len(part), next)
			}
			mu.Lock()
			defer mu.Unlock()
			rooms = append(rooms, page...)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return withAbsent(rooms, names), nil
}

// withAbsent adds those of names that a complete table does not have.
func withAbsent(rooms []Room, names []string) []Room {
	seen := make(map[string]bool, len(rooms))
	for _, r := range rooms {
		seen[r.Name] = true
	}
	for _, name := range union(names, nil) {
		if !seen[name] {
			rooms = append(rooms, Room{Name: name, State: Absent})
		}
	}
	sortRooms(rooms)
	return rooms
}

// page asks for one page of the table: of all rooms after one, or of those
// named. next is where the following page begins, empty on the last. It
// changes nothing, so it is asked again when the stream is lost.
func (d *companion) page(ctx context.Context, after string, names []string) (rooms []Room, next string, err error) {
	table, err := d.table(ctx, after, names)
	if err != nil {
		return nil, "", err
	}
	for _, item := range table.Items {
		room, err := d.room(item)
		if err != nil {
			return nil, "", err
		}
		rooms = append(rooms, room)
	}
	if n, ok := table.Field("next"); ok {
		next = n.Value()
	}
	return rooms, next, nil
}

// table asks for one page as it comes.
func (d *companion) table(ctx context.Context, after string, names []string) (Form, error) {
	form := NewSubmission(formAdmin).With("max", strconv.Itoa(pageSize))
	if after != "" {
		form = form.With("after", after)
	}
	if len(names) > 0 {
		form = form.With("roomnames", names...)
	}
	for {
		out, err := d.service.client.Submit(ctx, d.service.domain, nodeGet, form)
		switch {
		case errors.Is(err, ErrInterrupted) && ctx.Err() == nil:
			if err := d.service.client.waitForStream(ctx); err != nil {
				return Form{}, err
			}
		case err != nil:
			return Form{}, err
		case out.Form == nil:
			return Form{}, fmt.Errorf("%s: %s answered without a table", d.service.domain, nodeGet)
		default:
			return *out.Form, nil
		}
	}
}

// room reads one row of the table.
func (d *companion) room(item Item) (Room, error) {
	name, ok := item.Field("roomname")
	if !ok || name.Value() == "" {
		return Room{}, fmt.Errorf("%s: a row of the table of rooms has no name", d.service.domain)
	}
	if problem, bad := item.Field("error"); bad && problem.Value() != "" {
		return unknown(name.Value(), fmt.Errorf("%s: %s", d.service.domain, oneLine(problem.Value()))), nil
	}
	owners, ok := item.Field("owners")
	if !ok {
		return unknown(name.Value(), fmt.Errorf("%s: the table of rooms does not name its owners", d.service.domain)), nil
	}
	archived, _ := item.Field("archived")
	room := Room{
		Name: name.Value(), State: Exists, Archived: archived.Bool(),
		Settings: settingsOf(item.Fields), Managed: d.service.owns(owners.Values),
	}
	if protected, ok := item.Field("passwordprotected"); ok {
		room.Settings[Password] = passwordMark(protected.Bool())
	}
	return room, nil
}

// HiddenPassword stands for a password that the server does not show.
const HiddenPassword = "(hidden)"

func passwordMark(protected bool) string {
	if protected {
		return HiddenPassword
	}
	return ""
}

// owns says whether this account is among a room's owners.
func (s *Service) owns(owners []string) bool {
	return slices.ContainsFunc(owners, func(o string) bool { return sameJID(o, s.client.JID()) })
}

// Create makes a room in one command, which the module carries out wholly or
// not at all.
func (d *companion) Create(ctx context.Context, name string, s Settings) error {
	return d.submit(ctx, nodeCreate, name, s)
}

// Configure sets what is given in one command.
func (d *companion) Configure(ctx context.Context, name string, s Settings) error {
	return d.submit(ctx, nodeConfigure, name, s)
}

// Adopt adds this account to the room's owners.
func (d *companion) Adopt(ctx context.Context, name string) error {
	form := NewSubmission(formAdmin).With("roomname", name).With("owners", d.service.client.JID())
	_, err := d.service.client.Submit(ctx, d.service.domain, nodeConfigure, form)
	return roomError(name, err)
}

// Archive closes the room; the module keeps what it changed with the room.
func (d *companion) Archive(ctx context.Context, name string, s Settings) error {
	return d.submit(ctx, nodeArchive, name, s)
}

// Reopen has the module bring back what it changed.
func (d *companion) Reopen(ctx context.Context, name string, s Settings) error {
	return d.submit(ctx, nodeReopen, name, s)
}

func (d *companion) submit(ctx context.Context, node, name string, s Settings) error {
	if _, err := d.service.jid(name); err != nil {
		return err
	}
	fields, err := d.offered(ctx)
	if err != nil {
		return roomError(name, err)
	}
	form := withSettings(NewSubmission(formAdmin).With("roomname", name), s,
		func(field string) bool { return fields[field] })
	_, err = d.service.client.Submit(ctx, d.service.domain, node, form)
	return roomError(name, err)
}

// offered asks once for the fields of the server's form, which depend on the
// modules that it has loaded.
func (d *companion) offered(ctx context.Context) (map[string]bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fields != nil {
		return d.fields, nil
	}
	fields := make(map[string]bool)
	_, err := d.service.client.Execute(ctx, d.service.domain, nodeCreate, func(_ int, f *Form) (Form, error) {
		if f != nil {
			for _, field := range f.Fields {
				fields[field.Var] = true
				fields[shortNames[field.Var]] = true
			}
		}
		return Form{}, errLooked
	})
	if !errors.Is(err, errLooked) {
		if err == nil {
			err = errors.New("it was carried out without its form")
		}
		return nil, err
	}
	d.fields = fields
	return fields, nil
}

// shortNames are the fields that stand, in the form of Openfire's command, for
// those of a room's configuration; every command takes the latter too.
var shortNames = map[string]string{
	"persistent": fieldPrefix + "persistentroom",
	"public":     fieldPrefix + "publicroom",
	"password":   fieldPrefix + "roomsecret",
}

// errLooked cancels a command of which only the form was wanted.
var errLooked = errors.New("only the form was wanted")

// roomError names the room that an error is about.
func roomError(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("room %q: %w", name, err)
}
