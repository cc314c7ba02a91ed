package reconcile_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"muster/agenda"
	"muster/provision"
	"muster/provision/apply"
	"muster/provision/internal/check"
	"muster/provision/internal/fake"
	"muster/provision/internal/sample"
	"muster/provision/plan"
	"muster/provision/reconcile"
	"muster/provision/state"
	"muster/provision/want"
	"muster/xmppadmin"
)

// sources is a Datatracker that answers with what it has.
type sources struct {
	meetings  map[string]agenda.Meeting
	list      *agenda.GroupList
	err       error
	requested []string
}

func (d *sources) Meetings(_ context.Context, sources []string) ([]agenda.Meeting, error) {
	var out []agenda.Meeting
	for _, source := range sources {
		out = append(out, d.meetings[source])
	}
	return out, d.err
}

func (d *sources) Groups(_ context.Context, types []string) (agenda.GroupList, error) {
	d.requested = types
	return *d.list, d.err
}

// world is a Datatracker, a service and what makes runs between them.
type world struct {
	datatracker *sources
	service     *fake.Service
	run         *reconcile.Reconciler
}

// newWorld returns a world with IETF 126, on which quic meets, and a list of
// groups that has quic and tls.
func newWorld(t *testing.T) *world {
	t.Helper()
	m := sample.Meeting([]agenda.Group{sample.Group("quic", "wg")}, sample.Session(1, "quic", agenda.Scheduled))
	rules := want.DefaultRules(sample.Service)
	rules.Standing = nil
	w := &world{
		datatracker: &sources{
			meetings: map[string]agenda.Meeting{"126": m, "current": m, "file:a.json": m},
			list:     sample.List(sample.Record("quic", "wg", "active"), sample.Record("tls", "wg", "active")),
		},
		service: fake.New(),
	}
	w.run = &reconcile.Reconciler{
		Agenda: w.datatracker, Rules: rules, Limits: plan.DefaultLimits(), State: t.TempDir(),
		Service: func(context.Context) (provision.Service, error) { return w.service, nil },
		Actor:   apply.Actor{Account: "muster@example.org"}, Version: "1", Now: func() time.Time { return sample.Day },
	}
	return w
}

func request() reconcile.Request {
	return reconcile.Request{Meetings: []string{"126"}, Options: plan.Options{Policy: plan.Sync}, Applying: true}
}

// plan plans, and fails the test on an error.
func (w *world) plan(t *testing.T, q reconcile.Request) reconcile.Pass {
	t.Helper()
	p, err := w.run.Plan(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// summary returns the changes of a plan: "create quic, create tls".
func summary(p plan.Plan) string {
	var parts []string
	for _, c := range p.Changes() {
		parts = append(parts, string(c.Action)+" "+c.Room.Name)
	}
	return strings.Join(parts, ", ")
}

// TestRun plans, applies and plans again.
func TestRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.Hidden = []xmppadmin.Setting{xmppadmin.Language}
	p := w.plan(t, request())
	check.Same(t, "plan", summary(p.Plan), "create quic, create tls")
	check.Same(t, "meetings", p.Meetings(), "IETF 126")
	check.Same(t, "calls of a plan", w.service.Calls, []string(nil))
	if files, _ := os.ReadDir(w.run.State); len(files) > 0 {
		t.Errorf("a plan left %v in the state folder", files)
	}
	digest := p.Plan.Digest()
	out, err := w.run.Apply(t.Context(), p, apply.Options{})
	if err != nil || out.Counts.Create != 2 || out.Incomplete() {
		t.Fatal(out, err)
	}
	check.Same(t, "not offered", out.NotOffered, []provision.Obstacle{{Setting: xmppadmin.Language}})
	if p.Plan.Digest() != digest || len(p.NotOffered) > 0 {
		t.Error("the apply changed the pass")
	}
	trail, err := os.ReadFile(filepath.Join(w.run.State, "audit.jsonl"))
	if err != nil || strings.Count(string(trail), `"who":"muster@example.org"`) != 4 || !strings.Contains(string(trail), digest) {
		t.Errorf("the audit trail is %s, %v", trail, err)
	}
	m, _, err := state.LoadHistory(w.run.State)
	if err != nil || m.Meetings["126"].Rooms != 1 || m.Groups.Living != 2 || !m.Rooms["tls"].Last.Equal(sample.Day) {
		t.Errorf("remembered %+v, %v", m, err)
	}
	again := w.plan(t, request())
	check.Same(t, "second plan", again.Plan.Counts, provision.Counts{Wanted: 2, Unchanged: 2})
	check.Same(t, "not offered", again.NotOffered, []provision.Obstacle{{Setting: xmppadmin.Language}})
	out, err = w.run.Apply(t.Context(), again, apply.Options{})
	if err != nil || len(out.NotOffered) > 0 {
		t.Errorf("what the plan knew is reported again: %+v, %v", out.NotOffered, err)
	}
}

// TestApplyThatFailsIsNoMeasure: only a complete apply is what later agendas
// are compared with; what was seen of rooms is kept all the same.
func TestApplyThatFailsIsNoMeasure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.Script["create tls"] = []fake.Behaviour{fake.Fails(xmppadmin.ErrUnsupported)}
	out, err := w.run.Apply(t.Context(), w.plan(t, request()), apply.Options{})
	if err != nil || !out.Incomplete() || out.Counts.Failed != 1 {
		t.Fatal(out, err)
	}
	m, _, err := state.LoadHistory(w.run.State)
	if err != nil || len(m.Meetings) > 0 || m.Groups.Living > 0 || len(m.Rooms) != 2 {
		t.Errorf("remembered %+v, %v", m, err)
	}
}

func TestPlanOffline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run.Service = nil
	q := request()
	q.Offline = true
	p := w.plan(t, q)
	check.Same(t, "plan", summary(p.Plan), "create quic, create tls")
	_, err := w.run.Apply(t.Context(), p, apply.Options{})
	check.Error(t, err, "a plan made offline cannot be applied")
}

// TestPlanOfFiles requests nothing of the Datatracker where only files are given.
func TestPlanOfFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := request()
	q.Meetings = []string{"file:a.json"}
	check.Same(t, "plan", summary(w.plan(t, q).Plan), "create quic")
	check.Same(t, "types requested", w.datatracker.requested, []string(nil))
	m := w.datatracker.meetings["126"]
	m.Number, m.Warnings = "", []string{"it has no number"}
	w.datatracker.meetings["file:a.json"] = m
	p := w.plan(t, q)
	check.Same(t, "meetings", p.Meetings(), "the meeting")
	check.Same(t, "warnings", p.Warnings[:1], []string{"agenda of the meeting: it has no number"})
}

// TestPlanFails waits for both sides, so that the same troubles give the same
// errors.
func TestPlanFails(t *testing.T) {
	t.Parallel()
	down, refused := errors.New("datatracker is down"), errors.New("login refused")
	for name, c := range map[string]struct {
		spoil func(w *world)
		want  []error
		text  string
	}{
		"sources": {func(w *world) { w.datatracker.err = down }, []error{down}, "datatracker is down"},
		"service": {func(w *world) { w.refuse(refused) }, []error{refused}, "login refused"},
		"both": {func(w *world) { w.datatracker.err = down; w.refuse(refused) }, []error{down, refused},
			"datatracker is down; login refused"},
		"survey": {func(w *world) { w.service.Script["read"] = []fake.Behaviour{fake.Fails(xmppadmin.ErrUnavailable)} },
			[]error{xmppadmin.ErrUnavailable}, "answer: "},
		"rules": {func(w *world) { w.run.Rules.Title = "{{.Nothing}}" }, nil, "title"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.spoil(w)
			_, err := w.run.Plan(t.Context(), request())
			check.Error(t, err, c.text)
			for _, e := range c.want {
				if !errors.Is(err, e) {
					t.Errorf("%v does not wrap %v", err, e)
				}
			}
		})
	}
}

// refuse has the service refuse the login.
func (w *world) refuse(err error) {
	w.run.Service = func(context.Context) (provision.Service, error) { return nil, err }
}

// TestPlanGuards has the guards see the meeting requested, the last apply, and
// whether the plan is to be applied.
func TestPlanGuards(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(w *world, q *reconcile.Request)
		want   string // the guards, in order
	}{
		"none": {func(*world, *reconcile.Request) {}, ""},
		"another meeting": {func(w *world, q *reconcile.Request) {
			q.Meetings = []string{"127"}
			w.datatracker.meetings["127"] = w.datatracker.meetings["126"]
		}, "other-meeting"},
		"the current one": {func(_ *world, q *reconcile.Request) { q.Meetings = []string{"current"} }, ""},
		"shrunk": {func(w *world, _ *reconcile.Request) {
			m := state.History{}.WithApply(want.Sources{}, want.Wanted{Meetings: []want.MeetingStats{{Meeting: "126", Sessions: 9}}}, sample.Day)
			if err := m.Save(w.run.State); err != nil {
				panic(err)
			}
		}, "shrunk-agenda"},
		"too many archives": {func(w *world, q *reconcile.Request) {
			w.service.Rooms["quic"] = sample.Room("quic", true, false, "quic")
			q.Options.Archive = []string{"quic"}
		}, "archives"},
		"too many archives, allowed": {func(w *world, q *reconcile.Request) {
			w.service.Rooms["quic"] = sample.Room("quic", true, false, "quic")
			q.Options.Archive, q.Overrides.Archive = []string{"quic"}, 1
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, q := newWorld(t), request()
			c.change(w, &q)
			p := w.plan(t, q)
			var got []string
			for _, r := range p.Refusals {
				got = append(got, r.Guard)
			}
			check.Same(t, "guards", strings.Join(got, " "), c.want)
			if c.want == "" {
				return
			}
			_, err := w.run.Apply(t.Context(), p, apply.Options{})
			if guard := (*plan.GuardError)(nil); !errors.As(err, &guard) || len(w.service.Calls) > 0 {
				t.Errorf("applied in spite of the guards: %v, %q", err, w.service.Calls)
			}
		})
	}
}

// TestEachWarningOnce: what strikes many documents is one warning.
func TestEachWarningOnce(t *testing.T) {
	t.Parallel()
	w, q := newWorld(t), request()
	w.datatracker.list.Warnings = []string{"cache: /x: full", "odd", "cache: /x: full"}
	check.Same(t, "warnings", w.plan(t, q).Warnings, []string{"cache: /x: full", "odd"})
}

// TestOutage: an old copy is good enough to look at, and never applied.
func TestOutage(t *testing.T) {
	t.Parallel()
	down := agenda.Outage{Cause: "503 Service Unavailable", Status: 503, URLs: []string{"https://dt.example.org/groups"}, Confirmed: sample.Day}
	w, q := newWorld(t), request()
	w.datatracker.list.Stale, w.datatracker.list.Outages = true, []agenda.Outage{down}
	m := w.datatracker.meetings["126"]
	m.Stale, m.Outages = true, []agenda.Outage{{Cause: down.Cause, Status: 503, URLs: []string{"https://dt.example.org/126"},
		Confirmed: sample.Day.AddDate(0, 0, 1)}}
	w.datatracker.meetings["126"] = m
	_, err := w.run.Plan(t.Context(), q)
	check.Error(t, err, "datatracker: 503 Service Unavailable (GET https://dt.example.org/126 and 1 more); "+
		"the copy of 2026-07-20 09:00:00 UTC is not applied")
	if typed, plain := (*reconcile.OutageError)(nil), (*agenda.Outage)(nil); !errors.As(err, &typed) || !errors.As(err, &plain) || plain.Status != 503 {
		t.Errorf("the error is %#v", err)
	}
	if len(w.service.Reads) > 0 {
		t.Errorf("the rooms were surveyed: %q", w.service.Reads)
	}
	q.Applying = false
	p := w.plan(t, q)
	check.Same(t, "plan", summary(p.Plan), "create quic, create tls")
	if len(p.Refusals) > 0 || !strings.Contains(strings.Join(p.Warnings, "\n"), "the copy of 2026-07-20 09:00:00 UTC is used") {
		t.Errorf("refusals %v, warnings %q", p.Refusals, p.Warnings)
	}
}

// TestSavedPlan applies a saved plan where nothing has changed since.
func TestSavedPlan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(w *world)
		err    string
	}{
		"nothing": {func(*world) {}, ""},
		"later":   {func(w *world) { w.run.Now = func() time.Time { return sample.Day.AddDate(0, 0, 3) } }, ""},
		"agenda":  {func(w *world) { w.datatracker.list.Groups[0].Name = "x" }, "the list of groups has changed"},
		"rules":   {func(w *world) { w.run.Rules.Language = "de" }, "the configuration has changed"},
		"account": {func(w *world) { w.run.Actor.Account = "other@example.org" }, "the configuration has changed"},
		"room":    {func(w *world) { w.service.Rooms["quic"] = sample.Room("quic", false, false, "") }, "rooms have changed: quic"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			q := request()
			q.Overrides.Archive = 3
			file := w.run.File(w.plan(t, q))
			if file.Version != "1" || file.AllowArchive != 3 {
				t.Errorf("the file has version %q, %d archives", file.Version, file.AllowArchive)
			}
			c.change(w)
			p, err := w.run.Plan(t.Context(), reconcile.FromFile(&file, plan.Overrides{Archive: 2}))
			check.Error(t, err, c.err)
			if stale := (*plan.StalePlanError)(nil); c.err != "" && !errors.As(err, &stale) {
				t.Errorf("%v is no stale plan", err)
			}
			if c.err == "" && (p.Request.Overrides.Archive != 3 || !p.Plan.Created.Equal(sample.Day)) {
				t.Errorf("the request is %+v", p.Request)
			}
		})
	}
}

// TestSurveyOfRequestedRooms looks for rooms that are named, listed or not.
func TestSurveyOfRequestedRooms(t *testing.T) {
	t.Parallel()
	w, q := newWorld(t), request()
	q.Options.Reopen, q.Survey = []string{"secret"}, []string{"nothing"}
	w.service.Rooms["secret"] = sample.Room("secret", true, true, "[archived] secret")
	p := w.plan(t, q)
	check.Same(t, "reads", w.service.Reads, [][]string{{"nothing", "quic", "secret", "tls"}})
	check.Same(t, "plan", summary(p.Plan), "create quic, reopen secret, create tls")
}

// TestArchiveByHand archives a wanted room, which stays archived until it is
// reopened by request; who did it is kept by the server.
func TestArchiveByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run.Actor.User, w.run.Actor.Host = "anna", "desk"
	w.apply(t, request(), "create quic, create tls")
	archive := request()
	archive.Options = plan.Options{Policy: plan.Sync, Action: provision.Archive, Archive: []string{"quic"}, Reason: "a rehearsal"}
	archive.Overrides.Archive = 1
	w.apply(t, archive, "archive quic")
	note := xmppadmin.Note{Who: "anna on desk", When: sample.Day, Reason: "a rehearsal"}
	check.Same(t, "notes", w.service.ByHand, map[string]xmppadmin.Note{"quic": note})
	w.run.State = t.TempDir() // another machine
	p := w.apply(t, request(), "")
	if rows := p.Plan.Select(plan.Row.ArchivedByHand); len(rows) != 1 || *rows[0].ByHand != note {
		t.Errorf("archived by hand: %+v", rows)
	}
	reopen := request()
	reopen.Options = plan.Options{Action: provision.Reopen, Reopen: []string{"quic"}}
	w.apply(t, reopen, "reopen quic")
	check.Same(t, "notes", w.service.ByHand, map[string]xmppadmin.Note{})
	before := len(w.service.Calls)
	w.apply(t, request(), "")
	if calls := w.service.Calls[before:]; len(calls) > 0 {
		t.Errorf("nothing to do, and called %q", calls)
	}
}

// apply plans and applies, and fails the test where the plan is another one.
func (w *world) apply(t *testing.T, q reconcile.Request, want string) reconcile.Pass {
	t.Helper()
	p := w.plan(t, q)
	if got := summary(p.Plan); got != want {
		t.Fatalf("the plan is %q, not %q", got, want)
	}
	if out, err := w.run.Apply(t.Context(), p, apply.Options{}); err != nil || out.Incomplete() {
		t.Fatal(out, err)
	}
	return p
}

// TestArchiveByHandNeedsItsNote: nothing is archived by hand that the next run
// would reopen.
func TestArchiveByHandNeedsItsNote(t *testing.T) {
	t.Parallel()
	w, q := newWorld(t), request()
	w.apply(t, q, "create quic, create tls")
	q.Options.Archive, q.Overrides.Archive = []string{"quic"}, 1
	w.service.Script["set notes"] = []fake.Behaviour{fake.Fails(xmppadmin.ErrUnsupported)}
	out, err := w.run.Apply(t.Context(), w.plan(t, q), apply.Options{})
	if !errors.Is(err, xmppadmin.ErrUnsupported) || len(out.Results) > 0 || w.service.Rooms["quic"].Archived {
		t.Errorf("%+v, %v", out, err)
	}
	w.service.Script["notes"] = []fake.Behaviour{fake.Fails(xmppadmin.ErrUnavailable)}
	if _, err := w.run.Plan(t.Context(), q); !errors.Is(err, xmppadmin.ErrUnavailable) {
		t.Errorf("notes that could not be read: %v", err)
	}
}

// TestKilledRun: the run after one that was killed records what became of its
// changes, once, and before it does anything else.
func TestKilledRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.Rooms["tls"] = sample.Room("tls", true, false, "tls")
	w.service.Rooms["old"] = sample.Room("old", true, true, "[archived] old")
	audit, err := state.OpenAudit(w.run.State)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []apply.Entry{
		{Room: "done", Action: provision.Create, Result: apply.Started}, {Room: "done", Action: provision.Create, Result: "done"},
		{Room: "old", Action: provision.Archive, Result: apply.Started, Plan: "p", Before: xmppadmin.Settings{xmppadmin.Title: "old"}},
		{Room: "quic", Action: provision.Create, Result: apply.Started}, {Room: "tls", Action: provision.Create, Result: apply.Started},
		{Room: "unknown", Action: provision.Update, Result: apply.Started}, {Room: "vanished", Action: provision.Update, Result: apply.Started},
	} {
		if err := audit.Record(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := audit.Close(); err != nil {
		t.Fatal(err)
	}
	w.service.Script["read unknown"] = []fake.Behaviour{fake.Fails(xmppadmin.ErrInterrupted)}
	q := request()
	q.Applying = false
	w.plan(t, q)
	check.Same(t, "found by a plan that is only shown", w.found(t), []apply.Entry(nil))
	w.plan(t, request())
	want := []apply.Entry{
		{Room: "old", Action: provision.Archive, State: "archived", Plan: "p",
			Before: xmppadmin.Settings{xmppadmin.Title: "old"}, After: sample.Settings("[archived] old")},
		{Room: "quic", Action: provision.Create, State: "absent"}, {Room: "tls", Action: provision.Create, State: "live", After: sample.Settings("tls")},
		{Room: "vanished", Action: provision.Update, State: "absent"},
	}
	for i := range want {
		want[i].When, want[i].Actor, want[i].Result = sample.Day, w.run.Actor, apply.Found
	}
	check.Same(t, "found", w.found(t), want)
	w.plan(t, request())
	check.Same(t, "found when the last room answers", w.found(t)[4:], []apply.Entry{
		{When: sample.Day, Actor: w.run.Actor, Room: "unknown", Action: provision.Update, Result: apply.Found, State: "absent"}})
	w.plan(t, request())
	if n := len(w.found(t)); n != 5 {
		t.Errorf("%d records of 5 rooms", n)
	}
}

// found returns the records of the audit trail on rooms that were left open.
func (w *world) found(t *testing.T) []apply.Entry {
	t.Helper()
	trail, err := os.ReadFile(filepath.Join(w.run.State, "audit.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var found []apply.Entry
	for line := range strings.Lines(string(trail)) {
		var e apply.Entry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if e.Result == apply.Found {
			found = append(found, e)
		}
	}
	return found
}

// TestDamagedHistory is reported, and taken as none.
func TestDamagedHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := os.WriteFile(filepath.Join(w.run.State, "last-apply.json"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if p := w.plan(t, request()); !strings.Contains(p.Damage, "is damaged and taken as empty") {
		t.Errorf("the damage is %q", p.Damage)
	}
}
