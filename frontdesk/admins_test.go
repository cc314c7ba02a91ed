package frontdesk_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/agenda"
	"muster/frontdesk"
)

// TestKilledWhileGranting: what a desk gave that was killed before it could note so
// is taken with the role, and stays with the role.
func TestKilledWhileGranting(t *testing.T) {
	t.Parallel()
	for name, keeps := range map[string]bool{"keeps the role": true, "loses the role": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.rooms.killed = true
			func() {
				defer func() {
					if r := recover(); fmt.Sprint(r) != "killed" {
						t.Fatalf("the desk ended with %v", r)
					}
				}()
				w.tick()
			}()
			if diff := cmp.Diff([]string{"+quic alice@example.org"}, w.rooms.log); diff != "" {
				t.Fatalf("before it was killed: -want +got:\n%s", diff)
			}
			w.rooms.killed, w.rooms.log = false, nil
			want := []string{"+quic bob@example.org"}
			if !keeps {
				want = append(want, "-quic alice@example.org")
				w.people.roles.Roles = slices.DeleteFunc(w.people.roles.Roles, func(r agenda.Role) bool { return r.Person == 7 })
			}
			w.restart()
			for hour := range 4 {
				w.now = noon.Add(time.Duration(hour+1) * time.Hour)
				w.fresh()
				w.tick()
			}
			if diff := cmp.Diff(want, w.rooms.log); diff != "" {
				t.Errorf("after it was started again: -want +got:\n%s", diff)
			}
		})
	}
}

// TestRefusedIsNotGranted: what the service refused to the desk and others gave
// later stays when the role ends.
func TestRefusedIsNotGranted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rooms.grantErr = errService
	if err := w.desk.Tick(context.Background(), w.now); err == nil {
		t.Error("a service that refuses gives no error")
	}
	w.rooms.grantErr = nil
	w.rooms.set("quic", alice, "admin")
	w.people.roles.Roles = slices.DeleteFunc(w.people.roles.Roles, func(r agenda.Role) bool { return r.Person == 7 })
	for hour := range 4 {
		w.now = noon.Add(time.Duration(hour+1) * time.Hour)
		w.fresh()
		w.tick()
	}
	if slices.Contains(w.rooms.log, "-quic alice@example.org") {
		t.Errorf("the desk took what others gave: %q", w.rooms.log)
	}
}

// TestAdminsAfterTheLock: admins that cannot be set because another run holds the
// lock are set by the next tick.
func TestAdminsAfterTheLock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rooms.grantErr = fmt.Errorf("state folder: %w", frontdesk.ErrBusy)
	w.tick()
	w.rooms.grantErr = nil
	w.now = noon.Add(time.Minute)
	w.tick()
	if diff := cmp.Diff([]string{"+quic alice@example.org", "+quic bob@example.org"}, w.rooms.log); diff != "" {
		t.Errorf("a minute later: -want +got:\n%s", diff)
	}
}

// TestNameTakenBeforeItIsMade: a request that gives way while its room is to be
// made is superseded, whichever way it was approved, and no admin is set.
func TestNameTakenBeforeItIsMade(t *testing.T) {
	t.Parallel()
	const gone = "Not done. Request 1 has ended: a group, a session or a standing room has the name quic-dt now."
	for name, ask := range map[string]func(*world) string{
		"at once": func(w *world) string {
			return w.command(alice, "request-room", values("group", "quic", "suffix", "dt", "title", "Team"), nil).Say
		},
		"in chat": func(w *world) string { return w.say(alice, "request quic-dt Team") },
		"reviewed": func(w *world) string {
			w.add(sample("quic-dt"), false)
			return w.command(amy, "review", values("request", "1"), values("do", "approve")).Say
		},
		"approved in chat": func(w *world) string { w.add(sample("quic-dt"), false); return w.say(amy, "approve 1") },
		"by a tick":        func(w *world) string { w.add(sample("quic-dt"), true); w.tick(); return gone },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(w *world) { w.cfg.ChairsAreAdmins = false })
			w.rooms.err = fmt.Errorf("room %q: %w", "quic-dt", frontdesk.ErrSuperseded)
			if say := ask(w); say != gone {
				t.Errorf("the answer is %q", say)
			}
			w.now = noon.Add(time.Hour)
			w.tick()
			if r := w.request(1); r.State != frontdesk.Superseded || len(w.rooms.makes) != 1 || len(w.rooms.log) != 0 {
				t.Errorf("the request is %s after %d attempts, affiliations %q", r.State, len(w.rooms.makes), w.rooms.log)
			}
			told := slices.DeleteFunc(w.sent(alice), func(text string) bool { return text != gone[len("Not done. "):] })
			if len(told) != 1 {
				t.Errorf("%d messages to the requester that it has ended", len(told))
			}
		})
	}
}
