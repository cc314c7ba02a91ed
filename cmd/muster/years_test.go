package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mellium.im/xmpp/stanza"

	"muster/cmd/muster/internal/ui"
	"muster/fixtures"
	"muster/fixtures/datatracker"
	"muster/fixtures/ejabberd"
	"muster/fixtures/meeting"
	"muster/fixtures/prosody"
	"muster/fixtures/xmpptest"
)

// years is a service over many years: a real server, a Datatracker whose
// meetings follow one another, a clock that is moved on, and a user who
// speaks in every room.
type years struct {
	t           *testing.T
	dir         string
	service     string
	now         time.Time
	datatracker *datatracker.Datatracker
	meeting     *meeting.Meeting
	alice       *xmpptest.Participant
	said        map[string][]string // by room, in order
	changes     int                 // those that the program reported
}

func newYears(t *testing.T, s *fixtures.Server) *years {
	t.Helper()
	y := &years{
		t: t, dir: t.TempDir(), service: s.Service, meeting: meeting.Small(), said: make(map[string][]string),
		now:   time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC),
		alice: xmpptest.NewParticipant(t, s, "alice"),
	}
	y.datatracker = datatracker.New(y.meeting)
	url := y.datatracker.Start()
	t.Cleanup(y.datatracker.Close)
	if err := s.WriteConfig(url, y.dir, "[guards]\narchive_percent = 100\n[rooms]\n"); err != nil {
		t.Fatal(err)
	}
	return y
}

func (y *years) write(name, text string) {
	y.t.Helper()
	if err := os.WriteFile(filepath.Join(y.dir, name), []byte(text), 0o600); err != nil {
		y.t.Fatal(err)
	}
}

// configure adds lines to the section of the rooms, which is the last one.
func (y *years) configure(lines string) {
	y.t.Helper()
	text, err := os.ReadFile(filepath.Join(y.dir, "muster.toml"))
	if err != nil {
		y.t.Fatal(err)
	}
	y.write("muster.toml", string(text)+lines)
}

// run runs the program at the time that it is.
func (y *years) run(args ...string) (code exitCode, stdout, stderr string) {
	y.t.Helper()
	var out, errs bytes.Buffer
	now := y.now
	args = append([]string{"--config", filepath.Join(y.dir, "muster.toml")}, args...)
	code = runAt(context.Background(), func() time.Time { return now }, args, strings.NewReader(""), &out, &errs, os.Environ())
	return code, out.String(), errs.String()
}

// next moves the clock on to shortly before the next meeting, which is like
// the last one with these changes.
func (y *years) next(change func(m *meeting.Meeting)) {
	number, err := strconv.Atoi(y.meeting.Number)
	if err != nil {
		y.t.Fatal(err)
	}
	const weeks = 17
	m := y.meeting.Clone()
	m.Number = strconv.Itoa(number + 1)
	m.Shift(weeks)
	change(m)
	y.meeting, y.now = m, y.now.AddDate(0, 0, 7*weeks)
	y.datatracker.SetMeeting(m)
}

// sync runs the program as cron does, twice: the second run must be silent.
func (y *years) sync(what string) {
	y.t.Helper()
	source := []string{"sync", "--meeting", y.meeting.Number}
	code, out, errs := y.run(append(source, "--format", "json")...)
	if code != exitOK {
		y.t.Fatalf("%s: status %d\n%s%s", what, code, out, errs)
	}
	for line := range strings.Lines(out) {
		if strings.Contains(line, `"type":"result"`) && strings.Contains(line, `"status":"done"`) {
			y.changes++
		}
	}
	if code, out, errs := y.run(source...); code != exitOK || out != "" || errs != "" {
		y.t.Errorf("%s: a second run is not silent: status %d\n%s%s", what, code, out, errs)
	}
	y.check(what)
}

// refused runs the program where it must not do anything.
func (y *years) refused(what string, want exitCode) {
	y.t.Helper()
	before := y.rooms()
	if code, out, errs := y.run("sync", "--meeting", y.meeting.Number); code != want {
		y.t.Errorf("%s: status %d, not %d\n%s%s", what, code, want, out, errs)
	}
	y.datatracker.Heal()
	after := y.rooms()
	for name, room := range before {
		if after[name].Standing() != room.Standing() || !equalSettings(after[name], room) {
			y.t.Errorf("%s: room %s was %v and is %v", what, name, room, after[name])
		}
	}
}

func equalSettings(a, b ui.Room) bool {
	return fmt.Sprint(a.Settings) == fmt.Sprint(b.Settings)
}

// rooms returns the rooms on the service as the program shows them.
func (y *years) rooms() map[string]ui.Room {
	y.t.Helper()
	code, out, errs := y.run("rooms", "--meeting", y.meeting.Number, "--format", "json", "--quiet")
	if code != exitOK && code != exitDatatracker {
		y.t.Fatalf("rooms: status %d\n%s%s", code, out, errs)
	}
	rooms := make(map[string]ui.Room)
	for line := range strings.Lines(out) {
		var r ui.Room
		if err := json.Unmarshal([]byte(line), &r); err == nil && r.Type == "room" {
			rooms[r.Name] = r
		}
	}
	return rooms
}

// check holds the rooms against what must be true at any time.
func (y *years) check(what string) {
	y.t.Helper()
	ctx := y.t.Context()
	rooms := y.rooms()
	for _, g := range y.meeting.Groups {
		name, state := strings.ToLower(g.Acronym), g.State
		if g.StateToday != "" {
			state = g.StateToday
		}
		if r, ok := rooms[name]; state == "active" && ok && r.Archived {
			y.t.Errorf("%s: the room of the active group %s is archived", what, g.Acronym)
		}
	}
	for name, r := range rooms {
		room := name + "@" + y.service
		if err := y.alice.Join(ctx, room, "alice"); err != nil {
			y.t.Fatalf("%s: %s cannot be entered: %v", what, name, err)
		}
		text := fmt.Sprintf("%s in %s", what, name)
		err := y.alice.Say(ctx, room, text)
		var refusal stanza.Error
		switch {
		case r.Archived && !errors.As(err, &refusal):
			y.t.Errorf("%s: in the archived room %s one can speak (%v)", what, name, err)
		case !r.Archived && err != nil:
			y.t.Errorf("%s: in the live room %s one cannot speak: %v", what, name, err)
		case !r.Archived:
			y.said[name] = append(y.said[name], text)
		}
	}
	for name, said := range y.said {
		history, err := y.alice.History(ctx, name+"@"+y.service)
		if err != nil || !slices.Equal(history, said) {
			y.t.Errorf("%s: the archive of %s is not what was said (%v):\n%q\n%q", what, name, err, history, said)
		}
	}
	y.checkAudit(what)
}

// checkAudit counts the changes in the audit trail.
func (y *years) checkAudit(what string) {
	y.t.Helper()
	trail, err := os.ReadFile(filepath.Join(y.dir, "state", "audit.jsonl"))
	if err != nil {
		y.t.Fatal(err)
	}
	if done := strings.Count(string(trail), `"result":"done"`); done != y.changes {
		y.t.Errorf("%s: the audit trail has %d changes, the program reported %d", what, done, y.changes)
	}
}

// is asserts how rooms stand.
func (y *years) is(standing string, names ...string) {
	y.t.Helper()
	rooms := y.rooms()
	for _, name := range names {
		if got := rooms[name].Standing(); got != standing {
			y.t.Errorf("room %s is %s, not %s; it says: %s", name, got, standing, rooms[name].Reasons)
		}
	}
}

// TestMeetingAfterMeeting plays meeting after meeting on real servers.
func TestMeetingAfterMeeting(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(t *testing.T) *fixtures.Server{
		"prosody with companion": func(t *testing.T) *fixtures.Server { return prosody.New(t, prosody.Options{Companion: true}) },
		"prosody without":        func(t *testing.T) *fixtures.Server { return prosody.New(t, prosody.Options{}) },
		"ejabberd": func(t *testing.T) *fixtures.Server {
			return ejabberd.New(t, ejabberd.Options{Modules: "mod_private: {}"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			playYears(newYears(t, start(t)))
		})
	}
}

func playYears(y *years) {
	y.sync("the first meeting")
	y.is("live", "6lo", "quic", "tls", "cfrg", "jwp", "plenary", "hallway")

	y.next(func(m *meeting.Meeting) { m.Remove("jwp") })
	y.sync("a BOF that does not come back")
	y.is("archived", "jwp")

	y.next(func(m *meeting.Meeting) {
		m.AddSession(meeting.Session{Group: "jwp", Type: "regular", Status: "sched", Start: m.Clock(2, "09:30"), Duration: time.Hour})
	})
	y.sync("a BOF that does")
	y.is("live", "jwp")

	y.next(func(m *meeting.Meeting) { m.SetState("jwp", "active") })
	y.sync("a BOF that has become a working group")
	y.next(func(m *meeting.Meeting) { m.Remove("jwp") })
	y.sync("and does not meet")
	y.is("live", "jwp")

	y.next(func(m *meeting.Meeting) { m.Remove("tls"); m.Group("tls").StateToday = "conclude" })
	y.sync("a group that has concluded")
	y.now = y.now.AddDate(0, 0, 31)
	y.sync("a month later")
	y.is("archived", "tls")

	y.next(func(m *meeting.Meeting) { m.Group("6lo").Parent = "wit"; m.Rename("6lo", "IPv6 over Small Things") })
	y.sync("a group that changes its area and its name")
	y.is("live", "6lo")

	var whole *meeting.Meeting
	y.next(func(m *meeting.Meeting) { whole = m.Clone(); m.Clear() })
	y.refused("an empty agenda", exitRefused)
	y.datatracker.Fail("/", datatracker.HTMLPage(503))
	y.now = y.now.AddDate(0, 0, 1)
	y.refused("an outage", exitDatatracker)

	y.meeting = whole
	y.next(func(m *meeting.Meeting) {
		m.Remove("quic")
		m.Group("quic").StateToday = "replaced"
		m.AddGroup(meeting.Group{Acronym: "quicker", Name: "Quicker", Type: "wg", State: "active", Parent: "wit"}, 1)
	})
	y.configure("[[rooms.renamed]]\nname = \"quicker\"\npreviously = \"quic\"\n")
	y.sync("a group with another acronym")
	y.is("archived", "quic")
	y.is("live", "quicker")

	y.next(func(m *meeting.Meeting) { m.Group("tls").StateToday = "" })
	y.sync("a concluded group that is revived")
	y.is("live", "tls")
	if title := y.rooms()["quic"].Settings["title"]; !strings.Contains(title, "quicker") {
		y.t.Errorf("the title of the old room, %q, does not point to the new one", title)
	}
}
