package frontdesk_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/agenda"
	"muster/frontdesk"
)

// TestLinkByProfile has the profile name the JID in the ways that people write.
func TestLinkByProfile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*world)
		linked bool
		say    string
	}{
		"as designed":     {func(w *world) { w.profile(9, "xmpp:dave@example.org") }, true, "Done. This address is linked to Carol Example now."},
		"bare":            {func(w *world) { w.profile(9, " Dave@Example.org ") }, true, ""},
		"with a query":    {func(w *world) { w.profile(9, "XMPP:dave@example.org?message") }, true, ""},
		"with a resource": {func(w *world) { w.profile(9, "xmpp:dave@example.org/phone") }, true, ""},
		"escaped":         {func(w *world) { w.profile(9, "xmpp:d%61ve@example.org") }, true, ""},
		"twice":           {func(w *world) { w.profile(9, "xmpp:dave@example.org"); w.profile(9, "dave@example.org") }, true, ""},
		"nowhere":         {func(*world) {}, false, "Not done. No Datatracker profile names this address."},
		"a look-alike":    {func(w *world) { w.profile(9, "xmpp:d\u0430ve@example.org") }, false, "Not done. No Datatracker profile names this address."},
		"a longer one":    {func(w *world) { w.profile(9, "xmpp:dave@example.org.evil.example") }, false, ""},
		"of two persons": {func(w *world) { w.profile(9, "xmpp:dave@example.org"); w.profile(8, "xmpp:dave@example.org") }, false,
			"Not done. More than one Datatracker profile names this address."},
		"an incomplete list": {func(w *world) { w.profile(9, "xmpp:dave@example.org"); w.people.profiles.Incomplete = true }, false,
			"Not done. The Datatracker's profiles cannot be read at the moment."},
		"unread rows": {func(w *world) { w.profile(9, "xmpp:dave@example.org"); w.people.profiles.Unread = 1 }, false,
			"Not done. The Datatracker's profiles cannot be read at the moment."},
		"an old list": {func(w *world) {
			w.profile(9, "xmpp:dave@example.org")
			w.people.profiles.Confirmed = noon.Add(-25 * time.Hour)
		}, false, "Not done. The Datatracker's profiles cannot be read at the moment."},
		"turned off": {func(w *world) { w.profile(9, "xmpp:dave@example.org"); w.cfg.Profile = false }, false,
			"Not done. This address is not linked yet. Write to the secretariat to have your address linked."},
		"a person without a name": {func(w *world) { w.profile(99, "xmpp:dave@example.org") }, false, "Not done. The Datatracker does not answer at the moment."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(w *world) { w.cfg.Mail = false }, c.change)
			a := w.run(dave, frontdesk.Step{Node: "link"})
			if a.Status == frontdesk.Asking {
				a = w.run(dave, frontdesk.Step{Node: "link", Session: a.Session, Values: values("do", "yes")})
			}
			l, linked, err := w.store.LinkOf(t.Context(), dave)
			if err != nil || linked != c.linked || !strings.HasPrefix(a.Say, c.say) {
				t.Errorf("linked: %t, %v; the answer is %q", linked, err, a.Say)
			}
			if linked && (l.Way != frontdesk.ByProfile || l.Person != 9 || l.MadeBy != dave) {
				t.Errorf("the link is %+v", l)
			}
		})
	}
}

// TestProfileThatMoves has another profile name the JID between the question and
// the answer, and after the answer would come too late.
func TestProfileThatMoves(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*world)
		linked bool
	}{
		"the same":    {func(*world) {}, true},
		"another one": {func(w *world) { w.people.profiles.Profiles[0].Person = 8 }, false},
		"none":        {func(w *world) { w.people.profiles.Profiles = nil }, false},
	} {
		byForm, inChat := newWorld(t), newWorld(t)
		for _, w := range []*world{byForm, inChat} {
			w.profile(9, "xmpp:dave@example.org")
			a := w.run(dave, frontdesk.Step{Node: "link"})
			w.say(dave, "link")
			if c.change(w); w == byForm {
				w.run(dave, frontdesk.Step{Node: "link", Session: a.Session, Values: values("do", "yes")})
			} else {
				w.say(dave, "yes")
			}
			if _, linked, err := w.store.LinkOf(t.Context(), dave); err != nil || linked != c.linked {
				t.Errorf("%s: linked: %t, %v", name, linked, err)
			}
		}
	}
	w := newWorld(t)
	w.profile(9, "xmpp:dave@example.org")
	w.say(dave, "link")
	w.now = noon.Add(10 * time.Minute)
	if got := w.say(dave, "yes"); got != "There was no question." {
		t.Errorf("ten minutes later: %q", got)
	}
}

// TestLinkMessages: a taken-over profile or mailbox is seen by the person's other
// addresses, and by the secretariat.
func TestLinkMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.profile(7, "xmpp:dave@example.org")
	w.sent(alice)
	w.command(dave, "link", values("do", "yes"))
	for _, jid := range []string{alice, dave, amy} {
		want := []string{"The address dave@example.org was linked to Alice Example. If that is wrong, write to the secretariat."}
		if diff := cmp.Diff(want, w.sent(jid)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", jid, diff)
		}
	}
	if got := w.sent(bob); len(got) > 1 {
		t.Errorf("another person has %q", got)
	}
}

// TestLinkByMail has the answers be the same whether an address is known or not.
func TestLinkByMail(t *testing.T) {
	t.Parallel()
	// talk returns all answers of a conversation, without what differs by nature.
	talk := func(email string, change func(*world)) (*world, string) {
		w := newWorld(t, change)
		a := w.run(dave, frontdesk.Step{Node: "link"})
		var all []string
		for _, v := range []map[string]string{values("email", email), values("code", "AAAAAAAAAAAA"), values("code", ""), values("code", "x"),
			values("code", "x"), values("code", "x"), values("code", "x")} {
			a = w.run(dave, frontdesk.Step{Node: "link", Session: a.Session, Values: v})
			all = append(all, a.Say, string(a.Status), value(a, "say"), value(a, "to"))
		}
		if !strings.HasPrefix(a.Say, "Not done. ") || a.Status != frontdesk.Completed {
			t.Errorf("%s: it ends with %q", email, a.Say)
		}
		return w, strings.ReplaceAll(strings.Join(all, "\n"), strings.ToLower(email), "EMAIL")
	}
	nothing := func(*world) {}
	known, want := talk("carol@mail.example", nothing)
	if got := len(known.sent("carol@mail.example")); got != 1 {
		t.Errorf("%d mails to the known address", got)
	}
	if known.people.asked != 0 {
		t.Error("the Datatracker was asked for a person before the code was right")
	}
	for name, c := range map[string]struct {
		email  string
		change func(*world)
	}{
		"unknown": {"nobody@mail.example", nothing},
		"of two persons": {"carol@mail.example", func(w *world) {
			w.people.roles.Roles = append(w.people.roles.Roles, agenda.Role{Person: 8, Group: 6, Name: "secr", Email: "carol@mail.example"})
		}},
		"an old list": {"carol@mail.example", func(w *world) { w.people.roles.Confirmed = noon.Add(-25 * time.Hour) }},
	} {
		w, got := talk(c.email, c.change)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -known +unknown:\n%s", name, diff)
		}
		if n := len(w.sent(c.email)); n != 0 {
			t.Errorf("%s: %d mails", name, n)
		}
	}
}

// TestMailedCodeLinks goes from the address to the link, by form and in chat.
func TestMailedCodeLinks(t *testing.T) {
	t.Parallel()
	code := func(w *world) string {
		mails := w.sent("carol@mail.example")
		if len(mails) != 1 || !strings.Contains(mails[0], dave) {
			t.Fatalf("mails: %q", mails)
		}
		return regexp.MustCompile(`(?m)^[A-Z2-9]{12}$`).FindString(mails[0])
	}
	byForm := func(w *world) string {
		a := w.command(dave, "link", values("email", " Carol@Mail.example"))
		return w.run(dave, frontdesk.Step{Node: "link", Session: a.Session, Values: values("code", code(w))}).Say
	}
	inChat := func(w *world) string {
		w.say(dave, "link carol@mail.example")
		return w.say(dave, "code "+code(w))
	}
	for name, link := range map[string]func(*world) string{"by form": byForm, "in chat": inChat} {
		w := newWorld(t)
		if got := link(w); got != "Done. This address is linked to Carol Example now." {
			t.Errorf("%s: %q", name, got)
		}
		l, linked, err := w.store.LinkOf(t.Context(), dave)
		if err != nil || !linked || l.Person != 9 || l.Way != frontdesk.ByMail || l.Email != "carol@mail.example" {
			t.Errorf("%s: linked %t as %+v, %v", name, linked, l, err)
		}
	}
}

// TestCodeOfAnotherJID has a code that was mailed for one JID do nothing for
// another.
func TestCodeOfAnotherJID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.say(dave, "link carol@mail.example")
	code := regexp.MustCompile(`(?m)^[A-Z2-9]{12}$`).FindString(w.sent("carol@mail.example")[0])
	if got := w.say("mallory@example.org", "code "+code); !strings.HasPrefix(got, "Not done. ") {
		t.Errorf("another JID: %q", got)
	}
}

// TestNoMailWithoutMail has a desk without mail send none.
func TestNoMailWithoutMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.cfg.Mail = false })
	if got := w.say(dave, "link carol@mail.example"); !strings.HasPrefix(got, "Not done. This desk sends no mail.") {
		t.Errorf("chat: %q", got)
	}
	if a := w.run(dave, frontdesk.Step{Node: "link"}); a.Status != frontdesk.Completed || !a.Failed {
		t.Errorf("form: %+v", a)
	}
	if got := w.sent("carol@mail.example"); len(got) != 0 {
		t.Errorf("mails: %q", got)
	}
}
