package agenda

import (
	"strings"
	"testing"
)

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
				t.Errorf("error %q does not say what is allowed", err)
			}
		})
	}
}
