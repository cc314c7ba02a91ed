// Package agenda reads the agendas of IETF meetings, and the list of groups,
// from a Datatracker.
//
// HTTP and the Datatracker's JSON stop here: a caller gets a [Meeting] of
// [Session] and [Group] values, joined from agenda.json and agenda-data, or a
// [GroupList] of what groups there are, or an error that names the failure and
// the document. What the Datatracker means by its data is decided here
// too: which chat room a session has, and which group states are active or
// over. Which rooms there should be is left to others.
package agenda

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"muster/agenda/internal/fetch"
)

// Config is how to reach a Datatracker.
type Config struct {
	// URL is the address of the Datatracker: https, or http on a loopback
	// host.
	URL string
	// ChatPattern is the shape of chat links beyond those to XMPP and Zulip: a
	// web address with {room} in place of the room. It may be empty.
	ChatPattern string
	// Timeout is for one document, all tries together; 0 means 30 seconds.
	Timeout time.Duration
	// CacheDir is a folder for copies of what was fetched, made when it is
	// first needed; empty for no cache.
	CacheDir string
	// Logger gets a line for each request and each retry, at debug level; it
	// may be nil.
	Logger *slog.Logger
	// UserAgent is the name that the client gives itself; muster where it is
	// empty.
	UserAgent string
	// Now is the clock by which meetings are current or next and cached
	// copies are dated; it may be nil for the system's.
	Now func() time.Time
}

// Client reads agendas and groups from one Datatracker. It can be used from
// several goroutines at once.
type Client struct {
	base  *url.URL
	docs  *fetch.Client
	links chatLinks
	now   func() time.Time

	poster    *http.Client // follows nothing, and sends nothing twice
	timeout   time.Duration
	userAgent string
}

// New checks a configuration and makes a client of it. It touches neither the
// network nor the cache.
func New(cfg Config) (*Client, error) {
	base, err := parseBase(cfg.URL)
	if err != nil {
		return nil, err
	}
	if cfg.Timeout < 0 {
		return nil, fmt.Errorf("datatracker timeout must not be negative, got %s", cfg.Timeout)
	}
	links, err := newChatLinks(cfg.ChatPattern)
	if err != nil {
		return nil, err
	}
	docs := cfg.fetching(base)
	poster := &http.Client{Transport: docs.HTTP.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Client{
		base: base, docs: fetch.New(docs), links: links, now: docs.Now, poster: poster, timeout: docs.Timeout, userAgent: docs.UserAgent,
	}, nil
}

// fetching returns how documents are fetched from base by this configuration.
func (cfg Config) fetching(base *url.URL) fetch.Config {
	c := fetch.Config{
		HTTP: retryablehttp.NewClient().HTTPClient, Timeout: cfg.Timeout, CacheDir: cfg.CacheDir,
		Retry:     fetch.RetryPolicy{Tries: 5, First: 500 * time.Millisecond, Most: 8 * time.Second},
		UserAgent: cfg.UserAgent, Log: cfg.Logger, Now: cfg.Now,
	}
	c.HTTP.CheckRedirect = fetch.RedirectRule(base)
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.UserAgent == "" {
		c.UserAgent = "muster"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
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
// them is enough: Warnings then names what is not known. The error is an
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
		f, err := c.openFile(src.name)
		if err != nil {
			return Meeting{}, err
		}
		return c.fromFile(*f), nil
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

// parseBase checks the Datatracker's address: https, or http on a loopback
// host, with nothing behind the path.
func parseBase(raw string) (*url.URL, error) {
	// Whatever is before an @ may be a password, also where the address is
	// too broken to be parsed.
	shown := raw[strings.LastIndexByte(raw, '@')+1:]
	refuse := func(why string) (*url.URL, error) {
		return nil, fmt.Errorf("datatracker url %.80q: %s", shown, why)
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return refuse("not a URL")
	case u.User != nil:
		return refuse("must not have a user or a password")
	case u.Hostname() == "":
		return refuse("no host")
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return refuse("must not have a query or a fragment")
	case u.Scheme == "https", u.Scheme == "http" && fetch.Loopback(u.Hostname()):
		return u, nil
	}
	return refuse("want https (http only on a loopback host)")
}

// agendaURL returns the page where a person reads a meeting's agenda, empty
// where the meeting is not known. An interim meeting has no agenda page but
// one for its group's session.
func (c *Client) agendaURL(number string, groups []Group) string {
	if numberForm.MatchString(number) {
		return c.base.JoinPath("meeting", number, "agenda/").String()
	}
	if !interimForm.MatchString(number) {
		return ""
	}
	if len(groups) == 1 {
		return c.base.JoinPath("meeting", number, "session", url.PathEscape(groups[0].Acronym)).String()
	}
	return c.base.JoinPath("meeting", "upcoming").String()
}

// ServerTime returns the time by the Datatracker's clock, to the second, from
// the Date of an answer of any status (RFC 9110 §6.6.1). One request is sent, and
// nothing is cached.
func (c *Client) ServerTime(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, clockTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, c.base.String(), nil)
	if err != nil {
		return time.Time{}, fmt.Errorf("datatracker: %w", err)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got, err := client.Do(req)
	if err != nil {
		return time.Time{}, fmt.Errorf("datatracker: %w", err)
	}
	defer got.Body.Close()
	at, err := http.ParseTime(got.Header.Get("Date"))
	if err != nil {
		return time.Time{}, fmt.Errorf("datatracker: HEAD %s: the answer has no date", c.base)
	}
	return at, nil
}

// clockTimeout bounds the request for the Datatracker's time.
const clockTimeout = 10 * time.Second
