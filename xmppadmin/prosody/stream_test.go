package prosody_test

import (
	"testing"

	"muster/fixtures"
	"muster/fixtures/xmpptest"
)

// stream is a client that shares no code with the program: what the module is
// tested with must not depend on what it is made for.
type stream struct {
	*xmpptest.Stream
	t *testing.T
}

func login(t *testing.T, p *fixtures.Server, name string) *stream {
	t.Helper()
	return &stream{xmpptest.NewStream(t, p, name), t}
}

// Enter enters a room as nick, and returns its subject.
func (s *stream) Enter(room, nick string) string {
	s.t.Helper()
	s.Join(room, nick)
	_, text := s.subject()
	return text
}

// subject waits for the next subject that a room sends.
func (s *stream) subject() (from, text string) {
	s.t.Helper()
	message := s.Until(func(e xmpptest.Element) bool { return e.Name.Local == "message" && len(e.Find("subject")) == 1 })
	return message.Attr("from"), message.Find("subject")[0].Text
}

// info returns the fields of the form in a room's answer to disco#info.
func (s *stream) info(room string) map[string][]string {
	s.t.Helper()
	answer := s.Ask("get", room+"@"+fixtures.Service, "<query xmlns='http://jabber.org/protocol/disco#info'/>")
	return readReply(answer).fields
}
