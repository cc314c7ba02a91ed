package mail_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"muster/fixtures"
	"muster/frontdesk/mail"
	"muster/frontdesk/store"
)

// noon is the time at which the tests happen.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// start starts a mail server for one test.
func start(t *testing.T, security fixtures.MailSecurity) *fixtures.MailServer {
	t.Helper()
	s, err := fixtures.StartMailServer(t.Context(), t.TempDir(), security)
	if errors.Is(err, exec.ErrNotFound) {
		fixtures.NeedServer(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// config returns the configuration for a server, whose certificate is for another
// name than its address: trust makes up for that.
func config(t *testing.T, s *fixtures.MailServer) mail.Config {
	t.Helper()
	roots, err := s.Roots()
	if err != nil {
		t.Fatal(err)
	}
	return mail.Config{
		Server: s.Addr, ServerName: fixtures.MailHost, User: fixtures.MailUser, Password: fixtures.MailPassword,
		From: "desk@example.org", Name: "IETF room desk", Roots: roots,
	}
}

func sender(t *testing.T, cfg mail.Config) *mail.Sender {
	t.Helper()
	s, err := mail.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// outbox returns a database with one mail to each address, and one chat message.
func outbox(t *testing.T, addresses ...string) *store.Store {
	t.Helper()
	s, err := store.Open(filepath.Join(t.TempDir(), "desk.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for i, address := range addresses {
		m := store.Message{Key: fmt.Sprintf("code:%d", i), Medium: store.Mail, Address: address, Body: "The code is ABCDEFGH2345.\n.\nSubject: none\n", Due: noon}
		if _, err := s.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Send(t.Context(), store.Message{Key: "chat", Medium: store.Chat, Address: "alice@example.org", Body: "hello", Due: noon}); err != nil {
		t.Fatal(err)
	}
	return s
}

func drain(t *testing.T, s *mail.Sender, box mail.Outbox, at time.Time, want int) {
	t.Helper()
	if sent, err := s.Drain(t.Context(), box, at); err != nil || sent != want {
		t.Fatalf("sent %d, %v; want %d", sent, err, want)
	}
}

func mails(t *testing.T, s *fixtures.MailServer) []fixtures.Mail {
	t.Helper()
	all, err := s.Mails()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// due returns the addresses of the mails that are due at a time.
func due(t *testing.T, box *store.Store, at time.Time) string {
	t.Helper()
	all, err := box.Due(t.Context(), store.Mail, at)
	if err != nil {
		t.Fatal(err)
	}
	var addresses []string
	for _, m := range all {
		addresses = append(addresses, fmt.Sprintf("%s %d", m.Address, m.Tries))
	}
	return strings.Join(addresses, ", ")
}

// header returns the header of a mail, and its body.
func header(t *testing.T, m fixtures.Mail) (netmail.Header, string) {
	t.Helper()
	parsed, err := netmail.ReadMessage(strings.NewReader(m.Data))
	if err != nil {
		t.Fatalf("%v: %q", err, m.Data)
	}
	_, body, _ := strings.Cut(m.Data, "\r\n\r\n")
	return parsed.Header, body
}

// TestDeliveredOnce has each mail delivered once, encrypted and logged in, and
// then never again.
func TestDeliveredOnce(t *testing.T) {
	t.Parallel()
	for _, security := range []fixtures.MailSecurity{fixtures.STARTTLS, fixtures.DirectTLS} {
		t.Run(string(security), func(t *testing.T) {
			t.Parallel()
			server := start(t, security)
			cfg := config(t, server)
			cfg.DirectTLS = security == fixtures.DirectTLS
			s, box := sender(t, cfg), outbox(t, "alice@example.org", "bob@example.org")
			if err := s.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			drain(t, s, box, noon.Add(-time.Second), 0)
			drain(t, s, box, noon, 2)
			drain(t, s, box, noon.AddDate(1, 0, 0), 0)
			got := mails(t, server)
			if len(got) != 2 || got[0].To[0] != "alice@example.org" || got[1].To[0] != "bob@example.org" {
				t.Fatalf("delivered: %+v", got)
			}
			for _, m := range got {
				if !m.Encrypted || !m.Authenticated || m.From != "desk@example.org" || len(m.To) != 1 {
					t.Errorf("delivered: %+v", m)
				}
				h, body := header(t, m)
				for name, want := range map[string]string{
					"From": `"IETF room desk" <desk@example.org>`, "To": "<" + m.To[0] + ">", "Subject": "IETF room desk",
					"Auto-Submitted": "auto-generated", "X-Mailer": "", "User-Agent": "", "Date": "Tue, 24 Nov 2026 12:00:00 +0000",
				} {
					if got := h.Get(name); got != want {
						t.Errorf("%s is %q, not %q", name, got, want)
					}
				}
				if strings.ReplaceAll(body, "\r\n", "\n") != "The code is ABCDEFGH2345.\n.\nSubject: none\n" {
					t.Errorf("the body is %q", body)
				}
			}
			a, _ := header(t, got[0])
			if b, _ := header(t, got[1]); a.Get("Message-ID") == "" || a.Get("Message-ID") == b.Get("Message-ID") {
				t.Errorf("two mails have the IDs %q and %q", a.Get("Message-ID"), b.Get("Message-ID"))
			}
		})
	}
}

// TestRefusals tells what is refused for good from what is refused for now, and
// neither keeps the other mails back.
func TestRefusals(t *testing.T) {
	t.Parallel()
	server := start(t, fixtures.STARTTLS)
	s := sender(t, config(t, server))
	box := outbox(t, "full@example.org", "busy@example.org", "broken@example.org", "later@example.org", "alice@example.org")
	drain(t, s, box, noon, 1)
	if got := due(t, box, noon.AddDate(1, 0, 0)); got != "busy@example.org 1, later@example.org 1" {
		t.Errorf("to be tried again: %s", got)
	}
	at := noon
	for tries := 1; tries < 6; tries++ {
		wait := time.Minute << (tries - 1)
		if got := due(t, box, at.Add(wait-time.Second)); got != "" {
			t.Errorf("due within %s: %s", wait, got)
		}
		at = at.Add(wait)
		drain(t, s, box, at, 0)
	}
	if got := due(t, box, noon.AddDate(1, 0, 0)); got != "" {
		t.Errorf("never given up: %s", got)
	}
	if got := mails(t, server); len(got) != 1 || got[0].To[0] != "alice@example.org" {
		t.Errorf("delivered: %+v", got)
	}
}

// TestServerNotUsed is what the sender does not send by, each with an error: all
// mails stay.
func TestServerNotUsed(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	starttls, direct, plain := start(t, fixtures.STARTTLS), start(t, fixtures.DirectTLS), start(t, fixtures.NoTLS)
	for name, c := range map[string]struct {
		server *fixtures.MailServer
		change func(*mail.Config)
		want   string
	}{
		"wrong password":     {starttls, func(c *mail.Config) { c.Password = "secert" }, "535"},
		"not logged in":      {starttls, func(c *mail.Config) { c.User = "" }, ""},
		"unknown authority":  {starttls, func(c *mail.Config) { c.Roots = nil }, "certificate"},
		"another name":       {starttls, func(c *mail.Config) { c.ServerName = "mail.example.net" }, "certificate"},
		"unknown, direct":    {direct, func(c *mail.Config) { c.DirectTLS, c.Roots = true, nil }, "certificate"},
		"no TLS":             {plain, func(*mail.Config) {}, "STARTTLS"},
		"no TLS at the port": {plain, func(c *mail.Config) { c.DirectTLS = true }, "TLS"},
		"silent":             {starttls, func(c *mail.Config) { c.Server, c.Timeout = silent.Addr().String(), 200*time.Millisecond }, "timeout"},
		"silent, direct": {starttls, func(c *mail.Config) {
			c.Server, c.DirectTLS, c.Timeout = silent.Addr().String(), true, 200*time.Millisecond
		}, "timeout"},
		"nothing at the port":   {starttls, func(c *mail.Config) { c.Server = gone.Addr().String() }, "refused"},
		"a name without a host": {starttls, func(c *mail.Config) { c.Server = "mail.invalid:587" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config(t, c.server)
			c.change(&cfg)
			s, box := sender(t, cfg), outbox(t, "alice@example.org", "bob@example.org")
			sent, err := s.Drain(t.Context(), box, noon)
			if name == "not logged in" && err == nil { // the server refuses the sender
				if got := due(t, box, noon.AddDate(1, 0, 0)); sent != 0 || got != "" {
					t.Errorf("sent %d, due: %s", sent, got)
				}
				return
			}
			if err == nil || sent != 0 || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), cfg.Password) {
				t.Errorf("sent %d, %v", sent, err)
			}
			if got := due(t, box, noon.Add(time.Minute)); got != "alice@example.org 1, bob@example.org 1" {
				t.Errorf("to be tried again: %s", got)
			}
			if err := s.Check(t.Context()); err == nil {
				t.Error("a check finds nothing")
			}
		})
	}
	t.Cleanup(func() {
		for _, server := range []*fixtures.MailServer{starttls, direct, plain} {
			if got, _ := server.Mails(); len(got) > 0 {
				t.Errorf("delivered all the same: %+v", got)
			}
		}
	})
}

// forgetful is an outbox whose Sent is never noted, as when the desk is killed
// before it.
type forgetful struct{ *store.Store }

var errKilled = errors.New("killed")

func (forgetful) Sent(context.Context, int64, time.Time) error { return errKilled }

// TestSentAgainIsRecognised: where the desk is killed after the server has taken a
// mail, or the server's answer is lost, the mail is sent again under the same ID.
func TestSentAgainIsRecognised(t *testing.T) {
	t.Parallel()
	server := start(t, fixtures.STARTTLS)
	s, box := sender(t, config(t, server)), outbox(t, "alice@example.org", "cut@example.org", "bob@example.org")
	if _, err := s.Drain(t.Context(), forgetful{box}, noon); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	if sent, err := s.Drain(t.Context(), box, noon); err == nil || sent != 1 {
		t.Errorf("the answer was lost: sent %d, %v", sent, err)
	}
	if got := due(t, box, noon.AddDate(1, 0, 0)); got != "cut@example.org 1, bob@example.org 0" {
		t.Errorf("to be tried again: %s", got)
	}
	if sent, err := s.Drain(t.Context(), box, noon.Add(time.Minute)); err == nil || sent != 0 {
		t.Errorf("the answer was lost again: sent %d, %v", sent, err)
	}
	drain(t, s, box, noon.Add(time.Minute), 1)
	ids := make(map[string]map[string]int)
	for _, m := range mails(t, server) {
		h, _ := header(t, m)
		if ids[m.To[0]] == nil {
			ids[m.To[0]] = make(map[string]int)
		}
		ids[m.To[0]][h.Get("Message-ID")]++
	}
	for address, copies := range map[string]int{"alice@example.org": 2, "cut@example.org": 2, "bob@example.org": 1} {
		if len(ids[address]) != 1 {
			t.Errorf("%s got mails with the IDs %v", address, ids[address])
		}
		for _, n := range ids[address] {
			if n != copies {
				t.Errorf("%s got %d copies, not %d", address, n, copies)
			}
		}
	}
}

// TestCancel ends a connection that a server keeps waiting.
func TestCancel(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var once sync.WaitGroup
	once.Go(func() {
		conn, err := l.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		cancel()
		_, _ = conn.Read(make([]byte, 1)) // until the sender closes it
		conn.Close()
	})
	s := sender(t, mail.Config{Server: l.Addr().String(), From: "desk@example.org", Name: "desk", Timeout: time.Hour})
	if err := s.Check(ctx); err == nil {
		t.Error("a check that was ended finds nothing")
	}
	once.Wait()
}

// TestNothingIsInjected: what is no bare address gets no mail and is given up, and
// no such sender is taken.
func TestNothingIsInjected(t *testing.T) {
	t.Parallel()
	server := start(t, fixtures.STARTTLS)
	s := sender(t, config(t, server))
	box := outbox(t,
		"alice@example.org\r\nBcc: carol@example.org", "alice@example.org, bob@example.org", "Alice <alice@example.org>", "alice", "",
		"<alice@example.org>", "alice@example.org\x00", "\"a\r\nb\"@example.org",
	)
	drain(t, s, box, noon, 0)
	if got := due(t, box, noon.AddDate(1, 0, 0)); got != "" || len(mails(t, server)) > 0 {
		t.Errorf("due: %s; delivered: %+v", got, mails(t, server))
	}
	good := config(t, server)
	for name, change := range map[string]func(*mail.Config){
		"name":              func(c *mail.Config) { c.Name = "desk\nBcc: carol@example.org" },
		"sender":            func(c *mail.Config) { c.From = "desk@example.org\nBcc: carol@example.org" },
		"sender's name":     func(c *mail.Config) { c.From = "desk <desk@example.org>" },
		"no sender":         func(c *mail.Config) { c.From = "" },
		"no port":           func(c *mail.Config) { c.Server = "mail.example.org" },
		"port of a name":    func(c *mail.Config) { c.Server = "mail.example.org:smtp" },
		"port out of range": func(c *mail.Config) { c.Server = "mail.example.org:70000" },
		"no host":           func(c *mail.Config) { c.Server = ":587" },
	} {
		cfg := good
		change(&cfg)
		if _, err := mail.New(cfg); err == nil {
			t.Errorf("%s: %+v is taken", name, cfg)
		}
	}
}
