package xmppadmin_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"muster/fixtures/prosody"
	"muster/xmppadmin"
	"muster/xmppadmin/session"
)

func TestDialInEachWay(t *testing.T) {
	t.Parallel()
	tls12 := prosody.Options{Global: `ssl = { protocol = "tlsv1_2"; options = { "no_tlsv1_3" } }`}
	tests := []struct {
		name      string
		server    prosody.Options
		direct    bool
		mechanism string // that the server's log must name
	}{
		{"STARTTLS", prosody.Options{}, false, "SCRAM-SHA-1"},
		{"direct TLS", prosody.Options{}, true, "SCRAM-SHA-1"},
		{"STARTTLS with channel binding", tls12, false, "SCRAM-SHA-1-PLUS"},
		{"direct TLS with channel binding", tls12, true, "SCRAM-SHA-1-PLUS"},
		{"PLAIN, the only mechanism, inside TLS", prosody.Options{
			Global: `disable_sasl_mechanisms = { "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS" }`,
		}, false, "PLAIN"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := onProsody(test.server)(t)
			cfg := config(t, p)
			if cfg.DirectTLS = test.direct; test.direct {
				cfg.Server = p.DirectTLSAddr
			}
			c := dial(t, cfg)
			if _, err := xmppadmin.Open(t.Context(), c, p.Service, "auto"); err != nil {
				t.Error(err)
			}
			if want := "mechanism='" + test.mechanism + "'"; !strings.Contains(logOf(t, p), want) {
				t.Errorf("the server's log has no %s", want)
			}
		})
	}
}

func TestDialFailures(t *testing.T) {
	t.Parallel()
	p := onProsody(prosody.Options{})(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	tests := []struct {
		name   string
		change func(*session.Config)
		says   string
		hint   session.HintKind
		about  string // the domain that the hint names
	}{
		{"wrong password", func(c *session.Config) { c.Password = "wrong" },
			"log in as muster@example.org", session.HintCredentials, ""},
		{"no such account", func(c *session.Config) { c.JID = "stranger@example.org" },
			"log in as stranger@example.org", session.HintCredentials, ""},
		{"untrusted certificate", func(c *session.Config) { c.RootCAs = x509.NewCertPool() },
			"trust the certificate of", session.HintCertificate, "example.org"},
		{"certificate of another domain", func(c *session.Config) {
			c.JID, c.Server, c.DirectTLS = "muster@example.net", p.DirectTLSAddr, true
		}, "unrecognized name", session.HintTLS, "example.net"},
		{"domain that the server does not serve", func(c *session.Config) { c.JID = "muster@example.net" },
			"host-unknown", session.HintStream, "example.net"},
		{"no server at the port", func(c *session.Config) { c.Server = closed.Addr().String() },
			"connect to " + closed.Addr().String(), session.HintAddress, ""},
		{"a silent port", func(c *session.Config) {
			c.Server, c.Timeout = silent.Addr().String(), 300*time.Millisecond
		}, "negotiate a stream with", session.HintSilent, "example.org"},
		{"direct TLS at a STARTTLS port", func(c *session.Config) { c.DirectTLS = true },
			"secure the connection to", session.HintTLS, "example.org"},
		{"STARTTLS at a direct TLS port", func(c *session.Config) {
			c.Server, c.Timeout = p.DirectTLSAddr, 2*time.Second
		}, "negotiate a stream with", session.HintStream, "example.org"},
		{"no JID", func(c *session.Config) { c.JID = "example.org" },
			`"example.org"`, session.HintAccount, ""},
		{"full JID", func(c *session.Config) { c.JID = "muster@example.org/x" },
			"not a bare JID", session.HintAccount, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cfg := config(t, p)
			test.change(&cfg)
			began := time.Now()
			c, err := session.Dial(t.Context(), cfg)
			if err == nil {
				c.Close()
				t.Fatal("it connected")
			}
			var ce *session.ConnectError
			if !errors.Is(err, xmppadmin.ErrUnavailable) || !errors.As(err, &ce) {
				t.Fatalf("%v is no ConnectError", err)
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("the error is %q, which does not contain %q", err, test.says)
			}
			if ce.Hint.Kind != test.hint || ce.Hint.Domain != test.about {
				t.Errorf("the hint is %+v, not %s of %q", ce.Hint, test.hint, test.about)
			}
			if strings.Contains(fmt.Sprint(err, ce.Hint), cfg.Password) {
				t.Error("the error shows the password")
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func TestOpenFailures(t *testing.T) {
	t.Parallel()
	p := onProsody(prosody.Options{Companion: true})(t)
	alice := config(t, p)
	alice.JID = "alice@example.org"
	tests := []struct {
		name            string
		config          session.Config
		domain, dialect string
		says            string
		kind            session.HintKind
		hints           string // in the hint's values
	}{
		{"misspelt service", config(t, p), "romms.example.org", "auto", "romms.example.org", session.HintService, "[rooms.example.org]"},
		{"a service of another server", config(t, p), "conference.other.invalid", "auto", "conference.other.invalid",
			session.HintService, "[rooms.example.org]"},
		{"the server itself", config(t, p), "example.org", "auto", "not a multi-user chat service", session.HintService, "example.org"},
		{"unknown dialect", config(t, p), p.Service, "klingon", `"klingon"`, session.HintDialect, "owner prosody"},
		{"commands without the right", alice, p.Service, "prosody", "alice@example.org", session.HintCommands, "admins"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := xmppadmin.Open(t.Context(), dial(t, test.config), test.domain, test.dialect)
			var ce *session.ConnectError
			if !errors.As(err, &ce) {
				t.Fatalf("%v is no ConnectError", err)
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("the error is %q, which does not contain %q", err, test.says)
			}
			if ce.Hint.Kind != test.kind || !strings.Contains(fmt.Sprint(ce.Hint), test.hints) {
				t.Errorf("the hint is %+v, not %s with %q", ce.Hint, test.kind, test.hints)
			}
		})
	}
}
