package chatlog_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/chatlog"
	"muster/fixtures"
	"muster/fixtures/ejabberd"
	"muster/fixtures/prosody"
	"muster/fixtures/xmpptest"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

// accounts are those that the servers have besides their own.
var accounts = map[string]string{"bob": fixtures.Password}

// onServers runs a test on a real server of each kind, with a room quic@…
func onServers(t *testing.T, test func(t *testing.T, server *fixtures.Server, s *xmppadmin.Service)) {
	for name, start := range map[string]func(t *testing.T) *fixtures.Server{
		"prosody 0.12": func(t *testing.T) *fixtures.Server {
			return prosody.New(t, prosody.Options{Companion: true, Accounts: accounts})
		},
		"prosody 13": func(t *testing.T) *fixtures.Server {
			return prosody.New(t, prosody.Options{Companion: true, Version: "13", Accounts: accounts})
		},
		"ejabberd": func(t *testing.T) *fixtures.Server {
			return ejabberd.New(t, ejabberd.Options{Accounts: accounts, Modules: "mod_private: {}\nmod_muc_occupantid: {}"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t)
			roots, err := server.Roots()
			if err != nil {
				t.Fatal(err)
			}
			client, err := session.Dial(t.Context(), session.Config{
				JID: server.JID, Password: server.Password, Server: server.Addr, RootCAs: roots,
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { client.Close() })
			s, err := xmppadmin.Open(t.Context(), client, server.Service, "auto")
			if err != nil {
				t.Fatal(err)
			}
			err = s.Create(t.Context(), "quic", xmppadmin.Settings{
				xmppadmin.Title: "quic: QUIC", xmppadmin.Persistent: xmppadmin.True, xmppadmin.MessageArchive: xmppadmin.True,
			})
			if err != nil {
				t.Fatal(err)
			}
			test(t, server, s)
		})
	}
}

// enter has an account enter the room quic under its own name.
func enter(t *testing.T, server *fixtures.Server, name string) (say func(id, elements string)) {
	t.Helper()
	return enterAs(t, server, name, name)
}

// enterAs has an account enter the room quic under a nick.
func enterAs(t *testing.T, server *fixtures.Server, name, nick string) (say func(id, elements string)) {
	t.Helper()
	p := xmpptest.NewParticipant(t, server, name)
	room := "quic@" + server.Service
	if err := p.Join(t.Context(), room, nick); err != nil {
		t.Fatal(err)
	}
	return func(id, elements string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := p.SayXML(ctx, room, id, elements); err != nil {
			t.Fatalf("%s says %s: %v", name, elements, err)
		}
	}
}

// shown returns nick and text of each line of the room quic, today.
func shown(t *testing.T, s *chatlog.Store) (texts, ids []string) {
	t.Helper()
	lines, err := s.Lines(t.Context(), "quic", time.Now().AddDate(0, 0, -1), time.Now().AddDate(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		text := l.Nick + ": " + l.Text
		if l.State != "" {
			text += "[" + string(l.State) + "]"
		}
		texts, ids = append(texts, text), append(ids, l.Archive)
	}
	return texts, ids
}

// What people say, correct and retract on real servers is in the record as it
// should be, read page by page and by one request while nothing is new.
func TestExportFromServers(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, server *fixtures.Server, svc *xmppadmin.Service) {
		bob, alice := enter(t, server, "bob"), enter(t, server, "alice")
		for i := range 120 { // more than a page of either server
			bob(fmt.Sprintf("b%d", i), fmt.Sprintf("<body>text %d</body>", i))
		}
		alice("a1", "<body>secret</body>")
		alice("a2", "<body>one too mnay</body>")
		alice("a3", "<body>/me waves &lt;b&gt;</body>")
		s := store(t, chatlog.Options{})
		out := export(t, s, svc, chatlog.ExportOptions{})
		if out.Err != nil || out.New != 123 || out.Verdict != chatlog.Whole {
			t.Fatalf("the first export: %+v", out)
		}
		texts, ids := shown(t, s)
		if texts[0] != "bob: text 0" || texts[119] != "bob: text 119" || len(ids) != 123 {
			t.Fatalf("%d lines: %q", len(texts), texts)
		}
		alice("a4", "<body>one too many</body><replace xmlns='urn:xmpp:message-correct:0' id='a2'/>")
		alice("a5", "<body>fallback</body><retract xmlns='urn:xmpp:message-retract:1' id='"+ids[120]+"'/>")
		bob("b200", "<body>fallback</body><retract xmlns='urn:xmpp:message-retract:1' id='"+ids[122]+"'/>")
		bob("b201", "<body>&gt; /me waves\nhello</body><reply xmlns='urn:xmpp:reply:0' id='"+ids[122]+"'/>"+
			"<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='12'/></fallback>")
		out = export(t, s, svc, chatlog.ExportOptions{})
		if out.Err != nil || out.Removed != 1 || out.Verdict != chatlog.Whole {
			t.Errorf("after a correction and two retractions: %+v", out)
		}
		texts, _ = shown(t, s)
		want := []string{"alice: [retracted]", "alice: one too many[corrected]", "alice: /me waves <b>", "bob: hello"}
		if diff := cmp.Diff(want, texts[120:]); diff != "" {
			t.Errorf("what readers see (-want +got):\n%s", diff)
		}
		if got := found(t, s, "secret"); len(got) > 0 {
			t.Errorf("a search finds what was retracted: %q", got)
		}
		if out = export(t, s, svc, chatlog.ExportOptions{Full: true}); out.Err != nil || out.New+out.Removed != 0 || out.Verdict != chatlog.Whole {
			t.Errorf("comparing everything: %+v", out)
		}
		verdicts, err := s.Verify(t.Context(), svc, quic, chatlog.VerifyOptions{})
		if err != nil || verdicts[0].Verdict != chatlog.Whole {
			t.Errorf("the comparison of the ends: %+v, %v", verdicts, err)
		}
	})
}

// A room that does not exist is unknown, and harms no other.
func TestExportOfMissingRoom(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, server *fixtures.Server, svc *xmppadmin.Service) {
		bob := enter(t, server, "bob")
		bob("b1", "<body>hello</body>")
		s := store(t, chatlog.Options{})
		outcomes, err := s.Export(t.Context(), svc, []chatlog.Room{{Name: "nosuch"}, {Name: "quic"}}, chatlog.ExportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if outcomes[0].Verdict != chatlog.UnknownVerdict || outcomes[0].Err == nil || outcomes[1].New != 1 {
			t.Errorf("the outcomes are %+v", outcomes)
		}
		if texts, _ := shown(t, s); !slices.Equal(texts, []string{"bob: hello"}) {
			t.Errorf("the record has %q", texts)
		}
	})
}
