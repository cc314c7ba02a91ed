package agenda

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Config says how to reach a Datatracker.
type Config struct {
	// URL is where it is: https, or http on a loopback host.
	URL string
	// Timeout is for one document, all retries together; 0 means 30 seconds.
	Timeout time.Duration
	// CacheDir is a folder for copies of what was fetched, made when it is
	// first needed; empty for no cache.
	CacheDir string
	// Logger is told of retries, at debug level; it may be nil.
	Logger *slog.Logger
	// UserAgent is the client's name for itself; muster where it is empty.
	UserAgent string
	// HTTPClient brings a transport of its own, with which CA certificates
	// can be set; it may be nil. It is not changed, and its rule for
	// redirects is not used.
	HTTPClient *http.Client
	// Now is the clock by which meetings are current or next and cached
	// copies are dated; it may be nil for the system's.
	Now func() time.Time
}

// Client reads agendas and groups from one Datatracker. It can be used from several
// goroutines at once.
type Client struct {
	base     *url.URL
	timeout  time.Duration
	http     *http.Client
	cache    *cache // nil for none
	log      *slog.Logger
	agent    string
	now      func() time.Time
	patience patience
}

// New checks a configuration and makes a client of it. It touches neither the
// network nor the cache.
func New(cfg Config) (*Client, error) {
	base, err := parseBase(cfg.URL)
	if err != nil {
		return nil, err
	}
	if cfg.Timeout < 0 {
		return nil, fmt.Errorf("datatracker timeout %s: want more than 0", cfg.Timeout)
	}
	c := &Client{
		base: base, timeout: cfg.Timeout, log: cfg.Logger, agent: cfg.UserAgent, now: cfg.Now,
		patience: patience{tries: 5, first: 500 * time.Millisecond, most: 8 * time.Second},
	}
	if c.timeout == 0 {
		c.timeout = 30 * time.Second
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.agent == "" {
		c.agent = "muster"
	}
	if c.now == nil {
		c.now = time.Now
	}
	if cfg.CacheDir != "" {
		c.cache = &cache{cfg.CacheDir}
	}
	c.http = retryablehttp.NewClient().HTTPClient
	if cfg.HTTPClient != nil {
		own := *cfg.HTTPClient
		c.http = &own
	}
	c.http.CheckRedirect = redirectRule(base)
	return c, nil
}

// Meeting reads the agenda of a meeting, which is named by a number ("126"),
// as current or next, as an interim ("interim-2026-quic-01"), or as a file
// ("file:PATH") with an agenda.json or agenda-data document; a file is read
// without touching the network.
//
// The current meeting is the first whose first day is no more than 31 days
// ago, as on the Datatracker itself; the next one is the one after it.
//
// Of a numbered meeting both agenda.json and agenda-data are read. One of
// them is enough: Warnings then says what is not known. The error is an
// [*Error], or wraps several, unless the name is not a valid one or its file
// cannot be opened.
func (c *Client) Meeting(ctx context.Context, name string) (Meeting, error) {
	src, err := parseSource(name)
	if err != nil {
		return Meeting{}, err
	}
	var m Meeting
	switch src.kind {
	case byFile:
		m, err = readFile(src.name)
	case byNumber:
		m, err = c.numbered(ctx, src.name)
	case byInterim:
		m, err = c.interim(ctx, src.name)
	case byCurrent, byNext:
		m, err = c.relative(ctx, src.kind == byNext)
	}
	if err != nil {
		return Meeting{}, err
	}
	m.AgendaURL = c.agendaURL(m.Number, m.Groups)
	return m, nil
}
