package docs_test

import (
	"strings"
	"testing"

	"muster/xmppadmin/dialect"
)

// TestDialectsAreDocumented has every dialect that the configuration can name in
// each text that lists them.
func TestDialectsAreDocumented(t *testing.T) {
	t.Parallel()
	lists := map[string]func(text string) string{
		"docs/configuration.md":                  func(text string) string { return lineWith(text, "| `xmpp.dialect` |") },
		"cmd/muster/internal/config/muster.toml": func(text string) string { return lineWith(text, "# dialect =") },
		"docs/architecture.md":                   func(text string) string { return between(text, "\n## Dialects\n", "\n## ") },
		"docs/servers.md":                        func(text string) string { return between(text, "| server | dialect |", "\n## ") },
	}
	names := dialect.Names()
	if len(names) < 5 {
		t.Fatalf("the dialects are %q only", names)
	}
	for path, list := range lists {
		text := list(document(t, path))
		for _, name := range names {
			if name == "auto" && !strings.Contains(path, "config") {
				continue
			}
			if !strings.Contains(text, name) {
				t.Errorf("%s does not list the dialect %s in %q", path, name, text)
			}
		}
	}
}

// lineWith returns the first line that contains a text.
func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}

// between returns what stands between two texts.
func between(text, start, end string) string {
	_, rest, _ := strings.Cut(text, start)
	inner, _, _ := strings.Cut(rest, end)
	return inner
}
