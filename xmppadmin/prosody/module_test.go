package prosody_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster/fixtures"
	"muster/fixtures/prosody"
	"muster/fixtures/xmpptest"
)

func start(t *testing.T, o prosody.Options) (*fixtures.Server, *stream) {
	t.Helper()
	o.Companion = true
	p := prosody.New(t, o)
	return p, login(t, p, "muster")
}

// onEachVersion runs a test on the installed Prosody and on the unpacked 13.0.
func onEachVersion(t *testing.T, test func(t *testing.T, version string)) {
	t.Parallel()
	for name, version := range map[string]string{"installed": "", "13.0": "13"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, version)
		})
	}
}

// check fails unless the row has these values; the others do not matter.
func check(t *testing.T, row map[string][]string, want map[string]string) {
	t.Helper()
	if row == nil {
		t.Fatal("there is no such room")
	}
	got := make(map[string]string)
	for name := range want {
		got[name] = strings.Join(row[name], " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the room differs (-want +got):\n%s", diff)
	}
}

func TestRefusals(t *testing.T) { onEachVersion(t, testRefusals) }

func testRefusals(t *testing.T, version string) {
	p, s := start(t, prosody.Options{Version: version})
	alice := login(t, p, "alice")
	s.done("create-muc-room", room("taken", f(title, "Taken"), f("persistent", "1")))
	s.done("create-muc-room", room("closed", f("persistent", "1")))
	s.done("archive-muc-room", room("closed"))
	for name, c := range map[string]struct {
		by        *stream
		command   string
		fields    []field
		condition string
		names     []string // what the text must name
	}{
		"no administrator":    {alice, "create-muc-room", room("new"), "forbidden", nil},
		"no name":             {s, "create-muc-room", nil, "bad-request", []string{"roomname"}},
		"empty name":          {s, "create-muc-room", room(""), "bad-request", []string{"roomname"}},
		"capital letters":     {s, "create-muc-room", room("New"), "jid-malformed", []string{`"New"`, `"new"`}},
		"space":               {s, "create-muc-room", room("a b"), "jid-malformed", []string{`"a b"`}},
		"JID for a name":      {s, "create-muc-room", room("new@" + service), "jid-malformed", nil},
		"name too long":       {s, "create-muc-room", room(strings.Repeat("x", 1024)), "jid-malformed", nil},
		"other service":       {s, "create-muc-room", room("new", f("servicename", "chat")), "item-not-found", []string{"chat", service}},
		"exists":              {s, "create-muc-room", room("taken", f(title, "New")), "conflict", []string{"taken"}},
		"missing":             {s, "configure-muc-room", room("new"), "item-not-found", []string{"new"}},
		"archive missing":     {s, "archive-muc-room", room("new"), "item-not-found", []string{"new"}},
		"reopen missing":      {s, "reopen-muc-room", room("new"), "item-not-found", []string{"new"}},
		"unknown field":       {s, "create-muc-room", room("new", f("muc#roomconfig_maxusers", "5")), "bad-request", []string{"maxusers"}},
		"field twice":         {s, "configure-muc-room", room("taken", f(title, "A"), f(title, "B")), "bad-request", []string{title}},
		"two values":          {s, "configure-muc-room", room("taken", f(title, "A", "B")), "bad-request", []string{title}},
		"boolean":             {s, "configure-muc-room", room("taken", f(moderated, "maybe")), "bad-request", []string{moderated, "maybe"}},
		"boolean of no value": {s, "configure-muc-room", room("taken", f(moderated)), "bad-request", []string{moderated}},
		"choice":              {s, "configure-muc-room", room("taken", f("muc#roomconfig_whois", "me")), "bad-request", []string{"whois"}},
		"one of the choices": {s, "configure-muc-room", room("taken", f("muc#roomconfig_presencebroadcast", "visitor", "me")),
			"bad-request", []string{"presencebroadcast"}},
		"number":          {s, "configure-muc-room", room("taken", f("muc#roomconfig_historylength", "many")), "bad-request", []string{"historylength"}},
		"negative number": {s, "configure-muc-room", room("taken", f("muc#roomconfig_historylength", "-1")), "bad-request", []string{"historylength"}},
		"not taken": {s, "configure-muc-room", room("taken", f(title, "New"), f("muc#roomconfig_historylength", "5"),
			f("muc#roomconfig_defaulthistorymessages", "9")), "bad-request", []string{"defaulthistorymessages"}},
		"owner":           {s, "configure-muc-room", room("taken", f("owners", "a@example.org/desk")), "bad-request", []string{"owners"}},
		"no JID":          {s, "configure-muc-room", room("taken", f("owners", "@")), "bad-request", []string{"owners"}},
		"hexadecimal":     {s, "configure-muc-room", room("taken", f("muc#roomconfig_historylength", "0x5")), "bad-request", []string{"historylength"}},
		"no value":        {s, "configure-muc-room", room("taken", f("muc#roomconfig_historylength")), "bad-request", []string{"historylength"}},
		"passwords":       {s, "create-muc-room", room("new", f("password", "a"), f("password-verify", "b")), "bad-request", []string{"password-verify"}},
		"contradiction":   {s, "create-muc-room", room("new", f("public", "1"), f(public, "0")), "bad-request", []string{"public", public}},
		"all at once":     {s, "create-muc-room", room("New", f("x", "1"), f("persistent", "maybe")), "bad-request", []string{"x:", "persistent", "New"}},
		"archived, open":  {s, "archive-muc-room", room("taken", f(moderated, "0")), "bad-request", []string{moderated}},
		"archived, again": {s, "archive-muc-room", room("closed", f(archiving, "0")), "bad-request", []string{archiving}},
		"page size":       {s, "get-muc-rooms", []field{f("max", "201")}, "bad-request", []string{"max"}},
		"no page":         {s, "get-muc-rooms", []field{f("max", "0")}, "bad-request", []string{"max"}},
		"names":           {s, "get-muc-rooms", []field{f("roomnames", "ok", "Not")}, "jid-malformed", []string{"Not"}},
	} {
		r := c.by.run(c.command, c.fields)
		if r.condition != c.condition {
			t.Errorf("%s: got %v, want %s", name, r, c.condition)
		}
		for _, want := range c.names {
			if !strings.Contains(r.text, want) {
				t.Errorf("%s: the error %q does not name %s", name, r.text, want)
			}
		}
	}
	if row := s.row("new"); row != nil {
		t.Errorf("a refused command left a room: %v", row)
	}
	check(t, s.row("taken"), map[string]string{title: "Taken", moderated: "0", "owners": p.JID, "archived": "0"})
}

func TestStages(t *testing.T) { onEachVersion(t, testStages) }

func testStages(t *testing.T, version string) {
	_, s := start(t, prosody.Options{Version: version})
	first := s.command("create-muc-room", "action='execute'", "")
	for _, name := range []string{"roomname", "servicename", "password", "password-verify", "persistent", "public", "owners", title, archiving} {
		if _, ok := first.fields[name]; !ok {
			t.Errorf("the form has no field %s", name)
		}
	}
	second := s.command("create-muc-room", "action='complete' sessionid='"+first.session+"'", form("", room("new")))
	if first.status != "executing" || second.status != "completed" || second.session != first.session {
		t.Errorf("got %v, then %v", first, second)
	}
	want := map[string][]string{"FORM_TYPE": {"http://jabber.org/protocol/admin"},
		"roomname": {"new"}, "roomjid": {"new@" + service}, "changed": {"1"}}
	if diff := cmp.Diff(want, second.fields); diff != "" {
		t.Errorf("the result differs (-want +got):\n%s", diff)
	}
	if r := s.command("create-muc-room", "action='cancel'", form("", room("never"))); r.status != "canceled" || s.row("never") != nil {
		t.Errorf("cancel: got %v", r)
	}
	if r := s.command("create-muc-room", "", form("urn:example:other", room("never"))); r.condition != "bad-request" || s.row("never") != nil {
		t.Errorf("wrong FORM_TYPE: got %v", r)
	}
}

func TestConfigure(t *testing.T) { onEachVersion(t, testConfigure) }

func testConfigure(t *testing.T, version string) {
	p, s := start(t, prosody.Options{Version: version})
	alice := login(t, p, "alice")
	alice.Send("<presence to='hers@%s/a'><x xmlns='http://jabber.org/protocol/muc'/></presence>", service)
	alice.Until(func(e xmpptest.Element) bool { return len(e.Find("subject")) > 0 })
	check(t, s.row("hers"), map[string]string{"owners": "alice@example.org", "locked": "1", "occupants": "1"})
	s.done("configure-muc-room", room("hers", f("owners", p.JID), f(title, "Hers"), f(archiving, "0")))
	check(t, s.row("hers"), map[string]string{"owners": "alice@example.org " + p.JID, "locked": "0", title: "Hers", archiving: "0"})
	told := alice.Until(func(e xmpptest.Element) bool { return len(e.Find("status")) > 0 && e.Name.Local == "message" })
	var codes []string
	for _, status := range told.Find("status") {
		codes = append(codes, status.Attr("code"))
	}
	if diff := cmp.Diff([]string{"104", "171"}, codes); diff != "" {
		t.Errorf("the status codes differ (-want +got):\n%s", diff)
	}
	again := s.done("configure-muc-room", room("hers", f("owners", p.JID), f(title, "Hers")))
	if again.fields["changed"][0] != "0" || len(again.notes) != 1 {
		t.Errorf("the same again: got %v", again)
	}
}

// TestSubject reads the subject in each way that a client has: as an occupant,
// on entering, from disco#info and from the table.
func TestSubject(t *testing.T) { onEachVersion(t, testSubject) }

func testSubject(t *testing.T, version string) {
	p, s := start(t, prosody.Options{Version: version})
	s.done("create-muc-room", room("quic", f("persistent", "1"), f(subject, "Monday 9:00")))
	alice := login(t, p, "alice")
	if got := alice.Enter("quic", "alice"); got != "Monday 9:00" {
		t.Errorf("the subject on entering is %q", got)
	}
	s.done("configure-muc-room", room("quic", f(subject, "Tuesday 9:00")))
	if from, got := alice.subject(); got != "Tuesday 9:00" || from != "quic@"+service {
		t.Errorf("the occupant got %q from %s", got, from)
	}
	if r := s.done("configure-muc-room", room("quic", f(subject, "Tuesday 9:00"))); r.fields["changed"][0] != "0" {
		t.Errorf("the same again: got %v", r)
	}
	if got := alice.info("quic")[subject]; !slices.Equal(got, []string{"Tuesday 9:00"}) {
		t.Errorf("disco#info has %q", got)
	}
	s.Enter("quic", "chair")
	s.Say("quic", "<subject>Bring your own slides</subject>")
	check(t, s.row("quic"), map[string]string{subject: "Bring your own slides"})
	if err := p.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	s = login(t, p, "muster")
	check(t, s.row("quic"), map[string]string{subject: "Bring your own slides"})

	alice = login(t, p, "alice")
	alice.Enter("quic", "alice")
	s.done("archive-muc-room", room("quic", f(subject, "Concluded")))
	if _, got := alice.subject(); got != "Concluded" {
		t.Errorf("on archiving, the occupant got %q", got)
	}
	s.done("reopen-muc-room", room("quic"))
	if _, got := alice.subject(); got != "Bring your own slides" {
		t.Errorf("on reopening, the occupant got %q", got)
	}
	s.done("configure-muc-room", room("quic", f(subject, "")))
	if _, got := alice.subject(); got != "" {
		t.Errorf("on removing it, the occupant got %q", got)
	}
	if _, has := alice.info("quic")[subject]; has {
		t.Error("disco#info has a subject that was removed")
	}
}

func TestLogAddress(t *testing.T) { onEachVersion(t, testLogAddress) }

func testLogAddress(t *testing.T, version string) {
	const address = "https://logs.example.org/quic/"
	p, s := start(t, prosody.Options{Version: version})
	s.done("create-muc-room", room("quic", f("persistent", "1"), f(logs, address)))
	check(t, s.row("quic"), map[string]string{logs: address})
	alice := login(t, p, "alice")
	if got := alice.info("quic")[logs]; !slices.Equal(got, []string{address}) {
		t.Errorf("disco#info has %q", got)
	}
	for _, wrong := range []string{"logs.example.org", "ftp://logs.example.org/", "https://logs.example.org/a b"} {
		if r := s.run("configure-muc-room", room("quic", f(logs, wrong))); r.condition != "bad-request" || !strings.Contains(r.text, logs) {
			t.Errorf("%s: got %v", wrong, r)
		}
	}
	owners := "<query xmlns='http://jabber.org/protocol/muc#owner'>%s</query>"
	s.Ask("set", "quic@"+service, fmt.Sprintf(owners, form("http://jabber.org/protocol/muc#roomconfig", []field{f(logs, address+"new")})))
	check(t, s.row("quic"), map[string]string{logs: address + "new"})
	s.done("configure-muc-room", room("quic", f(logs, "")))
	if _, has := alice.info("quic")[logs]; has {
		t.Error("disco#info has an address that was removed")
	}
}

func TestArchiveAndReopen(t *testing.T) { onEachVersion(t, testArchiveAndReopen) }

func testArchiveAndReopen(t *testing.T, version string) {
	p, s := start(t, prosody.Options{Version: version})
	s.done("create-muc-room", room("quic", f("persistent", "1"), f("public", "1"), f(title, "QUIC"), f(archiving, "0")))
	for who, affiliation := range map[string]string{
		"alice@example.org": "admin", "m@example.com": "member", "bad@example.com": "outcast", "o@example.com": "owner",
	} {
		s.Ask("set", "quic@"+service, fmt.Sprintf("<query xmlns='http://jabber.org/protocol/muc#admin'>"+
			"<item jid='%s' affiliation='%s' nick='nick-%s'/></query>", who, affiliation, affiliation))
	}
	before := s.row("quic")
	stored := readFile(t, p, "config", "quic")
	alice := login(t, p, "alice")
	alice.Enter("quic", "alice")

	s.done("archive-muc-room", room("quic", f(title, "[archived] QUIC"), f(public, "0")))
	archived := s.row("quic")
	check(t, archived, map[string]string{"archived": "1", title: "[archived] QUIC", public: "0", persistent: "1",
		archiving: "1", moderated: "1", "muc#roomconfig_changesubject": "0", "owners": p.JID + " o@example.com"})
	for _, content := range []string{"<body>hello</body>", "<subject>mine</subject>"} {
		if e := alice.Say("quic", content); e.Attr("type") != "error" {
			t.Errorf("alice could send %s", content)
		}
	}
	s.Enter("quic", "muster")
	if e := s.Say("quic", "<body>closed</body>"); e.Attr("type") == "error" {
		t.Errorf("an owner could not speak: %+v", e)
	}
	if r := s.done("archive-muc-room", room("quic")); r.fields["changed"][0] != "0" {
		t.Errorf("archived twice: got %v", r)
	}
	s.done("archive-muc-room", room("quic", f(title, "[archived] once more"), f(desc, "See the log.")))

	p.Kill()
	if err := p.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	s = login(t, p, "muster")
	check(t, s.row("quic"), map[string]string{"archived": "1", title: "[archived] once more"})
	s.done("reopen-muc-room", room("quic"))
	if diff := cmp.Diff(before, s.row("quic")); diff != "" {
		t.Errorf("the reopened room differs (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(affiliations(stored), affiliations(readFile(t, p, "config", "quic"))); diff != "" {
		t.Errorf("the stored affiliations differ (-before +after):\n%s", diff)
	}
	if r := s.done("reopen-muc-room", room("quic", f(title, "New"))); r.fields["changed"][0] != "0" || s.row("quic")[title][0] != "QUIC" {
		t.Errorf("reopened twice: got %v", r)
	}
}

// TestVoice has an occupant without an affiliation in the room while it is
// archived and reopened.
func TestVoice(t *testing.T) { onEachVersion(t, testVoice) }

func testVoice(t *testing.T, version string) {
	p, s := start(t, prosody.Options{Version: version})
	s.done("create-muc-room", room("quic"))
	alice := login(t, p, "alice")
	alice.Enter("quic", "alice")
	for _, c := range []struct{ command, kind string }{{"archive-muc-room", "error"}, {"reopen-muc-room", "groupchat"}} {
		s.done(c.command, room("quic"))
		if e := alice.Say("quic", "<body>hello</body>"); e.Attr("type") != c.kind {
			t.Errorf("after %s: got %s, want %s", c.command, e.Attr("type"), c.kind)
		}
	}
	check(t, s.row("quic"), map[string]string{persistent: "1", moderated: "0", "archived": "0"})
}

// affiliations returns the lines of a stored room that are about JIDs and
// reserved nicknames, and those about its archiving; sorted, for it is
// written in no order.
func affiliations(stored string) []string {
	return slices.DeleteFunc(slices.Sorted(strings.SplitSeq(stored, "\n")), func(line string) bool {
		return !strings.Contains(line, "@") && !strings.Contains(line, "nick") && !strings.Contains(line, "archived")
	})
}

func storePath(p *fixtures.Server, store string) string {
	return filepath.Join(p.Dir, "data", "rooms%2eexample%2eorg", store)
}

func readFile(t *testing.T, p *fixtures.Server, store, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(storePath(p, store), name+".dat"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestStorageFails has Prosody's storage fail by putting a folder where it
// would write the new version of a file; this stops the superuser too.
func TestStorageFails(t *testing.T) { onEachVersion(t, testStorageFails) }

func testStorageFails(t *testing.T, version string) {
	p, s := start(t, prosody.Options{Version: version})
	s.done("create-muc-room", room("old", f("persistent", "1"), f(title, "Old")))
	alice := login(t, p, "alice")
	alice.Enter("old", "alice")
	for name, c := range map[string]struct {
		blocked, command string
		fields           []field
	}{
		"settings of a new room": {filepath.Join(storePath(p, "config"), "new.dat~"), "create-muc-room", room("new", f("persistent", "1"))},
		"list of rooms":          {storePath(p, "persistent.dat~"), "create-muc-room", room("new", f("persistent", "1"))},
		"configure": {filepath.Join(storePath(p, "config"), "old.dat~"), "configure-muc-room",
			room("old", f(title, "New"), f("owners", "o@example.com"))},
		"subject": {filepath.Join(storePath(p, "config"), "old.dat~"), "configure-muc-room", room("old", f(subject, "New"))},
		"archive": {filepath.Join(storePath(p, "config"), "old.dat~"), "archive-muc-room", room("old")},
	} {
		if err := os.Mkdir(c.blocked, 0o700); err != nil {
			t.Fatal(err)
		}
		if r := s.run(c.command, c.fields); r.condition != "internal-server-error" {
			t.Errorf("%s: got %v", name, r)
		}
		if err := os.Remove(c.blocked); err != nil {
			t.Fatal(err)
		}
		if row := s.row("new"); row != nil {
			t.Errorf("%s: left a room: %v", name, row)
		}
		check(t, s.row("old"), map[string]string{title: "Old", "owners": p.JID, "archived": "0", moderated: "0", "occupants": "1"})
	}
	s.done("configure-muc-room", room("old", f(subject, "Stored")))
	if _, got := alice.subject(); got != "Stored" {
		t.Errorf("the occupant got the subject %q, which was not stored", got)
	}
	if e := alice.Say("old", "<body>still here</body>"); e.Attr("type") == "error" {
		t.Errorf("alice lost her voice: %+v", e)
	}
	if r := s.done("get-muc-rooms", nil); len(r.notes) > 0 || !slices.Equal(r.fields["count"], []string{"1"}) {
		t.Errorf("something is left: %v", r)
	}
}

func TestTable(t *testing.T) { onEachVersion(t, testTable) }

func testTable(t *testing.T, version string) {
	p, s := start(t, prosody.Options{Version: version, MUC: "muc_room_cache_size = 3"})
	alice := login(t, p, "alice")
	var want []string
	for i := range 7 {
		name := fmt.Sprintf("r-%d", i)
		want = append(want, name)
		s.done("create-muc-room", room(name, f("persistent", "1"), f("public", fmt.Sprint(i%2)), f("password", "let me in")))
	}
	s.done("create-muc-room", room("busy", f("persistent", "1")))
	want = append([]string{"busy"}, want...)
	alice.Enter("busy", "alice")
	s.done("create-muc-room", room("gone", f("persistent", "1")))
	s.Ask("set", "gone@"+service, "<query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query>")
	for i := range 4 { // push busy out of memory
		s.Enter(fmt.Sprintf("open%d", i), "muster")
		want = append(want, fmt.Sprintf("open%d", i))
	}
	slices.Sort(want)

	var got []string
	after := []field{}
	for pages := 0; ; pages++ {
		r := s.done("get-muc-rooms", append(after, f("max", "4")))
		if !slices.Equal(r.fields["count"], []string{fmt.Sprint(len(want))}) {
			t.Errorf("count %v, want %d", r.fields["count"], len(want))
		}
		for _, item := range r.items {
			got = append(got, item["roomname"][0])
			for _, name := range slices.Sorted(maps.Keys(item)) {
				if !slices.Contains(r.columns, name) {
					t.Errorf("field %s is not among the columns", name)
				}
			}
			if strings.Contains(fmt.Sprint(item), "let me in") {
				t.Errorf("a password is shown: %v", item)
			}
		}
		if len(r.items) == 0 {
			t.Errorf("page %d is empty", pages)
		}
		next := r.fields["next"]
		if len(next) == 0 || pages > len(want) {
			break
		}
		after = []field{f("after", next[0])}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the rooms differ (-want +got):\n%s", diff)
	}
	check(t, s.row("r-1"), map[string]string{"passwordprotected": "1", public: "1"})
	check(t, s.row("busy"), map[string]string{"occupants": "1", "passwordprotected": "0", public: "0"})
	named := s.done("get-muc-rooms", []field{f("roomnames", "r-2", "unknown", "gone", "busy", "r-2")})
	if len(named.items) != 2 || named.items[0]["roomname"][0] != "busy" || named.items[1]["roomname"][0] != "r-2" {
		t.Errorf("by name: got %v", named)
	}
	s.done("create-muc-room", room("gone", f(title, "New")))
	check(t, s.row("gone"), map[string]string{title: "New", "owners": p.JID})
}

func TestDamagedStorage(t *testing.T) { onEachVersion(t, testDamagedStorage) }

func testDamagedStorage(t *testing.T, version string) {
	p, s := start(t, prosody.Options{Version: version})
	for _, name := range []string{"damaged", "lost", "whole"} {
		s.done("create-muc-room", room(name, f("persistent", "1"), f("public", "1")))
	}
	p.Stop()
	if err := os.WriteFile(filepath.Join(storePath(p, "config"), "damaged.dat"), []byte("return {"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(storePath(p, "config"), "lost.dat")); err != nil {
		t.Fatal(err)
	}
	if err := p.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	s = login(t, p, "muster")
	all := s.done("get-muc-rooms", nil)
	if len(all.items) != 2 || len(all.items[0]["error"]) != 1 || all.items[1]["error"] != nil {
		t.Errorf("got %v", all)
	}
	if len(all.notes) != 1 || !strings.Contains(all.notes[0], "lost") {
		t.Errorf("got notes %q, want one about lost", all.notes)
	}
	for _, command := range []string{"create", "configure", "archive", "reopen"} {
		if r := s.run(command+"-muc-room", room("damaged")); r.condition != "internal-server-error" {
			t.Errorf("%s: got %v", command, r)
		}
	}
	s.done("create-muc-room", room("lost", f("persistent", "1")))
	if r := s.done("get-muc-rooms", nil); len(r.notes) > 0 || len(r.items) != 3 {
		t.Errorf("after it was made anew: got %v", r)
	}
}

func TestPublicListAfterRestart(t *testing.T) { onEachVersion(t, testPublicListAfterRestart) }

func testPublicListAfterRestart(t *testing.T, version string) {
	p, s := start(t, prosody.Options{Version: version, MUC: "muc_room_cache_size = 3"})
	for i := range 6 {
		s.done("create-muc-room", room(fmt.Sprintf("r%d", i), f("persistent", "1"), f("public", fmt.Sprint(min(i, 1)))))
	}
	if err := p.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	s = login(t, p, "muster")
	s.done("configure-muc-room", room("r3", f(title, "Saved first")))
	var listed []string
	for _, item := range s.Ask("get", service, "<query xmlns='http://jabber.org/protocol/disco#items'/>").Find("item") {
		listed = append(listed, strings.TrimSuffix(item.Attr("jid"), "@"+service))
	}
	slices.Sort(listed)
	if diff := cmp.Diff([]string{"r1", "r2", "r3", "r4", "r5"}, listed); diff != "" {
		t.Errorf("the public list differs (-want +got):\n%s", diff)
	}
}

func TestServerOptions(t *testing.T) { onEachVersion(t, testServerOptions) }

func testServerOptions(t *testing.T, version string) {
	_, s := start(t, prosody.Options{Version: version, MUC: "muc_log_all_rooms = true\nmuc_max_rooms = 1"})
	s.done("create-muc-room", room("one", f("persistent", "1"), f(archiving, "1")))
	check(t, s.row("one"), map[string]string{archiving: "1"})
	if r := s.run("configure-muc-room", room("one", f(archiving, "0"))); r.condition != "bad-request" || !strings.Contains(r.text, "muc_log_all_rooms") {
		t.Errorf("archive off: got %v", r)
	}
	if r := s.run("create-muc-room", room("two")); r.condition != "resource-constraint" || s.row("two") != nil {
		t.Errorf("one room too many: got %v", r)
	}
	_, s = start(t, prosody.Options{Version: version, NoArchive: true})
	if r := s.run("create-muc-room", room("one", f(archiving, "1"))); r.condition != "bad-request" || !strings.Contains(r.text, "muc_mam") {
		t.Errorf("no archive: got %v", r)
	}
}
