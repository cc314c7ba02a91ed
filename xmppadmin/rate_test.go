package xmppadmin_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"muster/fixtures"
	"muster/fixtures/ejabberd"
	"muster/fixtures/prosody"
	"muster/xmppadmin"
)

// The limits of Debian's configurations.
const (
	debianProsody  = "limits = { c2s = { rate = \"10kb/s\" } }\n"
	debianEjabberd = "shaper:\n  normal: {rate: 3000, burst_size: 20000}\nshaper_rules:\n  c2s_shaper: ["
)

// TestLimitedRate examines servers as Debian configures them, which slow clients
// down, and servers that exempt the account by the line that the finding and
// servers.md have.
func TestLimitedRate(t *testing.T) {
	t.Parallel()
	documented, err := os.ReadFile("../docs/servers.md")
	if err != nil {
		t.Fatal(err)
	}
	const unlimited, none = `unlimited_jids = { "muster@example.org" }`, "none: muster"
	acl := "acl:\n  muster: {user: [\"muster@example.org\"]}\n  admin: {user: [\"muster@example.org\"]}\n  local: {user_regexp: \"\"}\n"
	limits := []string{"limits"}
	tests := []struct {
		name, line string
		start      func(*testing.T) *fixtures.Server
		limited    bool
	}{
		{"prosody 0.12", unlimited, onProsody(prosody.Options{Modules: limits, Global: debianProsody}), true},
		{"prosody 0.12, exempted", unlimited, onProsody(prosody.Options{Modules: limits, Global: debianProsody + unlimited}), false},
		{"prosody 13", unlimited, onProsody(prosody.Options{Version: "13", Modules: limits, Global: debianProsody}), true},
		{"prosody 13, exempted", unlimited, onProsody(prosody.Options{Version: "13", Modules: limits, Global: debianProsody + unlimited}), false},
		{"ejabberd", none, onEjabberd(ejabberd.Options{Shaper: "c2s_shaper", Global: debianEjabberd + "{normal: all}]"}), true},
		{"ejabberd, exempted", none, onEjabberd(ejabberd.Options{Shaper: "c2s_shaper", Global: acl + debianEjabberd + "{" + none + "}, {normal: all}]"}), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, test.start(t), "owner")
			f := find(s.Examine(t.Context(), time.Now()), "rate")
			t.Log(f)
			if test.limited != (f.Verdict == xmppadmin.Warn) || test.limited != strings.Contains(f.Hint, test.line) {
				t.Errorf("the finding is %+v, want a warning with the line %s: %v", f, test.line, test.limited)
			}
			if !strings.Contains(string(documented), test.line) {
				t.Errorf("servers.md does not have the line %s", test.line)
			}
		})
	}
}
