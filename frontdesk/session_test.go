package frontdesk_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/agenda"
	"muster/frontdesk"
)

func dt() map[string]string {
	return values("group", "quic", "suffix", "dt", "title", "Design team", "purpose", "Designing", "until", "2026-12-20")
}

// value returns the value of a field of an answer.
func value(a frontdesk.Answer, name string) string {
	if a.Form != nil {
		for _, f := range a.Form.Fields {
			if f.Name == name {
				return f.Value
			}
		}
	}
	return ""
}

// TestCompletedAnswersAgain (W7): the button of the last form stays in some
// clients, and whatever is sent by it changes nothing more.
func TestCompletedAnswersAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.command(alice, "request-room", dt(), nil)
	for _, step := range []frontdesk.Step{{}, {Way: frontdesk.Back}, {Way: frontdesk.Cancel}, {Values: values("suffix", "other")}} {
		step.Node, step.Session = "request-room", first.Session
		if diff := cmp.Diff(first, w.run(alice, step)); diff != "" {
			t.Errorf("%+v is answered otherwise:\n%s", step, diff)
		}
	}
	all, err := w.store.Requests(t.Context(), frontdesk.Filter{})
	if err != nil || len(all) != 1 || len(w.rooms.makes) != 1 {
		t.Errorf("%d requests, %d rooms made, %v", len(all), len(w.rooms.makes), err)
	}
}

// TestSameSessionTwiceAtOnce has a last stage sent twice at the same time.
func TestSameSessionTwiceAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.command(alice, "request-room", dt())
	answers := make([]frontdesk.Answer, 4)
	var g sync.WaitGroup
	for i := range answers {
		g.Go(func() { answers[i] = w.run(alice, frontdesk.Step{Node: "request-room", Session: a.Session}) })
	}
	g.Wait()
	for _, other := range answers[1:] {
		if diff := cmp.Diff(answers[0], other); diff != "" {
			t.Errorf("answers differ:\n%s", diff)
		}
	}
	if len(w.rooms.makes) != 1 {
		t.Errorf("the room was made %d times", len(w.rooms.makes))
	}
}

// TestExpired (W8): the session is old, of another JID, of another command, or
// there never was one, as after a restart.
func TestExpired(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*world, *frontdesk.Step) string
		want   bool
	}{
		"in time": {func(w *world, _ *frontdesk.Step) string {
			w.now = w.now.Add(30*time.Minute - time.Second)
			return alice
		}, false},
		"too late":   {func(w *world, _ *frontdesk.Step) string { w.now = w.now.Add(30 * time.Minute); return alice }, true},
		"of another": {func(*world, *frontdesk.Step) string { return bob }, true},
		"unknown":    {func(_ *world, s *frontdesk.Step) string { s.Session = "none"; return alice }, true},
		"elsewhere":  {func(_ *world, s *frontdesk.Step) string { s.Node = "link"; return alice }, true},
		"restarted":  {func(w *world, _ *frontdesk.Step) string { w.restart(); return alice }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			first := w.run(alice, frontdesk.Step{Node: "request-room"})
			step := frontdesk.Step{Node: "request-room", Session: first.Session, Values: dt()}
			jid := c.change(w, &step)
			a := w.run(jid, step)
			const want = "Not done. This form was open for too long, nothing was changed. Start the command again."
			if (a.Say == want) != c.want || c.want && (a.Status != frontdesk.Completed || !a.Failed || a.Session != step.Session) {
				t.Errorf("the answer is %+v", a)
			}
			if c.want {
				checkForm(t, name, a)
			}
		})
	}
}

// TestUseProlongsASession has the lifetime count from the last use.
func TestUseProlongsASession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.run(alice, frontdesk.Step{Node: "request-room"})
	for range 3 {
		w.now = w.now.Add(20 * time.Minute)
		if a = w.run(alice, frontdesk.Step{Node: "request-room", Session: a.Session}); a.Status != frontdesk.Asking {
			t.Fatalf("%+v", a)
		}
	}
}

// TestFiveSessions (W9): the sixth ends the one that was used longest ago.
func TestFiveSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.run(bob, frontdesk.Step{Node: "request-room"})
	var all []frontdesk.Answer
	for i := range 6 {
		w.now = noon.Add(time.Duration(i) * time.Second)
		if i == 5 { // the first is used again, so the second goes
			w.run(alice, frontdesk.Step{Node: "request-room", Session: all[0].Session})
			w.now = w.now.Add(time.Second)
		}
		all = append(all, w.run(alice, frontdesk.Step{Node: "request-room"}))
	}
	for i, a := range all {
		got := w.run(alice, frontdesk.Step{Node: "request-room", Session: a.Session})
		if (got.Status == frontdesk.Completed) != (i == 1) {
			t.Errorf("session %d is %s", i+1, got.Status)
		}
	}
	if got := w.run(bob, frontdesk.Step{Node: "request-room", Session: other.Session}); got.Status != frontdesk.Asking {
		t.Error("the session of another JID is gone")
	}
}

// TestBackKeepsValues (W5): clients send no form with it, or one.
func TestBackKeepsValues(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]map[string]string{"no form": nil, "a form": values("c1", "x", "title", "x")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a := w.command(alice, "request-room", dt())
			a = w.run(alice, frontdesk.Step{Node: "request-room", Session: a.Session, Way: frontdesk.Back, Values: v})
			for field, want := range dt() {
				if got := value(a, field); got != want {
					t.Errorf("%s is %q, not %q", field, got, want)
				}
			}
			if a.Status != frontdesk.Asking || a.Back {
				t.Errorf("back at the first stage: %+v", a)
			}
			// Back from the first stage stays there, with what was typed.
			a = w.run(alice, frontdesk.Step{Node: "request-room", Session: a.Session, Way: frontdesk.Back, Values: values("title", "Other")})
			if value(a, "title") != "Other" || value(a, "suffix") != "dt" {
				t.Errorf("back again: %+v", a.Form)
			}
		})
	}
}

// TestWhoAskedIsAdmin at once, with the answer.
func TestWhoAskedIsAdmin(t *testing.T) {
	t.Parallel()
	for have, want := range map[string]string{"": "admin", "member": "admin", "owner": "owner", "outcast": "outcast", "admin": "admin"} {
		w := newWorld(t)
		w.rooms.set("quic-dt", alice, have)
		w.command(alice, "request-room", dt(), nil)
		granted, err := w.store.Granted(t.Context())
		if got := w.rooms.aff["quic-dt"][alice]; got != want || err != nil || (len(granted) == 1) != (have == "" || have == "member") {
			t.Errorf("%q becomes %q, granted: %+v, %v", have, got, granted, err)
		}
	}
}

// TestMissingAndUnknownFields (W11).
func TestMissingAndUnknownFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.command(alice, "request-room", dt()) // another session has nothing to do with it
	a := w.run(alice, frontdesk.Step{Node: "request-room"})
	for _, v := range []map[string]string{values("title", "Team"), values("suffix", "dt", "say", "hello", "forecast", "x", "admin", "1"), nil} {
		a = w.run(alice, frontdesk.Step{Node: "request-room", Session: a.Session, Values: v})
	}
	r := w.request(1)
	if r.Title != "Team" || r.Room != "bar-dt" || r.Acronym != "bar" || r.Until != "2026-12-24" {
		t.Errorf("the request is %+v", r)
	}
	if a.Status != frontdesk.Completed {
		t.Errorf("the answer is %+v", a)
	}
}

// TestChoicesOnly has a value that is not among the choices refused.
func TestChoicesOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := dt()
	v["group"] = "iab"
	a := w.command(alice, "request-room", v)
	if !a.Failed || a.Status != frontdesk.Asking || !strings.Contains(a.Say, "not among the choices") || value(a, "group") == "iab" {
		t.Errorf("the answer is %+v", a)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.command(alice, "request-room", dt())
	got := w.run(alice, frontdesk.Step{Node: "request-room", Session: a.Session, Way: frontdesk.Cancel})
	if got.Status != frontdesk.Canceled || got.Session != a.Session {
		t.Errorf("canceled: %+v", got)
	}
	if got := w.run(alice, frontdesk.Step{Node: "request-room", Session: a.Session}); got.Status != frontdesk.Completed || !got.Failed {
		t.Errorf("afterwards: %+v", got)
	}
	if got := w.run(alice, frontdesk.Step{Node: "request-room", Way: frontdesk.Cancel}); got.Status != frontdesk.Canceled {
		t.Errorf("at once: %+v", got)
	}
}

func TestUnknownNode(t *testing.T) {
	t.Parallel()
	if a := newWorld(t).run(alice, frontdesk.Step{Node: "no-such"}); a.Status != "" || a.Form != nil {
		t.Errorf("the answer is %+v", a)
	}
}

// TestRightsAreLookedAtInEachStage has a role end while a form is open.
func TestRightsAreLookedAtInEachStage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.command(alice, "request-room", dt())
	w.people.mu.Lock()
	w.people.roles.Roles = w.people.roles.Roles[:0:0]
	w.people.mu.Unlock()
	a = w.run(alice, frontdesk.Step{Node: "request-room", Session: a.Session})
	if !strings.HasPrefix(a.Say, "Waiting. ") || len(w.rooms.makes) != 0 {
		t.Errorf("the answer is %q", a.Say)
	}
}

// TestDatabaseFails has every command answer, and change nothing.
func TestDatabaseFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.command(alice, "request-room", dt())
	w.store.Close()
	for _, node := range []string{"rooms", "link", "request-room", "my-requests", "change-request", "review", "all-requests"} {
		for _, session := range []string{"", a.Session} {
			if got := w.run(amy, frontdesk.Step{Node: node, Session: session}); got.Status != frontdesk.Completed || !got.Failed {
				t.Errorf("%s: %+v", node, got)
			}
		}
	}
	if got := w.say(alice, "status"); !strings.HasPrefix(got, "Not done. ") {
		t.Errorf("chat: %q", got)
	}
	if err := w.desk.Tick(t.Context(), noon); err == nil {
		t.Error("a tick reports no error")
	}
}

// TestManyAtOnce has many people fill in forms at the same time.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.cfg.OpenToLocal = true })
	var g sync.WaitGroup
	for i := range 20 {
		g.Go(func() {
			jid := fmt.Sprintf("person%d@example.org", i)
			c := frontdesk.Caller{JID: jid}
			a := w.desk.Run(context.Background(), c, frontdesk.Step{Node: "request-room"}, noon)
			v := values("group", "-", "suffix", fmt.Sprintf("hall-%d", i), "title", "Hall")
			for range 2 {
				a = w.desk.Run(context.Background(), c, frontdesk.Step{Node: "request-room", Session: a.Session, Values: v}, noon)
			}
			if !strings.HasPrefix(a.Say, "Waiting. ") {
				t.Errorf("%s: %q", jid, a.Say)
			}
		})
	}
	g.Wait()
	if all, err := w.store.Requests(t.Context(), frontdesk.Filter{}); err != nil || len(all) != 20 {
		t.Errorf("%d requests, %v", len(all), err)
	}
}

// TestLastPlace has two requests at the same time for the last place of a quota.
func TestLastPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.cfg.Quota.Group = 1 })
	var g sync.WaitGroup
	for i := range 16 {
		g.Go(func() { w.say(alice, fmt.Sprintf("request quic-%d Team", i)) })
	}
	g.Wait()
	approved, err := w.store.Requests(t.Context(), frontdesk.Filter{States: []frontdesk.State{frontdesk.Live, frontdesk.Approved}})
	if err != nil || len(approved) != 1 {
		t.Errorf("%d were approved, %v", len(approved), err)
	}
}

// TestTwoDevices has one person make the same request on two devices at once: there
// is one request, one room and one message.
func TestTwoDevices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.cfg.ChairsAreAdmins = false })
	room := values("group", "quic", "suffix", "dt", "title", "Team")
	says := make([]string, 2)
	var g sync.WaitGroup
	for i, device := range []string{"phone", "desktop"} {
		c := frontdesk.Caller{JID: alice, Full: alice + "/" + device}
		first := w.desk.Run(t.Context(), c, frontdesk.Step{Node: "request-room"}, noon)
		confirm := w.desk.Run(t.Context(), c, frontdesk.Step{Node: "request-room", Session: first.Session, Values: room}, noon)
		g.Go(func() {
			says[i] = w.desk.Run(t.Context(), c, frontdesk.Step{Node: "request-room", Session: confirm.Session}, noon).Say
		})
	}
	g.Wait()
	slices.Sort(says)
	want := []string{"Done. The room quic-dt is open until 2026-12-24.", "Not done. Request 1, which is open, has the name quic-dt."}
	if diff := cmp.Diff(want, says); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if all, err := w.store.Requests(t.Context(), frontdesk.Filter{}); err != nil || len(all) != 1 || len(w.rooms.makes) != 1 {
		t.Errorf("%d requests, %d rooms made, %v", len(all), len(w.rooms.makes), err)
	}
	news := slices.DeleteFunc(w.sent(alice), func(text string) bool { return !strings.Contains(text, "The room of request") })
	if len(news) != 1 {
		t.Errorf("messages: %q", news)
	}
}

var errService = errors.New("the service is away")

func TestRequestRoom(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		jid      string
		change   func(*world)
		values   map[string]string
		problem  string // of the first stage
		forecast string
		say      string
		state    frontdesk.State
		fields   string
	}{
		"at once": {alice, nil, nil, "", "It will be made at once.", "Done. The room quic-dt is open until 2026-12-20.", frontdesk.Live,
			"room=quic-dt@rooms.example.org join=xmpp:quic-dt@rooms.example.org?join log=https://logs.example.org/quic-dt/ number=1"},
		"by the area director": {bob, nil, nil, "", "It will be made at once.", "Done. The room quic-dt is open until 2026-12-20.", frontdesk.Live, ""},
		"capitals, the whole name, a number of days": {alice, nil, values("suffix", "QUIC-DT", "until", "+26d"), "", "It will be made at once.",
			"Done. The room quic-dt is open until 2026-12-20.", frontdesk.Live, ""},
		"archived before": {alice, func(w *world) { w.archived("quic-dt") }, nil, "", "It will be made at once.",
			"Done. The room quic-dt is open again until 2026-12-20. Its history goes on.", frontdesk.Live, ""},
		"too long": {alice, nil, values("until", "2027-12-20"), "", "It waits for the secretariat, because the last day is more than 180 days from now.",
			"Waiting. Request 1 waits for the secretariat, because the last day is more than 180 days from now.", frontdesk.Pending,
			"room=quic-dt@rooms.example.org number=1"},
		"no group": {alice, nil, values("group", "-", "suffix", "hall"), "",
			"It waits for the secretariat, because the room is for no group; the name is in the name space of no group.",
			"Waiting. Request 1 waits for the secretariat, because the room is for no group; the name is in the name space of no group.", frontdesk.Pending, ""},
		"busy": {alice, func(w *world) { w.rooms.err = fmt.Errorf("making: %w", frontdesk.ErrBusy) }, nil, "", "It will be made at once.",
			"Waiting. Request 1 is approved, but the room is not made yet. It is made within minutes, and you get a message.", frontdesk.Approved, ""},
		"service away": {alice, func(w *world) { w.rooms.err = errService }, nil, "", "It will be made at once.",
			"Waiting. Request 1 is approved, but the room is not made yet. It is made within minutes, and you get a message.", frontdesk.Approved, ""},
		"room unknown": {alice, func(w *world) { w.rooms.lookErr = errService }, nil, "",
			"It waits for the secretariat, because it is not known whether the room exists already.", "Waiting. Request 1", frontdesk.Pending, ""},
		"no title":     {alice, nil, values("title", " \n "), "Not done. The title is missing.", "", "", "", ""},
		"no name":      {alice, nil, values("suffix", ""), "Not done. The name is missing.", "", "", "", ""},
		"a bad name":   {alice, nil, values("suffix", "<b>"), "Not done. The name does not match [a-z0-9][a-z0-9._-]*.", "", "", "", ""},
		"a bad day":    {alice, nil, values("until", "soon"), "Not done. The last day is no date such as 2026-12-24.", "", "", "", ""},
		"yesterday":    {alice, nil, values("until", "2026-11-23"), "Not done. The last day must be tomorrow or later.", "", "", "", ""},
		"an open name": {alice, func(w *world) { w.live("quic-dt") }, nil, "Not done. Request 1, which is open, has the name quic-dt.", "", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if c.change != nil {
				c.change(w)
			}
			v := dt()
			for k, x := range c.values {
				v[k] = x
			}
			a := w.command(c.jid, "request-room", v)
			if c.problem != "" {
				if a.Status != frontdesk.Asking || a.Say != c.problem {
					t.Errorf("the answer is %q", a.Say)
				}
				return
			}
			if got := value(a, "c5"); got != c.forecast {
				t.Errorf("the forecast is %q", got)
			}
			a = w.run(c.jid, frontdesk.Step{Node: "request-room", Session: a.Session})
			if !strings.HasPrefix(a.Say, c.say) || c.say == "" {
				t.Errorf("the answer is %q", a.Say)
			}
			if r := w.request(1); r.State != c.state || r.JID != c.jid || r.Origin == "" {
				t.Errorf("the request is %+v", r)
			}
			var got []string
			for _, f := range a.Form.Fields[1:] {
				got = append(got, f.Name+"="+f.Value)
			}
			if all := strings.Join(got, " "); c.fields != "" && all != c.fields {
				t.Errorf("the results are %s", all)
			}
		})
	}
}

// TestDatatrackerAway has a chair get a reason that is true.
func TestDatatrackerAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.people.roles, w.people.groups, w.people.err = agenda.RoleList{}, agenda.GroupList{}, errService
	a := w.run(alice, frontdesk.Step{Node: "request-room"})
	if a.Say != "Not done. The Datatracker's lists cannot be read at the moment. Try again later." {
		t.Errorf("the answer is %q", a.Say)
	}
}

// TestNothingIsGrantedWithoutTheDatatracker has it away, and its lists stale or
// incomplete.
func TestNothingIsGrantedWithoutTheDatatracker(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*fakePeople){
		"away":              func(p *fakePeople) { p.err = errService },
		"old roles":         func(p *fakePeople) { p.roles.Confirmed = noon.Add(-25 * time.Hour) },
		"old groups":        func(p *fakePeople) { p.groups.Confirmed = noon.Add(-25 * time.Hour) },
		"incomplete roles":  func(p *fakePeople) { p.roles.Incomplete = true },
		"incomplete groups": func(p *fakePeople) { p.groups.Incomplete = true },
		"no groups":         func(p *fakePeople) { p.groups.Groups = nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(w *world) { w.cfg.OpenToLocal = true })
			change(w.people)
			w.command(alice, "request-room", values("group", "quic", "suffix", "dt", "title", "Team"), nil)
			w.say(alice, "request quic-dt Team")
			w.tick()
			if len(w.rooms.makes) != 0 || len(w.rooms.log) != 0 {
				t.Errorf("rooms made: %q, affiliations: %q", w.rooms.makes, w.rooms.log)
			}
		})
	}
}

// TestReviewOfAnotherRequest goes back and chooses another one.
func TestReviewOfAnotherRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(sample("quic-a"), false)
	w.add(sample("quic-b"), false)
	a := w.command(amy, "review", nil)
	if value(a, "name") != "quic-a" {
		t.Fatalf("the oldest is not the first: %+v", a.Form)
	}
	a = w.run(amy, frontdesk.Step{Node: "review", Session: a.Session, Way: frontdesk.Back, Values: values("title", "Changed")})
	a = w.run(amy, frontdesk.Step{Node: "review", Session: a.Session, Values: values("request", "2")})
	if value(a, "name") != "quic-b" || value(a, "title") != "QUIC design team" {
		t.Errorf("the other one: %+v", a.Form)
	}
	if a = w.run(amy, frontdesk.Step{Node: "review", Session: a.Session, Values: values("do", "deny")}); !a.Failed || a.Status != frontdesk.Asking {
		t.Errorf("a denial without a reason: %+v", a)
	}
	a = w.run(amy, frontdesk.Step{Node: "review", Session: a.Session, Values: values("do", "approve", "name", "Quic-C", "title", "Team C", "until", "+5d")})
	if r := w.request(2); r.Room != "quic-c" || r.Title != "Team C" || r.Until != "2026-11-29" || r.State != frontdesk.Live || r.DecidedBy != amy {
		t.Errorf("%q, and the request is %+v", a.Say, r)
	}
	if a = w.run(amy, frontdesk.Step{Node: "review"}); value(a, "request") != "1" {
		t.Errorf("the next one: %+v", a.Form)
	}
}
