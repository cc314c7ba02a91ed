package frontdesk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"muster/frontdesk"
)

func TestParse(t *testing.T) {
	t.Parallel()
	type order = frontdesk.Order
	for line, want := range map[string]order{
		"help":                          {Verb: "help"},
		" /HELP  Request ":              {Verb: "help", Word: "Request"},
		"!help":                         {Verb: "help"},
		"whoami\nand more":              {Verb: "whoami"},
		"\n\nrooms quic":                {Verb: "rooms", Word: "quic"},
		"link alice@mail.example":       {Verb: "link", Word: "alice@mail.example"},
		"yes":                           {Verb: "yes"},
		"code ABCD EFGH-JKLM":           {Verb: "code", Word: "ABCDEFGH-JKLM"},
		"unlink":                        {Verb: "unlink"},
		"status":                        {Verb: "status"},
		"status #12":                    {Verb: "status", ID: 12},
		"withdraw 12":                   {Verb: "withdraw", ID: 12},
		"Extend 12 UNTIL +30D":          {Verb: "extend", ID: 12, Until: "+30d"},
		"pending":                       {Verb: "pending"},
		"show 3":                        {Verb: "show", ID: 3},
		"approve 3":                     {Verb: "approve", ID: 3},
		"approve 3 as QUIC-Dt":          {Verb: "approve", ID: 3, Name: "quic-dt"},
		"approve 3 until 2026-12-24":    {Verb: "approve", ID: 3, Until: "2026-12-24"},
		"approve 3 as x until +1d":      {Verb: "approve", ID: 3, Name: "x", Until: "+1d"},
		"deny 3 because it is too late": {Verb: "deny", ID: 3, Because: "it is too late"},
		`deny 3 because "no"`:           {Verb: "deny", ID: 3, Because: "no"},
		"request quic-dt Design team":   {Verb: "request", Name: "quic-dt", Title: "Design team"},
		`request quic-dt "Team for it until dawn" until +30d for testing`: {
			Verb: "request", Name: "quic-dt", Title: "Team for it until dawn", Until: "+30d", For: "testing"},
		"request quic-dt “Design team” for “much talk”": {Verb: "request", Name: "quic-dt", Title: "Design team", For: "much talk"},
		"request quic-dt Design team until 2026-12-24":  {Verb: "request", Name: "quic-dt", Title: "Design team", Until: "2026-12-24"},
		"request quic-dt Team FOR talk until +3d":       {Verb: "request", Name: "quic-dt", Title: "Team", For: "talk", Until: "+3d"},
		"request quic-dt Team for talk until dawn":      {Verb: "request", Name: "quic-dt", Title: "Team", For: "talk until dawn"},
		// What is none.
		"": {}, "hello": {}, "requests": {}, "pending 3": {}, "status x": {}, "status 0": {}, "status -1": {}, "withdraw": {}, "withdraw 1 2": {},
		"extend 12": {}, "extend 12 until": {}, "extend 12 until soon": {}, "extend until +3d": {}, "request quic-dt": {}, "request": {},
		"request quic-dt Team until soon": {}, `request quic-dt "Team" and more`: {}, "approve": {}, "approve 3 as": {}, "deny 3": {},
		"yes" + strings.Repeat(" ", 2000) + "please": {Verb: "yes"}, // the first 2,000 bytes count
		"deny 3 because": {}, "deny because no": {}, "code": {}, "yes please": {}, "approve 99999999999999999999": {},
	} {
		got, err := frontdesk.Parse(line)
		if diff := cmp.Diff(want, got); diff != "" || (err == nil) != (want.Verb != "") {
			t.Errorf("%q: %v\n%s", line, err, diff)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, line := range []string{"help", "request quic-dt “a” until +3d for b", `deny 3 because "x`, "approve 3 as a until 2026-12-24", "/!status 1",
		"request \"a\" \"b\" for \"c\" until +1d", "code a b", "REQUEST İ ſ until  for", "link \u200b", "help \"", "rooms \xff"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		o, err := frontdesk.Parse(line)
		if err != nil {
			if err.Error() == "" || len(err.Error()) > 200 {
				t.Errorf("%q is refused with %q", line, err)
			}
			return
		}
		text := o.String()
		if strings.ContainsAny(text, "\r\n") || !utf8.ValidString(text) {
			t.Errorf("%q reads as %q", line, text)
		}
		again, err := frontdesk.Parse(text)
		if diff := cmp.Diff(o, again); diff != "" || err != nil {
			t.Errorf("%q, as %q, is another order: %v\n%s", line, text, err, diff)
		}
	})
}

// TestSay is a conversation; each row goes on from those before it.
func TestSay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.profile(8, "xmpp:dave@example.org")
	for _, c := range []struct{ jid, text, want string }{
		{alice, "whoami", "You are alice@example.org, linked to Alice Example: chair of bar, secr of foo, delegate of prop, chair of quic."},
		{dave, "whoami", "You are dave@example.org, which is not linked yet. Send: link"},
		{eve, "whoami", "You are eve@elsewhere.example. This desk cannot be sure of addresses of other servers. Use an address of example.org."},
		{eve, "request quic-dt Team", "Not done. This desk cannot be sure of addresses of other servers. Use an address of example.org."},
		{eve, "rooms qu", "quic - live, QUIC ＜b＞＆ more"},
		{eve, "rooms none", "There are no such rooms."},
		{alice, "status", "You have no requests."},
		{alice, "request quic-dt Design team until 2026-12-20 for talk", "Done. The room quic-dt is open until 2026-12-20. " +
			"xmpp:quic-dt@rooms.example.org?join To give it back, send: withdraw 1"},
		{alice, "request quic-dt Design team", "Not done. Request 1, which is open, has the name quic-dt."},
		{alice, "request hall Hall", "Waiting. Request 2 waits for the secretariat, because the room is for no group; the name is in the name space of no group. " +
			"To withdraw it, send: withdraw 2"},
		{alice, "status", "2 hall - waiting since 2026-11-24, because the room is for no group; the name is in the name space of no group\n" +
			"1 quic-dt - live until 2026-12-20"},
		{alice, "status 1", "Request 1 for the room quic-dt: live until 2026-12-20\nTitle: Design team\nFor: talk\nUntil: 2026-12-20\nDecided by: desk"},
		{bob, "status 1", "Not done. You have no request 1."},
		{bob, "withdraw 1", "Not done. You have no request 1."},
		{bob, "extend 1 until +60d", "Not done. You have no request 1."},
		{alice, "extend 1 until +60d", "Done. The room quic-dt stays open until 2027-01-23."},
		{alice, "extend 1 until +60d", "Not done. Request 1 has 2027-01-23 as its last day already."},
		{alice, "extend 1 until +400d", "Waiting. The extension of request 1 waits for the secretariat, because the last day is more than 180 days from now."},
		{alice, "extend 2 until +60d", "Not done. Request 2 is pending."},
		{alice, "pending", "I did not understand that; help says what I know."},
		{alice, "deny 2", "I did not understand that; help says what I know."},
		{alice, "approve 2", "I did not understand that; help says what I know."},
		{bob, "nonsense", "I did not understand that; help says what I know."},
		{amy, "pending", "1 quic-dt - live until 2027-01-23, an extension until 2027-12-29 waits, because the last day is more than 180 days from now, " +
			"by alice@example.org, chair of bar, secr of foo, delegate of prop, chair of quic, title: Design team\n" +
			"2 hall - waiting since 2026-11-24, because the room is for no group; the name is in the name space of no group, " +
			"by alice@example.org, chair of bar, secr of foo, delegate of prop, chair of quic, title: Hall"},
		{amy, "deny 1", "Write: deny NUMBER because TEXT"},
		{amy, "deny 1 because too long", "Done. The extension of request 1 is denied; the room stays until 2027-01-23."},
		{amy, "approve 2 as quic", "Not done. A group has this name."},
		{amy, "approve 2 as quic-dt", "Not done. Another open request has that name."},
		{amy, "approve 2 as corridor until +10d", "Done. Request 2 is approved, and the room corridor is open."},
		{amy, "approve 2", "Not done. Request 2 is live."},
		{amy, "approve 99", "Not done. There is no request 99."},
		{amy, "show 2", "Request 2 for the room corridor: live until 2026-12-04\nTitle: Hall\nFor: Hall\nUntil: 2026-12-04\n" +
			"By: alice@example.org, chair of bar, secr of foo, delegate of prop, chair of quic\nDecided by: amy@example.org"},
		{alice, "withdraw 2", "Done. Request 2 is withdrawn, and the room corridor is going to be archived."},
		{dave, "request quic-x X", "Not done. Your address is not linked to a person of the Datatracker. Use the command \"Link my address\" first."},
		{dave, "yes", "There was no question."},
		{dave, "link", "Your address is in the profile of Bob ＜b＞Example＜/b＞ ＆ Sons, ad of foo, ad of prop, ad of quic. Is that you? Answer: yes"},
		{dave, "yes", "Done. This address is linked to Bob ＜b＞Example＜/b＞ ＆ Sons now."},
		{dave, "unlink", "Done. This address is not linked any more."},
		{dave, "unlink", "Not done. This address is not linked."},
		{dave, "link nobody", "Not done. That is no mail address."},
		{dave, "link carol@mail.example", "If the Datatracker has a role for that address, a code is on its way. Send: code CODE"},
		{dave, "code x", "Not done. That is not the code."},
		{alice, "help withdraw", "withdraw NUMBER - withdraw a request"},
		{alice, " ", ""},
	} {
		w.rooms.reserved["quic"] = "a group has this name"
		w.now = w.now.Add(time.Second)
		if diff := cmp.Diff(c.want, w.say(c.jid, c.text)); diff != "" {
			t.Errorf("%s: %q -want +got:\n%s", c.jid, c.text, diff)
		}
	}
}

// TestTooLate has orders on requests that are decided already.
func TestTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(sample("quic-dt"), false)
	for _, c := range []struct{ jid, text, want string }{
		{amy, "deny 1 because no", "Done. Request 1 is denied."},
		{amy, "deny 1 because no", "Not done. Request 1 is denied."},
		{amy, "deny 9 because no", "Not done. There is no request 9."},
		{amy, "approve 1", "Not done. Request 1 is denied."},
		{alice, "withdraw 1", "Not done. Request 1 is denied."},
		{alice, "extend 1 until +60d", "Not done. Request 1 is denied."},
		{alice, "withdraw 9", "Not done. You have no request 9."},
	} {
		if diff := cmp.Diff(c.want, w.say(c.jid, c.text)); diff != "" {
			t.Errorf("%s: %q -want +got:\n%s", c.jid, c.text, diff)
		}
	}
}

// TestExtensionWithoutTheRole waits, however short it is.
func TestExtensionWithoutTheRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.live("quic-dt")
	w.people.roles.Roles = w.people.roles.Roles[5:]
	const want = "Waiting. The extension of request 1 waits for the secretariat, because you have no role in the group quic."
	if got := w.say(alice, "extend 1 until +40d"); got != want {
		t.Errorf("%q", got)
	}
	if got := w.say(amy, "extend 1 until +40d"); got != "Done. The room quic-dt stays open until 2027-01-03." {
		t.Errorf("the secretariat: %q", got)
	}
}

// TestApprovedTooLate has a request whose last day has passed while it waited.
func TestApprovedTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(sample("quic-dt"), false)
	w.now = time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC)
	if got := w.say(amy, "approve 1"); got != "Not done. The last day must be a date such as 2026-12-24, tomorrow or later." {
		t.Errorf("%q", got)
	}
	if got := w.say(amy, "approve 1 until +1d"); got != "Done. Request 1 is approved, and the room quic-dt is open." {
		t.Errorf("with another day: %q", got)
	}
}

// TestDecidedMeanwhile has two of the secretariat open the same request, and its
// owner withdraw it while a form is open.
func TestDecidedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(sample("quic-dt"), false)
	review := w.command(amy, "review", nil)
	change := w.command(alice, "change-request", values("do", "withdraw"))
	w.say(amy, "deny 1 because no")
	for _, c := range []struct {
		jid, node string
		a         frontdesk.Answer
	}{{amy, "review", review}, {alice, "change-request", change}} {
		got := w.run(c.jid, frontdesk.Step{Node: c.node, Session: c.a.Session})
		if got.Say != "Not done. Request 1 is denied." || got.Status != frontdesk.Completed {
			t.Errorf("%s: %+v", c.node, got)
		}
	}
}

// TestSecretariatWordsAreUnknown has the help of the others not name them.
func TestSecretariatWordsAreUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, word := range []string{"pending", "show", "approve", "deny"} {
		for jid, want := range map[string]bool{alice: false, dave: false, eve: false, amy: true} {
			if got := strings.Contains(w.say(jid, "help"), "\n"+word); got != want && w.say(jid, "help") != "" {
				t.Errorf("%s: the help has %s: %t", jid, word, got)
			}
			w.now = w.now.Add(time.Hour)
			if got := strings.HasPrefix(w.say(jid, "help "+word), word); got != want {
				t.Errorf("%s: help on %s: %t", jid, word, got)
			}
		}
	}
}

// TestAnswersAreShort has lists longer than an answer may be.
func TestAnswersAreShort(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.cfg.Quota = frontdesk.Quota{Group: 500, Person: 500, Days: 180, All: 500} })
	for i := range 60 {
		r := sample(fmt.Sprintf("quic-%s-%d", strings.Repeat("x", 40), i))
		r.Title, r.Purpose = strings.Repeat("long ", 40), strings.Repeat("ä", 300)
		w.add(r, i%2 == 0)
	}
	for jid, lines := range map[string][]string{alice: {"status", "rooms", "help", "status 1"}, amy: {"pending", "show 2", "help"}} {
		for _, line := range lines {
			got := w.say(jid, line)
			if n := utf8.RuneCountInString(got); n > 2000 || n == 0 {
				t.Errorf("%s: %q is answered with %d characters", jid, line, n)
			}
			if line == "status" && !strings.Contains(got, " more; ") {
				t.Errorf("the answer does not say that there is more: …%q", got[len(got)-80:])
			}
		}
	}
	w.tick()
	for _, m := range w.sent(amy) {
		if utf8.RuneCountInString(m) > 2000 {
			t.Errorf("a message of %d characters", utf8.RuneCountInString(m))
		}
	}
	for _, a := range []frontdesk.Answer{w.command(alice, "my-requests"), w.command(amy, "all-requests", values("state", "all")), w.command(eve, "rooms")} {
		checkForm(t, "a long list", a)
		if n := len(a.Form.Fields); n > 42 {
			t.Errorf("a list of %d fields", n)
		}
	}
	checkForm(t, "a long choice", w.command(alice, "change-request"))
	checkForm(t, "a long choice", w.command(amy, "review"))
}

// TestSameAnswerThreeTimes has two programs that answer each other fall silent,
// and a person heard again.
func TestSameAnswerThreeTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	said := func(jid string) (n int) {
		for range 6 {
			if w.say(jid, "hello") != "" {
				n++
			}
		}
		return n
	}
	if n := said(alice); n != 3 {
		t.Errorf("the same answer came %d times", n)
	}
	if n := said(bob); n != 3 {
		t.Errorf("another person had it %d times", n)
	}
	if w.say(alice, "whoami") == "" {
		t.Error("another answer does not come")
	}
	w.now = w.now.Add(10*time.Minute - time.Second)
	if n := said(alice); n != 0 {
		t.Errorf("within ten minutes it came %d times more", n)
	}
	w.now = w.now.Add(time.Second)
	if n := said(alice); n != 3 {
		t.Errorf("after ten minutes it came %d times", n)
	}
}
