package main

import (
	"strings"
	"testing"
)

// TestCrashed names the rooms that a crash of the server took away, ten at most.
func TestCrashed(t *testing.T) {
	t.Parallel()
	if got := crashed([]string{"quic", "tls"}); !strings.Contains(got, " these rooms were done again: quic, tls; ") {
		t.Errorf("two rooms: %s", got)
	}
	many := strings.Fields(strings.Repeat("room ", 12))
	if got := crashed(many); !strings.Contains(got, ": "+strings.Repeat("room, ", 9)+"room and 2 more; ") {
		t.Errorf("twelve rooms: %s", got)
	}
}
