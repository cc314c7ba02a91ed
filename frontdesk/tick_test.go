package frontdesk_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/agenda"
	"muster/frontdesk"
	"muster/xmppadmin"
)

// TestMakingBacksOff has the service away, and then back.
func TestMakingBacksOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rooms.err = errService
	w.add(sample("quic-dt"), true)
	var at []time.Duration
	for minute := range 64 {
		w.now = noon.Add(time.Duration(minute) * time.Minute)
		before := len(w.rooms.makes)
		if w.tick(); len(w.rooms.makes) > before {
			at = append(at, w.now.Sub(noon))
		}
	}
	want := []time.Duration{0, time.Minute, 3 * time.Minute, 7 * time.Minute, 15 * time.Minute, 30 * time.Minute, 45 * time.Minute, 60 * time.Minute}
	if diff := cmp.Diff(want, at); diff != "" {
		t.Errorf("attempts -want +got:\n%s", diff)
	}
	if r := w.request(1); r.State != frontdesk.Approved || r.Error != errService.Error() {
		t.Errorf("the request is %s, error %q", r.State, r.Error)
	}
	failed := w.sent(alice)
	w.rooms.err = nil
	w.now = noon.Add(75 * time.Minute)
	w.tick()
	if r := w.request(1); r.State != frontdesk.Live || r.Error != "" {
		t.Errorf("afterwards the request is %s, error %q", r.State, r.Error)
	}
	all := strings.Join(append(failed, w.sent(alice)...), "\n")
	if strings.Count(all, "could not be made yet: the service is away.") != 1 || !strings.Contains(all, "xmpp:quic-dt@rooms.example.org?join") {
		t.Errorf("messages:\n%s", all)
	}
}

// TestBusyIsNoFailure has another run hold the lock.
func TestBusyIsNoFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rooms.err = fmt.Errorf("room: %w", frontdesk.ErrBusy)
	w.add(sample("quic-dt"), true)
	w.tick()
	if r := w.request(1); r.State != frontdesk.Approved || r.Error != "" {
		t.Errorf("the request is %s, error %q", r.State, r.Error)
	}
}

// TestMadeByASync has a sync make the room first.
func TestMadeByASync(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.live("quic-dt")
	w.tick()
	if len(w.rooms.makes) != 0 {
		t.Errorf("made again: %q", w.rooms.makes)
	}
	if got := w.rooms.aff["quic-dt"][alice]; got != "admin" {
		t.Errorf("the requester is %q of the room", got)
	}
}

// TestEndOfALiveRoom has rooms past their end end when they are archived or gone.
func TestEndOfALiveRoom(t *testing.T) {
	t.Parallel()
	past := time.Date(2026, 12, 25, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		change func(*world)
		at     time.Time
		want   frontdesk.State
	}{
		"still open": {func(*world) {}, past, frontdesk.Live},
		"archived":   {func(w *world) { w.archived("quic-dt") }, past, frontdesk.Ended},
		"gone":       {func(w *world) { delete(w.rooms.rooms, "quic-dt") }, past, frontdesk.Ended},
		"unknown":    {func(w *world) { w.archived("quic-dt"); w.rooms.lookErr = errService }, past, frontdesk.Live},
		"not past":   {func(w *world) { w.archived("quic-dt") }, past.Add(-time.Second), frontdesk.Live},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.live("quic-dt")
			c.change(w)
			w.now = c.at
			w.tick()
			if r := w.request(1); r.State != c.want {
				t.Errorf("the request is %s, not %s", r.State, c.want)
			}
		})
	}
}

// TestTimePasses has the desk warn of an end and let a request lapse.
func TestTimePasses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.live("quic-dt")
	w.add(sample("quic-wait"), false)
	w.sent(alice)
	w.now = time.Date(2026, 12, 18, 0, 0, 0, 0, time.UTC)
	w.tick()
	w.tick()
	want := []string{"The room quic-dt ends after 2026-12-24. To keep it for 30 days more, send: extend 1 until +30d"}
	if diff := cmp.Diff(want, w.sent(alice)); diff != "" {
		t.Errorf("a week before -want +got:\n%s", diff)
	}
	w.now = noon.Add(30 * 24 * time.Hour)
	w.tick()
	if r := w.request(2); r.State != frontdesk.Lapsed {
		t.Errorf("after 30 days the request is %s", r.State)
	}
}

// TestSecretariatIsToldOfWhatWaits: at once, and then at most once in ten
// minutes, and never twice of the same.
func TestSecretariatIsToldOfWhatWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	count := func(minutes int) string {
		w.now = noon.Add(time.Duration(minutes) * time.Minute)
		w.tick()
		var firsts []string
		for _, m := range w.sent(amy) {
			first, _, _ := strings.Cut(m, ".")
			firsts = append(firsts, first)
		}
		return strings.Join(firsts, " | ")
	}
	w.say(alice, "request hall Hall")
	if got := w.sent(amy); len(got) != 1 || !strings.HasPrefix(got[0], "1 request waits. ") || !strings.Contains(got[0], "1 hall by alice@example.org, Hall") {
		t.Errorf("at once: %q", got)
	}
	for i := range 3 {
		w.say(alice, fmt.Sprintf("request hall-%d Hall", i))
	}
	for _, c := range []struct {
		minutes int
		want    string
	}{{0, ""}, {9, ""}, {10, "4 requests wait"}, {11, ""}, {25, ""}} {
		if got := count(c.minutes); got != c.want {
			t.Errorf("after %d minutes: %q, not %q", c.minutes, got, c.want)
		}
	}
	w.live("quic-dt")
	w.say(alice, "extend 5 until +300d")
	if got := count(26); got != "5 requests wait" {
		t.Errorf("an extension: %q", got)
	}
	w.now = noon.AddDate(0, 0, -1) // the clock is set back
	w.say(alice, "request lounge Lounge")
	if got := w.sent(amy); len(got) != 1 || !strings.HasPrefix(got[0], "6 requests wait. ") {
		t.Errorf("with the clock set back: %q", got)
	}
}

func TestReports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.add(sample("quic-dt"), false)
	if err := w.store.Settle(t.Context(), frontdesk.Run{Superseded: []string{"quic-dt"}}, noon); err != nil {
		t.Fatal(err)
	}
	w.say(dave, "link alice@mail.example")
	due, err := w.store.Due(t.Context(), frontdesk.Mail, noon)
	if err != nil || len(due) != 1 {
		t.Fatalf("mails: %+v, %v", due, err)
	}
	if err := w.store.Failed(t.Context(), due[0].ID, "550 no such user", time.Time{}); err != nil {
		t.Fatal(err)
	}
	w.now = noon.Add(23*time.Hour + time.Second) // the lists were confirmed an hour before noon
	w.tick()
	w.tick()
	want := []string{
		"The Datatracker's list of roles has not been confirmed for more than a day, so nothing is approved by it. It was last confirmed on 24 November 2026.",
		"A code could not be mailed to alice@mail.example: 550 no such user",
		fmt.Sprintf("Request %d by alice@example.org has ended: a group, a session or a standing room has the name quic-dt now.", r.ID),
	}
	if diff := cmp.Diff(want, w.sent(amy)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestProfileLinks has a link end when the profile has not named the JID in two
// lists that are a day apart, and only then.
func TestProfileLinks(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	list := func(incomplete, stale bool, at time.Duration, values ...string) agenda.ProfileList {
		l := agenda.ProfileList{Confirmed: noon.Add(at), Incomplete: incomplete, Stale: stale}
		for _, v := range values {
			l.Profiles = append(l.Profiles, agenda.Profile{Person: 9, Value: v})
		}
		return l
	}
	const there = "xmpp:dave@example.org"
	for name, c := range map[string]struct {
		lists []agenda.ProfileList
		gone  bool
	}{
		"there":                  {[]agenda.ProfileList{list(false, false, 0, there), list(false, false, day, there)}, false},
		"gone twice":             {[]agenda.ProfileList{list(false, false, 0), list(false, false, day)}, true},
		"another address":        {[]agenda.ProfileList{list(false, false, 0, "xmpp:x@example.org"), list(false, false, day, "xmpp:x@example.org")}, true},
		"too soon":               {[]agenda.ProfileList{list(false, false, 0), list(false, false, day-time.Second)}, false},
		"the same list twice":    {[]agenda.ProfileList{list(false, false, 0), list(false, false, 0)}, false},
		"incomplete lists":       {[]agenda.ProfileList{list(true, false, 0), list(true, false, day)}, false},
		"stale lists":            {[]agenda.ProfileList{list(false, true, 0), list(false, true, day)}, false},
		"gone, there again":      {[]agenda.ProfileList{list(false, false, 0), list(false, false, day/2, there), list(false, false, day)}, false},
		"gone, incomplete, gone": {[]agenda.ProfileList{list(false, false, 0), list(true, false, day/2, there), list(false, false, day)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.profile(9, there)
			w.command(dave, "link", values("do", "yes"))
			for _, l := range c.lists {
				w.people.profiles = l
				w.now = l.Confirmed
				w.tick()
			}
			if _, linked, err := w.store.LinkOf(t.Context(), dave); err != nil || linked == c.gone {
				t.Errorf("linked: %t, %v", linked, err)
			}
			if _, linked, _ := w.store.LinkOf(t.Context(), alice); !linked {
				t.Error("a link of the secretariat is gone, too")
			}
			told := slices.ContainsFunc(w.sent(dave), func(m string) bool { return strings.Contains(m, "no longer linked to Carol Example") })
			if told != c.gone {
				t.Errorf("a message of it: %t", told)
			}
		})
	}
}

// TestOneListShowsOnce has the same list be there a day later: it is no second
// one that does not name the JID.
func TestOneListShowsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.profile(9, "xmpp:dave@example.org")
	w.command(dave, "link", values("do", "yes"))
	w.people.profiles = agenda.ProfileList{Confirmed: noon}
	w.tick()
	w.now = noon.Add(24 * time.Hour)
	w.tick()
	if _, linked, err := w.store.LinkOf(t.Context(), dave); err != nil || !linked {
		t.Errorf("linked: %t, %v", linked, err)
	}
}

// adminStep is one tick of a test of admins.
type adminStep struct {
	name   string
	change func(*world)
	want   []string // what was given and taken
}

// TestAdmins has affiliations follow roles, and what others did stay.
func TestAdmins(t *testing.T) {
	t.Parallel()
	noRoles := func(w *world) {
		w.people.roles.Roles = slices.DeleteFunc(slices.Clone(w.people.roles.Roles), func(r agenda.Role) bool { return r.Person == 7 })
	}
	opened := func(w *world) {
		w.rooms.rooms["quic"] = xmppadmin.Room{Name: "quic", State: xmppadmin.Exists, Managed: true}
	}
	given := adminStep{"given", nil, []string{"+quic alice@example.org", "+quic bob@example.org"}}
	gone := adminStep{"gone once", noRoles, nil}
	taken := adminStep{"gone twice", nil, []string{"-quic alice@example.org"}}
	for name, steps := range map[string][]adminStep{
		"given once":      {given, {"again", nil, nil}, {"taken by hand", func(w *world) { w.rooms.set("quic", alice, "none") }, nil}},
		"taken after two": {given, gone, {"gone twice", nil, []string{"-quic alice@example.org"}}, {"again", nil, nil}},
		"back in between": {given, gone, {"back", func(w *world) { w.people.roles = theRoles() }, nil}, gone, taken},
		"a stale list between": {given, gone, {"stale", func(w *world) { w.people.roles.Stale = true }, nil},
			{"fresh", func(w *world) { w.people.roles.Stale = false }, nil}, taken},
		"incomplete lists":     {given, {"gone", func(w *world) { noRoles(w); w.people.roles.Incomplete = true }, nil}, {"again", nil, nil}, {"again", nil, nil}},
		"unread rows":          {given, {"gone", func(w *world) { noRoles(w); w.people.roles.Unread = 1 }, nil}, {"again", nil, nil}, {"again", nil, nil}},
		"incomplete groups":    {given, {"gone", func(w *world) { noRoles(w); w.people.groups.Incomplete = true }, nil}, {"again", nil, nil}, {"again", nil, nil}},
		"empty lists":          {given, {"gone", func(w *world) { w.people.roles.Roles = nil }, nil}, {"again", nil, nil}, {"again", nil, nil}},
		"the Datatracker away": {given, {"gone", func(w *world) { noRoles(w); w.people.err = errService }, nil}, {"again", nil, nil}, {"again", nil, nil}},
		"admin by hand": {{"by hand", func(w *world) { w.rooms.set("quic", alice, "admin") }, []string{"+quic bob@example.org"}},
			gone, {"gone twice", nil, nil}, {"again", nil, nil}},
		"owner by hand": {{"by hand", func(w *world) { w.rooms.set("quic", alice, "owner") }, []string{"+quic bob@example.org"}}, {"again", nil, nil}},
		"banned":        {{"by hand", func(w *world) { w.rooms.set("quic", alice, "outcast") }, []string{"+quic bob@example.org"}}, {"again", nil, nil}},
		"a member":      {{"by hand", func(w *world) { w.rooms.set("quic", alice, "member") }, given.want}},
		"made owner afterwards": {given, {"owner", func(w *world) { w.rooms.set("quic", alice, "owner"); noRoles(w) }, nil},
			{"gone twice", nil, nil}, {"again", nil, nil}},
		"banned afterwards": {given, {"banned", func(w *world) { w.rooms.set("quic", alice, "outcast") }, nil}, {"again", nil, nil}},
		"reopened": {given, {"archived", func(w *world) { w.archived("quic"); w.rooms.aff["quic"] = nil }, nil}, {"again", nil, nil},
			{"open", opened, given.want}},
		"reopened with its affiliations": {given, {"archived", func(w *world) { w.archived("quic") }, nil},
			{"open", opened, nil}, gone, {"gone twice", nil, []string{"-quic alice@example.org"}}},
		"the role ends while it is archived": {given, {"archived", func(w *world) { w.archived("quic") }, nil}, {"gone", noRoles, nil},
			{"open", opened, nil}, {"gone once", nil, nil}, taken},
		"given by hand after it was opened": {given, {"archived", func(w *world) { w.archived("quic"); w.rooms.aff["quic"] = nil }, nil}, {"gone", noRoles, nil},
			{"open", opened, []string{"+quic bob@example.org"}}, {"by hand", func(w *world) { w.rooms.set("quic", alice, "admin") }, nil}, {"twice", nil, nil}, {"again", nil, nil}},
		"unlinked": {given, {"unlinked", func(w *world) {
			if _, err := w.store.Unlink(context.Background(), alice, "", "shell:amy", w.now); err != nil {
				w.t.Error(err)
			}
		}, nil}, {"twice", nil, []string{"-quic alice@example.org"}}},
		"turned off": {{"off", func(w *world) { w.cfg.ChairsAreAdmins = false; w.restart() }, nil}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for i, step := range steps {
				w.now = noon.Add(time.Duration(i) * time.Hour)
				w.fresh()
				if step.change != nil {
					step.change(w)
				}
				w.rooms.log = nil
				w.tick()
				if diff := cmp.Diff(step.want, w.rooms.log); diff != "" {
					t.Errorf("%d, %s: -want +got:\n%s", i, step.name, diff)
				}
			}
		})
	}
}

// TestTheSameListTwiceTakesNothing has no new list between two ticks.
func TestTheSameListTwiceTakesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tick()
	w.now = noon.Add(time.Hour)
	w.people.roles.Confirmed = w.now
	w.people.roles.Roles = w.people.roles.Roles[5:]
	w.rooms.log = nil
	for i := range 4 {
		w.now = noon.Add(time.Hour + time.Duration(i)*2*time.Hour)
		w.tick()
	}
	if len(w.rooms.log) != 0 {
		t.Errorf("taken: %q", w.rooms.log)
	}
}

// TestAdminsOfRequestedRooms has the requester and the holders of roles of its
// group be admins, and a guest only in the room that the guest requested.
func TestAdminsOfRequestedRooms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := sample("quic-dt")
	r.JID, r.Person = dave, 0
	w.add(r, true)
	w.tick()
	w.now = noon.Add(time.Hour)
	w.tick()
	slices.Sort(w.rooms.log)
	want := []string{"+quic alice@example.org", "+quic bob@example.org", "+quic-dt alice@example.org", "+quic-dt bob@example.org", "+quic-dt dave@example.org"}
	if diff := cmp.Diff(want, w.rooms.log); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestAffiliationsAreNotLookedAtEachTick counts the looks where nothing changes.
func TestAffiliationsAreNotLookedAtEachTick(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rooms.set("quic", alice, "outcast")
	w.tick()
	looks, lives := w.rooms.looks, w.rooms.lives
	for minute := 1; minute < 60; minute++ {
		w.now = noon.Add(time.Duration(minute) * time.Minute)
		w.tick()
	}
	if w.rooms.looks != looks || w.rooms.lives != lives {
		t.Errorf("%d looks at affiliations and %d at rooms more", w.rooms.looks-looks, w.rooms.lives-lives)
	}
	for hour := 1; hour < 24; hour++ { // new lists that show the same
		w.now = noon.Add(time.Duration(hour) * time.Hour)
		w.fresh()
		w.tick()
	}
	if w.rooms.looks != looks {
		t.Errorf("%d looks at affiliations more within a day", w.rooms.looks-looks)
	}
	w.now = noon.Add(25 * time.Hour)
	w.fresh()
	w.rooms.set("quic", alice, "none") // the ban is lifted
	w.tick()
	if w.rooms.aff["quic"][alice] != "admin" {
		t.Errorf("a day after a ban was lifted: %q", w.rooms.aff["quic"][alice])
	}
}
