package site

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"muster/chatlog"
)

// Config is where pages are written and what they say.
type Config struct {
	// Dir is the folder; it is made where it is missing. One that has files
	// and was not written by this program is refused: ErrForeign.
	Dir string
	// URL is where the folder is served, ending in a slash; empty where that
	// is not known, and then there are no feeds and no sitemaps.
	URL string
	// Service is the domain of the MUC service.
	Service string
	// Hidden asks search engines not to index the pages.
	Hidden bool
	// Search has the pages lead to the search of [Handler], by which they are
	// then served.
	Search bool
	// WebClient is the address of a chat client, with {jid} where the address
	// of the room goes; empty for none.
	WebClient string
	// NoteWell is the address of the terms of participation.
	NoteWell string
	// Contact is the address or e-mail address to write to about the record.
	Contact string
	// Clients and Accounts are lists for the page "How to take part": texts, in
	// which addresses become links.
	Clients, Accounts []string
	// Before and After are how much before the start and after the end of a
	// session its transcript has.
	Before, After time.Duration
	// Full writes every page anew.
	Full bool
	// Now is the clock; nil for time.Now.
	Now func() time.Time
}

// ErrForeign means that the folder has files of something else.
var ErrForeign = errors.New("the folder has files and was not written by muster")

// ErrReserved means that a room has the name of a page.
var ErrReserved = errors.New("a room has the name of a page")

// ErrName means that a room has a name that no folder and no address may have.
var ErrName = errors.New("the name does not match [a-z0-9][a-z0-9._-]*")

// roomName matches the names of rooms that may be folders and parts of addresses.
var roomName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

// check finds what cannot be published to.
func (c Config) check() error {
	if c.Dir == "" {
		return errors.New("publish: no folder is given")
	}
	for _, address := range []struct{ what, value string }{{"address of the pages", c.URL}, {"web client", c.WebClient}, {"Note Well", c.NoteWell}} {
		u, err := url.Parse(strings.ReplaceAll(address.value, "{jid}", "x"))
		if address.value != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
			return fmt.Errorf("publish: the %s is not an http address: %.200q", address.what, address.value)
		}
	}
	for _, margin := range []time.Duration{c.Before, c.After} {
		if margin < 0 || margin > chatlog.MaxMargin {
			return fmt.Errorf("publish: a transcript cannot have %s before or after its session", margin)
		}
	}
	if c.URL != "" && !strings.HasSuffix(c.URL, "/") {
		return fmt.Errorf("publish: the address of the pages must end in a slash: %q", c.URL)
	}
	return nil
}

// margin returns the time that a transcript has beside its session.
func (c Config) margin() chatlog.Margin { return chatlog.Margin{Before: c.Before, After: c.After} }

// reserved are the names of files at the top, which no room may have.
var reserved = []string{"_meeting", "_static", "_search", "index.html", "about.html", "feed.atom", "sitemap.xml", "robots.txt", "favicon.ico"}
