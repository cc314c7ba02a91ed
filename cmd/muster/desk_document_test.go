package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"muster/fixtures"
	"muster/fixtures/datatracker"
	"muster/fixtures/ejabberd"
	"muster/fixtures/meeting"
	"muster/fixtures/prosody"
	"muster/fixtures/xmpptest"
)

// deskDocument is how the front desk is set up.
const deskDocument = "../../docs/desk.md"

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// deskBlock returns the fenced block of the document behind the comment with a
// name.
func deskBlock(t *testing.T, name string) string {
	t.Helper()
	found := regexp.MustCompile("(?s)<!-- " + regexp.QuoteMeta(name) + " -->\n```[a-z]*\n(.*?)```\n").FindStringSubmatch(readFile(t, deskDocument))
	if found == nil {
		t.Fatalf("%s has no block called %q", deskDocument, name)
	}
	return found[1]
}

// deskTable returns the configuration of muster that the steps of the document
// write.
func deskTable(t *testing.T) string {
	t.Helper()
	found := regexp.MustCompile(`(?s)cat >>/etc/muster/muster.toml <<'END'\n(.*?)END\n`).FindStringSubmatch(readFile(t, deskDocument))
	if found == nil {
		t.Fatalf("%s does not write to muster.toml", deskDocument)
	}
	return found[1]
}

// TestDeskSteps has the steps of the document write the configurations that it
// gives, which TestDeskDocument runs servers with.
func TestDeskSteps(t *testing.T) {
	t.Parallel()
	for name, secret := range map[string]string{"prosody desk": "$(cat /etc/muster/desk-secret)", "ejabberd desk": "$secret"} {
		want := strings.TrimSpace(strings.Replace(deskBlock(t, name), "SECRET", secret, 1))
		steps := strings.ReplaceAll(deskBlock(t, "step: "+name), `\"`, `"`)
		if !strings.Contains(steps, want) {
			t.Errorf("the steps\n%s\ndo not have the configuration\n%s", steps, want)
		}
	}
}

// TestDeskDocument sets the desk up to the letter of the document, on each server,
// has a chair request a room, and the secretariat approve another one.
func TestDeskDocument(t *testing.T) {
	t.Parallel()
	accounts := map[string]string{"amy": fixtures.Password}
	component := func(name string) *fixtures.Component {
		return &fixtures.Component{Domain: "desk.example.org", Secret: "a0b1c2d3", Section: deskBlock(t, name)}
	}
	for name, start := range map[string]func(*testing.T) *fixtures.Server{
		"prosody 0.12": func(t *testing.T) *fixtures.Server {
			return prosody.New(t, prosody.Options{Companion: true, Accounts: accounts, Component: component("prosody desk")})
		},
		"prosody 13": func(t *testing.T) *fixtures.Server {
			return prosody.New(t, prosody.Options{Version: "13", Accounts: accounts, Component: component("prosody desk")})
		},
		"ejabberd": func(t *testing.T) *fixtures.Server {
			return ejabberd.New(t, ejabberd.Options{Accounts: accounts, Component: component("ejabberd desk"), Modules: "mod_private: {}"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			visitDocumentedDesk(t, start(t))
		})
	}
}

// visitDocumentedDesk runs the desk on a server, and visits it.
func visitDocumentedDesk(t *testing.T, s *fixtures.Server) {
	t.Helper()
	m, dir := meeting.Small(), t.TempDir()
	alice := m.AddPerson("Alice Example", "alice@example.com")
	m.AddRole("quic", "chair", alice)
	m.SetProfile(alice, "jabber_room", "xmpp:alice@example.org")
	tracker := datatracker.New(m)
	url := tracker.Start()
	t.Cleanup(tracker.Close)
	ports, err := fixtures.FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(dir, "desk-secret")
	if err := os.WriteFile(secret, []byte(s.Component.Secret+"\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	table := strings.Replace(deskTable(t), "/etc/muster/desk-secret", secret, 1) +
		fmt.Sprintf("component = %q\nmetrics = %q\n", s.ComponentAddr, ports[0])
	if err := s.WriteConfig(url, dir, table); err != nil {
		t.Fatal(err)
	}
	began, at := time.Now(), time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	run := func(ctx context.Context, args ...string) (int, string) {
		var out bytes.Buffer
		now := func() time.Time { return at.Add(time.Since(began)) }
		code := runAt(ctx, now, append([]string{"--config", filepath.Join(dir, "muster.toml")}, args...), nil, &out, &out, os.Environ())
		return int(code), out.String()
	}
	ctx, cancel := context.WithCancel(t.Context())
	type end struct {
		code int
		log  string
	}
	ended := make(chan end, 1)
	go func() { code, log := run(ctx, "desk"); ended <- end{code, log} }()
	defer func() {
		cancel()
		if e := <-ended; e.code != 0 || t.Failed() {
			t.Errorf("the desk ended with %d:\n%s", e.code, e.log)
		}
	}()
	awaitHealth(t, ports[0])
	for _, visit := range []struct {
		who, node, answer string
		values            map[string]string
	}{
		{"alice", "link", "Done. ", map[string]string{"do": "yes"}},
		{"alice", "request-room", "Done. The room quic-dt is open until 2026-07-31.", map[string]string{
			"group": "quic", "suffix": "dt", "title": "QUIC design team", "purpose": "the draft"}},
		{"alice", "request-room", "Waiting. ", map[string]string{"group": "-", "suffix": "interop", "title": "Interop", "purpose": "all"}},
		{"amy", "review", "Done. Request 2 is approved, and the room interop is open.", map[string]string{"request": "2", "do": "approve"}},
	} {
		answer, err := atDesk(t.Context(), s, visit.who, visit.node, visit.values)
		if err != nil || !strings.HasPrefix(answer, visit.answer) {
			t.Errorf("%s at %s was answered %q, %v; not %q", visit.who, visit.node, answer, err, visit.answer)
		}
	}
	if code, out := run(t.Context(), "doctor"); code != 0 || !strings.Contains(out, "desk.example.org is listed, and answers") {
		t.Errorf("doctor ended with %d:\n%s", code, out)
	}
	for _, name := range []string{"quic-dt", "interop"} {
		code, out := run(t.Context(), "rooms", "show", name)
		if code != 0 || !strings.Contains(out, "live") || !strings.Contains(out, "of the front desk, until 2026-07-31") {
			t.Errorf("the room %s ended with %d:\n%s", name, code, out)
		}
	}
}

// atDesk has an account run one command, and returns what is answered.
func atDesk(ctx context.Context, s *fixtures.Server, who, node string, values map[string]string) (string, error) {
	v, err := xmpptest.Visit(ctx, s, who, "desk.example.org")
	if err != nil {
		return "", err
	}
	defer v.Close()
	lines, err := v.Run(ctx, node, values)
	return strings.Join(lines, "\n"), err
}

// awaitHealth waits until a desk is well.
func awaitHealth(t *testing.T, monitor string) {
	t.Helper()
	var last string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		status, body := served("http://" + monitor + "/healthz")
		if last = body; status == 200 {
			return
		}
	}
	t.Fatalf("the desk is not well: %s", last)
}
