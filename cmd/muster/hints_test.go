package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"testing"

	"muster/xmppadmin/session"
)

func TestConnectHints(t *testing.T) {
	t.Parallel()
	const domain = "example.org"
	cases := []struct {
		hint session.Hint
		want string
	}{
		{session.Hint{}, ""},
		{session.Hint{Kind: session.HintAccount}, "xmpp.jid is of the form muster@example.org"},
		{session.Hint{Kind: session.HintLookup}, "check the name service, or set xmpp.server to host:port"},
		{session.Hint{Kind: session.HintAddress}, "check that the server runs and that xmpp.server names its client port"},
		{session.Hint{Kind: session.HintTLS, Domain: domain},
			"check whether the port takes TLS from the start (xmpp.tls), and that the server has a certificate for example.org"},
		{session.Hint{Kind: session.HintCertificate, Domain: domain},
			"the certificate must be valid for example.org; for one of a private authority, set xmpp.ca_file"},
		{session.Hint{Kind: session.HintSilent, Domain: domain},
			"check that xmpp.server is the port for clients, and whether it takes TLS from the start (xmpp.tls)"},
		{session.Hint{Kind: session.HintStream, Domain: domain},
			"check that the server serves example.org, and whether the port takes TLS from the start (xmpp.tls)"},
		{session.Hint{Kind: session.HintMechanisms, Names: []string{"EXTERNAL", "DIGEST-MD5"}},
			"the server offers only EXTERNAL, DIGEST-MD5; SCRAM-SHA-512, SCRAM-SHA-256 or SCRAM-SHA-1 is needed, or PLAIN alone"},
		{session.Hint{Kind: session.HintCredentials}, "check xmpp.jid and the password, and that the account exists"},
		{session.Hint{Kind: session.HintServer, Domain: domain},
			"the server has refused for a reason of its own, not because of the password: see its log, and try again later"},
		{session.Hint{Kind: session.HintService, Domain: domain},
			"xmpp.service is the domain of the server's MUC component or host, often conference.example.org"},
		{session.Hint{Kind: session.HintCommands, Advice: "load admin_muc"}, "load admin_muc, or set xmpp.dialect to auto"},
		{session.Hint{Kind: session.HintDialect, Names: []string{"auto", "owner"}}, "the dialects are auto, owner"},
	}
	for _, c := range cases {
		t.Run(string(c.hint.Kind), func(t *testing.T) {
			t.Parallel()
			err := fmt.Errorf("x: %w", &session.ConnectError{Hint: c.hint})
			if got := hintOf(err); got != c.want {
				t.Errorf("hintOf = %q, want %q", got, c.want)
			}
		})
	}
}

func TestCertificateHints(t *testing.T) {
	t.Parallel()
	certificate := session.Hint{Kind: session.HintCertificate, Domain: "example.org"}
	cases := []struct {
		name  string
		cause error
		want  string
	}{
		{"expired", x509.CertificateInvalidError{Reason: x509.Expired},
			"renew the certificate of example.org; if it is valid, set this machine's clock"},
		{"of an unknown authority", x509.UnknownAuthorityError{},
			"the certificate must be valid for example.org; for one of a private authority, set xmpp.ca_file"},
		{"none", &net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")},
			"the server refuses TLS: check that it has a certificate for example.org (on Prosody: prosodyctl check certs)"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := &session.ConnectError{Step: "trust", On: "x", Err: fmt.Errorf("y: %w", c.cause), Hint: certificate}
			if got := hintOf(err); got != c.want {
				t.Errorf("hintOf = %q, want %q", got, c.want)
			}
		})
	}
}
