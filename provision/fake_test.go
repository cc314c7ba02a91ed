package provision

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"muster/xmppadmin"
)

// fake is a service in memory that fails on command.
type fake struct {
	mu    sync.Mutex
	rooms map[string]xmppadmin.Room
	// script says, for "create quic" and the like, how the next calls of it
	// go; one that is not in it goes well. For reads the key is "read quic".
	script map[string][]behaviour
	hidden []xmppadmin.Setting // settings that the service does not offer
	calls  []string            // as in script, with the settings sent
	reads  [][]string
	during func(call string) // called before each change
}

// behaviour is how one call goes: do makes the change.
type behaviour func(ctx context.Context, f *fake, do func() error) error

func well(_ context.Context, _ *fake, do func() error) error { return do() }

// cutBefore and cutAfter have the stream break before and after the change.
func cutBefore(context.Context, *fake, func() error) error {
	return fmt.Errorf("stream: %w", xmppadmin.ErrInterrupted)
}

func cutAfter(_ context.Context, _ *fake, do func() error) error {
	if err := do(); err != nil {
		return err
	}
	return fmt.Errorf("stream: %w", xmppadmin.ErrInterrupted)
}

// lie answers that all is well and does nothing.
func lie(context.Context, *fake, func() error) error { return nil }

// fails does nothing and answers with err.
func fails(err error) behaviour {
	return func(context.Context, *fake, func() error) error { return fmt.Errorf("answer: %w", err) }
}

// hang waits until it is given up.
func hang(ctx context.Context, _ *fake, _ func() error) error {
	<-ctx.Done()
	return fmt.Errorf("%w: %w", xmppadmin.ErrInterrupted, context.Cause(ctx))
}

// then does something to the service besides, after the call went as b says.
func then(b behaviour, also func(f *fake)) behaviour {
	return func(ctx context.Context, f *fake, do func() error) error {
		err := b(ctx, f, do)
		f.mu.Lock()
		defer f.mu.Unlock()
		also(f)
		return err
	}
}

func newFake(rooms ...xmppadmin.Room) *fake {
	f := &fake{rooms: make(map[string]xmppadmin.Room), script: make(map[string][]behaviour)}
	for _, r := range rooms {
		f.rooms[r.Name] = r
	}
	return f
}

// next takes the next behaviour of a call off the script.
func (f *fake) next(key string) behaviour {
	f.mu.Lock()
	defer f.mu.Unlock()
	queue := f.script[key]
	if len(queue) == 0 {
		return well
	}
	f.script[key] = queue[1:]
	return queue[0]
}

// change makes a change of the room called name as the script says.
func (f *fake) change(ctx context.Context, what, name string, s xmppadmin.Settings, do func(r *xmppadmin.Room) error) error {
	key := what + " " + name
	f.mu.Lock()
	call := key
	for _, n := range s.Names() {
		call += " " + string(n)
	}
	f.calls = append(f.calls, call)
	f.mu.Unlock()
	if f.during != nil {
		f.during(key)
	}
	return f.next(key)(ctx, f, func() error {
		f.mu.Lock()
		defer f.mu.Unlock()
		r, ok := f.rooms[name]
		if ok == (what == "create") {
			if ok {
				return xmppadmin.ErrExists
			}
			return xmppadmin.ErrAbsent
		}
		r.Name, r.State = name, xmppadmin.Exists
		if r.Settings = maps.Clone(r.Settings); r.Settings == nil {
			r.Settings = make(xmppadmin.Settings)
		}
		if err := do(&r); err != nil {
			return err
		}
		for n, v := range s {
			if !slices.Contains(f.hidden, n) {
				r.Settings[n] = v
			}
		}
		f.rooms[name] = r
		return nil
	})
}

func (f *fake) Create(ctx context.Context, name string, s xmppadmin.Settings) error {
	return f.change(ctx, "create", name, s, func(r *xmppadmin.Room) error { r.Managed = true; return nil })
}

func (f *fake) Configure(ctx context.Context, name string, s xmppadmin.Settings) error {
	return f.change(ctx, "configure", name, s, func(r *xmppadmin.Room) error {
		if !r.Managed {
			return xmppadmin.ErrForbidden
		}
		return nil
	})
}

func (f *fake) Adopt(ctx context.Context, name string) error {
	return f.change(ctx, "adopt", name, nil, func(r *xmppadmin.Room) error { r.Managed = true; return nil })
}

func (f *fake) Archive(ctx context.Context, name string, s xmppadmin.Settings) error {
	return f.change(ctx, "archive", name, s, func(r *xmppadmin.Room) error { r.Archived = true; return nil })
}

func (f *fake) Reopen(ctx context.Context, name string, s xmppadmin.Settings) error {
	return f.change(ctx, "reopen", name, s, func(r *xmppadmin.Room) error { r.Archived = false; return nil })
}

func (f *fake) Read(ctx context.Context, names []string) ([]xmppadmin.Room, error) {
	f.mu.Lock()
	f.reads = append(f.reads, slices.Clone(names))
	f.mu.Unlock()
	if err := f.next("read")(ctx, f, func() error { return nil }); err != nil {
		return nil, err
	}
	var out []xmppadmin.Room
	for _, n := range names {
		err := f.next("read "+n)(ctx, f, func() error { return nil })
		f.mu.Lock()
		switch r, ok := f.rooms[n]; {
		case err != nil:
			out = append(out, xmppadmin.Room{Name: n, Err: err})
		case ok:
			r.Settings = maps.Clone(r.Settings)
			out = append(out, r)
		default:
			out = append(out, xmppadmin.Room{Name: n, State: xmppadmin.Absent})
		}
		f.mu.Unlock()
	}
	return out, nil
}

func (f *fake) Survey(ctx context.Context, names []string) ([]xmppadmin.Room, error) {
	names = slices.Clone(names)
	for n := range f.rooms {
		names = append(names, n)
	}
	return f.Read(ctx, sortedOnce(names))
}

func (f *fake) Explain(s xmppadmin.Setting) string {
	if s == xmppadmin.MessageArchive {
		return "load the module that archives"
	}
	return ""
}

// called returns the changes asked for, sorted, each with its settings.
func (f *fake) called() []string {
	return slices.Sorted(slices.Values(f.calls))
}

// planFor surveys f and returns the plan for w.
func planFor(t *testing.T, f *fake, w Wanted, o PlanOptions) Planned {
	t.Helper()
	found, err := f.Survey(t.Context(), w.Names())
	if err != nil {
		t.Fatal(err)
	}
	f.reads = nil
	return planOf(t, w, found, o)
}

// resultOf returns the result of the room called name.
func resultOf(t *testing.T, a Applied, name string) Result {
	t.Helper()
	for _, r := range a.Results {
		if r.Room.Name == name {
			return r
		}
	}
	t.Fatalf("no result of %q among %d", name, len(a.Results))
	return Result{}
}

// says fails the test where err does not say want; nothing is said by no
// error.
func says(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("got the error %v, want %q", err, want)
	}
}
