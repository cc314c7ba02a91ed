package mail

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"muster/frontdesk/store"
)

// Config is how mails are sent.
type Config struct {
	// Server is the SMTP server (host:port). ServerName is the name that its
	// certificate must have; empty for the host.
	Server, ServerName string
	// DirectTLS has the connection begin with TLS; otherwise STARTTLS is used,
	// and a server that does not offer it gets no mail.
	DirectTLS bool
	// User and Password log in; an empty User does not.
	User, Password string
	// From is the mail address of the sender, Name its name and the subject of
	// the mails.
	From, Name string
	// Roots are the authorities that are trusted; nil for the system's.
	Roots *x509.CertPool
	// Timeout is how long one connection may take to begin, and to take one
	// mail; 0 for 30 seconds.
	Timeout time.Duration
}

// Sender sends mails. It is safe for use by many goroutines.
type Sender struct {
	cfg    Config
	host   string
	port   int
	domain string // of From, for the IDs of messages
}

// New returns a sender. It connects to nothing.
func New(cfg Config) (*Sender, error) {
	host, port, err := net.SplitHostPort(cfg.Server)
	if err != nil {
		return nil, fmt.Errorf("mail server %q: %w", cfg.Server, err)
	}
	s := &Sender{cfg: cfg, host: host}
	if s.port, err = strconv.Atoi(port); err != nil || s.port < 1 || s.port > 65535 || host == "" {
		return nil, fmt.Errorf("mail server %q: not an address of the form host:port", cfg.Server)
	}
	if err := checkAddress(cfg.From); err != nil {
		return nil, fmt.Errorf("sender of mails: %w", err)
	}
	if hasControls(cfg.Name) {
		return nil, fmt.Errorf("name of the sender of mails %q: it has control characters", cfg.Name)
	}
	_, s.domain, _ = strings.Cut(cfg.From, "@")
	if s.cfg.Timeout == 0 {
		s.cfg.Timeout = 30 * time.Second
	}
	return s, nil
}

// Check connects to the server and logs in, and sends nothing.
func (s *Sender) Check(ctx context.Context) error {
	c, err := s.connect(ctx)
	if err != nil {
		return err
	}
	return c.close()
}

// connection is one connection to the server, which is closed when its context
// ends.
type connection struct {
	*gomail.Client
	release func() bool
}

func (c connection) close() error {
	defer c.release()
	return c.Close()
}

// connect connects to the server, takes up TLS and logs in.
func (s *Sender) connect(ctx context.Context) (connection, error) {
	release := func() bool { return true }
	config := &tls.Config{ServerName: cmp.Or(s.cfg.ServerName, s.host), RootCAs: s.cfg.Roots, MinVersion: tls.VersionTLS12}
	dial := func(ctx2 context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx2, network, address)
		if err != nil {
			return nil, err
		}
		release = context.AfterFunc(ctx, func() { conn.Close() })
		if s.cfg.DirectTLS {
			conn = tls.Client(conn, config)
		}
		return conn, nil
	}
	options := []gomail.Option{
		gomail.WithPort(s.port), gomail.WithTimeout(s.cfg.Timeout), gomail.WithTLSConfig(config),
		gomail.WithDialContextFunc(dial), gomail.WithTLSPolicy(gomail.TLSMandatory),
	}
	if s.cfg.DirectTLS {
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithSSL())
	}
	if s.cfg.User != "" {
		options = append(options, gomail.WithUsername(s.cfg.User), gomail.WithPassword(s.cfg.Password), gomail.WithOpportunisticSMTPAuth(
			gomail.SMTPAuthSCRAMSHA256PLUS, gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin,
		))
	}
	c, err := gomail.NewClient(s.host, options...)
	if err == nil {
		err = c.DialWithContext(ctx)
	}
	if err != nil {
		release()
		return connection{}, fmt.Errorf("mail server %s: %w", s.cfg.Server, err)
	}
	return connection{c, func() bool { return release() }}, nil
}

// compose makes a mail of a message. Its ID is that of the message: a copy that
// is sent again can be recognised.
func (s *Sender) compose(m store.Message, now time.Time) (*gomail.Msg, error) {
	if err := checkAddress(m.Address); err != nil {
		return nil, err
	}
	mail := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := errors.Join(mail.FromFormat(s.cfg.Name, s.cfg.From), mail.To(m.Address)); err != nil {
		return nil, err
	}
	mail.Subject(s.cfg.Name)
	mail.SetDateWithValue(now)
	mail.SetMessageIDWithValue(fmt.Sprintf("desk.%d.%x@%s", m.ID, keyOf(m.Key), s.domain))
	mail.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834
	mail.SetBodyString(gomail.TypeTextPlain, m.Body)
	return mail, nil
}

// keyOf returns a short form of a message's key, which tells it from one of the
// same number in another database.
func keyOf(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:8]
}

// checkAddress returns why a text is not one bare mail address.
func checkAddress(address string) error {
	parsed, err := netmail.ParseAddress(address)
	switch {
	case err != nil:
		return fmt.Errorf("%q is not a mail address: %w", address, err)
	case parsed.Name != "" || parsed.Address != address || hasControls(address):
		return fmt.Errorf("%q is not one bare mail address", address)
	}
	return nil
}

func hasControls(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == '\x7f' })
}
