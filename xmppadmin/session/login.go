package session

import (
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"mellium.im/sasl"
	"mellium.im/xmpp"
)

// connect reaches the server at the first target that accepts the connection,
// and logs in. A failure that is not temporary ends the search.
func (c *Client) connect(ctx context.Context) (*Stream, error) {
	targets, err := c.targets(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range targets {
		var st *Stream
		if st, err = c.loginAt(ctx, t); err == nil {
			return st, nil
		}
		if !temporary(err) {
			return nil, err
		}
	}
	return nil, err
}

// loginAt logs in at one target: with channel binding first, and once more
// without where that may be what failed, because a proxy that ends TLS in front
// of the server breaks it. A wrong password is tried once.
func (c *Client) loginAt(ctx context.Context, t target) (*Stream, error) {
	l := &login{bound: true}
	st, err := c.negotiate(ctx, t, l)
	if err == nil || l.refusal == nil || !strings.HasSuffix(l.used, plus) || !l.refusal.mayBeBinding() {
		return st, err
	}
	return c.negotiate(ctx, t, &login{})
}

// plus ends the names of mechanisms with channel binding.
const plus = "-PLUS"

// login is what one attempt to log in may use, and what it found out.
type login struct {
	bound   bool     // mechanisms with channel binding too
	offered []string // the server's mechanisms
	used    string   // the one that was chosen
	refusal *refusal // of the authentication, nil where it was not refused
}

// mechanisms returns what to use, the best first. The password is given away by
// PLAIN only where the server offers no SCRAM at all.
func (l *login) mechanisms() []sasl.Mechanism {
	if !slices.ContainsFunc(l.offered, func(m string) bool { return strings.HasPrefix(m, "SCRAM-") }) {
		return []sasl.Mechanism{sasl.Plain}
	}
	var all []sasl.Mechanism
	if l.bound {
		all = []sasl.Mechanism{scramSHA512(plus), sasl.ScramSha256Plus, sasl.ScramSha1Plus}
	}
	return append(all, scramSHA512(""), sasl.ScramSha256, sasl.ScramSha1)
}

// sasl returns the library's SASL feature, with the mechanisms chosen by what
// the server offers. It is used on TLS alone: the library requires that.
func (l *login) sasl(password string) xmpp.StreamFeature {
	f := xmpp.SASL("", password, sasl.Plain) // for its name and its reader
	f.Negotiate = func(ctx context.Context, s *xmpp.Session, data any) (xmpp.SessionState, io.ReadWriter, error) {
		l.offered, _ = data.([]string)
		mechanisms := l.mechanisms()
		for _, m := range slices.Backward(mechanisms) {
			if slices.Contains(l.offered, m.Name) {
				l.used = m.Name
			}
		}
		mask, rw, err := xmpp.SASL("", password, mechanisms...).Negotiate(ctx, s, data)
		if err != nil && !broken(err) {
			l.refusal = refusalOf(err)
		}
		return mask, rw, err
	}
	return f
}

// negotiate opens a connection and takes it through TLS, SASL and resource
// binding. The server chooses the resource: the library does not send one.
func (c *Client) negotiate(ctx context.Context, t target, l *login) (*Stream, error) {
	conn, raw, err := c.open(ctx, t)
	if err != nil {
		return nil, err
	}
	// The library looks at the context's end but clears at once the
	// deadline that it sets then; closing the connection is what ends it.
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })

	state := xmpp.SessionState(0)
	if t.direct {
		state = xmpp.Secure
	}
	session, err := xmpp.NewSession(ctx, c.account.Domain(), c.account, conn, state,
		xmpp.NewNegotiator(func(*xmpp.Session, *xmpp.StreamConfig) xmpp.StreamConfig {
			return xmpp.StreamConfig{Features: []xmpp.StreamFeature{
				xmpp.StartTLS(c.tlsConfig()), l.sasl(c.cfg.Password), xmpp.BindResource(),
			}}
		}))
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		cause := c.loginError(ctx, t, l, err)
		_ = conn.Close()
		return nil, cause
	}
	_ = conn.SetDeadline(time.Time{})
	c.cfg.Logger.Debug("logged in", "as", session.LocalAddr(), "at", t.address)
	secured := session.ConnectionState()
	how := Connection{Address: t.address, TLS: tls.VersionName(secured.Version), Mechanism: l.used}
	if len(secured.PeerCertificates) > 0 {
		how.Expires = secured.PeerCertificates[0].NotAfter
	}
	return newStream(c, session, raw, how), nil
}

// loginError returns the step that a failed negotiation failed at.
func (c *Client) loginError(ctx context.Context, t target, l *login, err error) error {
	domain := c.account.Domainpart()
	var verify *tls.CertificateVerificationError
	refused := l.refusal
	if refused == nil {
		refused = refusalOf(err)
	}
	switch {
	case errors.As(err, &verify):
		return c.tlsError(t, err)
	case refused.temporary():
		return &ConnectError{
			Step: "log in as", On: c.account.String(), Err: refused, Temporary: true, Hint: Hint{Kind: HintServer, Domain: domain},
		}
	case l.refusal != nil:
		return &ConnectError{Step: "log in as", On: c.account.String(), Err: refused, Hint: l.hint()}
	case ctx.Err() != nil:
		return &ConnectError{
			Step: "negotiate a stream with", On: t.address, Temporary: true,
			Err:  fmt.Errorf("not finished within %s: %w", c.cfg.Timeout, context.Cause(ctx)),
			Hint: Hint{Kind: HintSilent, Domain: domain},
		}
	default:
		return &ConnectError{
			Step: "negotiate a stream with", On: t.address, Err: refused, Temporary: broken(err),
			Hint: Hint{Kind: HintStream, Domain: domain},
		}
	}
}

// hint returns what to do about a refused authentication.
func (l *login) hint() Hint {
	switch {
	case l.used == "":
		return Hint{Kind: HintMechanisms, Names: l.offered}
	case l.refusal.stream:
		return Hint{Kind: HintServer}
	default:
		return Hint{Kind: HintCredentials}
	}
}

// broken reports whether an error is one of the connection and not of what was
// sent over it. A stream that ends in the middle of an element is one too.
func broken(err error) bool {
	var ne net.Error
	var cut *xml.SyntaxError
	return errors.As(err, &ne) || errors.As(err, &cut) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}
