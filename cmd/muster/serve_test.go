package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Two hundred clients that send half a request, or do not read the answer, keep
// no others from being served, and the end is not kept waiting for them.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	page := strings.Repeat("a large page ", 1<<20)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended, begun := make(chan error, 1), make(chan struct{}, 200)
	go func() {
		ended <- serveUntil(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/page" {
				begun <- struct{}{}
				_, _ = io.WriteString(w, page)
				return
			}
			_, _ = io.WriteString(w, "small")
		}))
	}()
	for i := range 200 {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		request := "GET /page HTTP/1.1\r\nHost: x\r\n"
		if i%2 == 0 {
			request += "\r\n"
		}
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
	}
	for range 100 {
		<-begun
	}
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	for range 20 {
		resp, err := client.Get("http://" + l.Addr().String() + "/")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(text) != "small" {
			t.Fatalf("got %q, %v", text, err)
		}
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the end: %v", err)
		}
	case <-time.After(patience):
		t.Error("the server waits for clients that do not read")
	}
}
