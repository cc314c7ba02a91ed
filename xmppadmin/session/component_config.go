package session

import (
	"errors"
	"log/slog"
	"net"
	"strings"
	"time"
)

// ComponentConfig is where a component connects and as what (XEP-0114).
type ComponentConfig struct {
	// Domain is the address of the component, Server that of the server, which
	// is pinged.
	Domain, Server string
	// Address is where the server takes components: host:port of the loopback
	// interface, or unix:PATH. A component's stream has no TLS, so that no other
	// address is accepted.
	Address string
	Secret  string
	// Timeout bounds the handshake and one write; 20 s where it is zero.
	Timeout time.Duration
	// PingEvery is how often the server is pinged, one minute where it is zero.
	// It has Patience to answer, 20 s where it is zero.
	PingEvery, Patience time.Duration
	// FirstPause and LongestPause are those between two attempts to connect,
	// doubled after each; 0.25 and 8 s where zero. RefusedPause, a minute where
	// it is zero, is the one after a refusal that does not end by itself.
	FirstPause, LongestPause, RefusedPause time.Duration
	// Connected, which may be nil, is called with each change.
	Connected func(up bool)
	Logger    *slog.Logger // nil for no log
}

func (c ComponentConfig) withDefaults() ComponentConfig {
	for _, d := range []struct {
		value *time.Duration
		usual time.Duration
	}{
		{&c.Timeout, 20 * time.Second}, {&c.PingEvery, time.Minute}, {&c.Patience, 20 * time.Second},
		{&c.FirstPause, firstPause}, {&c.LongestPause, 8 * time.Second}, {&c.RefusedPause, time.Minute},
	} {
		if *d.value <= 0 {
			*d.value = d.usual
		}
	}
	if c.Connected == nil {
		c.Connected = func(bool) {}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// dialable returns the network and the address of a configured address.
func dialable(address string) (network, at string, err error) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		if path == "" {
			return "", "", errors.New("the path of the socket is missing")
		}
		return "unix", path, nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return "", "", err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", "", errors.New("a component's stream is not encrypted, and this is not the loopback interface")
	}
	return "tcp", address, nil
}
