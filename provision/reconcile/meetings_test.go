package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mellium.im/xmpp/stanza"

	"muster/agenda"
	"muster/fixtures"
	"muster/fixtures/datatracker"
	"muster/fixtures/ejabberd"
	"muster/fixtures/meeting"
	"muster/fixtures/prosody"
	"muster/fixtures/xmpptest"
	"muster/provision"
	"muster/provision/apply"
	"muster/provision/plan"
	"muster/provision/reconcile"
	"muster/provision/want"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

// years is a service over many years: a real server, a Datatracker whose
// meetings follow one another, a clock that is moved on, and a user who
// speaks in every room.
type years struct {
	t           *testing.T
	service     string
	now         time.Time
	datatracker *datatracker.Datatracker
	meeting     *meeting.Meeting
	run         *reconcile.Reconciler
	alice       *xmpptest.Participant
	said        map[string][]string // by room, in order
	changes     int                 // those that the runs reported
	closed      map[string]bool     // rooms archived by hand
}

func newYears(t *testing.T, s *fixtures.Server) *years {
	t.Helper()
	y := &years{
		t: t, service: s.Service, meeting: meeting.Small(), said: make(map[string][]string), closed: make(map[string]bool),
		now:   time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC),
		alice: xmpptest.NewParticipant(t, s, "alice"),
	}
	y.datatracker = datatracker.New(y.meeting)
	url := y.datatracker.Start()
	t.Cleanup(y.datatracker.Close)
	clock, dir := func() time.Time { return y.now }, t.TempDir()
	client, err := agenda.New(agenda.Config{URL: url, Timeout: 2 * time.Second, CacheDir: filepath.Join(dir, "cache"), Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	limits := plan.DefaultLimits()
	limits.ArchivePercent = 100
	y.run = &reconcile.Reconciler{
		Agenda: client, Service: connect(t, s), Rules: want.DefaultRules(s.Service), Limits: limits,
		State: dir, Actor: apply.Actor{Account: s.JID}, Now: clock,
	}
	return y
}

// connect returns what makes a session with the server, which lasts until the
// test ends.
func connect(t *testing.T, s *fixtures.Server) func(context.Context) (provision.Service, error) {
	t.Helper()
	roots, err := s.Roots()
	if err != nil {
		t.Fatal(err)
	}
	config := session.Config{JID: s.JID, Password: s.Password, Server: s.Addr, RootCAs: roots, Timeout: time.Minute}
	return func(ctx context.Context) (provision.Service, error) {
		client, err := session.Dial(ctx, config)
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { client.Close() })
		return xmppadmin.Open(ctx, client, s.Service, "auto")
	}
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

// plan plans as a run that is to be applied does, or one that is not.
func (y *years) plan(applying bool) (reconcile.Pass, error) {
	return y.run.Plan(y.t.Context(), reconcile.Request{
		Meetings: []string{y.meeting.Number}, Options: plan.Options{Policy: plan.Sync}, Applying: applying,
	})
}

// sync makes a run, and a second one, which has nothing to do.
func (y *years) sync(what string) {
	y.t.Helper()
	for again := range 2 {
		p, err := y.plan(true)
		if err != nil || len(p.Refusals) > 0 {
			y.t.Fatalf("%s: %v, %v", what, p.Refusals, err)
		}
		if changes := p.Plan.Changes(); again == 1 && len(changes) > 0 {
			y.t.Errorf("%s: a second run has changes: %+v", what, changes)
		}
		out, err := y.run.Apply(y.t.Context(), p, apply.Options{})
		if err != nil || out.Incomplete() {
			y.t.Fatalf("%s: %+v, %v", what, out, err)
		}
		y.changes += out.Counts.Changes()
	}
	y.check(what)
}

// byHand archives or reopens one room by request.
func (y *years) byHand(action provision.Action, name string) {
	y.t.Helper()
	o := plan.Options{Policy: plan.Sync, Action: action, Only: []string{name}}
	switch y.closed[name] = action == provision.Archive; action {
	case provision.Archive:
		o.Archive, o.Reason = o.Only, "a rehearsal"
	default:
		o.Reopen = o.Only
	}
	p, err := y.run.Plan(y.t.Context(), reconcile.Request{
		Meetings: []string{y.meeting.Number}, Options: o, Overrides: plan.Overrides{Archive: 1}, Applying: true,
	})
	if err != nil || len(p.Refusals) > 0 {
		y.t.Fatal(p.Refusals, err)
	}
	out, err := y.run.Apply(y.t.Context(), p, apply.Options{})
	if err != nil || out.Incomplete() || out.Counts.Changes() != 1 {
		y.t.Fatalf("%s %s: %+v, %v", action, name, out, err)
	}
	y.changes++
}

// refused plans where nothing must be applied, and returns the guards' refusals
// and the error.
func (y *years) refused(what string) ([]*plan.GuardError, error) {
	y.t.Helper()
	before := y.rooms()
	p, err := y.plan(true)
	if len(p.Refusals) == 0 && err == nil {
		y.t.Errorf("%s: nothing stands against an apply", what)
	}
	y.datatracker.Heal()
	after := y.rooms()
	for name, room := range before {
		if standing(after[name]) != standing(room) || !maps.Equal(after[name].Found.Settings, room.Found.Settings) {
			y.t.Errorf("%s: room %s was %+v and is %+v", what, name, room.Found, after[name].Found)
		}
	}
	return p.Refusals, err
}

// rooms returns the rooms on the service, by name.
func (y *years) rooms() map[string]plan.Row {
	y.t.Helper()
	p, err := y.plan(false)
	if err != nil {
		y.t.Fatal(err)
	}
	rooms := make(map[string]plan.Row)
	for _, r := range p.Plan.Rows {
		if r.Found.State != xmppadmin.Absent {
			rooms[r.Found.Name] = r
		}
	}
	return rooms
}

// standing returns how a room is: live, archived, or otherwise.
func standing(r plan.Row) string {
	switch f := r.Found; {
	case f.State != xmppadmin.Exists || !f.Managed:
		return f.State.String() + ", not managed"
	case f.Archived:
		return "archived"
	}
	return "live"
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
		if r, ok := rooms[name]; state == "active" && ok && r.Found.Archived != y.closed[name] {
			y.t.Errorf("%s: that the room of the active group %s is archived is %t", what, g.Acronym, r.Found.Archived)
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
		case r.Found.Archived && !errors.As(err, &refusal):
			y.t.Errorf("%s: in the archived room %s one can speak (%v)", what, name, err)
		case !r.Found.Archived && err != nil:
			y.t.Errorf("%s: in the live room %s one cannot speak: %v", what, name, err)
		case !r.Found.Archived:
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
	trail, err := os.ReadFile(filepath.Join(y.run.State, "audit.jsonl"))
	if err != nil {
		y.t.Fatal(err)
	}
	if done := strings.Count(string(trail), `"result":"done"`); done != y.changes {
		y.t.Errorf("%s: the audit trail has %d changes, the runs reported %d", what, done, y.changes)
	}
}

// is asserts how rooms stand.
func (y *years) is(want string, names ...string) {
	y.t.Helper()
	rooms := y.rooms()
	for _, name := range names {
		if got := standing(rooms[name]); got != want {
			y.t.Errorf("room %s is %s, not %s: %+v", name, got, want, rooms[name].Wanted)
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

	y.byHand(provision.Archive, "quic")
	y.sync("a room archived by hand")
	y.is("archived", "quic")
	y.byHand(provision.Reopen, "quic")
	y.sync("and reopened by hand")
	y.is("live", "quic")

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
	if refusals, err := y.refused("an empty agenda"); err != nil || len(refusals) == 0 {
		y.t.Errorf("an empty agenda: %v, %v", refusals, err)
	}
	y.datatracker.Fail("/", datatracker.HTMLPage(503))
	y.now = y.now.AddDate(0, 0, 1)
	if _, err := y.refused("an outage"); !errors.As(err, new(*reconcile.OutageError)) {
		y.t.Errorf("an outage: %v", err)
	}

	y.meeting = whole
	y.next(func(m *meeting.Meeting) {
		m.Remove("quic")
		m.Group("quic").StateToday = "replaced"
		m.AddGroup(meeting.Group{Acronym: "quicker", Name: "Quicker", Type: "wg", State: "active", Parent: "wit"}, 1)
	})
	y.run.Rules.Renamed = []want.Rename{{Name: "quicker", Previously: "quic"}}
	y.sync("a group with another acronym")
	y.is("archived", "quic")
	y.is("live", "quicker")

	y.next(func(m *meeting.Meeting) { m.Group("tls").StateToday = "" })
	y.sync("a concluded group that is revived")
	y.is("live", "tls")
	if title := y.rooms()["quic"].Found.Settings[xmppadmin.Title]; !strings.Contains(title, "quicker") {
		y.t.Errorf("the title of the old room, %q, does not point to the new one", title)
	}
}
