package docs_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// document returns the text of a document, by its path from the top.
func document(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile("../" + path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// block returns the fenced block behind the comment with a name.
func block(t *testing.T, text, name string) string {
	t.Helper()
	found := regexp.MustCompile("(?s)<!-- " + regexp.QuoteMeta(name) + " -->\n```[a-z]*\n(.*?)```\n").FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no block called %q", name)
	}
	return found[1]
}

// steps returns the commands of the steps with a name, in order.
func steps(text, name string) string {
	var all strings.Builder
	for _, found := range regexp.MustCompile("(?s)<!-- step: "+name+" -->\n```sh\n(.*?)```\n").FindAllStringSubmatch(text, -1) {
		all.WriteString(found[1])
	}
	return all.String()
}

// TestStepsHaveTheConfigurations has the steps from a bare Debian write the
// configurations that the document gives, and that tests run servers with.
func TestStepsHaveTheConfigurations(t *testing.T) {
	t.Parallel()
	text := document(t, "docs/servers.md")
	// ejabberdctl needs a rule of its own on a server that has no other.
	const console = "  console: {from: [ejabberd_ctl], who: all, what: \"*\"}\n"
	for name, configuration := range map[string]string{
		"prosody":  "prosody with the companion module",
		"ejabberd": "ejabberd",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := block(t, text, configuration)
			if got := strings.Replace(steps(text, name), console, "", 1); !strings.Contains(got, want) {
				t.Errorf("the steps\n%s\ndo not have the configuration\n%s", got, want)
			}
		})
	}
}
