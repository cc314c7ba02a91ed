package frontdesk_test

import (
	"testing"

	"muster/frontdesk"
)

// FuzzStage submits anything to the first two stages of the commands that take
// text, and holds every answer against the rules of forms.
func FuzzStage(f *testing.F) {
	for _, s := range [][3]string{
		{"dt", "Title", "2026-12-24"}, {"<b>", "evil: <img>", "+30d"}, {"-", "\x00\u202e", "+-1d"}, {"quic-x", "a\nb", "9999-99-99"}, {"\xff", "", ""},
	} {
		for command := range uint8(4) {
			f.Add(command, s[0], s[1], s[2])
		}
	}
	w := newWorld(f)
	w.add(frontdesk.Request{Room: "waits", Title: "T", Purpose: "P", Until: "2027-12-24", JID: "other@example.org"}, false)
	f.Fuzz(func(t *testing.T, command uint8, a, b, c string) {
		w.t = t // a worker runs one input at a time
		jid, node := alice, "request-room"
		v := values("suffix", a, "title", b, "purpose", b, "until", c, "group", []string{"quic", "-", b}[len(b)%3])
		switch command % 4 {
		case 1:
			jid, node, v = amy, "review", values("request", "1", "name", a, "title", b, "until", c, "do", "approve", "reason", b)
		case 2:
			jid, node, v = dave, "link", values("email", a+"@"+b, "code", c)
		case 3:
			jid, node, v = amy, "all-requests", values("state", a)
		}
		answer := w.run(jid, frontdesk.Step{Node: node})
		checkForm(t, node, answer)
		for range 2 { // not the third, which makes the request
			if answer = w.run(jid, frontdesk.Step{Node: node, Session: answer.Session, Values: v}); answer.Status == frontdesk.Asking && node == "request-room" {
				checkForm(t, node, answer)
				break
			}
			checkForm(t, node, answer)
			if node == "review" {
				break
			}
		}
	})
}
