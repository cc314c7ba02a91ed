package reference

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// Man returns the manual pages of a command and all below it, in the man
// macros of man(7), by file name, such as muster-rooms-show.1.
func Man(root *cobra.Command, version string) map[string][]byte {
	all := pages(root)
	files := make(map[string][]byte, len(all))
	for _, p := range all {
		files[p.manName()+".1"] = p.man(all, version)
	}
	return files
}

// manName is the name of the page: muster-rooms-show.
func (p page) manName() string { return strings.ReplaceAll(p.path, " ", "-") }

func (p page) man(all []page, version string) []byte {
	var b bytes.Buffer
	macro := func(name string, args ...string) {
		b.WriteString("." + name)
		for _, a := range args {
			fmt.Fprintf(&b, " \"%s\"", roff(a))
		}
		b.WriteByte('\n')
	}
	text := func(s string) {
		for line := range strings.Lines(s) {
			b.WriteString(roff(strings.TrimSuffix(line, "\n")) + "\n")
		}
	}
	macro("TH", strings.ToUpper(p.manName()), "1", "", "muster "+version, "muster manual")
	macro("SH", "NAME")
	text(p.manName() + " - " + p.short)
	macro("SH", "SYNOPSIS")
	macro("B", p.synopsis)
	macro("SH", "DESCRIPTION")
	for i, paragraph := range strings.Split(p.long, "\n\n") {
		if i > 0 {
			macro("PP")
		}
		text(paragraph)
	}
	if below := p.below(all); len(below) > 0 {
		macro("SH", "COMMANDS")
		for _, c := range below {
			macro("TP")
			macro("B", c.path)
			text(c.short)
		}
	}
	if len(p.flags) > 0 {
		macro("SH", "OPTIONS")
	}
	for _, f := range p.flags {
		macro("TP")
		macro("B", f.spelled())
		usage := f.usage
		if f.preset != "" {
			usage += " (default " + f.preset + ")"
		}
		text(usage)
	}
	if len(p.examples) > 0 {
		macro("SH", "EXAMPLES")
		macro("EX")
		text(strings.Join(p.examples, "\n"))
		macro("EE")
	}
	macro("SH", "EXIT STATUS")
	for _, e := range p.exits {
		macro("TP")
		macro("B", e.code)
		text(e.meaning)
	}
	macro("SH", "SEE ALSO")
	text(strings.Join(p.related(all), ", "))
	return b.Bytes()
}

// below returns the pages of the commands below this one.
func (p page) below(all []page) []page {
	return slices.DeleteFunc(slices.Clone(all), func(other page) bool {
		return !strings.HasPrefix(other.path, p.path+" ")
	})
}

// related returns the pages above and below this one.
func (p page) related(all []page) []string {
	var names []string
	for _, other := range all {
		above := strings.HasPrefix(p.path, other.path+" ")
		below := strings.HasPrefix(other.path, p.path+" ")
		if above || below {
			names = append(names, other.manName()+"(1)")
		}
	}
	return names
}

// roff returns s with the characters escaped that groff would take for its
// own; see groff_char(7). A line never begins with a control character.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, `"`, `\(dq`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(s)
	if strings.HasPrefix(s, ".") {
		s = `\&` + s
	}
	return s
}
