package apply

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/quick"
	"time"

	"muster/provision"
	"muster/provision/internal/check"
	"muster/provision/internal/fake"
	"muster/provision/internal/sample"
	"muster/provision/internal/wanting"
	"muster/provision/plan"
	"muster/provision/want"
	"muster/xmppadmin"
)

const allSent = " message_archive persistent public title"

// TestApplyOneRoom has one change go wrong in every way.
func TestApplyOneRoom(t *testing.T) {
	t.Parallel()
	broken := errors.New("went wrong")
	appear := func(managed bool, title string) func(f *fake.Service) {
		return func(f *fake.Service) { f.Rooms["quic"] = sample.Room("quic", managed, false, title) }
	}
	vanish := func(f *fake.Service) { delete(f.Rooms, "quic") }
	foreign := func(f *fake.Service) { r := f.Rooms["quic"]; r.Managed = false; f.Rooms["quic"] = r }
	closed := func(f *fake.Service) { r := f.Rooms["quic"]; r.Archived = true; f.Rooms["quic"] = r }
	halfway := func(f *fake.Service) { r := f.Rooms["quic"]; r.HalfArchived = true; f.Rooms["quic"] = r }
	whole := func(f *fake.Service) { r := f.Rooms["quic"]; r.HalfArchived = false; f.Rooms["quic"] = r }
	over := wanting.Rooms().With(wanting.Archived("quic", "over"))
	adopt := plan.Options{Policy: plan.Sync, AdoptWanted: true}
	cases := map[string]struct {
		start  []xmppadmin.Room
		w      want.Wanted // of quic, where it is empty
		o      plan.Options
		script map[string][]fake.Behaviour
		hidden []xmppadmin.Setting
		calls  []string
		reads  int // 1 where it is 0
		status Status
		err    string
		is     error
	}{
		"create": {calls: []string{"create quic" + allSent}, status: Done},
		"create, a lie": {script: map[string][]fake.Behaviour{"create quic": {fake.Lie}}, calls: []string{"create quic" + allSent},
			status: Failed, err: `room "quic": server reported success, but the room does not exist`},
		"create, not kept": {script: map[string][]fake.Behaviour{"create quic": {fake.Then(fake.Well, appear(true, "other"))}},
			calls:  []string{"create quic" + allSent},
			status: Failed, err: `room "quic": server reported success, but reads back different: title is "other", not "quic"`},
		"create, promise not offered": {hidden: []xmppadmin.Setting{xmppadmin.MessageArchive}, calls: []string{"create quic" + allSent},
			status: Failed, err: `message_archive is not shown, and should be "true": load the module that archives`},
		"create, other not offered": {hidden: []xmppadmin.Setting{xmppadmin.Title}, calls: []string{"create quic" + allSent}, status: Done},
		"create, cut before": {script: map[string][]fake.Behaviour{"create quic": {fake.CutBefore}},
			calls: []string{"create quic" + allSent, "create quic" + allSent}, reads: 2, status: Done},
		"create, cut after": {script: map[string][]fake.Behaviour{"create quic": {fake.CutAfter}}, calls: []string{"create quic" + allSent},
			status: Done},
		"create, cut halfway": {script: map[string][]fake.Behaviour{"create quic": {fake.Then(fake.CutBefore, appear(true, ""))}},
			calls: []string{"configure quic title", "create quic" + allSent}, reads: 2, status: Done},
		"create, cut halfway, lies then": {script: map[string][]fake.Behaviour{"create quic": {fake.Then(fake.CutBefore, appear(true, ""))},
			"configure quic": {fake.Lie}},
			calls: []string{"configure quic title", "create quic" + allSent}, reads: 2, status: Failed, err: `title is "", not "quic"`},
		"create, always cut before": {script: map[string][]fake.Behaviour{"create quic": {fake.CutBefore, fake.CutBefore, fake.CutBefore, fake.CutBefore}},
			calls: []string{"create quic" + allSent, "create quic" + allSent, "create quic" + allSent}, reads: 3, status: Failed,
			err: "given up after 3 rounds", is: xmppadmin.ErrInterrupted},
		"create, cut and in the dark": {script: map[string][]fake.Behaviour{"create quic": {fake.CutAfter}, "read quic": {fake.Fails(broken)}},
			calls: []string{"create quic" + allSent}, reads: 2, status: Done},
		"create, cut and always in the dark": {script: map[string][]fake.Behaviour{"create quic": {fake.CutAfter},
			"read quic": {fake.Fails(broken), fake.Fails(broken), fake.Fails(broken), fake.Fails(broken)}},
			calls: []string{"create quic" + allSent}, reads: 3, status: Failed, err: "could not be read back", is: ErrUnverified},
		"create, in the dark": {script: map[string][]fake.Behaviour{"read quic": {fake.Fails(broken)}}, calls: []string{"create quic" + allSent},
			status: Failed, err: "went wrong", is: ErrUnverified},
		"create, blind": {script: map[string][]fake.Behaviour{"read": {fake.Fails(broken)}}, calls: []string{"create quic" + allSent}, status: Failed,
			err: "went wrong", is: ErrUnverified},
		"create, appeared": {script: map[string][]fake.Behaviour{"create quic": {fake.Fails(xmppadmin.ErrExists)}},
			calls: []string{"create quic" + allSent}, status: Failed, err: "it was created since the plan was made", is: xmppadmin.ErrExists},
		"create, another run's": {script: map[string][]fake.Behaviour{"create quic": {fake.Then(fake.Fails(xmppadmin.ErrExists), appear(true, "quic"))}},
			calls: []string{"create quic" + allSent}, status: Done},
		"create, another run's, not as wanted": {script: map[string][]fake.Behaviour{"create quic": {fake.Then(fake.Fails(xmppadmin.ErrExists), appear(true, "x"))}},
			calls: []string{"create quic" + allSent}, status: Failed, err: "it was created since the plan was made"},
		"create, another account's": {script: map[string][]fake.Behaviour{"create quic": {fake.Then(fake.Fails(xmppadmin.ErrExists), appear(false, "quic"))}},
			calls: []string{"create quic" + allSent}, status: Failed, err: "it was created since the plan was made"},
		"create, a tombstone": {script: map[string][]fake.Behaviour{"create quic": {fake.Fails(xmppadmin.ErrAbsent)}}, calls: []string{"create quic" + allSent},
			status: Failed, err: `room "quic": the server reserves the name of a room that was destroyed: answer: does not exist`, is: xmppadmin.ErrAbsent},
		"archive, nick taken": {w: over, start: []xmppadmin.Room{sample.Room("quic", true, false, "quic")},
			script: map[string][]fake.Behaviour{"archive quic": {func(context.Context, *fake.Service, func() error) error {
				return fmt.Errorf("nick in use: %w", xmppadmin.ErrExists)
			}}},
			calls: []string{"archive quic title"}, status: Failed, err: "room \"quic\": nick in use: exists already", is: xmppadmin.ErrExists},
		"create, cut, came late": {script: map[string][]fake.Behaviour{"create quic": {fake.CutBefore,
			fake.Then(fake.Fails(xmppadmin.ErrExists), appear(true, "quic"))}},
			calls: []string{"create quic" + allSent, "create quic" + allSent}, reads: 2, status: Done},
		"create, cut, came late and half": {script: map[string][]fake.Behaviour{"create quic": {fake.CutBefore,
			fake.Then(fake.Fails(xmppadmin.ErrExists), appear(true, ""))}},
			calls: []string{"configure quic title", "create quic" + allSent, "create quic" + allSent}, reads: 3, status: Done},
		"create, cut, another account's": {script: map[string][]fake.Behaviour{"create quic": {fake.Then(fake.CutBefore, appear(false, "quic"))}},
			calls:  []string{"create quic" + allSent},
			status: Failed, err: "this account is not an owner of it"},
		"create, not ours": {script: map[string][]fake.Behaviour{"create quic": {fake.Then(fake.Well, foreign)}}, calls: []string{"create quic" + allSent},
			status: Failed, err: "this account is not an owner of it"},
		"create, refused": {script: map[string][]fake.Behaviour{"create quic": {fake.Fails(xmppadmin.ErrForbidden)}},
			calls: []string{"create quic" + allSent}, status: Failed, err: `room "quic": answer: forbidden`, is: xmppadmin.ErrForbidden},

		"update": {start: []xmppadmin.Room{sample.Room("quic", true, false, "old")}, calls: []string{"configure quic title"}, status: Done},
		"update, a lie": {start: []xmppadmin.Room{sample.Room("quic", true, false, "old")},
			script: map[string][]fake.Behaviour{"configure quic": {fake.Lie}}, calls: []string{"configure quic title"}, status: Failed,
			err: `title is "old", not "quic"`},
		"update, cut before": {start: []xmppadmin.Room{sample.Room("quic", true, false, "old")},
			script: map[string][]fake.Behaviour{"configure quic": {fake.CutBefore}}, calls: []string{"configure quic title", "configure quic title"},
			reads: 2, status: Done},
		"update, cut after": {start: []xmppadmin.Room{sample.Room("quic", true, false, "old")},
			script: map[string][]fake.Behaviour{"configure quic": {fake.CutAfter}}, calls: []string{"configure quic title"}, status: Done},
		"update, gone": {start: []xmppadmin.Room{sample.Room("quic", true, false, "old")},
			script: map[string][]fake.Behaviour{"configure quic": {fake.Then(fake.Fails(xmppadmin.ErrAbsent), vanish)}},
			calls:  []string{"configure quic title"}, status: Failed, err: "it is gone since the plan was made", is: xmppadmin.ErrAbsent},
		"update, vanishes": {start: []xmppadmin.Room{sample.Room("quic", true, false, "old")},
			script: map[string][]fake.Behaviour{"configure quic": {fake.Then(fake.Well, vanish)}}, calls: []string{"configure quic title"}, status: Failed,
			err: "it is gone since the plan was made"},
		"update, vanishes, cut": {start: []xmppadmin.Room{sample.Room("quic", true, false, "old")},
			script: map[string][]fake.Behaviour{"configure quic": {fake.Then(fake.CutBefore, vanish)}}, calls: []string{"configure quic title"},
			status: Failed, err: "it is gone since the plan was made"},
		"update, archived meanwhile": {start: []xmppadmin.Room{sample.Room("quic", true, false, "old")},
			script: map[string][]fake.Behaviour{"configure quic": {fake.Then(fake.Well, closed)}}, calls: []string{"configure quic title"}, status: Failed,
			err: "it was archived since the plan was made"},
		"update, promise not offered": {start: []xmppadmin.Room{{Name: "quic", State: xmppadmin.Exists, Managed: true}},
			hidden: []xmppadmin.Setting{xmppadmin.MessageArchive, xmppadmin.Title}, calls: []string{"configure quic message_archive persistent public"},
			status: Failed, err: "load the module that archives"},

		"archive": {w: over, start: []xmppadmin.Room{sample.Room("quic", true, false, "quic")}, calls: []string{"archive quic title"},
			status: Done},
		"archive, a lie": {w: over, start: []xmppadmin.Room{sample.Room("quic", true, false, "quic")},
			script: map[string][]fake.Behaviour{"archive quic": {fake.Lie}}, calls: []string{"archive quic title"}, status: Failed,
			err: "but the room is not archived"},
		"archive, cut before": {w: over, start: []xmppadmin.Room{sample.Room("quic", true, false, "quic")},
			script: map[string][]fake.Behaviour{"archive quic": {fake.CutBefore}}, calls: []string{"archive quic title", "archive quic title"}, reads: 2,
			status: Done},
		"archive, cut after": {w: over, start: []xmppadmin.Room{sample.Room("quic", true, false, "quic")},
			script: map[string][]fake.Behaviour{"archive quic": {fake.CutAfter}}, calls: []string{"archive quic title"}, status: Done},
		"archive, cut halfway": {w: over, start: []xmppadmin.Room{sample.Room("quic", true, false, "quic")},
			script: map[string][]fake.Behaviour{"archive quic": {fake.Then(fake.CutBefore, closed)}}, calls: []string{"archive quic title",
				"configure quic title"}, reads: 2, status: Done},
		"reopen": {start: []xmppadmin.Room{sample.Room("quic", true, true, "old")}, calls: []string{"reopen quic" + allSent},
			status: Done},
		"reopen, a lie": {start: []xmppadmin.Room{sample.Room("quic", true, true, "quic")},
			script: map[string][]fake.Behaviour{"reopen quic": {fake.Lie}}, calls: []string{"reopen quic" + allSent}, status: Failed,
			err: "but the room is still archived"},
		"reopen, cut before": {start: []xmppadmin.Room{sample.Room("quic", true, true, "quic")},
			script: map[string][]fake.Behaviour{"reopen quic": {fake.CutBefore}}, calls: []string{"reopen quic" + allSent, "reopen quic" + allSent}, reads: 2,
			status: Done},
		"reopen, half done": {start: []xmppadmin.Room{sample.Room("quic", true, true, "quic")},
			script: map[string][]fake.Behaviour{"reopen quic": {fake.Then(fake.Well, halfway)}},
			calls:  []string{"reopen quic" + allSent}, status: Failed, err: "server reported success, but the room is still half archived"},
		"reopen, cut halfway": {start: []xmppadmin.Room{sample.Room("quic", true, true, "quic")},
			script: map[string][]fake.Behaviour{"reopen quic": {fake.Then(fake.CutAfter, halfway), fake.Then(fake.Well, whole)}},
			calls:  []string{"reopen quic" + allSent, "reopen quic" + allSent}, reads: 2, status: Done},
		"adopt, as wanted": {o: adopt, start: []xmppadmin.Room{sample.Room("quic", false, false, "quic")}, calls: []string{"adopt quic"},
			status: Done},
		"adopt, different": {o: adopt, start: []xmppadmin.Room{sample.Room("quic", false, false, "old")},
			calls: []string{"adopt quic", "configure quic title"}, reads: 2, status: Done},
		"adopt, configure lies": {o: adopt, start: []xmppadmin.Room{sample.Room("quic", false, false, "old")},
			script: map[string][]fake.Behaviour{"configure quic": {fake.Lie}}, calls: []string{"adopt quic", "configure quic title"}, reads: 2,
			status: Failed, err: `title is "old"`},
		"adopt, a lie": {o: adopt, start: []xmppadmin.Room{sample.Room("quic", false, false, "old")},
			script: map[string][]fake.Behaviour{"adopt quic": {fake.Lie}}, calls: []string{"adopt quic"}, status: Failed,
			err: "but this account is not an owner"},
		"adopt, cut before": {o: adopt, start: []xmppadmin.Room{sample.Room("quic", false, false, "old")},
			script: map[string][]fake.Behaviour{"adopt quic": {fake.CutBefore}}, calls: []string{"adopt quic", "adopt quic", "configure quic title"},
			reads: 3, status: Done},
		"adopt, archived": {o: adopt, start: []xmppadmin.Room{sample.Room("quic", false, true, "old")},
			calls: []string{"adopt quic", "reopen quic" + allSent}, reads: 2, status: Done},
		"adopt, archived, lies": {o: adopt, start: []xmppadmin.Room{sample.Room("quic", false, true, "old")},
			script: map[string][]fake.Behaviour{"reopen quic": {fake.Lie}}, calls: []string{"adopt quic", "reopen quic" + allSent}, reads: 2, status: Failed,
			err: "still archived"},
		"adopt, cut twice, different": {o: adopt, start: []xmppadmin.Room{sample.Room("quic", false, false, "old")},
			script: map[string][]fake.Behaviour{"adopt quic": {fake.CutBefore, fake.CutBefore}}, calls: []string{"adopt quic", "adopt quic", "adopt quic"},
			reads: 3, status: Failed, err: "given up after 3 rounds"},
		"adopt, unwanted": {w: want.Wanted{Service: sample.Service}, o: plan.Options{Adopt: []string{"quic"}},
			start: []xmppadmin.Room{sample.Room("quic", false, true, "old")}, calls: []string{"adopt quic"}, status: Done},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.w.Service == "" {
				c.w = wanting.Rooms("quic")
			}
			if c.o.Policy == "" {
				c.o.Policy = plan.Sync
			}
			f := fake.New(c.start...)
			for i := range c.start {
				for _, s := range c.hidden {
					delete(c.start[i].Settings, s)
				}
			}
			p := fake.PlanFor(t, f, c.w, c.o)
			f.Script, f.Hidden = c.script, c.hidden
			if f.Script == nil {
				f.Script = make(map[string][]fake.Behaviour)
			}
			a, err := Run(t.Context(), f, p, Options{})
			if err != nil || len(a.Results) != 1 {
				t.Fatalf("%+v, %v", a.Results, err)
			}
			r := a.Results[0]
			if r.Status != c.status || r.Verified() != (c.status == Done) {
				t.Errorf("%s, verified %v: %v", r.Status, r.Verified(), r.Err)
			}
			check.Error(t, r.Err, c.err)
			if r.Err != nil && strings.Count(r.Err.Error(), "room \"quic\"") != 1 {
				t.Errorf("the room is not named once: %v", r.Err)
			}
			if c.is != nil && !errors.Is(r.Err, c.is) {
				t.Errorf("%v does not wrap %v", r.Err, c.is)
			}
			check.Same(t, "calls", f.Called(), c.calls)
			if want := max(c.reads, 1); len(f.Reads) != want {
				t.Errorf("%d reads, want %d", len(f.Reads), want)
			}
			if c.status == Done {
				check.Same(t, "after", r.After, f.Rooms["quic"].Settings)
				if again := fake.PlanFor(t, f, c.w, c.o); again.Counts.Changes() != 0 {
					t.Errorf("a plan afterwards has changes: %+v", again.Changes())
				}
			}
		})
	}
}

func TestApplyCounts(t *testing.T) {
	t.Parallel()
	w := wanting.Rooms("adopt", "broken", "conflict", "create", "reopen", "same", "unknown", "update")
	w = w.With(wanting.Archived("archive", ""))
	f := fake.New(sample.Room("adopt", false, false, ""), sample.Room("archive", true, false, ""), sample.Room("conflict", false, false, ""),
		sample.Room("reopen", true, true, ""), sample.Room("same", true, false, "same"), sample.Room("update", true, false, ""))
	f.Script["read unknown"] = []fake.Behaviour{fake.Fails(errors.New("timed out"))}
	p := fake.PlanFor(t, f, w, plan.Options{Policy: plan.Sync, Adopt: []string{"adopt"}})
	f.Script["create broken"] = []fake.Behaviour{fake.Fails(xmppadmin.ErrUnsupported)}
	var told []string
	a, err := Run(t.Context(), f, p, Options{Progress: func(r Result) { told = append(told, r.Room.Name+" "+string(r.Status)) }})
	if err != nil {
		t.Fatal(err)
	}
	check.Same(t, "counts", a.Counts,
		provision.Counts{Wanted: 8, Create: 1, Update: 1, Archive: 1, Reopen: 1, Adopt: 1, Unchanged: 1, Conflict: 1, Unknown: 1, Failed: 1})
	var got []string
	for _, r := range a.Results {
		got = append(got, r.Room.Name+" "+string(r.Status))
	}
	want := []string{"adopt done", "archive done", "broken failed", "conflict skipped", "create done", "reopen done", "unknown skipped", "update done"}
	check.Same(t, "results", got, want)
	check.Same(t, "told", slices.Sorted(slices.Values(told)), want)
	check.Error(t, resultOf(t, a, "conflict").Err, `room "conflict": exists, and this account is not among its owners`)
	check.Error(t, resultOf(t, a, "unknown").Err, "timed out")
	if calls := strings.Join(f.Called(), ","); strings.Contains(calls, "conflict") || strings.Contains(calls, "unknown") {
		t.Errorf("a room that is only reported was touched: %s", calls)
	}
}

func TestApplyReadsBatchesAtOnce(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 150 {
		names = append(names, fmt.Sprintf("r%03d", i))
	}
	f := fake.New()
	f.Hidden = []xmppadmin.Setting{xmppadmin.PublicLog}
	w := wanting.Rooms(names...)
	for _, r := range w.Rooms {
		r.Settings[xmppadmin.PublicLog] = xmppadmin.True
	}
	p := fake.PlanFor(t, f, w, plan.Options{})
	const parallel = 4
	var busy, most atomic.Int32
	var once sync.Once
	full := make(chan struct{})
	f.During = func(string) {
		n := busy.Add(1)
		defer busy.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n == parallel && most.Load() == parallel {
			once.Do(func() { close(full) })
		}
		select {
		case <-full:
		case <-t.Context().Done():
		}
		for range 100 { // lets the others in, if nothing holds them back
			runtime.Gosched()
		}
	}
	f.Script["create r003"] = []fake.Behaviour{fake.CutBefore}
	a, err := Run(t.Context(), f, p, Options{Parallel: parallel})
	if err != nil || a.Counts.Create != 150 {
		t.Fatalf("%+v, %v", a.Counts, err)
	}
	var sizes []int
	for _, r := range f.Reads {
		sizes = append(sizes, len(r))
	}
	check.Same(t, "sizes of reads", sizes, []int{64, 1, 64, 22})
	if n := most.Load(); n != parallel {
		t.Errorf("%d at once, want %d", n, parallel)
	}
	check.Same(t, "not offered", a.NotOffered, []provision.Obstacle{{Setting: xmppadmin.PublicLog}})
}

func TestApplyStopsWhenTheServiceIsGone(t *testing.T) {
	t.Parallel()
	w := wanting.Rooms("a", "b", "c", "d", "e", "f")
	for name, c := range map[string]struct {
		script  map[string][]fake.Behaviour
		is      error
		calls   int
		created int
		failed  int
		skipped int
	}{
		"unavailable": {map[string][]fake.Behaviour{"create c": {fake.Fails(xmppadmin.ErrUnavailable)}}, xmppadmin.ErrUnavailable, 3, 2, 1, 3},
		"unavailable on reading": {map[string][]fake.Behaviour{"read": {fake.Well, fake.Fails(xmppadmin.ErrUnavailable)}}, xmppadmin.ErrUnavailable, 4, 2, 2,
			2},
		"forbids everything": {map[string][]fake.Behaviour{"create a": {fake.Fails(xmppadmin.ErrForbidden)},
			"create b": {fake.Fails(xmppadmin.ErrForbidden)}}, xmppadmin.ErrForbidden, 2, 0, 2, 4},
		"forbids one": {map[string][]fake.Behaviour{"create a": {fake.Fails(xmppadmin.ErrForbidden)}}, nil, 6, 5, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fake.New()
			p := fake.PlanFor(t, f, w, plan.Options{})
			f.Script = c.script
			a, err := Run(t.Context(), f, p, Options{Batch: 2, Parallel: 1})
			if !errors.Is(err, c.is) {
				t.Errorf("the error is %v", err)
			}
			check.Same(t, "counts", a.Counts, provision.Counts{Wanted: 6, Create: c.created, Failed: c.failed, Skipped: c.skipped})
			if len(f.Calls) != c.calls || len(a.Results) != 6 {
				t.Errorf("calls %q, %d results", f.Calls, len(a.Results))
			}
			for _, r := range a.Results {
				if r.Status == Skipped && !errors.Is(r.Err, c.is) {
					t.Errorf("skipped for %v", r.Err)
				}
			}
		})
	}
}

func TestApplyInterrupted(t *testing.T) {
	t.Parallel()
	stop := errors.New("interrupt")
	f := fake.New()
	p := fake.PlanFor(t, f, wanting.Rooms("a", "b", "c", "d"), plan.Options{})
	ctx, cancel := context.WithCancelCause(t.Context())
	f.During = func(call string) {
		if call == "create b" {
			cancel(stop)
		}
	}
	f.Script["create b"] = []fake.Behaviour{func(ctx context.Context, f *fake.Service, do func() error) error {
		if ctx.Err() != nil {
			return fmt.Errorf("the room in flight was cut off: %w", ctx.Err())
		}
		return do()
	}}
	a, err := Run(ctx, f, p, Options{Batch: 3, Parallel: 1})
	if !errors.Is(err, stop) {
		t.Errorf("the error is %v", err)
	}
	check.Same(t, "counts", a.Counts, provision.Counts{Wanted: 4, Create: 2, Skipped: 2})
	check.Same(t, "reads", f.Reads, [][]string{{"a", "b"}})
	if r := resultOf(t, a, "b"); !r.Verified() {
		t.Errorf("the room in flight was not finished: %v", r.Err)
	}
	if r := resultOf(t, a, "d"); !errors.Is(r.Err, stop) {
		t.Errorf("skipped for %v", r.Err)
	}
}

func TestApplyInterruptedWhenAllIsDone(t *testing.T) {
	t.Parallel()
	f := fake.New()
	p := fake.PlanFor(t, f, wanting.Rooms("a"), plan.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	a, err := Run(ctx, f, p, Options{Progress: func(Result) { cancel() }})
	if err != nil || a.Counts.Create != 1 {
		t.Errorf("%+v, %v", a.Counts, err)
	}
	cancel()
	if a, err := Run(ctx, f, p, Options{}); !errors.Is(err, context.Canceled) || a.Counts.Skipped != 1 || len(f.Calls) != 1 {
		t.Errorf("begun after the end: %+v, %v, %q", a.Counts, err, f.Calls)
	}
}

func TestApplyGivesUpAHangingService(t *testing.T) {
	t.Parallel()
	f := fake.New()
	p := fake.PlanFor(t, f, wanting.Rooms("a", "b"), plan.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	f.Script = map[string][]fake.Behaviour{"create a": {fake.Hang, fake.Hang, fake.Hang}, "read": {fake.Hang, fake.Hang, fake.Hang}}
	f.During = func(string) { cancel() }
	a, err := Run(ctx, f, p, Options{Grace: time.Millisecond, Parallel: 1})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	check.Same(t, "counts", a.Counts, provision.Counts{Wanted: 2, Failed: 1, Skipped: 1})
	check.Same(t, "calls", f.Calls, []string{"create a" + allSent})
	if r := resultOf(t, a, "a"); !errors.Is(r.Err, xmppadmin.ErrInterrupted) || !errors.Is(r.Err, ErrUnverified) {
		t.Errorf("failed for %v", r.Err)
	}
}

// TestPlanAfterApplyIsEmpty holds for whatever is wanted and found: when an
// apply on a service without faults is over, nothing is left to do.
func TestPlanAfterApplyIsEmpty(t *testing.T) {
	t.Parallel()
	check := func(wants, finds []uint8) bool {
		w, found := wanting.Anything(wants, finds)
		f := fake.New()
		for _, r := range found {
			if r.State == xmppadmin.Exists {
				f.Rooms[r.Name] = r
			}
		}
		p := fake.PlanFor(t, f, w, plan.Options{Policy: plan.Sync, AdoptWanted: true})
		a, err := Run(t.Context(), f, p, Options{})
		if err != nil || a.Counts.Failed+a.Counts.Skipped > 0 || a.Counts != p.Counts {
			t.Errorf("%+v, planned %+v, %v", a.Counts, p.Counts, err)
		}
		again := fake.PlanFor(t, f, w, plan.Options{Policy: plan.Sync, AdoptWanted: true})
		return len(again.Changes()) == 0 && len(f.Calls) <= 2*len(p.Changes())
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}
