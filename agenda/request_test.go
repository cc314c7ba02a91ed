package agenda

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// An interim has one document, which makes it good to try failures on.
const (
	interim     = "interim-2026-quic-01"
	interimPath = "/meeting/" + interim + "/agenda.json"
)

func interimDoc() http.HandlerFunc { return document200(listDoc(interim, listRow(1, "quic", nil))) }

// after answers with each handler once, and then with the last.
func after(handlers ...http.HandlerFunc) http.HandlerFunc {
	var n atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		handlers[min(int(n.Add(1)), len(handlers))-1](w, r)
	}
}

// cutShort promises more than it sends.
func cutShort(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	fmt.Fprint(w, `{"126": [`)
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func says(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		fmt.Fprint(w, body)
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	past := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)
	tests := map[string]struct {
		handler http.HandlerFunc
		asked   int // times
		kind    error
		want    []string // parts of the error
	}{
		"works":                    {interimDoc(), 1, nil, nil},
		"503 once":                 {after(status(503), interimDoc()), 2, nil, nil},
		"500, 502, 504":            {after(status(500), status(502), status(504), interimDoc()), 4, nil, nil},
		"connection lost once":     {after(hangUp, interimDoc()), 2, nil, nil},
		"body cut short once":      {after(cutShort, interimDoc()), 2, nil, nil},
		"429, Retry-After 0":       {after(status(429, "Retry-After", "0"), interimDoc()), 2, nil, nil},
		"429, a date that is past": {after(status(429, "Retry-After", past), interimDoc()), 2, nil, nil},
		"429, nonsense":            {after(status(429, "Retry-After", "soon"), interimDoc()), 2, nil, nil},
		"503 always":               {status(503), 5, ErrUnreachable, []string{"503 Service Unavailable after 5 tries in "}},
		"500 always":               {status(500), 5, ErrUnreachable, []string{"500 Internal Server Error after 5 tries"}},
		"501 always":               {status(501), 5, ErrUnreachable, []string{"501 Not Implemented after 5 tries"}},
		"429 always":               {status(429, "Retry-After", "0"), 5, ErrUnreachable, []string{"429 Too Many Requests after 5 tries"}},
		"connection lost always":   {hangUp, 5, ErrUnreachable, []string{"EOF after 5 tries"}},
		"body cut short always":    {cutShort, 5, ErrUnreachable, []string{"reading the body", "after 5 tries"}},
		"429 for a long time":      {status(429, "Retry-After", "3600"), 1, ErrUnreachable, []string{"429 Too Many Requests", "1h0m0s", "20s"}},
		"429 beyond all numbers":   {status(429, "Retry-After", strings.Repeat("9", 30)), 1, ErrUnreachable, []string{"429", "24h0m0s"}},
		"429 until tomorrow":       {status(429, "Retry-After", time.Now().Add(24*time.Hour).UTC().Format(http.TimeFormat)), 1, ErrUnreachable, []string{"429"}},
		"404":                      {status(404), 1, ErrNotFound, []string{"404 Not Found"}},
		"410":                      {status(410), 1, ErrNotFound, []string{"410 Gone"}},
		"403":                      {status(403), 1, ErrUnusable, []string{"403 Forbidden"}},
		"400":                      {status(400), 1, ErrUnusable, []string{"400 Bad Request"}},
		"204":                      {status(204), 1, ErrUnusable, []string{"204 No Content"}},
		"304 unasked":              {status(304), 1, ErrUnusable, []string{"304 Not Modified"}},
		"an odd status":            {status(799), 5, ErrUnreachable, []string{"799"}},
		"HTML": {says("text/html", "<!DOCTYPE html>\x1b[31m"+strings.Repeat("x", 200)), 1, ErrUnusable,
			[]string{"not JSON", `content type "text/html"`, `beginning "<!DOCTYPE html>\x1b[31mxxx`}},
		"nothing":       {says("application/json", ""), 1, ErrUnusable, []string{"not JSON", `beginning ""`}},
		"another shape": {says("application/json", `{"error": "no"}`), 1, ErrUnusable, []string{"want a list", `{\"error\"`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.on(interimPath, tt.handler)
			_, err := client(t, f.URL, nil).Meeting(t.Context(), interim)
			if got := len(f.asked(interimPath)); got != tt.asked {
				t.Errorf("asked %d times, want %d", got, tt.asked)
			}
			if tt.kind == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			checkFailure(t, err, tt.kind, "GET", f.URL+interimPath)
			if !containsAll(err.Error(), tt.want) || len(err.Error()) > 400 {
				t.Errorf("error %q lacks one of %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "tries") != (tt.asked > 1) {
				t.Errorf("error %q is wrong about the tries", err)
			}
		})
	}
}

// checkFailure asserts what every failure on a document has.
func checkFailure(t *testing.T, err, kind error, op, address string) {
	t.Helper()
	var failure *Error
	if !errors.As(err, &failure) {
		t.Fatalf("got %v, want an *Error", err)
	}
	for _, other := range []error{ErrNotFound, ErrUnreachable, ErrUnusable} {
		if errors.Is(err, other) != (other == kind) {
			t.Errorf("error %q: is %v: %t", err, other, errors.Is(err, other))
		}
	}
	if failure.Op != op || failure.URL != address || failure.Hint == "" {
		t.Errorf("failure %+v", failure)
	}
	if !strings.HasPrefix(err.Error(), "datatracker: "+op+" "+address+": ") {
		t.Errorf("error %q does not name the document", err)
	}
	if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) {
		t.Errorf("error %q has control characters", err)
	}
}

func TestBackoffGrows(t *testing.T) {
	t.Parallel()
	trip := &trip{}
	const first, most = 500 * time.Millisecond, 8 * time.Second
	with := func(retryAfter string) *http.Response {
		return &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {retryAfter}}}
	}
	tests := map[string]struct {
		attempt int
		resp    *http.Response
		want    time.Duration
	}{
		"first":               {0, nil, first},
		"second":              {1, nil, 2 * first},
		"at most":             {10, nil, most},
		"0 backs off anyway":  {2, with("0"), 4 * first},
		"the longer counts":   {0, with("3"), 3 * time.Second},
		"the longer of these": {4, with("1"), most},
		"far too long":        {0, with("100000000"), 24 * time.Hour},
		"negative":            {0, with("-5"), first},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := trip.wait(first, most, tt.attempt, tt.resp); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	now := july()
	if got := retryAfter(now.Add(90*time.Second).Format(http.TimeFormat), now); got != 90*time.Second {
		t.Errorf("a date: got %s", got)
	}
}

func TestTimeoutIsForAllTries(t *testing.T) {
	t.Parallel()
	hangs := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	stalls := func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"126": [`)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	tests := map[string]struct {
		handler http.HandlerFunc
		want    []string
	}{
		"no answer":              {hangs, []string{"no answer within 300ms"}},
		"no end of the body":     {stalls, []string{"no answer within 300ms"}},
		"no answer after a 503":  {after(status(503), hangs), []string{"no answer within 300ms", "last: 503 Service Unavailable", "2 tries"}},
		"every wait is too long": {status(503, "Retry-After", "1"), []string{"503 Service Unavailable", "the next try would be in 1s", "300ms"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.on(interimPath, tt.handler)
			c := client(t, f.URL, func(cfg *Config) { cfg.Timeout = 300 * time.Millisecond })
			_, err := c.Meeting(t.Context(), interim)
			checkFailure(t, err, ErrUnreachable, "GET", f.URL+interimPath)
			if !containsAll(err.Error(), tt.want) {
				t.Errorf("error %q lacks one of %q", err, tt.want)
			}
		})
	}
}

func TestCallersContextEnds(t *testing.T) {
	t.Parallel()
	for _, name := range []string{interim, "126", "current"} {
		f := newFake(t)
		ctx, cancel := context.WithCancel(t.Context())
		hangs := func(_ http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		}
		for _, path := range []string{interimPath, listPath, dataPath, meetingsPath} {
			f.on(path, hangs)
		}
		dir := t.TempDir()
		c := client(t, f.URL, func(cfg *Config) { cfg.CacheDir = dir })
		for _, path := range []string{interimPath, listPath} {
			body := []byte(listDoc("126", listRow(1, "quic", nil)))
			if err := c.cache.save(entry{URL: f.URL + path, body: body}); err != nil {
				t.Fatal(err)
			}
		}
		_, err := c.Meeting(ctx, name)
		if !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnreachable) {
			t.Errorf("%s: got %v, want that the context was cancelled, whatever is in the cache", name, err)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	address := "http://" + l.Addr().String()
	_, err = client(t, address, nil).Meeting(t.Context(), interim)
	checkFailure(t, err, ErrUnreachable, "GET", address+interimPath)
	if !containsAll(err.Error(), []string{"refused", "after 5 tries"}) {
		t.Errorf("error %q", err)
	}
}

func TestBodyIsBounded(t *testing.T) {
	t.Parallel()
	pad := func(n int) string {
		doc := listDoc(interim, listRow(1, "quic", nil))
		return doc + strings.Repeat(" ", n-len(doc))
	}
	zipped := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, pad(maxBody+1))
		z.Close()
	}
	tests := map[string]struct {
		handler http.HandlerFunc
		fits    bool
	}{
		"as large as may be":   {says("application/json", pad(maxBody)), true},
		"one byte too many":    {says("application/json", pad(maxBody+1)), false},
		"too many when zipped": {zipped, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.on(interimPath, tt.handler)
			_, err := client(t, f.URL, nil).Meeting(t.Context(), interim)
			if tt.fits {
				if err != nil {
					t.Error(err)
				}
				return
			}
			checkFailure(t, err, ErrUnusable, "GET", f.URL+interimPath)
			if !strings.Contains(err.Error(), "larger than 16 MiB") {
				t.Errorf("error %q", err)
			}
		})
	}
}

func TestRequestHeaders(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.on(interimPath, interimDoc())
	dir := t.TempDir()
	c := client(t, f.URL, func(cfg *Config) { cfg.CacheDir, cfg.UserAgent = dir, "muster/1 (test)" })
	meeting(t, c, interim)
	meeting(t, c, interim)
	asked := f.asked(interimPath)
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
