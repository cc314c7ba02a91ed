package agenda

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// maxRedirects is how many redirects one request follows.
const maxRedirects = 5

// errRedirect marks a redirect that is not followed.
var errRedirect = errors.New("redirect refused")

// parseBase checks the Datatracker's address: https, or http on a loopback
// host, with nothing behind the path.
func parseBase(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("datatracker url %q: not a URL", clip(raw))
	}
	switch {
	case u.Hostname() == "":
		return nil, fmt.Errorf("datatracker url %q: no host", clip(raw))
	case u.User != nil:
		return nil, fmt.Errorf("datatracker url %q: user and password have no place in it", u.Redacted())
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return nil, fmt.Errorf("datatracker url %q: query and fragment have no place in it", clip(raw))
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return u, nil
	}
	return nil, fmt.Errorf("datatracker url %q: want https (http only on a loopback host)", clip(raw))
}

// loopback says whether a host is this machine itself, without asking DNS.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// redirectRule lets requests be redirected a few times, over https alone;
// where the base is plain http on this machine, also to plain http on this
// machine.
func redirectRule(base *url.URL) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return fmt.Errorf("%w: more than %d in a row", errRedirect, maxRedirects)
		}
		to := req.URL
		if to.Scheme == "https" {
			return nil
		}
		if to.Scheme == "http" && base.Scheme == "http" && loopback(to.Hostname()) {
			return nil
		}
		return fmt.Errorf("%w: to %q, which is not https", errRedirect, clip(to.Redacted()))
	}
}

// agendaURL is the page where a person reads a meeting's agenda,
// empty where it is not known which meeting it is. An interim meeting has no
// agenda page but one for its group's session.
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
