// Package fake is a MUC service in memory that fails on command, for the tests
// of the provision packages.
package fake

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"muster/xmppadmin"
)

// Service is a service in memory that fails on command.
type Service struct {
	mu    sync.Mutex
	Rooms map[string]xmppadmin.Room
	// script is, for "create quic" and the like, how the next calls of it
	// go; one that is not in it goes well. For reads the key is "read quic".
	Script map[string][]Behaviour
	Hidden []xmppadmin.Setting // settings that the service does not offer
	Calls  []string            // as in script, with the settings sent
	Reads  [][]string
	During func(call string)         // called before each change
	ByHand map[string]xmppadmin.Note // the notes that it keeps
	// Inside has subjects and occupants shown only to those who enter, and
	// Entered are the rooms that were entered for them.
	Inside  bool
	Entered []string
	// Unreadable are rooms that cannot be entered, and why.
	Unreadable map[string]error
	Seen       map[string]bool // rooms whose subject was set in this session
	Connected  int64           // how often it was connected to
}

// Connections returns f.Connected.
func (f *Service) Connections() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.Connected
}

// Behaviour is how one call goes: do makes the change.
type Behaviour func(ctx context.Context, f *Service, do func() error) error

func Well(_ context.Context, _ *Service, do func() error) error { return do() }

// CutBefore and CutAfter have the stream break before and after the change.
func CutBefore(context.Context, *Service, func() error) error {
	return fmt.Errorf("stream: %w", xmppadmin.ErrInterrupted)
}

func CutAfter(_ context.Context, _ *Service, do func() error) error {
	if err := do(); err != nil {
		return err
	}
	return fmt.Errorf("stream: %w", xmppadmin.ErrInterrupted)
}

// Lie answers that all is well and does nothing.
func Lie(context.Context, *Service, func() error) error { return nil }

// Fails does nothing and answers with err.
func Fails(err error) Behaviour {
	return func(context.Context, *Service, func() error) error { return fmt.Errorf("answer: %w", err) }
}

// Hang waits until it is given up.
func Hang(ctx context.Context, _ *Service, _ func() error) error {
	<-ctx.Done()
	return fmt.Errorf("%w: %w", xmppadmin.ErrInterrupted, context.Cause(ctx))
}

// Then does something to the service besides, after the call went as b makes it go.
func Then(b Behaviour, also func(f *Service)) Behaviour {
	return func(ctx context.Context, f *Service, do func() error) error {
		err := b(ctx, f, do)
		f.mu.Lock()
		defer f.mu.Unlock()
		also(f)
		return err
	}
}

func New(rooms ...xmppadmin.Room) *Service {
	f := &Service{Rooms: make(map[string]xmppadmin.Room), Script: make(map[string][]Behaviour)}
	for _, r := range rooms {
		f.Rooms[r.Name] = r
	}
	return f
}

// next takes the next behaviour of a call off the script.
func (f *Service) next(key string) Behaviour {
	f.mu.Lock()
	defer f.mu.Unlock()
	queue := f.Script[key]
	if len(queue) == 0 {
		return Well
	}
	f.Script[key] = queue[1:]
	return queue[0]
}

// change makes a change of the room called name as the script has it.
func (f *Service) change(ctx context.Context, what, name string, s xmppadmin.Settings, do func(r *xmppadmin.Room) error) error {
	key := what + " " + name
	f.mu.Lock()
	call := key
	for _, n := range s.Names() {
		call += " " + string(n)
	}
	f.Calls = append(f.Calls, call)
	f.mu.Unlock()
	if f.During != nil {
		f.During(key)
	}
	err := f.next(key)(ctx, f, func() error {
		f.mu.Lock()
		defer f.mu.Unlock()
		r, ok := f.Rooms[name]
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
		if _, has := s[xmppadmin.Subject]; has {
			if f.Seen == nil {
				f.Seen = make(map[string]bool)
			}
			f.Seen[name] = true
		}
		for n, v := range s {
			if !slices.Contains(f.Hidden, n) {
				r.Settings[n] = v
			}
		}
		f.Rooms[name] = r
		return nil
	})
	if err != nil {
		err = fmt.Errorf("room %q: %w", name, err) // as a service's errors are
	}
	return err
}

func (f *Service) Create(ctx context.Context, name string, s xmppadmin.Settings) error {
	return f.change(ctx, "create", name, s, func(r *xmppadmin.Room) error { r.Managed = true; return nil })
}

func (f *Service) Configure(ctx context.Context, name string, s xmppadmin.Settings) error {
	return f.change(ctx, "configure", name, s, func(r *xmppadmin.Room) error {
		if !r.Managed {
			return xmppadmin.ErrForbidden
		}
		return nil
	})
}

func (f *Service) Adopt(ctx context.Context, name string) error {
	return f.change(ctx, "adopt", name, nil, func(r *xmppadmin.Room) error { r.Managed = true; return nil })
}

func (f *Service) Archive(ctx context.Context, name string, s xmppadmin.Settings) error {
	return f.change(ctx, "archive", name, s, func(r *xmppadmin.Room) error { r.Archived = true; return nil })
}

func (f *Service) Reopen(ctx context.Context, name string, s xmppadmin.Settings) error {
	return f.change(ctx, "reopen", name, s, func(r *xmppadmin.Room) error { r.Archived = false; return nil })
}

func (f *Service) Read(ctx context.Context, names []string) ([]xmppadmin.Room, error) {
	f.mu.Lock()
	f.Reads = append(f.Reads, slices.Clone(names))
	f.mu.Unlock()
	if err := f.next("read")(ctx, f, func() error { return nil }); err != nil {
		return nil, err
	}
	var out []xmppadmin.Room
	for _, n := range names {
		err := f.next("read "+n)(ctx, f, func() error { return nil })
		f.mu.Lock()
		switch r, ok := f.Rooms[n]; {
		case err != nil:
			out = append(out, xmppadmin.Room{Name: n, Err: err})
		case ok:
			if r.Settings = f.shown(n, r.Settings); f.Inside {
				r.Occupants = 0
			}
			out = append(out, r)
		default:
			out = append(out, xmppadmin.Room{Name: n, State: xmppadmin.Absent})
		}
		f.mu.Unlock()
	}
	return out, nil
}

// shown returns the settings that a look at a room shows: the subject as well
// once it was set here.
func (f *Service) shown(name string, s xmppadmin.Settings) xmppadmin.Settings {
	s = maps.Clone(s)
	if f.Inside && !f.Seen[name] {
		delete(s, xmppadmin.Subject)
	}
	return s
}

func (f *Service) ShowsSubjects() bool { return !f.Inside }

func (f *Service) ReadSubjects(ctx context.Context, names, ifEmpty []string) ([]xmppadmin.Room, error) {
	if err := f.next("enter")(ctx, f, func() error { return nil }); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []xmppadmin.Room
	for _, n := range slices.Concat(names, ifEmpty) {
		r, ok := f.Rooms[n]
		switch {
		case f.Unreadable[n] != nil:
			r = xmppadmin.Room{Name: n, Err: f.Unreadable[n]}
		case !ok:
			r = xmppadmin.Room{Name: n, State: xmppadmin.Absent}
		case r.Occupants > 0 && !slices.Contains(names, n):
			r.Settings = nil
		default:
			f.Entered = append(f.Entered, n)
			r.Settings = xmppadmin.Settings{xmppadmin.Subject: r.Settings[xmppadmin.Subject]}
		}
		out = append(out, r)
	}
	return out, nil
}

func (f *Service) Survey(ctx context.Context, names []string) ([]xmppadmin.Room, error) {
	names = slices.Clone(names)
	for n := range f.Rooms {
		names = append(names, n)
	}
	return f.Read(ctx, slices.Compact(slices.Sorted(slices.Values(names))))
}

func (f *Service) Explain(s xmppadmin.Setting) string {
	if s == xmppadmin.MessageArchive {
		return "load the module that archives"
	}
	return ""
}

// Notes returns the notes that the service keeps; in the script they are
// "notes".
func (f *Service) Notes(ctx context.Context) (map[string]xmppadmin.Note, error) {
	var notes map[string]xmppadmin.Note
	err := f.next("notes")(ctx, f, func() error { notes = maps.Clone(f.ByHand); return nil })
	return notes, err
}

// SetNotes keeps notes; in the script they are "set notes".
func (f *Service) SetNotes(ctx context.Context, notes map[string]xmppadmin.Note) error {
	f.Calls = append(f.Calls, "set notes")
	return f.next("set notes")(ctx, f, func() error { f.ByHand = maps.Clone(notes); return nil })
}

// Called returns the changes requested, sorted, each with its settings.
func (f *Service) Called() []string {
	return slices.Sorted(slices.Values(f.Calls))
}
