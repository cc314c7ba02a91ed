package agenda

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOwnRoom(t *testing.T) {
	t.Parallel()
	const zulip = "https://zulip.ietf.org/#narrow/"
	tests := map[string]struct {
		link    string
		kind    SessionType
		acronym string // quic where it is empty
		today   string // the acronym where it is empty
		pattern string
		want    string
		unknown bool // no shape that names a room
	}{
		"zulip, as the rule":       {link: zulip + "stream/quic"},
		"zulip, its own":           {link: zulip + "stream/wgchairs", want: "wgchairs"},
		"zulip, escaped":           {link: zulip + "stream/wg%20chairs%2Fall", want: "wg chairs/all"},
		"zulip, not escaped":       {link: zulip + "stream/wg chairs", want: "wg chairs"},
		"zulip, slash at the end":  {link: zulip + "stream/quic/"},
		"zulip, channel":           {link: zulip + "channel/wgchairs", want: "wgchairs"},
		"zulip, id":                {link: zulip + "channel/123-wgchairs", want: "wgchairs"},
		"zulip, id, as the rule":   {link: zulip + "channel/123-quic"},
		"zulip, id in stream":      {link: zulip + "stream/7-wgchairs", want: "wgchairs"},
		"zulip, id alone":          {link: zulip + "channel/123", unknown: true},
		"zulip, id and no name":    {link: zulip + "channel/123-", unknown: true},
		"zulip, digits in a name":  {link: zulip + "stream/6lo", want: "6lo"},
		"zulip, hyphen in a name":  {link: zulip + "stream/krb-wg", want: "krb-wg"},
		"zulip, id and hyphen":     {link: zulip + "channel/8-krb-wg", acronym: "krb-wg"},
		"zulip, acronym as an id":  {link: zulip + "stream/16-ng", acronym: "16-ng"},
		"zulip, topic":             {link: zulip + "stream/wgchairs/topic/hello.20world", want: "wgchairs"},
		"zulip, id, topic, near":   {link: zulip + "channel/9-quic/topic/a/near/4711"},
		"zulip, near":              {link: zulip + "stream/wgchairs/near/4711", want: "wgchairs"},
		"zulip, dot encoding":      {link: zulip + "channel/9-wg.20chairs", want: "wg chairs"},
		"zulip, encoded dot":       {link: zulip + "channel/9-x3s3.2E3", acronym: "x3s3.3"},
		"zulip, encoded umlaut":    {link: zulip + "stream/caf.C3.A9", want: "café"},
		"zulip, dot as it is":      {link: zulip + "stream/x3s3.3", acronym: "x3s3.3"},
		"zulip, dot, as if coded":  {link: zulip + "stream/a.20b", acronym: "a.20b"},
		"zulip, dot, no encoding":  {link: zulip + "stream/v.30x", want: "v.30x"},
		"zulip, broken encoding":   {link: zulip + "stream/a.C3", want: "a.C3"},
		"zulip, something else":    {link: zulip + "pm-with/12-me", unknown: true},
		"zulip, dm":                {link: zulip + "dm/12-me", unknown: true},
		"zulip, unknown operator":  {link: zulip + "stream/quic/sender/12", unknown: true},
		"zulip, settings":          {link: "https://zulip.ietf.org/#settings/profile", unknown: true},
		"zulip, under a path":      {link: "https://example.org/chat/#narrow/stream/quic", unknown: true},
		"zulip, no name":           {link: zulip + "stream/", unknown: true},
		"xmpp, as the rule":        {link: "xmpp:quic@jabber.ietf.org?join"},
		"xmpp, its own":            {link: "xmpp:wgchairs@jabber.ietf.org?join", want: "wgchairs"},
		"xmpp, escaped":            {link: "xmpp:wg%2Dchairs@jabber.ietf.org", want: "wg-chairs"},
		"xmpp, with an account":    {link: "xmpp://me@example.org/side@rooms.example.org?join", want: "side"},
		"plenary, as the rule":     {link: zulip + "stream/plenary", kind: Plenary, acronym: "ietf"},
		"plenary, its own":         {link: zulip + "stream/ietf", kind: Plenary, acronym: "ietf", want: "ietf"},
		"plenary room, no plenary": {link: zulip + "stream/plenary", kind: "other", acronym: "ietf", want: "plenary"},
		"renamed, today's acronym": {link: zulip + "stream/shmoo", acronym: "shmo", today: "shmoo"},
		"renamed, acronym then":    {link: zulip + "stream/shmo", acronym: "shmo", today: "shmoo"},
		"upper case":               {link: zulip + "stream/QUIC"},
		"no link":                  {},
		"no room in the link":      {link: "https://zulip.ietf.org/", unknown: true},
		"web page":                 {link: "https://chat.example.org/rooms/side", unknown: true},
		"web page, pattern":        {link: "https://chat.example.org/rooms/side", pattern: "https://chat.example.org/rooms/{room}", want: "side"},
		"pattern, query":           {link: "https://chat.example.org/rooms/side?join=1", pattern: "https://chat.example.org/rooms/{room}", want: "side"},
		"pattern, slash":           {link: "https://chat.example.org/rooms/quic/", pattern: "https://chat.example.org/rooms/{room}"},
		"pattern, in the middle":   {link: "https://chat.example.org/side/chat", pattern: "https://chat.example.org/{room}/chat", want: "side"},
		"pattern, fragment":        {link: "https://app.example.org/#/room/side", pattern: "https://app.example.org/#/room/{room}", want: "side"},
		"pattern, deeper":          {link: "https://chat.example.org/rooms/side/x", pattern: "https://chat.example.org/rooms/{room}", unknown: true},
		"pattern, another host":    {link: "https://chat.example.com/rooms/side", pattern: "https://chat.example.org/rooms/{room}", unknown: true},
		"pattern, and zulip":       {link: zulip + "stream/side", pattern: "https://chat.example.org/rooms/{room}", want: "side"},
		"video conference":         {link: "https://meetings.example.org/ietf126/?group=quic", unknown: true},
		"mail":                     {link: "mailto:quic@ietf.org", unknown: true},
		"no node":                  {link: "xmpp:jabber.ietf.org", unknown: true},
		"empty node":               {link: "xmpp:@jabber.ietf.org", unknown: true},
		"no host":                  {link: "xmpp:quic@", unknown: true},
		"another scheme":           {link: "javascript:alert(1)", unknown: true},
		"no URL":                   {link: "https://zulip.ietf.org/%zz", unknown: true},
		"no text":                  {link: zulip + "stream/%ff", unknown: true},
		"a template not filled in": {link: zulip + "stream/{x}", want: "{x}"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			links, err := newChatLinks(tt.pattern)
			if err != nil {
				t.Fatal(err)
			}
			acronym := cmp.Or(tt.acronym, "quic")
			got, ok := links.ownRoom(tt.link, tt.kind, acronym, cmp.Or(tt.today, acronym))
			if got != tt.want || ok == tt.unknown {
				t.Errorf("got %q, %t; want %q, %t", got, ok, tt.want, !tt.unknown)
			}
		})
	}
}

func TestChatPattern(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"https://chat.example.org/", "https://chat.example.org/{room}/{room}", "chat.example.org/{room}",
		"xmpp:{room}@x", "{room}", "https:///{room}", "https://%zz/{room}",
	} {
		if _, err := New(Config{URL: "https://example.org", ChatPattern: bad}); err == nil || !strings.Contains(err.Error(), "{room}") {
			t.Errorf("%s: got error %v", bad, err)
		}
	}
	c, err := New(Config{URL: "https://example.org", ChatPattern: "https://chat.example.org/{room}"})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "data.json")
	body := dataDoc("126", dataRowOf(1, "quic", obj{"links": obj{"chat": "https://chat.example.org/side"}}))
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	if m := meeting(t, c, "file:"+path); m.Sessions[0].Room != "side" || !m.Sessions[0].OwnRoom {
		t.Errorf("got %+v", m.Sessions[0])
	}
}
