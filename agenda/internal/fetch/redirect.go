package fetch

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// MaxRedirects is how many redirects one request follows.
const MaxRedirects = 5

// ErrRedirect is a redirect that is not followed.
var ErrRedirect = errors.New("redirect refused")

// RedirectRule returns the rule for redirects ([http.Client.CheckRedirect]) of
// a server: a few in a row, to https only; where the server itself is plain
// http on this machine, also to plain http on this machine.
func RedirectRule(base *url.URL) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		if len(via) > MaxRedirects {
			return fmt.Errorf("%w: more than %d in a row", ErrRedirect, MaxRedirects)
		}
		to := req.URL
		if to.Scheme == "https" {
			return nil
		}
		if to.Scheme == "http" && base.Scheme == "http" && Loopback(to.Hostname()) {
			return nil
		}
		return fmt.Errorf("%w: to %.80q, which is not https", ErrRedirect, to.Redacted())
	}
}

// Loopback reports whether a host is this machine itself, without asking DNS.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
