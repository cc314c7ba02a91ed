package component_test

import (
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster/fixtures/xmpptest"
	"muster/frontdesk"
	"muster/frontdesk/component"
	"muster/xmppadmin/session"
)

const (
	alice    = "alice@example.org/home"
	info     = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
	items    = "<query xmlns='http://jabber.org/protocol/disco#items'/>"
	commands = "http://jabber.org/protocol/commands"
)

func infoOf(node string) string  { return strings.Replace(info, "/>", " node='"+node+"'/>", 1) }
func itemsOf(node string) string { return strings.Replace(items, "/>", " node='"+node+"'/>", 1) }

// described returns the identities and features in the answer to disco#info.
func described(e xmpptest.Element) (identities, features []string) {
	for _, c := range e.Payload().Children {
		if c.Name.Local == "identity" {
			identities = append(identities, c.Attr("category")+"/"+c.Attr("type")+"//"+c.Attr("name"))
		} else {
			features = append(features, c.Attr("var"))
		}
	}
	slices.Sort(identities)
	slices.Sort(features)
	return identities, features
}

func TestDescription(t *testing.T) {
	t.Parallel()
	o := connect(t, nil)
	for _, to := range []string{domain, help, help + "/desk"} {
		identities, features := described(o.ask("get", alice, to, info))
		if diff := cmp.Diff([]string{"automation/command-list//IETF room desk", "client/bot//IETF room desk"}, identities); diff != "" {
			t.Errorf("%s (-want +got):\n%s", to, diff)
		}
		for _, f := range []string{commands, "jabber:x:data", "urn:xmpp:ping", "http://jabber.org/protocol/caps"} {
			if !slices.Contains(features, f) {
				t.Errorf("%s has no feature %s: %v", to, f, features)
			}
		}
	}
	identities, features := described(o.ask("get", alice, domain, infoOf("request-room")))
	if diff := cmp.Diff([]string{"automation/command-node//Request a room"}, identities); diff != "" || !slices.Contains(features, commands) {
		t.Errorf("of a command: features %v, identities (-want +got):\n%s", features, diff)
	}
	if got := condition(o.ask("get", alice, domain, infoOf("review"))); got != "cancel item-not-found" {
		t.Errorf("of a command that is not for alice: %s", got)
	}
}

func TestItems(t *testing.T) {
	t.Parallel()
	o := connect(t, nil)
	list := func(e xmpptest.Element) (found []string) {
		for _, c := range e.Payload().Children {
			found = append(found, c.Attr("jid")+" "+c.Attr("node")+" "+c.Attr("name"))
		}
		return found
	}
	for _, c := range []struct {
		from, to, payload string
		want              []string
	}{
		{alice, domain, items, []string{help + "  IETF room desk"}},
		{alice, help, items, nil},
		{alice, domain, itemsOf(commands), []string{domain + " rooms Which rooms are there", domain + " request-room Request a room"}},
		{alice, help + "/desk", itemsOf(commands), []string{help + " rooms Which rooms are there", help + " request-room Request a room"}},
		{"muster@example.org/x", domain, itemsOf(commands), []string{
			domain + " rooms Which rooms are there", domain + " request-room Request a room", domain + " review Review requests"}},
	} {
		if diff := cmp.Diff(c.want, list(o.ask("get", c.from, c.to, c.payload))); diff != "" {
			t.Errorf("%s at %s (-want +got):\n%s", c.payload, c.to, diff)
		}
	}
}

// TestPresence has the hash in the presence lead to the description that it was
// made of (XEP-0115 §5.4).
func TestPresence(t *testing.T) {
	t.Parallel()
	o := connect(t, nil)
	for _, at := range []string{domain, help} {
		o.stream.Send("<presence type='subscribe' from='alice@example.org' to='%s'/>", at)
		if e := o.next(); e.Attr("type") != "subscribed" || e.Attr("from") != at || e.Attr("to") != "alice@example.org" {
			t.Errorf("subscribe was answered by %+v", e)
		}
		for range 2 { // the one after subscribed, and that for the probe
			e := o.next()
			c := e.Child("c")
			if e.Name.Local != "presence" || e.Attr("type") != "" || e.Attr("from") != at+"/desk" || c.Attr("hash") != "sha-1" {
				t.Fatalf("the presence is %+v", e)
			}
			identities, features := described(o.ask("get", alice, at+"/desk", infoOf(c.Attr("node")+"#"+c.Attr("ver"))))
			sum := sha1.Sum([]byte(strings.Join(identities, "<") + "<" + strings.Join(features, "<") + "<"))
			if got := base64.StdEncoding.EncodeToString(sum[:]); got != c.Attr("ver") {
				t.Errorf("the hash is %s, that of the description %s", c.Attr("ver"), got)
			}
			o.stream.Send("<presence type='probe' from='alice@example.org' to='%s'/>", at)
		}
		o.next() // of the second probe
		o.stream.Send("<presence type='unsubscribe' from='alice@example.org' to='%s'/>", at)
		if e := o.next(); e.Attr("type") != "unsubscribed" {
			t.Errorf("unsubscribe was answered by %+v", e)
		}
	}
}

// TestEveryRequestIsAnswered has errors of programs; each has a text for those
// clients that show it.
func TestEveryRequestIsAnswered(t *testing.T) {
	t.Parallel()
	o := connect(t, nil)
	run := func(attributes, content string) string {
		return "<command xmlns='" + commands + "' " + attributes + ">" + content + "</command>"
	}
	fields := func(n int, content string) string {
		return "<x xmlns='jabber:x:data' type='submit'>" + strings.Repeat("<field var='a'>"+content+"</field>", n) + "</x>"
	}
	for name, c := range map[string]struct{ kind, to, payload, want string }{
		"ping":             {"get", domain, "<ping xmlns='urn:xmpp:ping'/>", "no error"},
		"ping, chat":       {"get", help, "<ping xmlns='urn:xmpp:ping'/>", "no error"},
		"nothing":          {"get", domain, "", "modify bad-request"},
		"two":              {"set", domain, "<a xmlns='urn:a'/><b xmlns='urn:b'/>", "modify bad-request"},
		"unknown get":      {"get", domain, "<query xmlns='jabber:iq:version'/>", "cancel service-unavailable"},
		"unknown set":      {"set", help, "<query xmlns='jabber:iq:register'/>", "cancel service-unavailable"},
		"set of a get":     {"set", domain, info, "cancel service-unavailable"},
		"command by get":   {"get", domain, run("node='rooms'", ""), "modify bad-request"},
		"no node":          {"set", domain, run("", ""), "modify bad-request"},
		"unknown node":     {"set", domain, run("node='make-coffee'", ""), "cancel item-not-found"},
		"unknown action":   {"set", domain, run("node='rooms' action='explode'", ""), "modify bad-request"},
		"unknown list":     {"get", domain, itemsOf("make-coffee"), "cancel item-not-found"},
		"unknown address":  {"get", "eve@" + domain, info, "cancel item-not-found"},
		"65 fields":        {"set", domain, run("node='rooms'", fields(65, "")), "modify not-acceptable"},
		"65 values":        {"set", domain, run("node='rooms'", fields(1, strings.Repeat("<value/>", 65))), "modify not-acceptable"},
		"a long value":     {"set", domain, run("node='rooms'", fields(1, "<value>"+strings.Repeat("x", 2049)+"</value>")), "modify not-acceptable"},
		"64 of everything": {"set", domain, run("node='rooms'", fields(64, strings.Repeat("<value>x</value>", 14))), "no error"},
		"a long stanza":    {"set", domain, run("node='rooms'", strings.Repeat("<note>xxxxxxxxxx</note>", 4000)), "modify not-acceptable"},
		"a deep stanza":    {"get", domain, strings.Repeat("<a xmlns='urn:a'>", 16) + strings.Repeat("</a>", 16), "modify not-acceptable"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := condition(o.ask(c.kind, alice, c.to, c.payload)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	t.Run("from a room", func(t *testing.T) {
		if got := condition(o.ask("get", "quic@rooms.example.org/alice", domain, info)); got != "cancel not-allowed" {
			t.Error(got)
		}
	})
	o.desk.runs(func(frontdesk.Caller, frontdesk.Step) frontdesk.Answer { panic("on purpose") })
	t.Run("a desk that panics", func(t *testing.T) {
		if got := condition(o.ask("set", alice, domain, run("node='rooms'", ""))); got != "wait internal-server-error" {
			t.Error(got)
		}
		if got := condition(o.ask("get", alice, domain, info)); got != "no error" {
			t.Errorf("afterwards: %s", got)
		}
	})
	if n := o.observer.count("command failed"); n != 1 {
		t.Errorf("%d commands have failed", n)
	}
}

// TestForward has every action that clients take for forward, and those that are
// none.
func TestForward(t *testing.T) {
	t.Parallel()
	o := connect(t, nil)
	for action, want := range map[string]frontdesk.Way{
		"": frontdesk.Forward, "execute": frontdesk.Forward, "next": frontdesk.Forward, "complete": frontdesk.Forward,
		"prev": frontdesk.Back, "cancel": frontdesk.Cancel,
	} {
		attribute := ""
		if action != "" {
			attribute = fmt.Sprintf("action='%s'", action)
		}
		o.ask("set", alice, domain, "<command xmlns='"+commands+"' node='request-room' sessionid='one' "+attribute+"/>")
		if s := o.desk.last(); s.Way != want || s.Session != "one" || s.Node != "request-room" {
			t.Errorf("action %q: the step is %+v, want way %d", action, s, want)
		}
	}
}

// TestSubmission has what the different clients send for the same form.
func TestSubmission(t *testing.T) {
	t.Parallel()
	o := connect(t, nil)
	for name, c := range map[string]struct {
		fields string
		want   map[string]string
	}{
		"no form": {"", nil},
		"fixed fields sent back": {"<x xmlns='jabber:x:data' type='submit'><field type='fixed' var='say'><value>Hello</value></field>" +
			"<field type='fixed'><value>x</value></field><field var='title'><value>A room</value></field></x>", map[string]string{"title": "A room"}},
		"several values": {"<x xmlns='jabber:x:data' type='submit'><field var='a'><value>1</value><value>2</value></field></x>", map[string]string{"a": "1"}},
		"empty ones":     {"<x xmlns='jabber:x:data' type='submit'><field var='a'/><field var='b'><value/></field></x>", map[string]string{"a": "", "b": ""}},
		"twice":          {"<x xmlns='jabber:x:data' type='submit'><field var='a'><value>1</value></field><field var='a'><value>2</value></field></x>", map[string]string{"a": "1"}},
		"hidden":         {"<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>urn:x</value></field></x>", map[string]string{"FORM_TYPE": "urn:x"}},
		"unknown children": {"<x xmlns='jabber:x:data' type='submit'><title>x</title><field var='a'><desc>d</desc><value>1</value></field></x>",
			map[string]string{"a": "1"}},
	} {
		o.ask("set", alice, domain, "<command xmlns='"+commands+"' node='request-room' action='next'>"+c.fields+"</command>")
		if diff := cmp.Diff(c.want, o.desk.last().Values); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestStages walks through the command and looks at all that is sent.
func TestStages(t *testing.T) {
	t.Parallel()
	o := connect(t, nil)
	step := func(session, action string) xmpptest.Element {
		return o.ask("set", alice, domain, "<command xmlns='"+commands+"' node='request-room' sessionid='"+session+"' action='"+action+"'/>").Payload()
	}
	actions := func(e xmpptest.Element) string {
		a := e.Child("actions")
		text := a.Attr("execute") + ":"
		for _, c := range a.Children {
			text += " " + c.Name.Local
		}
		return text
	}
	for _, c := range []struct{ session, action, want string }{
		{"", "execute", "one executing next: next form fixed list-single text-single"},
		{"one", "next", "two executing complete: prev complete form fixed fixed"},
		{"two", "prev", "one executing next: next form fixed list-single text-single"},
		{"two", "next", "two completed : result text-single"},
		{"two", "cancel", "two canceled : "},
	} {
		e := step(c.session, c.action)
		got := fmt.Sprint(e.Attr("sessionid"), " ", e.Attr("status"), " ", actions(e), " ", e.Child("x").Attr("type"))
		for _, f := range e.Find("field") {
			got += " " + f.Attr("type")
			if f.Attr("var") == "" || len(f.Find("value")) == 0 {
				t.Errorf("a field without a name or a value: %+v", f)
			}
		}
		if got != c.want || e.Attr("node") != "request-room" {
			t.Errorf("%s %s:\ngot  %s\nwant %s", c.session, c.action, got, c.want)
		}
	}
}

// TestRefusalsToPeople are no errors of the protocol: clients show those badly.
func TestRefusalsToPeople(t *testing.T) {
	t.Parallel()
	o := connect(t, nil)
	const text = "Not done. This form was open for too long, nothing was changed. Start the command again."
	o.desk.runs(func(_ frontdesk.Caller, s frontdesk.Step) frontdesk.Answer {
		return frontdesk.Answer{Session: s.Session, Status: frontdesk.Completed, Failed: true, Say: text, Form: &frontdesk.Form{
			Fields: []frontdesk.Field{{Name: "outcome", Type: frontdesk.TextSingle, Label: "Outcome", Value: text}},
		}}
	})
	e := o.ask("set", alice, help, "<command xmlns='"+commands+"' node='review' sessionid='gone'/>")
	c := e.Payload()
	if e.Attr("type") != "result" || c.Attr("status") != "completed" || c.Attr("sessionid") != "gone" ||
		c.Child("note").Attr("type") != "error" || c.Child("note").Text != text || c.Child("x").Attr("type") != "result" ||
		c.Child("actions").Name.Local != "" || c.Fields()["outcome"][0] != text {
		t.Errorf("got %+v", e)
	}
	o.desk.runs(func(frontdesk.Caller, frontdesk.Step) frontdesk.Answer {
		return frontdesk.Answer{Status: frontdesk.Completed, Say: "Done."}
	})
	if c := o.ask("set", alice, help, "<command xmlns='"+commands+"' node='rooms'/>").Payload(); c.Attr("sessionid") == "" || c.Child("note").Attr("type") != "info" {
		t.Errorf("an answer without a session: %+v", c)
	}
}

// TestMisconfigured has Serve return at once what cannot become right.
func TestMisconfigured(t *testing.T) {
	t.Parallel()
	err := component.Serve(t.Context(), component.Config{Domain: domain, Chat: "help", Address: "192.0.2.1:5347"}, new(fakeDesk), newOutbox())
	var ce *session.ConnectError
	if !errors.As(err, &ce) || ce.Hint.Kind != session.HintLoopback {
		t.Errorf("got %v", err)
	}
}
