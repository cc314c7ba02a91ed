package prosody_test

import (
	"testing"

	"muster/fixtures"
	"muster/fixtures/xmpptest"
)

// stream is a client that shares no code with the program: what the module is
// tested with must not depend on what it is made for.
type stream struct {
	*xmpptest.Stream
	t *testing.T
}

func login(t *testing.T, p *fixtures.Server, name string) *stream {
	t.Helper()
	return &stream{xmpptest.NewStream(t, p, name), t}
}
