package xmppadmin_test

import (
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"muster/fixtures/prosody"
	"muster/xmppadmin"
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
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	tests := []struct {
		name        string
		change      func(*xmppadmin.Config)
		says, hints string
	}{
		{"wrong password", func(c *xmppadmin.Config) { c.Password = "wrong" }, "log in as muster@example.org", "password"},
		{"no such account", func(c *xmppadmin.Config) { c.JID = "nobody@example.org" }, "log in as nobody@example.org", "account exists"},
		{"untrusted certificate", func(c *xmppadmin.Config) { c.RootCAs = x509.NewCertPool() }, "trust the certificate of", "xmpp.ca_file"},
		{"certificate of another domain", func(c *xmppadmin.Config) {
			c.JID, c.Server, c.DirectTLS = "muster@example.net", p.DirectTLSAddr, true
		}, "unrecognized name", "certificate for example.net"},
		{"domain that the server does not serve", func(c *xmppadmin.Config) { c.JID = "muster@example.net" }, "host-unknown", "example.net"},
		{"nobody listens", func(c *xmppadmin.Config) { c.Server = nobody.Addr().String() }, "connect to " + nobody.Addr().String(), "xmpp.server"},
		{"a port that says nothing", func(c *xmppadmin.Config) {
			c.Server, c.Timeout = silent.Addr().String(), 300*time.Millisecond
		}, "negotiate a stream with", "xmpp.tls"},
		{"direct TLS at a STARTTLS port", func(c *xmppadmin.Config) { c.DirectTLS = true }, "secure the connection to", "xmpp.tls"},
		{"STARTTLS at a direct TLS port", func(c *xmppadmin.Config) {
			c.Server, c.Timeout = p.DirectTLSAddr, 2*time.Second
		}, "negotiate a stream with", "xmpp.tls"},
		{"no JID", func(c *xmppadmin.Config) { c.JID = "example.org" }, `"example.org"`, "xmpp.jid"},
		{"full JID", func(c *xmppadmin.Config) { c.JID = "muster@example.org/x" }, "not a bare JID", "xmpp.jid"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cfg := config(t, p)
			test.change(&cfg)
			began := time.Now()
			c, err := xmppadmin.Dial(t.Context(), cfg)
			if err == nil {
				c.Close()
				t.Fatal("it connected")
			}
			var ce *xmppadmin.ConnectError
			if !errors.Is(err, xmppadmin.ErrUnavailable) || !errors.As(err, &ce) {
				t.Fatalf("%v is no ConnectError", err)
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("the error is %q, which does not say %q", err, test.says)
			}
			if !strings.Contains(ce.Hint(), test.hints) {
				t.Errorf("the hint is %q, which does not say %q", ce.Hint(), test.hints)
			}
			if strings.Contains(err.Error()+ce.Hint(), cfg.Password) {
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
		config          xmppadmin.Config
		domain, dialect string
		says, hints     string
	}{
		{"misspelt service", config(t, p), "romms.example.org", "auto", "romms.example.org", "xmpp.service"},
		{"the server itself", config(t, p), "example.org", "auto", "no multi-user chat service", "xmpp.service"},
		{"unknown dialect", config(t, p), p.Service, "klingon", `"klingon"`, "owner, prosody"},
		{"commands without the right", alice, p.Service, "prosody", "alice@example.org", "admins"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := xmppadmin.Open(t.Context(), dial(t, test.config), test.domain, test.dialect)
			var ce *xmppadmin.ConnectError
			if !errors.As(err, &ce) {
				t.Fatalf("%v is no ConnectError", err)
			}
			if !strings.Contains(err.Error(), test.says) || !strings.Contains(ce.Hint(), test.hints) {
				t.Errorf("error %q with the hint %q; they do not say %q and %q", err, ce.Hint(), test.says, test.hints)
			}
		})
	}
}
