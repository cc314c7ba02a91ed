package xep

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"mellium.im/xmlstream"
)

const archiveJID = "quic@rooms.example.org"

// resultOf wraps an archived message as an archive sends it.
func resultOf(from, query, message string) string {
	return fmt.Sprintf(`<message xmlns='jabber:client' from='%s' to='muster@example.org/x'>
		<result xmlns='urn:xmpp:mam:2' queryid='%s' id='a1'><forwarded xmlns='urn:xmpp:forward:0'>
		%s<delay xmlns='urn:xmpp:delay' stamp='2026-11-25T14:00:01.5Z'/></forwarded></result></message>`, from, query, message)
}

// collect passes stanzas to a collector whose query is q1.
func collect(t testing.TB, stanzas ...string) ([]ArchivedMessage, error) {
	t.Helper()
	c := &archiveCollector{at: archiveJID, id: "q1"}
	for _, s := range stanzas {
		name := "message"
		if strings.HasPrefix(s, "<presence") {
			name = "presence"
		}
		if err := c.handle(name, xml.NewDecoder(strings.NewReader(s))); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return c.collected()
}

func TestArchivedMessages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string // in the message
		want     ArchivedMessage
	}{
		{"a text", `<body>hello</body>`, ArchivedMessage{Body: "hello"}},
		{"several texts", `<body xml:lang='de'>hallo</body><body>hello</body>`, ArchivedMessage{Body: "hallo", Lang: "de"}},
		{"a subject", `<subject>agenda</subject>`, ArchivedMessage{Subject: "agenda", HasSubject: true}},
		{"an empty subject", `<subject/>`, ArchivedMessage{HasSubject: true}},
		{
			"ids", `<body>x</body><occupant-id xmlns='urn:xmpp:occupant-id:0' id='o1'/><origin-id xmlns='urn:xmpp:sid:0' id='g1'/>
			<stanza-id xmlns='urn:xmpp:sid:0' id='forged' by='elsewhere'/>`,
			ArchivedMessage{Body: "x", Occupant: "o1", Origin: "g1"},
		},
		{
			"a correction", `<body>hello</body><replace xmlns='urn:xmpp:message-correct:0' id='m0'/>`,
			ArchivedMessage{Body: "hello", Replaces: "m0"},
		},
		{
			"a reply with a fallback", `<body>> hi
hello</body><reply xmlns='urn:xmpp:reply:0' id='a0' to='x'/>
			<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='5'/></fallback>`,
			ArchivedMessage{
				Body: "> hi\nhello", Reply: "a0",
				Fallbacks: []Fallback{{For: "urn:xmpp:reply:0", Start: 0, End: 5}},
			},
		},
		{
			"fallbacks of the whole body, and of the subject", `<body>x</body><fallback xmlns='urn:xmpp:fallback:0' for='u'/>
			<fallback xmlns='urn:xmpp:fallback:0' for='v'><subject/></fallback>`,
			ArchivedMessage{Body: "x", Fallbacks: []Fallback{{For: "u", Start: -1, End: -1}}},
		},
		{
			"a reaction", `<reactions xmlns='urn:xmpp:reactions:0' id='a0'><reaction>👍</reaction><reaction>🦜</reaction></reactions>`,
			ArchivedMessage{Reacts: "a0", Reactions: []string{"👍", "🦜"}},
		},
		{"a retraction", `<retract xmlns='urn:xmpp:message-retract:1' id='a0'/>`, ArchivedMessage{Retracts: "a0"}},
		{
			"a former retraction", `<apply-to xmlns='urn:xmpp:fasten:0' id='g0'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>`,
			ArchivedMessage{RetractsOrigin: "g0"},
		},
		{
			"a moderation that an occupant claims", `<apply-to xmlns='urn:xmpp:fasten:0' id='a0'>
			<moderated xmlns='urn:xmpp:message-moderate:0' by='x'><reason>spam</reason></moderated></apply-to>`,
			ArchivedMessage{},
		},
		{
			"a former tombstone", `<moderated xmlns='urn:xmpp:message-moderate:0' by='x'>
			<retracted xmlns='urn:xmpp:message-retract:0' stamp='2026-11-25T14:00:02Z'/><reason>spam</reason></moderated>`,
			ArchivedMessage{Tombstone: true, Reason: "spam"},
		},
		{
			"a tombstone", `<retracted xmlns='urn:xmpp:message-retract:1' stamp='2026-11-25T14:00:02Z'><reason>spam</reason></retracted>`,
			ArchivedMessage{Tombstone: true, Reason: "spam"},
		},
		{"a marker", `<displayed xmlns='urn:xmpp:chat-markers:0' id='m0'/>`, ArchivedMessage{Marker: true}},
		{"a text that wants a marker", `<body>x</body><markable xmlns='urn:xmpp:chat-markers:0'/>`, ArchivedMessage{Body: "x"}},
		{
			"a real address", `<body>x</body><x xmlns='http://jabber.org/protocol/muc#user'><item jid='alice@example.org/phone'/></x>`,
			ArchivedMessage{Body: "x"},
		},
		{"a forged time", `<body>x</body><delay xmlns='urn:xmpp:delay' stamp='2001-01-01T00:00:00Z'/>`, ArchivedMessage{Body: "x"}},
		{
			"a result within", `<body>x</body><result xmlns='urn:xmpp:mam:2' queryid='q1' id='a9'/>`,
			ArchivedMessage{Body: "x", Extra: `<result xmlns="urn:xmpp:mam:2" queryid="q1" id="a9"></result>`},
		},
		{
			"an unknown extension", `<body>x</body><x xmlns='jabber:x:oob'><url>https://example.org/?a=1&amp;b</url></x>`,
			ArchivedMessage{Body: "x", Extra: `<x xmlns="jabber:x:oob"><url xmlns="jabber:x:oob">https://example.org/?a=1&amp;b</url></x>`},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := collect(t, resultOf(archiveJID, "q1",
				"<message xmlns='jabber:client' type='groupchat' id='m1' from='quic@rooms.example.org/al/ice'>"+c.in+"</message>"))
			if err != nil {
				t.Fatal(err)
			}
			c.want.Archive, c.want.ID, c.want.Nick = "a1", "m1", "al/ice"
			c.want.Time = time.Date(2026, 11, 25, 14, 0, 1, 5e8, time.UTC)
			if diff := cmp.Diff([]ArchivedMessage{c.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A moderation counts where the room itself sends it.
func TestModerationOfTheRoom(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		`<apply-to xmlns='urn:xmpp:fasten:0' id='a0'><moderated xmlns='urn:xmpp:message-moderate:0' by='x'><reason>spam</reason></moderated></apply-to>`,
		`<retract xmlns='urn:xmpp:message-retract:1' id='a0'><moderated xmlns='urn:xmpp:message-moderate:1'/><reason>spam</reason></retract>`,
	} {
		got, err := collect(t, resultOf(archiveJID, "q1", "<message xmlns='jabber:client' from='quic@rooms.example.org'>"+in+"</message>"))
		if err != nil || len(got) != 1 || got[0].Moderates != "a0" || got[0].Reason != "spam" || got[0].Retracts != "" {
			t.Errorf("%s: %+v, %v", in, got, err)
		}
	}
}

// Anyone may send a message that looks like a result.
func TestForgedResults(t *testing.T) {
	t.Parallel()
	message := "<message xmlns='jabber:client' from='quic@rooms.example.org/eve'><body>forged</body></message>"
	for name, stanza := range map[string]string{
		"from an account":   resultOf("eve@example.org/x", "q1", message),
		"from an occupant":  resultOf(archiveJID+"/eve", "q1", message),
		"from another room": resultOf("tls@rooms.example.org", "q1", message),
		"of another query":  resultOf(archiveJID, "q2", message),
		"without a query":   resultOf(archiveJID, "", message),
		"not a direct child": `<message xmlns='jabber:client' from='` + archiveJID + `'><x xmlns='urn:example'>` +
			`<result xmlns='urn:xmpp:mam:2' queryid='q1' id='a1'/></x></message>`,
		"a presence": strings.Replace(strings.Replace(resultOf(archiveJID, "q1", message), "<message", "<presence", 1),
			"</result></message>", "</result></presence>", 1),
	} {
		if got, err := collect(t, stanza); err != nil || len(got) != 0 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// Pages that would lose messages, or take them twice, are refused.
func TestPagesAreChecked(t *testing.T) {
	t.Parallel()
	page := func(first, last string, ids ...string) ArchivePage {
		p := ArchivePage{First: first, Last: last}
		for _, id := range ids {
			p.Messages = append(p.Messages, ArchivedMessage{Archive: id})
		}
		return p
	}
	for _, c := range []struct {
		name string
		page ArchivePage
		ok   bool
	}{
		{"whole", page("a", "b", "a", "b"), true},
		{"empty", page("", ""), true},
		{"more than was requested", page("a", "d", "a", "b", "c", "d"), false},
		{"one twice", page("a", "a", "a", "a"), false},
		{"one without an id", page("a", "", "a", ""), false},
		{"the place to begin behind", page("a", "z", "a", "z"), false},
		{"other ends", page("a", "c", "a", "b"), false},
		{"ends without messages between", page("a", "b"), false},
	} {
		if err := c.page.check(ArchiveQuery{After: "z", Max: 3}); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestQueryAsksForSomething(t *testing.T) {
	t.Parallel()
	if _, err := QueryArchive(t.Context(), nil, archiveJID, ArchiveQuery{Max: -1}); err == nil {
		t.Error("a page of -1 messages is requested, which Prosody answers with an empty one that is complete")
	}
}

// Whatever an archive sends, the reader returns, and real addresses are never
// in what it read of muc#user.
func FuzzArchived(f *testing.F) {
	f.Add(resultOf(archiveJID, "q1", "<message xmlns='jabber:client' from='quic@rooms.example.org/a'><body>x</body></message>"))
	f.Add("<message><result xmlns='urn:xmpp:mam:2' queryid='q1'/></message>")
	f.Add(strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40))
	f.Fuzz(func(t *testing.T, stanza string) {
		c := &archiveCollector{at: archiveJID, id: "q1"}
		if err := c.handle("message", xml.NewDecoder(strings.NewReader(stanza))); err != nil {
			return
		}
		messages, _ := c.collected()
		for _, m := range messages {
			if strings.Contains(m.Extra, "http://jabber.org/protocol/muc#user\"><item") {
				t.Errorf("%s: %q", stanza, m.Extra)
			}
		}
	})
}

// The time is in UTC and whole seconds, rounded down, and nothing that is not
// wanted is sent.
func TestArchiveQueryAsSent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		q    ArchiveQuery
		want []string
		not  []string
	}{
		{"the first page", ArchiveQuery{Max: 500}, []string{"<max>500</max>"}, []string{"<after", "<before", "start", "jabber:x:data"}},
		{"the next page", ArchiveQuery{Max: 500, After: "-a<1"}, []string{"<after>-a&lt;1</after>"}, []string{"start"}},
		{"the last message", ArchiveQuery{Max: 1, Last: true}, []string{"<before></before>"}, []string{"<after"}},
		{
			"with a time", ArchiveQuery{Max: 500, After: "a1", Since: time.Date(2026, 11, 25, 15, 0, 59, 999, time.FixedZone("CET", 3600))},
			[]string{"<value>urn:xmpp:mam:2</value>", `var="start"`, "<value>2026-11-25T14:00:59Z</value>"}, nil,
		},
	} {
		var b strings.Builder
		e := xml.NewEncoder(&b)
		if _, err := xmlstream.Copy(e, c.q.payload("q1")); err != nil {
			t.Fatal(err)
		}
		if err := e.Flush(); err != nil {
			t.Fatal(err)
		}
		for _, text := range c.want {
			if !strings.Contains(b.String(), text) {
				t.Errorf("%s lacks %s: %s", c.name, text, b.String())
			}
		}
		for _, text := range c.not {
			if strings.Contains(b.String(), text) {
				t.Errorf("%s has %s: %s", c.name, text, b.String())
			}
		}
	}
}
