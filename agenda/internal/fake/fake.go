// Package fake is an HTTP server for tests: handlers by path, set and replaced
// while it runs, and a record of the requests.
package fake

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// Server serves the handlers that were set with On, and 404 for other paths.
type Server struct {
	// URL is the address of the server, without a slash at the end.
	URL string

	mu       sync.Mutex
	routes   map[string]http.HandlerFunc
	requests []*http.Request
}

// Start starts a server that ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{routes: map[string]http.HandlerFunc{}}
	listening := httptest.NewServer(s)
	s.URL = listening.URL
	t.Cleanup(listening.Close)
	return s
}

// ServeHTTP serves one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	handler := s.routes[r.URL.Path]
	s.requests = append(s.requests, r)
	s.mu.Unlock()
	if handler == nil {
		handler = Status(http.StatusNotFound)
	}
	handler(w, r)
}

// On sets what a path answers from now on.
func (s *Server) On(path string, handler http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.routes[path] = handler
}

// Requests returns the requests for a path so far; all of them where the path
// is empty.
func (s *Server) Requests(path string) []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.requests), func(r *http.Request) bool { return path != "" && r.URL.Path != path })
}

// Document answers with a JSON document and its ETag, or 304.
func Document(body string) http.HandlerFunc {
	etag := fmt.Sprintf(`W/"%x"`, sha256.Sum256([]byte(body)))
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		Says("application/json;charset=utf-8", body)(w, r)
	}
}

// Says answers with a body of a content type.
func Says(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		fmt.Fprint(w, body)
	}
}

// Status answers with an HTML page, as the Datatracker does for 404 and 500,
// and with the header fields, of which each is a name and a value.
func Status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		fmt.Fprintf(w, "<!DOCTYPE html><h1>%d</h1>", code)
	}
}

// HangUp breaks the connection off without an answer.
func HangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// CutShort promises more than it sends.
func CutShort(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	fmt.Fprint(w, `{"126": [`)
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// After answers with each handler once, and then with the last.
func After(handlers ...http.HandlerFunc) http.HandlerFunc {
	var n atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		handlers[min(int(n.Add(1)), len(handlers))-1](w, r)
	}
}
