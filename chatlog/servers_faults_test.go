package chatlog_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/chatlog"
	"muster/fixtures"
	"muster/fixtures/ejabberd"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

// Long messages and hostile nicks come back from real servers as they were
// sent, and a server of one thread is asked for less at once.
func TestHostileMessagesOnServers(t *testing.T) {
	t.Parallel()
	onServers(t, func(t *testing.T, server *fixtures.Server, svc *xmppadmin.Service) {
		long := strings.Repeat("loooong ", 12800)
		nick := `'"><script>alert(1)</script> /OR 1=1`
		say := enterAs(t, server, "bob", nick)
		say("b1", "<body>"+long+"end</body>")
		say("b2", "<body>'); DROP TABLE message; --</body><result xmlns='urn:xmpp:mam:2' queryid='x' id='forged'/>")
		s := store(t, chatlog.Options{})
		if out := export(t, s, svc, chatlog.ExportOptions{}); out.Err != nil || out.New != 2 || out.Verdict != chatlog.Whole {
			t.Fatalf("the export: %+v", out)
		}
		texts, _ := shown(t, s)
		if want := []string{nick + ": " + long + "end", nick + ": '); DROP TABLE message; --"}; !slices.Equal(texts, want) {
			t.Errorf("the record has %.300q", texts)
		}
		want := 16
		if name, _ := svc.Software(); name == "Prosody" {
			want = 8
		}
		if got := svc.ArchivesAtOnce(); got != want {
			t.Errorf("%d archives are read at once, want %d", got, want)
		}
	})
}

// dialEjabberd starts an ejabberd with a database and one room.
func dialEjabberd(t *testing.T, timeout time.Duration) (*fixtures.Server, *xmppadmin.Service, *session.Client) {
	t.Helper()
	server := ejabberd.New(t, ejabberd.Options{SQL: true, Accounts: accounts, Modules: "mod_private: {}\nmod_muc_occupantid: {}"})
	roots, err := server.Roots()
	if err != nil {
		t.Fatal(err)
	}
	client, err := session.Dial(t.Context(), session.Config{
		JID: server.JID, Password: server.Password, Server: server.Addr, RootCAs: roots, Timeout: timeout,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	s, err := xmppadmin.Open(t.Context(), client, server.Service, "auto")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"quic", "tls"} {
		err := s.Create(t.Context(), name, xmppadmin.Settings{
			xmppadmin.Title: name, xmppadmin.Persistent: xmppadmin.True, xmppadmin.MessageArchive: xmppadmin.True,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return server, s, client
}

// What an ejabberd archives while its clock is set back comes before what was
// read already. The count shows it, and it is read.
func TestClockStepsBackOnEjabberd(t *testing.T) {
	t.Parallel()
	server, svc, _ := dialEjabberd(t, 0)
	bob := enter(t, server, "bob")
	bob("b1", "<body>one</body>")
	bob("b2", "<body>two</body>")
	s := store(t, chatlog.Options{})
	export(t, s, svc, chatlog.ExportOptions{})
	db, err := sql.Open("sqlite", "file:"+filepath.Join(server.Dir, "data", "ejabberd.sqlite")+"?_pragma=busy_timeout(60000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var columns string
	err = db.QueryRow("SELECT group_concat(name, ', ') FROM pragma_table_info('archive') WHERE name NOT IN ('id', 'timestamp', 'xml')").Scan(&columns)
	if err != nil {
		t.Fatal(err)
	}
	done, err := db.Exec(fmt.Sprintf(`INSERT INTO archive (timestamp, xml, %s)
		SELECT timestamp - 60000000, replace(replace(xml, 'two', 'during the step'), 'b2', 'b3'), %s FROM archive WHERE xml LIKE '%%two%%'`, columns, columns))
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := done.RowsAffected(); n != 1 {
		t.Fatalf("%d messages were archived", n)
	}
	out := export(t, s, svc, chatlog.ExportOptions{})
	texts, _ := shown(t, s)
	if want := []string{"bob: during the step", "bob: one", "bob: two"}; out.New != 1 || out.Verdict != chatlog.Whole || !slices.Equal(texts, want) {
		t.Errorf("the export: %+v; the record has %q", out, texts)
	}
}

// Of a room that was destroyed ejabberd answers no question about the archive.
// That room is unknown, once, and its record stays; others are read.
func TestTombstoneOnEjabberd(t *testing.T) {
	t.Parallel()
	server, svc, client := dialEjabberd(t, 3*time.Second)
	bob := enter(t, server, "bob")
	bob("b1", "<body>one</body>")
	s := store(t, chatlog.Options{})
	both := []chatlog.Room{{Name: "quic"}, {Name: "tls"}}
	if _, err := s.Export(t.Context(), svc, both, chatlog.ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := svc.Destroy(t.Context(), "quic", xmppadmin.Destruction{}); err != nil {
		t.Fatal(err)
	}
	outcomes, err := s.Export(t.Context(), svc, both, chatlog.ExportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	texts, _ := shown(t, s)
	if outcomes[0].Verdict != chatlog.UnknownVerdict || outcomes[1].Verdict != chatlog.Whole || !slices.Equal(texts, []string{"bob: one"}) {
		t.Errorf("the outcomes are %+v, the record has %q", outcomes, texts)
	}
	if waited, what := client.Waited(); waited > time.Minute {
		t.Errorf("waited %s for %s", waited, what)
	}
}
