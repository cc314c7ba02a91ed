package reference

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Markdown returns the reference of a command and all below it.
func Markdown(root *cobra.Command) []byte {
	var b bytes.Buffer
	b.WriteString("# Commands\n\n" +
		"Generated from the program by `go test ./cmd/muster -run TestReference -update`;\n" +
		"`muster COMMAND --help` and the manual pages have the same text.\n\n")
	for _, p := range pages(root) {
		p.markdown(&b)
	}
	return append(bytes.TrimRight(b.Bytes(), "\n"), '\n')
}

func (p page) markdown(b *bytes.Buffer) {
	fmt.Fprintf(b, "## %s\n\n%s\n\n```\n%s\n```\n\n", p.path, p.long, p.synopsis)
	if len(p.examples) > 0 {
		fmt.Fprintf(b, "For example:\n\n```sh\n%s\n```\n\n", strings.Join(p.examples, "\n"))
	}
	if len(p.flags) > 0 {
		b.WriteString("| option | meaning |\n| --- | --- |\n")
		for _, f := range p.flags {
			usage := f.usage
			if f.preset != "" {
				usage += fmt.Sprintf(" (default `%s`)", f.preset)
			}
			fmt.Fprintf(b, "| `%s` | %s |\n", f.spelled(), strings.ReplaceAll(usage, "|", `\|`))
		}
		b.WriteString("\n")
	}
	b.WriteString("| exit status | meaning |\n| --- | --- |\n")
	for _, e := range p.exits {
		fmt.Fprintf(b, "| %s | %s |\n", e.code, e.meaning)
	}
	b.WriteString("\n")
}
