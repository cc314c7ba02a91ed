package session

import (
	"crypto/x509"
	"log/slog"
	"time"
)

// Config is where to log in and as whom.
type Config struct {
	// JID is the account's bare JID.
	JID string
	// Password is never sent but over TLS, and by PLAIN only where the server
	// offers no SCRAM mechanism at all.
	Password string
	// Server is host:port; empty to look the server up by its SRV records
	// (RFC 6120 §3.2, XEP-0368).
	Server string
	// DirectTLS means that Server takes TLS from the first byte. Otherwise TLS
	// begins with STARTTLS, which the server must agree to.
	DirectTLS bool
	// RootCAs are the authorities to trust; nil for the system's.
	RootCAs *x509.CertPool
	// Timeout bounds one request and its answer; 30 s where it is zero.
	Timeout time.Duration
	// ReconnectTimeout bounds the attempts to connect again after a loss; one
	// minute where it is zero.
	ReconnectTimeout time.Duration
	// WaitLimit bounds the time that the client spends waiting in all, for
	// answers that do not come and for a connection after a loss; two minutes
	// where it is zero. Once it is spent, every request fails at once with
	// ErrUnavailable. Waiting ends at most one Timeout later.
	WaitLimit time.Duration
	// MaxInFlight is how many requests may be under way at once; 32 where zero.
	MaxInFlight int
	// Logger receives connections made and lost; nil for no log.
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	if c.ReconnectTimeout <= 0 {
		c.ReconnectTimeout = time.Minute
	}
	if c.WaitLimit <= 0 {
		c.WaitLimit = 2 * time.Minute
	}
	if c.MaxInFlight <= 0 {
		c.MaxInFlight = 32
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}
