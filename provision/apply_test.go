package provision

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

	"muster/xmppadmin"
)

const allSent = " message_archive persistent public title"

func exists(name string, managed, archived bool, title string) xmppadmin.Room {
	return xmppadmin.Room{Name: name, State: xmppadmin.Exists, Managed: managed, Archived: archived, Settings: promised(title)}
}

// TestApplyOneRoom has one change go wrong in every way.
func TestApplyOneRoom(t *testing.T) {
	t.Parallel()
	broken := errors.New("went wrong")
	appear := func(managed bool, title string) func(f *fake) {
		return func(f *fake) { f.rooms["quic"] = exists("quic", managed, false, title) }
	}
	vanish := func(f *fake) { delete(f.rooms, "quic") }
	foreign := func(f *fake) { r := f.rooms["quic"]; r.Managed = false; f.rooms["quic"] = r }
	closed := func(f *fake) { r := f.rooms["quic"]; r.Archived = true; f.rooms["quic"] = r }
	over := Wanted{Service: service, Ended: []Ended{{Name: "quic", Reason: "over"}}}
	adopt := PlanOptions{Policy: Sync, AdoptWanted: true}
	cases := map[string]struct {
		start  []xmppadmin.Room
		w      Wanted // of quic, where it is empty
		o      PlanOptions
		script map[string][]behaviour
		hidden []xmppadmin.Setting
		calls  []string
		reads  int // 1 where it is 0
		status ResultStatus
		err    string
		is     error
	}{
		"create": {calls: []string{"create quic" + allSent}, status: Done},
		"create, a lie": {script: map[string][]behaviour{"create quic": {lie}}, calls: []string{"create quic" + allSent},
			status: Failed, err: `room "quic": the server answered that it is done, but there is no such room`},
		"create, not kept": {script: map[string][]behaviour{"create quic": {then(well, appear(true, "other"))}}, calls: []string{"create quic" + allSent},
			status: Failed, err: `room "quic": the server answered that it is done, but it reads back different: title is "other", not "quic"`},
		"create, promise not offered": {hidden: []xmppadmin.Setting{xmppadmin.MessageArchive}, calls: []string{"create quic" + allSent},
			status: Failed, err: `message_archive is not shown, and should be "true": load the module that archives`},
		"create, other not offered": {hidden: []xmppadmin.Setting{xmppadmin.Title}, calls: []string{"create quic" + allSent}, status: Done},
		"create, cut before":        {script: map[string][]behaviour{"create quic": {cutBefore}}, calls: []string{"create quic" + allSent, "create quic" + allSent}, reads: 2, status: Done},
		"create, cut after":         {script: map[string][]behaviour{"create quic": {cutAfter}}, calls: []string{"create quic" + allSent}, status: Done},
		"create, cut halfway": {script: map[string][]behaviour{"create quic": {then(cutBefore, appear(true, ""))}},
			calls: []string{"configure quic title", "create quic" + allSent}, reads: 2, status: Done},
		"create, cut halfway, lies then": {script: map[string][]behaviour{"create quic": {then(cutBefore, appear(true, ""))}, "configure quic": {lie}},
			calls: []string{"configure quic title", "create quic" + allSent}, reads: 2, status: Failed, err: `title is "", not "quic"`},
		"create, always cut before": {script: map[string][]behaviour{"create quic": {cutBefore, cutBefore, cutBefore, cutBefore}},
			calls: []string{"create quic" + allSent, "create quic" + allSent, "create quic" + allSent}, reads: 3, status: Failed, err: "given up after 3 rounds", is: xmppadmin.ErrInterrupted},
		"create, cut and in the dark": {script: map[string][]behaviour{"create quic": {cutAfter}, "read quic": {fails(broken)}},
			calls: []string{"create quic" + allSent}, reads: 2, status: Done},
		"create, cut and always in the dark": {script: map[string][]behaviour{"create quic": {cutAfter}, "read quic": {fails(broken), fails(broken), fails(broken), fails(broken)}},
			calls: []string{"create quic" + allSent}, reads: 3, status: Failed, err: "could not be read back", is: ErrUnverified},
		"create, in the dark": {script: map[string][]behaviour{"read quic": {fails(broken)}}, calls: []string{"create quic" + allSent}, status: Failed, err: "went wrong", is: ErrUnverified},
		"create, blind":       {script: map[string][]behaviour{"read": {fails(broken)}}, calls: []string{"create quic" + allSent}, status: Failed, err: "went wrong", is: ErrUnverified},
		"create, appeared":    {script: map[string][]behaviour{"create quic": {fails(xmppadmin.ErrExists)}}, calls: []string{"create quic" + allSent}, status: Failed, err: "it appeared since the plan was made", is: xmppadmin.ErrExists},
		"create, appeared as wanted": {script: map[string][]behaviour{"create quic": {then(fails(xmppadmin.ErrExists), appear(true, "quic"))}}, calls: []string{"create quic" + allSent},
			status: Failed, err: "it appeared since the plan was made"},
		"create, cut, came late": {script: map[string][]behaviour{"create quic": {cutBefore, then(fails(xmppadmin.ErrExists), appear(true, "quic"))}},
			calls: []string{"create quic" + allSent, "create quic" + allSent}, reads: 2, status: Done},
		"create, cut, came late and half": {script: map[string][]behaviour{"create quic": {cutBefore, then(fails(xmppadmin.ErrExists), appear(true, ""))}},
			calls: []string{"configure quic title", "create quic" + allSent, "create quic" + allSent}, reads: 3, status: Done},
		"create, cut, somebody else's": {script: map[string][]behaviour{"create quic": {then(cutBefore, appear(false, "quic"))}}, calls: []string{"create quic" + allSent},
			status: Failed, err: "it belongs to somebody else"},
		"create, not ours": {script: map[string][]behaviour{"create quic": {then(well, foreign)}}, calls: []string{"create quic" + allSent}, status: Failed, err: "it belongs to somebody else"},
		"create, refused":  {script: map[string][]behaviour{"create quic": {fails(xmppadmin.ErrForbidden)}}, calls: []string{"create quic" + allSent}, status: Failed, err: `room "quic": answer: forbidden`, is: xmppadmin.ErrForbidden},

		"update":             {start: []xmppadmin.Room{exists("quic", true, false, "old")}, calls: []string{"configure quic title"}, status: Done},
		"update, a lie":      {start: []xmppadmin.Room{exists("quic", true, false, "old")}, script: map[string][]behaviour{"configure quic": {lie}}, calls: []string{"configure quic title"}, status: Failed, err: `title is "old", not "quic"`},
		"update, cut before": {start: []xmppadmin.Room{exists("quic", true, false, "old")}, script: map[string][]behaviour{"configure quic": {cutBefore}}, calls: []string{"configure quic title", "configure quic title"}, reads: 2, status: Done},
		"update, cut after":  {start: []xmppadmin.Room{exists("quic", true, false, "old")}, script: map[string][]behaviour{"configure quic": {cutAfter}}, calls: []string{"configure quic title"}, status: Done},
		"update, gone":       {start: []xmppadmin.Room{exists("quic", true, false, "old")}, script: map[string][]behaviour{"configure quic": {then(fails(xmppadmin.ErrAbsent), vanish)}}, calls: []string{"configure quic title"}, status: Failed, err: "it is gone since the plan was made", is: xmppadmin.ErrAbsent},
		"update, vanishes":   {start: []xmppadmin.Room{exists("quic", true, false, "old")}, script: map[string][]behaviour{"configure quic": {then(well, vanish)}}, calls: []string{"configure quic title"}, status: Failed, err: "it is gone since the plan was made"},
		"update, vanishes, cut": {start: []xmppadmin.Room{exists("quic", true, false, "old")}, script: map[string][]behaviour{"configure quic": {then(cutBefore, vanish)}}, calls: []string{"configure quic title"},
			status: Failed, err: "it is gone since the plan was made"},
		"update, archived meanwhile":  {start: []xmppadmin.Room{exists("quic", true, false, "old")}, script: map[string][]behaviour{"configure quic": {then(well, closed)}}, calls: []string{"configure quic title"}, status: Failed, err: "it was archived since the plan was made"},
		"update, promise not offered": {start: []xmppadmin.Room{{Name: "quic", State: xmppadmin.Exists, Managed: true}}, hidden: []xmppadmin.Setting{xmppadmin.MessageArchive, xmppadmin.Title}, calls: []string{"configure quic message_archive persistent public"}, status: Failed, err: "load the module that archives"},

		"archive":                     {w: over, start: []xmppadmin.Room{exists("quic", true, false, "quic")}, calls: []string{"archive quic title"}, status: Done},
		"archive, a lie":              {w: over, start: []xmppadmin.Room{exists("quic", true, false, "quic")}, script: map[string][]behaviour{"archive quic": {lie}}, calls: []string{"archive quic title"}, status: Failed, err: "but the room is not archived"},
		"archive, cut before":         {w: over, start: []xmppadmin.Room{exists("quic", true, false, "quic")}, script: map[string][]behaviour{"archive quic": {cutBefore}}, calls: []string{"archive quic title", "archive quic title"}, reads: 2, status: Done},
		"archive, cut after":          {w: over, start: []xmppadmin.Room{exists("quic", true, false, "quic")}, script: map[string][]behaviour{"archive quic": {cutAfter}}, calls: []string{"archive quic title"}, status: Done},
		"archive, cut halfway":        {w: over, start: []xmppadmin.Room{exists("quic", true, false, "quic")}, script: map[string][]behaviour{"archive quic": {then(cutBefore, closed)}}, calls: []string{"archive quic title", "configure quic title"}, reads: 2, status: Done},
		"reopen":                      {start: []xmppadmin.Room{exists("quic", true, true, "old")}, calls: []string{"reopen quic" + allSent}, status: Done},
		"reopen, a lie":               {start: []xmppadmin.Room{exists("quic", true, true, "quic")}, script: map[string][]behaviour{"reopen quic": {lie}}, calls: []string{"reopen quic" + allSent}, status: Failed, err: "but the room is still archived"},
		"reopen, cut before":          {start: []xmppadmin.Room{exists("quic", true, true, "quic")}, script: map[string][]behaviour{"reopen quic": {cutBefore}}, calls: []string{"reopen quic" + allSent, "reopen quic" + allSent}, reads: 2, status: Done},
		"adopt, as wanted":            {o: adopt, start: []xmppadmin.Room{exists("quic", false, false, "quic")}, calls: []string{"adopt quic"}, status: Done},
		"adopt, different":            {o: adopt, start: []xmppadmin.Room{exists("quic", false, false, "old")}, calls: []string{"adopt quic", "configure quic title"}, reads: 2, status: Done},
		"adopt, configure lies":       {o: adopt, start: []xmppadmin.Room{exists("quic", false, false, "old")}, script: map[string][]behaviour{"configure quic": {lie}}, calls: []string{"adopt quic", "configure quic title"}, reads: 2, status: Failed, err: `title is "old"`},
		"adopt, a lie":                {o: adopt, start: []xmppadmin.Room{exists("quic", false, false, "old")}, script: map[string][]behaviour{"adopt quic": {lie}}, calls: []string{"adopt quic"}, status: Failed, err: "but this account is not an owner"},
		"adopt, cut before":           {o: adopt, start: []xmppadmin.Room{exists("quic", false, false, "old")}, script: map[string][]behaviour{"adopt quic": {cutBefore}}, calls: []string{"adopt quic", "adopt quic", "configure quic title"}, reads: 3, status: Done},
		"adopt, archived":             {o: adopt, start: []xmppadmin.Room{exists("quic", false, true, "old")}, calls: []string{"adopt quic", "reopen quic" + allSent}, reads: 2, status: Done},
		"adopt, archived, lies":       {o: adopt, start: []xmppadmin.Room{exists("quic", false, true, "old")}, script: map[string][]behaviour{"reopen quic": {lie}}, calls: []string{"adopt quic", "reopen quic" + allSent}, reads: 2, status: Failed, err: "still archived"},
		"adopt, cut twice, different": {o: adopt, start: []xmppadmin.Room{exists("quic", false, false, "old")}, script: map[string][]behaviour{"adopt quic": {cutBefore, cutBefore}}, calls: []string{"adopt quic", "adopt quic", "adopt quic"}, reads: 3, status: Failed, err: "given up after 3 rounds"},
		"adopt, unwanted":             {w: Wanted{Service: service}, o: PlanOptions{Adopt: []string{"quic"}}, start: []xmppadmin.Room{exists("quic", false, true, "old")}, calls: []string{"adopt quic"}, status: Done},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.w.Service == "" {
				c.w = wanting("quic")
			}
			if c.o.Policy == "" {
				c.o.Policy = Sync
			}
			f := newFake(c.start...)
			for i := range c.start {
				for _, s := range c.hidden {
					delete(c.start[i].Settings, s)
				}
			}
			p := planFor(t, f, c.w, c.o)
			f.script, f.hidden = c.script, c.hidden
			if f.script == nil {
				f.script = make(map[string][]behaviour)
			}
			a, err := Apply(t.Context(), f, p, ApplyOptions{})
			if err != nil || len(a.Results) != 1 {
				t.Fatalf("%+v, %v", a.Results, err)
			}
			r := a.Results[0]
			if r.Status != c.status || r.Verified != (c.status == Done) {
				t.Errorf("%s, verified %v: %v", r.Status, r.Verified, r.Err)
			}
			says(t, r.Err, c.err)
			if c.is != nil && !errors.Is(r.Err, c.is) {
				t.Errorf("%v does not wrap %v", r.Err, c.is)
			}
			same(t, "calls", f.called(), c.calls)
			if want := max(c.reads, 1); len(f.reads) != want {
				t.Errorf("%d reads, want %d", len(f.reads), want)
			}
			if c.status == Done {
				same(t, "after", r.After, f.rooms["quic"].Settings)
				if again := planFor(t, f, c.w, c.o); again.Counts.Changes() != 0 {
					t.Errorf("a plan afterwards has changes: %+v", again.Changes)
				}
			}
		})
	}
}

func TestApplyCounts(t *testing.T) {
	t.Parallel()
	w := wanting("adopt", "broken", "conflict", "create", "reopen", "same", "unknown", "update")
	w.Ended = []Ended{{Name: "archive"}}
	f := newFake(exists("adopt", false, false, ""), exists("archive", true, false, ""), exists("conflict", false, false, ""), exists("reopen", true, true, ""), exists("same", true, false, "same"), exists("update", true, false, ""))
	f.script["read unknown"] = []behaviour{fails(errors.New("timed out"))}
	p := planFor(t, f, w, PlanOptions{Policy: Sync, Adopt: []string{"adopt"}})
	f.script["create broken"] = []behaviour{fails(xmppadmin.ErrUnsupported)}
	var told []string
	a, err := Apply(t.Context(), f, p, ApplyOptions{Progress: func(r Result) { told = append(told, r.Room.Name+" "+string(r.Status)) }})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "counts", a.Counts, Counts{Wanted: 8, Create: 1, Update: 1, Archive: 1, Reopen: 1, Adopt: 1, Unchanged: 1, Conflict: 1, Unknown: 1, Failed: 1})
	var got []string
	for _, r := range a.Results {
		got = append(got, r.Room.Name+" "+string(r.Status))
	}
	want := []string{"adopt done", "archive done", "broken failed", "conflict skipped", "create done", "reopen done", "unknown skipped", "update done"}
	same(t, "results", got, want)
	same(t, "told", slices.Sorted(slices.Values(told)), want)
	says(t, resultOf(t, a, "conflict").Err, `room "conflict": exists, and this account is not among its owners`)
	says(t, resultOf(t, a, "unknown").Err, "timed out")
	if calls := strings.Join(f.called(), ","); strings.Contains(calls, "conflict") || strings.Contains(calls, "unknown") {
		t.Errorf("a room that is only reported was touched: %s", calls)
	}
}

func TestApplyReadsChunksAtOnce(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 150 {
		names = append(names, fmt.Sprintf("r%03d", i))
	}
	f := newFake()
	f.hidden = []xmppadmin.Setting{xmppadmin.PublicLog}
	w := wanting(names...)
	for _, r := range w.Rooms {
		r.Settings[xmppadmin.PublicLog] = xmppadmin.True
	}
	p := planFor(t, f, w, PlanOptions{})
	const parallel = 4
	var busy, most atomic.Int32
	var once sync.Once
	full := make(chan struct{})
	f.during = func(string) {
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
	f.script["create r003"] = []behaviour{cutBefore}
	a, err := Apply(t.Context(), f, p, ApplyOptions{Parallel: parallel})
	if err != nil || a.Counts.Create != 150 {
		t.Fatalf("%+v, %v", a.Counts, err)
	}
	var sizes []int
	for _, r := range f.reads {
		sizes = append(sizes, len(r))
	}
	same(t, "sizes of reads", sizes, []int{64, 1, 64, 22})
	if n := most.Load(); n != parallel {
		t.Errorf("%d at once, want %d", n, parallel)
	}
	same(t, "not offered", a.NotOffered, []xmppadmin.Setting{xmppadmin.PublicLog})
}

func TestApplyStopsWhenTheServiceIsGone(t *testing.T) {
	t.Parallel()
	w := wanting("a", "b", "c", "d", "e", "f")
	for name, c := range map[string]struct {
		script  map[string][]behaviour
		is      error
		calls   int
		created int
		failed  int
		skipped int
	}{
		"unavailable":            {map[string][]behaviour{"create c": {fails(xmppadmin.ErrUnavailable)}}, xmppadmin.ErrUnavailable, 3, 2, 1, 3},
		"unavailable on reading": {map[string][]behaviour{"read": {well, fails(xmppadmin.ErrUnavailable)}}, xmppadmin.ErrUnavailable, 4, 2, 2, 2},
		"forbids everything":     {map[string][]behaviour{"create a": {fails(xmppadmin.ErrForbidden)}, "create b": {fails(xmppadmin.ErrForbidden)}}, xmppadmin.ErrForbidden, 2, 0, 2, 4},
		"forbids one":            {map[string][]behaviour{"create a": {fails(xmppadmin.ErrForbidden)}}, nil, 6, 5, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake()
			p := planFor(t, f, w, PlanOptions{})
			f.script = c.script
			a, err := Apply(t.Context(), f, p, ApplyOptions{Chunk: 2, Parallel: 1})
			if !errors.Is(err, c.is) {
				t.Errorf("the error is %v", err)
			}
			same(t, "counts", a.Counts, Counts{Wanted: 6, Create: c.created, Failed: c.failed, Skipped: c.skipped})
			if len(f.calls) != c.calls || len(a.Results) != 6 {
				t.Errorf("calls %q, %d results", f.calls, len(a.Results))
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
	f := newFake()
	p := planFor(t, f, wanting("a", "b", "c", "d"), PlanOptions{})
	ctx, cancel := context.WithCancelCause(t.Context())
	f.during = func(call string) {
		if call == "create b" {
			cancel(stop)
		}
	}
	f.script["create b"] = []behaviour{func(ctx context.Context, f *fake, do func() error) error {
		if ctx.Err() != nil {
			return fmt.Errorf("the room in flight was cut off: %w", ctx.Err())
		}
		return do()
	}}
	a, err := Apply(ctx, f, p, ApplyOptions{Chunk: 3, Parallel: 1})
	if !errors.Is(err, stop) {
		t.Errorf("the error is %v", err)
	}
	same(t, "counts", a.Counts, Counts{Wanted: 4, Create: 2, Skipped: 2})
	same(t, "reads", f.reads, [][]string{{"a", "b"}})
	if r := resultOf(t, a, "b"); !r.Verified {
		t.Errorf("the room in flight was not finished: %v", r.Err)
	}
	if r := resultOf(t, a, "d"); !errors.Is(r.Err, stop) {
		t.Errorf("skipped for %v", r.Err)
	}
}

func TestApplyInterruptedWhenAllIsDone(t *testing.T) {
	t.Parallel()
	f := newFake()
	p := planFor(t, f, wanting("a"), PlanOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	a, err := Apply(ctx, f, p, ApplyOptions{Progress: func(Result) { cancel() }})
	if err != nil || a.Counts.Create != 1 {
		t.Errorf("%+v, %v", a.Counts, err)
	}
	cancel()
	if a, err := Apply(ctx, f, p, ApplyOptions{}); !errors.Is(err, context.Canceled) || a.Counts.Skipped != 1 || len(f.calls) != 1 {
		t.Errorf("begun after the end: %+v, %v, %q", a.Counts, err, f.calls)
	}
}

func TestApplyGivesUpAHangingService(t *testing.T) {
	t.Parallel()
	f := newFake()
	p := planFor(t, f, wanting("a", "b"), PlanOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	f.script = map[string][]behaviour{"create a": {hang, hang, hang}, "read": {hang, hang, hang}}
	f.during = func(string) { cancel() }
	a, err := Apply(ctx, f, p, ApplyOptions{Grace: time.Millisecond, Parallel: 1})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	same(t, "counts", a.Counts, Counts{Wanted: 2, Failed: 1, Skipped: 1})
	same(t, "calls", f.calls, []string{"create a" + allSent})
	if r := resultOf(t, a, "a"); !errors.Is(r.Err, xmppadmin.ErrInterrupted) || !errors.Is(r.Err, ErrUnverified) {
		t.Errorf("failed for %v", r.Err)
	}
}

// TestPlanAfterApplyIsEmpty holds for whatever is wanted and found: when an
// apply on a service without faults is over, nothing is left to do.
func TestPlanAfterApplyIsEmpty(t *testing.T) {
	t.Parallel()
	check := func(wants, finds []uint8) bool {
		w, found := anything(wants, finds)
		f := newFake()
		for _, r := range found {
			if r.State == xmppadmin.Exists {
				f.rooms[r.Name] = r
			}
		}
		p := planFor(t, f, w, PlanOptions{Policy: Sync, AdoptWanted: true})
		a, err := Apply(t.Context(), f, p, ApplyOptions{})
		if err != nil || a.Counts.Failed+a.Counts.Skipped > 0 || a.Counts != p.Counts {
			t.Errorf("%+v, planned %+v, %v", a.Counts, p.Counts, err)
		}
		again := planFor(t, f, w, PlanOptions{Policy: Sync, AdoptWanted: true})
		return len(again.Changes) == 0 && len(f.calls) <= 2*len(p.Changes)
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}
