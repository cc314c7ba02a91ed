package xmppadmin_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"mellium.im/xmpp/stanza"

	"muster/fixtures"
	"muster/fixtures/prosody"
	"muster/fixtures/xmpptest"
	"muster/xmppadmin"
	"muster/xmppadmin/xep"
)

// openfireOffers are those of settings that Openfire's rooms have.
func openfireOffers(s xmppadmin.Settings) xmppadmin.Settings {
	all := offered(s)
	delete(all, xmppadmin.Language)
	return all
}

func TestOpenfireIsDiscovered(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		change  func(*openfire)
		ask     string
		dialect string
	}{
		{"by its command, to an administrator", func(o *openfire) { o.software = "" }, "auto", "openfire"},
		{"by its name, to others", func(o *openfire) { o.admins = []string{"admin@example.org"} }, "auto", "openfire"},
		{"by neither", func(o *openfire) { o.software, o.admins = "", nil }, "auto", "owner"},
		{"by configuration", func(o *openfire) { o.software, o.admins = "", nil }, "openfire", "openfire"},
		{"without it", func(*openfire) {}, "owner", "owner"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, h := startOpenfire(t, test.change)
			if got := open(t, h, test.ask).Name(); got != test.dialect {
				t.Errorf("the dialect is %q, want %q", got, test.dialect)
			}
		})
	}
}

func TestOpenfireRoomIsMadeAndReadBack(t *testing.T) {
	t.Parallel()
	o, h := startOpenfire(t)
	s := open(t, h, "auto")
	if got := read(t, s, "quic"); got.State != xmppadmin.Absent {
		t.Fatalf("before it was made the room is %v (%v)", got.State, got.Err)
	}
	want := live("quic: QUIC")
	create(t, s, "quic", want)
	got := read(t, s, "quic")
	if got.State != xmppadmin.Exists || !got.Managed || got.Archived {
		t.Errorf("the room is %+v", got)
	}
	if diff := cmp.Diff(openfireOffers(want), got.Settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	o.Mu.Lock()
	defer o.Mu.Unlock()
	if most := o.rooms["quic"].config["muc#roomconfig_maxusers"]; o.rooms["quic"].locked || most != "0" {
		t.Errorf("locked: %v, at most %s occupants", o.rooms["quic"].locked, most)
	}
	if len(o.ran) != 0 {
		t.Errorf("the command was run on %q", o.ran)
	}
}

func TestOpenfireSettingsAreRepaired(t *testing.T) {
	t.Parallel()
	o, h := startOpenfire(t)
	s := open(t, h, "auto")
	want := openfireOffers(live("quic: QUIC"))
	create(t, s, "quic", want)
	wrong := map[xmppadmin.Setting]string{
		xmppadmin.Title: "mine: now", xmppadmin.Description: "", xmppadmin.Password: "secret",
	}
	for name, value := range want {
		if _, text := wrong[name]; !text {
			wrong[name] = map[string]string{xmppadmin.True: xmppadmin.False, xmppadmin.False: xmppadmin.True}[value]
		}
		if err := s.Configure(t.Context(), "quic", xmppadmin.Settings{name: wrong[name]}); err != nil {
			t.Fatal(err)
		}
		if name == xmppadmin.Password {
			wrong[name] = xmppadmin.HiddenPassword // as it reads
		}
		if got := read(t, s, "quic").Settings[name]; got != wrong[name] {
			t.Errorf("%s is set to %q and reads as %q", name, wrong[name], got)
		}
		if err := s.Configure(t.Context(), "quic", xmppadmin.Settings{name: value}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, read(t, s, "quic").Settings); diff != "" {
			t.Errorf("%s repaired (-want +got):\n%s", name, diff)
		}
	}
	if sent := o.Heard(func(e xmpptest.Element) bool {
		values := e.Payload().Fields()
		return values["muc#roomconfig_roomowners"] != nil || values["muc#roomconfig_roomadmins"] != nil
	}); len(sent) > 0 {
		t.Errorf("%d forms were sent with a list of owners, which is a whole list", len(sent))
	}
}

// TestOpenfireRoomsOfOthersAreUntouched makes a room of another user's right
// before the program's own request would make it, and holds everything about
// it against what it was.
func TestOpenfireRoomsOfOthersAreUntouched(t *testing.T) {
	t.Parallel()
	hers := func(change func(*openfireRoom)) *openfireRoom {
		r := newRoom("hers", "alice@example.org")
		r.locked = false
		change(r)
		return r
	}
	tests := []struct {
		name string
		room *openfireRoom
	}{
		{"open and persistent", hers(func(r *openfireRoom) { r.config["muc#roomconfig_persistentroom"] = "1" })},
		{"temporary, with her in it", hers(func(r *openfireRoom) { r.occupants["alice@example.org/1"] = "alice" })},
		{"with our nick in it", hers(func(r *openfireRoom) { r.occupants["alice@example.org/1"] = "muster" })},
		{"hidden, for members", hers(func(r *openfireRoom) {
			r.config["muc#roomconfig_publicroom"], r.config["muc#roomconfig_membersonly"] = "0", "1"
			r.config["muc#roomconfig_persistentroom"] = "1"
		})},
		{"locked, because she is configuring it", hers(func(r *openfireRoom) {
			r.locked = true
			r.occupants["alice@example.org/1"] = "alice"
		})},
		{"locked, left behind by the command", hers(func(r *openfireRoom) { r.locked = true })},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o, h := startOpenfire(t)
			s := open(t, h, "auto")
			if got := read(t, s, "quic"); got.State != xmppadmin.Absent {
				t.Fatalf("the room is %v", got.State)
			}
			was := openfireRoom{test.room.locked, maps.Clone(test.room.config), maps.Clone(test.room.affiliations), maps.Clone(test.room.occupants)}
			o.Mu.Lock()
			o.before = func(xmpptest.Element) { o.before, o.rooms["quic"] = nil, test.room }
			o.Mu.Unlock()
			for range 2 { // in the race, and when it is there
				if err := s.Create(t.Context(), "quic", live("ours")); !errors.Is(err, xmppadmin.ErrExists) {
					t.Errorf("creating it gives %v", err)
				}
			}
			wait(t, "we have left the room", func() bool {
				o.Mu.Lock()
				defer o.Mu.Unlock()
				return len(o.rooms["quic"].occupants) == len(was.occupants)
			})
			o.Mu.Lock()
			defer o.Mu.Unlock()
			if diff := cmp.Diff(was, *o.rooms["quic"], cmp.AllowUnexported(openfireRoom{})); diff != "" {
				t.Errorf("the room has changed:\n%s", diff)
			}
			if len(o.ran) != 0 {
				t.Errorf("the command was run on %q", o.ran)
			}
		})
	}
}

func TestOpenfireRights(t *testing.T) {
	t.Parallel()
	// An administrator of the server who is none of the group chat service.
	o, h := startOpenfire(t, func(o *openfire) { o.sysadmins, o.restricted = nil, true })
	s := open(t, h, "auto")
	o.Mu.Lock()
	o.rooms["hers"] = newRoom("hers", "alice@example.org")
	o.rooms["hers"].locked, o.rooms["hers"].config["muc#roomconfig_persistentroom"] = false, "1"
	o.Mu.Unlock()
	for what, err := range map[string]error{
		"making a room":   s.Create(t.Context(), "quic", live("quic")),
		"taking one over": s.Adopt(t.Context(), "hers"),
	} {
		var h interface{ Hint() string }
		if !errors.Is(err, xmppadmin.ErrForbidden) || !errors.As(err, &h) {
			t.Errorf("%s without the right gives %v", what, err)
			continue
		}
		for _, says := range []string{"muster@example.org", "rooms.example.org", "administrator of the server is not enough"} {
			if !strings.Contains(h.Hint(), says) {
				t.Errorf("%s: the hint %q does not say %q", what, h.Hint(), says)
			}
		}
	}
	if err := s.Configure(t.Context(), "hers", live("ours")); !errors.Is(err, xmppadmin.ErrForbidden) {
		t.Errorf("configuring another's room gives %v", err)
	}
	if got := read(t, s, "hers"); got.State != xmppadmin.Exists || got.Managed || got.Settings != nil {
		t.Errorf("another's room is %+v", got)
	}
}

func TestOpenfireRoomIsAdopted(t *testing.T) {
	t.Parallel()
	o, h := startOpenfire(t)
	s := open(t, h, "auto")
	o.Mu.Lock()
	o.rooms["hers"] = newRoom("hers", "alice@example.org")
	o.rooms["hers"].locked, o.rooms["hers"].config["muc#roomconfig_persistentroom"] = false, "1"
	o.Mu.Unlock()
	// A sysadmin sees every form and acts as owner; that is no ownership.
	if got := read(t, s, "hers"); got.State != xmppadmin.Exists || got.Managed {
		t.Errorf("before it was adopted the room is %+v", got)
	}
	if err := s.Adopt(t.Context(), "hers"); err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, "hers"); !got.Managed {
		t.Errorf("after it was adopted the room is %+v", got)
	}
	o.Mu.Lock()
	defer o.Mu.Unlock()
	if owners := o.rooms["hers"].with("owner"); !slices.Equal(owners, []string{"alice@example.org", "muster@example.org"}) {
		t.Errorf("the owners are %q", owners)
	}
}

func TestOpenfireWithoutAnArchive(t *testing.T) {
	t.Parallel()
	_, h := startOpenfire(t, func(o *openfire) { o.archives = false })
	s := open(t, h, "auto")
	create(t, s, "quic", live("quic"))
	rooms, err := s.Survey(t.Context(), nil)
	if err != nil || len(rooms) != 1 {
		t.Fatal(rooms, err)
	}
	for _, room := range []xmppadmin.Room{rooms[0], read(t, s, "quic")} {
		if value, shown := room.Settings[xmppadmin.MessageArchive]; shown {
			t.Errorf("the archive cannot be read, and is reported as %q", value)
		}
	}
	for setting, says := range map[xmppadmin.Setting]string{
		xmppadmin.MessageArchive: "Monitoring Service", xmppadmin.PublicLog: "no public log",
		xmppadmin.Language: "no language", xmppadmin.Title: "",
	} {
		if got := s.Explain(setting); !strings.Contains(got, says) || (says == "") != (got == "") {
			t.Errorf("%s is explained by %q", setting, got)
		}
	}
}

// TestOpenfireCommand shows what the dialect keeps clear of, and that the
// responder would notice.
func TestOpenfireCommand(t *testing.T) {
	t.Parallel()
	o, h := startOpenfire(t)
	c := dial(t, config(t, h))
	run := func(service string) error {
		_, err := xep.Execute(t.Context(), c, "example.org", "http://jabber.org/protocol/admin#create-muc-room", func(_ int, f *xep.Form) (xep.Form, error) {
			if _, ok := f.Field("roomname"); !ok {
				t.Errorf("the form is %+v", f)
			}
			return xep.NewSubmission("http://jabber.org/protocol/admin").With("roomname", "quic").With("servicename", service), nil
		})
		return err
	}
	for range 2 {
		if err := run("rooms.example.org"); err != nil { // an empty note is success
			t.Error(err)
		}
	}
	var failed *xep.CommandError
	if err := run("chat.example.org"); !errors.As(err, &failed) || failed.Text != "The service name is invalid." {
		t.Errorf("for another service it gives %v", err)
	}
	o.Mu.Lock()
	defer o.Mu.Unlock()
	if len(o.ran) != 2 || len(o.overwrote) != 1 || !slices.Equal(o.rooms["quic"].with("owner"), []string{"admin@example.org"}) {
		t.Errorf("ran on %q, overwrote %q", o.ran, o.overwrote)
	}
}

// TestOpenfireResponderIsLikeARealServer holds the part of the responder that
// is not Openfire's alone to what a Prosody does.
func TestOpenfireResponderIsLikeARealServer(t *testing.T) {
	t.Parallel()
	both := map[string]func(*testing.T) *fixtures.Server{
		"prosody": onProsody(prosody.Options{}),
		"openfire": func(t *testing.T) *fixtures.Server {
			_, h := startOpenfire(t)
			return h
		},
	}
	for name, start := range both {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t)
			plainLife(t, open(t, h, "owner"), byHand(t, h, "alice"), participant(t, h, "alice"), participant(t, h, "bob"))
		})
	}
}

// plainLife is a room's life by plain XEP-0045: made, refused to others,
// configured, listed, archived, reopened, destroyed.
func plainLife(t *testing.T, s, alice *xmppadmin.Service, aliceHerself, bob *xmpptest.Participant) {
	const room = "quic@rooms.example.org"
	ctx := t.Context()
	refusedWith := func(what string, err error, condition stanza.Condition) {
		t.Helper()
		if !errors.Is(err, stanza.Error{Condition: condition}) {
			t.Errorf("%s gives %v, not %s", what, err, condition)
		}
	}
	state := func(s *xmppadmin.Service, want xmppadmin.State, managed bool) {
		t.Helper()
		if got := read(t, s, "quic"); got.State != want || got.Managed != managed {
			t.Errorf("the room is %+v", got)
		}
	}
	state(s, xmppadmin.Absent, false)
	refusedWith("configuring a room that does not exist", s.Configure(ctx, "quic", live("x")), stanza.ItemNotFound)
	create(t, s, "quic", live("quic: QUIC"))
	state(s, xmppadmin.Exists, true)
	state(alice, xmppadmin.Exists, false)
	if err := s.Create(ctx, "quic", live("x")); !errors.Is(err, xmppadmin.ErrExists) {
		t.Errorf("making it again gives %v", err)
	}
	refusedWith("configuring another's room", alice.Configure(ctx, "quic", live("x")), stanza.Forbidden)
	if err := alice.Adopt(ctx, "quic"); !errors.Is(err, xmppadmin.ErrForbidden) { // Prosody's is not-allowed
		t.Errorf("taking over another's room gives %v", err)
	}
	if diff := cmp.Diff(openfireOffers(live("quic: QUIC")), without(read(t, s, "quic").Settings, xmppadmin.Language)); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}

	if err := aliceHerself.Join(ctx, "new@rooms.example.org", "alice"); err != nil {
		t.Fatal(err)
	}
	refusedWith("entering a locked room", bob.Join(ctx, "new@rooms.example.org", "bob"), stanza.ItemNotFound)
	if err := aliceHerself.Join(ctx, room, "both"); err != nil {
		t.Fatal(err)
	}
	refusedWith("taking another's nick", bob.Join(ctx, room, "both"), stanza.Conflict)

	rooms, err := s.Survey(ctx, nil)
	if err != nil || !slices.ContainsFunc(rooms, func(r xmppadmin.Room) bool { return r.Name == "quic" && r.Managed }) {
		t.Errorf("a survey gives %+v, %v", rooms, err)
	}
	if err := s.Archive(ctx, "quic", archived); err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, "quic"); !got.Archived || got.Settings[xmppadmin.Moderated] != xmppadmin.True {
		t.Errorf("archived it is %+v", got)
	}
	if err := s.Reopen(ctx, "quic", live("again")); err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, "quic"); got.Archived || got.Settings[xmppadmin.Moderated] != xmppadmin.False || got.Settings[xmppadmin.Title] != "again" {
		t.Errorf("reopened it is %+v", got)
	}
	refusedWith("destroying another's room", bob.Destroy(ctx, room), stanza.Forbidden)
	state(s, xmppadmin.Exists, true)
}

func without(s xmppadmin.Settings, name xmppadmin.Setting) xmppadmin.Settings {
	s = maps.Clone(s)
	delete(s, name)
	return s
}
