package fetch_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"muster/agenda/internal/fake"
	"muster/agenda/internal/fetch"
)

const path = "/meeting/interim-2026-quic-01/agenda.json"

// july is the time by the clocks of the clients.
func july() time.Time { return time.Date(2026, 7, 20, 12, 0, 0, 0, time.UTC) }

// parse reads a document of these tests: a JSON list of words.
func parse(body []byte) ([]string, error) {
	var words []string
	if !json.Valid(body) {
		return nil, errors.New("not JSON")
	}
	if err := json.Unmarshal(body, &words); err != nil {
		return nil, errors.New("want a list of words")
	}
	return words, nil
}

// quic is a good document.
func quic() http.HandlerFunc { return fake.Document(`["quic"]`) }

// client returns an impatient client of a server.
func client(t *testing.T, server string, change func(*fetch.Config)) *fetch.Client {
	t.Helper()
	base, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	cfg := fetch.Config{
		HTTP: &http.Client{CheckRedirect: fetch.RedirectRule(base)}, Timeout: time.Minute,
		Retry:     fetch.RetryPolicy{Tries: 5, First: time.Millisecond, Most: 4 * time.Millisecond},
		UserAgent: "test/1", Log: slog.New(slog.DiscardHandler), Now: july,
	}
	if change != nil {
		change(&cfg)
	}
	return fetch.New(cfg)
}

// request returns the request for the document of a server.
func request(server string) fetch.Request[[]string] {
	return fetch.Request[[]string]{URL: server + path, Parse: parse}
}

// get gets the document of a server, which there must be.
func get(t *testing.T, c *fetch.Client, server string) fetch.Document[[]string] {
	t.Helper()
	d, err := fetch.GetOrCached(t.Context(), c, request(server))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// checkFailure asserts what every failure has.
func checkFailure(t *testing.T, err, kind error, address string) *fetch.Error {
	t.Helper()
	failure, ok := fetch.AsError(err)
	if !ok {
		t.Fatalf("got %v, want an *Error", err)
	}
	for _, other := range []error{fetch.ErrNotFound, fetch.ErrUnreachable, fetch.ErrUnusable} {
		if errors.Is(err, other) != (other == kind) {
			t.Errorf("error %q: is %v: %t", err, other, errors.Is(err, other))
		}
	}
	if failure.URL != address || !strings.HasPrefix(err.Error(), "GET "+address+": ") {
		t.Errorf("failure %+v, %q", failure, err)
	}
	if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) {
		t.Errorf("error %q has control characters", err)
	}
	return failure
}

func containsAll(s string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(s, part) {
			return false
		}
	}
	return true
}

// oneWarning asserts that there is one warning, and that it has all the parts.
func oneWarning(t *testing.T, d fetch.Document[[]string], parts ...string) {
	t.Helper()
	if len(d.Warnings) != 1 || !containsAll(d.Warnings[0], parts) {
		t.Errorf("warnings %q, want one with %q", d.Warnings, parts)
	}
}

// padded returns a good document of so many bytes.
func padded(n int) []byte {
	return append([]byte(`["quic"]`), bytes.Repeat([]byte(" "), n-len(`["quic"]`))...)
}
