package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"muster/fixtures"
	"muster/fixtures/datatracker"
	"muster/fixtures/meeting"
	"muster/fixtures/prosody"
	"muster/provision/state"
)

var update = flag.Bool("update", false, "write what the program prints into the scripts and golden files")

// clockVariable gives the program under test the time; the real program has no
// such thing.
const clockVariable = "MUSTER_TEST_NOW"

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"muster": testMain})
}

// testMain is main with a clock from the environment: one that stands still, or
// that runs from then on where the time ends in +.
func testMain() {
	now, began := time.Now, time.Now()
	if at, runs := strings.CutSuffix(os.Getenv(clockVariable), "+"); at != "" {
		t, err := time.Parse(time.RFC3339, at)
		if err != nil {
			panic(err)
		}
		now = func() time.Time {
			if runs {
				return t.Add(time.Since(began))
			}
			return t
		}
	}
	os.Exit(int(runAt(context.Background(), now, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ())))
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: *update,
		Condition: func(name string) (bool, error) {
			if name != "root" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return os.Geteuid() == 0, nil
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv(clockVariable, "2026-07-01T12:00:00Z")
			env.Values[worldKey{}] = &world{work: env.WorkDir, env: &env.Vars}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": scriptStart, "datatracker": scriptDatatracker, "agenda": scriptAgenda,
			"shell": scriptShell, "byhand": scriptByHand, "server": scriptServer, "replace": scriptReplace, "status": scriptStatus,
			"launch": scriptLaunch, "interrupt": scriptInterrupt, "killrun": scriptKill, "landed": scriptLanded, "await": scriptAwait,
			"hold": scriptHold, "records": scriptRecords, "say": scriptSay, "clock": scriptClock, "outbox": scriptOutbox, "damage": scriptDamage,
			"visit": scriptVisit, "get": scriptGet,
		},
	})
}

type worldKey struct{}

// world is what a script runs in: a server, a Datatracker and a meeting.
type world struct {
	work        string
	server      *fixtures.Server
	datatracker *datatracker.Datatracker
	url         string
	meeting     *meeting.Meeting
	env         *[]string
	launched    *exec.Cmd
	screen      func() // ends the terminal of what was launched
	lock        *state.Lock
}

func worldOf(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

// scriptStart starts a server and a Datatracker and writes muster.toml:
//
//	start SERVER MEETING
//
// SERVER is companion or plain, with +notadmin, +noarchive, +restricted or +desk
// behind it, or none; with +desk there are a component and the accounts amy, who is
// the secretariat, and bob, and a front desk is configured. MEETING is small, 126 or a number of groups.
func scriptStart(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: start SERVER MEETING")
	}
	w := worldOf(ts)
	kinds := strings.Split(args[0], "+")
	o := prosody.Options{
		Companion: kinds[0] == "companion",
		NotAdmin:  slices.Contains(kinds, "notadmin"), NoArchive: slices.Contains(kinds, "noarchive"),
	}
	if slices.Contains(kinds, "restricted") {
		o.MUC = "restrict_room_creation = true"
	}
	desk := ""
	if slices.Contains(kinds, "desk") {
		o.Component = &fixtures.Component{Domain: "desk.example.org", Secret: "a component's secret"}
		o.Accounts = map[string]string{"amy": fixtures.Password, "bob": fixtures.Password}
	}
	w.server = &fixtures.Server{JID: "muster@example.org", Password: "a password", Service: "rooms.example.org", Addr: "127.0.0.1:9"}
	if kinds[0] != "none" {
		var err error
		w.server, err = prosody.Start(context.Background(), ts.MkAbs("server"), o)
		if errors.Is(err, exec.ErrNotFound) {
			ts.Logf("%v", err)
			ts.Fatalf("prosody is needed: see fixtures/install.sh")
		}
		ts.Check(err)
		ts.Defer(w.server.Stop)
	}
	switch n, err := strconv.Atoi(args[1]); {
	case args[1] == "small":
		w.meeting = meeting.Small()
	case args[1] == "126":
		w.meeting = meeting.IETF126()
	case err == nil:
		w.meeting = meeting.Large(n)
	default:
		ts.Fatalf("no such meeting: %s", args[1])
	}
	w.datatracker = datatracker.New(w.meeting)
	w.url = w.datatracker.Start()
	ts.Defer(w.datatracker.Close)
	if o.Component != nil {
		ports, err := fixtures.FreePorts(1)
		ts.Check(err)
		ts.Setenv("MONITOR", ports[0])
		ts.Check(os.WriteFile(filepath.Join(w.work, "secret"), []byte(o.Component.Secret+"\n"), 0o600))
		desk = fmt.Sprintf("[desk]\ndomain = \"desk.example.org\"\ncomponent = %q\nsecret_file = %q\nsecretariat = [\"amy@example.org\"]\nmetrics = %q\n",
			w.server.ComponentAddr, filepath.Join(w.work, "secret"), ports[0])
	}
	ts.Check(w.server.WriteConfig(w.url, w.work, "[rooms]\nyear_round = []\n"+desk))
}

// scriptDatatracker makes the Datatracker fail, or answer again:
//
//	datatracker fail PATH 503|404|500|429|cut|notjson|wrongjson|empty|huge|hang
//	datatracker mislead NUMBER
//	datatracker heal
//	datatracker key KEY
//	datatracker uploads SESSION REVISIONS MESSAGES
//
// One that misleads answers for every meeting with the agenda of another. A key
// is one for uploads; uploads asserts how often a session's chat log was taken, and
// that the last has so many messages with nothing wrong in them.
func scriptDatatracker(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	if len(args) == 1 && args[0] == "heal" {
		w.datatracker.Heal()
		return
	}
	if len(args) == 2 && args[0] == "key" {
		w.datatracker.AddKey(args[1], datatracker.Key{})
		return
	}
	if len(args) == 4 && args[0] == "uploads" {
		checkUploads(ts, w.datatracker, args[1:])
		return
	}
	if len(args) == 2 && args[0] == "mislead" {
		w.datatracker.Fail("/", misleading(w.meeting.Number, args[1]))
		return
	}
	if len(args) != 3 || args[0] != "fail" {
		ts.Fatalf("usage: datatracker fail PATH HOW, datatracker mislead NUMBER, or datatracker heal")
	}
	failures := map[string]datatracker.Failure{
		"404": datatracker.HTMLPage(404), "500": datatracker.HTMLPage(500), "503": datatracker.HTMLPage(503),
		"429": datatracker.TooManyRequests(0), "cut": datatracker.Cut(), "notjson": datatracker.NotJSON(),
		"wrongjson": datatracker.WrongJSON(), "empty": datatracker.EmptyList(), "huge": datatracker.Huge(), "hang": datatracker.Hang(),
		"swallow": datatracker.Swallow(),
	}
	how, ok := failures[args[2]]
	if !ok {
		ts.Fatalf("no such failure: %s", args[2])
	}
	w.datatracker.Fail(args[1], how)
}

// misleading answers what is asked of one meeting with what is true of another.
func misleading(asked, got string) datatracker.Failure {
	return func(w http.ResponseWriter, r *http.Request, healthy http.Handler) {
		other := r.Clone(r.Context())
		other.URL.Path = strings.ReplaceAll(r.URL.Path, asked, got)
		healthy.ServeHTTP(w, other)
	}
}

// scriptAgenda changes the meeting:
//
//	agenda cancel|remove|add ACRONYM
//	agenda move ACRONYM TIME
//	agenda rename ACRONYM NAME
//	agenda state ACRONYM STATE
//	agenda number NUMBER
//	agenda now ACRONYM
//	agenda clear
//	agenda role ACRONYM ROLE EMAIL NAME
//
// An ACRONYM in double quotes is a Go string. With number the meeting becomes
// another one, beside the one that it was; with now the first session of a group
// began half an hour ago.
func scriptAgenda(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	switch {
	case len(args) == 2 && args[0] == "cancel":
		w.meeting.Cancel(args[1])
	case len(args) == 3 && args[0] == "move":
		start, err := time.Parse(time.RFC3339, args[2])
		ts.Check(err)
		w.meeting.Move(args[1], start)
	case len(args) == 2 && args[0] == "remove":
		w.meeting.Remove(args[1])
	case len(args) == 3 && args[0] == "rename":
		w.meeting.Rename(args[1], args[2])
	case len(args) == 2 && args[0] == "add":
		name := args[1]
		if strings.HasPrefix(name, `"`) {
			var err error
			name, err = strconv.Unquote(name)
			ts.Check(err)
		}
		w.meeting.AddGroup(meeting.Group{Acronym: name, Name: "Group of a name", Type: "wg", State: "active", Parent: "art"}, 1)
	case len(args) == 3 && args[0] == "state": // as it is today
		w.meeting.Group(args[1]).StateToday = args[2]
	case len(args) == 2 && args[0] == "number":
		w.meeting = w.meeting.Clone()
		w.meeting.Number = args[1]
	case len(args) == 5 && args[0] == "role":
		w.meeting.AddRole(args[1], args[2], w.meeting.AddPerson(args[4], args[3]))
	case len(args) == 2 && args[0] == "now":
		w.meeting.Move(args[1], time.Now().Add(-30*time.Minute).Truncate(time.Minute))
	case len(args) == 1 && args[0] == "clear":
		w.meeting.Clear()
	default:
		ts.Fatalf("usage: agenda cancel|remove|add ACRONYM, agenda move ACRONYM TIME, agenda rename ACRONYM NAME, agenda state ACRONYM STATE, agenda number NUMBER, agenda clear, agenda role ACRONYM ROLE EMAIL NAME")
	}
	w.datatracker.SetMeeting(w.meeting)
}

// scriptShell runs a command of the server's own shell, as an administrator
// who changes things by hand.
func scriptShell(ts *testscript.TestScript, neg bool, args []string) {
	out, err := worldOf(ts).server.Console(context.Background(), args...)
	fmt.Fprint(ts.Stdout(), out)
	if (err != nil) != neg {
		ts.Fatalf("shell %v: %v\n%s", args, err, out)
	}
}

// scriptByHand changes one room by hand, on the server itself:
//
//	byhand ROOM LUA|destroy
//
// where the room is r in LUA.
func scriptByHand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: byhand ROOM LUA")
	}
	p, change := worldOf(ts).server, args[1]+"; r:save(true)"
	if args[1] == "destroy" {
		change = `r:destroy(nil, "by hand")`
	}
	line := fmt.Sprintf(`>local r = prosody.hosts[%q].modules.muc.get_room_from_jid(%q); %s; return "by hand: " .. r.jid`,
		p.Service, args[0]+"@"+p.Service, change)
	out, err := p.Console(context.Background(), line)
	if err != nil || !strings.Contains(out, "by hand: "+args[0]) {
		ts.Fatalf("by hand: %v\n%s", err, out)
	}
}

// scriptServer kills the server or starts it again.
func scriptServer(ts *testscript.TestScript, _ bool, args []string) {
	switch p := worldOf(ts).server; {
	case len(args) == 1 && args[0] == "kill":
		p.Kill()
	case len(args) == 1 && args[0] == "restart":
		ts.Check(p.Restart(context.Background()))
	default:
		ts.Fatalf("usage: server kill|restart")
	}
}

// scriptReplace changes a file, with \n for a new line: replace FILE OLD NEW.
func scriptReplace(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not contain %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], strings.ReplaceAll(args[2], `\n`, "\n"))), 0o600))
}

// scriptStatus runs the program and checks its exit status:
//
//	status CODE muster ARGUMENT...
func scriptStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := err.(interface{ ExitCode() int })
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("the exit status is %d, not %d", got, want)
	}
}
