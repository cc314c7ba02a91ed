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
// without where that fails, because a proxy that ends TLS in front of the
// server breaks it.
func (c *Client) loginAt(ctx context.Context, t target) (*Stream, error) {
	bound := []sasl.Mechanism{sasl.ScramSha256Plus, sasl.ScramSha1Plus}
	unbound := []sasl.Mechanism{sasl.ScramSha256, sasl.ScramSha1, sasl.Plain}

	l := &login{mechanisms: slices.Concat(bound, unbound)}
	st, err := c.negotiate(ctx, t, l)
	if err == nil || !l.refused || !slices.ContainsFunc(l.offered, isBound) {
		return st, err
	}
	return c.negotiate(ctx, t, &login{mechanisms: unbound})
}

func isBound(mechanism string) bool { return strings.HasSuffix(mechanism, "-PLUS") }

// login is what one attempt to log in may use, and what it found out.
type login struct {
	mechanisms []sasl.Mechanism
	offered    []string // the server's mechanisms
	refused    bool     // authentication was tried, and did not succeed
}

// sasl returns the library's SASL feature, watched. It is used on TLS alone:
// the library requires that, so PLAIN never goes over an open stream.
func (l *login) sasl(password string) xmpp.StreamFeature {
	f := xmpp.SASL("", password, l.mechanisms...)
	negotiate := f.Negotiate
	f.Negotiate = func(ctx context.Context, s *xmpp.Session, data any) (xmpp.SessionState, io.ReadWriter, error) {
		l.offered, _ = data.([]string)
		mask, rw, err := negotiate(ctx, s, data)
		l.refused = err != nil && !broken(err)
		return mask, rw, err
	}
	return f
}

// used returns the mechanism that was chosen: the first of ours that the
// server offered.
func (l *login) used() string {
	for _, m := range l.mechanisms {
		if slices.Contains(l.offered, m.Name) {
			return m.Name
		}
	}
	return ""
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
	how := Connection{Address: t.address, TLS: tls.VersionName(secured.Version), Mechanism: l.used()}
	if len(secured.PeerCertificates) > 0 {
		how.Expires = secured.PeerCertificates[0].NotAfter
	}
	return newStream(c, session, raw, how), nil
}

// loginError returns the step that a failed negotiation failed at.
func (c *Client) loginError(ctx context.Context, t target, l *login, err error) error {
	domain := c.account.Domainpart()
	var verify *tls.CertificateVerificationError
	switch {
	case errors.As(err, &verify):
		return c.tlsError(t, err)
	case l.refused:
		return &ConnectError{Step: "log in as", On: c.account.String(), Err: err, Hint: l.refusalHint(err)}
	case ctx.Err() != nil:
		return &ConnectError{
			Step: "negotiate a stream with", On: t.address, Temporary: true,
			Err:  fmt.Errorf("not finished within %s: %w", c.cfg.Timeout, context.Cause(ctx)),
			Hint: Hint{Kind: HintSilent, Domain: domain},
		}
	default:
		return &ConnectError{
			Step: "negotiate a stream with", On: t.address, Err: err, Temporary: broken(err),
			Hint: Hint{Kind: HintStream, Domain: domain},
		}
	}
}

func (l *login) refusalHint(err error) Hint {
	if strings.Contains(err.Error(), "no matching SASL mechanisms") {
		return Hint{Kind: HintMechanisms, Names: l.offered}
	}
	return Hint{Kind: HintCredentials}
}

// broken reports whether an error is one of the connection and not of what was
// sent over it. A stream that ends in the middle of an element is one too.
func broken(err error) bool {
	var ne net.Error
	var cut *xml.SyntaxError
	return errors.As(err, &ne) || errors.As(err, &cut) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}
