package agenda

import "testing"

func TestOwnRoom(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		link, acronym, today string
		kind                 SessionType
		want                 string
		unreadable           bool
	}{
		"zulip, as the rule":                {link: "https://zulip.ietf.org/#narrow/stream/quic", acronym: "quic"},
		"zulip, its own":                    {link: "https://zulip.ietf.org/#narrow/stream/wgchairs", acronym: "emodir", want: "wgchairs"},
		"zulip, escaped":                    {link: "https://zulip.ietf.org/#narrow/stream/wg%20chairs%2Fall", acronym: "emodir", want: "wg chairs/all"},
		"zulip, not escaped":                {link: "https://zulip.ietf.org/#narrow/stream/wg chairs", acronym: "emodir", want: "wg chairs"},
		"zulip, slash at the end":           {link: "https://zulip.ietf.org/#narrow/stream/quic/", acronym: "quic"},
		"plain path":                        {link: "https://chat.example.org/rooms/side", acronym: "quic", want: "side"},
		"plain path with a query":           {link: "https://chat.example.org/rooms/side?join=1", acronym: "quic", want: "side"},
		"xmpp, as the rule":                 {link: "xmpp:quic@jabber.ietf.org?join", acronym: "quic"},
		"xmpp, its own":                     {link: "xmpp:wgchairs@jabber.ietf.org?join", acronym: "emodir", want: "wgchairs"},
		"xmpp, escaped":                     {link: "xmpp:wg%2Dchairs@jabber.ietf.org", acronym: "emodir", want: "wg-chairs"},
		"xmpp, with an account":             {link: "xmpp://me@example.org/side@rooms.example.org?join", acronym: "quic", want: "side"},
		"plenary, as the rule":              {link: "https://zulip.ietf.org/#narrow/stream/plenary", kind: "plenary", acronym: "ietf", today: "ietf"},
		"plenary, its own":                  {link: "https://zulip.ietf.org/#narrow/stream/ietf", kind: "plenary", acronym: "ietf", today: "ietf", want: "ietf"},
		"plenary room, no plenary":          {link: "https://zulip.ietf.org/#narrow/stream/plenary", kind: "other", acronym: "ietf", today: "ietf", want: "plenary"},
		"renamed, today's acronym":          {link: "https://zulip.ietf.org/#narrow/stream/shmoo", acronym: "shmo", today: "shmoo"},
		"renamed, acronym then":             {link: "https://zulip.ietf.org/#narrow/stream/shmo", acronym: "shmo", today: "shmoo"},
		"upper case":                        {link: "https://zulip.ietf.org/#narrow/stream/QUIC", acronym: "quic"},
		"no link":                           {acronym: "quic"},
		"no room in the link":               {link: "https://zulip.ietf.org/", acronym: "quic", unreadable: true},
		"no node":                           {link: "xmpp:jabber.ietf.org", acronym: "quic", unreadable: true},
		"empty node":                        {link: "xmpp:@jabber.ietf.org", acronym: "quic", unreadable: true},
		"another scheme":                    {link: "javascript:alert(1)", acronym: "quic", unreadable: true},
		"no URL":                            {link: "https://zulip.ietf.org/%zz", acronym: "quic", unreadable: true},
		"a template that was not filled in": {link: "https://zulip.ietf.org/#narrow/stream/{x}", acronym: "quic", want: "{x}"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := ownRoom(tt.link, tt.kind, tt.acronym, tt.today)
			if got != tt.want || ok == tt.unreadable {
				t.Errorf("got %q, %t; want %q, %t", got, ok, tt.want, !tt.unreadable)
			}
		})
	}
}
