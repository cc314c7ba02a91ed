package apply

import (
	"maps"
	"slices"
	"testing"

	"muster/provision/internal/fake"
	"muster/provision/internal/wanting"
	"muster/provision/plan"
	"muster/xmppadmin"
)

// TestRoomsThatACrashTookAway has the server crash at the second room, and lose
// the first one or its last change.
func TestRoomsThatACrashTookAway(t *testing.T) {
	t.Parallel()
	lose := func(f *fake.Service) { delete(f.Rooms, "quic") }
	change := func(f *fake.Service) {
		room := f.Rooms["quic"]
		room.Settings = maps.Clone(room.Settings)
		room.Settings[xmppadmin.Title] = "old"
		f.Rooms["quic"] = room
	}
	cases := map[string]struct {
		crash func(*fake.Service)
		calls []string
		lost  []string
	}{
		"nothing lost":      {func(*fake.Service) {}, []string{"create quic" + allSent, "create tls" + allSent}, nil},
		"a room lost":       {lose, []string{"create quic" + allSent, "create tls" + allSent, "create quic" + allSent}, []string{"quic"}},
		"a change lost":     {change, []string{"create quic" + allSent, "create tls" + allSent, "configure quic title"}, []string{"quic"}},
		"no crash, a theft": {nil, []string{"create quic" + allSent, "create tls" + allSent}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fake.New()
			p := fake.PlanFor(t, f, wanting.Rooms("quic", "tls"), plan.Options{Policy: plan.Sync})
			f.Script = map[string][]fake.Behaviour{"create tls": {fake.Then(fake.Well, func(f *fake.Service) {
				if c.crash == nil {
					lose(f)
					return
				}
				f.Connected++
				c.crash(f)
			})}}
			a, err := Run(t.Context(), f, p, Options{Batch: 1})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(f.Calls, c.calls) {
				t.Errorf("calls %q, want %q", f.Calls, c.calls)
			}
			if len(a.Results) != 2 || a.Counts.Failed > 0 || a.Results[0].Status != Done || a.Results[1].Status != Done {
				t.Errorf("results %+v, counts %+v", a.Results, a.Counts)
			}
			if !slices.Equal(a.Lost, c.lost) {
				t.Errorf("lost %q, want %q", a.Lost, c.lost)
			}
			if room := f.Rooms["quic"]; c.crash != nil && room.Settings[xmppadmin.Title] != "quic" {
				t.Errorf("the room is %+v", room)
			}
		})
	}
}

// TestCrashBeforeTheRoomsAreReadBack has the server crash in the middle of a batch,
// and lose a room whose creation it had answered.
func TestCrashBeforeTheRoomsAreReadBack(t *testing.T) {
	t.Parallel()
	f := fake.New()
	p := fake.PlanFor(t, f, wanting.Rooms("quic", "tls"), plan.Options{Policy: plan.Sync})
	f.Script = map[string][]fake.Behaviour{"create tls": {fake.Then(fake.Well, func(f *fake.Service) {
		f.Connected++
		delete(f.Rooms, "quic")
	})}}
	a, err := Run(t.Context(), f, p, Options{Parallel: 1})
	want := []string{"create quic" + allSent, "create tls" + allSent, "create quic" + allSent}
	if err != nil || !slices.Equal(f.Calls, want) || a.Counts.Failed > 0 || f.Rooms["quic"].Name == "" {
		t.Errorf("calls %q, want %q; counts %+v, %v", f.Calls, want, a.Counts, err)
	}
}

// TestSubjectsThatACrashTookAway has a service that shows the subject of a room
// to those who enter it, and loses one in a crash.
func TestSubjectsThatACrashTookAway(t *testing.T) {
	t.Parallel()
	f := fake.New()
	f.Inside = true
	wanted := wanting.Rooms("quic", "tls")
	for i := range wanted.Rooms {
		wanted.Rooms[i].Settings = maps.Clone(wanted.Rooms[i].Settings)
		wanted.Rooms[i].Settings[xmppadmin.Subject] = "Monday"
	}
	p := fake.PlanFor(t, f, wanted, plan.Options{Policy: plan.Sync})
	f.Script = map[string][]fake.Behaviour{"create tls": {fake.Then(fake.Well, func(f *fake.Service) {
		f.Connected++
		f.Seen = nil
		f.Rooms["quic"].Settings[xmppadmin.Subject] = ""
	})}}
	a, err := Run(t.Context(), f, p, Options{Batch: 1})
	if err != nil {
		t.Fatal(err)
	}
	if last := f.Calls[len(f.Calls)-1]; last != "configure quic subject" || !slices.Equal(f.Entered, []string{"quic", "tls"}) {
		t.Errorf("the last of the calls %q; entered: %q", f.Calls, f.Entered)
	}
	if !slices.Equal(a.Lost, []string{"quic"}) || f.Rooms["quic"].Settings[xmppadmin.Subject] != "Monday" {
		t.Errorf("lost %q; the subject is %q", a.Lost, f.Rooms["quic"].Settings[xmppadmin.Subject])
	}
}
