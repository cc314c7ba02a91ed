package agenda

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestNewChecksTheURL(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ url, want string }{ // want is a part of the error, empty for none
		"https":              {"https://datatracker.ietf.org", ""},
		"https with a path":  {"https://example.org/dt/", ""},
		"http on 127":        {"http://127.0.0.1:8000", ""},
		"http on ::1":        {"http://[::1]:8000", ""},
		"http on localhost":  {"http://localhost:8000", ""},
		"http elsewhere":     {"http://datatracker.ietf.org", "want https"},
		"http, look-alike":   {"http://localhost.example.org", "want https"},
		"http, a name of ip": {"http://127.0.0.1.example.org", "want https"},
		"ftp":                {"ftp://example.org", "want https"},
		"no scheme":          {"datatracker.ietf.org", "no host"},
		"no host":            {"https://", "no host"},
		"empty":              {"", "no host"},
		"password":           {"https://me:secret@example.org", "no place"},
		"query":              {"https://example.org/?a=b", "no place"},
		"fragment":           {"https://example.org/#x", "no place"},
		"control character":  {"https://exa\x00mple.org", "not a URL"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := New(Config{URL: tt.url})
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got error %v, want one with %q", err, tt.want)
			case err != nil && strings.Contains(err.Error(), "secret"):
				t.Errorf("error %q tells the password", err)
			}
		})
	}
	if _, err := New(Config{URL: "https://example.org", Timeout: -1}); err == nil {
		t.Error("a negative timeout is accepted")
	}
}

// TestRedirects lets servers of each kind redirect to servers of each kind.
func TestRedirects(t *testing.T) {
	t.Parallel()
	answer := func(w http.ResponseWriter, r *http.Request) {
		document200(listDoc("126", listRow(1, "quic", nil)))(w, r)
	}
	plain := httptest.NewServer(http.HandlerFunc(answer))
	t.Cleanup(plain.Close)
	secure := httptest.NewTLSServer(http.HandlerFunc(answer))
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
			c := client(t, from.URL, func(cfg *Config) { cfg.HTTPClient = secure.Client() })
			m, err := c.Meeting(t.Context(), "interim-2026-quic-01")
			if !tt.refused {
				if err != nil || len(m.Sessions) != 1 {
					t.Errorf("got %+v, %v", m, err)
				}
				return
			}
			var failure *Error
			if !errors.Is(err, ErrUnusable) || !errors.As(err, &failure) || failure.Hint == "" {
				t.Fatalf("got %v, want one that is unusable", err)
			}
			if !containsAll(err.Error(), []string{"redirect refused", from.URL}) || strings.Contains(err.Error(), "tries") {
				t.Errorf("error %q", err)
			}
		})
	}
}

func TestRedirectsAreCounted(t *testing.T) {
	t.Parallel()
	for hops, refused := range map[int]bool{maxRedirects: false, maxRedirects + 1: true} {
		f := newFake(t)
		path := "/meeting/interim-2026-quic-01/agenda.json"
		f.on(path, func(w http.ResponseWriter, r *http.Request) {
			if n := len(r.URL.Query().Get("n")); n < hops {
				http.Redirect(w, r, path+"?n="+strings.Repeat("x", n+1), http.StatusFound)
				return
			}
			document200(listDoc("interim-2026-quic-01"))(w, r)
		})
		_, err := client(t, f.URL, nil).Meeting(t.Context(), "interim-2026-quic-01")
		if errors.Is(err, ErrUnusable) != refused || (err != nil) != refused {
			t.Errorf("%d redirects: %v", hops, err)
		}
		if got := len(f.asked(path)); got != maxRedirects+1 {
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
	_, err := client(t, secure.URL, nil).Meeting(t.Context(), "interim-2026-quic-01")
	if !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "certificate") || strings.Contains(err.Error(), "tries") {
		t.Errorf("got %v", err)
	}
}

func TestAgendaURL(t *testing.T) {
	t.Parallel()
	c := client(t, "https://example.org/dt", nil)
	one := []Group{{Acronym: "quic"}}
	tests := map[string]struct {
		number string
		groups []Group
		want   string
	}{
		"ietf":                    {"126", one, "https://example.org/dt/meeting/126/agenda/"},
		"interim":                 {"interim-2026-quic-01", one, "https://example.org/dt/meeting/interim-2026-quic-01/session/quic"},
		"interim without a group": {"interim-2026-quic-01", nil, "https://example.org/dt/meeting/upcoming"},
		"unknown":                 {"", one, ""},
		"nonsense":                {"../../x", one, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.agendaURL(tt.number, tt.groups); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
