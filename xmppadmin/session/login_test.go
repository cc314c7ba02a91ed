package session_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"muster/fixtures/xmpptest"
	"muster/xmppadmin/session"
)

// doorman is the server up to the login, at a port that takes TLS from the
// start: it offers mechanisms, and has one answer to each authentication.
type doorman struct {
	addr  string
	roots *x509.CertPool

	mu      sync.Mutex
	streams []string // the names that clients ask for: SNI, and "to"
	tried   []string // mechanisms
}

func newDoorman(t *testing.T, domain string, mechanisms []string, answer string) *doorman {
	t.Helper()
	cert, caFile := xmpptest.NewCertificate(t, domain)
	pem, err := os.ReadFile(caFile)
	if err != nil {
		t.Fatal(err)
	}
	d := &doorman{roots: x509.NewCertPool()}
	d.roots.AppendCertsFromPEM(pem)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.addr = listener.Addr().String()
	var all sync.WaitGroup
	t.Cleanup(func() { _ = listener.Close(); all.Wait() })
	features := ""
	for _, m := range mechanisms {
		features += "<mechanism>" + m + "</mechanism>"
	}
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { d.serve(conn, cert, features, answer) })
		}
	})
	return d
}

func (d *doorman) serve(conn net.Conn, cert tls.Certificate, features, answer string) {
	defer func() { _ = conn.Close() }()
	secured := tls.Server(conn, &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		d.note(&d.streams, hello.ServerName)
		return &cert, nil
	}})
	_ = secured.SetDeadline(time.Now().Add(20 * time.Second))
	in := bufio.NewReader(secured)
	until := func(mark string) string {
		var text string
		for !strings.Contains(text, mark) {
			part, err := in.ReadString('>')
			if text += part; err != nil {
				return text
			}
		}
		return text
	}
	open := until("<stream:stream")
	_, to, _ := strings.Cut(strings.ReplaceAll(open, `"`, `'`), " to='")
	to, _, _ = strings.Cut(to, "'")
	d.note(&d.streams, to)
	_, _ = fmt.Fprintf(secured, "<?xml version='1.0'?><stream:stream from='%s' id='s' version='1.0' xmlns='jabber:client' "+
		"xmlns:stream='http://etherx.jabber.org/streams'><stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>%s"+
		"</mechanisms></stream:features>", to, features)
	auth := until("<auth")
	_, used, _ := strings.Cut(strings.ReplaceAll(auth, `"`, `'`), "mechanism='")
	used, _, _ = strings.Cut(used, "'")
	d.note(&d.tried, used)
	until("</auth>")
	_, _ = fmt.Fprint(secured, answer)
	until("</stream:stream>")
}

func (d *doorman) note(list *[]string, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	*list = append(*list, text)
}

func (d *doorman) dial(t *testing.T, account string) *session.ConnectError {
	t.Helper()
	c, err := session.Dial(t.Context(), session.Config{
		JID: account, Password: "secret", Server: d.addr, DirectTLS: true, RootCAs: d.roots, Timeout: 10 * time.Second,
	})
	if err == nil {
		c.Close()
		t.Fatal("it logged in")
	}
	var ce *session.ConnectError
	if !errors.As(err, &ce) || !errors.Is(err, session.ErrUnavailable) {
		t.Fatalf("%v is no ConnectError", err)
	}
	return ce
}

func failure(condition, text string) string {
	if text != "" {
		text = "<text xml:lang='en'>" + text + "</text>"
	}
	return "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><" + condition + "/>" + text + "</failure>"
}

func streamError(condition, text string) string {
	if text != "" {
		text = "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>" + text + "</text>"
	}
	return "<stream:error><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>" + text + "</stream:error></stream:stream>"
}

func TestLoginsAreJudgedByCondition(t *testing.T) {
	t.Parallel()
	bound := []string{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN"}
	tests := []struct {
		name       string
		mechanisms []string
		answer     string
		text       string
		hint       session.HintKind
		temporary  bool
		tried      string
	}{
		{"a wrong password", bound, failure("not-authorized", ""),
			"not-authorized", session.HintCredentials, false, "SCRAM-SHA-256-PLUS"},
		{"a wrong password, in words", bound, failure("not-authorized", "Unable to authorize you."),
			"not-authorized: Unable to authorize you.", session.HintCredentials, false, "SCRAM-SHA-256-PLUS"},
		{"channel binding broken", bound, failure("malformed-request", "Invalid channel binding value."),
			"malformed-request: Invalid", session.HintCredentials, false, "SCRAM-SHA-256-PLUS SCRAM-SHA-256"},
		{"channel binding broken, in words", bound, failure("not-authorized", "Invalid channel binding"),
			"not-authorized: Invalid", session.HintCredentials, false, "SCRAM-SHA-256-PLUS SCRAM-SHA-256"},
		{"a directory that is away", bound, failure("temporary-auth-failure", "LDAP is down"),
			"temporary-auth-failure: LDAP is down", session.HintServer, true, "SCRAM-SHA-256-PLUS"},
		{"a disabled account", bound, failure("account-disabled", ""),
			"account-disabled", session.HintCredentials, false, "SCRAM-SHA-256-PLUS"},
		{"a server that stops", bound, streamError("system-shutdown", ""),
			"system-shutdown", session.HintServer, true, "SCRAM-SHA-256-PLUS"},
		{"a reset", bound, streamError("reset", ""), "reset", session.HintServer, true, "SCRAM-SHA-256-PLUS"},
		{"no resources", bound, streamError("resource-constraint", "Too many sessions"),
			"resource-constraint: Too many sessions", session.HintServer, true, "SCRAM-SHA-256-PLUS"},
		{"an error of the server's", bound, streamError("internal-server-error", ""),
			"internal-server-error", session.HintServer, true, "SCRAM-SHA-256-PLUS"},
		{"a time-out", bound, streamError("connection-timeout", ""),
			"connection-timeout", session.HintServer, true, "SCRAM-SHA-256-PLUS"},
		{"a ban", bound, streamError("policy-violation", "Too many (4) failed authentications"),
			"policy-violation: Too many (4) failed authentications", session.HintServer, false, "SCRAM-SHA-256-PLUS"},
		{"the strongest", []string{"PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-512"}, failure("not-authorized", ""),
			"not-authorized", session.HintCredentials, false, "SCRAM-SHA-512"},
		{"PLAIN, as no SCRAM is offered", []string{"DIGEST-MD5", "PLAIN"}, failure("not-authorized", ""),
			"not-authorized", session.HintCredentials, false, "PLAIN"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := newDoorman(t, "example.org", test.mechanisms, test.answer)
			ce := d.dial(t, "muster@example.org")
			if !strings.Contains(ce.Error(), test.text) || ce.Hint.Kind != test.hint || ce.Temporary != test.temporary {
				t.Errorf("%v, hint %+v, temporary %v", ce, ce.Hint, ce.Temporary)
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			if tried := strings.Join(d.tried, " "); tried != test.tried {
				t.Errorf("tried %s, want %s", tried, test.tried)
			}
		})
	}
}

// TestPlainIsNoWayRoundScram: the password is not given to a server that offers
// a SCRAM mechanism which this program does not know.
func TestPlainIsNoWayRoundScram(t *testing.T) {
	t.Parallel()
	d := newDoorman(t, "example.org", []string{"SCRAM-SHA3-512", "PLAIN"}, failure("not-authorized", ""))
	ce := d.dial(t, "muster@example.org")
	if ce.Hint.Kind != session.HintMechanisms || strings.Join(ce.Hint.Names, " ") != "SCRAM-SHA3-512 PLAIN" {
		t.Errorf("%v, hint %+v", ce, ce.Hint)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.tried) > 0 && d.tried[0] != "" {
		t.Errorf("tried %q", d.tried)
	}
}

// TestInternationalDomains: DNS, SNI and certificates have A-labels, the stream
// has U-labels, whichever the configuration has.
func TestInternationalDomains(t *testing.T) {
	t.Parallel()
	for _, account := range []string{"muster@exämple.org", "muster@EXÄMPLE.org", "muster@xn--exmple-cua.org"} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			d := newDoorman(t, "xn--exmple-cua.org", []string{"PLAIN"}, failure("not-authorized", ""))
			if ce := d.dial(t, account); ce.Hint.Kind != session.HintCredentials {
				t.Errorf("%v, hint %+v", ce, ce.Hint)
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			if got := strings.Join(d.streams, " "); got != "xn--exmple-cua.org exämple.org" {
				t.Errorf("the server was asked for %q", got)
			}
		})
	}
}
