package agenda

import (
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
		"password":           {"https://me:secret@example.org", "must not have a user"},
		"query":              {"https://example.org/?a=b", "must not have a query"},
		"fragment":           {"https://example.org/#x", "must not have a query"},
		"control character":  {"https://exa\x00mple.org", "not a URL"},
		"broken password":    {"https://me:secret%zz@dt.example.org", `"dt.example.org": not a URL`},
		"password, no host":  {"me:secret@dt.example.org", `"dt.example.org": `},
		"slash in it":        {"https://me:secret/x@dt.example.org", `"dt.example.org": not a URL`},
		"hash in it":         {"https://me:#secret@dt.example.org", `"dt.example.org": `},
		"hash before it":     {"https://me#secret@dt.example.org", `"dt.example.org": `},
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
				t.Errorf("error %q has the password", err)
			}
		})
	}
	if _, err := New(Config{URL: "https://example.org", Timeout: -1}); err == nil {
		t.Error("a negative timeout is accepted")
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

func TestParseSource(t *testing.T) {
	t.Parallel()
	good := map[string]source{
		"126":                  {byNumber, "126"},
		"current":              {byCurrent, "current"},
		"next":                 {byNext, "next"},
		"interim-2026-quic-01": {byInterim, "interim-2026-quic-01"},
		"file:a b/agenda.json": {byFile, "a b/agenda.json"},
		"file:/tmp/126":        {byFile, "/tmp/126"},
	}
	for in, want := range good {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			if got, err := parseSource(in); err != nil || got != want {
				t.Errorf("got %v, %v; want %v", got, err, want)
			}
		})
	}
	for _, in := range []string{
		"", "0", "0126", "-1", "12.6", "99999", "IETF126", "ietf126", "Current", "file:", " 126", "126\n",
		"interim-", "interim-2026/../126", "interim-2026-QUIC-01", "../126", "126/agenda.json", "None",
	} {
		t.Run("not "+in, func(t *testing.T) {
			t.Parallel()
			_, err := parseSource(in)
			if err == nil {
				t.Fatal("accepted")
			}
			if !containsAll(err.Error(), []string{"126", "current", "next", "interim-", "file:PATH"}) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q does not name what is allowed", err)
			}
		})
	}
}
