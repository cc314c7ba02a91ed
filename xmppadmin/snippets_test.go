package xmppadmin_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/fixtures"
	"muster/fixtures/ejabberd"
	"muster/fixtures/prosody"
	"muster/xmppadmin"
)

// snippet returns a configuration of docs/servers.md: the fenced block behind
// the comment of that name.
func snippet(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../docs/servers.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "<!-- "+name+" -->\n```")
	_, rest, ok2 := strings.Cut(rest, "\n")
	block, _, ok3 := strings.Cut(rest, "```\n")
	if !ok || !ok2 || !ok3 {
		t.Fatalf("docs/servers.md has no configuration called %q", name)
	}
	return block
}

// TestDocumentedConfigurations does the main job on the servers as the
// documentation sets them up.
func TestDocumentedConfigurations(t *testing.T) {
	t.Parallel()
	const with, without = "prosody with the companion module", "prosody without the companion module"
	for _, test := range []struct {
		name, dialect string
		start         func(*testing.T) *fixtures.Server
	}{
		{with, "prosody", onProsody(prosody.Options{Companion: true, MUCSection: snippet(t, with)})},
		{with + ", 13", "prosody", onProsody(prosody.Options{Version: "13", Companion: true, MUCSection: snippet(t, with)})},
		{without, "owner", onProsody(prosody.Options{MUCSection: snippet(t, without)})},
		{without + ", 13", "owner", onProsody(prosody.Options{Version: "13", MUCSection: snippet(t, without)})},
		{"ejabberd", "ejabberd", onEjabberd(ejabberd.Options{Configuration: snippet(t, "ejabberd")})},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, test.start(t), "auto")
			if s.Name() != test.dialect {
				t.Fatalf("the dialect chosen is %q, want %q", s.Name(), test.dialect)
			}
			for _, f := range s.Examine(t.Context(), time.Now()) {
				if f.Verdict == xmppadmin.Fail {
					t.Errorf("%+v", f)
				}
			}
			want := live("quic: QUIC")
			create(t, s, "quic", want)
			got := read(t, s, "quic")
			if diff := cmp.Diff(offered(want), got.Settings); diff != "" || !got.Managed {
				t.Errorf("the room is %+v (-want +got):\n%s", got, diff)
			}
			if err := s.Archive(t.Context(), "quic", archived); err != nil {
				t.Fatal(err)
			}
			if err := s.Reopen(t.Context(), "quic", want); err != nil {
				t.Fatal(err)
			}
			if got := read(t, s, "quic"); got.Archived || got.Settings[xmppadmin.Title] != "quic: QUIC" {
				t.Errorf("archived and reopened, the room is %+v", got)
			}
		})
	}
}
