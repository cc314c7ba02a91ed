package fetch_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"muster/agenda/internal/fake"
	"muster/agenda/internal/fetch"
)

// TestRedirects lets servers of each kind redirect to servers of each kind.
func TestRedirects(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(quic())
	t.Cleanup(plain.Close)
	secure := httptest.NewTLSServer(quic())
	t.Cleanup(secure.Close)
	tests := map[string]struct {
		fromTLS bool
		to      string
		refused bool
	}{
		"https to https":           {true, secure.URL, false},
		"https to http":            {true, plain.URL, true},
		"https to another's http":  {true, "http://example.org", true},
		"http to http on loopback": {false, plain.URL, false},
		"http to http elsewhere":   {false, "http://example.org", true},
		"http to https":            {false, secure.URL, false},
		"http to file":             {false, "file:///etc/passwd", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, tt.to+r.URL.Path, http.StatusFound)
			}))
			if tt.fromTLS {
				from.StartTLS()
			} else {
				from.Start()
			}
			t.Cleanup(from.Close)
			base, err := url.Parse(from.URL)
			if err != nil {
				t.Fatal(err)
			}
			c := client(t, from.URL, func(cfg *fetch.Config) {
				cfg.HTTP = &http.Client{Transport: secure.Client().Transport, CheckRedirect: fetch.RedirectRule(base)}
			})
			d, err := fetch.Get(t.Context(), c, request(from.URL))
			if !tt.refused {
				if err != nil || len(d.Value) != 1 {
					t.Errorf("got %+v, %v", d, err)
				}
				return
			}
			checkFailure(t, err, fetch.ErrUnusable, from.URL+path)
			if !strings.Contains(err.Error(), "redirect refused") || strings.Contains(err.Error(), "tries") {
				t.Errorf("error %q", err)
			}
		})
	}
}

func TestRedirectsAreCounted(t *testing.T) {
	t.Parallel()
	for hops, refused := range map[int]bool{fetch.MaxRedirects: false, fetch.MaxRedirects + 1: true} {
		f := fake.Start(t)
		f.On(path, func(w http.ResponseWriter, r *http.Request) {
			if n := len(r.URL.Query().Get("n")); n < hops {
				http.Redirect(w, r, path+"?n="+strings.Repeat("x", n+1), http.StatusFound)
				return
			}
			quic()(w, r)
		})
		_, err := fetch.Get(t.Context(), client(t, f.URL, nil), request(f.URL))
		if (err != nil) != refused {
			t.Errorf("%d redirects: %v", hops, err)
		}
		if got := len(f.Requests(path)); got != fetch.MaxRedirects+1 {
			t.Errorf("%d redirects: asked %d times", hops, got)
		}
	}
}

func TestUntrustedCertificateIsNotRetried(t *testing.T) {
	t.Parallel()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of the client
	secure.StartTLS()
	t.Cleanup(secure.Close)
	_, err := fetch.Get(t.Context(), client(t, secure.URL, nil), request(secure.URL))
	checkFailure(t, err, fetch.ErrUnreachable, secure.URL+path)
	if !strings.Contains(err.Error(), "certificate") || strings.Contains(err.Error(), "tries") {
		t.Errorf("got %v", err)
	}
}
