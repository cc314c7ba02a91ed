package session

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/net/idna"

	"muster/xmppadmin/session/internal/socket"
)

// attempt bounds one attempt to reach one address, so that one that swallows
// packets leaves time for the next.
const attempt = 10 * time.Second

// target is one place where the server may be reached.
type target struct {
	address  string // host:port
	direct   bool   // TLS from the first byte (XEP-0368)
	priority uint16
}

// targets lists where to try, in order. The library's own look-up invents an
// address where there is no SRV record, tries it first, and keeps no order
// between the two kinds of records.
func (c *Client) targets(ctx context.Context) ([]target, error) {
	if c.cfg.Server != "" {
		return []target{{address: c.cfg.Server, direct: c.cfg.DirectTLS}}, nil
	}
	domain := asciiDomain(c.account.Domainpart())
	var all []target
	var failed error
	declined := false
	for service, direct := range map[string]bool{"xmpp-client": false, "xmpps-client": true} {
		found, none, err := c.lookup(ctx, service, domain, direct)
		if err != nil {
			failed = err
		}
		all, declined = append(all, found...), declined || none
	}
	fail := func(err error, temporary bool) ([]target, error) {
		return nil, &ConnectError{
			Step: "look up", On: "the server of " + domain, Err: err, Temporary: temporary, Hint: Hint{Kind: HintLookup},
		}
	}
	switch {
	case len(all) > 0: // whatever has become of the other kind
	case failed != nil:
		return fail(failed, true)
	case declined:
		return fail(errors.New(`its SRV records have the target ".": it serves no clients`), false)
	default:
		return []target{{address: net.JoinHostPort(domain, "5222")}}, nil
	}
	slices.SortFunc(all, func(a, b target) int {
		if a.priority != b.priority {
			return int(a.priority) - int(b.priority)
		}
		if a.direct != b.direct && a.direct {
			return -1
		}
		return 0
	})
	return all, nil
}

// asciiDomain returns a domain as DNS and certificates have it, with A-labels
// (RFC 5891); the stream has it with U-labels.
func asciiDomain(domain string) string {
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return domain
	}
	return ascii
}

// resolver looks up SRV records, as a [net.Resolver] does.
type resolver interface {
	LookupSRV(ctx context.Context, service, proto, name string) (cname string, records []*net.SRV, err error)
}

// lookup returns the targets of one kind of SRV record. Where the domain has
// none, that is an empty list and no error. declined reports whether the domain
// has no such service, by the target "." (RFC 2782).
func (c *Client) lookup(ctx context.Context, service, domain string, direct bool) (found []target, declined bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	_, records, err := c.resolver.LookupSRV(ctx, service, "tcp", domain)
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	for _, r := range records {
		if r.Target == "." {
			declined = true
			continue
		}
		found = append(found, target{
			address: net.JoinHostPort(r.Target, strconv.Itoa(int(r.Port))),
			direct:  direct, priority: r.Priority,
		})
	}
	return found, declined, nil
}

// open makes the connection to a target, with TLS on it where the target
// takes it from the start.
func (c *Client) open(ctx context.Context, t target) (conn net.Conn, raw *meteredConn, err error) {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	var dialer net.Dialer
	tcp, err := dialer.DialContext(ctx, "tcp", t.address)
	if err != nil {
		return nil, nil, &ConnectError{
			Step: "connect to", On: t.address, Err: bareCause(err), Temporary: true,
			Hint: Hint{Kind: HintAddress},
		}
	}
	raw = &meteredConn{Conn: tcp, meter: &c.meter, ack: socket.QuickAck(tcp)}
	if !t.direct {
		return raw, raw, nil
	}
	secured := tls.Client(raw, c.tlsConfig("xmpp-client"))
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, nil, c.tlsError(t, err)
	}
	return secured, raw, nil
}

// tlsConfig verifies the certificate against the account's domain, whatever
// host the connection goes to (RFC 6125, RFC 6120 §13.7.2). Of the identities
// in a certificate DNS names count; SRV names and XMPP addresses do not.
func (c *Client) tlsConfig(protocols ...string) *tls.Config {
	return &tls.Config{
		ServerName: asciiDomain(c.account.Domainpart()),
		RootCAs:    c.cfg.RootCAs,
		MinVersion: tls.VersionTLS12,
		NextProtos: protocols,
	}
}

func (c *Client) tlsError(t target, err error) error {
	ce := &ConnectError{
		Step: "secure the connection to", On: t.address, Err: err, Temporary: true,
		Hint: Hint{Kind: HintTLS, Domain: asciiDomain(c.account.Domainpart())},
	}
	var verify *tls.CertificateVerificationError
	if errors.As(err, &verify) {
		ce.Step, ce.Err, ce.Temporary = "trust the certificate of", verify.Err, false
		ce.Hint.Kind = HintCertificate
	}
	return ce
}

// bareCause takes the address out of a dialling error, which is named anyway.
func bareCause(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// meteredConn counts the bytes of a connection and remembers when the last
// ones came.
type meteredConn struct {
	net.Conn
	meter *meter
	ack   func()       // has what was read acknowledged at once
	heard atomic.Int64 // Unix nanoseconds of the last successful read
}

// Read counts what it reads.
func (m *meteredConn) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	if n > 0 {
		m.meter.received.Add(int64(n))
		m.heard.Store(time.Now().UnixNano())
		m.ack()
	}
	return n, err
}

// Write counts what it writes.
func (m *meteredConn) Write(p []byte) (int, error) {
	n, err := m.Conn.Write(p)
	m.meter.sent.Add(int64(n))
	return n, err
}

// SetDeadline does what the connection's own does, but ignores times long
// past. The library sets one when the context of a login or a request ends,
// sometimes after the end of it, and clears it at once: what another goroutine
// writes in between would fail, and the stream with it.
func (m *meteredConn) SetDeadline(t time.Time) error {
	if longPast(t) {
		return nil
	}
	return m.Conn.SetDeadline(t)
}

// SetWriteDeadline ignores times long past, as SetDeadline does.
func (m *meteredConn) SetWriteDeadline(t time.Time) error {
	if longPast(t) {
		return nil
	}
	return m.Conn.SetWriteDeadline(t)
}

func longPast(t time.Time) bool { return !t.IsZero() && time.Since(t) > 24*time.Hour }

// idleSince reports whether nothing has been read since t.
func (m *meteredConn) idleSince(t time.Time) bool {
	return m.heard.Load() < t.UnixNano()
}
