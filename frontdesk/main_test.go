package frontdesk_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"muster/agenda"
	"muster/frontdesk"
	"muster/xmppadmin"
)

// noon is the time at which most tests begin.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// Those who are at the desk in most tests.
const (
	alice = "alice@example.org" // linked, chair of quic
	bob   = "bob@example.org"   // linked, director of the area wit
	dave  = "dave@example.org"  // not linked
	eve   = "eve@elsewhere.example"
	amy   = "amy@example.org" // of the secretariat
)

func sample(room string) frontdesk.Request {
	return frontdesk.Request{Room: room, Acronym: "quic", Title: "QUIC design team", Purpose: "Designing", Until: "2026-12-24", JID: alice, Person: 7}
}

// fakePeople is a Datatracker.
type fakePeople struct {
	mu       sync.Mutex
	roles    agenda.RoleList
	groups   agenda.GroupList
	profiles agenda.ProfileList
	err      error
	asked    int // how often for a person
}

func (p *fakePeople) Roles(context.Context) (agenda.RoleList, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.roles, p.err
}

func (p *fakePeople) Acronyms(context.Context) (agenda.GroupList, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.groups, p.err
}

func (p *fakePeople) Profiles(context.Context) (agenda.ProfileList, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.profiles, p.err
}

func (p *fakePeople) Person(_ context.Context, id int) (agenda.Person, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	names := map[int]string{7: "Alice Example", 8: "Bob <b>Example</b> & Sons", 9: "Carol Example"}
	if names[id] == "" || p.err != nil {
		return agenda.Person{}, errors.Join(errors.New("no such person"), p.err)
	}
	return agenda.Person{ID: id, Name: names[id]}, nil
}

// fakeRooms is a MUC service with the plan, guard and apply before it.
type fakeRooms struct {
	mu       sync.Mutex
	rooms    map[string]xmppadmin.Room
	reserved map[string]string
	aff      map[string]map[string]string
	err      error // of Make
	lookErr  error
	grantErr error
	killed   bool // the desk dies while it grants
	makes    []string
	looks    int // of affiliations
	lives    int
	log      []string // of Grant and Revoke
}

func (r *fakeRooms) Make(_ context.Context, name string) (frontdesk.Made, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.makes = append(r.makes, name)
	if r.err != nil {
		return frontdesk.Made{}, r.err
	}
	before := r.rooms[name]
	r.rooms[name] = xmppadmin.Room{Name: name, State: xmppadmin.Exists, Managed: true}
	return frontdesk.Made{JID: name + "@rooms.example.org", Reopened: before.Archived}, nil
}

func (r *fakeRooms) Look(_ context.Context, name string) (xmppadmin.Room, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	room, ok := r.rooms[name]
	if !ok {
		room = xmppadmin.Room{Name: name, State: xmppadmin.Absent}
	}
	return room, r.lookErr
}

func (r *fakeRooms) Reserved(_ context.Context, name string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reserved[name], nil
}

func (r *fakeRooms) Live(context.Context) ([]xmppadmin.Room, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lives++
	var all []xmppadmin.Room
	for _, room := range r.rooms {
		if room.Managed && !room.Archived {
			all = append(all, room)
		}
	}
	slices.SortFunc(all, func(a, b xmppadmin.Room) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

func (r *fakeRooms) Affiliations(_ context.Context, name string) (map[string]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.looks++
	have := map[string]string{}
	for jid, a := range r.aff[name] {
		have[jid] = a
	}
	return have, nil
}

func (r *fakeRooms) set(name, jid, affiliation string) {
	if r.aff[name] == nil {
		r.aff[name] = map[string]string{}
	}
	r.aff[name][jid] = affiliation
}

func (r *fakeRooms) Grant(_ context.Context, name, jid string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.grantErr != nil {
		return r.grantErr
	}
	r.set(name, jid, "admin")
	r.log = append(r.log, "+"+name+" "+jid)
	if r.killed {
		panic("killed")
	}
	return nil
}

func (r *fakeRooms) Revoke(_ context.Context, name, jid string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.set(name, jid, "none")
	r.log = append(r.log, "-"+name+" "+jid)
	return nil
}

// world is a desk and all around it.
type world struct {
	t      testing.TB
	cfg    frontdesk.Config
	desk   *frontdesk.Desk
	store  *frontdesk.Store
	people *fakePeople
	rooms  *fakeRooms
	now    time.Time
}

func theConfig() frontdesk.Config {
	return frontdesk.Config{
		Domain: "desk.example.org", Chat: "help", Service: "rooms.example.org", Name: "Room desk", Secretariat: []string{amy}, Local: "example.org",
		Roles: []string{"chair", "secr", "delegate", "lead"}, AreaDirectors: true, ChairsAreAdmins: true, Profile: true, Mail: true,
		Quota: frontdesk.Quota{Group: 5, Person: 10, Days: 180, All: 200}, DefaultDays: 30, Warn: 7 * 24 * time.Hour, Pending: 30 * 24 * time.Hour,
		RoomsURL: "https://rooms.example.org/", LogURL: "https://logs.example.org/{room}/",
	}
}

// newWorld returns a desk at which alice and bob are linked.
func newWorld(t testing.TB, change ...func(*world)) *world {
	t.Helper()
	w := &world{t: t, cfg: theConfig(), now: noon,
		people: &fakePeople{roles: theRoles(), groups: theGroups(), profiles: agenda.ProfileList{Confirmed: noon.Add(-time.Hour)}},
		rooms: &fakeRooms{rooms: map[string]xmppadmin.Room{
			"quic":    {Name: "quic", State: xmppadmin.Exists, Managed: true, Settings: xmppadmin.Settings{xmppadmin.Title: "QUIC <b>& more"}},
			"hallway": {Name: "hallway", State: xmppadmin.Exists, Managed: true},
		}, reserved: map[string]string{}, aff: map[string]map[string]string{}}}
	for _, c := range change {
		c(w)
	}
	var err error
	if w.store, err = frontdesk.Open(filepath.Join(t.TempDir(), "desk.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.store.Close() })
	w.link(alice, 7, "Alice Example")
	w.link(bob, 8, "Bob <b>Example</b> & Sons")
	w.restart()
	return w
}

// restart has another desk work on the same database.
func (w *world) restart() {
	w.t.Helper()
	var err error
	if w.desk, err = frontdesk.New(w.cfg, w.store, w.people, w.rooms); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) link(jid string, person int, name string) {
	w.t.Helper()
	l := frontdesk.Link{JID: jid, Person: person, Name: name, Way: frontdesk.BySecretariat, MadeBy: "shell:amy"}
	if err := w.store.Link(context.Background(), l, nil, w.now); err != nil {
		w.t.Fatal(err)
	}
}

// profile has a person's profile name a JID.
func (w *world) profile(person int, value string) {
	w.people.profiles.Profiles = append(w.people.profiles.Profiles, agenda.Profile{Person: person, Value: value})
}

func (w *world) run(jid string, s frontdesk.Step) frontdesk.Answer {
	w.t.Helper()
	return w.desk.Run(context.Background(), frontdesk.Caller{JID: jid, Full: jid + "/client"}, s, w.now)
}

// values are those of a form, in pairs.
func values(pairs ...string) map[string]string {
	v := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v[pairs[i]] = pairs[i+1]
	}
	return v
}

// command runs a command to its end, with the values of each stage.
func (w *world) command(jid, node string, stages ...map[string]string) frontdesk.Answer {
	w.t.Helper()
	a := w.run(jid, frontdesk.Step{Node: node})
	for _, v := range stages {
		a = w.run(jid, frontdesk.Step{Node: node, Session: a.Session, Values: v})
	}
	return a
}

func (w *world) say(jid, text string) string {
	w.t.Helper()
	return w.desk.Say(context.Background(), frontdesk.Caller{JID: jid, Full: jid + "/client"}, text, w.now)
}

func (w *world) tick() {
	w.t.Helper()
	if err := w.desk.Tick(context.Background(), w.now); err != nil {
		w.t.Fatal(err)
	}
}

// fresh has the Datatracker confirm its lists now.
func (w *world) fresh() {
	w.people.mu.Lock()
	defer w.people.mu.Unlock()
	w.people.roles.Confirmed, w.people.groups.Confirmed, w.people.profiles.Confirmed = w.now, w.now, w.now
}

func (w *world) request(id int64) frontdesk.Request {
	w.t.Helper()
	r, err := w.store.Request(context.Background(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// sent returns the messages to an address, and takes all as sent.
func (w *world) sent(address string) []string {
	w.t.Helper()
	var texts []string
	for _, medium := range []frontdesk.Medium{frontdesk.Chat, frontdesk.Mail} {
		due, err := w.store.Due(context.Background(), medium, w.now)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, m := range due {
			if m.Address == address {
				texts = append(texts, m.Body)
				if err := w.store.Sent(context.Background(), m.ID, w.now); err != nil {
					w.t.Fatal(err)
				}
			}
		}
	}
	return texts
}

// add keeps a request without the desk.
func (w *world) add(r frontdesk.Request, approve bool) frontdesk.Request {
	w.t.Helper()
	r, err := w.store.Add(context.Background(), r, approve, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// live keeps a request whose room is open.
func (w *world) live(room string) frontdesk.Request {
	w.t.Helper()
	return w.open(sample(room))
}

// open keeps a request and has its room be open.
func (w *world) open(r frontdesk.Request) frontdesk.Request {
	w.t.Helper()
	room := r.Room
	r = w.add(r, true)
	w.rooms.rooms[room] = xmppadmin.Room{Name: room, State: xmppadmin.Exists, Managed: true}
	if err := w.store.Settle(context.Background(), frontdesk.Run{Live: map[string]string{room: ""}}, w.now); err != nil {
		w.t.Fatal(err)
	}
	return w.request(r.ID)
}

// archived has a managed room be archived.
func (w *world) archived(room string) {
	w.rooms.mu.Lock()
	defer w.rooms.mu.Unlock()
	w.rooms.rooms[room] = xmppadmin.Room{Name: room, State: xmppadmin.Exists, Managed: true, Archived: true}
}
