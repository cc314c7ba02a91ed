package xep_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"mellium.im/xmlstream"

	"muster/xmppadmin/xep"
)

func read(t *testing.T, text string) xep.Stanza {
	t.Helper()
	s, err := xep.ReadStanza(xml.NewDecoder(strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func write(t *testing.T, r xml.TokenReader) string {
	t.Helper()
	var b strings.Builder
	e := xml.NewEncoder(&b)
	if _, err := xmlstream.Copy(e, r); err != nil {
		t.Fatal(err)
	}
	if err := e.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReadStanza(t *testing.T) {
	t.Parallel()
	s := read(t, `<message xmlns='jabber:component:accept' type='chat' id='7' from='a@x/1' to='help@desk'>
		<body>hello</body><thread>t</thread><x xmlns='urn:other'><body>not this</body></x></message>`)
	body, _ := s.Body()
	got := []string{s.Kind, s.Type, s.ID, s.From, s.To, body, s.Thread()}
	if diff := cmp.Diff([]string{"message", "chat", "7", "a@x/1", "help@desk", "hello", "t"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if s.TooLarge || s.Delayed() || s.Encrypted() {
		t.Errorf("too large %v, delayed %v, encrypted %v", s.TooLarge, s.Delayed(), s.Encrypted())
	}
}

// TestStanzaBounds has what is too large read through to its end: the stanza
// behind it comes next.
func TestStanzaBounds(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }
	for name, c := range map[string]struct {
		content string
		over    bool
	}{
		"small":                    {"<body>x</body>", false},
		"sixteen levels":           {nested(15), false},
		"seventeen":                {nested(16), true},
		"a thousand":               {nested(1000), true},
		"a long text":              {"<body>" + strings.Repeat("x", 60<<10) + "</body>", false},
		"longer":                   {"<body>" + strings.Repeat("x", 65<<10) + "</body>", true},
		"many elements":            {strings.Repeat("<a/>", 20000), true},
		"many attributes":          {"<a b='" + strings.Repeat("x", 65<<10) + "'/>", true},
		"deep, and more behind it": {nested(20) + "<body>x</body>", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := xml.NewDecoder(strings.NewReader("<stream><message from='a' id='1'>" + c.content + "</message><iq id='2'/></stream>"))
			if _, err := d.Token(); err != nil {
				t.Fatal(err)
			}
			first, err := xep.ReadStanza(d)
			if err != nil {
				t.Fatal(err)
			}
			second, err := xep.ReadStanza(d)
			if err != nil {
				t.Fatal(err)
			}
			_, kept := first.Body()
			if first.TooLarge != c.over || c.over && kept || first.From != "a" || second.Kind != "iq" || second.ID != "2" {
				t.Errorf("got %+v (body %v), then %+v; want too large %v", first, kept, second, c.over)
			}
		})
	}
}

func TestReadCommand(t *testing.T) {
	t.Parallel()
	field := func(values int) string { return "<field var='f'>" + strings.Repeat("<value/>", values) + "</field>" }
	form := func(content string) string {
		return "<command xmlns='http://jabber.org/protocol/commands' node='n' sessionid='s' action='next'>" +
			"<x xmlns='jabber:x:data' type='submit'>" + content + "</x></command>"
	}
	for name, c := range map[string]struct{ payload, want string }{
		"none":               {"<ping xmlns='urn:xmpp:ping'/>", io.EOF.Error()},
		"a field":            {form("<field var='a'><value>1</value><value>2</value></field>"), "n s next [{a   false [1 2] []}]"},
		"from elsewhere":     {form("<other xmlns='urn:x'><field var='a'/></other>"), "n s next []"},
		"64 fields":          {form(strings.Repeat("<field/>", 64)), "n s next [" + strings.TrimSpace(strings.Repeat("{   false [] []} ", 64)) + "]"},
		"65 fields":          {form(strings.Repeat("<field/>", 65)), "the form is too large"},
		"65 values":          {form(field(65)), "the form is too large"},
		"2 KiB of value":     {form("<field var='a'><value>" + strings.Repeat("x", 2048) + "</value></field>"), "n s next [{a   false [" + strings.Repeat("x", 2048) + "] []}]"},
		"more than 2 KiB":    {form("<field var='a'><value>" + strings.Repeat("x", 2049) + "</value></field>"), "the form is too large"},
		"no form":            {"<command xmlns='http://jabber.org/protocol/commands' node='n'/>", "n  "},
		"attributes, no xml": {"<command xmlns='http://jabber.org/protocol/commands' node='n' x:node='m' xmlns:x='urn:x'/>", "n  "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, err := read(t, "<iq type='set' id='1'>"+c.payload+"</iq>").Command()
			got := fmt.Sprintf("%s %s %s", req.Node, req.SessionID, req.Action)
			if req.Form != nil {
				got += fmt.Sprintf(" %v", req.Form.Fields)
			}
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestEncryptedAndDelayed(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"<body>x</body>": "false false",
		"<encryption xmlns='urn:xmpp:eme:0' namespace='urn:x'/><body>x</body>":              "true false",
		"<encryption xmlns='urn:other'/>":                                                   "false false",
		"<encrypted xmlns='eu.siacs.conversations.axolotl'/>":                               "true false",
		"<encrypted xmlns='urn:xmpp:omemo:2'/>":                                             "true false",
		"<x xmlns='jabber:x:encrypted'>-----</x>":                                           "true false",
		"<openpgp xmlns='urn:xmpp:openpgp:0'/>":                                             "true false",
		"<delay xmlns='urn:xmpp:delay' stamp='2026-11-25T10:00:00Z'/>":                      "false true",
		"<x xmlns='jabber:x:delay' stamp='20261125T10:00:00'/>":                             "false true",
		"<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay'/></forwarded>": "false false",
	} {
		s := read(t, "<message xmlns='jabber:component:accept'>"+content+"</message>")
		if got := fmt.Sprint(s.Encrypted(), s.Delayed()); got != want {
			t.Errorf("%s: got %s, want %s", content, got, want)
		}
	}
}

func TestWriteAnswers(t *testing.T) {
	t.Parallel()
	asked := read(t, `<iq type='set' id='9' from='a@x/1' to='desk'><q xmlns='urn:q'/></iq>`)
	form := &xep.Form{Type: "form", Title: "T", Instructions: "I", Fields: []xep.Field{
		{Var: "say", Type: "fixed", Values: []string{"hello"}},
		{Var: "l", Type: "list-single", Label: "L", Required: true, Values: []string{"y"}, Options: []xep.Option{{Label: "X", Value: "x"}, {Value: "y"}}},
	}}
	const x = `<x xmlns="jabber:x:data" type="form"><title>T</title><instructions>I</instructions>` +
		`<field var="say" type="fixed"><value>hello</value></field>` +
		`<field var="l" type="list-single" label="L"><required></required><value>y</value>` +
		`<option label="X"><value>x</value></option><option><value>y</value></option></field></x>`
	for name, c := range map[string]struct {
		r    xml.TokenReader
		want string
	}{
		"a stage": {xep.CommandAnswer{
			Node: "n", SessionID: "s", Status: "executing", Default: "next", Actions: []string{"next", "prev"}, Form: form,
		}.TokenReader(), `<command xmlns="http://jabber.org/protocol/commands" node="n" sessionid="s" status="executing">` +
			`<actions execute="next"><prev></prev><next></next></actions>` + x + `</command>`},
		"an end": {xep.CommandAnswer{
			Node: "n", SessionID: "s", Status: "completed", Default: "complete", Notes: []xep.Note{{Type: "error", Text: "Not done. <&>"}},
		}.TokenReader(), `<command xmlns="http://jabber.org/protocol/commands" node="n" sessionid="s" status="completed">` +
			`<note type="error">Not done. &lt;&amp;&gt;</note></command>`},
		"a form filled in": {xep.NewSubmission("").With("a", "1").TokenReader(),
			`<x xmlns="jabber:x:data" type="submit"><field var="a"><value>1</value></field></x>`},
		"a result": {asked.Result(nil), `<iq type="result" id="9" from="desk" to="a@x/1"></iq>`},
		"a refusal": {asked.Refusal("wait", "resource-constraint", "later"), `<iq type="error" id="9" from="desk" to="a@x/1"><error type="wait">` +
			`<resource-constraint xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"></resource-constraint>` +
			`<text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas">later</text></error></iq>`},
		"a message": {xep.Chat("help@desk", "a@x", "5", "t", "hi"),
			`<message type="chat" id="5" from="help@desk" to="a@x"><body>hi</body><thread>t</thread></message>`},
		"items": {xep.ItemList("n", []xep.DiscoItem{{JID: "desk", Node: "rooms", Name: "Which rooms are there"}}),
			`<query xmlns="http://jabber.org/protocol/disco#items" node="n"><item jid="desk" node="rooms" name="Which rooms are there"></item></query>`},
	} {
		if got := write(t, c.r); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, c.want)
		}
	}
}

// TestCapsVersion has the example of XEP-0115 §5.2.
func TestCapsVersion(t *testing.T) {
	t.Parallel()
	d := xep.Description{
		Identities: []xep.Identity{{Category: "client", Type: "pc", Name: "Exodus 0.9.1"}},
		Features: []string{
			"http://jabber.org/protocol/muc", "http://jabber.org/protocol/disco#items",
			"http://jabber.org/protocol/disco#info", "http://jabber.org/protocol/caps",
		},
	}
	if got, want := d.Version(), "QgayPKawpkPSDYmwT/WM94uAlu0="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCondition(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"": "undefined-condition: ",
		"<error type='cancel'><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>gone fishing</text>" +
			"<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>": "service-unavailable: gone fishing",
	} {
		condition, text := read(t, "<message type='error'>"+content+"</message>").Condition()
		if got := condition + ": " + text; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// FuzzCommand reads what anyone may send to a desk. What was read is written and
// read again as the same.
func FuzzCommand(f *testing.F) {
	for _, seed := range []string{
		`<iq type='set' id='1'><command xmlns='http://jabber.org/protocol/commands' node='n' action='execute'/></iq>`,
		`<iq type='set' id='1'><command xmlns='http://jabber.org/protocol/commands' node='n' sessionid='s'>` +
			`<x xmlns='jabber:x:data' type='submit'><field var='a' type='fixed'><value>&lt;1&#13;</value><value/></field></x></command></iq>`,
		`<iq><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></iq>`,
		`<message><body>x</body><encryption xmlns='urn:xmpp:eme:0'/><delay xmlns='urn:xmpp:delay'/></message>`,
		`<iq><error><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := xep.ReadStanza(xml.NewDecoder(strings.NewReader(text)))
		if err != nil {
			return
		}
		s.Payload()
		s.Body()
		s.Condition()
		s.Encrypted()
		s.Delayed()
		req, err := s.Command()
		if err != nil {
			return
		}
		again, err := read(t, "<iq>"+write(t, req.TokenReader())+"</iq>").Command()
		if errors.Is(err, io.EOF) || err != nil && !strings.Contains(err.Error(), "too large") {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if diff := cmp.Diff(req, again); err == nil && diff != "" {
			t.Fatalf("written and read again (-want +got):\n%s", diff)
		}
	})
}
