package dialect

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"muster/xmppadmin/muc"
	"muster/xmppadmin/session"
	"muster/xmppadmin/xep"
)

// formAdmin is the FORM_TYPE of administration commands (XEP-0133).
const formAdmin = "http://jabber.org/protocol/admin"

// The commands of the companion module, in the manner of XEP-0133; the first
// is Openfire's. docs/protocol.md describes them.
const (
	nodeCreate    = formAdmin + "#create-muc-room"
	nodeConfigure = formAdmin + "#configure-muc-room"
	nodeArchive   = formAdmin + "#archive-muc-room"
	nodeReopen    = formAdmin + "#reopen-muc-room"
	nodeGet       = formAdmin + "#get-muc-rooms"
)

// companionNodes returns the commands of the companion module, sorted.
func companionNodes() []string {
	return []string{nodeArchive, nodeConfigure, nodeCreate, nodeGet, nodeReopen}
}

// pageSize is how many rooms one page of the table holds.
const pageSize = 100

// companion is the dialect of a Prosody with the companion module: one command
// for each change, and a table of many rooms for reading them.
type companion struct {
	conn *Conn

	mu     sync.Mutex
	fields map[string]bool // those of the server's form, once it was fetched
}

// hasCompanion reports whether the service offers all that the dialect needs.
func hasCompanion(c *Conn) bool {
	return !slices.ContainsFunc(companionNodes(), func(node string) bool { return !c.offers(node) })
}

// Name returns "prosody".
func (d *companion) Name() string { return "prosody" }

// Survey reads the table of all rooms page by page. It holds hidden rooms too,
// so a name that is not in it is absent.
func (d *companion) Survey(ctx context.Context, names []string) ([]muc.Room, error) {
	var rooms []muc.Room
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
			return nil, fmt.Errorf("%s: the table of rooms goes back from %q to %q", d.conn.Domain, after, next)
		}
		after = next
	}
	return withAbsent(rooms, names), nil
}

// Read reads the rooms named, a page for each hundred of them.
func (d *companion) Read(ctx context.Context, names []string) ([]muc.Room, error) {
	names = union(names, nil)
	var mu sync.Mutex
	var rooms []muc.Room
	g, ctx := errgroup.WithContext(ctx)
	for part := range slices.Chunk(names, pageSize) {
		g.Go(func() error {
			page, next, err := d.page(ctx, "", part)
			if err == nil && next != "" {
				err = fmt.Errorf("%s: the table of %d rooms breaks off before %q", d.conn.Domain, len(part), next)
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

// ShowsSubjects reports true: the table has them.
func (d *companion) ShowsSubjects() bool { return true }

// ReadSubjects reads the rooms named.
func (d *companion) ReadSubjects(ctx context.Context, names, ifEmpty []string) ([]muc.Room, error) {
	return d.Read(ctx, union(names, ifEmpty))
}

// withAbsent adds those of names that a complete table does not have.
func withAbsent(rooms []muc.Room, names []string) []muc.Room {
	seen := make(map[string]bool, len(rooms))
	for _, r := range rooms {
		seen[r.Name] = true
	}
	for _, name := range union(names, nil) {
		if !seen[name] {
			rooms = append(rooms, muc.Room{Name: name, State: muc.Absent})
		}
	}
	sortRooms(rooms)
	return rooms
}

// page reads one page of the table: of all rooms after one, or of those named.
// next is where the following page begins, empty on the last.
func (d *companion) page(ctx context.Context, after string, names []string) (rooms []muc.Room, next string, err error) {
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

// table fetches one page. It changes nothing, so it is asked again when the
// stream is lost.
func (d *companion) table(ctx context.Context, after string, names []string) (xep.Form, error) {
	form := xep.NewSubmission(formAdmin).With("max", strconv.Itoa(pageSize))
	if after != "" {
		form = form.With("after", after)
	}
	if len(names) > 0 {
		form = form.With("roomnames", names...)
	}
	var out xep.Outcome
	err := d.conn.Client.RetryLost(ctx, func() (err error) {
		out, err = xep.Submit(ctx, d.conn.Client, d.conn.Domain, nodeGet, form)
		return err
	})
	switch {
	case err != nil:
		return xep.Form{}, err
	case out.Form == nil:
		return xep.Form{}, fmt.Errorf("%s: %s answered without a table", d.conn.Domain, nodeGet)
	}
	return *out.Form, nil
}

// room reads one row of the table.
func (d *companion) room(item xep.Item) (muc.Room, error) {
	name, ok := item.Field("roomname")
	if !ok || name.Value() == "" {
		return muc.Room{}, fmt.Errorf("%s: a row of the table of rooms has no name", d.conn.Domain)
	}
	if problem, bad := item.Field("error"); bad && problem.Value() != "" {
		return muc.UnknownRoom(name.Value(), fmt.Errorf("%s: %s", d.conn.Domain, session.OneLine(problem.Value()))), nil
	}
	owners, ok := item.Field("owners")
	if !ok {
		return muc.UnknownRoom(name.Value(), fmt.Errorf("%s: the table of rooms does not name its owners", d.conn.Domain)), nil
	}
	archived, _ := item.Field("archived")
	room := muc.Room{
		Name: name.Value(), State: muc.Exists, Archived: archived.Bool(),
		Settings: settingsOf(item.Fields), Managed: d.conn.owns(owners.Values),
	}
	if room.Archived && room.Settings[muc.Moderated] == muc.False {
		room.Archived, room.HalfArchived = false, true // opened by hand
	}
	if occupants, ok := item.Field("occupants"); ok {
		room.Occupants, _ = strconv.Atoi(occupants.Value())
	}
	if protected, ok := item.Field("passwordprotected"); ok {
		room.Settings[muc.Password] = passwordMark(protected.Bool())
	}
	return room, nil
}

// Create makes a room in one command, which the module carries out wholly or
// not at all.
func (d *companion) Create(ctx context.Context, name string, s muc.Settings) error {
	return d.submit(ctx, nodeCreate, name, s)
}

// Configure sets what is given in one command.
func (d *companion) Configure(ctx context.Context, name string, s muc.Settings) error {
	return d.submit(ctx, nodeConfigure, name, s)
}

// Adopt adds this account to the room's owners.
func (d *companion) Adopt(ctx context.Context, name string) error {
	form := xep.NewSubmission(formAdmin).With("roomname", name).With("owners", d.conn.Client.JID())
	_, err := xep.Submit(ctx, d.conn.Client, d.conn.Domain, nodeConfigure, form)
	return roomError(name, err)
}

// Archive closes the room; the module keeps what it changed with the room.
func (d *companion) Archive(ctx context.Context, name string, s muc.Settings) error {
	return d.submit(ctx, nodeArchive, name, s)
}

// Reopen has the module bring back what it changed.
func (d *companion) Reopen(ctx context.Context, name string, s muc.Settings) error {
	return d.submit(ctx, nodeReopen, name, s)
}

func (d *companion) submit(ctx context.Context, node, name string, s muc.Settings) error {
	if _, err := d.conn.JID(name); err != nil {
		return err
	}
	fields, err := d.offered(ctx)
	if err != nil {
		return roomError(name, err)
	}
	form := withSettings(xep.NewSubmission(formAdmin).With("roomname", name), s,
		func(field string) bool { return fields[field] })
	_, err = xep.Submit(ctx, d.conn.Client, d.conn.Domain, node, form)
	return roomError(name, err)
}

// offered returns the fields of the server's form, which depend on the modules
// that it has loaded. The form is fetched once.
func (d *companion) offered(ctx context.Context) (map[string]bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fields != nil {
		return d.fields, nil
	}
	form, err := xep.CommandForm(ctx, d.conn.Client, d.conn.Domain, nodeCreate)
	if err != nil {
		return nil, err
	}
	fields := make(map[string]bool)
	if form != nil {
		for _, field := range form.Fields {
			fields[field.Var] = true
			fields[longName(field.Var)] = true
		}
	}
	d.fields = fields
	return fields, nil
}

// longName returns the field of a room's configuration that a field of
// Openfire's command stands for, or "". Every command takes both.
func longName(field string) string {
	switch field {
	case "persistent":
		return fieldPrefix + "persistentroom"
	case "public":
		return fieldPrefix + "publicroom"
	case "password":
		return fieldPrefix + "roomsecret"
	default:
		return ""
	}
}
