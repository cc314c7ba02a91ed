package component_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"muster/frontdesk"
	"muster/frontdesk/component"
)

func TestChat(t *testing.T) {
	t.Parallel()
	o := connect(t, nil)
	for _, to := range []string{help, domain, help + "/desk"} {
		o.stream.Send("<message type='chat' from='%s' to='%s'><body>whoami &lt;&amp;</body><thread>t1</thread></message>", alice, to)
		e := o.next()
		got := []string{e.Name.Local, e.Attr("type"), e.Attr("from"), e.Attr("to"), e.Child("body").Text, e.Child("thread").Text}
		if diff := cmp.Diff([]string{"message", "chat", strings.TrimSuffix(to, "/desk"), alice, "You said: whoami <&", "t1"}, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	if diff := cmp.Diff([]string{"alice@example.org: whoami <&"}, o.desk.heard()[:1]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestNotAnswered has all that would make loops, or is not for the desk.
func TestNotAnswered(t *testing.T) {
	t.Parallel()
	o := connect(t, nil)
	const body = "<body>hello</body>"
	for name, stanza := range map[string]string{
		"an error":             "<message type='error' from='" + alice + "' to='" + help + "'>" + body + "</message>",
		"a headline":           "<message type='headline' from='" + alice + "' to='" + help + "'>" + body + "</message>",
		"said in a room":       "<message type='groupchat' from='quic@rooms.example.org/alice' to='" + help + "'>" + body + "</message>",
		"an unknown type":      "<message type='shout' from='" + alice + "' to='" + help + "'>" + body + "</message>",
		"kept on its way":      "<message from='" + alice + "' to='" + help + "'>" + body + "<delay xmlns='urn:xmpp:delay' stamp='2026-11-25T10:00:00Z'/></message>",
		"kept, the old way":    "<message from='" + alice + "' to='" + help + "'>" + body + "<x xmlns='jabber:x:delay'/></message>",
		"from the desk":        "<message from='" + domain + "' to='" + help + "'>" + body + "</message>",
		"from its chat":        "<message from='" + help + "/desk' to='" + help + "'>" + body + "</message>",
		"from an occupant":     "<message type='chat' from='quic@rooms.example.org/alice' to='" + help + "'>" + body + "</message>",
		"from the service":     "<message from='rooms.example.org' to='" + help + "'>" + body + "</message>",
		"of another service":   "<message type='chat' from='a@conference.example.net/b' to='" + help + "'>" + body + "<x xmlns='http://jabber.org/protocol/muc#user'/></message>",
		"a chat state":         "<message type='chat' from='" + alice + "' to='" + help + "'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>",
		"an empty body":        "<message type='chat' from='" + alice + "' to='" + help + "'><body/></message>",
		"to another":           "<message type='chat' from='" + alice + "' to='eve@" + domain + "'>" + body + "</message>",
		"from nowhere":         "<message type='chat' to='" + help + "'>" + body + "</message>",
		"an address that is":   "<message type='chat' from='a@b@c' to='" + help + "'>" + body + "</message>",
		"one not prepared":     "<message type='chat' from='a&#x2028;b@example.org' to='" + help + "'>" + body + "</message>",
		"a result":             "<iq type='result' id='1' from='" + alice + "' to='" + domain + "'/>",
		"an error of an IQ":    "<iq type='error' id='1' from='" + alice + "' to='" + domain + "'/>",
		"an IQ of no type":     "<iq id='1' from='" + alice + "' to='" + domain + "'/>",
		"available":            "<presence from='" + alice + "' to='" + help + "'/>",
		"unavailable":          "<presence type='unavailable' from='" + alice + "' to='" + help + "'/>",
		"an error of presence": "<presence type='error' from='" + alice + "' to='" + help + "'/>",
		"subscribed":           "<presence type='subscribed' from='" + alice + "' to='" + help + "'/>",
		"a room's presence":    "<presence type='subscribe' from='quic@rooms.example.org' to='" + help + "'/>",
		"none of these":        "<bogus from='" + alice + "' to='" + domain + "'/>",
	} {
		o.stream.Send("%s", stanza)
		o.quiet(name)
	}
	if said := o.desk.heard(); len(said) > 0 {
		t.Errorf("the desk was given %v", said)
	}
}

func TestEncryptedChat(t *testing.T) {
	t.Parallel()
	o := connect(t, nil)
	for n, content := range []string{
		"<body>request quic-dt</body><encryption xmlns='urn:xmpp:eme:0' namespace='eu.siacs.conversations.axolotl'/>",
		"<encrypted xmlns='eu.siacs.conversations.axolotl'><header/></encrypted>",
		"<body>OTR</body><encrypted xmlns='urn:xmpp:omemo:2'/>",
	} {
		o.stream.Send("<message type='chat' from='person%d@example.org/x' to='%s'>%s</message>", n, help, content)
		if got, want := o.next().Child("body").Text, "I cannot read encrypted messages; turn encryption off for this chat."; got != want {
			t.Errorf("%s was answered with %q", content, got)
		}
	}
	if said := o.desk.heard(); len(said) > 0 {
		t.Errorf("the desk was given %v", said)
	}
}

func TestLongAnswer(t *testing.T) {
	t.Parallel()
	o := connect(t, nil)
	o.desk.says(func(frontdesk.Caller, string) string { return strings.Repeat("ä", 2001) })
	o.say(alice, "help")
	if got := utf8.RuneCountInString(o.next().Child("body").Text); got != 2000 {
		t.Errorf("the answer has %d characters", got)
	}
	o.desk.says(func(frontdesk.Caller, string) string { return "" })
	o.say(alice, "help")
	o.quiet("silence")
}

// TestSameAnswer has another program answer the desk with the same words.
func TestSameAnswer(t *testing.T) {
	t.Parallel()
	o := connect(t, nil)
	o.desk.says(func(_ frontdesk.Caller, text string) string { return text })
	for range 3 {
		o.say(alice, "hello")
		o.next()
	}
	o.say(alice, "hello")
	o.say("alice@example.org/other", "hello")
	o.quiet("the fourth")
	o.say("bob@example.org/x", "hello") // another JID
	o.next()
	o.say(alice, "hello again") // another answer
	o.next()
	o.clock.pass(10*time.Minute - time.Second)
	o.say(alice, "hello")
	o.quiet("after ten minutes less a second")
	o.clock.pass(time.Second)
	o.say(alice, "hello")
	o.next()
}

const ping = "<ping xmlns='urn:xmpp:ping'/>"

// limitedOffice has the limits of a desk in use.
func limitedOffice(t *testing.T, change func(*component.Config)) *office {
	t.Helper()
	return connect(t, func(cfg *component.Config, o *office) {
		cfg.Limits = component.Limits{}
		o.desk.says(func(_ frontdesk.Caller, text string) string { return text })
		if change != nil {
			change(cfg)
		}
	})
}

// TestFlood has a person who writes too much: one message, then silence for ten
// minutes. Requests are answered all the same, and others notice nothing.
func TestFlood(t *testing.T) {
	t.Parallel()
	o := limitedOffice(t, nil)
	for n := range 20 {
		o.say(alice, fmt.Sprint("line ", n))
		if got := o.next().Child("body").Text; got != fmt.Sprint("line ", n) {
			t.Fatalf("line %d was answered with %q", n, got)
		}
	}
	o.say(alice, "too much")
	if got := o.next().Child("body").Text; !strings.HasPrefix(got, "Slow down") {
		t.Errorf("the 21st was answered with %q", got)
	}
	for range 100 {
		o.say(alice, "more")
	}
	if got := condition(o.ask("get", alice, domain, ping)); got != "wait resource-constraint" {
		t.Errorf("a request meanwhile: %s", got)
	}
	if got := condition(o.ask("get", "bob@example.org/x", domain, ping)); got != "no error" {
		t.Errorf("another meanwhile: %s", got)
	}
	if said := o.desk.heard(); len(said) != 20 {
		t.Errorf("the desk was given %d lines", len(said))
	}
	o.clock.pass(2 * time.Second) // one more is due
	if got := condition(o.ask("get", alice, domain, ping)); got != "no error" {
		t.Errorf("a request two seconds later: %s", got)
	}
	for _, later := range []time.Duration{5 * time.Minute, 5*time.Minute - 3*time.Second} {
		o.clock.pass(later)
		o.say(alice, "again")
		o.ask("get", alice, domain, ping)
	}
	o.clock.pass(2 * time.Second)
	o.say(alice, "sorry")
	if got := o.next().Child("body").Text; got != "sorry" {
		t.Errorf("after ten minutes: %q", got)
	}
	if n := o.observer.count("message limited"); n != 103 {
		t.Errorf("%d messages were over the limit", n)
	}
}

// TestLimits has each limit in requests that are answered at once, and in a
// minute.
func TestLimits(t *testing.T) {
	t.Parallel()
	one := func(jid string) func(int) string { return func(int) string { return jid + "/x" } }
	many := func(domain string) func(int) string {
		return func(n int) string { return fmt.Sprintf("p%d@%s/x", n, domain) }
	}
	for name, c := range map[string]struct {
		from         func(n int) string
		remote       bool
		once, minute int
	}{
		"a person":           {one("alice@example.org"), false, 20, 20},
		"a stranger":         {one("eve@example.net"), false, 6, 6},
		"a trusted stranger": {one("eve@example.net"), true, 20, 20},
		"another domain":     {many("example.net"), true, 120, 120},
		"the server's":       {many("example.org"), false, 600, 600},
		"all":                {func(n int) string { return fmt.Sprintf("p@d%d.example/x", n) }, true, 600, 600},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := limitedOffice(t, func(cfg *component.Config) { cfg.Remote = c.remote })
			count := func() (ok int) {
				for n := range 700 {
					if got := condition(o.ask("get", c.from(n), domain, ping)); got == "no error" {
						ok++
					} else if got != "wait resource-constraint" {
						t.Fatal(got)
					}
				}
				return ok
			}
			if got := count(); got != c.once {
				t.Errorf("%d were answered at once, want %d", got, c.once)
			}
			o.clock.pass(time.Minute)
			if got := count(); got != c.minute {
				t.Errorf("%d were answered a minute later, want %d", got, c.minute)
			}
		})
	}
}

// TestManyStrangers has a domain with an account for each stanza. The others are
// answered as ever.
func TestManyStrangers(t *testing.T) {
	t.Parallel()
	o := limitedOffice(t, nil)
	answered := 0
	for n := range 1000 {
		if condition(o.ask("get", fmt.Sprintf("p%d@example.net/x", n), domain, ping)) == "no error" {
			answered++
		}
	}
	if answered != 120 {
		t.Errorf("%d of the strangers were answered", answered)
	}
	for n := range 480 { // what is left of 600
		if got := condition(o.ask("get", fmt.Sprintf("p%d@example.org/x", n), domain, ping)); got != "no error" {
			t.Fatalf("request %d of others: %s", n, got)
		}
	}
}

// TestFullQueue has a desk that is stuck over one person. Others are answered,
// and what that person sends is refused once the queue is full.
func TestFullQueue(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	o := connect(t, func(_ *component.Config, o *office) {
		o.desk.says(func(_ frontdesk.Caller, text string) string {
			<-release
			return text
		})
	})
	o.say(alice, "wait")
	sent := 0
	for ; o.observer.count("iq full") == 0; sent++ {
		o.stream.Send("<iq type='get' id='%d' from='%s' to='%s'>%s</iq>", sent, alice, domain, ping)
		if sent > 100_000 {
			t.Fatal("the queue takes everything")
		}
	}
	if got := condition(o.next()); got != "wait resource-constraint" {
		t.Errorf("got %s", got)
	}
	close(release)
	// Everything was answered, refused or not.
	for answers := 1; answers < sent+1; answers++ {
		o.next()
	}
}

// TestOrder has one person's stanzas answered in their order.
func TestOrder(t *testing.T) {
	t.Parallel()
	o := connect(t, nil)
	for n := range 500 {
		o.stream.Send("<iq type='get' id='%d' from='%s' to='%s'>%s</iq>", n, []string{alice, "alice@example.org/other"}[n%2], domain, ping)
	}
	for n := range 500 {
		if e := o.next(); e.Attr("id") != fmt.Sprint(n) {
			t.Fatalf("answer %d is to %s", n, e.Attr("id"))
		}
	}
}
