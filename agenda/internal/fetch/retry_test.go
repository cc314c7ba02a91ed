package fetch_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"muster/agenda/internal/fake"
	"muster/agenda/internal/fetch"
)

func TestRetries(t *testing.T) {
	t.Parallel()
	past := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)
	status, says, after := fake.Status, fake.Says, fake.After
	tests := map[string]struct {
		handler http.HandlerFunc
		asked   int // times
		kind    error
		status  int
		want    []string // parts of the error
	}{
		"works":                    {quic(), 1, nil, 0, nil},
		"503 once":                 {after(status(503), quic()), 2, nil, 0, nil},
		"500, 502, 504":            {after(status(500), status(502), status(504), quic()), 4, nil, 0, nil},
		"connection lost once":     {after(fake.HangUp, quic()), 2, nil, 0, nil},
		"body cut short once":      {after(fake.CutShort, quic()), 2, nil, 0, nil},
		"429, Retry-After 0":       {after(status(429, "Retry-After", "0"), quic()), 2, nil, 0, nil},
		"429, a date that is past": {after(status(429, "Retry-After", past), quic()), 2, nil, 0, nil},
		"429, nonsense":            {after(status(429, "Retry-After", "soon"), quic()), 2, nil, 0, nil},
		"503 always":               {status(503), 5, fetch.ErrUnreachable, 503, []string{"503 Service Unavailable after 5 tries in "}},
		"500 always":               {status(500), 5, fetch.ErrUnreachable, 500, []string{"500 Internal Server Error after 5 tries"}},
		"501 always":               {status(501), 5, fetch.ErrUnreachable, 501, []string{"501 Not Implemented after 5 tries"}},
		"429 always":               {status(429, "Retry-After", "0"), 5, fetch.ErrUnreachable, 429, []string{"429 Too Many Requests after 5 tries"}},
		"connection lost always":   {fake.HangUp, 5, fetch.ErrUnreachable, 0, []string{"EOF after 5 tries"}},
		"body cut short always":    {fake.CutShort, 5, fetch.ErrUnreachable, 200, []string{"reading the body", "after 5 tries"}},
		"429 for a long time": {status(429, "Retry-After", "3600"), 1, fetch.ErrUnreachable, 429,
			[]string{"429 Too Many Requests", "1h0m0s", "past the 1m0s"}},
		"429 beyond all numbers": {status(429, "Retry-After", strings.Repeat("9", 30)), 1, fetch.ErrUnreachable, 429, []string{"429", "24h0m0s"}},
		"429 until tomorrow": {
			status(429, "Retry-After", time.Now().Add(24*time.Hour).UTC().Format(http.TimeFormat)), 1, fetch.ErrUnreachable, 429, []string{"429"},
		},
		"404":          {status(404), 1, fetch.ErrNotFound, 404, []string{"404 Not Found"}},
		"410":          {status(410), 1, fetch.ErrNotFound, 410, []string{"410 Gone"}},
		"403":          {status(403), 1, fetch.ErrUnusable, 403, []string{"403 Forbidden"}},
		"400":          {status(400), 1, fetch.ErrUnusable, 400, []string{"400 Bad Request"}},
		"204":          {status(204), 1, fetch.ErrUnusable, 204, []string{"204 No Content"}},
		"304 unasked":  {status(304), 1, fetch.ErrUnusable, 304, []string{"304 Not Modified in answer to an unconditional request"}},
		"an odd value": {status(799), 5, fetch.ErrUnreachable, 799, []string{"799"}},
		"HTML": {says("text/html", "<!DOCTYPE html>\x1b[31m"+strings.Repeat("x", 200)), 1, fetch.ErrUnusable, 200,
			[]string{"not JSON", `content type "text/html"`, `beginning "<!DOCTYPE html>\x1b[31mxxx`}},
		"nothing":       {says("application/json", ""), 1, fetch.ErrUnusable, 200, []string{"not JSON", `beginning ""`}},
		"another shape": {says("application/json", `{"error": "no"}`), 1, fetch.ErrUnusable, 200, []string{"want a list", `{\"error\"`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fake.Start(t)
			f.On(path, tt.handler)
			_, err := fetch.Get(t.Context(), client(t, f.URL, nil), request(f.URL))
			if got := len(f.Requests(path)); got != tt.asked {
				t.Errorf("asked %d times, want %d", got, tt.asked)
			}
			if tt.kind == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			failure := checkFailure(t, err, tt.kind, f.URL+path)
			if !containsAll(err.Error(), tt.want) || len(err.Error()) > 400 || failure.Status != tt.status {
				t.Errorf("status %d, error %q lacks one of %q", failure.Status, err, tt.want)
			}
			if strings.Contains(err.Error(), "tries") != (tt.asked > 1) {
				t.Errorf("error %q is wrong about the tries", err)
			}
		})
	}
}

func TestExpected500IsRetriedOnce(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]int{500: 2, 502: 5} {
		f := fake.Start(t)
		f.On(path, fake.Status(status))
		r := request(f.URL)
		r.Expect500 = true
		if _, err := fetch.Get(t.Context(), client(t, f.URL, nil), r); err == nil || len(f.Requests(path)) != want {
			t.Errorf("%d: asked %d times, want %d: %v", status, len(f.Requests(path)), want, err)
		}
	}
}

// sparse is a transport without a network that answers 429 and then a
// document.
type sparse struct {
	retryAfter []string // of the answers that are 429
	at         []time.Time
}

func (s *sparse) RoundTrip(*http.Request) (*http.Response, error) {
	s.at = append(s.at, time.Now())
	n := len(s.at)
	if n > len(s.retryAfter) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("[]"))}, nil
	}
	return &http.Response{StatusCode: 429, Body: http.NoBody, Header: http.Header{"Retry-After": {s.retryAfter[n-1]}}}, nil
}

func TestBackoffGrows(t *testing.T) {
	t.Parallel()
	const first, most = 500 * time.Millisecond, 8 * time.Second
	tests := map[string]struct {
		retryAfter []string
		want       []time.Duration
	}{
		"by itself":         {[]string{"", "", "", "", "", ""}, []time.Duration{first, 2 * first, 4 * first, 8 * first, most, most}},
		"0 backs off":       {[]string{"0", "0", "0"}, []time.Duration{first, 2 * first, 4 * first}},
		"the longer counts": {[]string{"3", "3", "1"}, []time.Duration{3 * time.Second, 3 * time.Second, 2 * time.Second}},
		"negative":          {[]string{"-5"}, []time.Duration{first}},
		"a minute and half": {[]string{"90"}, []time.Duration{90 * time.Second}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &sparse{retryAfter: tt.retryAfter}
				c := client(t, "http://localhost", func(cfg *fetch.Config) {
					cfg.HTTP, cfg.Timeout = &http.Client{Transport: s}, time.Hour
					cfg.Retry = fetch.RetryPolicy{Tries: 10, First: first, Most: most}
				})
				if _, err := fetch.Get(t.Context(), c, request("http://localhost")); err != nil {
					t.Fatal(err)
				}
				var waits []time.Duration
				for i := range s.at[1:] {
					waits = append(waits, s.at[i+1].Sub(s.at[i]))
				}
				if fmt.Sprint(waits) != fmt.Sprint(tt.want) {
					t.Errorf("waited %v, want %v", waits, tt.want)
				}
			})
		})
	}
}

func TestRetryAfterADate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		s := &sparse{retryAfter: []string{started.Add(90 * time.Second).UTC().Format(http.TimeFormat)}}
		c := client(t, "http://localhost", func(cfg *fetch.Config) { cfg.HTTP, cfg.Timeout = &http.Client{Transport: s}, time.Hour })
		if _, err := fetch.Get(t.Context(), c, request("http://localhost")); err != nil || time.Since(started) != 90*time.Second {
			t.Errorf("after %s: %v", time.Since(started), err)
		}
	})
}

func TestTimeoutIsForAllTries(t *testing.T) {
	t.Parallel()
	hangs := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	stalls := func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `["quic",`)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	tests := map[string]struct {
		handler http.HandlerFunc
		want    []string
	}{
		"no answer":              {hangs, []string{"no answer within 300ms"}},
		"no end of the body":     {stalls, []string{"no answer within 300ms"}},
		"no answer after a 503":  {fake.After(fake.Status(503), hangs), []string{"no answer within 300ms", "last: 503 Service Unavailable", "2 tries"}},
		"every wait is too long": {fake.Status(503, "Retry-After", "1"), []string{"503 Service Unavailable", "the next try would be in 1s", "300ms"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fake.Start(t)
			f.On(path, tt.handler)
			c := client(t, f.URL, func(cfg *fetch.Config) { cfg.Timeout = 300 * time.Millisecond })
			_, err := fetch.Get(t.Context(), c, request(f.URL))
			checkFailure(t, err, fetch.ErrUnreachable, f.URL+path)
			if !containsAll(err.Error(), tt.want) {
				t.Errorf("error %q lacks one of %q", err, tt.want)
			}
		})
	}
}

func TestCallersContextEnds(t *testing.T) {
	t.Parallel()
	f := fake.Start(t)
	f.On(path, quic())
	dir := t.TempDir()
	c := client(t, f.URL, func(cfg *fetch.Config) { cfg.CacheDir = dir })
	get(t, c, f.URL)
	ctx, cancel := context.WithCancel(t.Context())
	f.On(path, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := fetch.GetOrCached(ctx, c, request(f.URL))
	if failure, _ := fetch.AsError(err); !errors.Is(err, context.Canceled) || errors.Is(err, fetch.ErrUnreachable) || failure.Kind != nil {
		t.Errorf("got %v, want that the context was cancelled, whatever is in the cache", err)
	}
}

func TestNoServerListens(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	address := "http://" + l.Addr().String()
	_, err = fetch.Get(t.Context(), client(t, address, nil), request(address))
	checkFailure(t, err, fetch.ErrUnreachable, address+path)
	if !containsAll(err.Error(), []string{"refused", "after 5 tries"}) {
		t.Errorf("error %q", err)
	}
}

// The same failure of several documents must read the same, so that it can be
// reported once.
func TestCauseIsTheSameForEachDocument(t *testing.T) {
	t.Parallel()
	reset := func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
		}
	}
	for name, handler := range map[string]http.HandlerFunc{"503": fake.Status(503), "reset": reset, "EOF": fake.HangUp,
		"HTML": fake.Says("text/html", "<html>")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fake.Start(t)
			causes := map[string]bool{}
			for i := range 3 {
				at := fmt.Sprintf("%s/%d", f.URL, i)
				f.On(fmt.Sprintf("/%d", i), handler)
				_, err := fetch.Get(t.Context(), client(t, f.URL, nil), fetch.Request[[]string]{URL: at, Parse: parse})
				failure, ok := fetch.AsError(err)
				if !ok {
					t.Fatal(err)
				}
				causes[failure.Err.Error()] = true
			}
			if len(causes) != 1 {
				t.Errorf("causes %v", causes)
			}
		})
	}
}

func TestBodyIsBounded(t *testing.T) {
	t.Parallel()
	zipped := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write(padded(fetch.MaxBody + 1))
		z.Close()
	}
	tests := map[string]struct {
		handler http.HandlerFunc
		fits    bool
	}{
		"as large as may be":   {fake.Says("application/json", string(padded(fetch.MaxBody))), true},
		"one byte too many":    {fake.Says("application/json", string(padded(fetch.MaxBody+1))), false},
		"too many when zipped": {zipped, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fake.Start(t)
			f.On(path, tt.handler)
			_, err := fetch.Get(t.Context(), client(t, f.URL, nil), request(f.URL))
			if tt.fits {
				if err != nil {
					t.Error(err)
				}
				return
			}
			checkFailure(t, err, fetch.ErrUnusable, f.URL+path)
			if !strings.Contains(err.Error(), "larger than 16 MiB") {
				t.Errorf("error %q", err)
			}
		})
	}
}

func TestRequestHeaders(t *testing.T) {
	t.Parallel()
	f := fake.Start(t)
	f.On(path, quic())
	dir := t.TempDir()
	c := client(t, f.URL, func(cfg *fetch.Config) { cfg.CacheDir, cfg.UserAgent = dir, "muster/1 (test)" })
	get(t, c, f.URL)
	get(t, c, f.URL)
	asked := f.Requests(path)
	if len(asked) != 2 {
		t.Fatalf("asked %d times", len(asked))
	}
	for i, r := range asked {
		if r.Header.Get("User-Agent") != "muster/1 (test)" || r.Header.Get("Accept") != "application/json" {
			t.Errorf("headers %v", r.Header)
		}
		if r.Header.Get("If-Modified-Since") != "" || (r.Header.Get("If-None-Match") != "") != (i == 1) {
			t.Errorf("request %d: headers %v", i, r.Header)
		}
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Errorf("request %d does not take gzip", i)
		}
	}
	if !strings.HasPrefix(asked[1].Header.Get("If-None-Match"), `W/"`) {
		t.Errorf("the ETag is not sent back as it came: %q", asked[1].Header.Get("If-None-Match"))
	}
}
